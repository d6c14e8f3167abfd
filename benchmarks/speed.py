"""Time and memory of judging one 1080p picture and one ten-second 720p clip, beside the notebook way.

The notebook way is what tutorials do: facenet-pytorch's MTCNN at its defaults on every full frame looked at,
then a float32 InceptionResnetV1 for each face, one at a time. Both look at the same frames. Each run is a
process of its own, so that peak memory is its own; loading the networks is timed apart.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import torch
from facenet_pytorch import MTCNN
from PIL import Image

from detector.checkpoint import load_card, load_weights
from detector.config import CHECKPOINTS, DetectorConfig
from detector.crop import crop_face
from detector.media import open_media
from detector.model import FaceClassifier
from detector.pictures import read_picture
from detector.pipeline import Detector
from detector.score import score_crops
from detector.types import DetectedFace, FaceBox, Pixels
from explain import explain

PORTRAIT = Path(__file__).parent.parent / "examples" / "genuine.jpg"
FRAMES = 32


def speed(repeats: int) -> dict[str, Any]:
    """Median seconds and peak megabytes of both ways on both files, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"picture 1080p": Path(folder) / "picture.png", "clip 720p 10 s": Path(folder) / "clip.mp4"}
        Image.fromarray(_scene(1920, 1080, 0.0)).save(files["picture 1080p"])
        _write_clip(files["clip 720p 10 s"])
        results: dict[str, Any] = {"benchmark": "speed", "threads": torch.get_num_threads(), "frames": FRAMES}
        for name, file in files.items():
            ours, notebook = (_in_own_process(way, file, repeats) for way in ("detector", "notebook"))
            results[name] = {
                "detector": ours,
                "notebook": notebook,
                "ratio": round(notebook["judge_s"] / ours["judge_s"], 2),
            }
    return results


def run_one(way: str, file: Path, repeats: int) -> dict[str, float]:
    """One way on one file in this process: the first run warms up and is left out."""
    start = time.perf_counter()
    judge = _detector_way() if way == "detector" else _notebook_way()
    result = {"load_s": round(time.perf_counter() - start, 2)}
    judge(file)
    runs = [judge(file) for _ in range(repeats)]
    for key in runs[0]:
        result[key] = round(float(np.median([run[key] for run in runs])), 3)
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return result


def _detector_way() -> Any:
    detector = Detector.from_checkpoint("default", DetectorConfig(max_frames=FRAMES))

    def judge(file: Path) -> dict[str, float]:
        start = time.perf_counter()
        analysis = detector.analyze(file)
        judged = time.perf_counter()
        explain(detector, analysis)
        return {"judge_s": judged - start, "explain_s": time.perf_counter() - judged}

    return judge


def _notebook_way() -> Any:
    card = load_card("default", CHECKPOINTS)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    classifier = FaceClassifier(load_weights(card, CHECKPOINTS), card.input.size_px, device, "fp32")
    mtcnn = MTCNN(keep_all=True, device=device)

    def judge(file: Path) -> dict[str, float]:
        start = time.perf_counter()
        for frame in open_media(file, DetectorConfig()).frames(FRAMES):
            boxes, _ = mtcnn.detect(Image.fromarray(frame.pixels))
            for x1, y1, x2, y2 in [] if boxes is None else boxes:
                box = FaceBox(round(x1), round(y1), round(x2), round(y2))
                face = DetectedFace(box, 1.0, np.zeros((5, 2), np.float32))
                crop = crop_face(frame, face, card.input.margin_frac, card.input.size_px)
                score_crops(classifier, [crop.pixels], card.input, 1)
        return {"judge_s": time.perf_counter() - start}

    return judge


def _in_own_process(way: str, file: Path, repeats: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks", "speed-one", way, str(file), "--repeats", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PORTRAIT.parent.parent)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _scene(width: int, height: int, share: float) -> Pixels:
    """The portrait on a textured background, moving across as `share` goes from 0 to 1."""
    ramp = np.linspace(40, 200, width, dtype=np.float32)[None, :, None].repeat(height, axis=0).repeat(3, axis=2)
    noise = np.random.default_rng(0).normal(0, 12, (height, width, 1)).astype(np.float32)
    scene = (ramp + noise).clip(0, 255).astype(np.uint8)
    side = round(height * 0.8)
    portrait = cv2.resize(read_picture(PORTRAIT), (side, side))
    left, top = round((width - side) * (0.2 + 0.6 * share)), (height - side) // 2
    scene[top : top + side, left : left + side] = portrait
    return scene


def _write_clip(file: Path) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(300):
            frame = av.VideoFrame.from_ndarray(_scene(1280, 720, number / 300), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
