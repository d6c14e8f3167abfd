"""`python -m benchmarks`: prints JSON, and writes it where `--out` says."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.faces import faces
from benchmarks.speed import run_one, speed


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")

    finder = commands.add_parser("faces", help="how many faces are missed in pictures that show one")
    finder.add_argument("--data", type=Path, required=True, help="folder that holds labels.csv")
    finder.add_argument("--source", default="dfdc")
    finder.add_argument("--split", default="val")
    finder.add_argument("--count", type=int, default=400)
    finder.add_argument("--seed", type=int, default=0)

    timer = commands.add_parser("speed", help="time and memory beside the notebook way")
    timer.add_argument("--repeats", type=int, default=3)

    one = commands.add_parser("speed-one", help="one way on one file, as `speed` runs it")
    one.add_argument("way", choices=("detector", "notebook"))
    one.add_argument("file", type=Path)
    one.add_argument("--repeats", type=int, default=3)
    for command in (finder, timer):
        command.add_argument("--out", type=Path, help="JSON file to write")

    args = parser.parse_args(argv)
    if args.command == "speed-one":
        print(json.dumps(run_one(args.way, args.file, args.repeats)))
        return 0
    if args.command == "faces":
        result = faces(args.data, args.source, args.split, args.count, args.seed)
    else:
        result = speed(args.repeats)
    text = json.dumps(result, indent=2)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
