"""Open a video container and decode the stream that players show, within bounds on the work."""

from __future__ import annotations

import errno
import math
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.errors import MediaTooLargeError, UnsupportedMediaError
from detector.media.image_colours import Coding
from detector.media.mp4_tables import check_mp4_tables

_DEMUXERS = {"avif": "mp4", "heics": "mp4"}
"""FFmpeg's name of the container format, where it is not the one used here."""
_DIRTY_S = 10.0
"""Frames are skipped for this long after damage, or until the next key frame."""
_BASE_PX, _PX_PER_BYTE = 2_000_000_000, 16_000
"""Most pixels to decode of one file, and how many more for each of its bytes. Real videos have far more bytes: a
still screen at 1080p about one per 1,000 pixels."""
_BASE_S, _S_PER_MB = 20.0, 60.0
"""Longest time to decode one file, and how much more for each of its megabytes."""
_LEAST_FRAME_PX = 50_000
"""Least pixels charged for a frame: each has a cost, however small."""
_MAX_VIDEOS = 16
"""Most video streams of a file: FFmpeg keeps a frame of each, up to 53 MB in 8K, when it opens the file."""
STRICT = {"err_detect": "explode+crccheck"}
"""Makes a decoder fail on invalid data, which it otherwise decodes to arbitrary pixels."""
_STRICT_CODECS = ("hevc", "mjpeg", "mpeg1video")
"""Codecs whose decoders ignore invalid data unless they are strict."""
_WITHOUT_FRAMES = {"skip_frame": "all"}
"""Opens a file without decoding anything; some facts are then unknown."""
_CODED_IMAGES = 4
"""Most images of the largest size in an AVIF: one, its transparency, and those of a sequence."""
_ALIGNED_PX = 2_000_000
"""Most pixels that decoders add to a frame to fill whole blocks."""
_TOO_LARGE = (errno.EINVAL, errno.ERANGE)
"""Errors of decoders for more than `max_pixels`."""
_RESTART_S = 0.5
"""A clock that jumps back this far has started again; rounding and reordering move it by less."""
_LARGE_FRAME_PX, _LARGE_FRAME_THREADS = 4096 * 2304, 1
"""Large frames are decoded by few threads: each holds frames of its own."""


def open_container(path: Path, format_name: str, max_frame_px: int) -> InputContainer:
    """Open a file by one demuxer; no other is tried, so that a playlist cannot make FFmpeg open further files.

    Raises:
        MediaTooLargeError: its tables claim more than is read.
        FFmpegError: it cannot be opened.
    """
    return _opened(path, format_name, max_frame_px)


def _opened(path: Path, format_name: str, max_frame_px: int, *, without_frames: bool = False) -> InputContainer:
    demuxer = _DEMUXERS.get(format_name, format_name)
    if demuxer == "mp4":
        with path.open("rb") as file:
            check_mp4_tables(file, path.name)
    # Decoders refuse larger frames before they take memory for them, also while the header is read.
    options = {"protocol_whitelist": "file", "max_pixels": str(max_frame_px + _ALIGNED_PX)}
    more = _WITHOUT_FRAMES if without_frames else {}
    # An absolute path is a path: FFmpeg takes what a relative one has before a colon for a protocol.
    return av.open(str(path.absolute()), format=demuxer, options=options | more, metadata_errors="replace")


def check_videos(path: Path, format_name: str, max_frame_px: int) -> None:
    """Check the number of videos in a file: to open it, FFmpeg decodes a frame of each and keeps them all.

    Raises:
        MediaTooLargeError: there are too many.
        FFmpegError: it cannot be opened.
    """
    with _opened(path, format_name, max_frame_px, without_frames=True) as container:
        if (count := len(container.streams.video)) > _MAX_VIDEOS:
            raise MediaTooLargeError(
                f"{path.name} holds {count} videos in one, more than the {_MAX_VIDEOS} that are opened. Cut out "
                "the one in question and try that; keep the original."
            )


def video_streams(container: InputContainer) -> list[VideoStream]:
    """Return the video streams without cover art, the one that players show first."""
    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    # Players take the default one; an AVIF also holds its first image as a stream of one frame.
    return sorted(videos, key=lambda s: (not s.disposition & Disposition.default, s.frames == 1))


def shown_stream(container: InputContainer, name: str, max_frame_px: int, *, strict: bool = False) -> VideoStream:
    """Return the video stream that players show, ready to decode.

    Args:
        container: the opened file.
        name: of the file, for messages.
        max_frame_px: most pixels of a frame.
        strict: whether invalid data that decoders ignore by default is an error.

    Raises:
        UnsupportedMediaError: there is none, or its codec is not known.
    """
    videos = video_streams(container)
    if not videos:
        raise UnsupportedMediaError(
            f"{name} holds sound but no image. A face cannot be judged from sound; give the video with its image."
        )
    stream = videos[0]
    if stream.codec_context is None:
        raise UnsupportedMediaError(
            f"{name} is packed in a way (codec) we cannot read. Convert it to MP4 with H.264 and try that; "
            "keep the original."
        )
    stream.thread_type = "AUTO"
    if stream.width * stream.height > _LARGE_FRAME_PX:
        stream.codec_context.thread_count = _LARGE_FRAME_THREADS
    checked = STRICT if strict and stream.codec_context.name in _STRICT_CODECS else {}
    stream.codec_context.options = {"max_pixels": str(max_frame_px + _ALIGNED_PX)} | checked
    return stream


