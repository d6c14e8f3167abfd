"""The shared ResNeXt50 + LSTM detectors, judged as the code they were trained with judges one video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import resnext50_32x4d

import cli
from detector import Detector, DetectorConfig
from detector.errors import CheckpointMismatchError
from detector.model.importer import import_checkpoint
from detector.model.score import make_batch
from detector.types import FaceCrop


class Shared(nn.Module):
    """The layout of the shared files: keys `model.*`, `lstm.*`, `linear1.*`; class 1 is real."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(*list(resnext50_32x4d(weights=None).children())[:-2])
        self.lstm = nn.LSTM(2048, 2048, 1, False)  # the fourth place is `bias`
        self.linear1 = nn.Linear(2048, 2)

    def forward(self, video: torch.Tensor) -> torch.Tensor:
        """One video (frames, 3, 112, 112) to its two class scores."""
        features = self.model(video).mean((2, 3))
        states, _ = self.lstm(features.unsqueeze(0))
        return self.linear1(states.mean(dim=1)).squeeze(0)


@pytest.fixture(scope="module")
def shared() -> Shared:
    torch.manual_seed(0)
    return Shared().eval()


@pytest.fixture(scope="module")
def file(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    file = tmp_path_factory.mktemp("shared") / "model_93_acc_20_frames_FF_data.pt"
    torch.save(shared.state_dict(), file)
    yield file
    file.unlink()


@pytest.fixture(scope="module")
def root(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkpoints")
    assert cli.main(["checkpoints", "import", str(file), "--name", "shared", "--checkpoints", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def by_shared(root: Path) -> Detector:
    return Detector.from_checkpoint("shared", DetectorConfig(checkpoint_folder=root, precision="fp32"))


def test_the_card_says_what_the_name_and_the_training_code_say(by_shared: Detector) -> None:
    card = by_shared.card
    assert card.input.size_px == 112 and card.input.video_frames == 20 and card.false_alarm_rate is None
    assert card.input.pixel_mean == pytest.approx((123.675, 116.28, 103.53))
    assert card.input.pixel_std == pytest.approx((58.395, 57.12, 57.375))


def test_the_mean_logit_of_a_video_is_what_the_shared_network_says(by_shared: Detector, shared: Shared) -> None:
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (112, 112, 3), dtype=np.uint8) for _ in range(5)]
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    video = (torch.from_numpy(np.stack(crops)) / 255 - mean) / std
    with torch.no_grad():
        fake, real = shared(video.permute(0, 3, 1, 2))
    logits = by_shared.classifier.logits(make_batch(crops, by_shared.card.input))
    # The weights are kept in float16; untrained ones give small logits, so the tolerance is smaller still.
    assert logits.mean().item() == pytest.approx((fake - real).item(), abs=2e-4)
    assert logits.std() > 0


def test_a_video_is_judged_over_its_whole_length_in_upright_rgb(by_shared, examples: Path) -> None:
    video = examples / "genuine.mp4"
    analysis = by_shared.analyze(video)
    assert analysis.frames_examined == 20 and analysis.settings["max_frames"] == 20
    times = [score.time_s for score in analysis.tracks[0].scores]
    assert times[0] < 0.1 * analysis.media.duration_s and times[-1] > 0.9 * analysis.media.duration_s
    assert by_shared.analyze(video, max_frames=3).frames_examined == 3
    crop: FaceCrop = analysis.tracks[0].key_crops[0]
    red, _, blue = crop.pixels[40:70, 40:70].reshape(-1, 3).mean(0)
    assert red > blue  # skin
    scanned = Detector(by_shared.card, by_shared.classifier, by_shared.finder, DetectorConfig(max_frames=5))
    assert scanned.analyze(video).frames_examined == 5


def test_its_faces_can_be_explained(by_shared: Detector, examples: Path) -> None:
    from explain import explain

    explanations = explain(by_shared, by_shared.analyze(examples / "genuine.jpg"))
    assert explanations.faces[0].heatmap.shape == (14, 14)


def test_other_layouts_are_refused(shared: Shared, tmp_path: Path) -> None:
    state = shared.state_dict()
    for name, spoiled in (
        ("missing", {key: value for key, value in state.items() if key != "linear1.bias"}),
        ("three classes", state | {"linear1.weight": torch.zeros(3, 2048)}),
        ("two layers", state | {"lstm.weight_ih_l1": torch.zeros(1)}),
    ):
        torch.save(spoiled, tmp_path / "model_1_acc_10_frames_x.pt")
        with pytest.raises(CheckpointMismatchError, match="ResNeXt50-LSTM"):
            import_checkpoint(tmp_path / "model_1_acc_10_frames_x.pt", tmp_path, name.replace(" ", "-"))
