"""Probe videos and animations, and decode upright sRGB frames with their timestamps.

`probe_video` reads all packets once without decoding: that gives exact timestamps at any frame rate, the true
length, and detects truncated files.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.errors import MediaDecodeError, MediaTooLargeError
from detector.media.animation import SHORT_SHOWN_MS, animation_frames, gif_durations_ms, webp_durations_ms
from detector.media.decoding import (
    Clock,
    Work,
    check_frame,
    check_videos,
    decode,
    open_container,
    shown_stream,
    video_streams,
)
from detector.media.frame_pixels import Turn, display_size, turn_of, upright_pixels, upright_size
from detector.messages import Message
from detector.types import Frame

_SEEK_OVER_S = 8.0
"""Gaps longer than this are skipped by seeking."""
_WITHOUT_INDEX, _EARLIER_S = ("mpegts", "mpeg"), 1.0
"""Formats in which seeking finds any frame by its decoding time, and how much earlier than shown that may be."""
_MISSING_FRAC = 0.05
"""A video that ends this much before its stated end is incomplete."""
_MISSING_S, _MISSING_SHORT_FRAC = 1.0, 0.25
"""And at least this long before it, of a short video this share."""
MAX_FRAMES = 2_000_000
"""Most coded frames of a video: four hours at 120 a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """Facts from the container and the first decoded frame."""

    format: str
    """FFmpeg's name of the container format, or `webp` or `avif`."""
    width_px: int
    """Of the decoded frames: upright, with square pixels, at most `KEPT_PX`."""
    height_px: int
    stored_size: tuple[int, int]
    """Width and height to which frames are scaled before they are turned upright."""
    turn: Turn | None = None
    """Rotation that makes them upright; None if they are."""
    duration_s: float
    """End of the last frame on the player's clock."""
    frame_rate_hz: float
    times_s: tuple[float, ...]
    """Presentation time of every coded frame, ascending, on the player's clock, which starts with the first stream
    of the file."""
    key_indices: tuple[int, ...] = ()
    """Which of these frames are key frames, ascending; empty where the format does not say."""
    start_s: float = 0.0
    """Start of the player's clock on the file's clock."""
    stated_end_s: float | None = None
    """End by the header, on the player's clock; later than `duration_s` if the file is truncated."""
    restarts: bool = False
    """Whether the file's clock starts again after `duration_s`; what follows has no times to find it by."""
    max_frame_px: int
    """Most pixels of a frame."""
    by_pillow: bool = False
    """Whether it is an animation that FFmpeg does not decode."""
    strict: bool = False
    """Whether its first frame passes a strict decoder, so that later ones that do not are damaged."""
    notes: tuple[Message, ...] = ()


def probe_video(path: Path, format_name: str, max_frame_px: int, max_duration_s: float) -> VideoFacts:
    """Read a video's facts.

    Args:
        path: the file.
        format_name: FFmpeg's name of the container, or `webp` or `avif`; no other demuxer is tried.
        max_frame_px: most pixels of a frame.
        max_duration_s: longest video.

    Raises:
        UnsupportedMediaError: only audio.
        MediaTooLargeError: larger or longer than allowed.
        MediaDecodeError: damaged.
    """
    try:
        durations_ms = gif_durations_ms(path) if format_name == "gif" else []
        if format_name == "webp" or None in durations_ms:
            facts = _probe_animation(path, format_name, max_frame_px)
        else:
            facts = _probe_container(path, format_name, max_frame_px)
    except av.error.FFmpegError as error:
        raise broken(path.name, "its structure cannot be read") from error
    if facts.duration_s - facts.times_s[0] > max_duration_s:
        raise MediaTooLargeError(
            f"{path.name} is {facts.duration_s / 60:.0f} minutes long; at most {max_duration_s / 60:.0f} minutes "
            "are looked at. Cut out the part in question and try that; keep the original."
        )
    return facts


