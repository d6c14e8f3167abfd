"""An annotated copy of a clip: each person's box, the verdict on them in words, the heat of the frames judged.

The copy is derived and says so in every frame; the original is untouched. Its sound is kept.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from detector.crop import crop_face, crop_window
from detector.media import open_media
from detector.pipeline import Detector
from detector.types import Analysis, DetectedFace, FaceBox, FaceTrack, Frame, Pixels
from explain.gradcam import fake_heat
from explain.overlay import blend_window

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
LONG_SIDE_PX = 1280
"""Larger clips are shrunk to this long side."""
_TICKS_A_SECOND = 90_000
_COPIED_SOUND = ("aac", "mp3", "ac3")
"""Codecs an MP4 may hold as they are; others become AAC."""
_GAP_FACTOR = 2.5
"""A box is drawn between two judged moments unless they lie this many usual distances apart."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Legend:
    """The words of an annotated clip; they come from whoever states results."""

    of_track: Mapping[int, str]
    """For each track's number what stands beside its box."""
    footer: str
    """Stands in every frame: what this copy is."""


def annotate_clip(
    detector: Detector,
    analysis: Analysis,
    source: Path,
    out: Path,
    *,
    legend: Legend,
    heat_scale: float,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write an MP4 (H.264, sound kept) of a clip with what was found in it.

    Args:
        detector: the one that made the analysis.
        analysis: of `source`.
        source: the clip.
        out: file to write; it appears when it is whole.
        legend: the words.
        heat_scale: of the report, so that heat means the same everywhere; 0 draws none.
        progress: told the share done, 0 to 1; whatever it raises ends the work and leaves nothing behind.

    Raises:
        MediaError: the clip cannot be read.
    """
    media = open_media(source, detector.config)
    paths = [_Path(track) for track in analysis.tracks]
    whole_s = media.info.duration_s or 0.0
    unfinished = out.with_name(out.name + ".unfinished")
    heats: dict[int, NDArray[np.float32]] = {}
    try:
        with av.open(str(unfinished), "w", format="mp4") as container, av.open(str(source)) as original:
            picture = None
            sound = _sound_stream(original, container)
            for frame in media.frames(None):
                if heat_scale > 0:
                    heats |= _heats_at(detector, frame, paths)
                drawn = _draw(frame, paths, heats, heat_scale, legend, detector.card.input.margin_frac)
                if picture is None:
                    picture = container.add_stream("libx264", rate=30, options={"crf": "20", "preset": "veryfast"})
                    picture.height, picture.width = drawn.shape[:2]
                    picture.pix_fmt = "yuv420p"
                    picture.time_base = picture.codec_context.time_base = Fraction(1, _TICKS_A_SECOND)
                coded = av.VideoFrame.from_ndarray(drawn, format="rgb24")
                coded.pts, coded.time_base = round(frame.time_s * _TICKS_A_SECOND), picture.time_base
                container.mux(picture.encode(coded))
                if progress is not None and whole_s > 0:
                    progress(min(1.0, frame.time_s / whole_s))
            if picture is not None:
                container.mux(picture.encode())
            if sound is not None:
                _copy_sound(original, container, *sound)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


class _Path:
    """Where a person is at any time, between the moments that were judged."""

    def __init__(self, track: FaceTrack) -> None:
        self.track = track
        self.scores = sorted(track.scores, key=lambda score: score.time_s)
        self.times_s = [score.time_s for score in self.scores]
        self.at_index = {score.frame_index: score for score in self.scores}
        steps = np.diff(self.times_s)
        self._usual_s = float(np.median(steps)) if len(steps) else 0.0

    def box(self, time_s: float) -> FaceBox | None:
        right = bisect.bisect_left(self.times_s, time_s)
        if right < len(self.times_s) and self.times_s[right] == time_s:
            return self.scores[right].box
        if right in (0, len(self.times_s)):
            nearest = self.scores[0 if right == 0 else -1]
            return nearest.box if abs(nearest.time_s - time_s) <= self._usual_s else None
        before, after = self.scores[right - 1], self.scores[right]
        gap_s = after.time_s - before.time_s
        if gap_s > _GAP_FACTOR * self._usual_s:
            return None
        share = (time_s - before.time_s) / gap_s
        between = np.add(np.multiply(before.box.as_list(), 1 - share), np.multiply(after.box.as_list(), share))
        return FaceBox(*(round(value) for value in between))


def _heats_at(detector: Detector, frame: Frame, paths: list[_Path]) -> dict[int, NDArray[np.float32]]:
    """The maps of the faces that were judged in this frame, by track."""
    spec, landmarks = detector.card.input, np.zeros((5, 2), np.float32)
    judged = [(path.track.track_id, path.at_index[frame.index]) for path in paths if frame.index in path.at_index]
    crops = [
        crop_face(frame, DetectedFace(score.box, 1.0, landmarks), spec.margin_frac, spec.size_px)
        for _, score in judged
    ]
    maps = fake_heat(detector, crops, detector.card.explain_layer)
    return {track_id: heat for (track_id, _), heat in zip(judged, maps, strict=True)}


def _draw(
    frame: Frame,
    paths: list[_Path],
    heats: Mapping[int, NDArray[np.float32]],
    heat_scale: float,
    legend: Legend,
    margin_frac: float,
) -> Pixels:
    height, width = frame.pixels.shape[:2]
    factor = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (max(2, round(width * factor) // 2 * 2), max(2, round(height * factor) // 2 * 2))
    drawn = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    boxes = {path.track.track_id: box for path in paths if (box := path.box(frame.time_s)) is not None}
    for track_id, box in boxes.items():
        if track_id in heats:
            blend_window(
                drawn, crop_window(box, margin_frac, (height, width)), heats[track_id], heat_scale, factor
            )
    canvas = Image.fromarray(drawn)
    pen = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(size=max(11, round(max(size) / 64)))
    line = max(2, round(max(size) / 480))
    for track_id, box in boxes.items():
        corners = [round(value * factor) for value in box.as_list()]
        pen.rectangle(
            [corners[0] - 1, corners[1] - 1, corners[2] + 1, corners[3] + 1], outline="black", width=line + 2
        )
        pen.rectangle(corners, outline="white", width=line)
        _write(pen, font, legend.of_track.get(track_id, str(track_id + 1)), corners[0], corners[3], size)
    _write(pen, font, legend.footer, 0, size[1], size)
    return np.asarray(canvas, dtype=np.uint8)


def _write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    text: str,
    x: int,
    y: int,
    size: tuple[int, int],
) -> None:
    """White on black, moved inside the picture."""
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    width, height = round(right - left) + 8, round(bottom - top) + 8
    x, y = max(0, min(x, size[0] - width)), max(0, min(y, size[1] - height))
    pen.rectangle([x, y, x + width, y + height], fill="black")
    pen.text((x + 4 - left, y + 4 - top), text, fill="white", font=font)


def _sound_stream(original: InputContainer, container: OutputContainer) -> tuple[AudioStream, AudioStream] | None:
    """The clip's first sound and its place in the copy; None where there is none."""
    for sound in original.streams.audio:
        if sound.codec_context is None:
            continue
        if sound.codec_context.name in _COPIED_SOUND:
            return sound, container.add_stream_from_template(sound)
        return sound, container.add_stream("aac", rate=sound.codec_context.sample_rate)
    return None


def _copy_sound(
    original: InputContainer, container: OutputContainer, sound: AudioStream, copy: AudioStream
) -> None:
    for packet in _packets(original, sound):
        if sound.codec_context.name in _COPIED_SOUND:
            packet.stream = copy
            container.mux(packet)
        else:
            for frame in packet.decode():
                container.mux(copy.encode(frame))
    if sound.codec_context.name not in _COPIED_SOUND:
        container.mux(copy.encode(None))


def _packets(original: InputContainer, sound: AudioStream) -> Iterator[av.Packet]:
    return (packet for packet in original.demux(sound) if packet.dts is not None)
