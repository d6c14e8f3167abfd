"""Analyse files on a Ray cluster with Ray Data: each actor holds a loaded detector, on a GPU if there is one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from batch.rows import FileResult, Job, analyze_file, died
from detector.errors import BatchError, CheckpointError, ConfigError

_MOST_FILES_IN_TASK = 16
"""Files of one task: they are analysed again if its actor dies, and their results arrive together."""
_TRIES_AGAIN = 2
"""Retries of a task whose actor dies; then its files are tried one by one."""


def analyze_on_ray(files: Iterable[str], job: Job, address: str) -> Iterator[FileResult]:
    """Analyse files on a cluster and yield results as they complete.

    Ray restarts actors that die and gives their files to others. A file that ends every actor that analyses it
    gets a row with `WorkerDiedError`.

    Args:
        files: paths that every machine of the cluster can read, or addresses that fsspec can, such as `s3://…`.
        address: of the cluster; `auto` finds a running one, `local` starts one on this machine.

    Raises:
        BatchError: Ray is not installed, there is no cluster at the address, or it stopped working.
        CheckpointError: an actor cannot use the weights, or has others.
        ConfigError: an actor lacks the device asked for.
    """
    ray = _require_ray()
    waiting = dict.fromkeys(files)
    if not waiting:
        return
    if not ray.is_initialized():
        try:
            ray.init(address=address, log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError) as error:
            raise BatchError(f"no Ray cluster at {address}: {error}") from error
    for most_in_task in (_MOST_FILES_IN_TASK, 1):
        try:
            for answer in _answers(ray, list(waiting), job, most_in_task):
                if "error" in answer:
                    raise {"config": ConfigError, "checkpoint": CheckpointError}[answer["kind"]](answer["error"])
                waiting.pop(answer["path"])
                yield FileResult(answer["row"], answer["tracks"])
        except ray.exceptions.RayError as error:
            raise BatchError(f"the Ray cluster stopped working ({error}); run the same command again") from error
        if not waiting:
            return
    for path in waiting:
        yield died(path, job)


def _answers(ray: Any, paths: list[str], job: Job, most_in_task: int) -> Iterator[dict[str, Any]]:
    """Yield the answer for each file, except for files that ended their actors."""
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    actors = gpus or max(1, int(resources.get("CPU", 1)))
    tasks = max(math.ceil(len(paths) / most_in_task), min(len(paths), 4 * actors))
    ray.data.DataContext.get_current().max_errored_blocks = -1  # tasks given up are seen by what is missing
    dataset = ray.data.from_items([{"path": path} for path in paths], override_num_blocks=tasks).map_batches(
        Analyzer,
        fn_constructor_kwargs={"job": job},
        batch_size=None,
        concurrency=(1, actors),
        num_gpus=1 if gpus else 0,
        num_cpus=0 if gpus else 1,
        max_restarts=-1,
        max_task_retries=_TRIES_AGAIN,
    )
    for row in dataset.iter_rows():
        yield json.loads(row["answer"])


class Analyzer:
    """A Ray actor; returns results as JSON, one column per kind of row."""

    def __init__(self, job: Job) -> None:
        import torch

        from detector.model.checkpoint import load_card
        from detector.pipeline import Detector

        self._job = job
        self._fault: dict[str, str] | None = None
        if not torch.cuda.is_available():
            torch.set_num_threads(1)  # an actor has one core
        try:
            if load_card(job.checkpoint, job.config.checkpoint_folder).weights_id != job.checkpoint_sha256:
                raise CheckpointError(
                    f"the checkpoint {job.checkpoint!r} is another one on a machine of the cluster"
                )
            self._detector = Detector.from_checkpoint(job.checkpoint, job.config)
        except (CheckpointError, ConfigError) as error:
            self._fault = _fault(error)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        return {"answer": [json.dumps(self._analyze(str(path))) for path in batch["path"]]}

    def _analyze(self, path: str) -> dict[str, Any]:
        if self._fault:
            return self._fault
        try:
            result = analyze_file(self._detector, path, self._job)
        except CheckpointError as error:
            return _fault(error)
        return {"path": path, "row": result.row, "tracks": result.tracks}


def _fault(error: CheckpointError | ConfigError) -> dict[str, str]:
    return {"kind": "config" if isinstance(error, ConfigError) else "checkpoint", "error": str(error)}


def _require_ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise BatchError("--ray needs Ray: pip install 'deepfake-detector[cluster]'") from error
    return ray
