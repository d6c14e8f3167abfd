"""Make the rows of the result tables: one per file and one per track."""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from batch.remote import fetch, file_size, is_remote, open_file
from detector.config import DetectorConfig
from detector.errors import CheckpointError, DetectorError
from reporting.text.printable import printable

if TYPE_CHECKING:
    from detector.pipeline import Detector
    from detector.types import Analysis, FaceTrack

Row = dict[str, Any]
FILE_COLUMNS: dict[str, type] = {
    "file": str,
    "sha256": str,
    "size_bytes": int,
    "kind": str,
    "width_px": int,
    "height_px": int,
    "duration_s": float,
    "outcome": str,
    "grade": str,
    "probability": float,
    "threshold_fake": float,
    "threshold_real": float,
    "tracks": int,
    "frames_examined": int,
    "reasons": str,
    "warnings": str,
    "error_type": str,
    "error_message": str,
    "checkpoint": str,
    "checkpoint_sha256": str,
    "settings": str,
    "elapsed_s": float,
}
"""`probability` is empty without a face; `kind` to `warnings` are empty with an error. `settings` identifies the
settings that affect results."""
TRACK_COLUMNS: dict[str, type] = {
    "file": str,
    "sha256": str,
    "track_id": int,
    "outcome": str,
    "grade": str,
    "probability": float,
    "faces": int,
    "first_s": float,
    "last_s": float,
    "peak_start_s": float,
    "peak_end_s": float,
    "strongest_s": float,
    "strongest_probability": float,
    "x1": int,
    "y1": int,
    "x2": int,
    "y2": int,
    "checkpoint_sha256": str,
    "settings": str,
}
"""`peak_…` is the span that decides the track; the box is that of its strongest face: XYXY pixels of the upright
frame, half-open."""
UNFINISHED = ("InternalError", "WorkerDiedError")
"""Errors of the program, not of the file; the next run retries them."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """The rows of one file."""

    row: Row
    tracks: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Settings and weights of a run."""

    config: DetectorConfig
    checkpoint: str
    checkpoint_sha256: str
    settings: str
    """Identifies the settings that affect results."""


def make_job(config: DetectorConfig, checkpoint: str, checkpoint_sha256: str) -> Job:
    """Make a job, with the settings hashed to 16 hexadecimal digits."""
    settings = asdict(config)
    for name in ("checkpoint_folder", "device", "batch_size"):
        del settings[name]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    return Job(config=config, checkpoint=checkpoint, checkpoint_sha256=checkpoint_sha256, settings=digest[:16])


def analyze_file(detector: Detector, path: str, job: Job) -> FileResult:
    """Analyse one file; an error becomes a row.

    Raises:
        CheckpointError: the weights cannot be used.
    """
    try:
        if not is_remote(path):
            return _analysed(detector.analyze(path), job, path)
        with TemporaryDirectory(prefix="deepfake-detector-") as folder:
            return _analysed(detector.analyze(fetch(path, folder)), job, path)
    except CheckpointError:
        raise
    except DetectorError as error:
        return failed(path, job, type(error).__name__, str(error))
    except OSError as error:
        return failed(path, job, "MediaNotFoundError", f"{path} cannot be read: {error}")
    except Exception as error:  # noqa: BLE001 - one file must not stop the run
        traceback.print_exc(file=sys.stderr)
        return failed(path, job, "InternalError", f"{type(error).__name__}: {error}. Please report this.")


def failed(path: str, job: Job, kind: str, message: str) -> FileResult:
    """Make the row of a file that could not be analysed."""
    size_bytes, sha256 = None, None
    try:
        size_bytes, sha256 = file_size(path), content_hash(path)
    except OSError:
        pass  # the error row says why
    row = dict.fromkeys(FILE_COLUMNS) | {
        "file": printable(path),
        "sha256": sha256,
        "size_bytes": size_bytes,
        "error_type": kind,
        "error_message": printable(message),
        "checkpoint": job.checkpoint,
        "checkpoint_sha256": job.checkpoint_sha256,
        "settings": job.settings,
    }
    return FileResult(row)


def died(path: str, job: Job) -> FileResult:
    """Make the row of a file that ended every process that analysed it."""
    message = f"{path} ended each process that analysed it, which a fault in a library or too little memory do."
    return failed(path, job, "WorkerDiedError", message)


def content_hash(path: str) -> str:
    """Return the SHA-256 of a file, lower-case hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open_file(path) as opened:
        while chunk := opened.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _analysed(analysis: Analysis, job: Job, file: str) -> FileResult:
    answer = analysis.to_dict()
    verdict = answer["verdict"]
    names = ("sha256", "kind", "width_px", "height_px", "duration_s", "elapsed_s")
    row = dict.fromkeys(FILE_COLUMNS) | {name: answer[name] for name in names}
    row |= {
        name: verdict[name] for name in ("outcome", "grade", "probability", "threshold_fake", "threshold_real")
    }
    row |= {
        "file": printable(file),
        "size_bytes": analysis.media.size_bytes,
        "tracks": len(analysis.tracks),
        "frames_examined": analysis.frames_examined,
        "reasons": printable(" ".join(verdict["reasons"])),
        "warnings": printable(" ".join(answer["warnings"])),
        "checkpoint": job.checkpoint,
        "checkpoint_sha256": job.checkpoint_sha256,
        "settings": job.settings,
    }
    return FileResult(row, [_track(track, row) for track in analysis.tracks])


def _track(track: FaceTrack, row: Row) -> Row:
    strongest = max(track.scores, key=lambda score: score.logit)
    return {
        "file": row["file"],
        "sha256": row["sha256"],
        "track_id": track.track_id,
        "outcome": track.outcome,
        "grade": track.grade,
        "probability": track.probability,
        "faces": len(track.scores),
        "first_s": track.scores[0].time_s,
        "last_s": track.scores[-1].time_s,
        "peak_start_s": track.peak.start_s if track.peak else None,
        "peak_end_s": track.peak.end_s if track.peak else None,
        "strongest_s": strongest.time_s,
        "strongest_probability": strongest.probability,
        **dict(zip(("x1", "y1", "x2", "y2"), strongest.box.as_list(), strict=True)),
        "checkpoint_sha256": row["checkpoint_sha256"],
        "settings": row["settings"],
    }
