"""A start for the student that is neither random nor taught: learning age, sex and race of genuine faces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import IterableDataset

from detector.faces.crop import cut_square
from training.datasets.augment import degrade_alike
from training.datasets.labels import FaceItem, load_pixels
from training.datasets.pairs import Batch, jittered_window, numbered, one_of
from training.fitting.networks import Seen, Student

_KNOWN = ("age", "sex", "race")
_SEXES, _RACES = 2, 5


class AttributeStream(IterableDataset[Batch]):
    """An endless, seeded stream of faces, two at a time: pixels as `PairStream`, labels (2, 3): age in
    centuries, sex, race. The maps are empty."""

    def __init__(self, faces: list[FaceItem], *, size_px: int, seed: int, first: int = 0, block: int = 1) -> None:
        """
        Raises:
            ValueError: no genuine faces whose age, sex and race are known.
        """
        self._faces = [
            face for face in faces if not face.item.is_fake and all(face.item.attribute(name) for name in _KNOWN)
        ]
        if not self._faces:
            raise ValueError("there are no genuine faces with age, sex and race among the attributes")
        self._size_px, self._seed, self._first, self._block = size_px, seed, first, block

    def __iter__(self) -> Iterator[Batch]:
        return numbered(self.pair, self._first, self._block)

    def pair(self, number: int) -> Batch:
        rng = np.random.default_rng((self._seed, number))
        crops, labels = [], []
        for face in (one_of(self._faces, rng), one_of(self._faces, rng)):
            pixels = load_pixels(face)
            window = jittered_window(pixels, face.face.box, rng.uniform(0.0, 0.3), rng.normal(0, 0.03, 2))
            (crop,) = degrade_alike([cut_square(pixels, window, self._size_px)], rng, 0.5)
            crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
            age, sex, race = (float(face.item.attribute(name) or 0) for name in _KNOWN)
            labels.append([age / 100, sex, race])
        pixels_of_both = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())
        return pixels_of_both, torch.tensor(labels), torch.empty(2, 0)


class AttributeHead(nn.Module):
    """From the student's features to the three attributes; used in this training alone."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(Student.pooled_count, 1 + _SEXES + _RACES)

    def loss(self, seen: Seen, labels: Tensor) -> Tensor:
        """Absolute error of the age in centuries, plus the cross-entropies of sex and race."""
        age, sex, race = self.linear(seen.pooled.float()).split((1, _SEXES, _RACES), dim=1)
        wrong = F.cross_entropy(sex, labels[:, 1].long()) + F.cross_entropy(race, labels[:, 2].long())
        return wrong + (age.squeeze(1) - labels[:, 0]).abs().mean()
