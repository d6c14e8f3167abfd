"""The search finds small faces at the size the image has, and its memory is bounded whatever the shape."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from detector.config import DetectorConfig
from detector.faces import cascade as cascade_module
from detector.faces.cascade import Array, Cascade
from detector.faces.face_detector import FaceFinder
from detector.faces.mtcnn_networks import MtcnnNetwork
from detector.media.images import read_image
from detector.types import FaceBox, Pixels

ROOT = Path(__file__).parents[3]
THRESHOLDS = (0.6, 0.7, 0.7)


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    return Cascade(torch.device("cpu"))


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(DetectorConfig(), torch.device("cpu"))


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return read_image(examples / "genuine.jpg")


def test_tiles_give_what_the_whole_level_gives(
    cascade: Cascade, portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = np.tile(cv2.resize(portrait, (160, 160), interpolation=cv2.INTER_AREA), (3, 5, 1))
    whole = cascade.search(crowd, 20, factor=0.709, thresholds=THRESHOLDS)
    monkeypatch.setattr(cascade_module, "_TILE", 16)
    tiled = cascade.search(crowd, 20, factor=0.709, thresholds=THRESHOLDS)
    assert len(whole.boxes) == 15
    order, other = np.lexsort(whole.boxes.round().T), np.lexsort(tiled.boxes.round().T)
    np.testing.assert_allclose(tiled.boxes[other], whole.boxes[order], atol=0.5)


def test_a_search_computes_each_part_in_one_thread_and_leaves_the_others_theirs(
    portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    run = MtcnnNetwork.__call__

    def counted(self: MtcnnNetwork, pixels: NDArray[np.uint8]) -> tuple[torch.Tensor, ...]:
        threads.append(torch.get_num_threads())
        return run(self, pixels)

    monkeypatch.setattr(MtcnnNetwork, "__call__", counted)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        Cascade(torch.device("cpu")).search(portrait, 40, factor=0.709, thresholds=THRESHOLDS)
        assert torch.get_num_threads() == 2
        with ThreadPoolExecutor(1) as another:
            assert another.submit(torch.get_num_threads).result() == 2
    finally:
        torch.set_num_threads(before)
    assert set(threads) == {1}


@pytest.mark.parametrize("where", ["tile", "level"])
def test_nothing_runs_on_when_a_search_fails(
    where: str, cascade: Cascade, portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[bool] = []
    levels = cascade_module._pyramid

    pnet = cascade._pnet

    def counted(pixels: NDArray[np.uint8]) -> tuple[torch.Tensor, ...]:
        runs.append(True)
        threading.Event().wait(0.002)  # so that some tiles are still waiting
        if where == "tile":
            raise MemoryError("no memory")
        return pnet(pixels)

    def ending(*given: Any) -> Iterator[Any]:
        yield from itertools.islice(levels(*given), 2)
        raise MemoryError("no memory")

    monkeypatch.setattr(cascade_module, "_TILE", 8)
    monkeypatch.setattr(cascade, "_pnet", counted)
    if where == "level":
        monkeypatch.setattr(cascade_module, "_pyramid", ending)
    with pytest.raises(MemoryError):
        cascade.search(np.tile(portrait, (2, 2, 1)), 20, factor=0.709, thresholds=THRESHOLDS)
    before = len(runs)
    cascade._pool.submit(bool).result()  # after everything that was waiting
    assert len(runs) == before
    monkeypatch.undo()
    assert len(cascade.search(portrait, 40, factor=0.709, thresholds=THRESHOLDS).boxes) == 1


def test_a_small_face_in_a_large_image_is_found_where_it_is(finder: FaceFinder, portrait: Pixels) -> None:
    image = np.full((3000, 4000, 3), (120, 130, 125), np.uint8)
    image[300:812, 200:712] = portrait
    small = cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)  # a face of 43x55 pixels
    image[2500:2756, 3500:3756] = small
    boxes = [face.box for face in finder.find(image)]
    assert any(box.iou(FaceBox(380, 362, 467, 472)) > 0.8 for box in boxes)  # as marked by eye
    assert any(box.iou(FaceBox(3590, 2531, 3634, 2586)) > 0.7 for box in boxes)


def test_three_hundred_faces_are_all_found(finder: FaceFinder, portrait: Pixels) -> None:
    found = finder.search(np.tile(portrait[20:220, 120:320], (15, 20, 1)))
    assert len(found.faces) == 300 and found.complete


def test_more_candidates_than_are_looked_at_are_said(
    cascade: Cascade, portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cascade.search(portrait, 40, factor=0.709, thresholds=THRESHOLDS).complete
    monkeypatch.setattr(cascade_module, "_MOST_FOR_RNET", 1)
    found = cascade.search(np.tile(portrait, (1, 3, 1)), 40, factor=0.709, thresholds=THRESHOLDS)
    assert not found.complete and len(found.boxes) <= 1


def test_time_does_not_grow_by_the_square_of_what_looks_like_a_face(
    cascade: Cascade, portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mosaic of small faces: candidates are compared each with each, so only so many at once."""
    mosaic = np.tile(cv2.resize(portrait[60:260, 90:290], (70, 70), interpolation=cv2.INTER_AREA), (12, 12, 1))
    compared = []
    real = cascade_module._nms

    def counting(boxes: Array, sure: Array, iou: float) -> NDArray[np.int64]:
        compared.append(len(sure))
        return real(boxes, sure, iou)

    monkeypatch.setattr(cascade_module, "_nms", counting)
    whole = cascade.search(mosaic, 40, factor=0.709, thresholds=THRESHOLDS)
    assert whole.complete and max(compared) > 400
    monkeypatch.setattr(cascade_module, "_MANY_ANSWERS", 200)
    monkeypatch.setattr(cascade_module, "_MOST_IN_TILE", 100)
    monkeypatch.setattr(cascade_module, "_MOST_FOR_RNET", 100)
    compared.clear()
    cut = cascade.search(mosaic, 40, factor=0.709, thresholds=THRESHOLDS)
    assert not cut.complete and max(compared) <= 200 and 0 < len(cut.boxes) <= len(whole.boxes)


MEMORY_LIMITED = """
import resource, sys
import numpy as np, torch
torch.set_num_threads(1)
from detector.config import DetectorConfig
from detector.faces.face_detector import FaceFinder
finder = FaceFinder(DetectorConfig(), torch.device("cpu"))
noise = np.random.default_rng(0)
finder.search(noise.integers(0, 256, (200, 200, 3), dtype=np.uint8))  # everything is loaded
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000_000,) * 2)
for shape in sys.argv[1:]:
    height, width = (int(side) for side in shape.split("x"))
    print(shape, len(finder.search(noise.integers(0, 256, (height, width, 3), dtype=np.uint8)).faces), flush=True)
"""
SHAPES = ("1x400000", "400000x1", "11x100000", "13x1000000", "47x200000", "30000x100", "2500x4000")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit and /proc are Linux's")
def test_any_shape_is_searched_within_a_gigabyte() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_LIMITED, *SHAPES], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == [f"{shape} 0" for shape in SHAPES]