def video_frames(
    path: Path,
    facts: VideoFacts,
    max_frames: int | None,
    warn: Callable[[Message], None] | None = None,
) -> Iterator[Frame]:
    """Decode frames spread evenly in time over the whole video, in order.

    Args:
        max_frames: most frames; None yields every frame.
        warn: called with what is missing. Without it a truncated video is an error.

    Raises:
        MediaDecodeError: nothing can be decoded, or the video is truncated and `warn` is None.
        MediaTooLargeError: a frame is larger than allowed, or decoding takes too much and `warn` is None.
    """
    wanted = spread(facts.times_s, max_frames)
    work = Work(path, facts.max_frame_px)
    seen_s = None
    try:
        for frame in _frames_at(path, facts, wanted, work):
            yield frame
            seen_s = frame.time_s
    except av.error.FFmpegError as error:
        if seen_s is None:
            raise broken(path.name, "none of its frames can be decoded") from error
    if seen_s is None:
        raise broken(path.name, "none of its frames can be decoded")
    if work.spent:
        slow = Message("video_slow", {"end_s": seen_s})
        if warn is None:
            raise MediaTooLargeError(f"{path.name}: {slow}")
        warn(slow)
        return
    if work.damaged and warn is not None:
        warn(Message("video_damaged", {"count": work.damaged}))
    if facts.restarts:
        restarted = Message("video_restarts", {"end_s": facts.duration_s})
        if warn is None:
            raise MediaDecodeError(f"{path.name}: {restarted}")
        warn(restarted)
        return
    reached_last = seen_s >= facts.times_s[wanted[-1]] - _MISSING_S
    end_s = facts.duration_s if reached_last else seen_s
    stated_s = max(facts.stated_end_s or 0.0, facts.duration_s)
    stated_length_s = stated_s - facts.times_s[0]
    tolerated_s = min(_MISSING_S, _MISSING_SHORT_FRAC * stated_length_s)
    if stated_s - end_s > max(tolerated_s, _MISSING_FRAC * stated_length_s):
        if warn is None:
            raise broken(path.name, f"it should last {stated_s:.1f} s but stops after {end_s:.1f} s")
        warn(Message("video_incomplete", {"stated_s": stated_s, "end_s": end_s}))


def chosen_frames(path: Path, facts: VideoFacts, indices: Sequence[int]) -> Iterator[Frame]:
    """Decode some frames again, in order; of a damaged video those before the damage.

    Args:
        path: the file.
        facts: its facts.
        indices: positions among the coded frames, ascending.
    """
    try:
        yield from _frames_at(path, facts, list(indices), Work(path, facts.max_frame_px))
    except av.error.FFmpegError:
        return


def spread(times_s: tuple[float, ...], count: int | None) -> list[int]:
    """Choose at most `count` frames, evenly spread in time: the nearest to the middle of each of `count` equal
    spans.

    >>> spread((0.0, 1.0, 2.0, 3.0), 2)
    [1, 2]
    >>> spread((5.0, 5.1, 5.2, 15.0), 2)
    [2, 3]
    >>> spread((0.0, 1.0), None)
    [0, 1]
    """
    if count is None or count >= len(times_s):
        return list(range(len(times_s)))
    span = (times_s[-1] - times_s[0]) / count
    indices: list[int] = []
    for number in range(count):
        middle = times_s[0] + (number + 0.5) * span
        right = min(bisect.bisect_left(times_s, middle), len(times_s) - 1)
        left = max(right - 1, 0)
        nearest = left if middle - times_s[left] <= times_s[right] - middle else right
        if not indices or nearest > indices[-1]:
            indices.append(nearest)
    return indices


