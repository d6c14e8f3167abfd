"""A setting out of its range is refused by name."""

from __future__ import annotations

import dataclasses

import pytest

from detector.config import DetectorConfig
from detector.errors import ConfigError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_frames", 0),
        ("device", "tpu"),
        ("precision", "fp8"),
        ("batch_size", 0),
        ("min_face_px", 5),
        ("min_detection_confidence", 1.5),
        ("max_file_bytes", 0),
        ("max_image_px", -1),
        ("max_frame_px", 0),
        ("max_duration_s", 0.0),
    ],
)
def test_values_out_of_range_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=field) as raised:
        DetectorConfig(**{field: value})
    assert isinstance(raised.value, ValueError)


def test_the_configuration_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DetectorConfig().batch_size = 1
