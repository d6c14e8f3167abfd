"""Generate the Markdown tables of README and docs from benchmark results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def speed_table(results: Sequence[dict[str, Any]]) -> str:
    """Return the table of a `speed` result, with one of `hour` if given."""
    by_kind = {result["benchmark"]: result for result in results}
    measured = by_kind["speed"]
    processor, precision = measured.get("processor", "AMD EPYC, 2 threads"), measured.get("precision", "bf16")
    lines = [
        f"{processor}; faces judged in {precision}:",
        "",
        "| what | moments | ours, s | baseline, s | ratio | in processor time | judging alone | our peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in measured["files"].items():
        ours, notebook = row["detector"], row["notebook"]
        lines.append(
            f"| {name} | {ours['moments']:.0f} | {ours['judge_s'] + ours['explain_s']:.2f} | "
            f"{notebook['judge_s'] + notebook['explain_s']:.2f} | {row['ratio']}x | "
            f"{row.get('ratio_processor', '-')} | {row['ratio_judging_alone']}x | {ours['peak_mb']} |"
        )
    for depth in ("auto", "moments") if "hour" in by_kind else ():
        row = by_kind["hour"][depth]
        seconds = row["judge_s"] + row["explain_s"]
        lines.append(
            f"| video 720p, one hour, 1 face, {depth} | {row['moments']:.0f} | {seconds:.0f} "
            f"| - | - | - | - | {row['peak_mb']} |"
        )
    if "stages" not in measured:
        return "\n".join(lines)
    lines += ["", "| stage | ms a moment | its floor, ms | times the floor |", "|---|---|---|---|"]
    for name, row in measured["stages"].items():
        lines.append(f"| {name} | {row['ms_a_moment']} | {row['floor_ms']} | {row['times_floor']} |")
    return "\n".join(lines)


def collection_table(result: dict[str, Any]) -> str:
    """Markdown of what `collection` wrote."""
    parts = []
    if result["runs"]:
        lines = [
            f"{result['processor']}; {result['kind']}; load of other programs {result['load_of_others']}:",
            "",
            "| processes | files | wall s | files a second | processor ms a file | rows |",
            "|---|---|---|---|---|---|",
        ]
        for workers, row in result["runs"].items():
            lines.append(
                f"| {workers} | {result['files']} | {row['wall_s']} | {row['files_a_second']} "
                f"| {row['processor_ms_a_file']} | {row['rows']} |"
            )
        parts.append("\n".join(lines))
    if resumed := result.get("resumed"):
        parts.append(
            f"{result['files']:,} {result['kind']}, killed {resumed['killed']} times and run again: "
            f"{resumed['rows']:,} rows for {resumed['files']:,} files, "
            f"{resumed['from_earlier_runs']:,} of them from the killed runs."
        )
    return "\n\n".join(parts)


def visitors_table(results: Sequence[dict[str, Any]]) -> str:
    """Markdown of what runs of `visitors` wrote."""
    lines = [
        "| images | beside | answered | told to come back | another's answer | median s | longest s | server MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        video, memory = result["video"], result["server_mb"]
        beside = f"a video of {video['length_s']} s, answered after {video['seconds']:.0f} s" if video else "-"
        lines.append(
            f"| {result['count']} | {beside} | {result['answered']} | {result['told_to_wait']} "
            f"| {result['crossed']} | {result['median_s']} | {result['longest_s']} "
            f"| {memory['before']} to {memory['peak']} |"
        )
    return "\n".join(lines)


def explanations_table(result: dict[str, Any]) -> str:
    """Return the tables of an `explanations` result: faces called fake, then each kind with all metrics."""
    kinds = ("self-blends", "DFDC twins")
    heads = ("map", "energy inside", "times the centre", "fall, top tenth", "fall, elsewhere", "ratio", "permuted")
    lines = [_row(*heads), _row(*["---"] * len(heads))]
    centre = _of_flagged([result[kind]["rows"]["control: centre"] for kind in kinds], "energy_inside")
    for name in result[kinds[0]]["rows"]:
        rows = [result[kind]["rows"][name] for kind in kinds]
        energy, top, other = (_of_flagged(rows, key) for key in ("energy_inside", "top_fall", "random_fall"))
        permuted = [row["rank_correlation_permuted"] for row in rows if "rank_correlation_permuted" in row]
        lines.append(
            _row(
                f"**{name}** (shown)" if name == result["shown"] else name,
                f"{energy:.2f}",
                f"{energy / centre:.2f}",
                f"{top:.2f}",
                f"{other:.2f}",
                f"{top / other:.1f}",
                f"{sum(permuted) / len(permuted):.2f}" if permuted else "-",
            )
        )
    for kind in kinds:
        lines += ["", *_kind_table(kind, result[kind])]
    cost = result["cost"]
    lines += [
        "",
        f"Judging a face takes {cost['judge_ms']} ms, explaining it {cost['explain_ms']} ms more: "
        f"{cost['explain_over_judging']} times as long.",
    ]
    return "\n".join(lines)


def _kind_table(kind: str, part: dict[str, Any]) -> list[str]:
    columns = {
        "energy inside": "energy_inside",
        "pointing game": "pointing_game",
        "IoU": "iou",
        "fall, top tenth": "top_fall",
        "fall, elsewhere": "random_fall",
        "deletion": "deletion_fall",
        "insertion": "insertion_rise",
        "permuted": "rank_correlation_permuted",
        "top permuted": "rank_correlation_top_permuted",
    }
    called = ("times the centre, called fake", "top over elsewhere, called fake")
    lines = [
        f"{kind}: {part['faces']} faces, {part['flagged']} of them called fake; "
        f"{part['altered_share']:.0%} of a crop is altered.",
        "",
        _row("map", *columns, *called),
        _row(*["---"] * (1 + len(columns) + len(called))),
    ]
    for name, row in part["rows"].items():
        cells = [f"{row[key]:.2f}" if key in row else "-" for key in columns.values()]
        flagged = row["flagged"]
        cells += [f"{flagged['energy_over_centre']:.2f}", f"{flagged['top_over_random']:.1f}"]
        lines.append(_row(name, *cells))
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _of_flagged(rows: Sequence[dict[str, Any]], key: str) -> float:
    """Return the mean over kinds, which have equal numbers of flagged faces."""
    return float(sum(row["flagged"][key] for row in rows) / len(rows))
