"""Write an annotated copy of a video: face boxes, labels and heatmaps, with the sound kept.

A strip below every frame says that it is a derived copy. Frames are streamed, one in memory at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from detector.media.media import Media, open_media
from detector.media.video_writer import VideoWriter
from detector.pipeline import Detector
from detector.types import Analysis, Frame
from explain.audio_copy import copy_audio
from explain.box_paths import PersonPath
from explain.cam import fake_heatmaps
from explain.canvas import Canvas
from explain.overlay import as_shown
from explain.single_frame import recrop

_QUALITY = {"crf": "18", "preset": "veryfast"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Legend:
    """The texts drawn into an annotated video."""

    of_track: Mapping[int, str]
    """Label beside the box of each track."""
    footer: str
    """Text below every frame."""
    typeface: Path | None = None
    """Font file for the texts; None draws Latin letters only. See `canvas.can_shape`."""


def annotate_video(
    detector: Detector,
    analysis: Analysis,
    source: Path | Media,
    out: Path,
    *,
    legend: Legend,
    heatmap_scale: float,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write an annotated MP4 (H.264, sound kept).

    Args:
        source: the video, or its `Media`. A damaged video is copied as far as it decodes.
        out: file to write; it appears once it is complete.
        heatmap_scale: raw heat drawn in the strongest colour; 0 draws no heatmaps.
        progress: called with the share done, 0 to 1; an exception it raises stops the work and removes the file.

    Raises:
        MediaError: the video cannot be read, or it changed meanwhile.
        ExplainError: as `explain`.
    """
    media = source if isinstance(source, Media) else open_media(source, detector.config)
    people = [PersonPath(track) for track in analysis.tracks]
    canvas = Canvas(media.info.width_px, media.info.height_px, legend.of_track, legend.footer, legend.typeface)
    heatmaps: dict[int, NDArray[np.float32]] = {}
    whole_s = media.info.duration_s or 0.0
    unfinished = out.absolute().with_name(out.name + ".unfinished")  # see `open_container`
    try:
        with (
            media.open_container() or nullcontext() as original,
            av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as container,
        ):
            writer = VideoWriter(container, canvas.size, _nominal_rate(media.info.frame_rate_hz), _QUALITY)
            audio = copy_audio(original, container, media.start_s) if original is not None else iter(())
            audio_s = next(audio, math.inf)
            for frame in media.frames(None, warn=lambda message: None):
                if heatmap_scale > 0:
                    heatmaps |= _heatmaps_at(detector, frame, people)
                boxes = {
                    person.track_id: box for person in people if (box := person.box(frame.time_s)) is not None
                }
                drawn = canvas.draw(frame, boxes, heatmaps, heatmap_scale, detector.card.input.margin_frac)
                writer.write(drawn, frame.time_s)
                while audio_s < frame.time_s:
                    audio_s = next(audio, math.inf)
                if progress is not None and whole_s > 0:
                    progress(min(1.0, frame.time_s / whole_s))
            writer.finish()
            for _ in audio:
                pass
        media.check_unchanged()
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _nominal_rate(rate_hz: float | None) -> Fraction:
    return Fraction(min(max(rate_hz or 30.0, 1.0), 1000.0)).limit_denominator(1001)


def _heatmaps_at(detector: Detector, frame: Frame, people: list[PersonPath]) -> dict[int, NDArray[np.float32]]:
    """Return the heatmaps of the faces scored in this frame, by track."""
    scored = [(person.track_id, score) for person in people if (score := person.score_at(frame.index))]
    if not scored:
        return {}
    maps = fake_heatmaps(detector, [recrop(detector, frame, score) for _, score in scored])
    return {
        track_id: as_shown(heatmap, score.turns) for (track_id, score), heatmap in zip(scored, maps, strict=True)
    }
