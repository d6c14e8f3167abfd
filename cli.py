"""The terminal: reads flags, joins the rooms, prints.

Exit codes: 0 done whatever the verdict, 1 some file could not be read, 2 usage, 3 checkpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.config_flags import add_config_flags, add_folder_flag, config_from
from detector.errors import BatchError, CheckpointError, ConfigError, DetectorError, ReportError

if TYPE_CHECKING:
    from batch.rows import FileResult
    from detector.pipeline import Detector
    from detector.types import Analysis, FaceTrack, Step
    from explain.types import Explanations
    from reporting.case import Case

# Libraries and rooms are imported by the command that needs them: `--help` and `verify` load no PyTorch.
OK, UNREADABLE, USAGE, CHECKPOINT = 0, 1, 2, 3


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code. Wrong flags leave through argparse with code 2.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        command: Callable[[argparse.Namespace], int] = args.run
        return command(args)
    except CheckpointError as error:
        _say(f"checkpoint: {error}")
        return CHECKPOINT
    except ConfigError as error:
        _say(f"settings: {error}")
        return USAGE
    except BatchError as error:
        _say(str(error))
        return USAGE
    except ReportError as error:
        _say(f"report: {error}")
        return UNREADABLE


def scan(args: argparse.Namespace) -> int:
    """Analyse files one after the other and print each result as soon as it is there; `--out` writes a table."""
    from batch.sources import find_files
    from detector.media.media import IMAGE_SUFFIXES, VIDEO_SUFFIXES

    misused = _misused(args)
    if misused:
        _say(misused)
        return USAGE
    sources = find_files(args.files, IMAGE_SUFFIXES + VIDEO_SUFFIXES, args.list, args.list_column)
    if sources.skipped:
        _say(f"{sources.skipped} files left out: their names are not those of images or videos")
    if args.out:
        return _scan_to_table(sources.files, args)
    args.files = sources.files
    if args.report and len(args.files) != 1:
        _say("--report makes the package of one file; give one FILE")
        return USAGE
    if args.annotate and len(args.files) != 1:
        _say("--annotate makes the copy of one video; give one FILE")
        return USAGE
    if args.case and not args.report:
        _say("--case says what happened for the report package; give --report OUT.zip as well")
        return USAGE
    from reporting.case import Case, read_case
    from reporting.complaint.referrals import refuse_hard_stop

    case = read_case(args.case) if args.case else Case()
    refuse_hard_stop(case)  # before anything is looked at or drawn
    from detector.pipeline import Detector

    detector = Detector.from_checkpoint(args.checkpoint, config_from(args))
    failed = False
    for file in args.files:
        try:
            analysis = detector.analyze(file, progress=_progress(file))
            explanations = _explain(detector, analysis, args)
            if args.report:
                _report(case, analysis, explanations, file, args)
            if args.annotate:
                _annotate(detector, analysis, explanations, file, args.annotate)
            answer = analysis.to_dict() | {"file": file}
        except (CheckpointError, ReportError):
            raise
        except DetectorError as error:
            failed = True
            answer = _error(file, type(error).__name__, str(error))
        except Exception as error:  # noqa: BLE001 - the edge: a file we choke on must not cost the others
            failed = True
            traceback.print_exc(file=sys.stderr)
            answer = _error(file, "InternalError", f"{file} made the program fail ({error}). Please report this.")
        _answer(answer, None if "error" in answer else analysis, as_json=args.json)
    return UNREADABLE if failed else OK


def _misused(args: argparse.Namespace) -> str | None:
    """Why the flags of `scan` do not fit together."""
    if not args.files and args.list is None:
        return "give files, folders or patterns, or --list FILE"
    other = {"--json": args.json, "--explain": args.explain, "--report": args.report, "--annotate": args.annotate}
    for flag, given in other.items():
        if args.out and given:
            return f"--out writes a table and {flag} does not go with it; run them one after the other"
    for flag, given in {"--tracks": args.tracks, "--workers": args.workers, "--ray": args.ray}.items():
        if given and not args.out:
            return f"{flag} is for tables; give --out FILE.parquet, FILE.csv or FILE.jsonl as well"
    if args.ray and args.workers:
        return "--workers is for this machine alone; with --ray the cluster decides"
    return None


def _scan_to_table(files: tuple[str, ...], args: argparse.Namespace) -> int:
    from batch.local import analyze_locally, choose_workers
    from batch.ray_cluster import analyze_on_ray
    from batch.results import Results
    from batch.rows import make_job
    from batch.run import scan_collection
    from detector.model.checkpoint import load_card

    config = config_from(args)
    job = make_job(config, args.checkpoint, load_card(args.checkpoint, config.checkpoint_folder).sha256)
    with Results(args.out, args.tracks) as results:
        workers = args.workers or choose_workers(len(files))

        def analyze(new: Iterable[str]) -> Iterator[FileResult]:
            return analyze_on_ray(new, job, args.ray) if args.ray else analyze_locally(new, job, workers)

        counts = scan_collection(files, job, results, analyze)
    outcomes = ", ".join(f"{counts[name]} {name}" for name in sorted(counts) if name != "earlier")
    print(f"{args.out}: {len(files)} files, {counts['earlier']} of them from earlier runs: {outcomes}")
    return UNREADABLE if counts["error"] else OK


def _explain(detector: Detector, analysis: Analysis, args: argparse.Namespace) -> Explanations | None:
    if not (args.explain or args.report or args.annotate) or not analysis.tracks:
        return None
    from PIL import Image

    from explain import explain

    explanations = explain(detector, analysis)
    if args.explain:
        args.explain.mkdir(parents=True, exist_ok=True)
        stem = f"{Path(analysis.media.file_name).stem}-{analysis.media.sha256[:8]}"
        for face in explanations.faces:
            name = f"{stem}-face{face.track_id + 1}-frame{face.score.frame_index}.png"
            Image.fromarray(face.overlay).save(args.explain / name)
        for frame in explanations.frames:
            Image.fromarray(frame.pixels).save(args.explain / f"{stem}-frame{frame.frame_index}.png")
        _tell_where(detector, analysis, explanations, check=args.check_maps)
    return explanations


def _tell_where(detector: Detector, analysis: Analysis, explanations: Explanations, *, check: bool) -> None:
    """The strongest face of each person in words, on standard error: standard output is the verdicts'."""
    from explain import measure_faithfulness
    from reporting.text.regions import evidence_sentences, faithfulness_sentences

    told: set[int] = set()
    for face in explanations.faces:
        if face.track_id in told:
            continue
        told.add(face.track_id)
        sentences = list(evidence_sentences(face, "en"))
        if check and face.concentrated:
            sentences += faithfulness_sentences(measure_faithfulness(detector, face.crop, face.heatmap), "en")
        moment = f" at {face.score.time_s:.2f} s" if analysis.media.kind == "video" else ""
        _say(f"Face {face.track_id + 1}{moment}: {' '.join(sentences)}")


