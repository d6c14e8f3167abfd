"""`python -m training`: from a folder of labelled pictures to a checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from detector.config import DetectorConfig
from detector.flags import add_checkpoint_flag, add_folder_flag
from training.data import prepare
from training.evaluate import evaluate, read_results
from training.export import export, settle
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

    judge = commands.add_parser("evaluate", help="judge every file of a split with a checkpoint")
    judge.add_argument("--split", required=True, help="val, dev, …: a value of the column `split`")
    judge.add_argument("--out", type=Path, required=True, help="CSV to write, one line a file")

    write = commands.add_parser("export", help="turn a finished student's run into a checkpoint")
    write.add_argument("--run", type=Path, required=True)
    write.add_argument("--terms", required=True, help="under what terms the weights may be used")

    settle_it = commands.add_parser("calibrate", help="set thresholds on val; write card and model card")
    settle_it.add_argument("--val", type=Path, required=True, help="what `evaluate` wrote for val")
    settle_it.add_argument("--dev", type=Path, required=True, help="… and for the clips, reported only")
    settle_it.add_argument("--measured-on", required=True, help="the val data in a few words")
    settle_it.add_argument(
        "--note", action="append", default=[], metavar="KEY=TEXT", help="for the card's `training`"
    )

    for command in (find, learn, judge):
        command.add_argument("--data", type=Path, required=True, help="folder that holds labels.csv")
    for command in (find, learn):
        command.add_argument(
            "--faces", type=Path, default=Path("runs/faces.csv"), help="what `prepare` writes and `fit` reads"
        )
    for command in (judge, write, settle_it):
        add_checkpoint_flag(command)
        add_folder_flag(command)

    args = parser.parse_args(argv)
    match args.command:
        case "prepare":
            prepare(args.data, args.faces, args.workers)
        case "fit":
            _fit(args)
        case "evaluate":
            config = DetectorConfig(checkpoint_folder=args.checkpoints)
            evaluate(args.checkpoint, config, args.data, args.split, args.out)
        case "export":
            card = export(args.run, args.checkpoint, args.checkpoints, terms=args.terms)
            print(f"wrote {card.name}, SHA-256 {card.sha256}")
        case "calibrate":
            card = settle(
                args.checkpoint,
                args.checkpoints,
                val=read_results(args.val),
                dev=read_results(args.dev),
                measured_on=args.measured_on,
                training=dict(note.split("=", 1) for note in args.note),
            )
            fitted = card.calibration
            print(f"fake from {fitted.threshold_fake:.3f}, real up to {fitted.threshold_real:.3f}")
    return 0


def _fit(args: argparse.Namespace) -> None:
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


if __name__ == "__main__":
    raise SystemExit(main())
