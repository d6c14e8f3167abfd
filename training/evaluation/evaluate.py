"""Score unseen files with a checkpoint, through `Detector.analyze`."""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import cv2
import numpy as np
import torch
from PIL import Image

from detector.config import Depth, DetectorConfig
from detector.faces.face_detector import FaceFinder
from detector.media.images import read_image
from detector.model.checkpoint import ARCHITECTURE, SECOND_ARCHITECTURE, CheckpointCard, InputSpec, MapHead
from detector.model.classifier import FaceClassifier, choose_device
from detector.pipeline import Detector
from detector.types import FaceTrack, Pixels
from detector.verdict.calibration import Calibration
from training.datasets.augment import h264, jpeg
from training.datasets.labels import Item
from training.datasets.layouts import find_items
from training.evaluation.metrics import Row
from training.fitting.fit import MARGIN_FRAC, MIRRORED_MARGIN_FRAC, FitSettings, start_from
from training.fitting.networks import PIXEL_MEAN, PIXEL_STD, Student, Teacher

RESULT_FIELDS = (
    "file",
    "label",
    "source",
    "manipulation",
    "group",
    "attributes",
    "face_width_px",
    "detail",
    "logit",
)
Result = list[str | float | None]


def _half(pixels: Pixels) -> Pixels:
    """Half the size and back."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return _u8(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def _crf35(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    return h264(pixels[: height // 2 * 2, : width // 2 * 2], 35)


def _smaller(pixels: Pixels) -> Pixels:
    """Nine tenths of the size."""
    height, width = pixels.shape[:2]
    return _u8(cv2.resize(pixels, (width * 9 // 10, height * 9 // 10), interpolation=cv2.INTER_AREA))


def _border(pixels: Pixels) -> Pixels:
    """A black border of a tenth of the shorter side."""
    width = min(pixels.shape[:2]) // 10
    return _u8(cv2.copyMakeBorder(pixels, width, width, width, width, cv2.BORDER_CONSTANT))


def _u8(pixels: cv2.typing.MatLike) -> Pixels:
    return pixels.astype(np.uint8, copy=False)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "jpeg40": lambda pixels: jpeg(pixels, 40),
    "half": _half,
    "h264crf35": _crf35,
    "mirror": lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
    "smaller": _smaller,
    "jpeg95": lambda pixels: jpeg(pixels, 95),
    "reencode": lambda pixels: jpeg(jpeg(pixels, 90), 80),
    "border": _border,
}
"""What can be done to every image before it is scored. The first three take information away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """The weights to score with: a checkpoint, or a run of `fit`."""

    checkpoint: str = "default"
    folder: Path
    """Of the checkpoints."""
    run: Path | None = None

    def detector(self) -> Detector:
        config = DetectorConfig(checkpoint_folder=self.folder)
        if self.run is None:
            return Detector.from_checkpoint(self.checkpoint, config)
        device = choose_device(config.device)
        settings = FitSettings(**json.loads((self.run / "settings.json").read_text()))
        is_teacher = settings.network == "teacher"
        trained = Teacher() if is_teacher else Student()
        start_from(trained, self.run)
        architecture = SECOND_ARCHITECTURE if is_teacher else ARCHITECTURE
        classifier = FaceClassifier(trained.network.state_dict(), device, architecture=architecture)
        card = uncalibrated_card(self.run.name, settings, terms="not for use")
        return Detector(card, classifier, FaceFinder(config, device), config)


def uncalibrated_card(name: str, settings: FitSettings, *, terms: str) -> CheckpointCard:
    """Make the card of a run that was not calibrated."""
    return CheckpointCard(
        name=name,
        sha256="",
        architecture=ARCHITECTURE,
        input=InputSpec(
            size_px=settings.size_px,
            margin_frac=MARGIN_FRAC,
            mirrored_margin_frac=MIRRORED_MARGIN_FRAC,
            pixel_mean=PIXEL_MEAN,
            pixel_std=PIXEL_STD,
        ),
        calibration=Calibration(),
        explain_layer="repeat_2" if has_map_head(settings.size_px) else "conv2d_4a",
        map_head=MapHead(sha256="", fine="repeat_1", coarse="repeat_2")
        if has_map_head(settings.size_px)
        else None,
        false_alarm_rate=None,
        miss_rate=None,
        undecided_rate=None,
        measured_on="never measured",
        licence=terms,
    )


