"""Frames are spread over the whole video, carry their own time, and an incomplete video is said to be one.

Every frame of the test videos shows its number, so sampling is checked against the image itself.
"""

from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import coded_image, read_number
from PIL import Image

from detector.config import DetectorConfig
from detector.errors import MediaDecodeError, MediaTooLargeError
from detector.media.images import read_image
from detector.media.media import open_media
from detector.media.video import spread
from detector.messages import Message
from detector.types import Frame


def frames_of(path: Path, max_frames: int | None = None) -> list[Frame]:
    return list(open_media(path, DetectorConfig()).frames(max_frames))


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("video.mp4", "libx264", "yuv420p"),
        ("video.mov", "libx264", "yuv420p"),
        ("video.mkv", "libx264", "yuv420p"),
        ("video.webm", "libvpx-vp9", "yuv420p"),
        ("video.avi", "mpeg4", "yuv420p"),
        ("video.gif", "gif", "rgb8"),
        ("video.ts", "libx264", "yuv420p"),
        ("video.mpeg", "mpeg1video", "yuv420p"),
        ("video.vob", "mpeg2video", "yuv420p"),
    ],
)
def test_every_named_container_gives_every_frame_with_its_time(make_video, name, codec, pix_fmt) -> None:
    times_s = [number / 25 for number in range(30)]
    path = make_video(name, times_s, codec, pix_fmt)
    info = open_media(path, DetectorConfig()).info
    assert (info.kind, info.width_px, info.height_px, info.frame_count) == ("video", 160, 96, 30)
    assert info.duration_s == pytest.approx(1.2, abs=0.05)
    frames = frames_of(path)
    assert [read_number(frame.pixels) for frame in frames] == list(range(30))
    assert [frame.index for frame in frames] == list(range(30))
    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=0.006)


@pytest.mark.parametrize("count", [1, 2, 7, 50])
def test_sampled_frames_span_the_whole_video(make_video, count: int) -> None:
    path = make_video(times_s=[number / 25 for number in range(100)])
    frames = frames_of(path, count)
    assert len(frames) == count
    assert [read_number(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    span = 100 / count
    for position, frame in enumerate(frames):
        assert position * span - 1 <= frame.index <= (position + 1) * span


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("b-frames.mp4", "libx264", {"bf": "3"}),
        ("pyramid.mkv", "libx265", {"bf": "4", "x265-params": "log-level=none"}),
        ("hidden.webm", "libvpx-vp9", {"auto-alt-ref": "1", "lag-in-frames": "16"}),
        ("video.avi", "mpeg4", {"bf": "2"}),
        ("video.mpg", "mpeg2video", {"bf": "2"}),
    ],
)
def test_a_frame_is_the_same_whether_its_neighbours_were_asked_for_or_not(
    make_video, name, codec, options
) -> None:
    path = make_video(name, [number / 25 for number in range(100)], codec, codec_options=options)
    every = frames_of(path)
    for count in (1, 13, 40):
        for frame in frames_of(path, count):
            assert frame.time_s == every[frame.index].time_s
            np.testing.assert_array_equal(frame.pixels, every[frame.index].pixels)


def test_a_variable_frame_rate_is_sampled_by_time_not_by_count(make_video) -> None:
    # Forty frames in the first second, then one a second for nine.
    times_s = [number / 40 for number in range(40)] + [float(second) for second in range(1, 10)]
    path = make_video(times_s=times_s)
    frames = frames_of(path, 9)
    assert [frame.time_s for frame in frames] == pytest.approx(
        [times_s[read_number(frame.pixels)] for frame in frames], abs=0.002
    )
    assert sum(frame.time_s >= 1 for frame in frames) == 8


def test_spread_counts_time_not_frames() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        times = tuple(np.cumsum(rng.exponential(1.0, 60)) - 0.5)
        chosen = spread(times, 10)
        assert chosen == sorted(set(chosen)) and 1 <= len(chosen) <= 10
        span = times[-1] / 10
        for index in chosen:
            centre = (int(times[index] / span) + 0.5) * span
            gaps = np.abs(np.array(times) - centre)
            assert gaps[index] <= np.sort(gaps)[1] + span


