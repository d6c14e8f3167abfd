"""Whatever was stopped, edited or asked anew is not overwritten by what was asked before."""

from __future__ import annotations

import threading

import pytest

from ui.session.jobs import MAX_JOBS, Jobs


def test_only_the_newest_of_a_kind_is_current() -> None:
    jobs = Jobs()
    first = jobs.start("a", "copy")
    other = jobs.start("a", "package")
    theirs = jobs.start("b", "copy")
    second = jobs.start("a", "copy")
    assert [jobs.is_current(job) for job in (first, second, other, theirs)] == [False, True, True, True]


def test_what_was_ended_is_not_current_and_what_comes_after_it_is() -> None:
    jobs = Jobs()
    stopped = jobs.start("a", "copy")
    jobs.end("a", "copy")
    jobs.end("a", "copy")
    assert not jobs.is_current(stopped)
    assert jobs.is_current(jobs.start("a", "copy"))


@pytest.mark.parametrize("order", [("begin", "end"), ("end", "begin")])
def test_the_page_counts_whatever_arrives_first(order: tuple[str, str]) -> None:
    """Stop was pressed after the work was asked for, and may overtake it on the way."""
    jobs = Jobs()
    begun = []
    for event in order:
        if event == "begin":
            begun.append(jobs.start("a", "camera", 7))
        else:
            jobs.end("a", "camera", 7)
    assert not jobs.is_current(begun[0])
    assert jobs.is_current(jobs.start("a", "camera", 8))


def test_an_end_that_arrives_late_does_not_end_what_was_begun_after_it() -> None:
    jobs = Jobs()
    newer = jobs.start("a", "package", 9)
    older = jobs.start("a", "package", 3)
    jobs.end("a", "package", 4)
    assert jobs.is_current(newer) and not jobs.is_current(older)


def test_what_is_not_current_is_not_stored() -> None:
    jobs, stored = Jobs(), []
    first = jobs.start("a", "package")
    assert jobs.deliver(first, lambda: stored.append("first"))
    jobs.end("a", "package")
    assert not jobs.deliver(first, lambda: stored.append("late")) and stored == ["first"]


def test_a_stop_comes_before_or_after_a_delivery_and_never_in_between() -> None:
    jobs, state = Jobs(), {"copy": "working"}

    def stop() -> None:
        jobs.end("a", "copy")
        state["copy"] = "stopped"

    for _ in range(300):
        job = jobs.start("a", "copy")
        stopping = threading.Thread(target=stop)
        stopping.start()
        jobs.deliver(job, lambda: state.update(copy="made"))
        stopping.join()
        assert state["copy"] == "stopped"


def test_pages_without_end_fill_no_memory() -> None:
    jobs = Jobs()
    for number in range(MAX_JOBS + 500):
        newest = jobs.start(str(number), "route", 1)
    assert len(jobs._newest) == MAX_JOBS and jobs.is_current(newest)


@pytest.mark.parametrize("forged", [[1], {"a": 1}, "7", float("nan"), float("inf")])
def test_a_count_that_is_no_number_counts_as_the_newest(forged: object) -> None:
    jobs = Jobs()
    first = jobs.start("a", "package", 3)
    second = jobs.start("a", "package", forged)  # type: ignore[arg-type]
    assert [jobs.is_current(job) for job in (first, second)] == [False, True]
    jobs.end("a", "package", forged)  # type: ignore[arg-type]
    assert not jobs.is_current(second) and jobs.is_current(jobs.start("a", "package"))
