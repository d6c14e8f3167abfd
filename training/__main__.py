"""`python -m training`: from folders of labelled images and videos to a checkpoint."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from detector.config import DetectorConfig
from detector.config_flags import add_checkpoint_flag, add_folder_flag, frame_count
from detector.model.checkpoint import VideoOperatingPoint
from detector.pipeline import Detector
from training.datasets.face_index import prepare
from training.datasets.labels import read_faces
from training.datasets.reconstruct import reconstruct_faces
from training.evaluation.calibrate import video_block
from training.evaluation.evaluate import CHANGES, ModelSource, evaluate, read_results
from training.evaluation.heatmap_scale import HEATMAP_FACES, measure_heatmap_scale
from training.evaluation.metrics import auc_with_interval
from training.evaluation.synthetic_videos import choose_faces, score_stills
from training.fitting.fit import FitSettings, fit
from training.recipe import run_recipe
from training.release.export import add_second, calibrate_checkpoint, export


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    match args.command:
        case "prepare":
            prepare(args.data, args.faces, workers=args.workers, frames_per_video=args.frames_per_video)
        case "fit":
            _fit(args)
        case "evaluate":
            model = ModelSource(checkpoint=args.checkpoint, folder=args.checkpoints, run=args.run)
            options = {"source": args.source, "changed": args.changed, "most": args.most, "workers": args.workers}
            evaluate(model, args.data, args.split, args.out, **options)
            _print_ranking(args.out)
        case "export":
            card = export(args.run, args.checkpoint, args.checkpoints, terms=args.terms)
            print(f"wrote {card.name}, SHA-256 {card.sha256}")
        case "second":
            card = add_second(args.run, args.checkpoint, args.checkpoints, factors=tuple(args.factors))
            print(f"added a second network to {card.name}; calibrate it anew")
        case "calibrate":
            card = calibrate_checkpoint(
                args.checkpoint,
                args.checkpoints,
                val=read_results(args.val),
                dev=read_results(args.dev),
                changed={name: read_results([Path(file)]) for name, file in args.changed},
                measured_on=args.measured_on,
                training=dict(args.note),
                sources=args.sources,
                videos=VideoOperatingPoint(**json.loads(args.videos.read_text())) if args.videos else None,
            )
            fitted = card.calibration
            print(f"fake from {fitted.threshold_fake:.3f}, real up to {fitted.threshold_real:.3f}")
        case "score-videos":
            model = ModelSource(checkpoint=args.checkpoint, folder=args.checkpoints)
            options = {"only_videos": True, "max_frames": args.frames, "workers": args.workers}
            evaluate(model, args.data, args.split, args.out, **options)
            _print_ranking(args.out)
        case "calibrate-videos":
            _calibrate_videos(args)
        case "heatmap":
            config = DetectorConfig(checkpoint_folder=args.checkpoints)
            detector = Detector.from_checkpoint(args.checkpoint, config)
            card = measure_heatmap_scale(
                detector, args.data, args.checkpoints, split=args.split, count=args.count, seed=args.seed
            )
            print(card.heatmap)
        case "reconstruct":
            print(f"wrote {reconstruct_faces(args.faces, args.data, args.out, count=args.count, flux=args.flux)}")
        case "stills":
            _stills(args)
        case "recipe":
            names = ("data", "imagenet", "runs", "terms", "measured_on", "steps_multiplier", "workers")
            given = {name: getattr(args, name) for name in names}
            run_recipe(root=args.checkpoints, name=args.checkpoint, **given)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")

    find = commands.add_parser("prepare", help="find the face in every labelled image and video, once")
    find.add_argument("--workers", type=int, default=2)
    find.add_argument("--frames-per-video", type=int, default=8, help="spread over the whole video (default 8)")

    learn = commands.add_parser("fit", help="train a network; run it again to continue where it stopped")
    learn.add_argument("network", choices=("teacher", "student"))
    learn.add_argument("--run", type=Path, required=True, help="folder of this run")
    for name, kind in (("steps", int), ("size-px", int), ("pairs", int), ("learning-rate", float), ("seed", int)):
        default = getattr(FitSettings, name.replace("-", "_"), None)
        learn.add_argument(f"--{name}", type=kind, default=default, required=default is None)
    learn.add_argument("--workers", type=int, default=FitSettings.workers, help="processes that make pairs")
    learn.add_argument("--constant-frac", type=float, default=0.0, help="share of the steps at the full rate")
    learn.add_argument("--labels", type=float, default=FitSettings.labels, help="their weight; 0: features alone")
    learn.add_argument("--imagenet", type=Path, help="ImageNet weights to start from, or to follow")
    learn.add_argument("--teacher", type=Path, help="finished run of the teacher a student follows")
    learn.add_argument("--start", type=Path, help="earlier run, or a checkpoint's folder, to start from")
    learn.add_argument("--more-faces", type=Path, nargs="*", default=[], help="what `reconstruct` wrote")

    score = commands.add_parser("evaluate", help="score every file of a split with a checkpoint or a run")
    score.add_argument("--split", required=True, help="val, dev, …: a value of the column `split`")
    score.add_argument("--out", type=Path, required=True, help="CSV to write, one line a file")
    score.add_argument("--run", type=Path, help="score with this run of `fit` instead of a checkpoint")
    score.add_argument("--source", help="only files of this source")
    score.add_argument("--changed", choices=CHANGES, help="do this to every image first")
    score.add_argument("--most", type=int, help="at most about so many files, spread evenly")
    score.add_argument("--workers", type=int, default=2)

    write = commands.add_parser("export", help="turn a finished student's run into a checkpoint")
    write.add_argument("--run", type=Path, required=True)

    join = commands.add_parser("second", help="add a finished teacher's run to a checkpoint as its second network")
    join.add_argument("--run", type=Path, required=True)
    join.add_argument(
        "--factors", type=float, nargs=2, required=True, help="of the first and of the second network's logit"
    )

    settle_it = commands.add_parser("calibrate", help="set thresholds on val; write card and model card")
    settle_it.add_argument("--val", type=Path, nargs="+", required=True, help="what `evaluate` wrote for val")
    settle_it.add_argument("--dev", type=Path, nargs="+", required=True, help="… and for videos, reported only")
    settle_it.add_argument("--videos", type=Path, help="… and what `calibrate-videos` wrote")
    settle_it.add_argument(
        "--changed", type=_pair, action="append", default=[], metavar="NAME=CSV", help="… and after a change"
    )
    settle_it.add_argument(
        "--note", type=_pair, action="append", default=[], metavar="KEY=TEXT", help="for the card's `training`"
    )

    pool = commands.add_parser("score-videos", help="score every video of a split")
    pool.add_argument("--split", required=True, help="dev, …: videos that nothing was trained on")
    pool.add_argument("--out", type=Path, required=True, help="CSV to write, one line a video")
    pool.add_argument(
        "--frames", type=frame_count, default="moments", metavar="N|auto|moments|all", help="of each video"
    )
    pool.add_argument("--workers", type=int, default=2)

    move = commands.add_parser("stills", help="score images as short videos, to calibrate videos or train on them")
    move.add_argument("--split", required=True, help="val, train: a value of the column `split`")
    move.add_argument("--out", type=Path, required=True, help="CSV to write, one line a video")
    move.add_argument("--most", type=int, default=200, help="images of each source and label (default 200)")
    move.add_argument("--seconds", type=float, default=3.0, help="length of each video (default 3)")
    move.add_argument("--seed", type=int, default=0)
    move.add_argument("--workers", type=int, default=2)

    settle_videos = commands.add_parser(
        "calibrate-videos", help="set thresholds for videos on moving stills of val"
    )
    settle_videos.add_argument("--stills", type=Path, nargs="+", required=True, help="what `stills` wrote for val")
    settle_videos.add_argument(
        "--footage", type=Path, nargs="*", default=[], help="what `score-videos` wrote: genuine ones bind too"
    )
    settle_videos.add_argument("--out", type=Path, required=True, help="JSON to write: `videos` of a card")
    settle_videos.add_argument("--measured-on", required=True, help="the moving stills in a few words")

    decode = commands.add_parser("reconstruct", help="write pairs of a face and its reconstruction by a decoder")
    decode.add_argument("--out", type=Path, required=True, help="folder for the pairs and reconstructions.csv")
    decode.add_argument("--flux", type=Path, help="folder of the tiny autoencoder for FLUX.2")
    decode.add_argument("--count", type=int, default=1000, help="pairs of each decoder in train (default 1000)")

    warm = commands.add_parser("heatmap", help="measure how strong the maps are, and write it into the card")
    warm.add_argument("--split", default="val", help="images that nothing was trained on (default val)")
    warm.add_argument("--count", type=int, default=HEATMAP_FACES, help=f"of each label (default {HEATMAP_FACES})")
    warm.add_argument("--seed", type=int, default=0)

    everything = commands.add_parser("recipe", help="all of it, as the shipped weights were made")
    everything.add_argument("--imagenet", type=Path, required=True, help="ImageNet weights of the teacher")
    everything.add_argument("--runs", type=Path, default=Path("runs"), help="folder of everything in between")
    everything.add_argument("--steps-multiplier", type=float, default=1.0, help="times as many steps")
    everything.add_argument("--workers", type=int, default=2)

    for command in (find, learn, decode, score, pool, move, warm, everything):
        command.add_argument(
            "--data", type=Path, required=True, help="data folder, see training/datasets/layouts.py"
        )
    for command in (find, learn, decode, move):
        command.add_argument(
            "--faces", type=Path, default=Path("runs/faces.csv"), help="what `prepare` writes and `fit` reads"
        )
    for command in (write, everything):
        command.add_argument("--terms", required=True, help="under what terms the weights may be used")
    for command in (settle_it, everything):
        command.add_argument("--measured-on", required=True, help="the val data in a few words")
    settle_it.add_argument("--sources", default="", help="names of the collections in val")
    for command in (score, write, join, settle_it, pool, move, warm, everything):
        add_checkpoint_flag(command)
        add_folder_flag(command)
    return parser


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return key, value


def _fit(args: argparse.Namespace) -> None:
    names = "network steps constant_frac size_px pairs learning_rate labels seed workers".split()
    fit(
        FitSettings(**{name: getattr(args, name) for name in names}),
        data=args.data,
        faces_files=[args.faces, *args.more_faces],
        run=args.run,
        imagenet=args.imagenet,
        teacher_run=args.teacher,
        start_run=args.start,
    )


def _calibrate_videos(args: argparse.Namespace) -> None:
    block = video_block(read_results(args.stills), read_results(args.footage), args.measured_on)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(block, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(block, ensure_ascii=False))


def _stills(args: argparse.Namespace) -> None:
    model = ModelSource(checkpoint=args.checkpoint, folder=args.checkpoints)
    faces = choose_faces(read_faces(args.faces, args.data, args.split), args.most, args.seed)
    if not faces:
        raise ValueError(f"{args.faces} holds no images of split {args.split!r}")
    score_stills(model, faces, args.out, seconds=args.seconds, seed=args.seed, workers=args.workers)
    print(f"wrote {len(faces)} videos")


def _print_ranking(file: Path) -> None:
    """Print the AUC of all files and of each source with both labels, one JSON object a line."""
    rows = [row for row in read_results([file]) if row["logit"] is not None]
    for source in [None, *sorted({row["source"] for row in rows})]:
        chosen = [row for row in rows if source in (None, row["source"])]
        labels = [int(row["label"] == "fake") for row in chosen]
        if len(set(labels)) == 2:
            logits = [row["logit"] for row in chosen]
            print(json.dumps({"on": source or "all"} | auc_with_interval(labels, logits)))


if __name__ == "__main__":
    raise SystemExit(main())
