"""An annotated copy of a video: each person's box, the verdict on them in words, the heat of the moments judged.

The copy is derived and says so in a strip below every frame; the original is untouched. Its sound is kept. The
video is streamed: one frame is held at a time, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detector.media.media import Media, open_media
from detector.pipeline import Detector
from detector.types import Analysis, Frame, Pixels
from explain.audio_copy import open_sound
from explain.box_paths import PersonPath
from explain.cam import fake_heatmap
from explain.canvas import Canvas
from explain.overlay import as_shown
from explain.single_frame import crop_again

_TICKS_A_SECOND = 90_000
_QUALITY = {"crf": "18", "preset": "veryfast"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Legend:
    """The words of an annotated video; they come from whoever states results."""

    of_track: Mapping[int, str]
    """For each track's number what stands beside its box."""
    footer: str
    """Stands below every frame: what this copy is."""
    typeface: Path | None = None
    """Font file with every letter of the words; None: Latin letters only. See `canvas.can_shape`."""


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
    """Write an MP4 (H.264, sound kept) of a video with what was found in it.

    Args:
        detector: the one that made the analysis.
        analysis: of `source`.
        source: the video, or what `open_media` made of it; one that breaks off is copied up to there.
        out: file to write; it appears when it is whole.
        legend: the words.
        heatmap_scale: of the report, so that heat means the same everywhere; 0 draws none.
        progress: told the share done, 0 to 1; whatever it raises ends the work and leaves nothing behind.

    Raises:
        MediaError: the video cannot be read.
        ExplainError: as `explain`.
    """
    media = source if isinstance(source, Media) else open_media(source, detector.config)
    people = [PersonPath(track) for track in analysis.tracks]
    canvas = Canvas(media.info.width_px, media.info.height_px, legend.of_track, legend.footer, legend.typeface)
    heatmaps: dict[int, NDArray[np.float32]] = {}
    whole_s = media.info.duration_s or 0.0
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        with (
            media.open_container() or nullcontext() as original,
            av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as container,
        ):
            image = _image_stream(media.info.frame_rate_hz, container, canvas)
            sound = open_sound(original, container, media.start_s) if original is not None else None
            writer = _Writer(container, image)
            for frame in media.frames(None, warn=lambda sentence: None):
                if heatmap_scale > 0:
                    heatmaps |= _heatmaps_at(detector, frame, people)
                boxes = {
                    person.track_id: box for person in people if (box := person.box(frame.time_s)) is not None
                }
                drawn = canvas.draw(frame, boxes, heatmaps, heatmap_scale, detector.card.input.margin_frac)
                writer.write(drawn, frame.time_s)
                if sound is not None:
                    sound.copy_until(frame.time_s)
                if progress is not None and whole_s > 0:
                    progress(min(1.0, frame.time_s / whole_s))
            writer.finish()
            if sound is not None:
                sound.finish()
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


class _Writer:
    """Encodes images at their own times."""

    def __init__(self, container: OutputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._tick = -1

    def write(self, pixels: Pixels, time_s: float) -> None:
        coloured = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        image = coloured.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        self._tick = max(self._tick + 1, round(time_s * _TICKS_A_SECOND))  # no two at the same time
        image.pts, image.time_base = self._tick, Fraction(1, _TICKS_A_SECOND)
        self._container.mux(self._stream.encode(image))

    def finish(self) -> None:
        self._container.mux(self._stream.encode())


def _image_stream(rate_hz: float | None, container: OutputContainer, canvas: Canvas) -> VideoStream:
    rate = Fraction(min(max(rate_hz or 30.0, 1.0), 1000.0)).limit_denominator(1001)
    stream = container.add_stream("libx264", rate=rate, options=_QUALITY)
    stream.width, stream.height = canvas.size
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_A_SECOND)
    # Said in the file, so that a player need not guess the colours from the size: BT.709, limited range.
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1
    return stream


def _heatmaps_at(detector: Detector, frame: Frame, people: list[PersonPath]) -> dict[int, NDArray[np.float32]]:
    """The maps of the faces that were judged in this frame, by track."""
    judged = [(person.track_id, score) for person in people if (score := person.judged_at(frame.index))]
    if not judged:
        return {}
    maps = fake_heatmap(detector, [crop_again(detector, frame, score) for _, score in judged])
    return {
        track_id: as_shown(heatmap, score.turns) for (track_id, score), heatmap in zip(judged, maps, strict=True)
    }
