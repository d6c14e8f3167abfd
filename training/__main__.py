"""`python -m training`: from a folder of labelled pictures to a checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.data import prepare
from training.fit import FitSettings, fit


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")

    find = commands.add_parser("prepare", help="find the face in every labelled picture, once")
    find.add_argument("--workers", type=int, default=2)

    learn = commands.add_parser("fit", help="train a network; run it again to continue where it stopped")
    learn.add_argument("network", choices=("teacher", "student"))
    learn.add_argument("--run", type=Path, required=True, help="folder of this run")
    learn.add_argument("--steps", type=int, required=True)
    learn.add_argument("--size-px", type=int, default=FitSettings.size_px)
    learn.add_argument("--learning-rate", type=float, default=FitSettings.learning_rate)
    learn.add_argument("--seed", type=int, default=FitSettings.seed)
    learn.add_argument("--imagenet", type=Path, help="ImageNet weights a teacher starts from")
    learn.add_argument("--teacher", type=Path, help="finished run of the teacher a student follows")
    learn.add_argument("--start", type=Path, help="earlier run of the same network to start from")

    for command in (find, learn):
        command.add_argument("--data", type=Path, required=True, help="folder that holds labels.csv")
        command.add_argument(
            "--faces", type=Path, default=Path("runs/faces.csv"), help="what `prepare` writes and `fit` reads"
        )

    args = parser.parse_args(argv)
    if args.command == "prepare":
        prepare(args.data, args.faces, args.workers)
    elif args.command == "fit":
        settings = FitSettings(
            network=args.network,
            steps=args.steps,
            size_px=args.size_px,
            learning_rate=args.learning_rate,
            seed=args.seed,
        )
        fit(
            settings,
            data=args.data,
            faces_file=args.faces,
            run=args.run,
            imagenet=args.imagenet,
            teacher_run=args.teacher,
            start_run=args.start,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
