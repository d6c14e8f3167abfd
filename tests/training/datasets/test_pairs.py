"""A pair differs by its manipulation alone: same quality, same crop, identical outside the mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.config import DetectorConfig
from detector.faces.face_detector import FaceFinder
from detector.media.images import read_image
from detector.types import DetectedFace, Pixels
from training.datasets.augment import colour_shift, degrade_alike, h264, jpeg
from training.datasets.labels import read_faces
from training.datasets.pairs import MAP_CELLS, MIX, PairStream, _Pool
from training.datasets.self_blend import Donor, _fitted, _transfer_colour, face_mask, self_blend


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return read_image(examples / "genuine.jpg")


@pytest.fixture(scope="module")
def face(portrait: Pixels) -> DetectedFace:
    return FaceFinder(DetectorConfig(), torch.device("cpu")).find(portrait)[0]


@pytest.fixture(scope="module")
def donor(portrait: Pixels, face: DetectedFace) -> Donor:
    """The portrait, turned and made green, as if it were somebody else."""
    turn = cv2.getRotationMatrix2D((256, 256), 20, 0.8)
    pixels = cv2.warpAffine(portrait, turn, (512, 512)) // np.array([2, 1, 2], np.uint8)
    landmarks = np.column_stack([face.landmarks, np.ones(5)]) @ turn.T
    return Donor(pixels=pixels, landmarks=landmarks.astype(np.float32))


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_twins_are_identical_outside_the_mask_and_differ_inside(portrait, face, donor, seed, swap) -> None:
    other = donor if swap else None
    genuine, blend, mask = self_blend(portrait, face.box, face.landmarks, np.random.default_rng(seed), other)
    assert genuine.shape == blend.shape == portrait.shape and genuine.dtype == blend.dtype == np.uint8
    assert mask.min() >= 0 and mask.max() <= 1
    np.testing.assert_array_equal(genuine[mask == 0], blend[mask == 0])
    assert np.abs(genuine.astype(int) - blend)[mask > 0.5 * mask.max()].mean() > 0.1


def test_the_mask_lies_on_the_face(portrait, face) -> None:
    for seed in range(30):
        *_, mask = self_blend(portrait, face.box, face.landmarks, np.random.default_rng(seed))
        box = face.box
        grown = np.zeros(mask.shape, bool)
        grown[
            box.y1 - box.height // 3 : box.y2 + box.height // 5, box.x1 - box.width // 3 : box.x2 + box.width // 3
        ] = True
        assert mask[~grown].max() == 0


@pytest.mark.parametrize(("region", "points", "outside"), [("eyes", (0, 1), (3, 4)), ("mouth", (3, 4), (0, 1))])
def test_a_region_covers_its_own_landmarks(portrait, face, region, points, outside) -> None:
    mask = face_mask(portrait.shape[:2], face.landmarks, region, np.random.default_rng(0), jitter=0.0)
    at = face.landmarks.round().astype(int)
    assert all(mask[at[index][1], at[index][0]] == 1 for index in points)
    assert all(mask[at[index][1], at[index][0]] == 0 for index in outside)


def test_the_mask_turns_with_the_face(portrait, face) -> None:
    upright = face_mask((512, 512), face.landmarks, "face", np.random.default_rng(0), jitter=0.0)
    turn = cv2.getRotationMatrix2D((256, 256), 30, 1.0)
    landmarks = (np.column_stack([face.landmarks, np.ones(5)]) @ turn.T).astype(np.float32)
    turned = face_mask((512, 512), landmarks, "face", np.random.default_rng(0), jitter=0.0)
    expected = cv2.warpAffine(upright, turn, (512, 512))
    assert np.minimum(turned, expected).sum() / np.maximum(turned, expected).sum() > 0.95


def test_after_the_same_degradation_a_pair_still_differs_by_the_mask_alone(portrait, face) -> None:
    """Only what reaches over the mask's edge, such as a block of 8 or 16 pixels or a blur, may differ there."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        genuine, blend, mask = self_blend(portrait, face.box, face.landmarks, rng)
        one, other = degrade_alike([genuine, blend], rng, 1.0)
        far = cv2.distanceTransform((mask == 0).astype(np.uint8), cv2.DIST_L2, 5) > 48
        apart = np.abs(one.astype(int) - other)
        assert far.mean() > 0.2
        # A codec spends its bits anew over the whole frame, so a small difference is its own.
        assert apart[far].mean() < 1.5, seed


def test_a_donor_is_fitted_to_the_landmarks(portrait, face) -> None:
    """A portrait that was turned and shrunk comes back to where it was: eyes on eyes, not beside them."""
    turn = cv2.getRotationMatrix2D((256, 256), 20, 0.8)
    landmarks = (np.column_stack([face.landmarks, np.ones(5)]) @ turn.T).astype(np.float32)
    turned = Donor(pixels=cv2.warpAffine(portrait, turn, (512, 512)), landmarks=landmarks)
    back = _fitted(turned, face.landmarks, portrait.shape[:2])
    inside = face_mask(portrait.shape[:2], face.landmarks, "face", np.random.default_rng(0), jitter=0.0) == 1
    apart, before = (np.abs(other.astype(int) - portrait)[inside].mean() for other in (back, turned.pixels))
    assert apart < 0.15 * before


def test_transferred_colour_has_the_mean_and_spread_of_the_target(portrait, donor) -> None:
    mask = np.zeros(portrait.shape[:2], np.float32)
    mask[150:350, 150:350] = 1
    moved = _transfer_colour(donor.pixels, portrait, mask)[mask == 1].astype(float)
    wanted, had = portrait[mask == 1].astype(float), donor.pixels[mask == 1].astype(float)
    assert np.abs(moved.mean(0) - wanted.mean(0)).max() < 0.25 * np.abs(had.mean(0) - wanted.mean(0)).max()