def _probe_container(path: Path, format_name: str, max_frame_px: int) -> VideoFacts:
    name = path.name
    notes: list[Message] = []
    check_videos(path, format_name, max_frame_px)
    with open_container(path, format_name, max_frame_px) as container:
        stream = shown_stream(container, name, max_frame_px)
        check_frame(stream.width, stream.height, max_frame_px, name)
        others = len(video_streams(container)) - 1
        if others and format_name != "avif":  # its other streams are first image and alpha
            notes.append(Message("other_videos", {"count": others + 1}))
        ticks, restarts = _ticks(container, stream, name)
        if not ticks or stream.time_base is None:
            raise broken(name, "it holds no frames")
        base = float(stream.time_base)
        first_s = ticks[0][0] * base
        start_s = min(max((container.start_time or 0) / av.time_base, 0.0), first_s)
        stated_end_s = _stated_end_s(stream, first_s)
        pixel_aspect = stream.sample_aspect_ratio
    first, strict = _first_frame(path, format_name, max_frame_px)
    size = display_size(first.width, first.height, pixel_aspect)
    if size != (first.width, first.height):
        sizes = {"stored": f"{first.width}x{first.height}", "judged": f"{size[0]}x{size[1]}"}
        notes.append(Message("scaled_frames", sizes))
    width_px, height_px = upright_size(size, turn := turn_of(first))
    times_s = tuple(tick * base - start_s for tick, _, _ in ticks)
    length_s = times_s[-1] - times_s[0]
    last_s = ticks[-1][1] * base or (length_s / (len(times_s) - 1) if len(times_s) > 1 else 0.0)
    return VideoFacts(
        format=format_name,
        width_px=width_px,
        height_px=height_px,
        stored_size=size,
        turn=turn,
        duration_s=times_s[-1] + last_s,
        frame_rate_hz=len(times_s) / (length_s + last_s) if length_s + last_s > 0 else 0.0,
        times_s=times_s,
        key_indices=tuple(index for index, (_, _, is_key) in enumerate(ticks) if is_key),
        start_s=start_s,
        stated_end_s=None if stated_end_s is None else stated_end_s - start_s,
        restarts=restarts,
        max_frame_px=max_frame_px,
        strict=strict,
        notes=tuple(notes),
    )


def _first_frame(path: Path, format_name: str, max_frame_px: int) -> tuple[VideoFrame, bool]:
    """Return the first frame that can be decoded, and whether a strict decoder finds nothing wrong up to there:
    some intact videos hold what it does not know."""
    for strict in (True, False):
        work, first = Work(path, max_frame_px), None
        try:
            with open_container(path, format_name, max_frame_px) as container:
                stream = shown_stream(container, path.name, max_frame_px, strict=strict)
                first = next(decode(container, stream, work, None), None)
        except av.error.FFmpegError:
            if not strict:
                raise
        if first is not None and (not strict or not work.damaged):
            return first, strict
    raise broken(path.name, "none of its frames can be decoded")


def _probe_animation(path: Path, format_name: str, max_frame_px: int) -> VideoFacts:
    durations_ms = webp_durations_ms(path) if format_name == "webp" else gif_durations_ms(path)
    durations_s = [(duration or SHORT_SHOWN_MS) / 1000 for duration in durations_ms]
    first = next(animation_frames(path, [0], Work(path, max_frame_px)), None)
    if first is None or not durations_s:
        raise broken(path.name, "none of its frames can be decoded")
    height_px, width_px = first[1].shape[:2]
    duration_s = sum(durations_s)
    return VideoFacts(
        format=format_name,
        width_px=width_px,
        height_px=height_px,
        stored_size=(width_px, height_px),
        duration_s=duration_s,
        frame_rate_hz=len(durations_s) / duration_s if duration_s > 0 else 0.0,
        times_s=(0.0, *accumulate(durations_s[:-1])),
        by_pillow=True,
        max_frame_px=max_frame_px,
    )


def _frames_at(path: Path, facts: VideoFacts, wanted: list[int], work: Work) -> Iterator[Frame]:
    """Decode the wanted frames."""
    if facts.by_pillow:
        for index, pixels in animation_frames(path, wanted, work):
            yield Frame(pixels, index, facts.times_s[index])
        return
    with open_container(path, facts.format, facts.max_frame_px) as container:
        yield from _container_frames(container, facts, wanted, work)


