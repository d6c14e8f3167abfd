"""README's table of speed, from the JSON that the benchmarks wrote: no figure in it was typed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def speed_table(results: Sequence[dict[str, Any]]) -> str:
    """Markdown of one result of `speed`, and of one of `hour` where there is one."""
    by_kind = {result["benchmark"]: result for result in results}
    lines = [
        "| what | moments | ours, s | notebook way, s | ratio | judging alone | our peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in by_kind["speed"]["files"].items():
        ours, notebook = row["detector"], row["notebook"]
        lines.append(
            f"| {name} | {ours['moments']:.0f} | {ours['judge_s'] + ours['explain_s']:.2f} | "
            f"{notebook['judge_s'] + notebook['explain_s']:.2f} | {row['ratio']}x | "
            f"{row['ratio_judging_alone']}x | {ours['peak_mb']} |"
        )
    for depth in ("auto", "moments") if "hour" in by_kind else ():
        row = by_kind["hour"][depth]
        seconds = row["judge_s"] + row["explain_s"]
        lines.append(
            f"| clip 720p, one hour, 1 face, {depth} | {row['moments']:.0f} | {seconds:.0f} "
            f"| - | - | - | {row['peak_mb']} |"
        )
    lines += ["", "| stage | ms a moment | its floor, ms | times the floor |", "|---|---|---|---|"]
    for name, row in by_kind["speed"]["stages"].items():
        lines.append(f"| {name} | {row['ms_a_moment']} | {row['floor_ms']} | {row['times_floor']} |")
    return "\n".join(lines)
