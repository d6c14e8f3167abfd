"""Import weights made elsewhere: a community `.pth` or `.pt` becomes a checkpoint."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor

from detector.errors import CheckpointError, CheckpointMismatchError
from detector.model.checkpoint import (
    ARCHITECTURE,
    SEQUENCE_ARCHITECTURE,
    CheckpointCard,
    InputSpec,
    hash_file,
    read_pickled_state,
    require_same_keys,
    require_usable_tensors,
    save_checkpoint,
)
from detector.model.classifier import FaceClassifier, build_network
from detector.model.score import score_crops
from detector.model.sequence import EXPLAIN_LAYER, convert_sequence_state, expected_keys, is_sequence_state
from detector.verdict.calibration import Calibration


def import_checkpoint(file: Path, root: Path, name: str | None = None) -> CheckpointCard:
    """Convert a PyTorch file of one of two known kinds to safetensors with a card.

    - InceptionResnetV1 with one logit (fake positive): `{"model_state_dict": …}` of facenet-pytorch's class,
      trained on 256 px MTCNN crops without a margin, pixels divided by 255.
    - ResNeXt50 + LSTM for videos, two classes of which 1 is real: 112 px, ImageNet's mean and deviation. Their
      names, `model_{accuracy}_acc_{frames}_frames_….pt`, say for how many frames they were trained.

    Their calibration is unknown: the logit is used as it is, the thresholds are a cautious 0.8 and 0.2, and the
    card says that its errors were never measured.

    Args:
        file: the `.pth` or `.pt`; it is read without running any code in it.

    Returns:
        The card as written.

    Raises:
        CheckpointNotFoundError: no such file.
        CheckpointMismatchError: not these weights, weights that cannot be computed with, or the name is taken or
            unusable.
        CheckpointError: it cannot be written, as on a full disk.
    """
    name = name or re.sub(r"[^A-Za-z0-9_-]+", "-", file.stem).strip("-")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise CheckpointMismatchError(
            f"{name!r} cannot name a checkpoint; give --name with letters, digits, - and _"
        )
    if (root / name).exists():
        raise CheckpointMismatchError(f"there is a checkpoint {name!r} already; give another --name")
    state = read_pickled_state(file)
    if is_sequence_state(state):
        expected = expected_keys()
        require_same_keys(state, expected, str(file), SEQUENCE_ARCHITECTURE)
        require_usable_tensors(state, expected, str(file))
        state, architecture, layer = convert_sequence_state(state), SEQUENCE_ARCHITECTURE, EXPLAIN_LAYER
        spec = replace(_SEQUENCE_INPUT, video_frames=_video_frames(file.name))
    else:
        expected = build_network().state_dict()
        require_same_keys(state, expected, str(file))
        require_usable_tensors(state, expected, str(file))
        architecture, layer = ARCHITECTURE, "repeat_2"
        spec = InputSpec(size_px=256, margin_frac=0.0, pixel_mean=0.0, pixel_std=255.0)
    _require_sane_scores(state, spec, architecture, str(file))
    card = CheckpointCard(
        name=name,
        sha256="",
        architecture=architecture,
        input=spec,
        calibration=Calibration(),
        explain_layer=layer,
        false_alarm_rate=None,
        miss_rate=None,
        undecided_rate=None,
        measured_on="never measured",
        licence="unknown: ask whoever made it",
        training={"imported_from": file.name, "sha256_of_that_file": hash_file(file)},
    )
    try:
        return save_checkpoint(card, state, root)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(root / name, ignore_errors=True)  # else its name would be taken
        raise CheckpointError(
            f"the checkpoint could not be written to {root / name} ({error}). Make room there and import it again."
        ) from error


def _require_sane_scores(state: dict[str, Tensor], spec: InputSpec, architecture: str, what: str) -> None:
    """Score two reference images, an even one and one of noise, as stored in half precision.

    Raises:
        CheckpointMismatchError: a score is not finite or absurdly large, or both are the same.
    """
    stored = {
        key: tensor.half().float() if tensor.is_floating_point() else tensor for key, tensor in state.items()
    }
    classifier = FaceClassifier(stored, torch.device("cpu"), "fp32", architecture)
    side = spec.size_px
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    even, noisy = score_crops(classifier, [np.full_like(noise, 128), noise], spec, 2)
    if max(abs(even), abs(noisy)) > _LARGEST_LOGIT:
        raise CheckpointMismatchError(
            f"{what} cannot be used: it scores a reference image with {max(even, noisy, key=abs):.3g}, beyond "
            f"{_LARGEST_LOGIT:.0f}. Its weights are scaled wrongly; ask whoever made it for others."
        )
    if even == noisy:
        raise CheckpointMismatchError(
            f"{what} cannot be used: it gives every image the same score. Ask whoever made it for trained weights."
        )


_LARGEST_LOGIT = 1000.0
"""Trained networks of these kinds stay below 100."""
_SEQUENCE_INPUT = InputSpec(
    size_px=112,
    margin_frac=0.0,
    pixel_mean=(0.485 * 255, 0.456 * 255, 0.406 * 255),
    pixel_std=(0.229 * 255, 0.224 * 255, 0.225 * 255),
)
"""ImageNet's mean and deviation (torchvision), in pixel values."""


def _video_frames(file_name: str) -> int | None:
    """
    >>> _video_frames("model_93_acc_100_frames_celeb_FF_data.pt"), _video_frames("weights.pt")
    (100, None)
    """
    found = re.search(r"_acc_([1-9]\d*)_frames", file_name)
    return int(found[1]) if found else None
