"""Read still images: a file in, one upright sRGB array out.

The work is bounded whatever a file claims: pixels before decoding by the format's own cost in memory, bytes, JPEG
scans and TIFF strips. One image is decoded at a time, so the bound holds for the process.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
import pillow_heif
from PIL import Image, ImageFile, Jpeg2KImagePlugin, TiffImagePlugin, UnidentifiedImageError

from detector.errors import MediaDecodeError, MediaTooLargeError, UnsupportedMediaError
from detector.media.damage import (
    BROKEN,
    REPAIRED_BYTES,
    WAYS,
    Sums,
    filled,
    is_tiled,
    kept_part,
    missing_bytes,
    repaired,
)
from detector.media.image_colours import Coding, coding_of, reduction, srgb_pixels
from detector.messages import Message
from detector.types import Pixels

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF", "TIFF", "BMP", "JPEG2000")
"""Pillow's names of the formats that are read; nothing else is tried. (The two-image JPEG of some phones, MPO, is
opened by the JPEG reader.)"""
MAX_IMAGE_PX = 110_000_000
"""Most pixels of an image (the largest phone sensors in common use have 108 million)."""
MAX_IMAGE_BYTES = 300_000_000
"""Largest image file: some readers hold all of it."""
KEPT_PX = 50_000_000
"""Larger images are reduced by a whole factor until they have at most this many pixels."""

_MAX_SIDE_PX = 1_000_000
"""Longest side: each row costs something of its own."""
_MAX_READS = 1_000_000
"""Most pieces that one file is read in: headers can be made of millions of empty blocks."""
_MAX_PX = {"WEBP": 40_000_000, "AVIF": 40_000_000, "HEIF": 64_000_000, "TIFF": 64_000_000, "JPEG2000": 24_000_000}
"""Fewer pixels for the formats whose decoders take 8 to 32 bytes for each, instead of the 4 of Pillow's own."""
_MAX_SCANS = 100
"""Scans of a JPEG. Encoders write about ten; thousands of empty ones cost minutes (libjpeg-turbo's advice to
fuzzers is 500)."""
_END_ROWS = 32
"""Rows that a JPEG decoder has not output yet when the end marker is missing: two of its largest blocks."""
_OTHER_JPEG = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF)
"""Frame markers of lossless and hierarchical JPEG (ITU-T T.81, table B.1), which no browser shows either."""
_AGAIN = "Download or copy it again from where it came, and check that too."
_LEAST_KEPT_PX = 16
"""Fewest rows or columns of a cut-off image that are analysed."""
_HEAD_BYTES = 1 << 18
"""First bytes of a file in which the colour coding is searched."""
_HALVED_JP2_BYTES = 40_000_000
"""Larger JPEG 2000 files are decoded at half their size: each megabyte takes a sixth of a second."""
_ORIENTATION, _STRIP_BYTES, _TILE_BYTES, _TILE_WIDTH, _TILE_LENGTH = 0x0112, 279, 325, 322, 323
_SUBFILE_TYPE, _DNG_VERSION = 254, 50706
_PHOTOMETRIC, _YCBCR = 262, 6
_LOCK = threading.Lock()
"""Held while an image is decoded, so that the bound in memory holds for all threads together."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StillImage:
    """A decoded image."""

    pixels: Pixels
    """uint8 (height, width, 3), sRGB, upright."""
    format: str
    """Pillow's name of its format, lower case."""
    notes: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    """What of a damaged image could not be read."""


