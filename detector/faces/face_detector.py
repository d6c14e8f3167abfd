"""Find every face in an image.

An image is searched at native size, in bounded memory (`detector.faces.cascade`). If nothing is found, it is
searched again with equalised contrast, for pale and dark faces, and inside a border, for faces that fill the image
(docs/decisions/0003-second-look.md); then rotated by 90, 180 and 270 degrees, since some programs store sideways
pixels without an orientation tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from detector.config import DetectorConfig
from detector.faces.borders import content_box
from detector.faces.cascade import ONET_PX, Cascade
from detector.faces.crop import cut_square
from detector.faces.turns import turn_face_back, turn_pixels
from detector.types import DetectedFace, FaceBox, Pixels, QuarterTurns

_SMALLEST_IMAGE_PX = 12
"""Narrower images are not searched."""
_ENLARGED_TO_PX = 48
"""Smaller images are enlarged to this shorter side for the search."""
_LONGEST_ENLARGED_PX = 1024
"""Images that would become longer than this are not enlarged."""
_BORDER_FRAC = 0.25
"""Border of the second search, each side, as a fraction of the longer side."""
_SECOND_LOOK_LONG_SIDE_PX = 200
"""Longer side of the copy that the second search uses; it finds faces that fill the image."""
_SECOND_LOOK_MAX_ASPECT = 3.0
"""Greatest aspect ratio for the second search."""
_SECOND_LOOK_MIN_CONFIDENCE = 0.8
_TURNED_MIN_CONFIDENCE = 0.97
"""Least confidence in rotated images: three further searches raise the false-alarm rate."""
NOTICED_PX = 20
"""Narrowest face that is noticed, though not scored."""
_SMALL_MIN_CONFIDENCE = 0.97
_SMALL_LEVELS_BEYOND = 1.05
"""The search for small faces goes up to this many times `min_face_px`, so that the level of the pyramid in which
such a face fills P-Net's square is included."""
_VIDEO_FACES_ACROSS = 24
"""Most frames of a video are searched for faces from their longer side divided by this."""
_VIDEO_MIN_FACE_PX = 27
_SAME_IOU = 0.2
"""Overlap from which a small face counts as a part of a larger one."""
_PYRAMID_FACTOR, _VIDEO_PYRAMID_FACTOR = 0.709, 0.5
"""Scale factor of the image pyramid: MTCNN's own for images, half as many levels for videos, where `refine`
corrects the boxes and later frames show a missed face again."""
_THRESHOLDS, _VIDEO_THRESHOLDS = (0.6, 0.7, 0.7), (0.7, 0.8, 0.7)
"""Thresholds of P-Net, R-Net and O-Net: MTCNN's own for images, stricter for videos, which lost no face of the
development videos."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceSearch:
    """Faces found in one image."""

    faces: tuple[DetectedFace, ...]
    """The largest first; boxes in pixels of the unrotated image."""
    turns: QuarterTurns = 0
    """Quarter turns, counter-clockwise, that make the faces upright."""
    complete: bool = True
    """False if there were more candidates than are checked, so faces may be missing."""


class FaceFinder:
    """Finds faces in RGB images. Thread-safe: one thread at a time uses the networks."""

    def __init__(self, config: DetectorConfig, device: torch.device) -> None:
        self._config = config
        self._cascade = Cascade(device)

    def find(self, pixels: Pixels) -> list[DetectedFace]:
        """Find every upright face in one image.

        Args:
            pixels: uint8 (height, width, 3), RGB. Memory and time are bounded for any shape.

        Returns:
            Faces, the largest first, with boxes clipped to the image.
        """
        return list(self._upright(pixels).faces)

    def search(self, pixels: Pixels) -> FaceSearch:
        """Find faces inside a plain border; if none is upright, search the rotated image too."""
        content = content_box(pixels)
        inside = pixels[content.y1 : content.y2, content.x1 : content.x2]
        found = self._upright(inside)
        if not found.faces:
            found = self.search_turned(inside)
        if not content.x1 and not content.y1:
            return found
        return replace(found, faces=tuple(_moved(face, content.x1, content.y1) for face in found.faces))

    def search_turned(self, pixels: Pixels, *, in_video: bool = False) -> FaceSearch:
        """Search the image rotated by 90, 180 and 270 degrees and keep the rotation with the highest confidence.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            in_video: use the face sizes of video frames.
        """
        height, width = pixels.shape[:2]
        best = FaceSearch(())
        sureness = 0.0
        turns: QuarterTurns
        for turns in (1, 3, 2):
            turned = turn_pixels(pixels, turns)
            smallest = _smallest_in_video(pixels) if in_video else None
            faces, complete = self._search(turned, _TURNED_MIN_CONFIDENCE, smallest)
            surest = max((face.detection_confidence for face in faces), default=0.0)
            if surest > sureness:
                back = tuple(turn_face_back(face, turns, height, width) for face in faces)
                best, sureness = FaceSearch(back, turns, complete), surest
        return best

    def find_in_video(self, pixels: Pixels, *, thorough: bool = False) -> FaceSearch:
        """Find the upright faces in a video frame: a coarser search, confirmed and corrected by `refine`.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            thorough: search for faces as small as in an image.
        """
        sure, smallest = self._config.min_detection_confidence, _smallest_in_video(pixels)
        faces, complete = self._search(pixels, sure, smallest, quick=True)
        if not faces:
            faces, complete = self._search(pixels, sure, smallest)
        if thorough and self._config.min_face_px < smallest:
            small, all_looked_at = self._search(pixels, sure, largest_px=smallest)
            faces += [one for one in small if all(one.box.iou(face.box) < _SAME_IOU for face in faces)]
            complete = complete and all_looked_at
        if not faces:
            return FaceSearch(tuple(self._second_look(pixels)), complete=complete)
        refined = [face for face in self.refine(pixels, [face.box for face in faces]) if face is not None]
        return FaceSearch(tuple(refined), complete=complete)

    def find_small(self, pixels: Pixels, turns: QuarterTurns = 0) -> list[DetectedFace]:
        """Find faces that are too small to be scored: narrower than `min_face_px`, about `NOTICED_PX` or more.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            turns: that set the faces upright.
        """
        height, width = pixels.shape[:2]
        limit = self._config.min_face_px
        if limit <= NOTICED_PX:
            return []
        turned, largest_px = turn_pixels(pixels, turns), limit * _SMALL_LEVELS_BEYOND
        found, _ = self._search(turned, _SMALL_MIN_CONFIDENCE, NOTICED_PX, largest_px=largest_px, quick=True)
        small = [face for face in found if face.box.width < limit]
        return [turn_face_back(face, turns, height, width) for face in small] if turns else small

    def refine(self, pixels: Pixels, near: Sequence[FaceBox]) -> list[DetectedFace | None]:
        """Find faces near expected places by O-Net alone, at a fraction of the cost of a search.

        Args:
            pixels: uint8 (height, width, 3), RGB, upright.
            near: boxes of the same faces in an earlier frame, each sharing a pixel with the image.

        Returns:
            For each box its face, clipped to the image, or None if there is none.
        """
        if not near:
            return []
        squares = [_square(box) for box in near]
        crops = np.stack([cut_square(pixels, square, ONET_PX) for square in squares])
        height, width = pixels.shape[:2]
        faces: list[DetectedFace | None] = []
        for square, move, points, confidence in zip(squares, *self._cascade.refine_squares(crops), strict=True):
            origin = np.array([square.x1, square.y1], np.float32)
            corners = np.tile(origin, 2) + np.array([0, 0, 1, 1]) * square.width + move * square.width
            landmarks = origin + points * square.width
            sure = confidence >= self._config.min_detection_confidence
            face = _face(corners.astype(np.float32), float(confidence), landmarks.astype(np.float32))
            faces.append(_clip(face, height, width) if sure else None)
        return faces

    def _upright(self, pixels: Pixels) -> FaceSearch:
        faces, complete = self._search(pixels, self._config.min_detection_confidence)
        if not faces:
            faces = self._second_look(pixels)
        return FaceSearch(tuple(faces), complete=complete)

    def _second_look(self, pixels: Pixels) -> list[DetectedFace]:
        """Find faces that fill the image or have hardly any contrast."""
        height, width = pixels.shape[:2]
        if min(height, width) * _SECOND_LOOK_MAX_ASPECT < max(height, width):
            return []
        scale = _SECOND_LOOK_LONG_SIDE_PX / (1 + 2 * _BORDER_FRAC) / max(height, width)
        small = _resized(pixels, scale) if scale < 1 else pixels
        border = round(_BORDER_FRAC * max(small.shape[:2]))
        bordered = np.pad(_even_contrast(small), ((border, border), (border, border), (0, 0)), mode="edge")
        confidence = min(_SECOND_LOOK_MIN_CONFIDENCE, self._config.min_detection_confidence)
        faces, _ = self._search(bordered, confidence)
        back = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        placed = []
        for face in faces:
            corners = (np.array(face.box.as_list(), np.float32).reshape(2, 2) - border) * back
            moved = _face(corners.ravel(), face.detection_confidence, (face.landmarks - border) * back)
            if (clipped := _clip(moved, height, width)) is not None:
                placed.append(clipped)
        return _largest_first(placed)

    def _search(
        self,
        pixels: Pixels,
        min_confidence: float,
        smallest_px: float | None = None,
        *,
        largest_px: float = np.inf,
        quick: bool = False,
    ) -> tuple[list[DetectedFace], bool]:
        """Return the faces, the largest first, and whether every candidate was checked.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            smallest_px: least face; None uses the configuration's.
            quick: use the settings for videos.
        """
        height, width = pixels.shape[:2]
        shorter, longer = sorted((height, width))
        if shorter < _SMALLEST_IMAGE_PX:
            return [], True
        scale = _ENLARGED_TO_PX / shorter
        searched = _resized(pixels, scale) if scale > 1 and longer * scale <= _LONGEST_ENLARGED_PX else pixels
        found = self._cascade.search(
            searched,
            smallest_px or self._config.min_face_px,
            largest_px,
            factor=_VIDEO_PYRAMID_FACTOR if quick else _PYRAMID_FACTOR,
            thresholds=_VIDEO_THRESHOLDS if quick else _THRESHOLDS,
        )
        back = np.array([width / searched.shape[1], height / searched.shape[0]], dtype=np.float32)
        faces = []
        for corners, confidence, points in zip(found.boxes, found.confidences, found.landmarks, strict=True):
            if confidence >= min_confidence:
                face = _face(corners * np.tile(back, 2), float(confidence), points * back)
                if (clipped := _clip(face, height, width)) is not None:
                    faces.append(clipped)
        return _largest_first(faces), found.complete


def _smallest_in_video(pixels: Pixels) -> float:
    """Return the least face of most video searches, pixels."""
    height, width = pixels.shape[:2]
    longer: int = max(height, width)
    return max(float(_VIDEO_MIN_FACE_PX), longer / _VIDEO_FACES_ACROSS)


def _largest_first(faces: list[DetectedFace]) -> list[DetectedFace]:
    return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)


def _square(box: FaceBox) -> FaceBox:
    """Return the square around a box's centre with the length of its longer side."""
    side = max(box.width, box.height)
    x1, y1 = (box.x1 + box.x2 - side) // 2, (box.y1 + box.y2 - side) // 2
    return FaceBox(x1, y1, x1 + side, y1 + side)


def _resized(pixels: Pixels, scale: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=interpolation).astype(np.uint8, copy=False)


def _even_contrast(pixels: Pixels) -> Pixels:
    """Equalise the lightness by CLAHE (Zuiderveld 1994)."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).astype(np.uint8, copy=False)


def _face(xyxy: NDArray[np.float32], confidence: float, landmarks: NDArray[np.float32]) -> DetectedFace:
    x1, y1, x2, y2 = (round(float(value)) for value in xyxy)
    return DetectedFace(FaceBox(x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)), confidence, landmarks)


def _moved(face: DetectedFace, dx: int, dy: int) -> DetectedFace:
    return replace(face, box=face.box.moved(dx, dy), landmarks=face.landmarks + np.array([dx, dy], np.float32))


def _clip(face: DetectedFace, height: int, width: int) -> DetectedFace | None:
    """Clip the box to the image; None if it lies outside."""
    box = face.box.clipped(FaceBox(0, 0, width, height))
    return None if box is None else replace(face, box=box)
