"""The loaded network computes what facenet-pytorch's does, and its arithmetic suits the processor."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from facenet_pytorch import InceptionResnetV1

from detector.config import CHECKPOINTS
from detector.model import classifier as classifier_module
from detector.model.checkpoint import load_card, load_weights
from detector.model.classifier import FaceClassifier, Precision, faster_cpu_precision

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("precision", "apart"), [("fp32", 1e-4), ("bf16", 0.1)])
def test_logits_are_those_of_the_librarys_network(precision: Precision, apart: float) -> None:
    weights = load_weights(load_card("default", CHECKPOINTS), CHECKPOINTS)
    library = InceptionResnetV1(pretrained=None, classify=True, num_classes=1).eval()
    library.load_state_dict(weights)
    batch = torch.rand(3, 3, 160, 160, generator=torch.Generator().manual_seed(0)) * 2 - 1
    batch[1] *= 0.1
    with torch.inference_mode():
        expected = library(batch).squeeze(1)
    found = FaceClassifier(weights, torch.device("cpu"), precision).logits(batch)
    torch.testing.assert_close(found, expected, atol=apart, rtol=0)
    assert expected.std() > apart


def test_a_large_batch_is_computed_in_halves_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = load_weights(load_card("default", CHECKPOINTS), CHECKPOINTS)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    classifier = FaceClassifier(weights, torch.device("cpu"), "fp32")
    batch = torch.rand(9, 3, 160, 160, generator=torch.Generator().manual_seed(0)) * 2 - 1
    batch *= torch.linspace(0.1, 1, 9)[:, None, None, None]
    sizes: list[tuple[int, bool]] = []
    whole = classifier._logits

    def counted(part: torch.Tensor) -> torch.Tensor:
        sizes.append((len(part), threading.current_thread() is threading.main_thread()))
        return whole(part)

    monkeypatch.setattr(classifier, "_logits", counted)
    together = classifier.logits(batch)
    assert sorted(sizes) == [(4, False), (5, False)]
    apart = torch.cat([classifier.logits(batch[start : start + 3]) for start in (0, 3, 6)])
    assert sizes[2:] == [(3, True)] * 3
    torch.testing.assert_close(together, apart, atol=1e-4, rtol=0)
    assert together.unique().numel() == 9


def test_a_half_that_fails_is_raised_when_the_other_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the other one would run on without the lock, beside hooks of an explanation."""
    weights = load_weights(load_card("default", CHECKPOINTS), CHECKPOINTS)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    classifier = FaceClassifier(weights, torch.device("cpu"), "fp32")
    monkeypatch.undo()
    both, first_failed, ended = threading.Barrier(2), threading.Event(), threading.Event()

    def compute(part: torch.Tensor) -> torch.Tensor:
        both.wait()
        if part[0, 0, 0, 0] == 0:
            first_failed.set()
            raise RuntimeError("no memory")
        first_failed.wait()
        ended.wait(0.2)  # nobody sets it: the other half takes longer
        ended.set()
        return torch.zeros(len(part), 1)

    monkeypatch.setattr(classifier, "_logits", compute)
    batch = torch.arange(8.0)[:, None, None, None].expand(8, 3, 160, 160)
    with pytest.raises(RuntimeError, match="no memory"):
        classifier.contributions(batch)
    assert ended.is_set()


def test_a_processor_without_bfloat16_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "avx512_bf16": False})
    monkeypatch.setattr(classifier_module.time, "process_time", lambda: pytest.fail("timed"))
    faster_cpu_precision.cache_clear()
    assert faster_cpu_precision() == "fp32"
    faster_cpu_precision.cache_clear()


@pytest.mark.parametrize("faster", ["fp32", "bf16"])
def test_the_faster_arithmetic_is_taken_though_single_timings_are_disturbed(
    faster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = {"fp32": 2.0, "bf16": 2.0} | {faster: 1.0}
    # In each round float32 is timed first; all rounds but the last are disturbed, the faster one the most.
    timings = [costs[name] + (9.0 if name == faster else 0.5) for _ in range(4) for name in ("fp32", "bf16")]
    timings += [costs["fp32"], costs["bf16"]]
    clock = iter([tick for timing in timings for tick in (0.0, timing)])
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    monkeypatch.setattr(classifier_module.time, "process_time", lambda: next(clock))
    faster_cpu_precision.cache_clear()
    assert faster_cpu_precision() == faster
    faster_cpu_precision.cache_clear()


def test_a_detector_is_loaded_without_torchvision() -> None:
    code = """
import sys
from detector.pipeline import Detector
Detector.from_checkpoint()
print(sorted({"torchvision", "torch._dynamo", "sympy", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
