"""Analyse files in several processes of this machine, each with a loaded detector."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import TYPE_CHECKING

from batch.rows import FileResult, Job, analyze_file, died
from detector.errors import BatchError

if TYPE_CHECKING:
    from detector.config import DetectorConfig
    from detector.model.classifier import Precision
    from detector.pipeline import Detector

WORKER_BYTES = 1_600_000_000
"""Memory allowed for one worker: an hour of 720p peaked at 1.4 GB (docs/performance.md)."""
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose_workers(files: int) -> int:
    """Choose one process per core, limited by memory and files (docs/decisions/0031-one-process-a-core.md)."""
    try:
        free_bytes = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        free_bytes = cores() * WORKER_BYTES
    return max(1, min(cores(), free_bytes // WORKER_BYTES, files))


def analyze_locally(files: Iterable[str], job: Job, workers: int) -> Iterator[FileResult]:
    """Analyse files in `workers` processes and yield results as they complete.

    If a process crashes or runs out of memory, its files are retried one by one; a file that crashes again gets a
    row with `WorkerDiedError`.

    Raises:
        CheckpointError: the weights cannot be used.
        ConfigError: the device asked for is not there.
    """
    threads = max(1, cores() // workers)
    waiting = deque(files)
    while waiting:
        running: dict[Future[FileResult], str] = {}
        before = multiprocessing.active_children()
        try:
            with _pool(workers, threads) as pool:
                job = _with_precision(job, pool)
                while waiting or running:
                    while waiting and len(running) < 2 * workers:
                        future = pool.submit(_analyze, waiting[0], job)
                        running[future] = waiting.popleft()
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        result = future.result()
                        del running[future]
                        yield result
        except BrokenProcessPool:
            if not running:
                raise BatchError("the worker processes end as they start; try fewer with --workers") from None
            for file in running.values():
                yield _alone(file, job, threads)
        finally:  # do not wait for a long video after Ctrl-C
            for process in set(multiprocessing.active_children()) - set(before):
                process.terminate()


def _pool(workers: int, threads: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(threads,))


def _alone(file: str, job: Job, threads: int) -> FileResult:
    with _pool(1, threads) as pool:
        try:
            return pool.submit(_analyze, file, job).result()
        except BrokenProcessPool:
            return died(file, job)


def _with_precision(job: Job, pool: ProcessPoolExecutor) -> Job:
    """Choose the faster precision once, before parallel processes disturb the timing."""
    if job.config.precision != "auto":
        return job
    return replace(job, config=replace(job.config, precision=pool.submit(_precision, job).result()))


def _start_worker(threads: int) -> None:
    """Run in each new process, before PyTorch is imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Exit when the parent process is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@functools.cache
def _detector(checkpoint: str, config: DetectorConfig) -> Detector:
    import cv2
    import torch

    from detector.pipeline import Detector

    threads = int(os.environ[_THREAD_VARIABLES[0]])
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    return Detector.from_checkpoint(checkpoint, config)


def _precision(job: Job) -> Precision:
    return _detector(job.checkpoint, job.config).classifier.precision


def _analyze(file: str, job: Job) -> FileResult:
    return analyze_file(_detector(job.checkpoint, job.config), file, job)