def has_map_head(size_px: int) -> bool:
    """Return whether the map head is fine enough to be shown, by the side of the input.

    The fine one has about an eighth as many cells each way: 11 at 112 px, 17 at 160 px.
    """
    return size_px >= 128


def evaluate(
    model: ModelSource,
    data: Path,
    split: str,
    out_file: Path,
    *,
    source: str | None = None,
    changed: str | None = None,
    most: int | None = None,
    only_videos: bool = False,
    max_frames: Depth | Literal["configured"] = "configured",
    workers: int = 2,
) -> None:
    """Score every file of a split and write one line each; `logit` is the verdict's, empty without a face.

    Args:
        out_file: CSV with the columns RESULT_FIELDS; an image's logit is that of the network, without offset.
        changed: a key of CHANGES, done to every image first; videos are left out then.
        most: at most about so many files, spread evenly over the list.
        max_frames: of each video, as for `Detector.analyze`.

    Raises:
        ValueError: the split holds no such file.
    """
    items = [item for item in find_items(data) if item.split == split and source in (None, item.source)]
    if changed or only_videos:
        items = [item for item in items if item.is_video == only_videos]
    if most is not None:
        items = items[:: -(-len(items) // most) or 1]
    if not items:
        what = "no videos" if only_videos else "nothing"
        raise ValueError(f"{data} holds {what} of split {split!r}" + (f" and source {source!r}" if source else ""))
    write_results(model, _score_file, [(data, item, changed, max_frames) for item in items], out_file, workers)


Task = TypeVar("Task")
_detector: Detector


def write_results(
    model: ModelSource, work: Callable[[Task], Result], tasks: Sequence[Task], out_file: Path, workers: int
) -> None:
    """Do `work` for each task and write one line each, in order.

    Args:
        work: done in processes of one thread; `own_detector` is their detector.
        out_file: CSV with the columns RESULT_FIELDS.
    """
    out_file.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with (
        torch.multiprocessing.get_context("spawn").Pool(workers, _start_worker, (model,)) as pool,
        out_file.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(RESULT_FIELDS)
        for done, result in enumerate(pool.imap(work, tasks), start=1):
            writer.writerow(result)
            if done % 500 == 0:
                left_s = (time.monotonic() - start) / done * (len(tasks) - done)
                print(f"{done}/{len(tasks)} files, {left_s / 60:.1f} min left", flush=True)


def _start_worker(model: ModelSource) -> None:
    global _detector
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _detector = model.detector()


def own_detector() -> Detector:
    """Return the detector of this process."""
    return _detector


def _score_file(task: tuple[Path, Item, str | None, Depth | Literal["configured"]]) -> Result:
    (data, item, changed, max_frames), detector = task, own_detector()
    if changed is None:
        analysis = detector.analyze(data / item.file, max_frames=max_frames)
    else:
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder) / "changed.png"
            Image.fromarray(CHANGES[changed](read_image(data / item.file))).save(image)
            analysis = detector.analyze(image)
    weighty = [track for track in analysis.tracks if track.weighty]
    return result_of(item, max(weighty, key=lambda track: track.logit, default=None))


def result_of(item: Item, track: FaceTrack | None) -> Result:
    """Return the line of a file, in the order of RESULT_FIELDS, by its deciding track.

    The logit of an image is unadjusted, to fit offsets to; that of a video is the pooled one.
    """
    about = [item.file, item.label, item.source, item.manipulation, item.group, item.attributes]
    if track is None:
        return [*about, None, None, None]
    width = float(np.median([score.box.width for score in track.scores]))
    detail = float(np.median([score.detail for score in track.scores]))
    network_logit = track.scores[0].network_logit
    return [*about, width, detail, track.logit if track.peak or network_logit is None else network_logit]


def read_results(files: Sequence[Path]) -> list[Row]:
    """Read what `evaluate` wrote; None where there was no face."""
    rows = []
    for file in files:
        with file.open(newline="", encoding="utf-8") as lines:
            rows += [
                row | {key: float(row[key]) if row[key] else None for key in ("logit", "face_width_px", "detail")}
                for row in csv.DictReader(lines)
            ]
    return rows
