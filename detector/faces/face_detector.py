"""MTCNN (Zhang et al., IEEE SPL 2016, arXiv:1604.02878) through facenet-pytorch: a frame in, its faces out.

The library's quirks end here: object arrays, `(None, [None], None)` for no face, a crash under 20 pixels.
Large frames are searched on a shrunk copy. A frame in which nothing is found is looked at once more: its
contrast evened out, because pale and dark faces are missed, and inside a border, because a face that fills
the image touches its edges (docs/decisions/0003-second-look.md).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from facenet_pytorch import MTCNN
from numpy.typing import NDArray

from detector.config import DetectorConfig
from detector.faces.crop import cut_square
from detector.types import DetectedFace, FaceBox, Pixels

_SMALLEST_SIDE_PX = 48
"""MTCNN raises on images under about 20 pixels; smaller ones than this are enlarged before the search."""
_BORDER_FRAC = 0.25
"""Border of the second look, each side, as a fraction of the image's longer side."""
_SECOND_LOOK_LONG_SIDE_PX = 200
"""The second look is for faces that fill the image, so a small copy is enough."""
_SECOND_LOOK_MIN_CONFIDENCE = 0.8
_VIDEO_COPY_FRAC = 2 / 3
"""Frames of videos are searched on copies this much smaller than images."""
_PYRAMID_FACTOR, _VIDEO_PYRAMID_FACTOR = 0.709, 0.5
"""From one size of copy that P-Net looks at to the next. MTCNN's own for images; half as many sizes for videos,
where `refine` sets the boxes and a face that is missed is met again a moment later."""
_THRESHOLDS, _VIDEO_THRESHOLDS = (0.6, 0.7, 0.7), (0.7, 0.8, 0.7)
"""How sure P-Net, R-Net and O-Net have to be that the next may look: MTCNN's own for images, fewer candidates
for videos, with no face of the development videos lost by it."""
_MTCNN_SMALLEST_PX = 20
_ONET_PX = 48


class FaceFinder:
    """Finds every face in upright RGB frames. One thread at a time uses the network; others wait."""

    def __init__(self, config: DetectorConfig, device: torch.device) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._mtcnn = MTCNN(keep_all=True, min_face_size=config.min_face_px, device=device)

    def find(self, pixels: Pixels) -> list[DetectedFace]:
        """Every face in one image, the largest first.

        Args:
            pixels: uint8 (height, width, 3), RGB, upright.

        Returns:
            Faces with boxes clipped to the image. An empty list says that none was found.
        """
        config = self._config
        faces = self._search(pixels, config.detect_long_side_px, config.min_detection_confidence)
        if not faces:
            small = _resized(pixels, _SECOND_LOOK_LONG_SIDE_PX / (1 + 2 * _BORDER_FRAC))
            border = round(_BORDER_FRAC * max(small.shape[:2]))
            bordered = np.pad(_even_contrast(small), ((border, border), (border, border), (0, 0)), mode="edge")
            confidence = min(_SECOND_LOOK_MIN_CONFIDENCE, config.min_detection_confidence)
            faces = self._search(bordered, _SECOND_LOOK_LONG_SIDE_PX, confidence)
            scale = pixels.shape[0] / small.shape[0], pixels.shape[1] / small.shape[1]
            faces = [_place(face, border, scale) for face in faces]
        height, width = pixels.shape[:2]
        clipped = [clip for face in faces if (clip := _clip(face, height, width)) is not None]
        return sorted(clipped, key=lambda face: face.box.width * face.box.height, reverse=True)

    def find_in_video(self, pixels: Pixels) -> list[DetectedFace]:
        """`find` for the frames of a video: on a smaller copy, the boxes then set by `refine` on the frame itself.

        Smaller by `_CLIP_COPY_FRAC`, with the smallest face looked for made smaller alike. Only faces that both
        agree on are given: a video has other moments.
        """
        config = self._config
        long_side_px = _VIDEO_COPY_FRAC * config.detect_long_side_px
        faces = self._search(pixels, long_side_px, config.min_detection_confidence, in_video=True)
        if not faces:
            return self.find(pixels)
        return [face for face in self.refine(pixels, [face.box for face in faces]) if face is not None]

    def refine(self, pixels: Pixels, near: Sequence[FaceBox]) -> list[DetectedFace | None]:
        """The faces of an image that lie about where they are expected, by MTCNN's last network alone.

        O-Net says whether a square shows a face, and moves it there: a fraction of the cost of a search.

        Args:
            pixels: uint8 (height, width, 3), RGB, upright.
            near: boxes of the same people a moment before, each sharing a pixel with the image.

        Returns:
            For each box its face, clipped to the image, or None where there is none to be sure of.
        """
        if not near:
            return []
        squares = [_square(box) for box in near]
        crops = np.stack([cut_square(pixels, square, _ONET_PX) for square in squares])
        batch = (torch.from_numpy(crops).permute(0, 3, 1, 2).float() - 127.5) / 128
        with self._lock, torch.inference_mode():
            moves, points, classes = (out.cpu().numpy() for out in self._mtcnn.onet(batch.to(self._mtcnn.device)))
        height, width = pixels.shape[:2]
        faces: list[DetectedFace | None] = []
        for square, move, point, confidence in zip(squares, moves, points, classes[:, 1], strict=True):
            origin = np.array([square.x1, square.y1], np.float32)
            corners = np.tile(origin, 2) + np.array([0, 0, 1, 1]) * square.width + move * square.width
            landmarks = origin + point.reshape(2, 5).T * square.width
            sure = confidence >= self._config.min_detection_confidence
            face = _face(corners.astype(np.float32), float(confidence), landmarks.astype(np.float32))
            faces.append(_clip(face, height, width) if sure else None)
        return faces

    def _search(
        self, pixels: Pixels, long_side_px: float, min_confidence: float, *, in_video: bool = False
    ) -> list[DetectedFace]:
        height, width = pixels.shape[:2]
        pixels = _resized(pixels, long_side_px)
        with self._lock, torch.inference_mode():
            smallest = self._config.min_face_px * (_VIDEO_COPY_FRAC if in_video else 1)
            self._mtcnn.min_face_size = max(_MTCNN_SMALLEST_PX, round(smallest))
            self._mtcnn.factor = _VIDEO_PYRAMID_FACTOR if in_video else _PYRAMID_FACTOR
            self._mtcnn.thresholds = _VIDEO_THRESHOLDS if in_video else _THRESHOLDS
            boxes, confidences, landmarks = self._mtcnn.detect(np.ascontiguousarray(pixels), landmarks=True)
        if boxes is None:
            return []
        back = np.array([width / pixels.shape[1], height / pixels.shape[0]], dtype=np.float32)
        found = []
        for corners, confidence, points in zip(boxes, confidences, landmarks, strict=True):
            if confidence >= min_confidence:
                xyxy = np.asarray(corners, dtype=np.float32) * np.concatenate([back, back])
                found.append(_face(xyxy, float(confidence), np.asarray(points, dtype=np.float32) * back))
        return found


