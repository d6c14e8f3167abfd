"""Pairs for training: every batch holds each genuine face beside its own manipulated twin.

Kinds of pair: `twin` (a clip's genuine face and its manipulated version), `blend` (a genuine face and a
self-blend of it), `generated` (a genuine and a wholly generated face of one source). Both members get the
same crop margins, the same flip and the same degradations.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import IterableDataset

from detector.crop import crop_window, cut_square
from detector.types import FaceBox, Pixels
from training.augment import degrade_alike
from training.data import FaceItem, load_pixels, twins
from training.selfblend import self_blend

MIX = {"twin": 0.4, "blend tight": 0.2, "blend wide": 0.35, "generated": 0.05}
"""Shares of the kinds of pair. `wide` sources show the head with a margin, `tight` ones the face alone."""
_TIGHT = ("dfdc", "utkface")


class PairStream(IterableDataset[tuple[torch.Tensor, torch.Tensor]]):
    """An endless, seeded stream of pairs: uint8 (2, 3, size, size) RGB, genuine first, and labels (2,).

    Step n is the same pair for the same seed, whatever the number of workers, so that a run can be resumed.
    """

    def __init__(
        self, folder: Path, faces: list[FaceItem], *, size_px: int, seed: int, first: int, ramp_pairs: int
    ) -> None:
        """
        Args:
            folder: the data folder.
            faces: the training faces.
            size_px: side of the crops.
            seed: of everything drawn.
            first: number of the first pair to give.
            ramp_pairs: pairs over which the degradations grow to full strength.
        """
        self._folder, self._size_px, self._seed = folder, size_px, seed
        self._first, self._ramp_pairs = first, ramp_pairs
        genuine = [face for face in faces if not face.item.is_fake]
        self._tight = [face for face in genuine if face.item.source in _TIGHT]
        self._wide = [face for face in genuine if face.item.source not in _TIGHT]
        self._twins = [pair for pair in twins(faces) if pair[1].item.manipulation != "stylegan"]
        sources = {face.item.source for face in faces if face.item.manipulation == "stylegan"}
        self._generated = [face for face in faces if face.item.manipulation == "stylegan"]
        self._ungenerated = [face for face in genuine if face.item.source in sources]
        pools = {
            "twin": self._twins,
            "blend tight": self._tight,
            "blend wide": self._wide,
            "generated": self._generated and self._ungenerated,
        }
        self._kinds = [kind for kind, pool in pools.items() if pool]
        if not self._kinds:
            raise ValueError("no genuine faces to train on")
        shares = np.array([MIX[kind] for kind in self._kinds])
        self._shares = shares / shares.sum()

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        worker = torch.utils.data.get_worker_info()
        number, step = (self._first, 1) if worker is None else (self._first + worker.id, worker.num_workers)
        while True:
            yield self.pair(number)
            number += step

    def pair(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng((self._seed, number))
        kind = self._kinds[rng.choice(len(self._kinds), p=self._shares)]
        strength = min(1.0, 0.2 + 0.8 * number / max(1, self._ramp_pairs))
        members, boxes = self._members(kind, rng)
        crops = _crop_alike(members, boxes, self._size_px, rng)
        crops = degrade_alike(crops, rng, strength)
        if rng.random() < 0.5:
            crops = [crop[:, ::-1] for crop in crops]
        pixels = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())
        return pixels, torch.tensor([0.0, 1.0])

    def _members(self, kind: str, rng: np.random.Generator) -> tuple[list[Pixels], list[FaceBox]]:
        if kind.startswith("blend"):
            pool = self._tight if kind == "blend tight" else self._wide
            face = pool[rng.integers(len(pool))]
            pixels = load_pixels(self._folder, face)
            genuine, blend, _ = self_blend(pixels, face.face.box, face.face.landmarks, rng)
            return [genuine, blend], [face.face.box] * 2
        if kind == "twin":
            pair = self._twins[rng.integers(len(self._twins))]
        else:
            pair = (
                self._ungenerated[rng.integers(len(self._ungenerated))],
                self._generated[rng.integers(len(self._generated))],
            )
        return [load_pixels(self._folder, face) for face in pair], [face.face.box for face in pair]


def _crop_alike(
    members: list[Pixels], boxes: list[FaceBox], size_px: int, rng: np.random.Generator
) -> list[Pixels]:
    """Cut the members with the same margin and the same jitter of the box."""
    margin_frac = rng.uniform(0.0, 0.3)
    shift_x, shift_y = rng.normal(0, 0.03, 2)
    crops = []
    for pixels, box in zip(members, boxes, strict=True):
        dx, dy = round(shift_x * box.width), round(shift_y * box.height)
        moved = FaceBox(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
        window = crop_window(moved, margin_frac, (pixels.shape[0], pixels.shape[1]))
        crops.append(cut_square(pixels, window, size_px))
    return crops
