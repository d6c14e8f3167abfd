"""Command line: run one command and print.

Exit codes: 0 done whatever the verdict, 1 something could not be read or made, 2 wrong usage, 3 checkpoint,
128 + N stopped by signal N.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from cli_parser import make_parser, wrong_flags, wrong_targets
from detector.config_flags import config_from
from detector.errors import BatchError, CheckpointError, ConfigError, DetectorError, ReportError

if TYPE_CHECKING:
    from batch.rows import FileResult
    from detector.config import DetectorConfig
    from detector.media.media import Media
    from detector.pipeline import Detector
    from detector.types import Analysis, FaceTrack, Step
    from explain.types import Examination, Explanations
    from reporting.case import Case

# Imported by each command: `--help` and `verify` load no PyTorch.
OK, UNREADABLE, USAGE, CHECKPOINT = 0, 1, 2, 3


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code. Wrong flags exit through argparse with code 2.
    """
    args = make_parser().parse_args(argv)
    try:
        return _COMMANDS[args.command](args)
    except CheckpointError as error:
        _say(f"checkpoint: {error}")
        return CHECKPOINT
    except ConfigError as error:
        _say(f"settings: {error}")
        return USAGE
    except ReportError as error:
        _say(f"report: {error}")
        return UNREADABLE
    except BatchError as error:
        _say(str(error))
        return USAGE


def scan(args: argparse.Namespace) -> int:
    """Analyse files and print each result at once, or write a table (`--out`)."""
    from batch.sources import find_files
    from detector.media.formats import IMAGE_SUFFIXES, VIDEO_SUFFIXES

    if wrong := wrong_flags(args):
        _say(wrong)
        return USAGE
    sources = find_files(args.files, IMAGE_SUFFIXES + VIDEO_SUFFIXES, args.list, args.list_column)
    if wrong := wrong_targets(args, sources.files):
        _say(wrong)
        return USAGE
    if sources.skipped:
        _say(f"{sources.skipped} files left out: their names are not those of images or videos")
    if args.out:
        return _scan_to_table(sources.files, args)
    case = _case(args) if args.report else None  # before any file is opened
    config = config_from(args)
    opened = _opened(sources.files[0], config) if args.annotate else None
    if opened is not None and opened.info.kind == "image":
        _say(f"{sources.files[0]} is an image: --annotate is for videos; use --explain DIR for images")
        return USAGE
    from detector.pipeline import Detector

    detector = Detector.from_checkpoint(args.checkpoint, config)
    failed = False
    for file in sources.files:
        failed |= not _scan_file(detector, case, file, args, opened)
    return UNREADABLE if failed else OK


def _case(args: argparse.Namespace) -> Case:
    from reporting.case import Case, read_case
    from reporting.complaint.referrals import refuse_hard_stop

    case = read_case(args.case) if args.case else Case()
    refuse_hard_stop(case)
    return case


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
    _print(f"{args.out}: {len(files)} files, {counts['earlier']} of them from earlier runs: {outcomes}")
    return UNREADABLE if counts["error"] else OK


def _opened(file: str, config: DetectorConfig) -> Media | None:
    """Open the file to annotate; None if it cannot be read, which is reported later."""
    from detector.media.media import open_media

    try:
        return open_media(file, config)
    except DetectorError:
        return None


def _scan_file(
    detector: Detector, case: Case | None, file: str, args: argparse.Namespace, opened: Media | None = None
) -> bool:
    """Analyse one file, print the result or error, then write the requested files.

    Returns:
        Whether all of it succeeded.
    """
    from detector.media.media import open_media
    from detector.types import SCHEMA_VERSION

    named = {"schema_version": SCHEMA_VERSION, "file": os.fsencode(file).decode("utf-8", "backslashreplace")}
    answered = False

    def answer_at_once(analysis: Analysis) -> None:
        nonlocal answered
        _answer(file, analysis.to_dict() | named, _in_words(analysis), as_json=args.json)
        answered = True

    try:
        media = opened or open_media(file, detector.config)
        if not (args.explain or args.report or args.annotate):
            answer_at_once(detector.analyze(media, progress=_progress(file)))
            return True
        from explain import examine

        found = examine(detector, media, progress=_progress(file), judged=answer_at_once)
        return _make_files(detector, found, case, media, file, args)
    except CheckpointError:
        raise
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        kind, message = type(error).__name__, str(error)
        if not isinstance(error, DetectorError | OSError):
            _say(traceback.format_exc(), keep_lines=True)
            kind, message = "InternalError", f"{file} made the program fail ({error}). Please report this."
        if answered:
            _say(f"{file}: {message}")
        else:
            answer = named | {"error": {"type": kind, "message": message}}
            _answer(file, answer, [message], as_json=args.json)
        return False


