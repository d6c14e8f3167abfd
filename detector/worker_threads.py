"""Threads that compute side by side, each with its own share of the cores.

PyTorch's threads of one operation wait for each other by spinning, so two operations at once on the same cores
hinder each other. Parts computed side by side do not wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import torch


def worker_threads(count: int, cores_each: int, name: str) -> ThreadPoolExecutor:
    """Start threads in which PyTorch uses a number of cores of their own.

    PyTorch's number of threads is the calling thread's own, and that of threads that begin later; the caller's is
    left as it was.
    """

    def limit() -> None:
        torch.get_num_threads()  # the first call in a thread sets the number
        torch.set_num_threads(cores_each)

    before = torch.get_num_threads()
    pool, all_started = ThreadPoolExecutor(count, name, limit), threading.Barrier(count)
    try:
        wait([pool.submit(all_started.wait) for _ in range(count)])
    except BaseException:
        # If a thread cannot start, the others would wait for it, and the end of the program for them.
        all_started.abort()
        pool.shutdown()
        raise
    finally:
        torch.set_num_threads(before)
    return pool


def finish(parts: Iterable[Future[Any]]) -> None:
    """Cancel the parts that have not begun and wait for those that run, so that nothing outlives a failed call."""
    wait([part for part in parts if not part.cancel()])
