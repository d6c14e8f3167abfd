"""Read and write checkpoints: a folder with `weights.safetensors` and `card.json`.

The card holds input size, normalisation, crop margin, calibration, thresholds and error rates. Weights are loaded
only if their SHA-256 is that of the card.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic.dataclasses import dataclass
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from detector.errors import CheckpointIntegrityError, CheckpointMismatchError, CheckpointNotFoundError
from detector.types import CheckpointInfo, Grade, GradeRate, MeasuredData, MediaKind
from detector.verdict.calibration import Calibration, QualityOffsets

ARCHITECTURE = "InceptionResnetV1"
SEQUENCE_ARCHITECTURE = "ResNeXt50-LSTM"
"""Community detectors of videos, see `detector/model/sequence.py`."""
SECOND_ARCHITECTURE: Literal["EfficientNet-Lite2"] = "EfficientNet-Lite2"
ARCHITECTURES = (ARCHITECTURE, SEQUENCE_ARCHITECTURE)
_LARGEST_WEIGHT = torch.finfo(torch.float16).max
CARD, WEIGHTS, MAP_HEAD = "card.json", "weights.safetensors", "map_head.safetensors"
SECOND_WEIGHTS = "second.safetensors"


_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class InputSpec:
    """Input of the network."""

    size_px: Annotated[int, Field(ge=75, le=1024)]
    """Side of the square crop."""
    margin_frac: Annotated[float, Field(ge=0, le=2)]
    """Margin around the detected face on each side, as a fraction of the box's longer side."""
    pixel_mean: float | tuple[float, float, float]
    """The network sees `(pixel - pixel_mean) / pixel_std`, pixel 0 to 255. Three numbers are for R, G and B."""
    pixel_std: PositiveFloat | tuple[PositiveFloat, PositiveFloat, PositiveFloat]
    mirrored_margin_frac: Annotated[float, Field(ge=0, le=2)] | None = None
    """Margin of a second, mirrored crop of each face of an image; the face's logit is the mean of both. None: no
    second crop."""
    video_frames: PositiveInt | None = None
    """Frames per video that the weights were trained with, if fixed."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class VideoOperatingPoint:
    """Operating point of videos, where it was measured separately."""

    calibration: Calibration
    """Of the pooled logit of a track."""
    false_alarm_rate: float | None
    """Share of genuine videos called fake at the threshold, on `measured_on`."""
    miss_rate: float | None
    """Share of manipulated videos called real at the threshold, on `measured_on`."""
    undecided_rate: float | None
    """Share of all videos that were left open between the two."""
    measured_on: str
    measured: MeasuredData | None = None
    grade_rates: Mapping[Grade, GradeRate] = field(default_factory=dict)
    """How often each grade was given, on `measured_on`."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class MapHead:
    """Two 1x1 convolutions trained with the network to locate manipulation."""

    sha256: str
    """Of `map_head.safetensors`: `fine.weight` (1, c, 1, 1), `fine.bias` (1,), and the same of `coarse`."""
    fine: str
    """Module whose activations `fine` reads."""
    coarse: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class SecondNetwork:
    """A network of another kind that scores the same crops."""

    architecture: Literal["EfficientNet-Lite2"]
    sha256: str
    """Of `second.safetensors`."""
    factors: tuple[PositiveFloat, PositiveFloat]
    """A face's logit is the first network's times the first factor plus this one's times the second."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class HeatmapScale:
    """Scale of the heatmaps, so that colours are comparable between reports."""

    strong: float
    """Raw heat drawn in the strongest colour: the peak that one in fifty manipulated faces reaches."""
    weak: float
    """Peak below which nine in ten genuine faces stay: weaker heatmaps are not concentrated."""
    measured_on: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class CheckpointCard:
    """`card.json`."""

    name: str
    sha256: str
    """Of `weights.safetensors`."""
    architecture: str
    input: InputSpec
    calibration: Calibration
    explain_layer: str
    """Module whose activations explain a face. Without a map head its map has at least 12 cells each way."""
    false_alarm_rate: float | None
    """Share of genuine faces called fake at the threshold, on `measured_on`; None where never measured."""
    miss_rate: float | None
    """Share of manipulated faces called real at the threshold, on `measured_on`."""
    undecided_rate: float | None
    """Share of all faces that were left open between the two."""
    measured_on: str
    """The data in a few English words."""
    licence: str
    measured: MeasuredData | None = None
    """The data in numbers, which every language names."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained; for people."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Metrics; for people."""
    second: SecondNetwork | None = None
    """None where one network scores alone."""
    map_head: MapHead | None = None
    """None without a map head; heatmaps are then plain Grad-CAM."""
    heatmap: HeatmapScale | None = None
    """None if not measured; heatmaps are then scaled by the strongest of the report."""
    quality: QualityOffsets = field(default_factory=QualityOffsets)
    """Offsets of logits in images by the detail of the crop."""
    grade_rates: Mapping[Grade, GradeRate] = field(default_factory=dict)
    """How often each grade was given, on `measured_on`."""
    videos: VideoOperatingPoint | None = None
    """None if not measured separately; the operating point of images is then used."""
    schema_version: Literal[1] = 1

    @property
    def weights_id(self) -> str:
        """SHA-256s of the weights of every network, joined by `+`."""
        return "+".join([self.sha256, *([self.second.sha256] if self.second else [])])

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of each file beside the card, by its name."""
        return (
            {WEIGHTS: self.sha256}
            | ({MAP_HEAD: self.map_head.sha256} if self.map_head else {})
            | ({SECOND_WEIGHTS: self.second.sha256} if self.second else {})
        )

    def operating_point(self, kind: MediaKind) -> CheckpointCard | VideoOperatingPoint:
        """Return the operating point of images or videos."""
        return self.videos if kind == "video" and self.videos is not None else self

    def offsets(self, kind: MediaKind) -> QualityOffsets:
        """Return the offsets of logits; none in videos."""
        return self.quality if kind == "image" else QualityOffsets()

    def info(self, kind: MediaKind) -> CheckpointInfo:
        """Return what is reported about these weights."""
        point = self.operating_point(kind)
        return CheckpointInfo(
            name=self.name,
            sha256=self.sha256,
            architecture=" and ".join([self.architecture, *([self.second.architecture] if self.second else [])]),
            second_sha256=self.second.sha256 if self.second else None,
            false_alarm_rate=point.false_alarm_rate,
            miss_rate=point.miss_rate,
            undecided_rate=point.undecided_rate,
            measured_on=point.measured_on,
            measured=point.measured,
            grade_rates=point.grade_rates,
        )


