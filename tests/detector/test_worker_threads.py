"""What a call has started ends with it, though a part of it fails."""

from __future__ import annotations

import threading

import pytest
import torch

from detector.worker_threads import finish, worker_threads


def test_parts_that_have_not_begun_are_cancelled_and_those_that_run_are_waited_for() -> None:
    pool = worker_threads(1, 1, "parts")
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait()
        done.append("running")

    parts = [pool.submit(slow), pool.submit(done.append, "waiting")]
    begun.wait()
    finishing = threading.Thread(target=finish, args=(parts,))
    finishing.start()
    while not parts[1].cancelled():
        finishing.join(0.01)
    assert finishing.is_alive() and not done
    go_on.set()
    finishing.join()
    assert done == ["running"]
    assert pool.submit(lambda: "next").result() == "next"


def test_threads_do_not_wait_for_one_that_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that limits processes. Python does not end while a thread of a pool waits."""
    start, started = threading.Thread.start, []

    def limited(thread: threading.Thread) -> None:
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    before = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="can't start"):
        worker_threads(2, before + 1, "few")
    assert started and not started[0].is_alive()
    assert torch.get_num_threads() == before