def decode_image(path: Path, max_px: int = MAX_IMAGE_PX) -> StillImage:
    """Decode an image to upright sRGB with at most `KEPT_PX` pixels.

    The EXIF orientation and the ICC profile are applied and the rest of the metadata is ignored, transparency is
    composed on white, 16 bits are scaled to 8. Of an animation the first frame is read. A damaged image is read as
    far as it decodes: of a cut-off one the rows before the break.

    Args:
        path: the file.
        max_px: most pixels; some formats have lower limits of their own.

    Raises:
        UnsupportedMediaError: not one of `FORMATS`.
        MediaTooLargeError: too many bytes or pixels, or made to take long.
        MediaDecodeError: nothing of it can be decoded.
    """
    with _reading(path) as file:
        if missing := missing_bytes(file):
            return _decode_cut_off(file, path.name, max_px, missing)
        try:
            return _decode(file, path.name, max_px)
        except (MediaDecodeError, UnsupportedMediaError):
            whole = repaired(file)
            if whole is None:
                raise
            still = _decode(_CountedReader(whole, path.name), path.name, max_px)
            if still.warnings:  # not only the blocks around the image are damaged
                return still
            return replace(still, warnings=(Message("image_damaged"),))


def read_image(path: Path) -> Pixels:
    """Return the pixels only, uint8 (height, width, 3) sRGB; raises what `decode_image` raises."""
    return decode_image(path).pixels


def is_animated(path: Path, max_px: int) -> bool:
    """Return whether an image file holds several frames. Nothing is decoded; raises what `decode_image` raises.

    The frames of a PNG are counted, because the number in its header may be wrong.
    """
    with _reading(path) as file:
        if file.read(8) == b"\x89PNG\r\n\x1a\n":
            frames = 0
            while frames < 2 and len(head := file.read(8)) == 8:
                frames += head[4:] == b"fcTL"
                file.seek(4 + int.from_bytes(head[:4], "big"), 1)
            return frames > 1
        whole: IO[bytes] = file
        if 0 < (missing := missing_bytes(file)) <= REPAIRED_BYTES:
            whole = filled(_content(file), missing)
        try:
            return bool(getattr(_open(whole, path.name, max_px), "is_animated", False))
        except BROKEN as error:
            raise _broken(path.name) from error


@contextmanager
def opened_image(path: Path) -> Iterator[Image.Image]:
    """Open an image's header, for its metadata. Nothing is decoded; raises what `decode_image` raises."""
    with _reading(path) as file:
        yield _open(file, path.name, MAX_IMAGE_PX)


class _CountedReader(io.BufferedReader):
    """Reads a file in at most `_MAX_READS` pieces."""

    def __init__(self, file: io.FileIO | io.BytesIO, name: str) -> None:
        super().__init__(file)
        self._name = name
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > _MAX_READS:
            raise _too_much_work(self._name)
        return super().read(size)


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    if (size := path.stat().st_size) > MAX_IMAGE_BYTES:
        raise MediaTooLargeError(
            f"{path.name} has {size / 1e6:.0f} MB, more than the {MAX_IMAGE_BYTES / 1e6:.0f} MB of an image that "
            "are opened. Save it as JPEG and try that; keep the original."
        )
    with _LOCK, _CountedReader(io.FileIO(path), path.name) as file:
        yield file


def _open(file: IO[bytes], name: str, max_px: int) -> Image.Image:
    """Read the header and check it against the limits."""
    pillow_heif.register_heif_opener(thumbnails=False)
    _check_px(_webp_canvas_px(file), "WEBP", name, max_px)  # its reader takes memory for the canvas when it opens
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata, and about sizes that are checked here
            image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many(name, max_px) from error
    except UnidentifiedImageError as error:
        raise UnsupportedMediaError(
            f"{name} begins like an image but cannot be read as one. Save it as JPEG and try that."
        ) from error
    except BROKEN as error:
        raise _broken(name) from error
    if isinstance(image, TiffImagePlugin.TiffImageFile) and _is_preview(image):
        raise UnsupportedMediaError(
            f"{name} is a raw photo, of which only a small preview could be read. Export it as JPEG and try that; "
            "keep the original."
        )
    _check_px(image.width * image.height, image.format or "", name, max_px)
    if max(image.size) > _MAX_SIDE_PX:
        raise _too_much_work(name)
    return image


