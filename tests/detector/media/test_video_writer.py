"""Frames are written at their own times, in colours that players show alike."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from detector.media.video_writer import VideoWriter

COLOURS = ((220, 40, 30), (30, 200, 60), (40, 60, 210), (250, 250, 250))


def test_frames_keep_their_times_order_and_colours() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        writer = VideoWriter(container, (64, 48), 10, {"crf": "10"})
        for colour, time_s in zip(COLOURS, (0.0, 0.1, 0.1, 0.75), strict=True):
            writer.write(np.full((96, 128, 3), colour, np.uint8), time_s)
        assert writer.finish()
    with av.open(io.BytesIO(buffer.getvalue())) as container:
        frames = list(container.decode(video=0))
    times_s = [float(frame.time or 0) for frame in frames]
    assert times_s == pytest.approx([0.0, 0.1, 0.1, 0.75], abs=1e-4) and times_s[1] < times_s[2]
    for frame, colour in zip(frames, COLOURS, strict=True):
        assert (frame.width, frame.height, frame.colorspace, frame.color_range) == (64, 48, 1, 1)
        assert np.abs(frame.to_ndarray(format="rgb24").mean((0, 1)) - colour).max() < 4


def test_a_stream_without_a_frame_says_so() -> None:
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        assert not VideoWriter(container, (64, 48), 10, {}).finish()
