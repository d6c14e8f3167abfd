"""Ways to make one logit of a person's many, compared: on whole videos, on videos of which a few seconds were
exchanged, and on a manipulated person among genuine ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from detector.verdict.calibration import Calibration, QualityOffsets
from training.evaluation.calibrate import calibrate
from training.evaluation.metrics import Row, judged_by, share_with_interval, summarise, weighted_aucs
from training.evaluation.video_scores import Pooling, Track, Video, pooled_by_detector, pooled_rows, video_logit

SPLICED_VIDEO_S = 30.0
SPLICE_S = 3.0
_PLACES = 4
"""Splices made of each pair of videos, at places drawn by chance."""
_PEOPLE = 4
_CROWDS = 4000
_RESAMPLES = 500
_FEWEST_FRAC = 0.5
"""A window from which more faces than this share are missing is not looked at."""

_Numbers = NDArray[np.float64]


def mean(track: Track) -> float:
    """Weighted mean of all faces."""
    return float(np.average(track.logits, weights=track.weights))


def median(track: Track) -> float:
    """Median of all faces, whatever their weights."""
    return float(np.median(track.logits))


def highest_share(share: float, track: Track) -> float:
    """Weighted mean of this share of the faces, rounded up: those with the highest logits."""
    chosen = np.argsort(-track.logits, kind="stable")[: max(1, int(np.ceil(share * len(track.logits))))]
    return float(np.average(track.logits[chosen], weights=track.weights[chosen]))


def highest(track: Track) -> float:
    """The highest logit, whatever its weight."""
    return float(track.logits.max())


def log_mean_exp(track: Track) -> float:
    """Logarithm of the weighted mean of exponentials: between the mean and the highest."""
    top = float(track.logits.max())
    return top + float(np.log(np.average(np.exp(track.logits - top), weights=track.weights)))


def highest_window(seconds: float, track: Track) -> float:
    """The highest weighted mean over any `seconds` of a track, over all of it where it is shorter.

    Windows begin at a face and lie wholly within the track; those with half of their faces missing are left out.
    """
    times_s, step_s = track.times_s, _step_s(track.times_s)
    sums, heavy = (
        np.concatenate([[0.0], np.cumsum(part)]) for part in (track.weights * track.logits, track.weights)
    )
    begin = np.arange(len(times_s))
    end = np.searchsorted(times_s, times_s + seconds - 1e-6)
    kept = times_s + seconds <= times_s[-1] + step_s + 1e-6
    kept &= (end - begin) * step_s > _FEWEST_FRAC * seconds
    begin, end = begin[kept], end[kept]
    if not len(begin):
        return mean(track)
    return float(((sums[end] - sums[begin]) / (heavy[end] - heavy[begin])).max())


POOLINGS: Mapping[str, Pooling] = {
    "mean": mean,
    "median": median,
    "highest 50 %": functools.partial(highest_share, 0.5),
    "highest 25 %": functools.partial(highest_share, 0.25),
    "highest 10 %": functools.partial(highest_share, 0.1),
    "highest": highest,
    "log-mean-exp": log_mean_exp,
    **{f"highest {s} s": functools.partial(highest_window, float(s)) for s in (1, 2, 3, 5, 10)},
    "detector": pooled_by_detector,
}


def _step_s(times_s: _Numbers) -> float:
    return float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0


def stretched(track: Track, seconds: float) -> Track:
    """A track of this length: cut off, or begun again from its start as often as it takes.

    Raises:
        ValueError: a track of a single moment has no length to repeat.
    """
    times_s = track.times_s - track.times_s[0]
    period_s = float(times_s[-1]) + _step_s(times_s)
    if period_s <= 0:
        raise ValueError("a track of a single moment cannot be repeated")
    rounds = int(np.ceil(seconds / period_s))
    repeated = np.concatenate([times_s + number * period_s for number in range(rounds)])
    kept = np.flatnonzero(repeated < seconds - 1e-6)
    return track.take(kept % len(times_s), repeated[kept])


def spliced(genuine: Track, other: Track, at_s: float, from_s: float, seconds: float = SPLICE_S) -> Track:
    """A track in which the seconds from `at_s` are another's from `from_s`, both counted from the first face."""
    times_s, others_s = genuine.times_s - genuine.times_s[0], other.times_s - other.times_s[0]
    kept = np.flatnonzero((times_s < at_s) | (times_s >= at_s + seconds))
    put = np.flatnonzero((others_s >= from_s) & (others_s < from_s + seconds))
    parts = genuine.take(kept, times_s[kept]), other.take(put, others_s[put] - from_s + at_s)
    joined = Track(
        times_s=np.concatenate([part.times_s for part in parts]),
        logits=np.concatenate([part.logits for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        widths_px=np.concatenate([part.widths_px for part in parts]),
    )
    order = np.argsort(joined.times_s, kind="stable")
    return joined.take(order, joined.times_s[order])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Splice:
    """A stretched genuine video, with seconds of a manipulated one in it or, without `other`, as it was."""

    genuine: str
    """File of the video."""
    other: str | None
    track: Track
    same_footage: bool = False


def footage_of(file: str) -> str | None:
    """Which footage a FaceForensics++ video shows, and how compressed, by its name; None for other names.

    >>> footage_of("videos/ffpp_Face2Face_c40_183_253.mp4"), footage_of("original_sequences/c40/videos/183.mp4")
    ('c40 183', 'c40 183')
    """
    compression = re.search(r"(?<![a-z0-9])(raw|c23|c40)(?![a-z0-9])", file)
    video = re.search(r"(?<!\d)(\d{3})(_\d{3})?\.\w+$", file)
    if not (compression and video):
        return None
    pair = re.search(r"(?<!\d)(\d{3})_\d{3}\.\w+$", file)
    return f"{compression[1]} {(pair or video)[1]}"


def make_splices(videos: Iterable[Video], seed: int = 0) -> list[Splice]:
    """Every manipulated video spliced into every genuine one, beside the genuine ones as they were.

    Only videos of one person: which of several was manipulated is not known.

    Args:
        videos: judged ones of both labels.
        seed: of the places.
    """
    alone = [video for video in videos if len(video.weighty) == 1]
    genuine = {
        video.file: stretched(video.weighty[0], SPLICED_VIDEO_S) for video in alone if video.label == "real"
    }
    splices = [Splice(genuine=file, other=None, track=track) for file, track in genuine.items()]
    rng = np.random.default_rng(seed)
    for file, fake in product(genuine, [video for video in alone if video.label == "fake"]):
        track = fake.weighty[0]
        length_s = float(track.times_s[-1] - track.times_s[0])
        same = footage_of(file) is not None and footage_of(file) == footage_of(fake.file)
        for _ in range(_PLACES):
            at_s = rng.uniform(0, SPLICED_VIDEO_S - SPLICE_S)
            from_s = rng.uniform(0, max(0.0, length_s - SPLICE_S))
            put = spliced(genuine[file], track, at_s, from_s)
            splices.append(Splice(genuine=file, other=fake.file, track=put, same_footage=same))
    return splices


def compare(
    videos: Sequence[Video],
    stills: Sequence[Video] = (),
    seed: int = 0,
    poolings: Mapping[str, Pooling] = POOLINGS,
) -> dict[str, Row]:
    """Every pooling on whole videos, splices and crowds.

    Args:
        videos: judged ones of both labels.
        stills: moving stills. Each pooling gets its own operating point from them, by the rule for images;
            without them the figures that need thresholds are left out.
        seed: of the splices and crowds.
        poolings: what is compared, by name.

    Returns:
        By pooling: `videos` as `summarise` gives it; `splices` and `crowd` with AUC and interval; of each, if
        there are stills, how many were called fake; `against the detector` as `gain` gives it.
    """
    splices = make_splices(videos, seed)
    compared = {}
    for name, pooling in poolings.items():
        calibration = calibrate(pooled_rows(stills, pooling), QualityOffsets()).calibration if stills else None
        rows = pooled_rows(videos, pooling)
        figures: Row = {"videos": summarise(judged_by(rows, calibration or Calibration()))}
        if calibration is None:
            del (
                figures["videos"]["grades"],
                figures["videos"]["probabilities"],
                figures["videos"]["false_alarms"],
            )
        figures["videos"]["above all genuine"] = above_all_genuine(rows)
        alone = {video.file for video in videos if len(video.weighty) == 1}
        figures["crowd"] = crowds([row for row in rows if row["file"] in alone], calibration, seed)
        figures["splices"] = spliced_figures(splices, pooling, calibration)
        figures["against the detector"] = gain(videos, splices, pooling, pooled_by_detector)
        if calibration is not None:
            figures["calibration"] = asdict(calibration)
        compared[name] = figures
    return compared


def above_all_genuine(rows: Sequence[Row]) -> Row:
    """How many manipulated videos lie above every genuine one: what no false alarm here would leave."""
    real, fake = (
        [row["logit"] for row in rows if row["label"] == label and row["logit"] is not None]
        for label in ("real", "fake")
    )
    return share_with_interval(sum(logit > max(real) for logit in fake), len(fake))


def spliced_figures(splices: Sequence[Splice], pooling: Pooling, calibration: Calibration | None) -> Row:
    """AUC of splices against the videos they were made of, and how many are called fake; intervals by drawing
    genuine and manipulated videos anew, never single splices.

    Returns:
        By `any` and `same footage`.
    """
    logits = np.array([pooling(splice.track) for splice in splices])
    figures = {}
    for name, chosen in (
        ("any", np.arange(len(splices))),
        ("same footage", np.flatnonzero([s.other is None or s.same_footage for s in splices])),
    ):
        kept = [splices[index] for index in chosen]
        if not any(splice.other for splice in kept):
            continue
        labels = np.array([splice.other is not None for splice in kept], int)
        figures[name] = _clustered(kept, labels, logits[chosen])
        if calibration is not None:
            called = np.array([calibration.probability(x) >= calibration.threshold_fake for x in logits[chosen]])
            figures[name] |= {
                "called fake": round(float(called[labels == 1].mean()), 3),
                "genuine called fake": f"{int(called[labels == 0].sum())} of {int((labels == 0).sum())}",
            }
    return figures


def _clustered(splices: Sequence[Splice], labels: NDArray[np.int_], logits: _Numbers) -> Row:
    low, high = np.nanpercentile(weighted_aucs(labels, logits, _drawn_anew(splices)), [2.5, 97.5])
    auc = weighted_aucs(labels, logits, np.ones((1, len(splices)), int))[0]
    return {
        "auc": round(float(auc), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "splices": int(labels.sum()),
        "genuine": int((1 - labels).sum()),
    }


def _drawn_anew(splices: Sequence[Splice]) -> NDArray[np.int_]:
    """How often each splice counts when genuine and manipulated videos are drawn anew: (resamples, splices)."""
    rng, times = np.random.default_rng(0), np.ones((_RESAMPLES, len(splices)), int)
    for files in ([splice.genuine for splice in splices], [splice.other or "" for splice in splices]):
        known = sorted(set(files) - {""})
        at = np.array([known.index(file) if file else -1 for file in files])
        drawn = rng.multinomial(len(known), np.full(len(known), 1 / len(known)), size=_RESAMPLES)
        times *= np.where(at >= 0, drawn[:, at], 1)
    return times


def gain(videos: Sequence[Video], splices: Sequence[Splice], pooling: Pooling, reference: Pooling) -> Row:
    """By how much one pooling's AUC is above another's, with the interval of the difference: both on the same
    videos drawn anew.

    Returns:
        `videos` and, with splices, `splices`.
    """
    rows = [
        (int(video.label == "fake"), video_logit(video, pooling), video_logit(video, reference))
        for video in videos
        if video.tracks
    ]
    files = np.random.default_rng(0).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=_RESAMPLES)
    gains = {"videos": _difference(*(np.array(part) for part in zip(*rows, strict=True)), files)}
    if any(splice.other for splice in splices):
        labels = np.array([splice.other is not None for splice in splices], int)
        one, other = (np.array([pool(splice.track) for splice in splices]) for pool in (pooling, reference))
        gains["splices"] = _difference(labels, one, other, _drawn_anew(splices))
    return gains


def _difference(labels: NDArray[np.int_], one: _Numbers, other: _Numbers, times: NDArray[np.int_]) -> Row:
    once = np.ones((1, len(labels)), int)
    drawn, found = (weighted_aucs(labels, one, by) - weighted_aucs(labels, other, by) for by in (times, once))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"difference": round(float(found[0]), 3), "low": round(float(low), 3), "high": round(float(high), 3)}


def crowds(rows: Sequence[Row], calibration: Calibration | None, seed: int = 0) -> Row:
    """One manipulated person among four, against four genuine ones: a crowd's logit is the highest of its people.

    Args:
        rows: videos of one person each with their logits.
        calibration: with it, the shares of crowds called fake.
        seed: of who meets whom.

    Returns:
        AUC with its interval over videos drawn anew, and the shares; nothing without four genuine videos.
    """
    real, fake = (
        np.array([row["logit"] for row in rows if row["label"] == label and row["logit"] is not None])
        for label in ("real", "fake")
    )
    if len(real) < _PEOPLE or not len(fake):
        return {}
    rng = np.random.default_rng(seed)
    genuine, one_fake = _crowds(real, fake, rng)
    draws = []
    for _ in range(_RESAMPLES):
        drawn = _crowds(rng.choice(real, len(real)), rng.choice(fake, len(fake)), rng, _CROWDS // 10)
        draws.append(_share_above(*drawn))
    low, high = np.percentile(draws, [2.5, 97.5])
    figures: Row = {"auc": _share_above(genuine, one_fake), "low": float(low), "high": float(high)}
    if calibration is not None:
        for name, logits in (("called fake", one_fake), ("genuine called fake", genuine)):
            called = [calibration.probability(logit) >= calibration.threshold_fake for logit in logits.tolist()]
            figures[name] = float(np.mean(called))
    return {key: round(value, 3) for key, value in figures.items()}


def _crowds(
    real: _Numbers, fake: _Numbers, rng: np.random.Generator, count: int = _CROWDS
) -> tuple[_Numbers, _Numbers]:
    """The highest logits of genuine crowds, and of those in which one is replaced by a manipulated person."""
    everybody = np.tile(real, (count, 1))
    people = rng.permuted(everybody, axis=1)[:, :_PEOPLE]
    among = rng.permuted(everybody, axis=1)[:, : _PEOPLE - 1]
    return people.max(1), np.maximum(among.max(1), rng.choice(fake, count))


def _share_above(real: _Numbers, fake: _Numbers) -> float:
    labels = np.repeat([0, 1], [len(real), len(fake)])
    return float(weighted_aucs(labels, np.r_[real, fake], np.ones((1, len(labels)), int))[0])


def table(compared: Mapping[str, Row]) -> str:
    """The comparison in Markdown."""
    lines = [
        "| pooling | videos: AUC | above all genuine | splices, same footage | splices, any | one of four "
        "| above the detector's: videos | … splices |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, figures in compared.items():
        cells = [
            _cell(figures["videos"]["ranking"].get("all")),
            "{count} of {of}".format(**figures["videos"]["above all genuine"]),
            *(_cell(figures["splices"].get(kind)) for kind in ("same footage", "any")),
            _cell(figures["crowd"]),
            *(_gained(figures["against the detector"].get(kind)) for kind in ("videos", "splices")),
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    if all("calibration" in figures for figures in compared.values()):
        lines += [
            "",
            "| pooling | `fake` from logit | genuine: signs, some, undecided, none | manipulated: the same | "
            "splices called fake: same footage, any | genuine 30 s called fake | one of four, none of four |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [f"| {name} | " + " | ".join(_outcomes(figures)) + " |" for name, figures in compared.items()]
    return "\n".join(lines)


def _cell(figures: Row | None) -> str:
    return "{auc:.3f} ({low:.3f} to {high:.3f})".format(**figures) if figures else "-"


def _gained(figures: Row | None) -> str:
    return "{difference:+.3f} ({low:+.3f} to {high:+.3f})".format(**figures) if figures else "-"


def _outcomes(figures: Row) -> list[str]:
    fitted = Calibration(**figures["calibration"])
    odds = np.log(fitted.threshold_fake / (1 - fitted.threshold_fake)) if fitted.threshold_fake < 1 else np.inf
    counts = figures["videos"]["grades"]["all"]
    splices, crowd = figures["splices"], figures["crowd"]
    return [
        f"{(odds - fitted.intercept) / fitted.slope:.2f}",
        *(
            ", ".join(
                str(counts[label].get(said, 0)) for said in ("signs", "some signs", "undecided", "none found")
            )
            for label in ("real", "fake")
        ),
        ", ".join(f"{splices[kind]['called fake']:.0%}" for kind in ("same footage", "any") if kind in splices),
        splices["any"]["genuine called fake"] if "any" in splices else "-",
        f"{crowd['called fake']:.0%}, {crowd['genuine called fake']:.0%}" if crowd else "-",
    ]
