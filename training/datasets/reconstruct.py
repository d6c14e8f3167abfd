"""Reconstruct genuine faces by an autoencoder: the two differ by the traces of its decoder only.

After aligned pairs (Rajan et al., arXiv:2410.11835). Decoders: three tiny autoencoders, one per upsampling method,
trained here in minutes, and optionally the tiny autoencoder for FLUX.2 (taef2, MIT, madebyollin/taesd). One kind
is held out for reporting.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from detector.media.images import read_image
from detector.types import DetectedFace, FaceBox, Pixels
from training.datasets.face_index import cut_out, face_row
from training.datasets.labels import FACE_FIELDS, FaceItem, Item, read_faces
from training.datasets.pairs import RECONSTRUCTIONS

UPSAMPLERS = ("transposed", "nearest", "pixelshuffle")
FLUX = "flux2-tiny"
KEPT_OUT = "pixelshuffle"
"""Decoder whose reconstructions are in split `val` only."""
_LONGEST_PX = 320
"""Larger crops are scaled down first."""
_LATENT, _WIDTH = 12, 32
STEPS = 300
"""Training steps of a tiny autoencoder."""


class TinyAutoencoder(nn.Module):
    """RGB in 0..1, (n, 3, h, w) with h and w multiples of 4; the code has 12 channels at a quarter of the side."""

    def __init__(self, upsampler: str) -> None:
        """
        Args:
            upsampler: one of UPSAMPLERS.
        """
        super().__init__()
        width = _WIDTH
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.ReLU(), nn.Conv2d(2 * width, _LATENT, 3, padding=1),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Conv2d(_LATENT, 2 * width, 3, padding=1), nn.ReLU(), nn.Conv2d(2 * width, 2 * width, 3, padding=1),
            nn.ReLU(), _upsample(upsampler, 2 * width, width), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(), _upsample(upsampler, width, width), nn.ReLU(), nn.Conv2d(width, 3, 3, padding=1),
        )  # fmt: skip

    def forward(self, pixels: Tensor) -> Tensor:
        made: Tensor = self.decoder(self.encoder(pixels))
        return made


def _upsample(kind: str, channels: int, out: int) -> nn.Module:
    """Upsample to twice the side."""
    if kind == "transposed":
        return nn.ConvTranspose2d(channels, out, 4, 2, 1)
    if kind == "nearest":
        return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(channels, out, 3, padding=1))
    if kind == "pixelshuffle":
        return nn.Sequential(nn.Conv2d(channels, 4 * out, 3, padding=1), nn.PixelShuffle(2))
    raise ValueError(f"{kind!r} is not one of {UPSAMPLERS}")


class _Block(nn.Module):
    """Residual block of taef2; `pool` only at its lowest size."""

    def __init__(self, pooled: bool) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1),
        )  # fmt: skip
        if pooled:
            self.pool = nn.Sequential(
                nn.Conv2d(64, 256, 1, bias=False),
                nn.GroupNorm(4, 256),
                nn.ReLU(),
                nn.Conv2d(256, 64, 1, bias=False),
            )
        self.pooled = pooled

    def forward(self, x: Tensor) -> Tensor:
        if self.pooled:
            x = x + self.pool(x)
        return F.relu(self.conv(x) + x)


class _Clamp(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x / 3) * 3


def _plain(channels: int, stride: int = 1, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(64, channels, 3, stride, 1, bias=bias)


class FluxAutoencoder(nn.Module):
    """The tiny autoencoder for FLUX.2: RGB in 0..1, (n, 3, h, w) with h and w multiples of 8."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: holds `flux2_tiny_encoder.safetensors` and `flux2_tiny_decoder.safetensors`.
        """
        super().__init__()
        down = [nn.Conv2d(3, 64, 3, padding=1), _Block(False)]
        for stage in range(3):
            down += [_plain(64, stride=2), *(_Block(stage == 2) for _ in range(3))]
        self.encoder = nn.Sequential(*down, _plain(32, bias=True))
        up: list[nn.Module] = [_Clamp(), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU()]
        for stage in range(3):
            up += [*(_Block(stage == 0) for _ in range(3)), nn.Upsample(scale_factor=2), _plain(64)]
        self.decoder = nn.Sequential(*up, _Block(False), _plain(3, bias=True))
        for name, part in (("encoder", self.encoder), ("decoder", self.decoder)):
            weights = load_file(folder / f"flux2_tiny_{name}.safetensors")
            part.load_state_dict({key: value.float() for key, value in weights.items()})

    def forward(self, pixels: Tensor) -> Tensor:
        made: Tensor = self.decoder(self.encoder(pixels))
        return made


def fit_autoencoder(
    upsampler: str, faces: Sequence[FaceItem], file: Path, *, steps: int, seed: int = 0
) -> TinyAutoencoder:
    """Train one tiny autoencoder on patches of genuine faces, or load it from `file` if that exists."""
    torch.manual_seed(seed)
    network = TinyAutoencoder(upsampler)
    if file.is_file():
        network.load_state_dict(load_file(file))
        return network.eval()
    rng = np.random.default_rng(seed)
    pool = [
        _shrunk(read_image(faces[index].image)) for index in rng.choice(len(faces), min(400, len(faces)), False)
    ]
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        patches = np.stack([_patch(pool[rng.integers(len(pool))], rng) for _ in range(24)])
        pixels = torch.from_numpy(patches).permute(0, 3, 1, 2).float() / 255
        made = network(pixels)
        edges = sum(
            ((made.diff(dim=axis) - pixels.diff(dim=axis)).abs().mean() for axis in (2, 3)), torch.zeros(())
        )
        loss = (made - pixels).abs().mean() + edges
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    save_file(network.state_dict(), file)
    return network.eval()


def _patch(pixels: Pixels, rng: np.random.Generator, side: int = 64) -> Pixels:
    y, x = (int(rng.integers(0, length - side + 1)) for length in pixels.shape[:2])
    return pixels[y : y + side, x : x + side]


def _shrunk(pixels: Pixels) -> Pixels:
    """Resize to at most `_LONGEST_PX` a side, both sides multiples of 8, at least 64."""
    height, width = pixels.shape[:2]
    factor = min(1.0, _LONGEST_PX / max(height, width))
    size = [max(64, round(length * factor) // 8 * 8) for length in (width, height)]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


@torch.inference_mode()
def reconstruct(network: nn.Module, pixels: Pixels) -> Pixels:
    """Reconstruct uint8 (height, width, 3) RGB; both sides multiples of 8."""
    batch = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255
    made = network(batch)[0].clamp(0, 1).permute(1, 2, 0) * 255
    return np.asarray(made.round().to(torch.uint8).numpy(), np.uint8)


def reconstruct_faces(faces_file: Path, data: Path, folder: Path, *, count: int, flux: Path | None = None) -> Path:
    """Train the tiny autoencoders, or load them from `folder`, and write reconstructions of genuine faces.

    Args:
        count: pairs of each decoder kind in train; a quarter as many in val.
        flux: folder of the tiny autoencoder for FLUX.2, one more kind.

    Returns:
        The list of the pairs, in the format of `prepare`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    faces = [face for split in ("train", "val") for face in read_faces(faces_file, data, split)]
    faces = [face for face in faces if not face.item.is_fake]
    trained = [face for face in faces if face.item.split == "train"]
    networks: dict[str, nn.Module] = {FLUX: FluxAutoencoder(flux).eval()} if flux else {}
    for kind in UPSAMPLERS:
        networks[kind] = fit_autoencoder(kind, trained, folder / f"{kind}.safetensors", steps=STEPS)
    return write_reconstructions(faces, networks, folder, count=count)


