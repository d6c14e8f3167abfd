"""Cut faces out of frames. Training and inference both use this code."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from detector.faces.borders import content_box
from detector.faces.turns import turn_pixels
from detector.types import DetectedFace, FaceBox, FaceCrop, Frame, Pixels


def crop_window(box: FaceBox, margin_frac: float, frame_hw: tuple[int, int]) -> FaceBox:
    """Return the square window of the frame to crop for a face.

    Args:
        box: the face, in pixels of the frame.
        margin_frac: margin on each side as a fraction of the box's longer side; 0.125 adds an eighth.
        frame_hw: height and width of the frame, pixels.

    Returns:
        A square around the centre of the box, moved inside the frame near an edge. If the frame is smaller than
        the square, the margin shrinks; the square reaches beyond the frame only if the box is longer than its
        short side.

    Raises:
        ValueError: a negative margin.

    Example:
        >>> crop_window(FaceBox(100, 40, 180, 120), 0.125, (480, 640))
        FaceBox(x1=90, y1=30, x2=190, y2=130)
        >>> crop_window(FaceBox(0, 40, 80, 120), 0.125, (480, 640))
        FaceBox(x1=0, y1=30, x2=100, y2=130)
        >>> crop_window(FaceBox(5, 5, 155, 155), 0.125, (160, 160))
        FaceBox(x1=0, y1=0, x2=160, y2=160)
    """
    if margin_frac < 0:
        raise ValueError(f"margin_frac is {margin_frac}; a margin cannot be negative")
    height, width = frame_hw
    longer = max(box.width, box.height)
    side = round(longer * (1 + 2 * margin_frac))
    side = max(longer, min(side, height, width))
    x1 = _place((box.x1 + box.x2) / 2, side, width)
    y1 = _place((box.y1 + box.y2) / 2, side, height)
    return FaceBox(x1, y1, x1 + side, y1 + side)


def _place(centre: float, side: int, limit: int) -> int:
    """Return the start of an interval of `side` pixels around `centre`, moved inside 0..limit where it fits."""
    start = round(centre - side / 2)
    return min(max(start, 0), limit - side) if side <= limit else (limit - side) // 2


def cut_square(pixels: Pixels, window: FaceBox, size_px: int) -> Pixels:
    """Cut a square out of an image and resize it; edge pixels repeat beyond the image.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        window: the square; it must share at least one pixel with the image.

    Returns:
        A new uint8 array (size_px, size_px, 3), RGB: area-averaged when shrunk, linear when enlarged.
    """
    height, width = pixels.shape[:2]
    inside = pixels[max(window.y1, 0) : min(window.y2, height), max(window.x1, 0) : min(window.x2, width)]
    beyond = (
        max(-window.y1, 0),
        max(window.y2 - height, 0),
        max(-window.x1, 0),
        max(window.x2 - width, 0),
    )
    if any(beyond):
        inside = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    shrink = inside.shape[0] > size_px
    resized = cv2.resize(inside, (size_px, size_px), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    return np.ascontiguousarray(resized, dtype=np.uint8)


def crop_face(frame: Frame, face: DetectedFace, margin_frac: float, size_px: int) -> FaceCrop:
    """Cut one face out of its frame, see `crop_faces`."""
    return crop_faces(frame, [face], margin_frac, size_px)[0]


def crop_faces(frame: Frame, faces: Sequence[DetectedFace], margin_frac: float, size_px: int) -> list[FaceCrop]:
    """Cut faces out of their frame and set them upright: `crop_window`, `cut_square`, then each face's turns.

    A plain border of the frame counts as outside of it.
    """
    if not faces:
        return []
    content = content_box(frame.pixels)
    return [_crop(frame, face, margin_frac, size_px, content) for face in faces]


def _crop(frame: Frame, face: DetectedFace, margin_frac: float, size_px: int, content: FaceBox) -> FaceCrop:
    box = face.box.clipped(content)
    if box is None:  # found in the border
        height, width = frame.pixels.shape[:2]
        content, box = FaceBox(0, 0, width, height), face.box
    inside = frame.pixels[content.y1 : content.y2, content.x1 : content.x2]
    window = crop_window(box.moved(-content.x1, -content.y1), margin_frac, (content.height, content.width))
    return FaceCrop(
        pixels=turn_pixels(cut_square(inside, window, size_px), face.turns),
        face=face,
        window=window.moved(content.x1, content.y1),
        frame_index=frame.index,
        time_s=frame.time_s,
    )
