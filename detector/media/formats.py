"""Detect the format of a file by its content.

A name of the other kind (a video called .jpg) is refused; another name of the same kind (a PNG called .jpg) is
noted.
"""

from __future__ import annotations

from pathlib import Path

from detector.errors import UnsupportedMediaError
from detector.media.images import is_animated
from detector.messages import Message
from detector.types import MediaKind

IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".apng", ".webp", ".gif", ".heic", ".heif", ".avif"),
    *(".tif", ".tiff", ".bmp", ".jp2", ".j2k"),
)
VIDEO_SUFFIXES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".3gp",
    ".webm",
    ".mkv",
    ".avi",
    ".gif",
    ".ts",
    ".mts",
    ".m2ts",
    ".mpg",
    ".mpeg",
    ".vob",
    ".heics",
)
READABLE = (
    "Images: JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF, BMP, JPEG 2000. "
    "Videos: MP4, MOV, WebM, MKV, AVI, MPEG (.mpg, .vob, .ts), and animated GIF, WebP, PNG and AVIF."
)
HEAD_BYTES = 400
"""Bytes that `sniff` needs: three packets of a transport stream."""

_ANIMATED = {"gif": "gif", "png": "apng", "webp": "webp", "avif": "avif"}
"""Image formats that can hold an animation, and the name of the video format then."""
_SUFFIXES = {
    "jpeg": (".jpg", ".jpeg"),
    "mpo": (".jpg", ".jpeg"),
    "apng": (".png", ".apng"),
    "heif": (".heic", ".heif"),
    "heics": (".heics", ".heic", ".heif"),
    "tiff": (".tif", ".tiff"),
    "jpeg2000": (".jp2", ".j2k"),
    "mpegts": (".ts", ".mts", ".m2ts"),
    "mpeg": (".mpg", ".mpeg", ".vob"),
    "mp4": (".mp4", ".m4v", ".mov", ".3gp"),
    "matroska": (".mkv", ".webm"),
}
"""Usual suffixes of a format, where it is not just its name."""
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
_HEIF_VIDEO_BRANDS = (b"hevc", b"hevx", b"msf1")
"""HEIC image sequences, which are read as videos."""
_AVIF_BRANDS = (b"avif", b"avis")
_SOUND_BRANDS = (b"M4A ", b"M4B ")
_SOUND_MAGIC = (b"ID3", b"fLaC")
_MP4_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_MAGIC = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
    b"\0\0\0\x0cjP  \r\n\x87\n": "jpeg2000",
    b"\xff\x4f\xff\x51": "jpeg2000",  # without its container
}


def sniff(head: bytes, path: Path, max_px: int) -> tuple[MediaKind, str]:
    """Return kind and format of a file: for a video FFmpeg's name of the container, or `webp` or `avif`.

    Args:
        head: its first `HEAD_BYTES`.
        path: of the file, opened if the format may hold an animation.
        max_px: as `decode_image`.

    Raises:
        UnsupportedMediaError: unsupported, or of the other kind than its name says.
        MediaError: as `decode_image`.
    """
    kind, format_name = _by_content(head, path)
    suffix = path.suffix.lower()
    if format_name in _ANIMATED:
        if is_animated(path, max_px):
            kind, format_name = "video", _ANIMATED[format_name]
    if (format_name in _ANIMATED.values() or format_name == "heics") and suffix in IMAGE_SUFFIXES:
        return kind, format_name
    named: MediaKind | None = (
        "video" if suffix in VIDEO_SUFFIXES else "image" if suffix in IMAGE_SUFFIXES else None
    )
    if named is not None and named != kind and suffix != ".gif":
        raise UnsupportedMediaError(
            f"{path.name} is named like {'a video' if kind == 'image' else 'an image'} but holds "
            f"{'an image' if kind == 'image' else 'a video'}. If that is what you mean to check, "
            f"rename it to end in {'.png or .jpg' if kind == 'image' else '.mp4'} and try again."
        )
    return kind, format_name


def name_notes(path: Path, kind: MediaKind, format_name: str) -> tuple[Message, ...]:
    """Return a note if the suffix does not fit the format."""
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES.get(format_name, (f".{format_name}",)) or not suffix:
        return ()
    return (Message("other_suffix", {"suffix": suffix, "format": format_name.upper(), "kind": kind}),)


def _by_content(head: bytes, path: Path) -> tuple[MediaKind, str]:
    if (
        (head[4:8] == b"ftyp" and head[8:12] in _SOUND_BRANDS)
        or head.startswith(_SOUND_MAGIC)
        or head[8:12] == b"WAVE"
    ):
        raise UnsupportedMediaError(f"{path.name} is a sound recording. Give the video with its image.")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS + _AVIF_BRANDS:
        brands = head[8 : int.from_bytes(head[:4], "big")]
        return "image", "avif" if any(brand in brands for brand in _AVIF_BRANDS) else "heif"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_VIDEO_BRANDS:
        return "video", "heics"
    if head[4:8] in _MP4_ATOMS:
        return "video", "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video", "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "video", "avi"
    if head.startswith(b"\0\0\1\xba"):
        return "video", "mpeg"  # a program stream of MPEG-1 or MPEG-2
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image", "webp"
    for magic, format_name in _MAGIC.items():
        if head.startswith(magic):
            return "image", format_name
    if any(head[at : at + 2 * step + 1 : step] == b"GGG" for at, step in ((0, 188), (4, 192))):
        return "video", "mpegts"
    raise UnsupportedMediaError(
        f"{path.name} is neither an image nor a video we can read. Give one of these. {READABLE}"
    )
