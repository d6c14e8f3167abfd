"""`python -m benchmarks`: run a benchmark, print JSON and write it to `--out`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from batch.local import cores
from benchmarks.speed import hour, run_one, speed
from benchmarks.tables import speed_table, table


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")

    timer = commands.add_parser("speed", help="time and memory beside the notebook way")
    timer.add_argument("--repeats", type=int, default=3)
    timer.add_argument("--rows", default="", metavar="REGEX", help="rows to measure; --out keeps its others")

    timer.add_argument("--precision", choices=("fp32", "bf16"), help="of the classifier; default: the faster one")

    pointer = commands.add_parser("explanations", help="do the maps point at what was altered?")
    pointer.add_argument("--data", type=Path, required=True, help="folder that holds labels.csv")
    pointer.add_argument("--count", type=int, default=60, help="faces of each kind")
    pointer.add_argument("--seed", type=int, default=0)

    long = commands.add_parser("hour", help="time and memory of one hour of 720p")

    tables = commands.add_parser("table", help="Markdown of what `speed` and `hour`, or `explanations`, wrote")
    tables.add_argument("results", type=Path, nargs="+", metavar="FILE.json")

    one = commands.add_parser("speed-one", help="one way on one file, as `speed` runs it")
    one.add_argument("way", choices=("detector", "notebook"))
    one.add_argument("file", type=Path)
    one.add_argument("--repeats", type=int, default=3)
    one.add_argument("--depth", choices=("auto", "moments"), default="moments")
    one.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")

    crowd = commands.add_parser("visitors", help="many visitors of the page at once: answers, waits, memory")
    crowd.add_argument("--count", type=int, default=50)
    crowd.add_argument("--video-s", type=int, default=0, help="seconds of a video that one more sends first")
    many = commands.add_parser("collection", help="many small files: processes compared, a run killed and resumed")
    many.add_argument("--count", type=int, default=2000)
    many.add_argument("--kills", type=int, default=3, help="0: no run is killed and resumed")
    many.add_argument("--videos", action="store_true", help="videos of 10 s instead of images")
    many.add_argument("--workers", type=int, nargs="*", default=[1, cores()], help="numbers to compare")

    commands.add_parser("readme", help="write the tables and the example of README.md anew")
    mutations = commands.add_parser("fuzz", help="mutated media files: untyped errors, memory, time")
    mutations.add_argument("--media", type=int, default=5000, help="files")
    mutations.add_argument("--seed", type=int, default=0)
    mutations.add_argument("--keep", type=Path, help="folder for files that broke a bound")
    for command in (timer, long, pointer, crowd, mutations, many):
        command.add_argument("--out", type=Path, help="JSON file to write")

    args = parser.parse_args(argv)
    if args.command == "speed-one":
        print(json.dumps(run_one(args.way, args.file, args.repeats, args.depth, args.precision)))
        return 0
    if args.command == "table":
        results = [json.loads(file.read_text()) for file in args.results]
        kind = results[0]["benchmark"]
        of_each = kind in ("explanations", "collection")
        print("\n\n".join(table(kind, result) for result in results) if of_each else speed_table(results))
        return 0
    if args.command == "readme":
        from benchmarks.readme import readme

        print("\n\n".join(readme().values()))
        return 0
    # Imported late, so that memory measurements do not include it.
    if args.command == "explanations":
        from benchmarks.explanations import explanations

        result = explanations(args.data, args.count, args.seed)
    elif args.command == "collection":
        from benchmarks.collection import collection

        result = collection(args.count, args.kills, tuple(args.workers), videos=args.videos)
    elif args.command == "fuzz":
        from benchmarks.fuzz import fuzz

        result = fuzz(args.media, args.seed, args.keep)
    elif args.command == "visitors":
        from benchmarks.visitors import visitors

        result = visitors(args.count, args.video_s)
    else:
        kept = (
            json.loads(args.out.read_text())
            if args.command == "speed" and args.out and args.out.exists()
            else None
        )
        result = hour() if args.command == "hour" else speed(args.repeats, args.rows, kept, args.precision)
    text = json.dumps(result, indent=2)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
