"""MTCNN's three networks (Zhang et al., IEEE SPL 2016, arXiv:1604.02878) over an image pyramid, in bounded memory.

facenet-pytorch's own search turns the whole image into one float tensor and is not used. P-Net runs over each
level of the pyramid in tiles, with the same result as over the whole level; R-Net and O-Net get crops from the
level in which a face has about their input size. Work is split into parts that fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from detector.faces.mtcnn_networks import MtcnnNetwork
from detector.types import Pixels
from detector.worker_threads import finish, worker_threads

_PNET_PX, _RNET_PX, ONET_PX = 12, 24, 48
"""Side of the input of each network."""
_STRIDE = 2
"""Stride of P-Net's outputs, pixels of a level."""
_TILE = 96
"""Outputs of P-Net computed at once, per side."""
_BATCH_PX = 20_000
"""Pixels of crops in one batch of R-Net and O-Net."""
_MOST_FOR_RNET, _MOST_FOR_ONET = 12_000, 3_000
"""Most candidates for the second and third network, by confidence."""
_MANY_ANSWERS, _MOST_IN_TILE = 20_000, 4_000
"""Comparing candidates takes quadratic time. From the first number in one level on, candidates are compared within
each tile first, of each tile at most the second number, by confidence."""
_LEVEL_IOU, _ALL_IOU, _SAME_SHARE = 0.5, 0.7, 0.7
"""Overlap from which two candidates are the same face: in one level, over all levels, and at the end, where it is
the share of the smaller box."""

Array = NDArray[np.float32]
_TileOutputs = tuple[Array, Array, Array]
"""Corners of P-Net's squares in pixels of the level, offsets and confidences."""
_Proposals = tuple[Array, Array, Array, bool]
"""P-Net's squares in pixels of the image, the offsets of their faces in sides, confidences, and whether these are
all candidates."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Faces by the last network, in pixels of the searched image, the highest confidence first."""

    boxes: Array
    """(n, 4) XYXY; they may reach beyond the image."""
    confidences: Array
    """(n,) 0 to 1."""
    landmarks: Array
    """(n, 5, 2) XY: left eye, right eye, nose, left and right mouth corner, as seen by the viewer."""
    complete: bool
    """False if there were more candidates than are checked."""


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    pixels: Pixels
    scale: float
    """Pixels of this level for one of the image."""


