"""The images of a result in the folder of its visit."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ui.common.html import Picture
from ui.session.images import delete_earlier_runs, save_images, save_still


def test_images_keep_every_pixel(tmp_path: Path) -> None:
    pixels = np.arange(20 * 16 * 3, dtype=np.uint8).reshape(20, 16, 3)
    stored = save_images([pixels, pixels[:10]], tmp_path, "face")
    links = [f"gradio_api/file={tmp_path.as_posix()}/face-{number}.png" for number in (1, 2)]
    assert stored == (Picture(links[0], 16, 20), Picture(links[1], 16, 10))
    with Image.open(io.BytesIO((tmp_path / "face-1.png").read_bytes())) as image:
        assert image.format == "PNG" and np.array_equal(np.asarray(image), pixels)


def test_a_still_is_small(tmp_path: Path) -> None:
    save_still(np.zeros((1000, 2000, 3), np.uint8), tmp_path)
    with Image.open(tmp_path / "still-0.png") as image:
        assert image.size == (480, 240)


def test_a_later_result_has_images_of_its_own(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    for run in range(2):
        save_images([pixels, pixels], tmp_path, "face", run)
        save_still(pixels, tmp_path, run)
    assert len(list(tmp_path.iterdir())) == 6
    delete_earlier_runs(tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["face-1001.png", "face-1002.png", "still-1000.png"]
