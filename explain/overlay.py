"""Draw heatmaps over face crops and whole frames, on one scale per report.

The only text in an image is digits, so images need no translation. The colour map is perceptually uniform
(inferno); an outline around the strongest region keeps it readable in greyscale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.types import FaceBox, Frame, Pixels, QuarterTurns

OVERLAY_PX = 480
"""Least side of a drawn face."""
FRAME_LONG_SIDE_PX, FRAME_SHORT_SIDE_PX, _LONGEST_PX = 1920, 720, 6000
"""Larger frames are scaled down to the first, but panoramas not below the second unless they are longer than the
third: faces in them would be too small to see."""
_OUTLINE_AT = 0.5
"""Share of the scale from which the outline encloses the heat."""
_MAX_OPACITY = 0.6
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class HeatedFace:
    """A face to draw in its frame."""

    track_id: int
    box: FaceBox
    window: FaceBox
    """Area that the heatmap covers, in pixels of the frame."""
    heatmap: NDArray[np.float32]
    """In the orientation of the frame, see `as_shown`."""


def as_shown(heatmap: NDArray[np.float32], turns: QuarterTurns) -> NDArray[np.float32]:
    """Rotate the heatmap of an upright face to the orientation of its frame."""
    return np.ascontiguousarray(np.rot90(heatmap, -turns))


def colour_map(shares: NDArray[np.float32]) -> Pixels:
    """Map shares of the scale, 0 to 1, any shape, to inferno RGB: uint8 (…, 3)."""
    levels = (shares.clip(0, 1) * 255).round().astype(np.uint8)
    coloured = cv2.applyColorMap(levels.reshape(-1, 1), cv2.COLORMAP_INFERNO)[:, 0, ::-1]
    return np.ascontiguousarray(coloured.reshape(*shares.shape, 3), dtype=np.uint8)


def blend_heatmap(pixels: Pixels, heatmap: NDArray[np.float32], scale: float) -> Pixels:
    """Blend a raw heatmap over an image of the same region.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        heatmap: (rows, columns), at least 0; resized to the image.
        scale: raw heat drawn in the strongest colour; 0 leaves the image unchanged.

    Returns:
        A new image; opacity grows with the heat.
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
    """Draw a face crop with its heatmap and a colour bar: uint8 (height, width, 3), RGB."""
    side = max(OVERLAY_PX, pixels.shape[0])
    grown = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    return np.vstack([blend_heatmap(grown, heatmap, scale), _colour_bar(side)])


def _colour_bar(width: int) -> Pixels:
    """Draw the scale from 0 to 1 as a strip."""
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
    """Draw a frame with box, number and heatmap of each explained face, scaled down if it is large.

    Args:
        scale: raw heat drawn in the strongest colour.
        boxes: further faces by track, drawn with box and number only.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    height, width = frame.pixels.shape[:2]
    long, short = max(height, width), min(height, width)
    factor = min(1.0, max(FRAME_LONG_SIDE_PX / long, min(FRAME_SHORT_SIDE_PX / short, _LONGEST_PX / long)))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    drawn = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    for face in faces:
        blend_window(drawn, face.window, face.heatmap, scale, factor)
    line = max(1, round(min(max(size), FRAME_LONG_SIDE_PX) / 320))
    shown = {face.track_id: face.box for face in faces} | dict(boxes or {})
    corners = {number: [round(value * factor) for value in box.as_list()] for number, box in shown.items()}
    for corner in corners.values():
        draw_box(drawn, corner, line)
    for number in sorted(corners, reverse=True):  # the strongest last, on top
        _label(drawn, str(number + 1), corners[number])
    return drawn


def draw_box(drawn: Pixels, corners: Sequence[int], line: int) -> None:
    """Draw a white box with a black outline in place; corners are XYXY pixels."""
    x1, y1, x2, y2 = corners
    for colour, thickness in ((_BLACK, line + 2), (_WHITE, line)):
        cv2.rectangle(drawn, (x1, y1), (x2, y2), colour, thickness)


def blend_window(
    drawn: Pixels, window: FaceBox, heatmap: NDArray[np.float32], scale: float, factor: float
) -> None:
    """Blend a heatmap in place over the part of its window that lies inside the image."""
    x1, y1, x2, y2 = (round(value * factor) for value in window.as_list())
    height, width = drawn.shape[:2]
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    if right <= left or bottom <= top:
        return
    grown = cv2.resize(heatmap, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
    part = np.ascontiguousarray(grown[top - y1 : bottom - y1, left - x1 : right - x1], dtype=np.float32)
    drawn[top:bottom, left:right] = blend_heatmap(drawn[top:bottom, left:right], part, scale)


def _label(drawn: Pixels, text: str, corners: Sequence[int]) -> None:
    """Draw the number of a face above its box, or inside it where there is no room above.

    It is a sixteenth of the image high, readable on a phone, but not higher than the box.
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