def check_coded_images(file: IO[bytes], name: str, max_px: int) -> Coding:
    """Check the size of the images in an AVIF, which its own reader would decode and then shrink.

    Returns:
        The colour coding of the coded image.

    Raises:
        MediaTooLargeError: they are larger than allowed.
    """
    coding, left_px = Coding(), _CODED_IMAGES * max_px
    check_mp4_tables(file, name)
    file.seek(0)
    options, demuxer = {"max_pixels": str(max_px + _ALIGNED_PX)}, _DEMUXERS["avif"]
    try:
        with av.open(
            file, "r", format=demuxer, options=options | _WITHOUT_FRAMES, metadata_errors="replace"
        ) as container:
            seen: set[int] = set()
            for packet in container.demux(container.streams.video):
                if packet.stream.index not in seen:
                    frames = decode_once(packet, options) if packet.stream.codec_context is not None else []
                    if frames and not seen:
                        coding = Coding(int(frames[0].color_trc), int(frames[0].color_primaries))
                    left_px -= sum(frame.width * frame.height for frame in frames)
                    if left_px < 0:
                        raise _large_frames(name, " of too many")
                seen.add(packet.stream.index)
                if len(seen) == len(container.streams.video):
                    break
    except av.error.FFmpegError as error:
        if error.errno in _TOO_LARGE:
            raise _large_frames(name, " of too many") from error
    return coding


def decode_once(packet: Packet[VideoStream], options: dict[str, str]) -> list[VideoFrame]:
    """Decode an independent packet with a new decoder, whose memory is freed afterwards.

    Raises:
        FFmpegError: it cannot be decoded.
    """
    of_stream = packet.stream.codec_context
    codec = av.CodecContext.create(of_stream.codec.name, "r")
    assert isinstance(codec, VideoCodecContext)
    codec.extradata, codec.options, codec.thread_count = of_stream.extradata, options, 1
    return codec.decode(packet) or codec.decode(None)


def check_frame(width: int, height: int, max_frame_px: int, name: str) -> None:
    """Check the size of a frame.

    Raises:
        MediaTooLargeError: it has too many pixels.
    """
    if width * height > max_frame_px:
        raise _large_frames(name, f" of {width}x{height}")


class Clock:
    """The decoding times of a stream, in file order."""

    def __init__(self, stream: VideoStream) -> None:
        self._latest = -math.inf
        self._back = _RESTART_S / float(stream.time_base or 1)

    def restarts(self, packet: Packet[VideoStream]) -> bool:
        """Return whether the clock has started again at this packet: recordings were joined as they were."""
        if packet.dts is None:
            return False
        back = packet.dts < self._latest - self._back
        self._latest = max(self._latest, packet.dts)
        return back


class Work:
    """The cost of decoding one file so far, and its damage."""

    def __init__(self, path: Path, max_frame_px: int) -> None:
        size = path.stat().st_size
        self.name = path.name
        self.max_frame_px = max_frame_px
        self.damaged = 0
        """Number of packets that could not be decoded, or only incompletely."""
        self._px_left: float = _BASE_PX + _PX_PER_BYTE * size
        self._s_left = _BASE_S + _S_PER_MB * size / 1e6

    @property
    def spent(self) -> bool:
        """Whether decoding must end because it cost too much."""
        return min(self._px_left, self._s_left) < 0

    def charge(self, width: int, height: int, seconds: float) -> None:
        self._px_left -= max(width * height, _LEAST_FRAME_PX)
        self._s_left -= seconds

    def decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        """Decode one packet and charge for it.

        Raises:
            MediaTooLargeError: its frames are larger than allowed.
            InvalidDataError: it is damaged.
        """
        start = time.perf_counter()
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            if error.errno in _TOO_LARGE:
                raise _large_frames(self.name, " of too many") from error
            raise
        finally:
            self._s_left -= time.perf_counter() - start
        for frame in frames:
            check_frame(frame.width, frame.height, self.max_frame_px, self.name)
            self.charge(frame.width, frame.height, 0.0)
        return frames


def decode(
    container: InputContainer, stream: VideoStream, work: Work, wanted: Collection[int] | None
) -> Iterator[VideoFrame]:
    """Decode frames in order, skipping unwanted ones that no other frame depends on.

    After damage a decoder conceals missing data, and concealed pixels must not be scored: frames are skipped until
    the next key frame, or for `_DIRTY_S`. Ends where the clock starts again, and when decoding costs too much.

    Args:
        wanted: timestamps, in the stream's own unit; None wants every frame.
    """
    dirty_until, clock = -math.inf, Clock(stream)
    for packet in container.demux(stream):
        if clock.restarts(packet):
            return
        tick = packet.pts if packet.pts is not None else packet.dts
        passed_over = wanted is not None and tick is not None and tick not in wanted
        stream.codec_context.skip_frame = "NONREF" if passed_over else "DEFAULT"
        try:
            decoded = work.decode(packet)
        except av.error.InvalidDataError:
            work.damaged += 1
            dirty_until = float(packet.dts or 0) + _DIRTY_S / float(stream.time_base or 1)
            decoded = []
        for frame in decoded:
            if frame.is_corrupt:
                work.damaged += 1
                dirty_until = float(frame.pts or 0) + _DIRTY_S / float(stream.time_base or 1)
            elif frame.key_frame or float(frame.pts or 0) >= dirty_until:
                dirty_until = -math.inf
                yield frame
        if work.spent:
            return


def _large_frames(name: str, size: str) -> MediaTooLargeError:
    return MediaTooLargeError(
        f"{name} has frames{size} pixels, more than is opened. Save a smaller copy and try that; keep the "
        "original."
    )
