"""Convert decoded video frames to upright sRGB with square pixels."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from detector.types import Pixels

KEPT_PX = 4096 * 2304
"""Larger frames are reduced to half the size, a third, …, because several are held at once."""
_MAX_STRETCH = 8
"""Largest pixel aspect ratio; a header that states more is damaged."""
_BAND_ROWS = 128
_PQ, _HLG = HDR_TRANSFERS = 16, 18
_BT2020, _P3 = WIDE_PRIMARIES = 9, 12
"""Codes of ITU-T H.273, as in FFmpeg: transfer characteristics and colour primaries."""
_WHITE_NITS, _PQ_PEAK_NITS, _HLG_PEAK_NITS = 203.0, 10_000.0, 1_000.0
"""Luminance that becomes white (ITU-R BT.2408), the highest that PQ codes, and that of the nominal HLG screen."""
_HLG_SYSTEM_GAMMA = 1.2
"""Of that screen: from light of the scene to light of the screen (BT.2100)."""
_SCREEN_GAMMA = 2.4
"""Of an SDR screen (ITU-R BT.1886)."""
_STEPS = 1 << 16
_TO_BT709 = {
    _BT2020: [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    _P3: [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]],
}
"""Linear RGB of wider primaries to those of sRGB, which are BT.709's (ITU-R BT.2087, SMPTE EG 432-1)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Turns a stored frame upright: transpose, then mirror left to right and top to bottom."""

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False