def _square(box: FaceBox) -> FaceBox:
    """The square around a box's centre that is as long as its longer side."""
    side = max(box.width, box.height)
    x1, y1 = (box.x1 + box.x2 - side) // 2, (box.y1 + box.y2 - side) // 2
    return FaceBox(x1, y1, x1 + side, y1 + side)


def _resized(pixels: Pixels, long_side_px: float) -> Pixels:
    """Shrunk to a long side where larger; enlarged where too small for MTCNN."""
    height, width = pixels.shape[:2]
    scale = max(min(1.0, long_side_px / max(height, width)), _SMALLEST_SIDE_PX / min(height, width))
    if scale == 1.0:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=interpolation).astype(np.uint8, copy=False)


def _even_contrast(pixels: Pixels) -> Pixels:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) of the lightness."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).astype(np.uint8, copy=False)


def _face(xyxy: NDArray[np.float32], confidence: float, landmarks: NDArray[np.float32]) -> DetectedFace:
    x1, y1, x2, y2 = (round(float(value)) for value in xyxy)
    return DetectedFace(FaceBox(x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)), confidence, landmarks)


def _place(face: DetectedFace, border: int, scale_yx: tuple[float, float]) -> DetectedFace:
    """From pixels of the bordered small copy to pixels of the image."""
    scale_xy = np.array(scale_yx[::-1], dtype=np.float32)
    corners = np.array(face.box.as_list(), dtype=np.float32).reshape(2, 2)
    corners = (corners - border) * scale_xy
    return _face(corners.ravel(), face.detection_confidence, (face.landmarks - border) * scale_xy)


def _clip(face: DetectedFace, height: int, width: int) -> DetectedFace | None:
    box = face.box
    x1, y1, x2, y2 = max(box.x1, 0), max(box.y1, 0), min(box.x2, width), min(box.y2, height)
    if x2 <= x1 or y2 <= y1:
        return None
    return DetectedFace(FaceBox(x1, y1, x2, y2), face.detection_confidence, face.landmarks)