def test_long_gaps_are_jumped_over_and_still_land_on_the_right_frame(make_video) -> None:
    times_s = [number * 0.5 for number in range(200)]  # a hundred seconds, key frames every ten
    path = make_video(times_s=times_s, codec_options={"g": "20"})
    frames = frames_of(path, 5)
    assert [read_number(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    assert [frame.time_s for frame in frames] == pytest.approx([10, 30, 50, 70, 90], abs=1.0)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_rotation_flag_is_honoured(make_video, degrees: int) -> None:
    upright = frames_of(make_video("upright.mp4"), 1)[0].pixels
    path = make_video("turned.mp4", rotation=degrees)
    info = open_media(path, DetectorConfig()).info
    turned = frames_of(path, 1)[0].pixels
    expected = np.rot90(upright, -degrees // 90)  # numpy turns counter-clockwise, the flag clockwise
    np.testing.assert_array_equal(turned, expected)
    assert (info.height_px, info.width_px) == expected.shape[:2]


def test_a_video_trimmed_without_recoding_shows_only_what_was_kept(make_video) -> None:
    """Phones trim by an edit list: the frames before and after stay in the file and are not shown."""
    path = make_video(times_s=[number / 10 for number in range(100)], codec_options={"g": "10"})
    data = bytearray(path.read_bytes())
    edit, movie, media = (data.index(name) for name in (b"elst", b"mvhd", b"mdhd"))
    movie_scale, media_scale = (int.from_bytes(data[at + 16 : at + 20], "big") for at in (movie, media))
    start = int.from_bytes(data[edit + 16 : edit + 20], "big") + 3 * media_scale
    data[edit + 12 : edit + 16] = (4 * movie_scale).to_bytes(4, "big")
    data[edit + 16 : edit + 20] = start.to_bytes(4, "big")
    path.write_bytes(bytes(data))
    info = open_media(path, DetectorConfig()).info
    frames = frames_of(path)
    assert info.duration_s == pytest.approx(4.0, abs=0.05) and info.frame_count == 40
    assert [read_number(frame.pixels) for frame in frames] == list(range(30, 70))
    assert [frame.index for frame in frames] == list(range(40))


def test_a_truncated_mp4_without_its_index_is_refused(make_video) -> None:
    path = make_video()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaDecodeError, match="damaged or incomplete"):
        frames_of(path)


@pytest.mark.parametrize("name", ["front.mp4", "video.mkv"])
def test_a_video_that_breaks_off_gives_what_it_has_and_never_silently(make_video, name: str) -> None:
    times_s = [number / 10 for number in range(100)]
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    path = make_video(name, times_s, options=options, codec_options={"g": "10"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    warnings: list[Message] = []
    frames = list(open_media(path, DetectorConfig()).frames(None, warnings.append))
    assert [read_number(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    assert 3.0 < frames[-1].time_s < 9.0
    assert re.search(r"should last (9.9|10.0) s but breaks off after [3-8]\.\d s", str(warnings[-1]))
    with pytest.raises(MediaDecodeError, match=r"should last .* but stops after"):
        frames_of(path)


@pytest.mark.parametrize(("suffix", "codec"), [("ts", "libx264"), ("mpg", "mpeg2video")])
@pytest.mark.parametrize("seconds", [2, 4, 20], ids=["a second each", "read through", "long enough to seek"])
def test_recordings_that_were_joined_as_they_are_are_judged_up_to_the_joint_and_that_is_said(
    make_video, suffix: str, codec: str, seconds: int
) -> None:
    times_s = [number / 25 for number in range(25 * seconds)]
    first = make_video(f"first.{suffix}", times_s[: len(times_s) // 2], codec)
    second = make_video(f"second.{suffix}", times_s, codec)
    joined = first.with_name(f"joined.{suffix}")
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    warnings: list[Message] = []
    media = open_media(joined, DetectorConfig())
    frames = list(media.frames(2, warnings.append))
    assert media.info.frame_count == len(times_s) // 2
    assert [read_number(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    assert [warning.code for warning in warnings] == ["video_restarts"]
    with pytest.raises(MediaDecodeError, match="clock starts again"):
        frames_of(joined, 2)


@pytest.mark.parametrize(("kept", "codes"), [(0.5, ["video_incomplete"]), (0.95, [])])
def test_a_short_video_that_breaks_off_is_told(make_video, kept: float, codes: list[str]) -> None:
    """Half a second is half of what it shows."""
    path = make_video("short.mkv", [number / 25 for number in range(25)], codec_options={"g": "1"})
    content = path.read_bytes()
    path.write_bytes(content[: round(kept * len(content))])
    warnings: list[Message] = []
    frames = list(open_media(path, DetectorConfig()).frames(None, warnings.append))
    assert frames and [warning.code for warning in warnings] == codes


def test_one_damaged_stretch_costs_only_itself(make_video) -> None:
    path = make_video(times_s=[number / 10 for number in range(100)], codec_options={"g": "5"})
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + len(data) // 3
    data[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(bytes(data))
    warnings: list[Message] = []
    frames = list(open_media(path, DetectorConfig()).frames(None, warnings.append))
    assert 80 <= len(frames) < 100 and frames[-1].time_s > 9
    assert [read_number(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    (warning,) = warnings
    assert "could not be decoded" in str(warning)


@pytest.mark.parametrize(("codec", "name", "least"), [("mjpeg", "video.avi", 4), ("libx265", "video.mp4", 1)])
def test_damage_that_lenient_decoders_show_is_said_and_not_judged(
    examples: Path, tmp_path: Path, codec: str, name: str, least: int
) -> None:
    """Of twelve damaged places a strict decoder finds seven and two, a lenient one one and none."""
    path, image = tmp_path / name, read_image(examples / "genuine.jpg")[:256, :256]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options={"x265-params": "log-level=none:crf=16:keyint=8"})
        stream.width, stream.height = 256, 256
        stream.pix_fmt, stream.bit_rate = "yuvj420p" if codec == "mjpeg" else "yuv420p", 20_000_000
        for number in range(20):
            moved = np.ascontiguousarray(np.roll(image, 3 * number, axis=1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
        container.mux(stream.encode())

    def looked_at() -> tuple[int, list[str]]:
        warnings: list[Message] = []
        frames = sum(1 for _ in open_media(path, DetectorConfig()).frames(None, warnings.append))
        return frames, [warning.code for warning in warnings]

    assert looked_at() == (20, [])
    with av.open(str(path)) as container:
        _, *packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    start, size = max(packets, key=lambda packet: packet[1])
    content, found = path.read_bytes(), 0
    for share in range(5, 17):
        damaged, at = bytearray(content), start + size * share // 20
        lost = min(200, start + size - at)
        damaged[at : at + lost] = np.random.default_rng(share).bytes(lost)
        path.write_bytes(damaged)
        frames, warned = looked_at()
        assert warned in ([], ["video_damaged"]) and (frames < 20) is bool(warned)
        found += bool(warned)
    assert found >= least


def test_an_intact_video_that_strict_decoders_refuse_is_read(make_video) -> None:
    """Some cameras write motion JPEG without end markers."""
    path = make_video("video.avi", [number / 25 for number in range(20)], "mjpeg", "yuvj420p")
    content = path.read_bytes()
    assert content.count(b"\xff\xd9") >= 20
    path.write_bytes(content.replace(b"\xff\xd9", b"\0\0"))
    warnings: list[Message] = []
    frames = list(open_media(path, DetectorConfig()).frames(None, warnings.append))
    assert [read_number(frame.pixels) for frame in frames] == list(range(20)) and warnings == []


@pytest.mark.parametrize("timed", [0, 1, 5])
def test_every_image_of_a_gif_that_states_no_times_is_shown_for_a_tenth_of_a_second(
    tmp_path: Path, timed: int
) -> None:
    """FFmpeg takes all of them for one; browsers show them like this."""
    path = tmp_path / "x.gif"
    images = [Image.fromarray(coded_image(number)).convert("P") for number in range(6)]
    images[0].save(path, save_all=True, append_images=images[1:], duration=500)
    parts = path.read_bytes().split(b"!\xf9\x04")
    assert len(parts) == 7
    path.write_bytes(b"!\xf9\x04".join(parts[: timed + 1]) + b"".join(part[5:] for part in parts[timed + 1 :]))
    media = open_media(path, DetectorConfig())
    frames = list(media.frames(None))
    assert [read_number(frame.pixels) for frame in frames] == list(range(6))
    durations = [0.5] * timed + [0.1] * (6 - timed)
    assert [frame.time_s for frame in frames] == pytest.approx(np.cumsum([0, *durations[:-1]]))
    assert read_number(media.frame(4).pixels) == 4 and media.open_container() is None


def test_too_long_and_too_large_videos_are_refused(make_video) -> None:
    path = make_video()
    with pytest.raises(MediaTooLargeError, match="minutes"):
        open_media(path, DetectorConfig(max_duration_s=1.0))
    with pytest.raises(MediaTooLargeError, match="160x96"):
        open_media(path, DetectorConfig(max_frame_px=1000))


@pytest.mark.parametrize(
    ("name", "codec", "fps"),
    [
        ("video.mp4", "libx264", 10),
        ("video.webm", "libvpx-vp9", 10),
        ("video.avi", "mpeg4", 25),
        ("video.ts", "libx264", 10),
        ("video.mpg", "mpeg2video", 25),
    ],
)
@pytest.mark.parametrize("time_s", [0.0, 0.2, 7.8, 8.0, 8.2, 15.2, 19.8])
def test_any_one_frame_is_decoded_again(make_video, name: str, codec: str, fps: int, time_s: float) -> None:
    """Past 8 s by a jump, and also the frames that no other is built on."""
    path = make_video(name, [number / fps for number in range(20 * fps)], codec)
    index = round(time_s * fps)
    frame = open_media(path, DetectorConfig()).frame(index)
    assert (read_number(frame.pixels), frame.index) == (index % 256, index)
    assert frame.time_s == pytest.approx(time_s, abs=0.006)


def test_a_frame_that_is_not_there_is_refused(make_video, examples: Path) -> None:
    for path, index in ((make_video(), 50), (make_video(), -1), (examples / "genuine.jpg", 1)):
        with pytest.raises(IndexError):
            open_media(path, DetectorConfig()).frame(index)
    assert open_media(examples / "genuine.jpg", DetectorConfig()).frame(0).index == 0


def test_a_frame_in_a_damaged_part_is_an_error(make_video) -> None:
    path = make_video(times_s=[number / 10 for number in range(200)], codec_options={"g": "10"})
    data = bytearray(path.read_bytes())
    start, end = (
        data.index(b"mdat"),
        data.index(b"moov") if data.index(b"moov") > data.index(b"mdat") else len(data),
    )
    data[start + 4 + (end - start) // 3 : end] = b"\0" * (end - start - 4 - (end - start) // 3)
    path.write_bytes(bytes(data))
    media = open_media(path, DetectorConfig())
    with pytest.raises(MediaDecodeError, match="frame 150"):
        media.frame(150)


def _with_sound(path: Path, delay_s: float, start_s: float = 0.0) -> None:
    """Ten seconds of sound from `start_s`, and a video of four that starts `delay_s` later."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        video.time_base = video.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for number in range(80):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), format="fltp", layout="mono")
            silence.sample_rate, silence.time_base = 8000, Fraction(1, 8000)
            silence.pts = round(start_s * 8000) + 1000 * number
            container.mux(sound.encode(silence))
        for number in range(100):
            frame = av.VideoFrame.from_ndarray(coded_image(number), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round((start_s + delay_s) * 1000) + 40 * number, Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(sound.encode())
        container.mux(video.encode())


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.mov", "late.ts"])
@pytest.mark.parametrize("start_s", [0.0, 86_400.0])
def test_times_are_the_players(name: str, start_s: float, tmp_path: Path) -> None:
    """A video that starts after its sound starts late; where the file's own clock starts does not matter."""
    path = tmp_path / name
    _with_sound(path, delay_s=5.0, start_s=start_s)
    warnings: list[Message] = []
    media = open_media(path, DetectorConfig())
    frames = list(media.frames(None, warnings.append))
    assert warnings == []
    assert [read_number(frame.pixels) for frame in frames] == list(range(100))
    assert frames[0].time_s == pytest.approx(5.0, abs=0.2)  # the encoder's first packet of sound may be early
    assert frames[99].time_s - frames[0].time_s == pytest.approx(3.96, abs=0.01)
    assert media.info.duration_s == pytest.approx(frames[99].time_s + 0.04, abs=0.01)
    assert media.info.frame_rate_hz == pytest.approx(25, abs=0.1)
    assert [frame.index for frame in media.frames(4)] == [12, 37, 62, 87]
    assert read_number(media.frame(50).pixels) == 50


def test_a_late_video_that_breaks_off_still_says_so(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    _with_sound(path, delay_s=5.0)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 7 // 10])
    warnings: list[Message] = []
    frames = list(open_media(path, DetectorConfig()).frames(None, warnings.append))
    assert 5.0 < frames[-1].time_s < 8.5
    assert re.search(r"should last (8.9|9.\d) s but breaks off after [5-8]\.\d s", str(warnings[-1]))


@pytest.mark.parametrize(("suffix", "default"), [("mkv", 0), ("mkv", 1), ("mp4", 0), ("ts", 0)])
def test_of_two_videos_in_a_file_the_default_one_is_judged_and_the_other_noted(
    suffix: str, default: int, tmp_path: Path
) -> None:
    """MP4 and MPEG-TS do not say which of two is the default: the first."""
    path = tmp_path / f"two.{suffix}"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=25) for _ in range(2)]
        for number, stream in enumerate(streams):
            stream.width, stream.height, stream.pix_fmt = (
                (64, 64, "yuv420p") if number == 0 else (160, 96, "yuv420p")
            )
            stream.disposition = av.stream.Disposition.default if number == default else av.stream.Disposition(0)
        for _ in range(30):
            for stream in streams:
                grey = np.full((stream.height, stream.width, 3), 128, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode())
    info = open_media(path, DetectorConfig()).info
    assert (info.width_px, info.height_px) == ((64, 64), (160, 96))[default]
    (note,) = info.notes
    assert "2 videos in one" in str(note)


def test_a_video_whose_shape_changes_shows_every_frame_in_its_own_shape(tmp_path: Path) -> None:
    """As players show it; the first frame gives the size."""
    path = tmp_path / "turned-phone.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10, width=64, height=96, pix_fmt="yuvj420p")
        for number, shape in enumerate([(64, 96), (128, 192), (96, 64), (192, 32)]):
            content = io.BytesIO()
            Image.new("RGB", shape, (250, 250, 250)).save(content, "JPEG")
            packet = av.Packet(content.getvalue())
            packet.stream, packet.pts, packet.dts = stream, number * 100, number * 100
            packet.time_base, packet.is_keyframe = Fraction(1, 1000), True
            container.mux(packet)
    frames = [frame.pixels[..., 1] > 128 for frame in frames_of(path)]
    assert [frame.shape for frame in frames] == [(96, 64)] * 4
    lit = [(int(frame.any(axis=0).sum()), int(frame.any(axis=1).sum())) for frame in frames]
    assert lit == [(64, 96), (64, 96), (64, 43), (64, 11)]