def _container_frames(
    container: InputContainer, facts: VideoFacts, wanted: list[int], work: Work
) -> Iterator[Frame]:
    """Decode the wanted frames, seeking over long gaps. Frames are matched by time, so a damaged one does not
    shift the others."""
    stream = shown_stream(container, work.name, facts.max_frame_px, strict=facts.strict)
    assert stream.time_base is not None
    base = float(stream.time_base)
    ticks = {round((facts.start_s + facts.times_s[index]) / base) for index in wanted}
    coded = (stream.width, stream.height)
    decoded = decode(container, stream, work, ticks)
    position_s = facts.times_s[0]
    early_s = min(0.5 / max(facts.frame_rate_hz, 1.0), 0.001)  # timestamps are rounded
    for index in wanted:
        target_s = facts.times_s[index]
        seek_s = _seek_s(facts, index)
        if target_s - position_s > _SEEK_OVER_S and seek_s > position_s:
            container.seek(int((facts.start_s + seek_s) / base), stream=stream, backward=True)
            decoded = decode(container, stream, work, ticks)
        for frame in decoded:
            tick = frame.pts if frame.pts is not None else frame.dts
            if tick is None:
                continue
            position_s = tick * base - facts.start_s
            if position_s >= target_s - early_s:
                number = min(bisect.bisect_left(facts.times_s, position_s - early_s), len(facts.times_s) - 1)
                own_size = None
                if (frame.width, frame.height) != coded:
                    aspect = stream.codec_context.sample_aspect_ratio
                    own_size = display_size(frame.width, frame.height, aspect)
                pixels = upright_pixels(frame, facts.stored_size, facts.turn or Turn(), own_size)
                yield Frame(pixels, number, position_s)
                break
        else:
            return


def _seek_s(facts: VideoFacts, index: int) -> float:
    """Return a time to seek to, from which a frame can be decoded: that of the last key frame before it."""
    if facts.restarts:  # a time is then found more than once
        return -math.inf
    key = bisect.bisect_right(facts.key_indices, index) - 1
    seek_s = facts.times_s[facts.key_indices[key] if key >= 0 else index]
    return seek_s - _EARLIER_S if facts.format in _WITHOUT_INDEX else seek_s


def _ticks(container: InputContainer, stream: VideoStream, name: str) -> tuple[list[tuple[int, int, bool]], bool]:
    """Return timestamp and duration of every coded frame, in units of the stream, and whether it is a key frame,
    in order of time; and whether the clock starts again after them."""
    ticks: list[tuple[int, int, bool]] = []
    clock, restarts = Clock(stream), False
    for packet in container.demux(stream):
        tick = packet.pts if packet.pts is not None else packet.dts
        if packet.is_discard or tick is None:
            continue
        if restarts := clock.restarts(packet):
            break
        if len(ticks) >= MAX_FRAMES:
            raise MediaTooLargeError(
                f"{name} has more than {MAX_FRAMES / 1e6:.0f} million frames. Cut out the part in question and "
                "try that; keep the original."
            )
        ticks.append((tick, packet.duration or 0, packet.is_keyframe))
    return sorted(ticks), restarts


def _stated_end_s(stream: VideoStream, first_s: float) -> float | None:
    """Return the end by the header, on the file's clock."""
    if stream.duration is not None and stream.time_base is not None:
        return first_s + float(stream.duration * stream.time_base)
    parts = stream.metadata.get("DURATION", "").split(":")  # Matroska and WebM: HH:MM:SS.fraction, from 0
    if len(parts) != 3:
        return None
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def broken(name: str, why: str) -> MediaDecodeError:
    return MediaDecodeError(
        f"{name} is damaged or incomplete: {why}. Download or copy it again from where it came."
    )