def _is_preview(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Return whether the first image of a TIFF is a reduced one (TIFF 6.0, `NewSubfileType`) or that of a DNG."""
    kind = image.tag_v2.get(_SUBFILE_TYPE, 0)
    return _DNG_VERSION in image.tag_v2 or bool(isinstance(kind, int) and kind & 1)


def _is_plain_ycbcr(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Return whether a TIFF holds uncompressed YCbCr (TIFF 6.0, section 21), which Pillow takes for RGB."""
    return image.tag_v2.get(_PHOTOMETRIC) == _YCBCR and any(tile[0] == "raw" for tile in image.tile)


def _check_px(count: int, format_name: str, name: str, max_px: int) -> None:
    if count > max_px:
        raise _too_many(name, max_px)
    if count > (most := _MAX_PX.get(format_name, max_px)):
        raise _too_many(name, most, f" of a {format_name} image")


def _webp_canvas_px(file: IO[bytes]) -> int:
    """Return the pixels of an extended WebP by its header (RFC 9649, 2.7), 0 for anything else."""
    file.seek(0)
    head = file.read(30)
    file.seek(0)
    if len(head) < 30 or head[:4] + head[8:16] != b"RIFFWEBPVP8X":
        return 0
    return (1 + int.from_bytes(head[24:27], "little")) * (1 + int.from_bytes(head[27:30], "little"))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _decode_cut_off(file: IO[bytes], name: str, max_px: int, missing: int) -> StillImage:
    """Decode what does not depend on the bytes that are missing at the end of a WebP, HEIC or AVIF."""
    cut_off = MediaDecodeError(f"{name} is cut off, and nothing of its image can be decoded. {_AGAIN}")
    content = _content(file)
    if len(content) + missing > REPAIRED_BYTES:
        raise cut_off
    sums: Sums | None = None
    for way in range(WAYS):
        try:
            still = _decode(filled(content, missing, way), name, max_px, upright=False)
        except (MediaDecodeError, UnsupportedMediaError):
            continue
        if sums is not None:
            break
        sums = Sums.of(still.pixels)
    else:
        raise cut_off
    part = kept_part(still.pixels, sums, is_tiled(content))
    if min(part.shape[:2]) < _LEAST_KEPT_PX:
        raise cut_off
    share = part.size / still.pixels.size
    part = _upright(part, _orientation(_open(filled(content, missing), name, max_px)))
    warning = Message("image_incomplete", {"share": share}) if share < 1 else Message("image_damaged")
    return replace(still, pixels=part, warnings=(warning,), notes=())


def _decode(file: IO[bytes], name: str, max_px: int, *, upright: bool = True) -> StillImage:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    coded = Coding()
    if head[4:8] == b"ftyp" and b"avi" in head[8:64]:
        from detector.media.decoding import check_coded_images  # PyAV only where it is needed

        coded = check_coded_images(file, name, min(max_px, _MAX_PX["AVIF"]))
    image = _open(file, name, max_px)
    if image.format in ("JPEG", "MPO") and _frame_marker(head) in _OTHER_JPEG:
        raise UnsupportedMediaError(
            f"{name} is a lossless or hierarchical JPEG, which is not read. Save it as an ordinary JPEG and try "
            "that; keep the original."
        )
    if isinstance(image, TiffImagePlugin.TiffImageFile) and _is_plain_ycbcr(image):
        raise UnsupportedMediaError(
            f"{name} is a TIFF of uncompressed YCbCr, which is not read. Save it as PNG and try that; keep "
            "the original."
        )
    stored = image.size
    coding = coding_of(image, head)
    if coding == Coding():
        coding = coded
    try:
        _check_work(file, image, name)
        damaged = upright and _is_damaged_inside(file, image, name)
        if image.format in ("JPEG", "MPO") and (factor := reduction(image.size, KEPT_PX)) > 1:
            # The decoder itself gives a smaller image, in a fraction of the memory.
            image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))
        if isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile) and file.seek(0, io.SEEK_END) > _HALVED_JP2_BYTES:
            image.reduce = 1
        first, end = _load(image)
        pixels = srgb_pixels(image, KEPT_PX, first, end, coding)
        pixels = _upright(pixels, _orientation(image)) if upright else pixels
    except BROKEN as error:
        raise _broken(name) from error
    warned: tuple[Message, ...] = ()
    if end - first < image.height:
        warned = (Message("image_incomplete", {"share": (end - first) / image.height}),)
    elif damaged:
        warned = (Message("image_part_damaged"),)
    notes: tuple[Message, ...] = ()
    if max(pixels.shape) < max(stored) and not warned:
        height, width = pixels.shape[:2]
        sizes = {"stored": f"{stored[0]}x{stored[1]}", "judged": f"{width}x{height}"}
        notes = (Message("scaled_image", sizes),)
    return StillImage(pixels=pixels, format=(image.format or "").lower(), notes=notes, warnings=warned)