def _answer(file: str, answer: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    try:
        line = json.dumps(answer, allow_nan=False)
    except ValueError as error:
        raise DetectorError(
            f"The result holds a number that is not finite ({error}): these weights cannot be used; try others."
        ) from error
    _print(*([line] if as_json else [file, *(f"  {sentence}" for sentence in sentences)]))


def _make_files(
    detector: Detector, found: Examination, case: Case | None, media: Media, file: str, args: argparse.Namespace
) -> bool:
    analysis, explanations = found.analysis, found.explanations
    if found.error is not None:
        _say(f"{file}: {found.error}")
    if args.explain and explanations is not None:
        _write_overlays(detector, analysis, explanations, args)
    if case is not None:
        _report(case, analysis, explanations, file, args)
    if args.annotate:
        _annotate(detector, analysis, explanations, media, args.annotate)
    return found.error is None


def _write_overlays(
    detector: Detector, analysis: Analysis, explanations: Explanations, args: argparse.Namespace
) -> None:
    from PIL import Image

    from reporting.evidence.files import safe_file_name

    args.explain.mkdir(parents=True, exist_ok=True)
    stem = f"{safe_file_name(Path(analysis.media.file_name).stem)}-{analysis.media.sha256[:8]}"
    for face in explanations.faces:
        name = f"{stem}-face{face.track_id + 1}-frame{face.score.frame_index}.png"
        Image.fromarray(face.overlay).save(args.explain / name)
    for frame in explanations.frames:
        Image.fromarray(frame.pixels).save(args.explain / f"{stem}-frame{frame.frame_index}.png")
    _tell_where(detector, analysis, explanations, check=args.check_maps)


def _tell_where(detector: Detector, analysis: Analysis, explanations: Explanations, *, check: bool) -> None:
    """Print where the evidence lies in the strongest face of each track, on standard error."""
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
    _say(f"  SHA-256 of its manifest, to note elsewhere: {package.manifest_sha256}")
    for finding in package.findings:
        if finding.severity != "info":
            _say(f"  {finding.severity}: {finding.what} {finding.do}")


def _annotate(
    detector: Detector, analysis: Analysis, explanations: Explanations | None, media: Media, out: Path
) -> None:
    from explain.annotate import Legend, annotate_video
    from reporting.text.results import derived_copy, face_label

    legend = Legend(
        of_track={
            track.track_id: f"Face {track.track_id + 1}: {face_label(track.outcome, track.probability, 'en')}"
            for track in analysis.tracks
        },
        footer=derived_copy("en"),
    )
    show = _show(str(media.path))
    annotate_video(
        detector,
        analysis,
        media,
        out,
        legend=legend,
        heatmap_scale=explanations.heatmap_scale if explanations else 0.0,
        progress=show and (lambda share: show(share, "Writing the annotated copy.")),
    )
    _say(f"{out} written")


def _in_words(analysis: Analysis) -> list[str]:
    """Return the result as sentences, one a line."""
    from reporting.text.results import (
        error_sentence,
        face_sentence,
        not_proof,
        rate_sentence,
        shown,
        verdict_sentence,
    )

    lines = [verdict_sentence(analysis.verdict, analysis.media.kind, "en"), *map(str, analysis.warnings)]
    if len(analysis.tracks) > 1:
        for track in analysis.tracks:
            sentence = face_sentence(shown(track), track.probability, "en")
            lines.append(f"Face {track.track_id + 1}: {sentence}")
            lines += [f"  {stretch}" for stretch in _stretches(track)]
    elif analysis.tracks:
        lines += _stretches(analysis.tracks[0])
    lines += map(str, (*analysis.verdict.reasons, *analysis.media.notes))
    if analysis.tracks:
        if rate := rate_sentence(analysis.checkpoint, analysis.verdict.grade, analysis.media.kind, "en"):
            lines.append(rate)
        lines += [error_sentence(analysis.checkpoint, "en"), not_proof("en")]
    return lines


def _stretches(track: FaceTrack) -> list[str]:
    """Return sentences on when the signs of manipulation in one face are strongest and present."""
    from reporting.text.results import flagged_sentence, peak_sentence

    peak = [peak_sentence(track.peak, "en")] if track.peak else []
    return peak + ([flagged_sentence(track.flagged, "en")] if track.flagged else [])


def _progress(file: str) -> Callable[[Step], None] | None:
    from reporting.text.results import step_sentence

    show = _show(file)
    return show and (lambda step: show(step.share, step_sentence(step, "en")))


def _show(file: str) -> Callable[[float, str], None] | None:
    """Return a function that shows progress on one line; None if standard error is not a terminal."""
    if not sys.stderr.isatty():
        return None
    from reporting.text.printable import printable

    def show(share: float, words: str) -> None:
        end = "\n" if share >= 1 else ""
        print(f"\r\x1b[K{printable(file)}: {share:4.0%} {words}", end=end, file=sys.stderr, flush=True)

    return show


def verify(args: argparse.Namespace) -> int:
    """Recompute the hashes of a report package."""
    from reporting.package.verify import verify_package
    from reporting.text.evidence import verification_meaning

    package = verify_package(args.package)
    _print(
        f"{args.package}: {len(package.files)} files, every hash as its manifest says",
        f"SHA-256 of the file that was analysed: {package.input_sha256}",
        f"SHA-256 of the manifest: {package.manifest_sha256}",
        verification_meaning("en"),
    )
    return OK


def file_complaint(args: argparse.Namespace) -> int:
    """Record the portal's acknowledgement number in a package, and print the deadlines."""
    from reporting.case import IST
    from reporting.complaint.referrals import followups
    from reporting.package.acknowledge import record_acknowledgement
    from reporting.portals import load_portal

    filed_at = datetime.now(UTC) if args.filed_at is None else args.filed_at
    package = record_acknowledgement(args.package, args.ack, filed_at)
    _print(f"{args.package}: acknowledgement {args.ack} written into the custody log of {package.case_id}")
    for followup in followups(filed_at, load_portal()):
        _print(f"{followup.at.astimezone(IST):%d-%m-%Y %H:%M} IST: {followup.text['en']} ({followup.fact.hedge})")
    return OK


def checkpoints_list(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card
    from reporting.text.results import error_sentence

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        _print(f"{name}  {card.architecture} {card.input.size_px} px  {error_sentence(card.info('image'), 'en')}")
    return OK


def checkpoints_verify(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card, load_weights, require_same_keys
    from detector.model.classifier import build_network

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        weights = load_weights(card, args.checkpoints)
        expected = build_network(card.architecture).state_dict()
        require_same_keys(weights, expected, f"the checkpoint {name!r}", card.architecture)
        _print(f"{name}: SHA-256 {card.sha256} as its card says, {len(weights)} tensors")
    return OK


def checkpoints_import(args: argparse.Namespace) -> int:
    from detector.model.importer import import_checkpoint

    card = import_checkpoint(args.file, args.checkpoints, args.name)
    _print(f"imported as {card.name!r}; use it with: deepfake-detector scan --checkpoint {card.name} FILE")
    return OK


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "scan": scan,
    "verify": verify,
    "file_complaint": file_complaint,
    "checkpoints_list": checkpoints_list,
    "checkpoints_verify": checkpoints_verify,
    "checkpoints_import": checkpoints_import,
}


def _say(message: str, *, keep_lines: bool = False) -> None:
    from reporting.text.printable import printable

    print(printable(message, keep_lines=keep_lines), file=sys.stderr)


def _print(*lines: str) -> None:
    from reporting.text.printable import printable

    print("\n".join(map(printable, lines)), flush=True)


def _stop(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def run() -> NoReturn:
    """Entry point of `deepfake-detector` and `python cli.py`: run `main` and exit with its code."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a real stream, not a test's
    try:
        raise SystemExit(main())
    except BrokenPipeError:  # standard output was closed, as by `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(OK) from None
    except SystemExit as left:
        if isinstance(left.code, int) and left.code > 128:
            # A normal exit would abort while library threads run.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(left.code)
        raise


if __name__ == "__main__":
    run()
