"""Colours of still images: any mode, profile and transfer characteristics to sRGB, band by band to hold little."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms

from detector.media.damage import BROKEN
from detector.types import Pixels

KEPT_SIDE_PX = 32_767
"""Longest side of a result, the most that OpenCV scales."""
_BAND_PX = 4_000_000
"""Pixels whose colours are converted at once."""
_PLAIN_MODES = {"P": "RGB", "PA": "RGB", "RGBA": "RGB", "RGBX": "RGB", "LA": "L", "1": "L"}
"""Mode in which colours are converted, if it differs from the image's."""
_UNSPECIFIED = 2
_USUAL_GAMMA = 1 / 2.2
_GAMMA_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Coding:
    """Transfer characteristics and colour primaries, as codes of ITU-T H.273."""

    transfer: int = _UNSPECIFIED
    primaries: int = _UNSPECIFIED


def coding_of(image: Image.Image, head: bytes) -> Coding:
    """Return the colour coding that a file states.

    Args:
        image: opened.
        head: the first bytes of the file.

    Source:
        ISO/IEC 23008-12 (`colr` of type `nclx`), PNG third edition 11.3.2.6 (`cICP`), ICC.1:2022 9.2.17 (`cicp`).
    """
    if image.format == "HEIF":
        stated = image.info.get("nclx_profile") or {}
        coding = Coding(stated.get("transfer_characteristics", 2), stated.get("color_primaries", 2))
    elif image.format == "AVIF" and (at := head.find(b"colrnclx")) >= 0:
        coding = Coding(
            int.from_bytes(head[at + 10 : at + 12], "big"), int.from_bytes(head[at + 8 : at + 10], "big")
        )
    elif image.format == "PNG" and 0 <= (at := head.find(b"\0\0\0\4cICP")) < max(0, head.find(b"IDAT")):
        coding = Coding(head[at + 9], head[at + 8])
    else:
        coding = Coding()
    profile = image.info.get("icc_profile") or b""
    if coding.transfer == _UNSPECIFIED and b"cicp" in profile[128:2048]:
        at = int.from_bytes(profile[(entry := profile.index(b"cicp", 128)) + 4 : entry + 8], "big")
        if profile[at : at + 4] == b"cicp" and at + 10 <= len(profile):
            coding = Coding(profile[at + 9], profile[at + 8])
    return coding


def reduction(size: tuple[int, int], kept_px: int) -> int:
    """Return the integer factor by which an image is reduced to fit `kept_px` and `KEPT_SIDE_PX`."""
    return max(math.ceil(math.sqrt(size[0] * size[1] / kept_px)), math.ceil(max(size) / KEPT_SIDE_PX), 1)


def srgb_pixels(
    image: Image.Image, kept_px: int, first: int = 0, end: int | None = None, coding: Coding | None = None
) -> Pixels:
    """Convert rows of a decoded image to sRGB.

    Args:
        image: decoded, of any mode.
        kept_px: most pixels of the result; reduced by a whole factor to fit.
        first: first row.
        end: the row after the last; None: all.
        coding: what the file states, see `coding_of`.

    Returns:
        uint8 (height, width, 3), transparency composed on white, HDR tone-mapped as in videos.
    """
    end = image.height if end is None else end
    factor = reduction(image.size, kept_px)
    size = math.ceil((end - first) / factor), math.ceil(image.width / factor)
    pixels = np.empty((*size, 3), np.uint8)
    convert = _Converter(image, coding or Coding())
    rows = max(1, _BAND_PX // max(1, image.width) // factor) * factor
    for top in range(first, end, rows):
        bottom = min(top + rows, end)
        is_whole = (top, bottom) == (0, image.height)
        band = convert(image if is_whole else image.crop((0, top, image.width, bottom)))
        if factor > 1:
            band = band.reduce((min(factor, band.width), min(factor, band.height)))
        start = (top - first) // factor
        pixels[start : start + band.height] = np.asarray(band)
    return pixels


class _Converter:
    """Converts bands of one image to sRGB; a profile that does not fit the image is ignored."""

    def __init__(self, image: Image.Image, coding: Coding) -> None:
        from detector.media.frame_pixels import HDR_TRANSFERS, WIDE_PRIMARIES  # PyAV only where it is needed

        self._grey_max = _grey_max(image)
        self._transform: ImageCms.ImageCmsTransform | None = None
        self._mode = _PLAIN_MODES.get(image.mode, image.mode)
        profile = image.info.get("icc_profile")
        is_hdr = coding.transfer in HDR_TRANSFERS
        self._coding = coding if is_hdr or (not profile and coding.primaries in WIDE_PRIMARIES) else None
        self._gamma = 1.0 if profile or is_hdr else _gamma(image)
        try:
            if self._coding is not None:
                return
            if image.mode == "LAB":
                source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
            elif profile and self._mode in ("RGB", "L", "CMYK"):
                source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            else:
                return
            self._transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), self._mode, "RGB")
        except (ImageCms.PyCMSError, *BROKEN):
            return

    def __call__(self, band: Image.Image) -> Image.Image:
        if band.mode.startswith("I") or band.mode == "F":
            grey = np.nan_to_num(np.asarray(band).astype(np.float32)) * (255 / self._grey_max)
            return Image.fromarray(grey.round().clip(0, 255).astype(np.uint8)).convert("RGB")
        if band.has_transparency_data:
            rgba = band.convert("RGBA")
            colours = self._colours(rgba.convert(self._mode if self._mode == "L" else "RGB"))
            return Image.composite(colours, Image.new("RGB", rgba.size, "white"), rgba.getchannel("A"))
        return self._colours(band)

    def _colours(self, band: Image.Image) -> Image.Image:
        if self._coding is not None:
            from detector.media.frame_pixels import to_srgb

            deep = np.asarray(band.convert("RGB")).astype(np.uint16) * 257
            return Image.fromarray(to_srgb(deep, self._coding.transfer, self._coding.primaries))
        if self._transform is None:
            plain = band if band.mode == "RGB" else band.convert("RGB")  # which copies
            if self._gamma == 1.0:
                return plain
            return plain.point([round(255 * (value / 255) ** self._gamma) for value in range(256)] * 3)
        converted = ImageCms.applyTransform(band.convert(self._mode), self._transform)
        assert converted is not None
        return converted


def _gamma(image: Image.Image) -> float:
    """Return the exponent that maps a PNG's values to sRGB; 1 if it states no gamma, or the usual one.

    Source:
        PNG third edition, 13.13.
    """
    stated = image.info.get("gamma")
    if image.format != "PNG" or "srgb" in image.info or not isinstance(stated, float) or not 0.1 <= stated <= 4:
        return 1.0
    exponent = _USUAL_GAMMA / stated
    return exponent if abs(exponent - 1) > _GAMMA_TOLERANCE else 1.0


def _grey_max(image: Image.Image) -> float:
    """Return the value of white in grey of 16 or 32 bits, or floats, whose range may be 0 to 1, 8 or 16 bits."""
    if image.mode not in ("I", "F"):
        return 65535.0
    highest = image.getextrema()[1]
    assert isinstance(highest, int | float)
    if not 0 <= highest < 65535:  # the whole range, or no numbers at all
        return 65535.0
    return 1.0 if image.mode == "F" and highest <= 1 else 255.0 if highest <= 255 else 65535.0
