"""Checks take turns: one works at a time, and a video that is long lets images go first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from wait_helpers import wait_until

from detector import Detector
from ui.check.scheduler import Scheduler
from ui.check.upload_handlers import Handlers

PATIENCE_S = 60


def start(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_an_image_that_comes_later_is_done_before_a_video_that_is_under_way_goes_on() -> None:
    scheduler, done = Scheduler(), []
    begun, image_waits = threading.Event(), threading.Event()

    def video() -> None:
        with scheduler.video(lambda: None) as give_way:
            begun.set()
            assert image_waits.wait(PATIENCE_S)
            give_way()
            done.append("video")

    def image() -> None:
        with scheduler.image():
            done.append("image")

    first = start(video)
    assert begun.wait(PATIENCE_S)
    second = start(image)
    wait_until(lambda: scheduler._last_ticket == 2)
    image_waits.set()
    first.join(PATIENCE_S)
    second.join(PATIENCE_S)
    assert done == ["image", "video"]


def test_one_works_at_a_time_and_one_video_at_a_time() -> None:
    scheduler = Scheduler()
    working, videos, most = [0], [0], [0, 0]

    def note() -> None:
        most[0], most[1] = max(most[0], working[0]), max(most[1], videos[0])

    def video() -> None:
        with scheduler.video(lambda: None) as give_way:
            videos[0] += 1
            for _ in range(20):
                working[0] += 1
                note()
                working[0] -= 1
                give_way()
            videos[0] -= 1

    def image() -> None:
        for _ in range(20):
            with scheduler.image():
                working[0] += 1
                note()
                working[0] -= 1

    threads = [start(work) for work in (video, image, video, image)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert most == [1, 1] and not any(thread.is_alive() for thread in threads)


def test_whoever_stops_waiting_behind_a_video_leaves_and_others_go_on() -> None:
    scheduler = Scheduler()

    def gone() -> None:
        raise InterruptedError

    with scheduler.video(lambda: None), pytest.raises(InterruptedError), scheduler.video(gone):
        pytest.fail("two videos at once")
    with scheduler.video(lambda: None), pytest.raises(ValueError):
        raise ValueError
    with scheduler.image():
        pass


def test_a_visitors_image_is_answered_while_anothers_video_is_checked(
    detector: Detector, tmp_path: Path, examples: Path
) -> None:
    handlers = Handlers(detector, tmp_path)
    started, answered = threading.Event(), threading.Event()

    def tell(share: float, stage: object) -> None:
        started.set()
        if share > 0:
            assert answered.wait(PATIENCE_S), "the image waited for the whole video"

    video, image = (
        handlers.visits.show(name, handlers.visits.make(examples / name, "en", name))
        for name in ("genuine.mp4", "genuine.jpg")
    )
    checking = start(lambda: handlers.examine(video, "10", tell))
    assert started.wait(PATIENCE_S)
    assert handlers.examine(image, "10", lambda share, stage: None).media.kind == "image"
    answered.set()
    checking.join(PATIENCE_S)
    assert not checking.is_alive() and video.analysis is not None
