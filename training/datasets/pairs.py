"""Pairs for training: every batch holds each genuine face beside its own manipulated twin.

Kinds of pair: `twin` (a video's genuine face and its manipulated version), `blend` (a genuine face and a
self-blend of it), `swap` (a genuine face under somebody else's of the same source), `lone` (a manipulated face
without a twin, such as a wholly generated one, and any genuine face of its source). Both members get the same
crop margins, the same flip and the same degradations, at the size the face has in its image and before it is
resized for the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from detector.faces.crop import crop_window, cut_square
from detector.types import FaceBox, Pixels
from training.datasets.augment import degrade_alike
from training.datasets.labels import FaceItem, load_pixels, lone_fakes, twins
from training.datasets.self_blend import Donor, Mask, self_blend

MIX = {"twin": 0.33, "blend tight": 0.17, "blend wide": 0.28, "swap": 0.1, "lone": 0.12}
"""Shares of the kinds of pair. `wide` images show the head with a margin, `tight` ones the face alone."""
MAP_CELLS = 20
"""Side of the maps that say where an image was manipulated."""
_NATIVE_PX = (96, 240)
"""Between which sides a crop is degraded."""

Batch = tuple[Tensor, Tensor, Tensor]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Pair:
    pixels: list[Pixels]
    boxes: list[FaceBox]
    mask: Mask | None
    """Where the second member was manipulated, over its whole image; None where that is not known."""


class PairStream(IterableDataset[Batch]):
    """An endless, seeded stream of pairs, genuine first.

    Each is pixels uint8 (2, 3, size, size) RGB, labels float32 (2,), and maps float32 (2, 20, 20): the
    manipulated share of each cell, NaN where it is not known.

    Pair n is the same for the same seed, and lies in the same batch whatever the number of workers, so that a
    run can be resumed.
    """

    def __init__(
        self,
        faces: list[FaceItem],
        *,
        size_px: int,
        seed: int,
        first: int = 0,
        block: int = 1,
        ramp_pairs: int = 0,
    ) -> None:
        """
        Args:
            faces: the faces to draw from.
            size_px: side of the crops.
            seed: of everything drawn.
            first: number of the first pair to give.
            block: pairs in a batch.
            ramp_pairs: pairs over which the degradations grow to full strength.

        Raises:
            ValueError: no genuine faces.
        """
        self._size_px, self._seed, self._ramp_pairs = size_px, seed, ramp_pairs
        self._first, self._block = first, block
        self._genuine: dict[str, list[FaceItem]] = {}
        for face in faces:
            if not face.item.is_fake:
                self._genuine.setdefault(face.item.source, []).append(face)
        self._sources = sorted(self._genuine)
        everybody = [face for source in self._sources for face in self._genuine[source]]
        self._blended = {
            "blend tight": [face for face in everybody if face.is_tight],
            "blend wide": [face for face in everybody if not face.is_tight],
        }
        self._twins = twins(faces)
        self._lone = [fake for fake in lone_fakes(faces) if fake.item.source in self._genuine]
        pools = self._blended | {"twin": self._twins, "lone": self._lone, "swap": everybody}
        self._kinds = [kind for kind in MIX if pools[kind]]
        if not everybody:
            raise ValueError("there are no genuine faces to train on")
        shares = np.array([MIX[kind] for kind in self._kinds])
        self._shares = shares / shares.sum()

    def __iter__(self) -> Iterator[Batch]:
        return numbered(self.pair, self._first, self._block)

    def pair(self, number: int) -> Batch:
        rng = np.random.default_rng((self._seed, number))
        kind = self._kinds[rng.choice(len(self._kinds), p=self._shares)]
        strength = min(1.0, 0.2 + 0.8 * number / max(1, self._ramp_pairs))
        pair = self._draw(kind, rng)
        margin_frac, shift = rng.uniform(0.0, 0.3), rng.normal(0, 0.03, 2)
        windows = [
            jittered_window(pixels, box, margin_frac, shift)
            for pixels, box in zip(pair.pixels, pair.boxes, strict=True)
        ]
        native = int(np.clip(windows[0].width, *_NATIVE_PX)) // 2 * 2
        crops = [cut_square(pixels, at, native) for pixels, at in zip(pair.pixels, windows, strict=True)]
        crops = degrade_alike(crops, rng, strength)
        whole = FaceBox(0, 0, native, native)
        crops = [cut_square(crop, whole, self._size_px) for crop in crops]
        maps = np.zeros((2, MAP_CELLS, MAP_CELLS), np.float32)
        maps[1] = np.nan if pair.mask is None else _cells(pair.mask, windows[1])
        if rng.random() < 0.5:
            crops, maps = [crop[:, ::-1] for crop in crops], maps[..., ::-1]
        pixels = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())
        return pixels, torch.tensor([0.0, 1.0]), torch.from_numpy(maps.copy())

    def _draw(self, kind: str, rng: np.random.Generator) -> _Pair:
        if kind == "twin":
            return _load(*one_of(self._twins, rng))
        if kind == "lone":
            fake = one_of(self._lone, rng)
            return _load(one_of(self._genuine[fake.item.source], rng), fake)
        donor = None
        if kind == "swap":
            pool = self._genuine[one_of(self._sources, rng)]
            other = one_of(pool, rng)
            donor = Donor(pixels=load_pixels(other), landmarks=other.face.landmarks)
        else:
            pool = self._blended[kind]
        face = one_of(pool, rng)
        genuine, blend, mask = self_blend(load_pixels(face), face.face.box, face.face.landmarks, rng, donor)
        return _Pair(pixels=[genuine, blend], boxes=[face.face.box] * 2, mask=mask)


def numbered(pair: Callable[[int], Batch], first: int, block: int) -> Iterator[Batch]:
    """Pairs from number `first` on, without end.

    Workers take turns by whole batches of `block` pairs, as the DataLoader asks them, so that a batch holds the
    same pairs whatever the number of workers.
    """
    worker = torch.utils.data.get_worker_info()
    turn, turns = (0, 1) if worker is None else (worker.id, worker.num_workers)
    while True:
        for number in range(first + turn * block, first + (turn + 1) * block):
            yield pair(number)
        turn += turns


def one_of(pool: Sequence[T], rng: np.random.Generator) -> T:
    return pool[rng.integers(len(pool))]


def _load(real: FaceItem, fake: FaceItem) -> _Pair:
    pixels = [load_pixels(face) for face in (real, fake)]
    mask = np.ones(pixels[1].shape[:2], np.float32) if fake.item.is_generated else None
    return _Pair(pixels=pixels, boxes=[real.face.box, fake.face.box], mask=mask)


def jittered_window(pixels: Pixels, box: FaceBox, margin_frac: float, shift: NDArray[np.float64]) -> FaceBox:
    """The window of a face whose box was shifted, as another detector would have drawn it."""
    dx, dy = round(shift[0] * box.width), round(shift[1] * box.height)
    moved = FaceBox(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
    return crop_window(moved, margin_frac, (pixels.shape[0], pixels.shape[1]))


def _cells(mask: Mask, window: FaceBox) -> Mask:
    """The manipulated share of each cell of the window, whatever the strength of the blend."""
    support = (mask > 0.5 * mask.max()).astype(np.float32)
    inside = support[max(0, window.y1) : window.y2, max(0, window.x1) : window.x2]
    top, left = max(0, -window.y1), max(0, -window.x1)
    padded = np.zeros((window.height, window.width), np.float32)
    padded[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return cv2.resize(padded, (MAP_CELLS, MAP_CELLS), interpolation=cv2.INTER_AREA)