def test_h264_loses_more_at_a_higher_rate_factor_and_keeps_colours(portrait) -> None:
    image = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    lost = [np.abs(h264(image, crf).astype(int) - image).mean() for crf in (10, 25, 40)]
    assert lost[0] < lost[1] < lost[2] and lost[0] < 4
    flat = np.full((64, 64, 3), (180, 90, 40), np.uint8)
    assert np.abs(h264(flat, 20).astype(int) - flat).max() <= 4


def test_jpeg_is_the_one_pillow_writes(portrait) -> None:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(portrait).save(file, "JPEG", quality=40)
    theirs = np.asarray(Image.open(file)).astype(int)
    assert np.abs(jpeg(portrait, 40) - theirs).mean() < 1.0


@pytest.fixture(scope="module")
def stream(data, faces) -> PairStream:
    return PairStream(read_faces(faces, data, "train"), size_px=96, seed=5, ramp_pairs=4)


def test_the_stream_of_pairs_repeats_and_does_not_depend_on_where_it_starts(data, faces, stream) -> None:
    pairs = [pair for pair, _ in zip(stream, range(5), strict=False)]
    late = iter(PairStream(read_faces(faces, data, "train"), size_px=96, seed=5, first=3, ramp_pairs=4))
    for pixels, labels, maps in pairs:
        assert pixels.shape == (2, 3, 96, 96) and pixels.dtype == torch.uint8 and labels.tolist() == [0, 1]
        assert maps.shape == (2, MAP_CELLS, MAP_CELLS) and (maps[0] == 0).all()
        assert not torch.equal(pixels[0], pixels[1])
    assert all(torch.equal(*both) for both in zip(next(late)[0], pairs[3][0], strict=True))
    assert torch.equal(next(late)[0], pairs[4][0])
    assert not torch.equal(pairs[0][0], pairs[1][0])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_holds_the_same_pairs_whatever_the_number_of_workers(data, faces, workers: int) -> None:
    """Also from the middle of a run on, where an odd number of batches was taken."""
    stream = PairStream(read_faces(faces, data, "train"), size_px=80, seed=5, first=3 * 2, block=2, ramp_pairs=4)
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=2, num_workers=workers))
    for step in range(3, 7):
        pixels, _, _ = next(loader)
        assert all(torch.equal(pixels[i], stream.pair(2 * step + i)[0]) for i in range(2))


def test_every_kind_of_pair_is_drawn_and_its_map_says_what_is_known(stream) -> None:
    rng = np.random.default_rng(0)
    for kind in MIX:
        if kind in ("blend tight", "reconstruction"):
            continue  # every image of the folder shows a margin, and no reconstructions were written
        for _ in range(5):
            mask = stream._draw(kind, rng).mask
            assert (mask is None) == (kind == "twin")
            assert kind != "lone" or mask.min() == 1
    kinds = {"blend": 0, "whole": 0, "unknown": 0}
    for number in range(160):
        _, _, maps = stream.pair(number)
        name = "unknown" if maps[1].isnan().any() else "whole" if maps[1].min() == 1 else "blend"
        kinds[name] += 1
    assert min(kinds.values()) >= 2 and kinds["blend"] > 25


def test_the_map_lies_where_the_members_differ(data, faces) -> None:
    """Checked against the pixels themselves, which the stream does not use for it."""
    stream = PairStream(read_faces(faces, data, "train"), size_px=160, seed=1, ramp_pairs=10**9)
    checked = 0
    for number in range(90):
        pixels, _, maps = stream.pair(number)
        apart = (pixels[0].float() - pixels[1].float()).abs().mean(0)
        cells = torch.nn.functional.avg_pool2d(apart[None, None], 8)[0, 0]
        if maps[1].isnan().any() or maps[1].min() > 0 or cells.max() < 8:
            continue
        checked += 1
        assert cells[maps[1] > 0.9].mean() > 4 * cells[maps[1] == 0].mean(), number
    assert checked > 15


def test_a_small_source_is_neither_starved_nor_learned_by_heart() -> None:
    pool = _Pool([("large", n) for n in range(10_000)] + [("small", n) for n in range(16)])
    rng = np.random.default_rng(0)
    small = sum(pool.draw(rng) < 16 for _ in range(4000)) / 4000
    assert small == pytest.approx(2 / 12, abs=0.03)  # fourth roots: 10 to 2


def test_without_genuine_faces_there_is_nothing_to_train_on() -> None:
    with pytest.raises(ValueError, match="no genuine"):
        PairStream([], size_px=96, seed=0)


def test_members_of_a_pair_are_degraded_alike() -> None:
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for seed in range(100):
        one, other = degrade_alike([image, image], np.random.default_rng(seed), 1.0)
        np.testing.assert_array_equal(one, other)


def test_full_strength_changes_most_images_and_none_changes_nothing() -> None:
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    kept = [
        np.array_equal(degrade_alike([image], np.random.default_rng(seed), 1.0)[0], image) for seed in range(100)
    ]
    assert 2 < sum(kept) < 30
    assert all(
        np.array_equal(degrade_alike([image], np.random.default_rng(seed), 0.0)[0], image) for seed in range(50)
    )


def test_hue_really_shifts() -> None:
    red = np.full((8, 8, 3), (200, 40, 40), np.uint8)
    shifted = [colour_shift(red, np.random.default_rng(seed), 1.0)[0, 0] for seed in range(60)]
    hues = {int(cv2.cvtColor(pixel[None, None], cv2.COLOR_RGB2HSV)[0, 0, 0]) for pixel in shifted}
    assert len(hues) >= 5
