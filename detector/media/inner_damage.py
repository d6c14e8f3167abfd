"""Find damage inside a JPEG or HEIC that Pillow's decoders conceal.

FFmpeg's decoders can be made to fail on invalid data. Changed bits that are still valid are not found: these
formats have no checksums.
"""

from __future__ import annotations

from typing import IO

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from detector.media.decoding import STRICT, decode_once
from detector.media.mp4_tables import check_mp4_tables

_WITHOUT_PIXELS = {"skip_idct": "all", "lowres": "3"}
"""Parses the codes of a JPEG only, at a tenth of the cost of decoding it."""
_MAX_PX = 50_000_000
"""Larger images are not checked: decoders of progressive JPEG hold six bytes for each pixel."""
_MAX_BYTES = 100_000_000
_TIMES = 2
"""Most pixels to decode of a HEIC, in multiples of its size: it may also hold transparency and hidden images."""
_BLOCK = 64
"""Coded sizes are multiples of blocks of at most this side."""


def is_damaged_inside(file: IO[bytes], image: Image.Image, name: str) -> bool:
    """Return whether coded data of an image are known to be damaged.

    Args:
        file: the whole file.
        image: its header, as Pillow reads it.
        name: of the file, for errors.

    Raises:
        MediaTooLargeError: tables of a HEIC claim more than is read.
    """
    if image.width * image.height > _MAX_PX or file.seek(0, 2) > _MAX_BYTES:
        return False
    file.seek(0)
    if image.format in ("JPEG", "MPO"):
        return _is_damaged_jpeg(file.read())
    if image.format == "HEIF":
        return _is_damaged_heic(file, image, name)
    return False


def _is_damaged_jpeg(content: bytes) -> bool:
    codec = av.CodecContext.create("mjpeg", "r")
    assert isinstance(codec, VideoCodecContext)
    codec.options, codec.thread_count = STRICT | _WITHOUT_PIXELS, 1
    try:
        codec.decode(av.Packet(content))
    except av.error.InvalidDataError:
        return True
    except av.error.FFmpegError:  # a kind of JPEG that it does not know
        pass
    return False


def _is_damaged_heic(file: IO[bytes], image: Image.Image, name: str) -> bool:
    """Decode the image or each of its tiles, not its thumbnails."""
    check_mp4_tables(file, name)
    file.seek(0)
    tiling = image.info.get("tiling")
    width, height = (tiling["tile_width"], tiling["tile_height"]) if tiling else image.size
    left_px = _TIMES * image.width * image.height + width * height
    try:
        options = {"skip_frame": "all"}  # nothing is decoded to open it
        with av.open(file, "r", format="mp4", options=options, metadata_errors="replace") as container:
            streams = [s for s in container.streams.video if s.codec_context is not None]
            streams = [s for s in streams if sorted((s.width, s.height)) == sorted((width, height))]
            if not streams:
                return False
            # What is coded larger than it says is refused before it takes memory.
            strict = STRICT | {"max_pixels": str((width + _BLOCK) * (height + _BLOCK))}
            for packet in container.demux(tuple(streams)):
                left_px -= width * height if packet.size else 0
                if left_px < 0:
                    return False
                if packet.size and not decode_once(packet, strict):
                    return True
    except av.error.InvalidDataError:
        return True
    except av.error.FFmpegError:
        pass
    return False
