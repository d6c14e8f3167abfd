"""Training pairs: each genuine face with its manipulated version.

Kinds of pair: `twin` (a genuine face and its manipulated version of the same group), `blend` (a genuine face and a
self-blend of it), `swap` (a genuine face under somebody else's of the same source), `lone` (a manipulated face
without a twin, such as a generated one, and any genuine face of its source), `reconstruction` (a genuine face and
its reconstruction by a decoder). Both members get the same margins, flip and degradations, at native size before
they are resized for the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

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
from training.datasets.self_blend import Donor, Mask, face_mask, self_blend

MIX = {"twin": 0.42, "blend tight": 0.1, "blend wide": 0.15, "swap": 0.05, "lone": 0.16, "reconstruction": 0.12}
"""Shares of the kinds of pair, for images with a margin around the face (`wide`) and without (`tight`)."""
_BLENDED_BACK = 0.35
"""Share of the reconstructions pasted into the genuine image by their face region only."""
MAP_CELLS = 20
"""Side of the maps of manipulated places."""
RECONSTRUCTIONS = "reconstructions"
"""Source of the pairs of a face and its reconstruction, see `reconstruct.py`."""
_NATIVE_PX = (96, 240)
"""Least and greatest side at which a crop is degraded."""

Batch = tuple[Tensor, Tensor, Tensor]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Pair:
    pixels: list[Pixels]
    boxes: list[FaceBox]
    mask: Mask | None
    """Where the second member was manipulated, over its image; None where unknown."""


class PairStream(IterableDataset[Batch]):
    """An endless, seeded stream of pairs, genuine first.

    Each is pixels uint8 (2, 3, size, size) RGB, labels float32 (2,), and maps float32 (2, 20, 20): the
    manipulated share of each cell, NaN where it is not known.

    Pair n depends on the seed only, and its batch does not depend on the number of workers, so a run can be
    resumed.
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
            first: number of the first pair.
            block: pairs in a batch.
            ramp_pairs: pairs over which the degradations grow to full strength.

        Raises:
            ValueError: no genuine faces.
        """
        self._size_px, self._seed, self._ramp_pairs = size_px, seed, ramp_pairs
        self._first, self._block = first, block
        aligned = [face for face in faces if face.item.source == RECONSTRUCTIONS]
        faces = [face for face in faces if face.item.source != RECONSTRUCTIONS]
        genuine = [face for face in faces if not face.item.is_fake]
        if not genuine:
            raise ValueError("there are no genuine faces to train on")
        sources = {face.item.source for face in genuine}
        self._genuine = _Pool((face.item.source, face) for face in genuine)
        self._blended = {
            "blend tight": _Pool((face.item.source, face) for face in genuine if face.is_tight),
            "blend wide": _Pool((face.item.source, face) for face in genuine if not face.is_tight),
        }
        self._twins = {
            "twin": _Pool((fake.item.source, (real, fake)) for real, fake in twins(faces)),
            "reconstruction": _Pool((fake.item.manipulation, (real, fake)) for real, fake in twins(aligned)),
        }
        self._lone = _Pool((f.item.source, f) for f in lone_fakes(faces) if f.item.source in sources)
        pools = self._blended | self._twins | {"lone": self._lone, "swap": self._genuine}
        self._kinds = [kind for kind in MIX if pools[kind].items]
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
            return _load(*self._twins[kind].draw(rng))
        if kind == "reconstruction":
            return _reconstruction(*self._twins[kind].draw(rng), rng)
        if kind == "lone":
            fake = self._lone.draw(rng)
            return _load(self._genuine.draw_from(fake.item.source, rng), fake)
        donor = None
        if kind == "swap":
            source = self._genuine.draw(rng).item.source
            other, face = (self._genuine.draw_from(source, rng) for _ in range(2))
            donor = Donor(pixels=load_pixels(other), landmarks=other.face.landmarks)
        else:
            face = self._blended[kind].draw(rng)
        genuine, blend, mask = self_blend(load_pixels(face), face.face.box, face.face.landmarks, rng, donor)
        return _Pair(pixels=[genuine, blend], boxes=[face.face.box] * 2, mask=mask)


class _Pool(Generic[T]):
    """Samples of several sources. A source is drawn by the fourth root of its size, then one of its samples: a
    balance between ignoring and overfitting small sources."""

    def __init__(self, items: Iterable[tuple[str, T]]) -> None:
        self.items: dict[str, list[T]] = {}
        for source, item in items:
            self.items.setdefault(source, []).append(item)
        self._sources = sorted(self.items)
        sizes = np.array([len(self.items[source]) for source in self._sources], np.float64) ** 0.25
        self._shares = sizes / sizes.sum()

    def draw(self, rng: np.random.Generator) -> T:
        return self.draw_from(self._sources[rng.choice(len(self._sources), p=self._shares)], rng)

    def draw_from(self, source: str, rng: np.random.Generator) -> T:
        items = self.items[source]
        return items[rng.integers(len(items))]


def numbered(pair: Callable[[int], Batch], first: int, block: int) -> Iterator[Batch]:
    """Yield pairs from number `first` on, endlessly.

    Workers take turns by whole batches of `block` pairs, so that a batch does not depend on their number.
    """
    worker = torch.utils.data.get_worker_info()
    turn, turns = (0, 1) if worker is None else (worker.id, worker.num_workers)
    while True:
        for number in range(first + turn * block, first + (turn + 1) * block):
            yield pair(number)
        turn += turns


def _load(real: FaceItem, fake: FaceItem) -> _Pair:
    pixels = [load_pixels(face) for face in (real, fake)]
    mask = np.ones(pixels[1].shape[:2], np.float32) if fake.item.is_generated else None
    return _Pair(pixels=pixels, boxes=[real.face.box, fake.face.box], mask=mask)


def _reconstruction(real: FaceItem, fake: FaceItem, rng: np.random.Generator) -> _Pair:
    """Draw a face and its reconstruction, sometimes limited to the face region."""
    pair = _load(real, fake)
    if rng.random() >= _BLENDED_BACK:
        return pair
    genuine, made = pair.pixels
    mask = cv2.GaussianBlur(
        face_mask((genuine.shape[0], genuine.shape[1]), real.face.landmarks, "face", rng),
        (0, 0),
        max(1.0, 0.03 * real.face.box.width),
    )
    mixed = made * mask[..., None] + genuine * (1 - mask[..., None])
    pixels = [genuine, mixed.round().clip(0, 255).astype(np.uint8)]
    return _Pair(pixels=pixels, boxes=pair.boxes, mask=mask.astype(np.float32))


def jittered_window(pixels: Pixels, box: FaceBox, margin_frac: float, shift: NDArray[np.float64]) -> FaceBox:
    """Return the crop window with its box jittered, as from another face detector."""
    dx, dy = round(shift[0] * box.width), round(shift[1] * box.height)
    moved = FaceBox(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
    return crop_window(moved, margin_frac, (pixels.shape[0], pixels.shape[1]))


def _cells(mask: Mask, window: FaceBox) -> Mask:
    """Return the manipulated share of each cell of the window."""
    support = (mask > 0.5 * mask.max()).astype(np.float32)
    inside = support[max(0, window.y1) : window.y2, max(0, window.x1) : window.x2]
    top, left = max(0, -window.y1), max(0, -window.x1)
    padded = np.zeros((window.height, window.width), np.float32)
    padded[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return np.asarray(cv2.resize(padded, (MAP_CELLS, MAP_CELLS), interpolation=cv2.INTER_AREA), np.float32)
