"""The command `scan`: analyse files, print results, write overlays, tables and packages."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli_parser import wrong_flags, wrong_targets
from detector.config_flags import config_from
from detector.errors import CheckpointError, DetectorError

if TYPE_CHECKING:
    from batch.rows import FileResult
    from detector.config import DetectorConfig
    from detector.media.media import Media
    from detector.pipeline import Detector
    from detector.types import Analysis, FaceTrack, Step
    from explain.types import Examination, Explanations
    from reporting.case import Case

# Heavy libraries are imported in the functions that need them.
OK, UNREADABLE, USAGE, CHECKPOINT = 0, 1, 2, 3
"""Exit codes."""


def say(message: str, *, keep_lines: bool = False) -> None:
    """Print a message to standard error, made safe to show."""
    from reporting.text.printable import printable

    print(printable(message, keep_lines=keep_lines), file=sys.stderr)


def print_lines(*lines: str) -> None:
    """Print lines to standard output, made safe to show."""
    from reporting.text.printable import printable

    print("\n".join(map(printable, lines)), flush=True)


def scan(args: argparse.Namespace) -> int:
    """Analyse files and print each result at once, or write a table (`--out`)."""
    from batch.sources import find_files
    from detector.media.formats import IMAGE_SUFFIXES, VIDEO_SUFFIXES

    if wrong := wrong_flags(args):
        say(wrong)
        return USAGE
    sources = find_files(args.files, IMAGE_SUFFIXES + VIDEO_SUFFIXES, args.list, args.list_column)
    if wrong := wrong_targets(args, sources.files):
        say(wrong)
        return USAGE
    if sources.skipped:
        say(f"{sources.skipped} files left out: their names are not those of images or videos")
    if sources.unnamed:
        say(f"{sources.unnamed} rows of {args.list} left out: they hold no path")
    for folder in sources.unlisted:
        say(f"a folder could not be read, so its files are left out: {folder}")
    code = _analyze(sources.files, args) if sources.files else OK
    return max(code, UNREADABLE if sources.unlisted else OK)


def _analyze(files: tuple[str, ...], args: argparse.Namespace) -> int:
    """Analyse the files that were found; return the exit code."""
    if args.out:
        return _scan_to_table(files, args)
    case = _case(args) if args.report else None  # before any file is opened
    config = config_from(args)
    opened = _opened(files[0], config) if args.annotate else None
    if opened is not None and opened.info.kind == "image":
        say(f"{files[0]} is an image: --annotate is for videos; use --explain DIR for images")
        return USAGE
    from detector.pipeline import Detector

    detector = Detector.from_checkpoint(args.checkpoint, config)
    failed = False
    for file in files:
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
    job = make_job(config, args.checkpoint, load_card(args.checkpoint, config.checkpoint_folder).weights_id)
    with Results(args.out, args.tracks) as results:
        workers = args.workers or choose_workers(len(files))

        def analyze(new: Iterable[str]) -> Iterator[FileResult]:
            return analyze_on_ray(new, job, args.ray) if args.ray else analyze_locally(new, job, workers)

        counts = scan_collection(files, job, results, analyze)
    outcomes = ", ".join(f"{counts[name]} {name}" for name in sorted(counts) if name != "earlier")
    print_lines(f"{args.out}: {len(files)} files, {counts['earlier']} of them from earlier runs: {outcomes}")
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
    printed = False

    def print_result(analysis: Analysis) -> None:
        nonlocal printed
        _print_result(file, analysis.to_dict() | named, _in_words(analysis), as_json=args.json)
        printed = True

    try:
        media = opened or open_media(file, detector.config)
        if not (args.explain or args.report or args.annotate):
            print_result(detector.analyze(media, progress=_progress(file)))
            return True
        from explain import examine

        found = examine(detector, media, progress=_progress(file), on_analysis=print_result)
        return _write_files(detector, found, case, media, file, args)
    except CheckpointError:
        raise
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        kind, message = type(error).__name__, str(error)
        if isinstance(error, OSError):  # the file's own errors are typed
            message = f"a file could not be written ({error}): make room there or choose another place"
        elif not isinstance(error, DetectorError):
            say(traceback.format_exc(), keep_lines=True)
            kind, message = "InternalError", f"{file} made the program fail ({error}). Please report this."
        if printed:
            say(f"{file}: {message}")
        else:
            answer = named | {"error": {"type": kind, "message": message}}
            _print_result(file, answer, [message], as_json=args.json)
        return False


def _print_result(file: str, answer: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    try:
        line = json.dumps(answer, allow_nan=False)
    except ValueError as error:
        raise DetectorError(
            f"The result holds a number that is not finite ({error}): these weights cannot be used; try others."
        ) from error
    print_lines(*([line] if as_json else [file, *(f"  {sentence}" for sentence in sentences)]))


def _write_files(
    detector: Detector, found: Examination, case: Case | None, media: Media, file: str, args: argparse.Namespace
) -> bool:
    analysis, explanations = found.analysis, found.explanations
    if found.error is not None:
        say(f"{file}: {found.error}")
    if args.explain and explanations is not None:
        _write_overlays(detector, analysis, explanations, args)
    if case is not None:
        _report(case, analysis, explanations, media, args)
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
    _print_regions(detector, analysis, explanations, check=args.check_maps)


def _print_regions(detector: Detector, analysis: Analysis, explanations: Explanations, *, check: bool) -> None:
    """Print where the evidence lies in the strongest face of each track, on standard error."""
    from explain import measure_faithfulness
    from reporting.text.regions import evidence_sentences, faithfulness_sentences

    for face in explanations.strongest:
        sentences = list(evidence_sentences(face, "en"))
        if check and face.concentrated:
            sentences += faithfulness_sentences(measure_faithfulness(detector, face.crop, face.heatmap), "en")
        moment = f" at {face.score.time_s:.2f} s" if analysis.media.kind == "video" else ""
        say(f"Face {face.track_id + 1}{moment}: {' '.join(sentences)}")


def _report(
    case: Case, analysis: Analysis, explanations: Explanations | None, media: Media, args: argparse.Namespace
) -> None:
    from reporting.package.build import build_package

    include = args.include_original
    package = build_package(case, analysis, explanations, args.report, original=media, include_original=include)
    say(f"{package.path} written; open START_HERE.html in it first")
    say(f"  SHA-256 of its manifest, to note elsewhere: {package.manifest_sha256}")
    findings = [finding for finding in package.findings if finding.severity != "info"]
    for finding in findings:
        say(f"  {finding.severity}: {finding.what} {finding.do}")
    if findings:
        say("  The form is on the page; here, give its answers with --case FILE.json, see docs/package.md.")


def _annotate(
    detector: Detector, analysis: Analysis, explanations: Explanations | None, media: Media, out: Path
) -> None:
    from explain.annotate import Legend, annotate_video
    from reporting.text.results import derived_copy, headline, shown

    legend = Legend(
        of_track={
            track.track_id: f"Face {track.track_id + 1}: {headline(shown(track), 'en')}"
            for track in analysis.tracks
        },
        footer=derived_copy("en"),
    )
    show = _progress_line(str(media.path))
    annotate_video(
        detector,
        analysis,
        media,
        out,
        legend=legend,
        heatmap_scale=explanations.heatmap_scale if explanations else 0.0,
        progress=show and (lambda share: show(share, "Writing the annotated copy.")),
    )
    say(f"{out} written")


def _in_words(analysis: Analysis) -> list[str]:
    """Return the result as sentences, one a line."""
    from reporting.text import results, verdict_notes

    lines = [verdict_notes.result_sentence(analysis, "en"), *map(str, analysis.warnings)]
    if len(analysis.tracks) > 1:
        for track in analysis.tracks:
            sentence = results.face_sentence(results.shown(track), "en", track.probability)
            lines.append(f"Face {track.track_id + 1}: {sentence}")
            lines += [f"  {span}" for span in _spans(track)]
    elif analysis.tracks:
        lines += _spans(analysis.tracks[0])
    lines += map(str, (*analysis.verdict.reasons, *analysis.media.notes))
    if analysis.tracks:
        grade, kind = analysis.verdict.grade, analysis.media.kind
        rate = results.rate_sentence(analysis.checkpoint, grade, kind, "en")
        lines += [rate] if rate else []
        lines += [results.error_sentence(analysis.checkpoint, "en"), results.not_proof("en")]
    return lines


def _spans(track: FaceTrack) -> list[str]:
    """Return sentences on when the signs of manipulation in one face are strongest and present."""
    from reporting.text.results import flagged_sentence, peak_sentence

    peak = [peak_sentence(track.peak, "en")] if track.peak else []
    return peak + ([flagged_sentence(track.flagged, "en")] if track.flagged else [])


def _progress(file: str) -> Callable[[Step], None] | None:
    from reporting.text.results import step_sentence

    show = _progress_line(file)
    return show and (lambda step: show(step.share, step_sentence(step, "en")))


def _progress_line(file: str) -> Callable[[float, str], None] | None:
    """Return a function that shows progress on one line; None if standard error is not a terminal."""
    if not sys.stderr.isatty():
        return None
    from reporting.text.printable import printable

    def show(share: float, words: str) -> None:
        end = "\n" if share >= 1 else ""
        print(f"\r\x1b[K{printable(file)}: {share:4.0%} {words}", end=end, file=sys.stderr, flush=True)

    return show
