"""Draw heatmaps, boxes, labels and a strip of text on the frames of a video."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from detector.faces.crop import crop_window
from detector.types import FaceBox, Frame, Pixels
from explain.overlay import blend_window, draw_box

LONG_SIDE_PX = 1280
"""Larger videos are scaled down to this long side."""
_SMALLEST_FONT_PX = 11
_PADDING_PX = 4


def can_shape() -> bool:
    """Return whether Pillow can shape complex scripts such as Devanagari on this machine.

    Pillow's wheels bring HarfBuzz and need FriBiDi from the system: package `libfribidi0` in Debian.
    """
    return bool(features.check("raqm"))


class Canvas:
    """Draws the frames of one video at one size. Texts are rendered once."""

    def __init__(
        self,
        width_px: int,
        height_px: int,
        of_track: Mapping[int, str],
        footer: str,
        typeface: Path | None = None,
    ) -> None:
        """Prepare labels and size.

        Args:
            typeface: font file for the texts; None uses a Latin font.

        Raises:
            OSError: the font cannot be read.
        """
        self._factor = min(1.0, LONG_SIDE_PX / max(width_px, height_px))
        self._inner = (max(1, round(width_px * self._factor)), max(1, round(height_px * self._factor)))
        width, height = (side + side % 2 for side in self._inner)  # H.264 needs even sides
        size = max(_SMALLEST_FONT_PX, round(max(width, height) / 64))
        font = ImageFont.load_default(size) if typeface is None else ImageFont.truetype(str(typeface), size)
        strip = _typeset(footer, font, width)
        self._strip = np.zeros((strip.shape[0] + strip.shape[0] % 2, width, 3), np.uint8)
        self._strip[: strip.shape[0], : strip.shape[1]] = strip
        self._labels = {track_id: _typeset(words, font, width) for track_id, words in of_track.items()}
        self._line = max(2, round(max(width, height) / 480))
        self.size = (width, height + self._strip.shape[0])
        """Width and height of drawn frames, pixels, both even."""

    def draw(
        self,
        frame: Frame,
        boxes: Mapping[int, FaceBox],
        heatmaps: Mapping[int, NDArray[np.float32]],
        heatmap_scale: float,
        margin_frac: float,
    ) -> Pixels:
        """Draw one frame with its strip.

        Args:
            boxes: faces in view by track, XYXY pixels of the frame.
            heatmaps: raw heatmaps by track, drawn where the track has a box.
            heatmap_scale: raw heat in the strongest colour.

        Returns:
            uint8 (height, width, 3), RGB.
        """
        factor = self._factor
        drawn: Pixels = frame.pixels.copy()
        if factor < 1:
            drawn = cv2.resize(frame.pixels, self._inner, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for track_id, box in boxes.items():
            if track_id in heatmaps and heatmap_scale > 0:
                window = crop_window(box, margin_frac, (frame.pixels.shape[0], frame.pixels.shape[1]))
                blend_window(drawn, window, heatmaps[track_id], heatmap_scale, factor)
        for box in boxes.values():
            draw_box(drawn, [round(value * factor) for value in box.as_list()], self._line)
        for track_id, box in boxes.items():
            if track_id in self._labels:
                _paste(drawn, self._labels[track_id], round(box.x1 * factor), round(box.y2 * factor))
        width, height = self.size[0], self.size[1] - self._strip.shape[0]
        beyond = ((0, height - drawn.shape[0]), (0, width - drawn.shape[1]), (0, 0))
        return np.vstack([np.pad(drawn, beyond, mode="edge"), self._strip])


def _typeset(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> Pixels:
    """Render text white on black, wrapped to the width: uint8 (height, at most width, 3), RGB."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width - 2 * _PADDING_PX:
            lines.append(word)
        else:
            lines[-1] = longer
    whole = "\n".join(lines)
    pen = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    left, top, right, bottom = pen.multiline_textbbox((0, 0), whole, font=font)
    size = (min(width, round(right - left) + 2 * _PADDING_PX), round(bottom - top) + 2 * _PADDING_PX)
    image = Image.new("RGB", size)
    ImageDraw.Draw(image).multiline_text((_PADDING_PX - left, _PADDING_PX - top), whole, "white", font)
    return np.asarray(image, dtype=np.uint8)


def _paste(drawn: Pixels, label: Pixels, x: int, y: int) -> None:
    """Draw a label in place, moved and clipped to the image."""
    height, width = drawn.shape[:2]
    x, y = max(0, min(x, width - label.shape[1])), max(0, min(y, height - label.shape[0]))
    part = label[: height - y, : width - x]
    drawn[y : y + part.shape[0], x : x + part.shape[1]] = part
