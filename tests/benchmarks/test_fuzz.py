"""Mutated files end typed and within the bounds; the run can be repeated, and sees what it is there for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import fuzz as module
from benchmarks.fuzz import fuzz, mutated, whole_files

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to measure")


def test_mutated_files_end_typed_and_within_the_bounds() -> None:
    result = fuzz(440, seed=1)
    assert result["broke_a_bound"] == []
    assert result["outcomes"]["read"] > 40 and result["outcomes"]["MediaDecodeError"] > 40
    assert sum(result["outcomes"].values()) == 440


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    whole = dict(whole_files(tmp_path))
    first, second = (np.random.default_rng(7) for _ in range(2))
    for content in whole.values():
        assert mutated(content, whole["plain.jpg"], first) == mutated(content, whole["plain.jpg"], second)


def test_an_untyped_error_a_death_and_a_hang_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    marked = "exit=True)\n"
    faults = "    import os\n    if '/0.' in line: os.abort()\n    if '/1.' in line: time.sleep(999)\n"
    worker = module._WORKER.replace(marked, marked + faults)
    worker = worker.replace("        frames =", "        if '/2.' in line: raise KeyError(1)\n        frames =")
    monkeypatch.setattr(module, "_WORKER", worker)
    monkeypatch.setattr(module, "_HANG_S", 60.0)
    result = fuzz(4, seed=0, kept=tmp_path)
    assert [case["outcome"] for case in result["broke_a_bound"]] == ["died (-6)", "hung", "UNTYPED KeyError"]
    assert len(list(tmp_path.iterdir())) == 3
