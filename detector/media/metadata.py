"""Read the metadata of an image, or of a container and its streams, and find what an image file holds besides its
image. None of it can be relied on."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import av.error
from PIL import ExifTags, Image, TiffImagePlugin

from detector.errors import MediaError
from detector.media.damage import BROKEN
from detector.media.images import opened_image
from detector.messages import Message

if TYPE_CHECKING:
    from detector.media.media import Media

TagKind = Literal["camera", "software", "time", "place", "author", "description", "prompt"]
"""What a tag is about, where that is known."""
_MOST_TAGS = 40
_MOST_CHARS = 400
_XMP_CHARS = 200_000
_KINDS: dict[str, TagKind] = {
    **dict.fromkeys(("make", "model", "lensmodel"), "camera"),
    **dict.fromkeys(("software", "encoder", "creatortool", "processingsoftware"), "software"),
    **dict.fromkeys(
        ("datetime", "datetimeoriginal", "creation_time", "creationdate", "date", "createdate"), "time"
    ),
    **dict.fromkeys(("place", "location", "iso6709"), "place"),
    **dict.fromkeys(("artist", "author", "copyright", "cameraownername"), "author"),
    **dict.fromkeys(("imagedescription", "title", "comment", "description", "usercomment"), "description"),
    **dict.fromkeys(("parameters", "prompt", "workflow", "digitalsourcetype"), "prompt"),
}
"""By the last part of a tag's name, lower case; `prompt` is what image generators write."""
_NO_NEWS = {"major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language"}
_NO_NEWS |= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "exif", "xmp", "icc_profile", "dpi", "photoshop"}
_XMP = re.compile(
    r"(?:xmp|Iptc4xmpExt|photoshop):(CreatorTool|DigitalSourceType|CreateDate|Credit)[=>]\"?([^\"<]{1,400})"
)

_MOST_PAGES = 100
"""Most pages of a TIFF that are counted."""
_SUBFILE_TYPE, _NO_PAGE = 254, 0b101
"""Tag whose bits mark reduced images and masks, such as thumbnails and overviews (TIFF 6.0, `NewSubfileType`)."""
_WITH_VIDEO = ("JPEG", "MPO", "HEIF")
"""Formats of motion photos: phones append an MP4 to the image, or put it into a box of its own."""
_MP4_START = re.compile(rb"\0\0\0[\x10-\x40]ftyp(?:mp4|iso|qt |avc|MSNV|3gp)")
_BLOCK_BYTES, _OVERLAP_BYTES = 1 << 20, 16


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of a file's metadata, unchanged."""

    name: str
    value: str
    """At most 400 characters, which may be any."""
    kind: TagKind | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a file."""

    tags: tuple[Tag, ...]
    """Those that are about something known first; at most 40."""
    streams: tuple[str, ...] = ()
    """Codec and settings of each stream of a video, such as `h264 High, yuv420p, 512 kb/s`."""


def read_metadata(media: Media) -> Metadata:
    """Read a file's tags without decoding it. What cannot be read is left out."""
    tags: list[Tag] = []
    streams: tuple[str, ...] = ()
    try:
        if media.info.kind == "image":
            with opened_image(media.path) as image:
                tags = list(_image_tags(image))
        elif (container := media.open_container()) is not None:
            with container:
                tags = list(_named(container.metadata))
                for stream in container.streams:
                    tags += _named(stream.metadata)
                streams = tuple(_stream(stream) for stream in list(container.streams)[:_MOST_TAGS])
    except (MediaError, av.error.FFmpegError, *BROKEN):
        pass
    kept = list(dict.fromkeys(tags))
    return Metadata(tuple(sorted(kept, key=lambda tag: tag.kind is None)[:_MOST_TAGS]), streams)


def other_content(path: Path) -> tuple[Message, ...]:
    """Return notes on what an image file holds besides the image that is read: pages, the video of a motion photo.

    Nothing is decoded. What cannot be read is left out.
    """
    pages, holds_video = 0, False
    try:
        with opened_image(path) as image, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata, and about sizes
            holds_video = image.format in _WITH_VIDEO and _holds_video(path)
            pages = getattr(image, "n_frames", 1) if image.format == "HEIF" else 1
            if isinstance(image, TiffImagePlugin.TiffImageFile):
                pages = 0
                for number in range(_MOST_PAGES):
                    image.seek(number)
                    kind = image.tag_v2.get(_SUBFILE_TYPE, 0)
                    pages += not (isinstance(kind, int) and kind & _NO_PAGE)
    except (MediaError, Image.DecompressionBombError, *BROKEN):
        pass  # such as EOFError: there are no more pages
    notes = [Message("other_images", {"count": pages})] if pages > 1 else []
    return (*notes, *([Message("motion_photo")] if holds_video else []))


def _holds_video(path: Path) -> bool:
    last = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if _MP4_START.search(last + block):
                return True
            last = block[-_OVERLAP_BYTES:]
    return False


def _image_tags(image: Any) -> Iterator[Tag]:
    exif = image.getexif()
    for folder in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        yield from _named({ExifTags.TAGS.get(tag, str(tag)): value for tag, value in folder.items()})
    if place := _place(exif.get_ifd(ExifTags.IFD.GPSInfo)):
        yield Tag("GPS", place, "place")
    yield from _named(image.info)
    xmp = image.info.get("xmp") or b""
    if isinstance(xmp, bytes):
        for name, value in _XMP.findall(xmp[:_XMP_CHARS].decode("utf-8", "replace")):
            yield from _named({name: value})


def _named(values: Mapping[Any, Any]) -> Iterator[Tag]:
    """Tags of text and numbers; bytes and tables say nothing to a reader."""
    for name, value in list(values.items())[: 4 * _MOST_TAGS]:
        last = str(name).rsplit(".", 1)[-1].rsplit(":", 1)[-1].lower()
        if isinstance(value, bytes) and last in ("usercomment", "comment"):
            value = value.removeprefix(b"ASCII\0\0\0").decode("utf-8", "replace")
        if isinstance(value, str) and value.strip("\0 \t\r\n") and last not in _NO_NEWS:
            yield Tag(str(name)[:60], value.strip("\0 \t\r\n")[:_MOST_CHARS], _KINDS.get(last))


def _place(gps: Mapping[int, Any]) -> str:
    """
    >>> _place({1: "S", 2: (33.0, 51.0, 24.0), 3: "E", 4: (151.0, 12.0, 36.0)})
    '-33.85667, 151.21000'
    """
    degrees = []
    for reference, value, negative in ((1, 2, "S"), (3, 4, "W")):
        try:
            whole, minutes, seconds = (float(part) for part in gps[value])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return ""
        sign = -1 if gps.get(reference) == negative else 1
        degrees.append(f"{sign * (whole + minutes / 60 + seconds / 3600):.5f}")
    return ", ".join(degrees)


def _stream(stream: Any) -> str:
    codec = stream.codec_context
    if codec is None:
        return str(stream.type)
    told = [" ".join(str(part) for part in (codec.name, getattr(codec, "profile", None)) if part)]
    if stream.type == "video":
        told += [str(codec.pix_fmt or ""), f"{codec.width}x{codec.height}"]
    if stream.type == "audio":
        told.append(f"{codec.sample_rate} Hz")
    if codec.bit_rate:
        told.append(f"{codec.bit_rate / 1000:.0f} kb/s")
    return ", ".join(part for part in told if part)
