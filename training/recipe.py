"""Run all steps from a data folder to a calibrated checkpoint; can be interrupted and resumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from detector.config import DetectorConfig
from detector.model.checkpoint import VideoJudgement
from detector.pipeline import Detector
from training.datasets.face_index import prepare
from training.datasets.labels import read_faces
from training.datasets.layouts import find_items
from training.datasets.reconstruct import reconstruct_faces
from training.evaluation.calibrate import video_block
from training.evaluation.evaluate import CHANGES, Judge, evaluate, read_results
from training.evaluation.heatmap_scale import HEATMAP_FACES, measure_heatmap_scale
from training.evaluation.synthetic_videos import choose_faces, judge_stills
from training.fitting.fit import FitSettings, fit
from training.release.export import calibrate_checkpoint, export


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Paths and training length."""

    data: Path
    """A data folder with the splits train, val and dev, see `training/datasets/layouts.py`."""
    imagenet: Path
    """ImageNet weights of the teacher, see `training/fitting/networks.py`."""
    runs: Path
    """Folder of intermediate results; finished steps are skipped."""
    root: Path
    """Folder of the checkpoints."""
    name: str = "default"
    terms: str
    """Under what terms the weights may be used."""
    measured_on: str
    """The val data in a few words."""
    steps_multiplier: float = 1.0
    """Factor on the number of training steps."""
    workers: int = 2


TEACHER = FitSettings(network="teacher", steps=3000, learning_rate=8e-4)
SMALL = FitSettings(network="student", steps=900, size_px=112, learning_rate=1e-3)
STUDENT = FitSettings(network="student", steps=4500, learning_rate=8e-4)

RECONSTRUCTIONS_EACH = 1000
"""Pairs of each decoder kind."""
STILLS, STILL_S = 200, 3.0
"""Synthetic videos of each source and label, and their length, for the thresholds of videos."""


def run_recipe(recipe: Recipe) -> None:
    """Prepare data, fit teacher and student, export, evaluate, calibrate, and measure the heatmap scale."""
    runs, faces, decoded = recipe.runs, recipe.runs / "faces.csv", recipe.runs / "reconstructions"
    if not faces.exists():
        prepare(recipe.data, faces, workers=recipe.workers, frames_per_video=8)
    if not (decoded / "done").exists():
        reconstruct_faces(faces, recipe.data, decoded, count=RECONSTRUCTIONS_EACH)
        (decoded / "done").touch()
    stages = [
        replace(stage, steps=max(1, round(stage.steps * recipe.steps_multiplier)), workers=recipe.workers)
        for stage in (TEACHER, SMALL, STUDENT)
    ]
    lists = [faces, decoded / "reconstructions.csv"]
    teacher, small, student = runs / "teacher", runs / "student-small", runs / "student"
    fit(stages[0], run=teacher, imagenet=recipe.imagenet, data=recipe.data, faces_files=lists)
    fit(stages[1], run=small, teacher_run=teacher, data=recipe.data, faces_files=lists)
    fit(stages[2], run=student, teacher_run=teacher, start_run=small, data=recipe.data, faces_files=lists)
    export(student, recipe.name, recipe.root, terms=recipe.terms)
    judge = Judge(checkpoint=recipe.name, folder=recipe.root)
    evaluate(judge, recipe.data, "val", runs / "val.csv", workers=recipe.workers)
    for name in CHANGES:
        evaluate(judge, recipe.data, "val", runs / f"val-{name}.csv", changed=name, workers=recipe.workers)
    _settle(recipe, dev=[], videos=None)
    # The thresholds that were just set choose further frames of long videos.
    dev: list[Path] = []
    if any(item.split == "dev" for item in find_items(recipe.data)):
        dev = [runs / "dev.csv"]
        evaluate(judge, recipe.data, "dev", dev[0], workers=recipe.workers)
    stills = runs / "stills-val.csv"
    images = choose_faces(read_faces(faces, recipe.data, "val"), STILLS, seed=0)
    judge_stills(judge, images, stills, seconds=STILL_S, seed=0, workers=recipe.workers)
    set_on = f"moving stills of {STILL_S:.0f} s made of {recipe.measured_on}"
    block = video_block(read_results([stills]), [], set_on)
    _settle(recipe, dev=dev, videos=VideoJudgement(**block))
    detector = Detector.from_checkpoint(recipe.name, DetectorConfig(checkpoint_folder=recipe.root))
    measure_heatmap_scale(detector, recipe.data, recipe.root, split="val", count=HEATMAP_FACES, seed=0)


def _settle(recipe: Recipe, *, dev: list[Path], videos: VideoJudgement | None) -> None:
    calibrate_checkpoint(
        recipe.name,
        recipe.root,
        val=read_results([recipe.runs / "val.csv"]),
        dev=read_results(dev),
        changed={name: read_results([recipe.runs / f"val-{name}.csv"]) for name in CHANGES},
        measured_on=recipe.measured_on,
        training={},
        videos=videos,
    )
