"""Generate the tables and the example of README.md."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.tables import speed_table, table
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
    return table("accuracy", card.figures, _ROWS)


def short_speed_table(result: dict[str, Any]) -> str:
    """Return a short table of `speed` results."""
    return table("speed_in_short", result, _SPEED_ROWS)


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
        "float32": speed_table(_results("float32")),
        "earlier": "\n\n".join(speed_table(_results(day)) for day in earlier),
        "collection": "\n\n".join(table("collection", result) for result in _results("collection")),
        "visitors": table("visitors", _results("visitors")),
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
