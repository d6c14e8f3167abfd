"""Analyse files on a Ray cluster with Ray Data: each actor holds a loaded detector, on a GPU if there is one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from batch.rows import FileResult, Job, analyze_file
from detector.errors import BatchError

_FILES_PER_BATCH = 4
"""Files per task; those of an actor that dies are retried."""


def analyze_on_ray(files: Iterable[str], job: Job, address: str) -> Iterator[FileResult]:
    """Analyse files on a cluster and yield results as they complete.

    Ray restarts actors that die and retries their files.

    Args:
        files: paths that every machine of the cluster can read, or addresses that fsspec can, such as `s3://…`.
        job: settings and weights; every machine reads the weights from the same folder.
        address: of the cluster; `auto` finds a running one, `local` starts one on this machine.

    Raises:
        BatchError: Ray is not installed, or there is no cluster at the address.
    """
    ray = _require_ray()
    paths = [{"path": file} for file in files]
    if not paths:
        return
    if not ray.is_initialized():
        try:
            ray.init(address=address, log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError) as error:
            raise BatchError(f"no Ray cluster at {address}: {error}") from error
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    actors = gpus or max(1, int(resources.get("CPU", 1)))
    dataset = ray.data.from_items(paths, override_num_blocks=max(1, min(len(paths), 4 * actors))).map_batches(
        Analyzer,
        fn_constructor_kwargs={"job": job},
        batch_size=_FILES_PER_BATCH,
        concurrency=(1, actors),
        num_gpus=1 if gpus else 0,
        num_cpus=0 if gpus else 1,
    )
    for row in dataset.iter_rows():
        result = json.loads(row["result"])
        yield FileResult(result["row"], result["tracks"])


class Analyzer:
    """A Ray actor; returns results as JSON, one column per kind of row."""

    def __init__(self, job: Job) -> None:
        import torch

        from detector.pipeline import Detector

        if not torch.cuda.is_available():
            torch.set_num_threads(1)  # an actor has one core
        self._job = job
        self._detector = Detector.from_checkpoint(job.checkpoint, job.config)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        results = [analyze_file(self._detector, str(path), self._job) for path in batch["path"]]
        return {"result": [json.dumps({"row": result.row, "tracks": result.tracks}) for result in results]}


def _require_ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise BatchError("--ray needs Ray: pip install 'deepfake-detector[cluster]'") from error
    return ray