def write_reconstructions(
    faces: Sequence[FaceItem], networks: dict[str, nn.Module], folder: Path, *, count: int, seed: int = 0
) -> Path:
    """Write pairs of a cut-out genuine face and its reconstruction, and their list `reconstructions.csv`.

    Args:
        faces: genuine faces of train and val; sources are drawn evenly.
        networks: decoder kind to network. `KEPT_OUT` is used on val alone, all others on train and val.
        count: pairs of each kind in train; a quarter as many in val.

    Returns:
        The list, in the format of `prepare`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    list_file = folder / "reconstructions.csv"
    with list_file.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FACE_FIELDS)
        for kind, network in networks.items():
            for split in ("train", "val"):
                if kind == KEPT_OUT and split == "train":
                    continue
                wanted = count if split == "train" else count // 4
                for face in _chosen(faces, split, wanted, seed + zlib.crc32(kind.encode()) % 1000):
                    writer.writerows(_pair_rows(face, kind, network, folder, split))
    return list_file


def _chosen(faces: Sequence[FaceItem], split: str, count: int, seed: int) -> Iterable[FaceItem]:
    rng = np.random.default_rng(seed)
    by_source: dict[str, list[FaceItem]] = {}
    for face in faces:
        if face.item.split == split and not face.item.is_fake:
            by_source.setdefault(face.item.source, []).append(face)
    each = -(-count // max(1, len(by_source)))
    for source in sorted(by_source):
        pool = by_source[source]
        for index in rng.choice(len(pool), min(each, len(pool)), replace=False):
            yield pool[index]


def _pair_rows(face: FaceItem, kind: str, network: nn.Module, folder: Path, split: str) -> list[list[str | int]]:
    pixels, found = cut_out(read_image(face.image), face.face)
    small = _shrunk(pixels)
    scale = (small.shape[1] / pixels.shape[1], small.shape[0] / pixels.shape[0])
    x, y = scale
    box = FaceBox(*(round(value * by) for value, by in zip(found.box.as_list(), (x, y, x, y), strict=True)))
    landmarks = (found.landmarks * np.array(scale)).astype(np.float32)
    found = DetectedFace(box, found.detection_confidence, landmarks)
    name = f"{zlib.crc32(str(face.image).encode()):08x}"
    rows = []
    for label, made in (("real", small), ("fake", reconstruct(network, small))):
        file = f"{name}-{kind}-{label}.png"
        Image.fromarray(made).save(folder / file)
        item = Item(
            file=file,
            label=label,
            source=RECONSTRUCTIONS,
            manipulation="none" if label == "real" else f"reconstructed by {kind}",
            group=f"{name} {kind}",
            split=split,
        )
        rows.append(face_row(item, file, made.shape[1], made.shape[0], found))
    return rows