def _report(
    case: Case, analysis: Analysis, explanations: Explanations | None, file: str, args: argparse.Namespace
) -> None:
    from reporting.package.build import build_package

    package = build_package(
        case,
        analysis,
        explanations,
        args.report,
        original=Path(file),
        include_original=args.include_original,
    )
    _say(f"{package.path} written; open START_HERE.html in it first")
    for finding in package.findings:
        if finding.severity != "info":
            _say(f"  {finding.severity}: {finding.what} {finding.do}")


def _annotate(
    detector: Detector, analysis: Analysis, explanations: Explanations | None, file: str, out: Path
) -> None:
    if analysis.media.kind != "video":
        _say(f"{file} is an image: --annotate is for videos; use --explain for images")
        return
    from explain.annotate import Legend, annotate_video
    from reporting.text.results import derived_copy, face_label

    legend = Legend(
        of_track={
            track.track_id: f"Face {track.track_id + 1}: {face_label(track.outcome, track.probability, 'en')}"
            for track in analysis.tracks
        },
        footer=derived_copy("en"),
    )
    show = _show(file)
    annotate_video(
        detector,
        analysis,
        Path(file),
        out,
        legend=legend,
        heatmap_scale=explanations.heatmap_scale if explanations else 0.0,
        progress=show and (lambda share: show(share, "Writing the annotated copy.")),
    )
    _say(f"{out} written")


