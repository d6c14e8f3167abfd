"""The networks of the search answer as facenet-pytorch's own modules do, which load the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest
import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet

from detector.faces.mtcnn_networks import MtcnnNetwork
from detector.media.images import read_image

LIBRARY = {"pnet": PNet, "rnet": RNet, "onet": ONet}


@pytest.mark.parametrize(("name", "size"), [("pnet", (57, 80)), ("rnet", (24, 24)), ("onet", (48, 48))])
def test_the_answers_are_the_librarys(
    name: Literal["pnet", "rnet", "onet"], size: tuple[int, int], examples: Path
) -> None:
    face = cv2.resize(read_image(examples / "genuine.jpg"), size[::-1], interpolation=cv2.INTER_AREA)
    pixels = np.stack([face, face[::-1], np.full_like(face, 255)])
    library = LIBRARY[name]()
    with torch.inference_mode():
        chance, moves, landmarks = MtcnnNetwork(name, torch.device("cpu"))(pixels)
        theirs = library((torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 127.5) / 128)
    their_moves, their_chance = theirs[0], theirs[-1]
    if name == "pnet":
        their_moves, their_chance = their_moves.permute(0, 2, 3, 1), their_chance.permute(0, 2, 3, 1)
    torch.testing.assert_close(chance, their_chance[..., 1], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(moves, their_moves, atol=1e-5, rtol=1e-4)
    assert chance.std() > 0 and landmarks.shape == (*chance.shape, 10 if name == "onet" else 0)
    if name == "onet":
        torch.testing.assert_close(landmarks, theirs[1], atol=1e-5, rtol=1e-4)