class Cascade:
    """P-Net, R-Net and O-Net on one device, in a pool of threads.

    Their tensors are small: a thread of its own for each part takes half the processor time of several threads
    for one part.
    """

    def __init__(self, device: torch.device) -> None:
        self._pnet, self._rnet, self._onet = (MtcnnNetwork(name, device) for name in ("pnet", "rnet", "onet"))
        self._pool = worker_threads(torch.get_num_threads(), 1, "faces")

    def search(
        self,
        pixels: Pixels,
        min_face_px: float,
        max_face_px: float = np.inf,
        *,
        factor: float,
        thresholds: tuple[float, float, float],
    ) -> Candidates:
        """Search an image for faces.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            min_face_px: side of the smallest face.
            max_face_px: approximate side of the largest one.
            factor: scale factor between levels of the pyramid, below 1.
            thresholds: least confidence of each network.
        """
        levels, proposed = self._propose(_pyramid(pixels, min_face_px, max_face_px, factor), thresholds[0])
        layers = [_Level(pixels, 1.0), *levels]
        boxes, sure, landmarks = (np.zeros(shape, np.float32) for shape in ((0, 4), 0, (0, 5, 2)))
        nothing = Candidates(boxes, sure, landmarks, True)
        if not proposed:
            return nothing
        *parts, whole = zip(*proposed, strict=True)
        squares, moves, sure = (np.concatenate(part) for part in parts)
        surest = np.argsort(-sure, kind="stable")[: 2 * _MOST_FOR_RNET]
        keep = surest[_nms(squares[surest], sure[surest], _ALL_IOU)]
        complete = all(whole) and len(surest) == len(sure) and len(keep) <= _MOST_FOR_RNET
        keep = keep[:_MOST_FOR_RNET]
        boxes = _squares(_moved(squares[keep], moves[keep], 0))
        if not len(boxes):
            return nothing

        sure, moves, _ = self._run(self._rnet, _cut_all(layers, boxes, _RNET_PX))
        passed = np.flatnonzero(sure > thresholds[1])
        keep = passed[_nms(boxes[passed], sure[passed], _ALL_IOU)]
        complete = complete and len(keep) <= _MOST_FOR_ONET
        keep = keep[:_MOST_FOR_ONET]
        boxes = _squares(_moved(boxes[keep], moves[keep]))
        if not len(boxes):
            return nothing

        sure, moves, points = self._run(self._onet, _cut_all(layers, boxes, ONET_PX))
        passed = np.flatnonzero(sure > thresholds[2])
        boxes, sure = boxes[passed], sure[passed]
        sides = boxes[:, None, 2:] - boxes[:, None, :2] + 1
        landmarks = boxes[:, None, :2] - 1 + points[passed].reshape(-1, 2, 5).transpose(0, 2, 1) * sides
        boxes = _moved(boxes, moves[passed])
        one_each = _one_each(boxes, sure)
        return Candidates(boxes[one_each], sure[one_each], landmarks[one_each], complete)

    def refine_squares(self, crops: NDArray[np.uint8]) -> tuple[Array, Array, Array]:
        """Run O-Net alone on squares that may show a face.

        Args:
            crops: uint8 (n, 48, 48, 3), RGB, n at least 1.

        Returns:
            Offsets of the corners of each face from those of its square, (n, 4), and its landmarks, (n, 5, 2),
            both in sides of the square; and the confidences, (n,).
        """
        sure, moves, points = self._run(self._onet, crops)
        return moves, points.reshape(-1, 2, 5).transpose(0, 2, 1), sure

    def _run(self, network: MtcnnNetwork, crops: NDArray[np.uint8]) -> tuple[Array, ...]:
        step = max(1, _BATCH_PX // crops[0, ..., 0].size)
        batches = [crops[start : start + step] for start in range(0, len(crops), step)]
        parts = self._pool.map(torch.inference_mode()(network), batches)
        return tuple(torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))

    def _propose(self, pyramid: Iterator[_Level], threshold: float) -> tuple[list[_Level], list[_Proposals]]:
        """Run P-Net on each level while the next one is made."""
        begun: list[tuple[_Level, list[Future[_TileOutputs]]]] = []
        try:
            for level in pyramid:
                begun.append((level, self._begin(level, threshold)))
            proposed = [_candidates(level, [tile.result() for tile in tiles]) for level, tiles in begun]
        finally:
            finish(tile for _, tiles in begun for tile in tiles)
        return [level for level, _ in begun], proposed

    def _begin(self, level: _Level, threshold: float) -> list[Future[_TileOutputs]]:
        """Start P-Net on each tile of a level."""

        def propose(top: int, left: int, part: Pixels) -> _TileOutputs:
            chance, moves, _ = self._pnet(np.ascontiguousarray(part)[None])
            _, rows, columns = (chance >= threshold).nonzero(as_tuple=True)
            corners = torch.stack([columns * _STRIDE + left, rows * _STRIDE + top], 1).float()
            answers = corners, moves[0, rows, columns], chance[0, rows, columns]
            return answers[0].cpu().numpy(), answers[1].cpu().numpy(), answers[2].cpu().numpy()

        return [self._pool.submit(torch.inference_mode()(propose), *tile) for tile in _tiles(level.pixels)]


def _candidates(level: _Level, found: list[_TileOutputs]) -> _Proposals:
    """Choose the candidates of a level among the outputs of its tiles."""
    complete = True
    if sum(len(sure) for _, _, sure in found) > _MANY_ANSWERS:
        complete = all(len(sure) <= _MOST_IN_TILE for _, _, sure in found)
        found = [_surest(*part, level.scale) for part in found]
    places, steps, sure = (np.concatenate(part) for part in zip(*found, strict=True))
    surest = np.argsort(-sure, kind="stable")[:_MANY_ANSWERS]
    complete = complete and len(surest) == len(sure)
    places, steps, sure = places[surest], steps[surest], sure[surest]
    squares = _pnet_squares(places, level.scale)
    keep = _nms(squares, sure, _LEVEL_IOU)
    return squares[keep], steps[keep], sure[keep], complete


def _pnet_squares(corners: Array, scale: float) -> Array:
    """Return P-Net's input squares, (n, 4) XYXY in pixels of the image."""
    return np.floor(np.concatenate([corners + 1, corners + _PNET_PX], 1) / np.float32(scale))


