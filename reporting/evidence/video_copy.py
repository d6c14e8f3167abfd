"""Make a copy of a video to upload: copy its streams if they fit, else re-encode.

Frames are streamed; only the copy is in memory.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.errors import MediaError
from detector.types import Span
from reporting.text.evidence import purpose
from reporting.text.results import clock

if TYPE_CHECKING:  # PyAV is loaded only when a video is copied
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet

    from detector.media.media import Media

_COPIED_IMAGE = ("h264", "hevc", "mpeg4")
_COPIED_SOUND = ("aac", "mp3")
_SOUND_HZ = 24_000
_QUALITY = {"preset": "veryfast", "crf": "23"}
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


def copy_video(source: Path | Media, limit_bytes: int, focus: Span | None = None) -> VideoCopy | None:
    """Make a copy of fewer than `limit_bytes`, upright, without metadata.

    Args:
        source: the video, or its `Media`, which is not opened and probed again.
        limit_bytes: exclusive limit.
        focus: span to include if the video must be cut.

    Returns:
        None if it cannot be decoded or made small enough.
    """
    import av.error

    try:
        media = _opened(source)
    except MediaError:
        return None
    duration_s = media.info.duration_s or 0.0
    try:
        if media.info.size_bytes < limit_bytes and (same := _remuxed(media)) and len(same) < limit_bytes:
            return VideoCopy(
                content=same,
                purpose=purpose("copy", kind="video"),
                made_how="the streams as they are, in a new container without metadata",
            )
    except av.error.FFmpegError:
        pass  # the streams may still be decodable
    plan = _plan(duration_s, limit_bytes, focus)
    for _ in range(2):
        try:
            content, size, has_sound = _recoded(media, plan, limit_bytes)
        except (av.error.FFmpegError, MediaError, StopIteration):
            return None
        if 0 < len(content) < limit_bytes:
            return VideoCopy(
                content=content, purpose=_purpose(plan, duration_s), made_how=_how(plan, size, has_sound)
            )
        plan = _smaller(plan, limit_bytes * (1 - 2 * _SPARE_FRAC) / max(len(content), 1))
    return None


def _opened(source: Path | Media) -> Media:
    from detector.config import DetectorConfig
    from detector.media.media import open_media

    return open_media(source, DetectorConfig()) if isinstance(source, Path) else source


def _remuxed(media: Media) -> bytes | None:
    """Copy the packets into a new MP4; return None if an MP4 may not hold them."""
    buffer = io.BytesIO()
    with media.open_container() or nullcontext() as source:
        if source is None:
            return None
        image, sound = media.shown_stream(source), _sound(source)
        if image.codec_context.name not in _COPIED_IMAGE:
            return None
        if sound is not None and sound.codec_context.name not in _COPIED_SOUND:
            return None
        with _writer(buffer) as target:
            out = {stream.index: target.add_stream_from_template(stream) for stream in (image, sound) if stream}
            for packet in _with_dts(source.demux(*filter(None, (image, sound)))):
                packet.stream = out[packet.stream.index]
                target.mux(packet)
    return buffer.getvalue() if _starts(buffer) else None


def _with_dts(packets: Iterable[Packet[Any]]) -> Iterator[Packet[Any]]:
    """Yield packets with decoding times: where frames are reordered, Matroska states none for the first ones."""
    waiting: dict[int, list[Packet[Any]]] = {}
    for packet in packets:
        early = waiting.setdefault(packet.stream.index, [])
        if packet.size and packet.dts is None:
            early.append(packet)
        elif packet.size and packet.dts is not None:
            for back, earlier in enumerate(reversed(early), 1):
                earlier.dts = packet.dts - back * (packet.duration or 1)
            yield from early
            early.clear()
            yield packet


def _starts(buffer: io.BytesIO) -> bool:
    """Return whether the first frame of a copy can be decoded; else nothing in it may be."""
    import av
    import av.error

    buffer.seek(0)
    try:
        with av.open(buffer, "r") as container:
            frame = next(container.decode(container.streams.video[0]), None)
            return frame is not None and frame.key_frame
    except av.error.FFmpegError:
        return False


def _recoded(media: Media, plan: _Plan, limit_bytes: int) -> tuple[bytes, tuple[int, int], bool]:
    """Decode and encode by a plan, as far as decoding succeeds; the sound is left off beyond the limit."""
    from detector.media.video_writer import VideoWriter, can_resample

    scale = min(1.0, plan.long_side_px / max(media.info.width_px, media.info.height_px))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (media.info.width_px, media.info.height_px))
    buffer = io.BytesIO()
    with media.open_container() or nullcontext() as source:
        sound = _sound(source) if source is not None and plan.sound_bps else None
        if sound is not None and not can_resample(sound.codec_context, _SOUND_HZ, "mono"):
            sound = None
        with _writer(buffer) as target:
            options = {"maxrate": str(plan.image_bps), "bufsize": str(2 * plan.image_bps)}
            writer = VideoWriter(target, (width, height), plan.rate_hz, _QUALITY | options)
            sound_out = _sound_stream(target, plan) if sound is not None else None
            samples = _samples(source, sound, plan, media.start_s) if source is not None and sound else iter(())
            due = next(samples, None)
            for frame in media.frames_at(list(_chosen(media.times_s, plan))):
                writer.write(frame.pixels, frame.time_s - plan.start_s, "AREA")
                while due is not None and due.time is not None and due.time + plan.start_s <= frame.time_s:
                    target.mux(sound_out.encode(due) if sound_out is not None else ())
                    due = next(samples, None)
            if not writer.finish():
                raise StopIteration("no frame could be decoded")
            while due is not None and sound_out is not None and buffer.tell() < limit_bytes:
                target.mux(sound_out.encode(due))
                due = next(samples, None)
            if sound_out is not None:
                target.mux(sound_out.encode(None))
    return buffer.getvalue(), (width, height), sound_out is not None


def _chosen(times_s: Sequence[float], plan: _Plan) -> Iterator[int]:
    """Yield the indices of the frames of a span, at the rate of the plan."""
    next_s = plan.start_s
    for index, time_s in enumerate(times_s):
        if time_s > plan.end_s:
            return
        if time_s >= next_s - 0.001:
            next_s = max(next_s + 1 / plan.rate_hz, time_s)
            yield index


def _sound_stream(target: OutputContainer, plan: _Plan) -> AudioStream:
    stream = target.add_stream("aac", rate=_SOUND_HZ, layout="mono")
    stream.codec_context.bit_rate = plan.sound_bps
    return stream


def _samples(source: InputContainer, sound: AudioStream, plan: _Plan, origin_s: float) -> Iterator[AudioFrame]:
    """Decode the sound of a span; 0 is its start. A damaged packet is skipped."""
    import av
    import av.error

    if plan.start_s > 0:
        source.seek(round((origin_s + plan.start_s) * av.time_base))
    packets = source.demux(sound)
    while True:
        try:
            for frame in next(packets).decode():
                if frame.pts is None or frame.time_base is None or frame.time is None:
                    continue
                if (time_s := frame.time - origin_s) > plan.end_s:
                    return
                if time_s >= plan.start_s:
                    frame.pts -= round((origin_s + plan.start_s) / frame.time_base)
                    yield frame
        except av.error.InvalidDataError:
            continue
        except (StopIteration, av.error.FFmpegError):
            return


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
    packets_hz = rate_hz + _SOUND_HZ / 1024
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
    return replace(
        plan,
        long_side_px=max(2, plan.long_side_px * 3 // 4),
        sound_bps=0,
        image_bps=max(10_000, int(plan.image_bps * share)),
    )


def _purpose(plan: _Plan, duration_s: float) -> str:
    if math.isinf(plan.end_s):
        return purpose("copy", kind="video")
    return purpose("excerpt", start=clock(plan.start_s), end=clock(min(plan.end_s, duration_s)))


def _how(plan: _Plan, size: tuple[int, int], has_sound: bool) -> str:
    sound = "sound as AAC, mono" if has_sound else "without sound"
    part = "" if math.isinf(plan.end_s) else f", from {clock(plan.start_s)} to {clock(plan.end_s)} only"
    return (
        f"H.264 (x264, veryfast, CRF 23, at most {plan.image_bps // 1000} kbit/s), {size[0]}x{size[1]}, at most "
        f"{plan.rate_hz} frames a second, {sound}{part}, without metadata"
    )


def _writer(buffer: io.BytesIO) -> OutputContainer:
    import av

    return av.open(buffer, "w", format="mp4", options={"fflags": "+bitexact"})  # without the muxer's name


def _sound(source: InputContainer) -> AudioStream | None:
    return next((stream for stream in source.streams.audio if stream.codec_context is not None), None)