def display_size(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Return width and height with square pixels, the shorter side enlarged, reduced to at most `KEPT_PX`.

    >>> display_size(1440, 1080, Fraction(4, 3)), display_size(720, 480, Fraction(8, 9))
    ((1920, 1080), (720, 540))
    >>> display_size(7680, 4320, None)
    (3840, 2160)
    """
    aspect = float(pixel_aspect or 1)
    if not 1 / _MAX_STRETCH <= aspect <= _MAX_STRETCH:
        aspect = 1.0
    wide, high = width * max(aspect, 1.0), height / min(aspect, 1.0)
    factor = math.ceil(math.sqrt(wide * high / KEPT_PX))
    return max(1, round(wide / factor)), max(1, round(high / factor))


def upright_size(size: tuple[int, int], turn: Turn) -> tuple[int, int]:
    """Return width and height of a frame of that stored size after turning."""
    return (size[1], size[0]) if turn.transposed else size


def upright_pixels(
    frame: VideoFrame, size: tuple[int, int], turn: Turn, own_size: tuple[int, int] | None = None
) -> Pixels:
    """Scale a frame, convert its colours and turn it.

    Args:
        frame: as decoded.
        size: width and height before it is turned, see `display_size`.
        turn: of the video, see `turn_of`.
        own_size: `display_size` of this frame where the video changes its size; a frame of another shape is shown
            whole, between black bars.

    Returns:
        uint8 (height, width, 3), sRGB, transparency composed on white.
    """
    pixels = _srgb(frame, size) if own_size is None else _between_bars(frame, size, own_size)
    if turn.transposed:
        pixels = pixels.swapaxes(0, 1)
    pixels = pixels[:: -1 if turn.flip_y else 1, :: -1 if turn.flip_x else 1]
    return np.ascontiguousarray(pixels)


def turn_of(frame: VideoFrame) -> Turn:
    """Read the display matrix of a video from its first frame. (PyAV keeps a frame whose side data were read until
    the next garbage collection, so other frames are not read.)

    The matrix maps stored x and y to shown ones: x' = ax + cy, y' = bx + dy (ISO/IEC 14496-12, 8.5.2). Any angle
    is taken as the nearest quarter turn.
    """
    try:
        matrix = bytes(frame.side_data[SideDataType.DISPLAYMATRIX])  # type: ignore[typeddict-item]
    except KeyError:
        return Turn()
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Turn(True, c < 0, b < 0)
    return Turn(False, a < 0, d < 0)


def _between_bars(frame: VideoFrame, size: tuple[int, int], own_size: tuple[int, int]) -> Pixels:
    """Fit a frame into a size without stretching it; bars of less than 1 % of a side are left out."""
    factor = min(size[0] / own_size[0], size[1] / own_size[1])
    width, height = (max(1, round(factor * side)) for side in own_size)
    if (size[0] - width) * 100 < size[0] and (size[1] - height) * 100 < size[1]:
        return _srgb(frame, size)
    shown = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    shown[top : top + height, left : left + width] = _srgb(frame, (width, height))
    return shown


def _srgb(frame: VideoFrame, size: tuple[int, int]) -> Pixels:
    width, height = size
    shrinks = width * height < frame.width * frame.height
    scaling = "AREA" if shrinks else "BILINEAR" if size == (frame.width, frame.height) else "BICUBIC"
    transfer, primaries = int(frame.color_trc), int(frame.color_primaries)
    if transfer in (_PQ, _HLG) or primaries in _TO_BT709:
        deep = frame.reformat(width, height, "rgb48le", interpolation=scaling).to_ndarray()
        return to_srgb(deep.astype(np.uint16, copy=False), transfer, primaries)
    if any(component.is_alpha for component in frame.format.components):
        return _on_white(frame.reformat(width, height, "rgba", interpolation=scaling).to_ndarray())
    return frame.reformat(width, height, "rgb24", interpolation=scaling).to_ndarray().astype(np.uint8, copy=False)


def _on_white(rgba: NDArray[Any]) -> Pixels:
    """Compose transparency on white, band by band, to hold little at once."""
    shown = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, len(rgba), _BAND_ROWS):
        band = rgba[top : top + _BAND_ROWS].astype(np.uint16)
        colours, alpha = band[..., :3], band[..., 3:]
        shown[top : top + _BAND_ROWS] = (colours * alpha + 255 * (255 - alpha) + 127) // 255
    return shown


def to_srgb(deep: NDArray[np.uint16], transfer: int, primaries: int) -> Pixels:
    """Tone-map PQ or HLG, or a wide gamut, to sRGB as SDR screens show it.

    Light is made linear with 203 cd/m² as white (HLG on its nominal screen of 1,000), the primaries are converted,
    what is brighter is scaled down to its brightest component, what is outside the gamut is clipped. The same as
    FFmpeg's `zscale=t=linear:npl=203`, `zscale=p=bt709`, `tonemap=clip:desat=0`, `zscale=t=bt709`.

    Args:
        deep: (height, width, 3) RGB, 0 to 65535.
        transfer: code of the transfer characteristics.
        primaries: code of the colour primaries.

    Source:
        SMPTE ST 2084 (PQ), ITU-R BT.2100 (HLG), BT.2408 (white), BT.1886 (SDR screens).
    """
    linear_of = _linear_of(transfer)
    matrix = np.array(_TO_BT709.get(primaries, _TO_BT709[_BT2020]), np.float32).T
    root = np.linspace(0, 1, _STEPS)
    # By the square root, for steps fine enough in the dark.
    code_of = np.round(255 * (root**2) ** (1 / _SCREEN_GAMMA)).astype(np.uint8)
    shown = np.empty(deep.shape, np.uint8)
    for top in range(0, len(deep), _BAND_ROWS):
        light = linear_of[deep[top : top + _BAND_ROWS]]
        light = light @ matrix
        light = np.clip(light / np.maximum(light.max(axis=-1, keepdims=True), 1), 0, 1)
        shown[top : top + _BAND_ROWS] = code_of[(np.sqrt(light) * (_STEPS - 1)).astype(np.uint16)]
    return shown


def _linear_of(transfer: int) -> NDArray[np.float32]:
    """Linear light of each of the 65,536 codes; 1 is white."""
    code = np.linspace(0, 1, _STEPS)
    if transfer == _PQ:
        m1, m2 = 2610 / 16384, 2523 / 4096 * 128
        c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        root = code ** (1 / m2)
        light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1) * _PQ_PEAK_NITS / _WHITE_NITS
    elif transfer == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        light = scene**_HLG_SYSTEM_GAMMA * _HLG_PEAK_NITS / _WHITE_NITS  # each colour alone, as zscale does
    else:
        light = code**_SCREEN_GAMMA
    return light.astype(np.float32)
