"""Videos through PyAV (FFmpeg): upright RGB frames with their real timestamps, spread over the whole video.

The packets are read once without decoding (`probe_video`): that gives every frame's own timestamp, however
variable the frame rate, the true length where the header names none, and shows a file that ends early.
"""

from __future__ import annotations

import bisect
import math
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.errors import MediaDecodeError, MediaTooLargeError, UnsupportedMediaError
from detector.types import Frame, Pixels

_SEEK_OVER_S = 8.0
"""Gaps longer than this are jumped over; shorter ones are cheaper to decode through."""
_DIRTY_S = 10.0
"""So long after damage frames are left out, unless one comes that builds on no other."""
_MISSING_FRAC = 0.05
"""A video whose frames stop this much before its stated end is called incomplete."""
_MISSING_S = 1.0
"""… if that is also at least this long."""


_BASE_PX, _PX_PER_BYTE = 5_000_000_000, 16_000
"""Pixels that may be decoded of one file: so many, and so many more for each byte it has. Real videos take far
more bytes: a still screen at 1080p about one for each 1,000 pixels."""
_BASE_S, _S_PER_MB = 20.0, 60.0
"""Seconds that decoding one file may take, and more for each megabyte it has."""
_LEAST_FRAME_PX = 50_000
"""A frame counts as at least so many pixels: each has its cost, however small."""
KEPT_PX = 4096 * 2304
"""Frames of more pixels are given at half the size, a third, …: several are held at once."""
_ALIGNED_PX = 2_000_000
"""What decoders add to a frame to fill whole blocks."""
MAX_FRAMES = 2_000_000
"""Most coded frames of a video: four hours at 120 a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What the container and the first decoded frame say."""

    width_px: int
    height_px: int
    duration_s: float
    frame_rate_hz: float
    times_s: tuple[float, ...]
    """Presentation time of every coded frame, ascending, seconds from the first."""
    origin: int
    """Timestamp of the first frame, in the stream's own unit."""
    max_frame_px: int
    """Frames of more pixels are refused, whatever the header said."""
    stated_s: float | None = None
    """Length by the header; longer than `duration_s` where the file was cut off."""


def probe_video(path: Path, demuxer: str, max_frame_px: int, max_duration_s: float) -> VideoFacts:
    """Read a video's facts.

    Args:
        path: the file.
        demuxer: FFmpeg's name of the container format; no other is tried, so that a playlist posing as a
            video cannot make FFmpeg open further files.
        max_frame_px: most pixels of a frame.
        max_duration_s: longest video.

    Raises:
        UnsupportedMediaError: no image in it, only sound.
        MediaTooLargeError: larger or longer than allowed.
        MediaDecodeError: broken, or its frames stop well before its stated end.
    """
    name = path.name
    try:
        with _open(path, demuxer, max_frame_px) as container:
            stream = _image_stream(container, name, max_frame_px)
            _check_frame(stream.width, stream.height, max_frame_px, name)
            stated_s = _stated_duration_s(stream)
            ticks = sorted(_ticks(container, stream, name))
            if not ticks or stream.time_base is None:
                raise _broken(name, "it holds no frames")
            base = float(stream.time_base)
            times_s = tuple((tick - ticks[0][0]) * base for tick, _ in ticks)
        work = _Work(path, max_frame_px)
        with _open(path, demuxer, max_frame_px) as container:
            first = next(_decode(container, _image_stream(container, name, max_frame_px), work, None), None)
            if first is None:
                raise _broken(name, "none of its frames can be decoded")
            height_px, width_px = _upright(first).shape[:2]
    except av.error.FFmpegError as error:
        raise _broken(name, "its structure cannot be read") from error
    last_s = ticks[-1][1] * base or (times_s[-1] / (len(times_s) - 1) if len(times_s) > 1 else 0.0)
    duration_s = times_s[-1] + last_s
    if duration_s > max_duration_s:
        raise MediaTooLargeError(
            f"{name} is {duration_s / 60:.0f} minutes long; at most {max_duration_s / 60:.0f} minutes are "
            "looked at. Cut out the part in question and try that; keep the original."
        )
    return VideoFacts(
        width_px=width_px,
        height_px=height_px,
        duration_s=duration_s,
        frame_rate_hz=len(times_s) / duration_s if duration_s > 0 else 0.0,
        times_s=times_s,
        origin=ticks[0][0],
        max_frame_px=max_frame_px,
        stated_s=stated_s,
    )