def _surest(corners: Array, moves: Array, sure: Array, scale: float) -> tuple[Array, Array, Array]:
    """Return the outputs of one tile with the highest confidence that do not overlap."""
    keep = np.argsort(-sure, kind="stable")[:_MOST_IN_TILE]
    keep = keep[_nms(_pnet_squares(corners[keep], scale), sure[keep], _LEVEL_IOU)]
    return corners[keep], moves[keep], sure[keep]


def _pyramid(pixels: Pixels, min_face_px: float, max_face_px: float, factor: float) -> Iterator[_Level]:
    """Yield the levels of the image pyramid, in which faces of increasing size are as large as P-Net's input."""
    height, width = pixels.shape[:2]
    made: list[_Level] = []
    scale = _PNET_PX / min_face_px
    while min(height, width) * scale >= _PNET_PX and scale * max_face_px > _PNET_PX:
        size = int(width * scale + 1), int(height * scale + 1)
        # A copy at least twice as large is as good a source as the image itself, and smaller.
        source = next((level.pixels for level in reversed(made) if level.scale >= 2 * scale), pixels)
        copy = cv2.resize(source, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        made.append(_Level(copy, scale))
        yield made[-1]
        scale *= factor


def _tiles(pixels: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    """Yield overlapping tiles of a level with their first row and column, without effect on P-Net's outputs."""
    step, reach = _TILE * _STRIDE, _TILE * _STRIDE + _PNET_PX - _STRIDE
    height, width = pixels.shape[:2]
    for top in range(0, max(1, height - _PNET_PX + _STRIDE), step):
        for left in range(0, max(1, width - _PNET_PX + _STRIDE), step):
            yield top, left, pixels[top : top + reach, left : left + reach]


def _cut_all(levels: list[_Level], boxes: Array, size_px: int) -> NDArray[np.uint8]:
    """Cut squares at the input size of a network; parts beyond the image are cut off and the rest is resized."""
    crops = np.empty((len(boxes), size_px, size_px, 3), np.uint8)
    sides = boxes[:, 2] - boxes[:, 0] + 1
    # The smallest copy in which the square has at least twice as many pixels each way as the network sees.
    enough = sides[:, None] * np.array([level.scale for level in levels]) >= 2 * size_px
    chosen = np.maximum(enough.sum(1) - 1, 0)
    for crop, box, index in zip(crops, boxes.astype(int) - [1, 1, 0, 0], chosen, strict=True):
        source = levels[index].pixels
        height, width = source.shape[:2]
        x1, y1, x2, y2 = (round(value * levels[index].scale) for value in box.tolist())
        x1, y1 = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
        part = source[y1 : max(min(y2, height), y1 + 1), x1 : max(min(x2, width), x1 + 1)]
        cv2.resize(part, (size_px, size_px), dst=crop, interpolation=cv2.INTER_AREA)
    return crops


def _moved(boxes: Array, moves: Array, end: int = 1) -> Array:
    """Move each corner by a share of the box's sides."""
    sides = boxes[:, 2:] - boxes[:, :2] + end
    return boxes + moves * np.tile(sides, 2)


def _squares(boxes: Array) -> Array:
    """Return squares around the centres of boxes with the length of their longer sides."""
    sides = (boxes[:, 2:] - boxes[:, :2]).max(1, keepdims=True)
    centres = (boxes[:, 2:] + boxes[:, :2]) / 2
    return np.concatenate([centres - sides / 2, centres + sides / 2], 1)


def _nms(boxes: Array, sure: Array, iou: float) -> NDArray[np.int64]:
    """Non-maximum suppression: indices of the kept boxes, the highest confidence first."""
    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    return np.array(cv2.dnn.NMSBoxes(sizes, sure, 0.0, iou), np.int64)  # type: ignore[arg-type]  # takes arrays


def _one_each(boxes: Array, sure: Array) -> list[int]:
    """Like `_nms`, with overlap as the share of the smaller box, so that a part of a face is suppressed too."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    for index in np.argsort(-sure):
        others = boxes[kept]
        shared = np.minimum(others[:, 2:], boxes[index, 2:]) - np.maximum(others[:, :2], boxes[index, :2])
        shares = shared.clip(0).prod(1) / np.minimum(areas[kept], areas[index])
        if not (shares > _SAME_SHARE).any():
            kept.append(int(index))
    return kept