def list_checkpoints(root: Path) -> list[str]:
    """List the checkpoints in a folder, sorted."""
    return sorted(card.parent.name for card in root.glob(f"*/{CARD}"))


def load_card(name: str, root: Path) -> CheckpointCard:
    """Read a card.

    Raises:
        CheckpointNotFoundError: no such checkpoint; the message lists those there are.
        CheckpointMismatchError: the card is invalid, or of another schema or architecture.
    """
    file = root / name / CARD
    if Path(name).name != name or not file.is_file():
        known = ", ".join(list_checkpoints(root)) or "none"
        raise CheckpointNotFoundError(
            f"there is no checkpoint {name!r} in {root}; there are: {known}. "
            "Add one with `deepfake-detector checkpoints import FILE`."
        )
    try:
        card = CheckpointCard(**{"schema_version": None} | json.loads(file.read_text(encoding="utf-8")))
        if card.name != name:
            raise ValueError(f"it is the card of {card.name!r}; give the folder that name")
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))} is {first['input']!r:.80}: {first['msg']}"
        raise CheckpointMismatchError(f"{file} is not a card this program can use: {what}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise CheckpointMismatchError(f"{file} is not a card this program can use: {error}") from error
    if card.architecture not in ARCHITECTURES:
        known = " and ".join(ARCHITECTURES)
        raise CheckpointMismatchError(f"{file} describes {card.architecture!r}; only {known} can be used")
    return card


def load_weights(card: CheckpointCard, root: Path) -> dict[str, Tensor]:
    """Load the weights as float32 on the CPU and check their hash.

    Raises:
        CheckpointNotFoundError: the card is there, the weights are not.
        CheckpointIntegrityError: the file is not the one the card describes.
    """
    return _load_tensors(root / card.name / WEIGHTS, card.sha256)


def load_map_head(card: CheckpointCard, root: Path) -> dict[str, Tensor] | None:
    """Load the weights of the map head; None if the card has none.

    Raises:
        CheckpointNotFoundError: the card names one, the file is not there.
        CheckpointIntegrityError: the file is not the one the card describes.
    """
    return _load_tensors(root / card.name / MAP_HEAD, card.map_head.sha256) if card.map_head else None


def load_second(card: CheckpointCard, root: Path) -> dict[str, Tensor] | None:
    """Load the weights of the second network; None if the card has none.

    Raises:
        CheckpointNotFoundError: the card names one, the file is not there.
        CheckpointIntegrityError: the file is not the one the card describes.
    """
    return _load_tensors(root / card.name / SECOND_WEIGHTS, card.second.sha256) if card.second else None


def _load_tensors(file: Path, sha256: str) -> dict[str, Tensor]:
    if not file.is_file():
        raise CheckpointNotFoundError(f"{file} is missing. Copy the whole checkpoint folder again.")
    found = hash_file(file)
    if found != sha256:
        raise CheckpointIntegrityError(
            f"{file} has SHA-256 {found}, its card says {sha256}. The file was changed or cut off; "
            "copy the checkpoint again from where it came."
        )
    try:
        tensors = load_file(file)
    except SafetensorError as error:
        raise CheckpointIntegrityError(f"{file} cannot be read as safetensors: {error}") from error
    return {key: tensor.float() if tensor.is_floating_point() else tensor for key, tensor in tensors.items()}


def save_checkpoint(
    card: CheckpointCard, state: Mapping[str, Tensor], root: Path, map_head: Mapping[str, Tensor] | None = None
) -> CheckpointCard:
    """Write weights (float16), map head if there is one, and card; the card's SHA-256s are filled in.

    Returns:
        The card as written.
    """
    folder = root / card.name
    folder.mkdir(parents=True, exist_ok=True)
    card = replace(card, sha256=_save_half(state, folder / WEIGHTS))
    if map_head is not None and card.map_head is not None:
        card = replace(card, map_head=replace(card.map_head, sha256=_save_half(map_head, folder / MAP_HEAD)))
    return save_card(card, root)


def save_second(card: CheckpointCard, state: Mapping[str, Tensor], root: Path) -> CheckpointCard:
    """Write the weights of the second network (float16) and the card; its SHA-256 is filled in."""
    assert card.second is not None
    sha256 = _save_half(state, root / card.name / SECOND_WEIGHTS)
    return save_card(replace(card, second=replace(card.second, sha256=sha256)), root)


def save_card(card: CheckpointCard, root: Path) -> CheckpointCard:
    """Write a checkpoint's card beside its weights. Returns the card as written."""
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    (root / card.name / CARD).write_text(text, encoding="utf-8")
    return load_card(card.name, root)


def _save_half(state: Mapping[str, Tensor], file: Path) -> str:
    half = {
        key: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for key, tensor in state.items()
    }
    save_file(half, file)
    return hash_file(file)


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a file, lower-case hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def require_same_keys(
    state: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str, architecture: str = ARCHITECTURE
) -> None:
    """Compare names and shapes of two state dicts.

    Raises:
        CheckpointMismatchError: names the first few that differ.
    """
    missing = sorted(set(expected) - set(state))
    surplus = sorted(set(state) - set(expected))
    misshaped = [
        f"{key} is {tuple(state[key].shape)}, not {tuple(expected[key].shape)}"
        for key in sorted(set(state) & set(expected))
        if state[key].shape != expected[key].shape
    ]
    differences = [
        f"{label} {', '.join(keys[:3])}{' …' if len(keys) > 3 else ''}"
        for label, keys in (("missing", missing), ("not expected", surplus), ("of another shape", misshaped))
        if keys
    ]
    if differences:
        raise CheckpointMismatchError(
            f"{what} does not hold the weights of {architecture}: {'; '.join(differences)}"
        )


def require_usable_tensors(state: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str) -> None:
    """Check that the tensors of a state dict are finite and fit into float16.

    Raises:
        CheckpointMismatchError: a tensor is not dense, not finite or too large.
    """
    for key, tensor in state.items():
        fault = ""
        if tensor.layout != torch.strided or tensor.is_meta or tensor.is_quantized:
            fault = f"is no plain tensor ({tensor.layout}, {tensor.device}, {tensor.dtype})"
        elif tensor.is_complex() or tensor.is_floating_point() != expected[key].is_floating_point():
            fault = f"holds {tensor.dtype}, not {expected[key].dtype}"
        elif tensor.is_floating_point() and not bool((tensor.abs() <= _LARGEST_WEIGHT).all()):
            fault = f"holds numbers that are not finite or larger than {_LARGEST_WEIGHT:.0f}"
        if fault:
            raise CheckpointMismatchError(
                f"{what} cannot be used: {key} {fault}. Ask whoever made it for the weights as trained."
            )


def read_pickled_state(file: Path) -> dict[str, Tensor]:
    """Read the state dict of a `.pth` file without running code in it.

    Raises:
        CheckpointNotFoundError: no such file.
        CheckpointMismatchError: not a file of tensors, or no state dict in it.
    """
    if not file.is_file():
        raise CheckpointNotFoundError(f"{file} does not exist. Check the path.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about tensor types that are refused below
            content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointMismatchError(
            f"{file} cannot be read as a file of tensors (code in it is never run): {type(error).__name__}. "
            "Ask whoever made it for the state dict alone."
        ) from error
    for key in ("model_state_dict", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), Mapping):
            content = content[key]
            break
    if not isinstance(content, Mapping) or not all(isinstance(value, Tensor) for value in content.values()):
        raise CheckpointMismatchError(f"{file} holds no state dict of tensors.")
    return {str(key).removeprefix("module."): value for key, value in content.items()}
