"""Run all steps from a data folder to a calibrated checkpoint; can be interrupted and resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from detector.config import DetectorConfig
from detector.model.checkpoint import VideoOperatingPoint
from detector.pipeline import Detector
from training.datasets.face_index import prepare
from training.datasets.labels import read_faces
from training.datasets.layouts import find_items
from training.datasets.reconstruct import reconstruct_faces
from training.evaluation.calibrate import video_block
from training.evaluation.evaluate import CHANGES, ModelSource, evaluate, read_results
from training.evaluation.heatmap_scale import HEATMAP_FACES, measure_heatmap_scale
from training.evaluation.synthetic_videos import choose_faces, score_stills
from training.fitting.fit import FitSettings, fit
from training.release.export import calibrate_checkpoint, export

TEACHER = FitSettings(network="teacher", steps=3000, learning_rate=8e-4)
SMALL = FitSettings(network="student", steps=900, size_px=112, learning_rate=1e-3)
STUDENT = FitSettings(network="student", steps=4500, learning_rate=8e-4)

RECONSTRUCTIONS_EACH = 1000
"""Pairs of each decoder kind."""
STILLS, STILL_S = 200, 3.0
"""Synthetic videos of each source and label, and their length, for the thresholds of videos."""


def run_recipe(
    *,
    data: Path,
    imagenet: Path,
    runs: Path,
    root: Path,
    name: str,
    terms: str,
    measured_on: str,
    steps_multiplier: float,
    workers: int,
) -> None:
    """Prepare data, fit teacher and student, export, evaluate, calibrate, and measure the heatmap scale.

    Args:
        data: folder with the splits train, val and dev, see `training/datasets/layouts.py`.
        imagenet: ImageNet weights of the teacher, see `training/fitting/networks.py`.
        runs: folder of intermediate results; finished steps are skipped.
        root: folder of the checkpoints.
        name: of the checkpoint to write.
        terms: under which the weights may be used.
        measured_on: the val data in a few words.
        steps_multiplier: factor on the number of training steps.
    """
    faces, decoded = runs / "faces.csv", runs / "reconstructions"
    if not faces.exists():
        prepare(data, faces, workers=workers, frames_per_video=8)
    if not (decoded / "done").exists():
        reconstruct_faces(faces, data, decoded, count=RECONSTRUCTIONS_EACH)
        (decoded / "done").touch()
    stages = [
        replace(stage, steps=max(1, round(stage.steps * steps_multiplier)), workers=workers)
        for stage in (TEACHER, SMALL, STUDENT)
    ]
    lists = [faces, decoded / "reconstructions.csv"]
    teacher, small, student = runs / "teacher", runs / "student-small", runs / "student"
    fit(stages[0], run=teacher, imagenet=imagenet, data=data, faces_files=lists)
    fit(stages[1], run=small, teacher_run=teacher, data=data, faces_files=lists)
    fit(stages[2], run=student, teacher_run=teacher, start_run=small, data=data, faces_files=lists)
    export(student, name, root, terms=terms)
    model = ModelSource(checkpoint=name, folder=root)
    evaluate(model, data, "val", runs / "val.csv", workers=workers)
    for change in CHANGES:
        evaluate(model, data, "val", runs / f"val-{change}.csv", changed=change, workers=workers)

    def calibrate(dev: list[Path], videos: VideoOperatingPoint | None) -> None:
        calibrate_checkpoint(
            name,
            root,
            val=read_results([runs / "val.csv"]),
            dev=read_results(dev),
            changed={change: read_results([runs / f"val-{change}.csv"]) for change in CHANGES},
            measured_on=measured_on,
            training={},
            videos=videos,
        )

    calibrate(dev=[], videos=None)
    # The thresholds that were just set choose further frames of long videos.
    dev = []
    if any(item.split == "dev" for item in find_items(data)):
        dev = [runs / "dev.csv"]
        evaluate(model, data, "dev", dev[0], workers=workers)
    stills = runs / "stills-val.csv"
    images = choose_faces(read_faces(faces, data, "val"), STILLS, seed=0)
    score_stills(model, images, stills, seconds=STILL_S, seed=0, workers=workers)
    block = video_block(read_results([stills]), [], f"moving stills of {STILL_S:.0f} s made of {measured_on}")
    calibrate(dev=dev, videos=VideoOperatingPoint(**block))
    detector = Detector.from_checkpoint(name, DetectorConfig(checkpoint_folder=root))
    measure_heatmap_scale(detector, data, root, split="val", count=HEATMAP_FACES, seed=0)
