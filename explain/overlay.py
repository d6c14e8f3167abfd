"""Drawing only: heat over a face and over a whole frame, on one scale a report, with its colour bar.

Digits are all that is written: words stand beside an image, in its reader's language.

The colour map is perceptually uniform (inferno); the strongest region also gets an outline, so that the
image can be read in greyscale print and without colour vision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.types import FaceBox, Frame, Pixels, QuarterTurns

OVERLAY_PX = 480
"""Shortest side a face is drawn at, so that a small crop can be looked at."""
FRAME_LONG_SIDE_PX = 1920
_OUTLINE_AT = 0.5
"""The outline encloses everything from this share of the report's scale."""
_MAX_OPACITY = 0.6
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class HeatedFace:
    """A face to draw in its frame."""

    track_id: int
    box: FaceBox
    window: FaceBox
    """What the map covers, in pixels of the frame."""
    heatmap: NDArray[np.float32]
    """As the frame shows the face, see `as_shown`."""


def as_shown(heatmap: NDArray[np.float32], turns: QuarterTurns) -> NDArray[np.float32]:
    """The map of an upright face, turned back to how the face lies in its frame."""
    return np.ascontiguousarray(np.rot90(heatmap, -turns))


def colour_map(shares: NDArray[np.float32]) -> Pixels:
    """Shares 0 to 1 of the report's scale, any shape, to inferno RGB: uint8 (…, 3)."""
    levels = (shares.clip(0, 1) * 255).round().astype(np.uint8)
    coloured = cv2.applyColorMap(levels.reshape(-1, 1), cv2.COLORMAP_INFERNO)[:, 0, ::-1]
    return np.ascontiguousarray(coloured.reshape(*shares.shape, 3), dtype=np.uint8)


def blend_heatmap(pixels: Pixels, heatmap: NDArray[np.float32], scale: float) -> Pixels:
    """Lay a raw map over an image of the same region.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        heat: (rows, columns), at least 0; it is stretched over the whole image.
        scale: raw heat drawn in the strongest colour; 0 says there is none, and leaves the image as it is.

    Returns:
        A new image. Opacity grows with the heat, so where there is none the face stays as it was.
    """
    if scale <= 0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    grown = cv2.resize(heatmap, (width, height), interpolation=cv2.INTER_LINEAR)
    shares = (grown / scale).clip(0, 1).astype(np.float32)
    opacity = (_MAX_OPACITY * np.sqrt(shares))[..., None]
    blended = pixels * (1 - opacity) + colour_map(shares) * opacity
    drawn = np.ascontiguousarray(blended.round().clip(0, 255), dtype=np.uint8)
    region = (shares >= _OUTLINE_AT).astype(np.uint8)
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    thickness = max(1, round(min(height, width) / 160))
    cv2.drawContours(drawn, contours, -1, _BLACK, thickness + 2, cv2.LINE_AA)
    cv2.drawContours(drawn, contours, -1, _WHITE, thickness, cv2.LINE_AA)
    return drawn


def draw_face(pixels: Pixels, heatmap: NDArray[np.float32], scale: float) -> Pixels:
    """A face crop with its heat and the colour bar of the report: uint8 (height, width, 3), RGB."""
    side = max(OVERLAY_PX, pixels.shape[0])
    grown = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    return np.vstack([blend_heatmap(grown, heatmap, scale), _colour_bar(side)])


def _colour_bar(width: int) -> Pixels:
    """From none of the scale's heat, 0, to all of it, 1, as a strip; the outline encloses the upper half."""
    strip = np.zeros((64, width, 3), np.uint8)
    left, right = 10, width - 11
    shares = np.linspace(0, 1, right - left + 1, dtype=np.float32)[None, :].repeat(16, axis=0)
    strip[8:24, left : right + 1] = colour_map(shares)
    cv2.rectangle(strip, (left - 1, 7), (right + 1, 24), _WHITE, 1)
    font, size, baseline = cv2.FONT_HERSHEY_SIMPLEX, 0.75, 52
    for share in (0.0, _OUTLINE_AT, 1.0):
        x, label = round(left + share * (right - left)), f"{share:g}"
        cv2.line(strip, (x, 24), (x, 30), _WHITE, 1)
        (label_width, _), _ = cv2.getTextSize(label, font, size, 1)
        start = min(max(x - label_width // 2, left), right - label_width)
        cv2.putText(strip, label, (start, baseline), font, size, _WHITE, 1, cv2.LINE_AA)
    return strip


def draw_frame(
    frame: Frame, faces: Sequence[HeatedFace], scale: float, boxes: Mapping[int, FaceBox] | None = None
) -> Pixels:
    """A whole frame with box, number and heat of each explained face, shrunk to `FRAME_LONG_SIDE_PX`.

    Args:
        frame: upright.
        faces: those that are explained.
        scale: raw heat drawn in the strongest colour.
        boxes: every face that was judged in the frame, by track; those without heat get box and number, too.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    height, width = frame.pixels.shape[:2]
    factor = min(1.0, FRAME_LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    drawn = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    for face in faces:
        blend_window(drawn, face.window, face.heatmap, scale, factor)
    line = max(1, round(max(size) / 320))
    shown = {face.track_id: face.box for face in faces} | dict(boxes or {})
    corners = {number: [round(value * factor) for value in box.as_list()] for number, box in shown.items()}
    for x1, y1, x2, y2 in corners.values():
        for colour, thickness in ((_BLACK, line + 2), (_WHITE, line)):
            cv2.rectangle(drawn, (x1, y1), (x2, y2), colour, thickness)
    for number in sorted(corners, reverse=True):  # the most important last, over the others
        _label(drawn, str(number + 1), corners[number])
    return drawn


def blend_window(
    drawn: Pixels, window: FaceBox, heatmap: NDArray[np.float32], scale: float, factor: float
) -> None:
    """Lay the heat over the part of the window that lies inside the image, in place."""
    x1, y1, x2, y2 = (round(value * factor) for value in window.as_list())
    height, width = drawn.shape[:2]
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    if right <= left or bottom <= top:
        return
    grown = cv2.resize(heatmap, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
    part = np.ascontiguousarray(grown[top - y1 : bottom - y1, left - x1 : right - x1], dtype=np.float32)
    drawn[top:bottom, left:right] = blend_heatmap(drawn[top:bottom, left:right], part, scale)


def _label(drawn: Pixels, text: str, corners: Sequence[int]) -> None:
    """The number of a face, white on black, above its box, or in its corner where there is no room above.

    It is a sixteenth of the image high, so that it can be read on a phone, but not higher than the box.
    """
    x1, y1, _, y2 = corners
    height, width = drawn.shape[:2]
    wanted = max(12, min(max(height, width) // 16, y2 - y1))
    font, thickness = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(wanted / 10))
    size = cv2.getFontScaleFromHeight(font, round(0.8 * wanted), thickness)
    (text_width, text_height), _ = cv2.getTextSize(text, font, size, thickness)
    pad = max(2, round(0.15 * wanted))
    tall, wide = text_height + 2 * pad, text_width + 2 * pad
    top = y1 - tall if y1 >= tall else max(0, y1)
    left = max(0, min(x1, width - wide))
    cv2.rectangle(drawn, (left, top), (left + wide, top + tall), _BLACK, -1)
    cv2.putText(drawn, text, (left + pad, top + pad + text_height), font, size, _WHITE, thickness, cv2.LINE_AA)
