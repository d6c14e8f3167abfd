"""What a file holds besides the image that is judged is said: an answer for one page is not one for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from detector.config import DetectorConfig
from detector.media.media import open_media
from detector.messages import Message

PAGES = [Image.fromarray(np.full((80, 120, 3), level, np.uint8)) for level in (40, 120, 200)]


def notes(path: Path) -> tuple[Message, ...]:
    return open_media(path, DetectorConfig()).info.notes


def test_pages_of_a_tiff_are_counted_and_the_first_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    PAGES[0].save(path, save_all=True, append_images=PAGES[1:])
    media = open_media(path, DetectorConfig())
    assert media.info.notes == (Message("other_images", {"count": 3}),)
    (frame,) = media.frames(None)
    assert (frame.pixels == 40).all()


@pytest.mark.parametrize("kind", [1, 4], ids=["reduced", "mask"])
def test_overviews_and_masks_of_a_tiff_are_no_pages(kind: int, tmp_path: Path) -> None:
    path = tmp_path / "overview.tif"
    PAGES[1].encoderinfo = {"tiffinfo": {254: kind}}
    PAGES[0].save(path, save_all=True, append_images=PAGES[1:2])
    with Image.open(path) as opened:
        opened.seek(1)
        assert opened.tag_v2[254] == kind
    assert notes(path) == ()


def test_a_tiff_whose_second_page_is_damaged_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "damaged.tif"
    PAGES[0].save(path, save_all=True, append_images=PAGES[1:2])
    content = bytearray(path.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[first : first + 2], "little")
    second = first + 2 + 12 * entries  # where the first page names the second
    content[second : second + 4] = (len(content) - 1).to_bytes(4, "little")
    path.write_bytes(content)
    assert notes(path) == ()


def test_images_of_a_heic_are_counted_without_its_thumbnail(tmp_path: Path) -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    PAGES[0].save(tmp_path / "two.heic", "HEIF", save_all=True, append_images=PAGES[1:2])
    PAGES[0].resize((480, 320)).save(tmp_path / "one.heic", "HEIF", thumbnails=[64])
    assert notes(tmp_path / "two.heic") == (Message("other_images", {"count": 2}),)
    assert notes(tmp_path / "one.heic") == ()


@pytest.mark.parametrize("name", ["motion.jpg", "motion.heic"])
def test_the_video_of_a_motion_photo_is_told(name: str, make_video, tmp_path: Path) -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    PAGES[0].save(tmp_path / name, "HEIF" if name.endswith("heic") else "JPEG")
    assert notes(tmp_path / name) == ()
    video = make_video(times_s=[0.0, 0.04]).read_bytes()
    with (tmp_path / name).open("ab") as file:
        if name.endswith("heic"):
            file.write((len(video) + 8).to_bytes(4, "big") + b"mpvd")
        file.write(video)
    assert notes(tmp_path / name) == (Message("motion_photo"),)


def test_a_video_is_found_across_two_blocks_of_reading(make_video, tmp_path: Path) -> None:
    path = tmp_path / "motion.jpg"
    PAGES[0].save(path)
    content = path.read_bytes()
    path.write_bytes(content + bytes((1 << 20) - len(content) - 6) + make_video(times_s=[0.0]).read_bytes())
    assert notes(path) == (Message("motion_photo"),)
