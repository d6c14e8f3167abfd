"""Write the model card from the figures of `card.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detector.model.checkpoint import CheckpointCard
from detector.types import Grade, GradeRate

_GRADES = ("signs", "some signs", "undecided", "none found")


def model_card(card: CheckpointCard) -> str:
    """Return Markdown, after Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019)."""
    calibration = card.calibration
    val, dev = card.figures["val"], card.figures["dev"]
    return "\n".join(
        [
            f"# Model card: {card.name}",
            "",
            f"{card.architecture} (facenet-pytorch's class, one logit, fake positive), {card.input.size_px} px, "
            f"MTCNN crops with {card.input.margin_frac:.1%} margin a side, RGB "
            f"`(x - {card.input.pixel_mean}) / {card.input.pixel_std}`.",
            *_second_network(card),
            *_second_crop(card),
            "",
            f"Use: {card.licence}",
            "",
            "## How it was made",
            "",
            *(f"- {key.replace('_', ' ')}: {value}" for key, value in card.training.items()),
            "",
            "## Operating point",
            "",
            f"`fake` from {calibration.threshold_fake:.3f}, `real` up to {calibration.threshold_real:.3f}, in "
            f"between undecided. On {card.measured_on}, {card.false_alarm_rate:.1%} of genuine faces were called "
            f"fake and {card.miss_rate:.1%} of manipulated faces were called real; {card.undecided_rate:.1%} of "
            "all were left open. These rates, and all of val below, come from ten folds: each tenth was judged "
            "by thresholds set on the other nine.",
            "",
            *_offsets(card),
            *_rates(card),
            *_videos(card),
            "",
            "## Val: images, one face each",
            "",
            *_ranking(val),
            *_detection(val),
            *_probabilities(val),
            *_grades(val),
            "## Dev: whole videos",
            "",
            *_ranking(dev),
            *_detection(dev),
            *_probabilities(dev),
            *_grades(dev),
            *_changed(card.figures),
            *_left_out(card.figures),
            "## False alarms, by who and how",
            "",
            "Genuine images of val called fake, with 95 % Wilson intervals.",
            "",
            *_table(
                ("on", "called fake", "of", "share", "95 % interval"),
                (
                    (on, row["count"], row["of"], f"{row['share']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}")
                    for on, row in val["false_alarms"].items()
                ),
            ),
            "## What it cannot see",
            "",
            "- Wholly generated videos, and generators unlike those it was trained on.",
            "- Voices, captions, the scene around a face.",
            "- Tiny, blurred or heavily compressed faces: the tables by width and compression say how much.",
            "- The difference between manipulation and a beauty filter or retouching, which may look alike to it.",
            "",
            "Its rates hold for the data named above and nothing else.",
            "",
        ]
    )


def _second_network(card: CheckpointCard) -> list[str]:
    if card.second is None:
        return []
    first, second = card.second.factors
    return [
        f"The same crops are judged by {card.second.architecture}, also with one logit; a face's logit is "
        f"{first:.3g} times the first network's plus {second:.3g} times the second's. Heatmaps explain the first "
        "one alone."
    ]


def _second_crop(card: CheckpointCard) -> list[str]:
    if card.input.mirrored_margin_frac is None:
        return []
    return [
        "",
        f"The logit of a face in an image is the mean of this crop and of a mirrored one with "
        f"{card.input.mirrored_margin_frac:.1%} margin a side; in a video each face is judged once.",
    ]


def _videos(card: CheckpointCard) -> list[str]:
    videos = card.videos
    if videos is None:
        return ["Videos are judged by the same thresholds; none were set for them."]
    point = videos.calibration
    return [
        f"Videos have thresholds of their own: `fake` from {point.threshold_fake:.3f}, `real` up to "
        f"{point.threshold_real:.3f}. On {videos.measured_on}, {videos.false_alarm_rate:.1%} of genuine ones were "
        f"called fake, {videos.miss_rate:.1%} of manipulated ones real, {videos.undecided_rate:.1%} were left "
        "open (ten folds again). Stills do not blink or speak: genuine footage varies more, so its rate is higher "
        "than theirs.",
        "",
        *_grade_table(videos.grade_rates),
    ]


def _offsets(card: CheckpointCard) -> list[str]:
    """Table of the offsets by image detail."""
    quality = card.quality
    if not any(quality.offsets):
        return []
    points = [f"{detail:.2f}" for detail in quality.details]
    return [
        "From each logit an offset for the image detail of the crop (base-10 logarithm of the variance of the "
        "Laplacian) is subtracted first, so that the 1 % false-alarm threshold lies at about the same place for "
        "every detail. Between two rows the offset is linear, beyond them constant.",
        "",
        *_table(("detail", "offset"), zip(points, (f"{offset:+.2f}" for offset in quality.offsets), strict=True)),
    ]


def _rates(card: CheckpointCard) -> list[str]:
    return ["How often each grade is given to an image (ten folds):", "", *_grade_table(card.grade_rates)]


def _grade_table(rates: Mapping[Grade, GradeRate]) -> list[str]:
    rows = ((grade, f"{rate.genuine:.1%}", f"{rate.manipulated:.1%}") for grade, rate in rates.items())
    return _table(("grade", "of genuine", "of manipulated"), rows)


def _detection(figures: Mapping[str, Any]) -> list[str]:
    """Table of detection rates at low false-alarm rates."""
    rows = []
    for on, by_rate in figures.get("detection", {}).items():
        cells = [f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})" for row in by_rate.values()]
        rows.append((on, *cells, next(iter(by_rate.values()))["of"]))
    if not rows:
        return []
    note = (
        "Share of the manipulated files found where 1 % and 5 % of the genuine files of the same source are "
        "flagged, with 95 % Wilson intervals. The thresholds are those of the source itself: this measures the "
        "ranking."
    )
    return [*_table(("on", "found at 1 %", "found at 5 %", "of"), rows), note, ""]


def _ranking(figures: Mapping[str, Any]) -> list[str]:
    rows = (
        (on, f"{row['auc']:.3f}", f"{row['low']:.3f} to {row['high']:.3f}", row["real"], row["fake"])
        for on, row in figures["ranking"].items()
    )
    note = "Groups with fewer than three files of either kind have no AUC."
    return [*_table(("on", "AUC", "95 % interval", "real", "fake"), rows), note, ""]


def _probabilities(figures: Mapping[str, Any]) -> list[str]:
    keys = ("equal_error_rate", "log_loss", "brier", "calibration_error")
    rows = ((on, *(f"{row[key]:.3f}" for key in keys)) for on, row in figures["probabilities"].items())
    return _table(("on", "equal error rate", "log-loss", "Brier score", "calibration error (15 bins)"), rows)


def _grades(figures: Mapping[str, Any]) -> list[str]:
    rows = (
        (source, label, *(counts.get(key, 0) for key in (*_GRADES, "no_face")))
        for source, by_label in figures["grades"].items()
        for label, counts in by_label.items()
        if counts
    )
    return _table(("source", "label", *_GRADES, "no face"), rows)


def _left_out(figures: Mapping[str, Any]) -> list[str]:
    rows = [
        (source, row["count"], row["of"], f"{row['share']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}")
        for source, row in figures.get("sources left out", {}).items()
    ]
    if not rows:
        return []
    head = ("source", "called fake", "of", "share", "95 % interval")
    return ["## Genuine images of a source that the thresholds never saw", "", *_table(head, rows)]


def _changed(figures: Mapping[str, Any]) -> list[str]:
    """Table of the effect of image changes on ranking and outcome."""
    rows = [
        (name, on, row["auc"], f"{row['low']} to {row['high']}", f"{of['before'][on]['auc'] - row['auc']:+.3f}")
        for name, of in figures["changed"].items()
        for on, row in of["ranking"].items()
        if on in of["before"] and ":" not in on and on != "all"
    ]
    if not rows:
        return []
    stability = (
        (
            name,
            f"{of['another outcome']['share']:.1%}",
            f"{of['turned over']['share']:.1%}",
            of["turned over"]["of"],
        )
        for name, of in figures["changed"].items()
    )
    return [
        "## Val after a change",
        "",
        "The same images before and after: JPEG quality 40, half the size and back, H.264 CRF 35; mirrored, nine "
        "tenths of the size, JPEG 95, JPEG 90 and then 80, a black border.",
        "",
        *_table(("change", "on", "AUC", "95 % interval", "lost"), rows),
        *_table(("change", "another outcome", "from fake to real or back", "of"), stability),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines, ""]