def _answer(answer: dict[str, Any], analysis: Analysis | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer), flush=True)
        return
    if analysis is None:
        print(f"{answer['file']}\n  {answer['error']['message']}", flush=True)
        return
    from reporting.text.results import error_sentence, face_sentence, not_proof, verdict_sentence

    lines = [answer["file"], f"  {verdict_sentence(analysis.verdict, analysis.media.kind, 'en')}"]
    if len(analysis.tracks) > 1:
        for track in analysis.tracks:
            sentence = face_sentence(track.outcome, track.probability, "en")
            lines.append(f"  Face {track.track_id + 1}: {sentence}")
            lines += [f"    {stretch}" for stretch in _stretches(track)]
    elif analysis.tracks:
        lines += [f"  {stretch}" for stretch in _stretches(analysis.tracks[0])]
    lines += [f"  {reason}" for reason in analysis.verdict.reasons]
    if analysis.tracks:
        lines += [f"  {error_sentence(analysis.checkpoint, 'en')}", f"  {not_proof('en')}"]
    print("\n".join(lines), flush=True)


def _stretches(track: FaceTrack) -> list[str]:
    """Of a video: when a face speaks most for manipulation, and when it does so at all."""
    from reporting.text.results import flagged_sentence, peak_sentence

    peak = [peak_sentence(track.peak, "en")] if track.peak else []
    return peak + ([flagged_sentence(track.flagged, "en")] if track.flagged else [])


def _error(file: str, kind: str, message: str) -> dict[str, Any]:
    from detector.types import SCHEMA_VERSION

    return {"schema_version": SCHEMA_VERSION, "file": file, "error": {"type": kind, "message": message}}


def _progress(file: str) -> Callable[[Step], None] | None:
    from reporting.text.results import step_sentence

    show = _show(file)
    return show and (lambda step: show(step.share, step_sentence(step, "en")))


def _show(file: str) -> Callable[[float, str], None] | None:
    """A line of progress that overwrites itself, where somebody is watching."""
    if not sys.stderr.isatty():
        return None

    def show(share: float, words: str) -> None:
        end = "\n" if share >= 1 else ""
        print(f"\r\x1b[K{file}: {share:4.0%} {words}", end=end, file=sys.stderr, flush=True)

    return show


def verify(args: argparse.Namespace) -> int:
    """Recompute the hashes of a report package."""
    from reporting.package.verify import verify_package

    package = verify_package(args.package)
    print(f"{args.package}: {len(package.files)} files, every hash as its manifest says")
    print(f"SHA-256 of the file that was judged: {package.input_sha256}")
    return OK


def file_complaint(args: argparse.Namespace) -> int:
    """Write the portal's acknowledgement number into a package, and say what follows when."""
    from reporting.case import IST
    from reporting.complaint.referrals import followups
    from reporting.package.acknowledge import record_acknowledgement
    from reporting.portals import load_portal

    filed_at = datetime.now(UTC) if args.filed_at is None else args.filed_at
    package = record_acknowledgement(args.package, args.ack, filed_at)
    print(f"{args.package}: acknowledgement {args.ack} written into the custody log of {package.case_id}")
    for followup in followups(filed_at, load_portal()):
        print(f"{followup.at.astimezone(IST):%d-%m-%Y %H:%M} IST: {followup.text['en']} ({followup.fact.hedge})")
    return OK


