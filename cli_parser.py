"""Flags of the command line and their valid combinations."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from detector.config_flags import add_config_flags, add_folder_flag


def make_parser() -> argparse.ArgumentParser:
    """Build the parser; `command` names what to run."""
    parser = _Parser(
        prog="deepfake-detector", description="Estimate whether faces in images and videos were manipulated."
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
        "--workers",
        type=_positive,
        metavar="N",
        help="with --out: processes (default: one a core)",
    )
    scanner.add_argument(
        "--ray",
        metavar="auto|local|ADDRESS",
        help="with --out: analyse on a Ray cluster (needs the extra [cluster])",
    )
    scanner.add_argument(
        "--explain",
        type=Path,
        metavar="DIR",
        help="write heatmaps as PNG there; the bar below a face shows the scale, from 0 to 1",
    )
    scanner.add_argument(
        "--check-maps", action="store_true", help="with --explain: cover the strongest tenth and score again"
    )
    scanner.add_argument(
        "--report",
        type=Path,
        metavar="OUT.zip",
        help="write the report package of one file; in a folder it gets the name of its case",
    )
    scanner.add_argument("--case", type=Path, metavar="FILE.json", help="what happened, for the report package")
    scanner.add_argument(
        "--annotate", type=Path, metavar="OUT.mp4", help="write a copy of one video with boxes and heatmaps"
    )
    scanner.add_argument(
        "--include-original", action="store_true", help="with --report: put the file itself into the package"
    )
    add_config_flags(scanner)
    scanner.set_defaults(command="scan")

    checker = commands.add_parser("verify", help="recompute the hashes of a report package")
    checker.add_argument("package", type=Path, metavar="REPORT.zip")
    checker.set_defaults(command="verify")

    filer = commands.add_parser("file", help="write the portal's acknowledgement number into a package")
    filer.add_argument("package", type=Path, metavar="REPORT.zip")
    filer.add_argument("--ack", required=True, metavar="NUMBER", help="as the portal shows it")
    filer.add_argument(
        "--filed-at", type=_moment, metavar="TIME", help="such as 2026-03-05T21:30:00+05:30; now if left out"
    )
    filer.set_defaults(command="file_complaint")

    weights = commands.add_parser("checkpoints", help="list, verify or import weights")
    actions = weights.add_subparsers(required=True, metavar="ACTION")
    lister = actions.add_parser("list", help="names and error rates")
    lister.set_defaults(command="checkpoints_list")
    verifier = actions.add_parser("verify", help="check every file against its card")
    verifier.set_defaults(command="checkpoints_verify")
    importer = actions.add_parser("import", help="convert a community .pth of InceptionResnetV1")
    importer.add_argument("file", type=Path, metavar="FILE")
    importer.add_argument("--name", help="name of the new checkpoint")
    importer.set_defaults(command="checkpoints_import")
    for command in (lister, verifier, importer):
        add_folder_flag(command)
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a date and time such as 2026-03-05T21:30:00+05:30"
        ) from error
    if moment.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"{text} has no time zone; write it as {text}+05:30")
    return moment


def wrong_flags(args: argparse.Namespace) -> str:
    """Return what is wrong with the combination of flags of `scan`; empty if nothing is."""
    if not args.files and args.list is None:
        return "give files, folders or patterns, or --list FILE"
    files = {"--explain": args.explain, "--report": args.report, "--annotate": args.annotate}
    for flag, given in {"--json": args.json, **files}.items():
        if args.out and given:
            return f"--out writes a table and {flag} does not go with it; run them one after the other"
    for flag, needed, given in (
        ("--tracks", "--out TABLE", args.tracks and not args.out),
        ("--workers", "--out TABLE", args.workers and not args.out),
        ("--ray", "--out TABLE", args.ray and not args.out),
        ("--case", "--report OUT.zip", args.case and not args.report),
        ("--include-original", "--report OUT.zip", args.include_original and not args.report),
        ("--check-maps", "--explain DIR", args.check_maps and not args.explain),
    ):
        if given:
            return f"{flag} does nothing alone; give {needed} as well"
    if args.ray and args.workers:
        return "--workers is for this machine alone; with --ray the cluster decides"
    if args.explain and args.explain.exists() and not args.explain.is_dir():
        return f"--explain {args.explain} is a file; give a folder"
    if args.annotate and args.annotate.is_dir():
        return f"--annotate {args.annotate} is a folder; give the name of a file"
    if args.report and not args.report.is_dir() and args.report.suffix.lower() != ".zip":
        return f"--report {args.report}: choose a name that ends in .zip, or a folder that exists"
    return ""


def wrong_targets(args: argparse.Namespace, files: Sequence[str]) -> str:
    """Return what is wrong with the files to write, given the files to analyse; empty if nothing is."""
    for flag, path in (("--report", args.report), ("--annotate", args.annotate)):
        if path and len(files) != 1:
            return f"{flag} is made from one file; give one FILE"
        if path and not path.parent.is_dir():
            return f"{flag} {path}: there is no folder {path.parent}; create it or choose another"
        if path and path.exists() and os.path.exists(files[0]) and path.samefile(files[0]):
            return f"{flag} {path} is the file itself and would replace it; choose another name"
    return ""


class _Parser(argparse.ArgumentParser):
    """A parser whose messages are safe to print."""

    def error(self, message: str) -> NoReturn:
        from reporting.text.printable import printable

        super().error(printable(message))