def video_frames(
    path: Path,
    demuxer: str,
    facts: VideoFacts,
    max_frames: int | None,
    warn: Callable[[str], None] | None = None,
) -> Iterator[Frame]:
    """Decode frames spread evenly in time over the whole video, in order.

    Args:
        max_frames: how many at the most; None gives every frame.
        warn: told of what is missing. Without it a video that breaks off is an error.

    Raises:
        MediaDecodeError: nothing can be decoded, or the video breaks off and nobody can be warned.
    """
    wanted = spread(facts.times_s, max_frames)
    work = _Work(path, facts.max_frame_px)
    seen_s = None
    try:
        with _open(path, demuxer, facts.max_frame_px) as container:
            for frame in _frames_at(container, path.name, facts, wanted, work):
                yield frame
                seen_s = frame.time_s
    except av.error.FFmpegError as error:
        if seen_s is None:
            raise _broken(path.name, "none of its frames can be decoded") from error
    if seen_s is None:
        raise _broken(path.name, "none of its frames can be decoded")
    if work.spent:
        sentence = (
            f"{path.name} takes far longer to decode than its size lets expect: only the part up to {seen_s:.1f} "
            "s was judged. Save it as MP4 and try that; keep the original."
        )
        if warn is None:
            raise MediaTooLargeError(sentence)
        warn(sentence)
        return
    if work.damaged and warn is not None:
        warn(
            f"{path.name} is damaged: {work.damaged} of its pieces could not be decoded and were left out. "
            "Download or copy it again from where it came, and check that too."
        )
    reached_s = facts.times_s[-1] if seen_s >= facts.times_s[wanted[-1]] - _MISSING_S else seen_s
    lasts_s = max(facts.stated_s or 0.0, facts.duration_s)
    end_s = facts.duration_s if reached_s == facts.times_s[-1] else reached_s
    if lasts_s - end_s > max(_MISSING_S, _MISSING_FRAC * lasts_s):
        if warn is None:
            raise _broken(path.name, f"it should last {lasts_s:.1f} s but stops after {end_s:.1f} s")
        warn(
            f"{path.name} is incomplete: it should last {lasts_s:.1f} s but breaks off after {end_s:.1f} s, and "
            "only the part before was judged. Download or copy it again from where it came, and check that too."
        )


def video_frame(path: Path, demuxer: str, facts: VideoFacts, index: int) -> Frame:
    """Decode a single frame again.

    Args:
        index: position among the coded frames, in presentation order.

    Raises:
        IndexError: the video has no such frame.
        MediaDecodeError: that frame cannot be decoded.
    """
    if not 0 <= index < len(facts.times_s):
        raise IndexError(f"{path.name} has {len(facts.times_s)} frames, none with the index {index}")
    try:
        with _open(path, demuxer, facts.max_frame_px) as container:
            for frame in _frames_at(container, path.name, facts, [index], _Work(path, facts.max_frame_px)):
                if frame.index == index:
                    return frame
    except av.error.FFmpegError as error:
        raise _broken(path.name, "that moment of it cannot be decoded") from error
    raise _broken(path.name, "that moment of it cannot be decoded")


def spread(times_s: tuple[float, ...], count: int | None) -> list[int]:
    """Indices of at most `count` frames, evenly spread in time over the whole video.

    The video is cut into `count` equal spans of time; of each the frame nearest to its middle is taken, once.

    >>> spread((0.0, 1.0, 2.0, 3.0), 2)
    [1, 2]
    >>> spread((0.0, 0.1, 0.2, 10.0), 2)
    [2, 3]
    >>> spread((0.0, 1.0), None)
    [0, 1]
    """
    if count is None or count >= len(times_s):
        return list(range(len(times_s)))
    span = times_s[-1] / count
    indices: list[int] = []
    for number in range(count):
        middle = (number + 0.5) * span
        right = min(bisect.bisect_left(times_s, middle), len(times_s) - 1)
        left = max(right - 1, 0)
        nearest = left if middle - times_s[left] <= times_s[right] - middle else right
        if not indices or nearest > indices[-1]:
            indices.append(nearest)
    return indices


class _Work:
    """What decoding one file has cost so far, and what went wrong."""

    def __init__(self, path: Path, max_frame_px: int) -> None:
        size = path.stat().st_size
        self.name = path.name
        self.max_frame_px = max_frame_px
        self.damaged = 0
        """Pieces that could not be decoded, or only with holes in the image."""
        self.spent = False
        """Whether decoding was ended because it took too much."""
        self._px_left: float = _BASE_PX + _PX_PER_BYTE * size
        self._s_left = _BASE_S + _S_PER_MB * size / 1e6

    def decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        """Decode one packet and charge for it.

        Raises:
            MediaTooLargeError: its frames are larger than allowed.
            InvalidDataError: it is damaged.
        """
        start = time.perf_counter()
        try:
            frames = packet.decode()
        finally:
            self._s_left -= time.perf_counter() - start
        for frame in frames:
            _check_frame(frame.width, frame.height, self.max_frame_px, self.name)
            self._px_left -= max(frame.width * frame.height, _LEAST_FRAME_PX)
        self.spent = min(self._px_left, self._s_left) < 0
        return frames


def _check_frame(width: int, height: int, max_frame_px: int, name: str) -> None:
    if width * height > max_frame_px:
        raise _large_frames(name, f" of {width}x{height}")


def _large_frames(name: str, size: str = "") -> MediaTooLargeError:
    return MediaTooLargeError(
        f"{name} has frames{size} pixels, more than is opened. Save a smaller copy and try that; keep the "
        "original."
    )


