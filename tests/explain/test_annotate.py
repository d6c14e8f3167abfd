"""The annotated copy: each frame at its own time, marks where the face is, sound kept, no remains of a failure."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import uharfbuzz as hb
from conftest import coded_image, read_number
from PIL import Image

from detector import Detector
from detector.errors import MediaError
from detector.media.media import open_media
from detector.types import Analysis, FaceBox, Frame, Pixels
from explain import explain
from explain.annotate import Legend, annotate_video
from explain.box_paths import PersonPath
from explain.canvas import Canvas, can_shape
from reporting.evidence.video_copy import copy_video

ROOT = Path(__file__).parents[2]
LEGEND = Legend(of_track={0: "Words on the face"}, footer="A copy, not the original.")


def frames_of(path: Path) -> list[tuple[float, Pixels]]:
    with av.open(str(path)) as container:
        return [(frame.time or 0.0, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def lasts_s(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None and stream.time_base is not None
        return float(stream.duration * stream.time_base)


@pytest.fixture(scope="module")
def judged(detector: Detector, examples: Path) -> Analysis:
    return detector.analyze(examples / "manipulated.mp4", max_frames=8)


@pytest.fixture(scope="module")
def copies(
    detector: Detector, judged: Analysis, examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """With and without heat."""
    folder = tmp_path_factory.mktemp("copies")
    scale = explain(detector, judged).heatmap_scale
    made = {"heatmap": folder / "heat.mp4", "bare": folder / "bare.mp4"}
    for name, heatmap_scale in (("heatmap", scale), ("bare", 0.0)):
        annotate_video(
            detector, judged, examples / "manipulated.mp4", made[name], legend=LEGEND, heatmap_scale=heatmap_scale
        )
    return made


def test_every_frame_is_there_at_its_time(copies: dict[str, Path], examples: Path) -> None:
    original, copy = frames_of(examples / "manipulated.mp4"), frames_of(copies["heatmap"])
    assert [time_s for time_s, _ in copy] == pytest.approx([time_s for time_s, _ in original], abs=0.001)
    assert lasts_s(copies["heatmap"]) == pytest.approx(lasts_s(examples / "manipulated.mp4"), abs=1 / 24)


def test_the_box_is_where_the_face_is_and_the_rest_is_as_it_was(
    copies: dict[str, Path], judged: Analysis, examples: Path
) -> None:
    original, copy = frames_of(examples / "manipulated.mp4"), frames_of(copies["bare"])
    score = judged.tracks[0].scores[3]
    before, after = original[score.frame_index][1].astype(int), copy[score.frame_index][1].astype(int)
    height, width = before.shape[:2]
    assert after.shape[1] == width and after.shape[0] > height
    strip, after = after[height:], after[:height]
    assert strip.max() > 200 and np.median(strip) < 40
    box, away = score.box, np.abs(after - before).max(axis=2)
    middle = (box.y1 + box.y2) // 2
    for x in (box.x1, box.x2):
        assert after[middle - 20 : middle + 20, max(x - 3, 0) : x + 4].max(axis=1).min() > 200, "white"
        assert after[middle - 20 : middle + 20, max(x - 6, 0) : x + 7].min(axis=1).max() < 80, "on black"
    apart = np.ones((height, width), bool)
    apart[max(box.y1 - 30, 0) : box.y2 + 40, max(box.x1 - 30, 0) : box.x2 + 30] = False
    assert apart.mean() > 0.1
    assert away[apart].mean() < 4 and np.percentile(away[apart], 99) < 24


def test_the_heatmap_is_inside_the_face_alone(copies: dict[str, Path], judged: Analysis) -> None:
    score = judged.tracks[0].scores[3]
    bare, heatmap = (frames_of(copies[name])[score.frame_index][1].astype(int) for name in ("bare", "heatmap"))
    change, box = np.abs(heatmap - bare).max(axis=2), score.box
    inside = change[box.y1 : box.y2, box.x1 : box.x2]
    assert np.percentile(inside, 95) > 40
    apart = change.copy()
    apart[max(box.y1 - 60, 0) : box.y2 + 60, max(box.x1 - 60, 0) : box.x2 + 60] = 0
    assert apart.max() < 40


@pytest.mark.skipif(os.name == "nt", reason="names on Windows have no colons")
def test_a_name_with_a_colon_is_a_name_and_no_protocol(
    detector: Detector, judged: Analysis, make_video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = make_video(times_s=[number / 25 for number in range(3)])
    annotate_video(
        detector, nobody(judged, detector, source), source, Path("12:30.mp4"), legend=LEGEND, heatmap_scale=0.0
    )
    assert len(frames_of(tmp_path / "12:30.mp4")) == 3


def test_a_video_that_changes_meanwhile_gets_no_copy(
    detector: Detector, judged: Analysis, make_video, tmp_path: Path
) -> None:
    source, out = make_video(times_s=[number / 25 for number in range(3)]), tmp_path / "out.mp4"
    analysis = nobody(judged, detector, source)

    def append(share: float) -> None:
        with source.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaError, match="changed while it was read"):
        annotate_video(detector, analysis, source, out, legend=LEGEND, heatmap_scale=0.0, progress=append)
    assert not list(tmp_path.glob("out*"))


def nobody(analysis: Analysis, detector: Detector, path: Path) -> Analysis:
    """What the detector says about a video of coded frames: there is no face in it."""
    media = open_media(path, detector.config).info
    return replace(analysis, media=media, tracks=())


def annotated(detector: Detector, judged: Analysis, source: Path, out: Path) -> list[tuple[float, Pixels]]:
    annotate_video(detector, nobody(judged, detector, source), source, out, legend=LEGEND, heatmap_scale=1.0)
    return frames_of(out)


def test_a_variable_frame_rate_stays_as_it_is(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path
) -> None:
    times_s = [number / 40 for number in range(40)] + [1.0 + number for number in range(9)]
    source = make_video(times_s=times_s)
    copy = annotated(detector, judged, source, tmp_path / "out.mp4")
    assert [time_s for time_s, _ in copy] == pytest.approx(times_s, abs=0.002)
    assert [read_number(pixels[:96]) for _, pixels in copy] == list(range(49))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_video_is_written_upright(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path, degrees: int
) -> None:
    source = make_video(rotation=degrees, times_s=(0.0, 0.1, 0.2))
    upright = [frame.pixels for frame in open_media(source, detector.config).frames(None)]
    copy = annotated(detector, judged, source, tmp_path / "out.mp4")
    height, width = upright[0].shape[:2]
    for before, (_, after) in zip(upright, copy, strict=True):
        assert after.shape[1] == width
        assert np.abs(after[:height].astype(int) - before).mean() < 8


def test_colours_stay_and_are_named(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path
) -> None:
    source = make_video(times_s=(0.0, 0.1))
    _, before = frames_of(source)[0]
    _, after = annotated(detector, judged, source, tmp_path / "out.mp4")[0]
    red_before, red_after = before[80, 20].astype(int), after[80, 20].astype(int)
    assert red_before[0] > 200 and np.abs(red_before - red_after).max() < 12
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].codec_context.colorspace == 1


@pytest.mark.parametrize("codec", [("video.webm", "libvpx-vp9"), ("video.gif", "gif")])
def test_other_containers_become_mp4(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path, codec: tuple[str, str]
) -> None:
    name, encoder = codec
    source = make_video(name, codec=encoder, pix_fmt="rgb8" if encoder == "gif" else "yuv420p")
    copy = annotated(detector, judged, source, tmp_path / "out.mp4")
    assert [read_number(pixels[:96]) for _, pixels in copy] == list(range(50))


@pytest.mark.parametrize(("height", "width"), [(97, 161), (4, 6), (1081, 1921), (33, 4001)])
def test_any_size_becomes_an_even_one_that_h264_takes(height: int, width: int) -> None:
    canvas = Canvas(width, height, {0: "Signs of manipulation (97 %)"}, "Footer words that are long.")
    frame = Frame(coded_image(3, max(height, 9), width)[:height], 0, 0.0)
    box = FaceBox(width // 2, height // 2, width, height)
    drawn = canvas.draw(frame, {0: box}, {0: np.ones((12, 12), np.float32)}, 1.0, 0.1)
    assert (drawn.shape[1], drawn.shape[0]) == canvas.size
    assert drawn.shape[0] % 2 == drawn.shape[1] % 2 == 0 and drawn.shape[1] <= 1281


def test_every_person_has_their_own_result_beside_their_box() -> None:
    """Whoever else is in the image: nobody's result may stand at another's face."""
    canvas = Canvas(640, 360, {0: "Signs of manipulation (97 %)", 1: "Inconclusive (50 %)"}, "A copy.")
    frame = Frame(np.full((360, 640, 3), 128, np.uint8), 0, 0.0)
    boxes = {0: FaceBox(20, 40, 120, 160), 1: FaceBox(400, 40, 500, 160)}
    together = canvas.draw(frame, boxes, {}, 0.0, 0.1)
    for track_id, box in boxes.items():
        alone = canvas.draw(frame, {track_id: box}, {}, 0.0, 0.1)
        half = slice(0, 320) if track_id == 0 else slice(320, 640)
        np.testing.assert_array_equal(together[:, half], alone[:, half])


@pytest.mark.skipif(not can_shape(), reason="no FriBiDi here: the page says that the copy is English")
def test_hindi_is_drawn_with_its_letters_joined() -> None:
    """Oracle: HarfBuzz by itself, whose words are far narrower than their letters in a row."""
    typeface, words = ROOT / "reporting/fonts/NotoSansDevanagari-Regular.ttf", "क्षि" * 10
    face = hb.Face(hb.Blob.from_file_path(str(typeface)))
    font, buffer = hb.Font(face), hb.Buffer()
    buffer.add_str(words)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    wide_px = sum(at.x_advance for at in buffer.glyph_positions) * 20 / face.upem
    canvas = Canvas(1280, 720, {0: words}, "1", typeface)
    frame = Frame(np.full((720, 1280, 3), 128, np.uint8), 0, 0.0)
    drawn = canvas.draw(frame, {0: FaceBox(100, 100, 101, 200)}, {}, 0.0, 0.1)
    letters = (drawn[210:220, 110:] == 255).all(axis=2).any(axis=0).nonzero()[0]
    assert letters.max() + 10 == pytest.approx(wide_px, abs=6)


def with_sound(source: Path, out: Path, codec: str, *, delay_s: float = 0.0, lasts_s: int = 4) -> Path:
    """A video with a tone that gets louder, as long as the video."""
    rate = 48_000
    with av.open(str(source)) as original, av.open(str(out), "w") as container:
        image = container.add_stream_from_template(original.streams.video[0])
        sound = container.add_stream(codec, rate=rate, layout="mono")
        samples = np.sin(np.arange(lasts_s * rate) * 0.05) * np.linspace(0, 0.9, lasts_s * rate)
        packets = [packet for packet in original.demux(video=0) if packet.dts is not None]
        for packet in packets:
            packet.stream = image
            container.mux(packet)
        for start in range(0, lasts_s * rate, 960):
            part = samples[start : start + 960][None]
            if codec.startswith("pcm"):
                frame = av.AudioFrame.from_ndarray((part * 32000).astype(np.int16), format="s16", layout="mono")
            else:
                frame = av.AudioFrame.from_ndarray(part.astype(np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
            frame.pts = start + round(delay_s * rate)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return out


def loudness(path: Path) -> tuple[str, float, list[float]]:
    """Codec of the sound, when it ends, and how loud it is over its length in tenths."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        parts = [
            (frame.time, frame.to_ndarray().astype(float).ravel(), frame.samples)
            for frame in container.decode(stream)
        ]
        scale = 32768.0 if stream.codec_context.format.name.startswith("s16") else 1.0
    values = np.concatenate([part for _, part, _ in parts]) / scale
    last_s = parts[-1][0] + parts[-1][2] / stream.codec_context.sample_rate
    return stream.codec_context.name, last_s, [float(np.abs(tenth).mean()) for tenth in np.array_split(values, 10)]