def _frame_marker(head: bytes) -> int:
    """Return the SOF marker of a JPEG, which states its coding; 0 if there is none in its first bytes."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        if 0xC0 <= head[at + 1] <= 0xCF and head[at + 1] not in (0xC4, 0xC8, 0xCC):
            return head[at + 1]
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return 0


def _is_damaged_inside(file: IO[bytes], image: Image.Image, name: str) -> bool:
    from detector.media.inner_damage import is_damaged_inside  # PyAV only where it is needed

    return is_damaged_inside(file, image, name)


def _check_work(file: IO[bytes], image: Image.Image, name: str) -> None:
    """Refuse files made to take long: thousands of scans, or strips that share their bytes."""
    size = file.seek(0, io.SEEK_END)
    if image.format in ("JPEG", "MPO"):
        file.seek(0)
        scans, last = 0, b""
        while block := file.read(1 << 20):
            scans += (last + block).count(b"\xff\xda")
            last = block[-1:]
        if scans > _MAX_SCANS or (image.mode == "CMYK" and image.width * image.height > _MAX_PX["TIFF"]):
            raise _too_much_work(name)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        pieces = sum(sum(tags.get(tag, ())) for tag in (_STRIP_BYTES, _TILE_BYTES))
        if pieces > 2 * size or tags.get(_TILE_WIDTH, 0) * tags.get(_TILE_LENGTH, 0) > _MAX_PX["TIFF"]:
            raise _too_much_work(name)


def _load(image: Image.Image) -> tuple[int, int]:
    """Decode, and return the first decoded row and the one after the last.

    Raises:
        OSError: nothing was decoded, or a JPEG needs its end marker.
    """
    try:
        image.load()
        return 0, image.height
    except BROKEN:
        if not isinstance(image, ImageFile.ImageFile) or image._im is None or image.info.get("interlace"):
            raise
        image.tile = []  # nothing more to decode: what there is can be used
        found = np.flatnonzero(np.asarray(image).reshape(image.height, -1).any(axis=1))
        if not len(found):
            raise
        first, end = int(found[0]), int(found[-1]) + 1
        if image.format in ("JPEG", "MPO") and image.height - end <= _END_ROWS:
            raise
        return first, end


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 (upright) if the metadata cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd entries
            value = image.getexif().get(_ORIENTATION, 1)
        return int(value[0] if isinstance(value, bytes | tuple) else value)  # a byte, or several numbers
    except BROKEN:
        return 1


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Rotate and flip by an EXIF orientation (Exif 3.0, 4.6.5.1.6: the sides of stored row 0 and column 0)."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _too_many(name: str, most: int, of_what: str = "") -> MediaTooLargeError:
    return MediaTooLargeError(
        f"{name} has more than {most / 1e6:.0f} million pixels, the most{of_what} that is opened. "
        "Save a smaller copy and try that; keep the original."
    )


def _too_much_work(name: str) -> MediaTooLargeError:
    return MediaTooLargeError(
        f"{name} is made in a way that takes far longer to decode than its size suggests. "
        "Save it as JPEG and try that; keep the original."
    )


def _broken(name: str) -> MediaDecodeError:
    return MediaDecodeError(f"{name} is damaged or incomplete and cannot be opened. {_AGAIN}")
