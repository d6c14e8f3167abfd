"""Generate the tables and the example of README.md."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.tables import collection_table, speed_table, visitors_table
from detector.config import CHECKPOINTS
from detector.model.checkpoint import CheckpointCard, load_card

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "examples/manipulated.jpg"
_ROWS = (
    ("val", "all", "photos of seven sets, one face each"),
    ("val", "dfdc", "of these: DFDC"),
    ("dev", "all", "videos: FaceForensics++, DFM swaps, strong expressions, …"),
    ("dev", "FaceForensics++ (c40)", "of these: FaceForensics++ c40"),
    ("dev", "dfl", "of these: real-time DFM swaps"),
)
_SPEED_ROWS = ("1080p, 1 face", "720p, 10 s, 1 face", "1080p, 10 s, 4 faces", "1080p, 60 s, 1 face")


def accuracy_table(card: CheckpointCard) -> str:
    """Return the table of error rates of a card."""
    lines = [
        "| on | AUC (95 % interval) | genuine called fake | manipulated called fake | undecided |",
        "|---|---|---|---|---|",
    ]
    for part, group, name in _ROWS:
        figures = card.figures[part]
        if group not in figures["ranking"]:
            continue
        ranking = figures["ranking"][group]
        real, fake = ({**figures["grades"][group][label]} for label in ("real", "fake"))
        for grades in (real, fake):
            grades.pop("no_face", None)
        judged = sum(real.values()) + sum(fake.values())
        undecided = sum(grades.get(grade, 0) for grades in (real, fake) for grade in ("some signs", "undecided"))
        lines.append(
            f"| {name} | {ranking['auc']:.2f} ({ranking['low']:.2f} to {ranking['high']:.2f}) "
            f"| {real.get('signs', 0)} of {sum(real.values()):,} "
            f"| {fake.get('signs', 0)} of {sum(fake.values()):,} "
            f"| {undecided / judged:.0%} |"
        )
    return "\n".join(lines)


def short_speed_table(result: dict[str, Any]) -> str:
    """Return a short table of `speed` results."""
    lines = ["| what | ours, s | baseline, s | ratio |", "|---|---|---|---|"]
    for name, row in result["files"].items():
        if not name.endswith(_SPEED_ROWS):
            continue
        ours, baseline = (row[way]["judge_s"] + row[way]["explain_s"] for way in ("detector", "notebook"))
        what = name
        lines.append(f"| {what} | {ours:.2f} | {baseline:.2f} | {row['ratio']}x |")
    return "\n".join(lines)


def example() -> str:
    """Return the output of `scan` for the example, as a block of Markdown."""
    import cli

    with contextlib.redirect_stdout(io.StringIO()) as told:
        cli.main(["scan", EXAMPLE])
    return f"```text\n$ deepfake-detector scan {EXAMPLE}\n{told.getvalue()}```"


def newest_speed() -> Path:
    """Return the newest result of `speed`, by the date in its name."""
    return max(_speed_files())


def _speed_files() -> Iterator[Path]:
    return (ROOT / "benchmarks" / "results").glob("speed-????-??-??.json")


def _results(kind: str) -> list[dict[str, Any]]:
    files = sorted((ROOT / "benchmarks" / "results").glob(f"{kind}*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def performance_blocks() -> dict[str, str]:
    """Return the tables of docs/performance.md by name, from the results that are kept."""
    *earlier, newest = sorted(file.stem for file in _speed_files())
    return {
        "speed": speed_table(_results(newest)),
        "earlier": "\n\n".join(speed_table(_results(day)) for day in earlier),
        "collection": "\n\n".join(map(collection_table, _results("collection"))),
        "visitors": visitors_table(_results("visitors")),
    }


def readme() -> dict[str, str]:
    """Fill the marked blocks of README.md and docs/performance.md.

    Returns:
        Those of README.md by name.
    """
    blocks = {
        "example": example(),
        "accuracy": accuracy_table(load_card("default", CHECKPOINTS)),
        "speed": short_speed_table(json.loads(newest_speed().read_text(encoding="utf-8"))),
    }
    _fill(ROOT / "README.md", blocks)
    _fill(ROOT / "docs" / "performance.md", performance_blocks())
    return blocks


def _fill(file: Path, blocks: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for name, block in blocks.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda marks, block=block: f"{marks[1]}{block}\n{marks[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    file.write_text(text, encoding="utf-8")
