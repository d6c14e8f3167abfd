"""Bringing in weights made elsewhere: a community `.pth` of this architecture becomes a checkpoint of ours."""

from __future__ import annotations

import re
from pathlib import Path

from detector.calibrate import Calibration
from detector.checkpoint import (
    ARCHITECTURE,
    CheckpointCard,
    InputSpec,
    hash_file,
    read_pickled_state,
    require_same_keys,
    save_checkpoint,
)
from detector.errors import CheckpointMismatchError
from detector.model import build_network


def import_checkpoint(file: Path, root: Path, name: str | None = None) -> CheckpointCard:
    """Convert a PyTorch file of an InceptionResnetV1 with one logit (fake positive) to safetensors with a card.

    The community's files hold `{"model_state_dict": …}` of facenet-pytorch's class, trained on 256 px MTCNN
    crops without a margin, pixels divided by 255. Their calibration is unknown: the logit is used as it is,
    the thresholds are a cautious 0.8 and 0.2, and the card says that its errors were never measured.

    Args:
        file: the `.pth`; it is read without running any code in it.
        root: folder of the checkpoints.
        name: of the new one; made from the file's name where None.

    Returns:
        The card as written.

    Raises:
        CheckpointNotFoundError: no such file.
        CheckpointMismatchError: not these weights, or the name is taken or unusable.
    """
    name = name or re.sub(r"[^A-Za-z0-9_-]+", "-", file.stem).strip("-")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise CheckpointMismatchError(
            f"{name!r} cannot name a checkpoint; give --name with letters, digits, - and _"
        )
    if (root / name).exists():
        raise CheckpointMismatchError(f"there is a checkpoint {name!r} already; give another --name")
    state = read_pickled_state(file)
    require_same_keys(state, build_network().state_dict(), str(file))
    card = CheckpointCard(
        name=name,
        sha256="",
        architecture=ARCHITECTURE,
        input=InputSpec(size_px=256, margin_frac=0.0, pixel_mean=0.0, pixel_std=255.0),
        calibration=Calibration(),
        explain_layer="repeat_2",
        false_alarm_rate=None,
        miss_rate=None,
        undecided_rate=None,
        measured_on="never measured",
        licence="unknown: ask whoever made it",
        training={"imported_from": file.name, "sha256_of_that_file": hash_file(file)},
    )
    return save_checkpoint(card, state, root)
