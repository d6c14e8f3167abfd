"""Make a copy of a video to upload: copy its streams if they fit, else re-encode.

Frames are streamed; only the copy is in memory.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from detector.errors import MediaError
from detector.types import Span
from reporting.text.evidence import copy_purpose, excerpt_purpose
from reporting.text.results import clock

if TYPE_CHECKING:  # PyAV is loaded only when a video is copied
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from detector.media.frame_pixels import Turn

_COPIED_IMAGE = ("h264", "hevc", "mpeg4")
_COPIED_SOUND = ("aac", "mp3")
_TICKS_A_SECOND = 90_000
_SPARE_FRAC = 0.06
"""Share of the limit reserved for the container and encoder overshoot."""
_LEAST_BPS = 80_000
"""Lowest bit rate; a longer video is cut instead."""
_CHOICES = (
    (900_000, 1280, 30, 64_000),
    (350_000, 854, 25, 48_000),
    (150_000, 640, 15, 32_000),
    (0, 426, 10, 24_000),
)
"""From this bit rate: long side in pixels, frames per second, and audio bit rate."""
_PACKET_BITS = 130
"""Container overhead per packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCopy:
    """A copy and how it was made."""

    content: bytes
    """An MP4."""
    purpose: str
    made_how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Settings for re-encoding."""

    long_side_px: int
    rate_hz: int
    sound_bps: int
    image_bps: int
    start_s: float
    end_s: float


def copy_video(
    path: Path, demuxer: str, duration_s: float, limit_bytes: int, focus: Span | None = None
) -> VideoCopy | None:
    """Make a copy of fewer than `limit_bytes`, upright, without metadata.

    Args:
        path: the video.
        demuxer: its format, as `MediaInfo.format`; no other is tried.
        duration_s: its length.
        limit_bytes: exclusive limit.
        focus: span to include if the video must be cut.

    Returns:
        None if it cannot be decoded or made small enough.
    """
    import av.error

    if demuxer == "webp":  # an animation that FFmpeg does not decode
        return None
    try:
        if path.stat().st_size < limit_bytes and (same := _remuxed(path, demuxer)) and len(same) < limit_bytes:
            return VideoCopy(
                content=same,
                purpose=copy_purpose("video"),
                made_how="the streams as they are, in a new container without metadata",
            )
    except av.error.FFmpegError:
        pass  # the streams may still be decodable
    plan = _plan(duration_s, limit_bytes, focus)
    for _ in range(2):
        try:
            content, size, has_sound = _recoded(path, demuxer, plan)
        except (av.error.FFmpegError, MediaError, StopIteration):
            return None
        if 0 < len(content) < limit_bytes:
            return VideoCopy(
                content=content, purpose=_purpose(plan, duration_s), made_how=_how(plan, size, has_sound)
            )
        plan = _smaller(plan, limit_bytes * (1 - 2 * _SPARE_FRAC) / max(len(content), 1))
    return None


def _remuxed(path: Path, demuxer: str) -> bytes | None:
    """Copy the packets into a new MP4; return None if an MP4 may not hold them."""
    buffer = io.BytesIO()
    with _open(path, demuxer) as source:
        image, sound = _streams(source)
        if image.codec_context.name not in _COPIED_IMAGE:
            return None
        if sound is not None and sound.codec_context.name not in _COPIED_SOUND:
            return None
        with _writer(buffer) as target:
            out = {stream.index: target.add_stream_from_template(stream) for stream in (image, sound) if stream}
            for packet in source.demux(*filter(None, (image, sound))):
                if packet.dts is not None:
                    packet.stream = out[packet.stream.index]
                    target.mux(packet)
    return buffer.getvalue()


def _recoded(path: Path, demuxer: str, plan: _Plan) -> tuple[bytes, tuple[int, int], bool]:
    """Decode and encode by a plan, as far as decoding succeeds."""
    import av
    import av.error

    stored, size, turn = _sizes(path, demuxer, plan.long_side_px)
    buffer = io.BytesIO()
    with _open(path, demuxer) as source:
        image, sound = _streams(source)
        sound = sound if plan.sound_bps else None
        origin_s = max((source.start_time or 0) / av.time_base, 0.0)  # the player's clock, as in the analysis
        if plan.start_s > 0:
            source.seek(round((origin_s + plan.start_s) * av.time_base))
        with _writer(buffer) as target:
            encoder = _ImageEncoder(target, plan, origin_s, stored, size, turn)
            sound_out = _sound_stream(target, plan) if sound is not None else None
            packets = source.demux(*filter(None, (image, sound)))
            while not encoder.done:
                try:
                    packet = next(packets)
                    for frame in packet.decode():
                        if isinstance(frame, av.VideoFrame):
                            encoder.take(frame)
                        elif isinstance(frame, av.AudioFrame) and sound_out is not None:
                            _take_sound(target, sound_out, frame, plan, origin_s)
                except av.error.InvalidDataError:  # skip a damaged packet
                    continue
                except (StopIteration, av.error.FFmpegError):
                    break
            encoder.finish()
            if sound_out is not None:
                target.mux(sound_out.encode(None))
    return buffer.getvalue(), size, sound_out is not None


class _ImageEncoder:
    """Scale, rotate, drop and encode the frames of a span."""

    def __init__(
        self,
        target: OutputContainer,
        plan: _Plan,
        origin_s: float,
        stored: tuple[int, int],
        size: tuple[int, int],
        turn: Turn,
    ) -> None:
        self._target, self._plan, self._origin_s, self._stored = target, plan, origin_s, stored
        self._turn = turn
        self._stream = _image_stream(target, plan, size)
        self._next_s = plan.start_s
        self._tick = -1
        self.done = False

    def take(self, frame: VideoFrame) -> None:
        import av
        from av.video.reformatter import Colorspace

        from detector.media.frame_pixels import upright_pixels

        time_s = (frame.time if frame.time is not None else self._next_s + self._origin_s) - self._origin_s
        self.done = time_s > self._plan.end_s
        if self.done or time_s < self._next_s - 0.001:
            return
        self._next_s = max(self._next_s + 1 / self._plan.rate_hz, time_s)
        image = av.VideoFrame.from_ndarray(
            upright_pixels(frame, self._stored, self._turn), format="rgb24"
        ).reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        self._tick = max(self._tick + 1, round((time_s - self._plan.start_s) * _TICKS_A_SECOND))
        image.pts, image.time_base = self._tick, Fraction(1, _TICKS_A_SECOND)
        self._target.mux(self._stream.encode(image))

    def finish(self) -> None:
        if self._tick < 0:
            raise StopIteration("no frame could be decoded")
        self._target.mux(self._stream.encode(None))


def _image_stream(target: OutputContainer, plan: _Plan, size: tuple[int, int]) -> VideoStream:
    options = {
        "preset": "veryfast",
        "crf": "23",
        "maxrate": str(plan.image_bps),
        "bufsize": str(2 * plan.image_bps),
    }
    stream = target.add_stream("libx264", rate=plan.rate_hz, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_A_SECOND)
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1
    return stream


def _sound_stream(target: OutputContainer, plan: _Plan) -> AudioStream:
    stream = target.add_stream("aac", rate=24_000, layout="mono")
    stream.codec_context.bit_rate = plan.sound_bps
    return stream


def _take_sound(target: OutputContainer, stream: AudioStream, frame: object, plan: _Plan, origin_s: float) -> None:
    from av.audio.frame import AudioFrame

    assert isinstance(frame, AudioFrame)
    if frame.pts is None or frame.time_base is None or frame.time is None:
        return
    time_s = frame.time - origin_s
    if not plan.start_s <= time_s <= plan.end_s:
        return
    frame.pts -= round((origin_s + plan.start_s) / frame.time_base)
    target.mux(stream.encode(frame))


def _plan(duration_s: float, limit_bytes: int, focus: Span | None) -> _Plan:
    """Choose size, frame rate and span for the bit rate."""
    bits = limit_bytes * 8 * (1 - _SPARE_FRAC)
    length_s = min(max(duration_s, 0.1), bits / _LEAST_BPS)
    start_s = 0.0
    if length_s < duration_s and focus is not None:
        middle_s = (focus.start_s + focus.end_s) / 2
        start_s = min(max(0.0, middle_s - length_s / 2), duration_s - length_s)
    bps = bits / length_s
    long_side_px, rate_hz, sound_bps = next(choice[1:] for choice in _CHOICES if bps >= choice[0])
    packets_hz = rate_hz + 24_000 / 1024
    image_bps = int(bps - sound_bps - packets_hz * _PACKET_BITS)
    return _Plan(
        long_side_px=long_side_px,
        rate_hz=rate_hz,
        sound_bps=sound_bps,
        image_bps=min(image_bps, 8_000_000),
        start_s=start_s,
        end_s=start_s + length_s if length_s < duration_s else math.inf,
    )


def _smaller(plan: _Plan, share: float) -> _Plan:
    """Return a plan with fewer bits for the frames and without sound."""
    return _Plan(
        long_side_px=max(2, plan.long_side_px * 3 // 4),
        rate_hz=plan.rate_hz,
        sound_bps=0,
        image_bps=max(10_000, int(plan.image_bps * share)),
        start_s=plan.start_s,
        end_s=plan.end_s,
    )


def _purpose(plan: _Plan, duration_s: float) -> str:
    if math.isinf(plan.end_s):
        return copy_purpose("video")
    return excerpt_purpose(plan.start_s, min(plan.end_s, duration_s))


def _how(plan: _Plan, size: tuple[int, int], has_sound: bool) -> str:
    sound = "sound as AAC, mono" if has_sound else "without sound"
    part = "" if math.isinf(plan.end_s) else f", from {clock(plan.start_s)} to {clock(plan.end_s)} only"
    return (
        f"H.264 (x264, veryfast, CRF 23, at most {plan.image_bps // 1000} kbit/s), {size[0]}x{size[1]}, at most "
        f"{plan.rate_hz} frames a second, {sound}{part}, without metadata"
    )


def _sizes(path: Path, demuxer: str, long_side_px: int) -> tuple[tuple[int, int], tuple[int, int], Turn]:
    """Return even width and height of the copy before and after rotation, and the rotation."""
    from detector.media.frame_pixels import display_size, turn_of, upright_size

    with _open(path, demuxer) as source:
        image = _streams(source)[0]
        frame = next(source.decode(image))
        shown = display_size(frame.width, frame.height, image.sample_aspect_ratio)
        scale = min(1.0, long_side_px / max(shown))
        width, height = (max(2, round(side * scale / 2) * 2) for side in shown)
        turn = turn_of(frame)
        return (width, height), upright_size((width, height), turn), turn


def _open(path: Path, demuxer: str) -> InputContainer:
    from detector.config import DetectorConfig
    from detector.media.decoding import open_container

    return open_container(path, demuxer, DetectorConfig().max_frame_px)


def _writer(buffer: io.BytesIO) -> OutputContainer:
    import av

    return av.open(buffer, "w", format="mp4", options={"fflags": "+bitexact"})  # without the muxer's name


def _streams(source: InputContainer) -> tuple[VideoStream, AudioStream | None]:
    from detector.config import DetectorConfig
    from detector.media.decoding import shown_stream

    sounds = [s for s in source.streams.audio if s.codec_context is not None]
    return shown_stream(source, source.name, DetectorConfig().max_frame_px), next(iter(sounds), None)
