"""A reconstruction is the same face at the same place, through a decoder and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from detector.media.images import read_image
from detector.types import Pixels
from training.datasets.labels import read_faces, twins
from training.datasets.pairs import RECONSTRUCTIONS, PairStream
from training.datasets.reconstruct import (
    KEPT_OUT,
    UPSAMPLERS,
    TinyAutoencoder,
    fit_autoencoder,
    reconstruct,
    write_reconstructions,
)


def error(made: Pixels, pixels: Pixels) -> float:
    return float(np.abs(made.astype(int) - pixels).mean())


@pytest.mark.parametrize("upsampler", UPSAMPLERS)
def test_every_decoder_gives_back_the_size_it_got(upsampler: str) -> None:
    with torch.inference_mode():
        assert TinyAutoencoder(upsampler)(torch.zeros(2, 3, 64, 96)).shape == (2, 3, 64, 96)


def test_an_unknown_upsampler_is_refused() -> None:
    with pytest.raises(ValueError, match="not one of"):
        TinyAutoencoder("magic")


def test_an_autoencoder_learns_and_is_loaded_the_second_time(data: Path, faces: Path, tmp_path: Path) -> None:
    genuine = [face for face in read_faces(faces, data, "train") if not face.item.is_fake]
    file = tmp_path / "nearest.safetensors"
    network = fit_autoencoder("nearest", genuine, file, steps=40)
    pixels = read_image(genuine[0].image)[:232, :232]
    torch.manual_seed(0)
    assert error(reconstruct(network, pixels), pixels) < 0.5 * error(
        reconstruct(TinyAutoencoder("nearest").eval(), pixels), pixels
    )
    again = fit_autoencoder("nearest", genuine, file, steps=40)
    np.testing.assert_array_equal(reconstruct(again, pixels), reconstruct(network, pixels))


@pytest.fixture
def written(data: Path, faces: Path, tmp_path: Path) -> Path:
    """Reconstructions by two stand-ins whose traces are known: one adds a level, the kept-out one takes one."""

    class Shift(nn.Module):
        def __init__(self, levels: float) -> None:
            super().__init__()
            self.levels = levels

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return pixels + self.levels / 255

    every = [face for split in ("train", "val") for face in read_faces(faces, data, split)]
    networks: dict[str, nn.Module] = {"brighter": Shift(1), KEPT_OUT: Shift(-1)}
    return write_reconstructions(every, networks, tmp_path, count=4)


def test_pairs_differ_by_the_decoder_alone_and_one_kind_is_kept_out_of_training(written: Path, data: Path) -> None:
    for split, levels in (("train", {1}), ("val", {1, -1})):
        pairs = twins(read_faces(written, data, split))
        assert pairs
        found = set()
        for real, fake in pairs:
            assert real.face.box == fake.face.box and real.item.group == fake.item.group
            one, other = (read_image(face.image).astype(int) for face in (real, fake))
            inside = (one > 1) & (one < 254)
            found |= set(np.unique((other - one)[inside]).tolist())
            assert fake.item.source == RECONSTRUCTIONS and fake.item.is_generated
        assert found == levels


def test_reconstructions_are_a_kind_of_pair(written: Path, data: Path, faces: Path) -> None:
    stream = PairStream(read_faces(faces, data, "train") + read_faces(written, data, "train"), size_px=96, seed=0)
    rng = np.random.default_rng(0)
    shares = [float((stream._draw("reconstruction", rng).mask > 0.5).mean()) for _ in range(20)]
    assert max(shares) == 1 and min(shares) < 0.9  # whole faces, and faces blended back