def _ticks(container: InputContainer, stream: VideoStream, name: str) -> Iterator[tuple[int, int]]:
    """Timestamp and duration of every coded frame, in the stream's own unit, in the order of the file."""
    count = 0
    for packet in container.demux(stream):
        tick = packet.pts if packet.pts is not None else packet.dts
        if packet.is_discard or tick is None:
            continue
        count += 1
        if count > MAX_FRAMES:
            raise MediaTooLargeError(
                f"{name} has more than {MAX_FRAMES / 1e6:.0f} million frames. Cut out the part in question and "
                "try that; keep the original."
            )
        yield tick, packet.duration or 0


def _frames_at(
    container: InputContainer,
    name: str,
    facts: VideoFacts,
    wanted: list[int],
    work: _Work,
) -> Iterator[Frame]:
    """Decode the wanted frames, jumping over long gaps. Times are matched, not counted, so a damaged frame
    costs itself only."""
    stream = _image_stream(container, name, facts.max_frame_px)
    assert stream.time_base is not None
    base = float(stream.time_base)
    ticks = {facts.origin + round(facts.times_s[index] / base) for index in wanted}
    decoded = _decode(container, stream, work, ticks)
    position_s = 0.0
    early_s = min(0.5 / max(facts.frame_rate_hz, 1.0), 0.001)  # timestamps are rounded
    for index in wanted:
        target_s = facts.times_s[index]
        if target_s - position_s > _SEEK_OVER_S:
            container.seek(facts.origin + int(target_s / base), stream=stream, backward=True)
            decoded = _decode(container, stream, work, ticks)
        for image in decoded:
            tick = image.pts if image.pts is not None else image.dts
            if tick is None:
                continue
            position_s = (tick - facts.origin) * base
            if position_s >= target_s - early_s:
                number = min(bisect.bisect_left(facts.times_s, position_s - early_s), len(facts.times_s) - 1)
                yield Frame(_upright(image), number, position_s)
                break
        else:
            return


def _open(path: Path, demuxer: str, max_frame_px: int) -> InputContainer:
    # The decoders refuse larger frames before they take memory for them, also while the header is read.
    options = {"protocol_whitelist": "file", "max_pixels": str(max_frame_px + _ALIGNED_PX)}
    return av.open(str(path), format=demuxer, options=options, metadata_errors="replace")


def _image_stream(container: InputContainer, name: str, max_frame_px: int) -> VideoStream:
    for stream in container.streams.video:
        if stream.disposition & av.stream.Disposition.attached_pic:
            continue
        if stream.codec_context is None:
            raise UnsupportedMediaError(
                f"{name} is packed in a way (codec) we cannot read. Convert it to MP4 with H.264 and try that; "
                "keep the original."
            )
        stream.thread_type = "AUTO"
        stream.codec_context.options = {"max_pixels": str(max_frame_px + _ALIGNED_PX)}
        return stream
    raise UnsupportedMediaError(
        f"{name} holds sound but no image. A face cannot be judged from sound; give the video with its image."
    )


def _stated_duration_s(stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    stated = stream.metadata.get("DURATION", "")  # Matroska and WebM: HH:MM:SS.fraction
    parts = stated.split(":")
    if len(parts) != 3:
        return None
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _decode(
    container: InputContainer, stream: VideoStream, work: _Work, wanted: Collection[int] | None
) -> Iterator[VideoFrame]:
    """Decoded frames in order; those that are not wanted, and on which no other builds, are passed over. After
    damage the decoder paints over what it misses, and painted pixels must not be judged: frames are left out until
    the next that builds on no other, or for a while where none comes. Ends early where it takes too much work.

    Args:
        wanted: timestamps, in the stream's own unit; None wants every frame.
    """
    dirty_until = -math.inf
    for packet in container.demux(stream):
        tick = packet.pts if packet.pts is not None else packet.dts
        passed_over = wanted is not None and tick is not None and tick not in wanted
        stream.codec_context.skip_frame = "NONREF" if passed_over else "DEFAULT"
        try:
            decoded = work.decode(packet)
        except av.error.InvalidDataError:
            work.damaged += 1
            dirty_until = float(packet.dts or 0) + _DIRTY_S / float(stream.time_base or 1)
            decoded = []
        except av.error.ArgumentError as error:  # what a decoder says to more than `max_pixels`
            raise _large_frames(work.name, " of too many") from error
        for frame in decoded:
            if frame.is_corrupt:
                work.damaged += 1
                dirty_until = float(frame.pts or 0) + _DIRTY_S / float(stream.time_base or 1)
            elif frame.key_frame or float(frame.pts or 0) >= dirty_until:
                dirty_until = -math.inf
                yield frame
        if work.spent:
            return


def _upright(frame: VideoFrame) -> Pixels:
    """uint8 (height, width, 3) RGB of at most `KEPT_PX`, turned upright by the display matrix."""
    factor = math.ceil(math.sqrt(frame.width * frame.height / KEPT_PX))
    if factor > 1:
        frame = frame.reformat(frame.width // factor, frame.height // factor, "rgb24", interpolation="AREA")
    pixels = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)), dtype=np.uint8)


def _broken(name: str, why: str) -> MediaDecodeError:
    return MediaDecodeError(
        f"{name} is damaged or incomplete: {why}. Download or copy it again from where it came."
    )