@pytest.mark.parametrize(
    ("name", "codec", "kept"),
    [
        ("in.mp4", "aac", "aac"),
        ("in.mkv", "libopus", "opus"),
        ("in.mov", "pcm_s16le", "aac"),
        ("flac.mkv", "flac", "aac"),
    ],
)
def test_the_sound_is_kept(
    detector: Detector, judged: Analysis, examples: Path, tmp_path: Path, name: str, codec: str, kept: str
) -> None:
    delay_s = 0.5 if codec == "libopus" else 0.0
    source = with_sound(examples / "genuine.mp4", tmp_path / name, codec, delay_s=delay_s)
    out = tmp_path / "out.mp4"
    annotate_video(detector, nobody(judged, detector, source), source, out, legend=LEGEND, heatmap_scale=1.0)
    found, last_s, tenths = loudness(out)
    _, source_last_s, source_tenths = loudness(source)
    assert found == kept
    assert last_s == pytest.approx(source_last_s, abs=0.05)
    assert tenths == pytest.approx(source_tenths, abs=0.03) and tenths[9] > 5 * tenths[0]


@pytest.mark.parametrize(
    ("rate", "layout", "kept"),
    [
        (192_000, "mono", True),
        (6_000, "mono", True),
        (11_025, "mono", True),
        (44_100, "5.1", True),
        (48_000, "7.1", True),
        (48_000, "9 channels", False),
    ],
)
def test_sound_that_aac_does_not_take_is_converted_or_left_out(
    detector: Detector,
    judged: Analysis,
    make_video: Callable[..., Path],
    tmp_path: Path,
    rate: int,
    layout: str,
    kept: bool,
) -> None:
    source, out = tmp_path / "in.mkv", tmp_path / "out.mp4"
    times_s = [number / 25 for number in range(25)]
    with av.open(str(make_video(times_s=times_s))) as original, av.open(str(source), "w") as container:
        image = container.add_stream_from_template(original.streams.video[0])
        sound = container.add_stream("pcm_s16le", rate=rate, layout=layout)
        for packet in original.demux(video=0):
            if packet.dts is not None:
                packet.stream = image
                container.mux(packet)
        channels = sound.codec_context.layout.nb_channels
        frame = av.AudioFrame.from_ndarray(np.zeros((1, rate * channels), np.int16), format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    annotate_video(detector, nobody(judged, detector, source), source, out, legend=LEGEND, heatmap_scale=0.0)
    assert len(frames_of(out)) == len(times_s)
    with av.open(str(out)) as container:
        assert len(container.streams.audio) == kept
        if kept:
            samples = sum(frame.samples for frame in container.decode(audio=0))
            assert samples / container.streams.audio[0].rate == pytest.approx(1.0, abs=0.1)
    copy = copy_video(source, 50_000)
    assert copy is not None and ("sound as AAC" in copy.made_how) == kept


def test_a_long_video_has_its_sound_beside_the_image_in_the_file(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path
) -> None:
    """So that a player need not jump about in it, and nothing waits in memory while it is written."""
    short = make_video(times_s=[number / 2 for number in range(80)])
    source = with_sound(short, tmp_path / "in.mp4", "aac", lasts_s=40)
    out = tmp_path / "out.mp4"
    annotate_video(detector, nobody(judged, detector, source), source, out, legend=LEGEND, heatmap_scale=1.0)
    with av.open(str(out)) as container:
        placed = sorted(
            (packet.pos, packet.stream.type, float(packet.dts * packet.time_base))
            for packet in container.demux()
            if packet.dts is not None
        )
    times = [(kind, time_s) for _, kind, time_s in placed]
    assert {kind for kind, _ in times} == {"audio", "video"}
    steps = [abs(one_s - other_s) for (one, one_s), (other, other_s) in itertools.pairwise(times) if one != other]
    assert max(steps) < 5


def test_a_video_that_breaks_off_is_copied_up_to_there(
    detector: Detector, judged: Analysis, examples: Path, tmp_path: Path
) -> None:
    source = with_sound(examples / "genuine.mp4", tmp_path / "in.mkv", "aac")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    out = tmp_path / "out.mp4"
    annotate_video(detector, nobody(judged, detector, source), source, out, legend=LEGEND, heatmap_scale=1.0)
    assert 10 < len(frames_of(out)) < 90


class Enough(Exception):
    pass


def test_a_stop_leaves_nothing_behind(
    detector: Detector, judged: Analysis, examples: Path, tmp_path: Path
) -> None:
    told: list[float] = []

    def tell(share: float) -> None:
        told.append(share)
        if len(told) == 20:
            raise Enough

    with pytest.raises(Enough):
        annotate_video(
            detector,
            nobody(judged, detector, examples / "genuine.mp4"),
            examples / "genuine.mp4",
            tmp_path / "out.mp4",
            legend=LEGEND,
            heatmap_scale=1.0,
            progress=tell,
        )
    assert not list(tmp_path.iterdir()) and told == sorted(told) and told[-1] < 0.3


def test_a_copy_appears_whole_and_an_older_one_stays_until_then(
    detector: Detector, judged: Analysis, examples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"older")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes((examples / "genuine.mp4").read_bytes()[:5000])
    with pytest.raises(MediaError):
        annotate_video(detector, judged, broken, out, legend=LEGEND, heatmap_scale=1.0)
    assert out.read_bytes() == b"older"
    seen: list[bytes] = []
    annotate_video(
        detector,
        nobody(judged, detector, examples / "genuine.mp4"),
        examples / "genuine.mp4",
        out,
        legend=LEGEND,
        heatmap_scale=1.0,
        progress=lambda share: seen.append(out.read_bytes()),
    )
    assert set(seen) == {b"older"} and len(frames_of(out)) == 96


def test_a_box_moves_between_moments_and_is_gone_in_gaps(judged: Analysis) -> None:
    score = judged.tracks[0].scores[0]
    places = [(0.0, 0), (1.0, 10), (2.0, 20), (9.0, 90)]
    scores = tuple(
        replace(score, frame_index=index, time_s=time_s, box=FaceBox(x, 0, x + 10, 10))
        for index, (time_s, x) in enumerate(places)
    )
    path = PersonPath(replace(judged.tracks[0], scores=scores, timeline=()))
    seen = [
        None if (box := path.box(time_s)) is None else box.x1
        for time_s in (-0.5, 0.5, 1.0, 1.7, 5.0, 9.0, 9.9, 12)
    ]
    assert seen == [0, 5, 10, 17, None, 90, 90, None]
    assert path.score_at(3) is scores[3] and path.score_at(4) is None


def test_a_video_that_starts_after_its_sound_does_so_in_the_copy(
    detector: Detector, judged: Analysis, make_video: Callable[..., Path], tmp_path: Path
) -> None:
    late = make_video("late.mp4", [2.0 + number / 25 for number in range(50)])
    source = with_sound(late, tmp_path / "in.mkv", "aac")
    times_s = [time_s for time_s, _ in annotated(detector, judged, source, tmp_path / "out.mp4")]
    assert (times_s[0], times_s[-1]) == (pytest.approx(2.0, abs=0.05), pytest.approx(3.96, abs=0.05))
    assert loudness(tmp_path / "out.mp4")[1] == pytest.approx(4.0, abs=0.1)


def test_an_animation_that_ffmpeg_does_not_decode_is_copied_too(
    detector: Detector, judged: Analysis, tmp_path: Path
) -> None:
    images = [Image.new("RGB", (160, 96), colour) for colour in ("red", "lime", "blue")]
    images[0].save(tmp_path / "in.webp", save_all=True, append_images=images[1:], duration=[100, 300, 200])
    copy = annotated(detector, judged, tmp_path / "in.webp", tmp_path / "out.mp4")
    assert [time_s for time_s, _ in copy] == pytest.approx([0.0, 0.1, 0.4], abs=0.01)
    for (_, pixels), channel in zip(copy, range(3), strict=True):
        assert int(pixels[40, 80].argmax()) == channel