def checkpoints_list(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card
    from reporting.text.results import error_sentence

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        print(f"{name}  {card.architecture} {card.input.size_px} px  {error_sentence(card.info('image'), 'en')}")
    return OK


def checkpoints_verify(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card, load_weights, require_same_keys
    from detector.model.classifier import build_network

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        weights = load_weights(card, args.checkpoints)
        expected = build_network(card.architecture).state_dict()
        require_same_keys(weights, expected, f"the checkpoint {name!r}", card.architecture)
        print(f"{name}: SHA-256 {card.sha256} as its card says, {len(weights)} tensors")
    return OK


def checkpoints_import(args: argparse.Namespace) -> int:
    from detector.model.importer import import_checkpoint

    card = import_checkpoint(args.file, args.checkpoints, args.name)
    print(f"imported as {card.name!r}; use it with: deepfake-detector scan --checkpoint {card.name} FILE")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deepfake-detector", description="Estimates whether faces in images and videos were manipulated."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    scanner = commands.add_parser("scan", help="analyse images and videos")
    scanner.add_argument(
        "files", nargs="*", metavar="PATH", help="file, folder, or quoted pattern such as '*.mp4'"
    )
    scanner.add_argument(
        "--list",
        metavar="FILE",
        help="file that lists paths: one a line (- for standard input), or a column of a .csv or .parquet file",
    )
    scanner.add_argument(
        "--list-column", default="path", metavar="NAME", help="the column with the paths (default: %(default)s)"
    )
    scanner.add_argument("--json", action="store_true", help="one JSON object a file, one a line")
    scanner.add_argument(
        "--out",
        type=Path,
        metavar="TABLE",
        help="write a table with a row a file (.parquet, .csv or .jsonl) instead; run it again to resume",
    )
    scanner.add_argument(
        "--tracks", type=Path, metavar="TABLE", help="with --out: write a table with a row a track"
    )
    scanner.add_argument(
        "--ray",
        metavar="auto|local|ADDRESS",
        help="with --out: analyse on a Ray cluster (extra [cluster])",
    )
    scanner.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help="with --out: processes (default: one a core)",
    )
    scanner.add_argument(
        "--explain",
        type=Path,
        metavar="DIR",
        help="write overlays as PNG there; the bar below a face goes from no heat (0) to full colour (1)",
    )
    scanner.add_argument(
        "--check-maps", action="store_true", help="with --explain: paint over the strongest tenth and judge again"
    )
    scanner.add_argument(
        "--report",
        type=Path,
        metavar="OUT.zip",
        help="write the report package of one file; a folder names it itself",
    )
    scanner.add_argument("--case", type=Path, metavar="FILE.json", help="what happened, for the report package")
    scanner.add_argument(
        "--annotate", type=Path, metavar="OUT.mp4", help="write a copy of one video with boxes, results and heat"
    )
    scanner.add_argument("--include-original", action="store_true", help="put the file itself into the package")
    add_config_flags(scanner)
    scanner.set_defaults(run=scan)

    checker = commands.add_parser("verify", help="recompute the hashes of a report package")
    checker.add_argument("package", type=Path, metavar="REPORT.zip")
    checker.set_defaults(run=verify)

    filer = commands.add_parser("file", help="write the portal's acknowledgement number into a package")
    filer.add_argument("package", type=Path, metavar="REPORT.zip")
    filer.add_argument("--ack", required=True, metavar="NUMBER", help="as the portal shows it")
    filer.add_argument(
        "--filed-at", type=_moment, metavar="TIME", help="such as 2026-03-05T21:30:00+05:30; now if left out"
    )
    filer.set_defaults(run=file_complaint)

    weights = commands.add_parser("checkpoints", help="list, verify or import weights")
    actions = weights.add_subparsers(required=True, metavar="ACTION")
    lister = actions.add_parser("list", help="names and error rates")
    lister.set_defaults(run=checkpoints_list)
    verifier = actions.add_parser("verify", help="check every file against its card")
    verifier.set_defaults(run=checkpoints_verify)
    importer = actions.add_parser("import", help="convert a community .pth of InceptionResnetV1")
    importer.add_argument("file", type=Path, metavar="FILE")
    importer.add_argument("--name", help="name of the new checkpoint")
    importer.set_defaults(run=checkpoints_import)
    for command in (lister, verifier, importer):
        add_folder_flag(command)
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"{text} has no time zone; write it as {text}+05:30")
    return moment


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def run() -> None:
    """Entry point of `deepfake-detector` and `python cli.py`: run `main` and exit with its code."""
    try:
        code = main()
    except BrokenPipeError:  # the reader of standard output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


if __name__ == "__main__":
    run()
