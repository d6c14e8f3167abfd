"""Baseline: the way of typical notebooks, frame by frame.

Every examined frame is searched by facenet-pytorch's MTCNN, each face is scored alone by a float32
InceptionResnetV1 and explained by the grad-cam library. It examines the same frames as the detector and skips
others with OpenCV's `grab`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from facenet_pytorch import MTCNN
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import show_cam_on_image
from pytorch_grad_cam.utils.model_targets import BinaryClassifierOutputTarget

from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card, load_weights
from detector.model.classifier import build_network


class Notebook:
    """The loaded networks."""

    def __init__(self) -> None:
        self.card = load_card("default", CHECKPOINTS)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = build_network().to(self.device).eval()
        self.network.load_state_dict(load_weights(self.card, CHECKPOINTS))
        self.mtcnn = MTCNN(keep_all=True, device=self.device)

    def analyze(self, file: Path, wanted: list[int]) -> dict[str, float]:
        """Score and explain the frames with these indices, and return the seconds taken."""
        seconds = {"analyze_s": 0.0, "explain_s": 0.0, "faces": 0.0}
        start = time.perf_counter()
        capture = cv2.VideoCapture(str(file))
        number = 0
        for index in wanted:
            while number < index:
                capture.grab()
                number += 1
            _, frame = capture.read()
            number += 1
            self._analyze_frame(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), seconds)
        seconds["analyze_s"] = time.perf_counter() - start - seconds["explain_s"]
        return seconds

    def _analyze_frame(self, rgb: Any, seconds: dict[str, float]) -> None:
        boxes, _ = self.mtcnn.detect(rgb)
        for x1, y1, x2, y2 in [] if boxes is None else boxes.astype(int).clip(0):
            size = self.card.input.size_px
            face = cv2.resize(rgb[y1:y2, x1:x2], (size, size))
            batch = (
                torch.from_numpy((face.astype(np.float32) - 127.5) / 127.5).permute(2, 0, 1)[None].to(self.device)
            )
            with torch.no_grad():
                torch.sigmoid(self.network(batch)).item()
            start = time.perf_counter()
            layer = dict(self.network.named_modules())[self.card.explain_layer]
            with GradCAM(model=self.network, target_layers=[layer]) as cam:
                heatmap = cam(input_tensor=batch, targets=[BinaryClassifierOutputTarget(1)])[0]
            show_cam_on_image(face.astype(np.float32) / 255, heatmap, use_rgb=True)
            seconds["explain_s"] += time.perf_counter() - start
            seconds["faces"] += 1
