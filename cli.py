"""Command line: run one command and print.

Exit codes: 0 done whatever the verdict, 1 something could not be read or made, 2 wrong usage, 3 checkpoint,
128 + N stopped by signal N.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from cli_parser import make_parser
from cli_scan import CHECKPOINT, OK, UNREADABLE, USAGE, print_lines, say, scan
from detector.errors import BatchError, CheckpointError, ConfigError, ReportError


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code. Wrong flags exit through argparse with code 2.
    """
    args = make_parser().parse_args(argv)
    try:
        return _COMMANDS[args.command](args)
    except CheckpointError as error:
        say(f"checkpoint: {error}")
        return CHECKPOINT
    except ConfigError as error:
        say(f"settings: {error}")
        return USAGE
    except ReportError as error:
        say(f"report: {error}")
        return UNREADABLE
    except BatchError as error:
        say(str(error))
        return USAGE


def verify(args: argparse.Namespace) -> int:
    """Recompute the hashes of a report package."""
    from reporting.package.verify import verify_package
    from reporting.text.evidence import verification_meaning

    package = verify_package(args.package)
    print_lines(
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
    print_lines(
        f"{args.package}: acknowledgement {args.ack} written into the custody log of {package.case_id}",
        f"SHA-256 of its manifest, which that changed, to note elsewhere: {package.manifest_sha256}",
    )
    for followup in followups(filed_at, load_portal()):
        print_lines(
            f"{followup.at.astimezone(IST):%d-%m-%Y %H:%M} IST: {followup.text['en']} ({followup.fact.hedge})"
        )
    return OK


def checkpoints_list(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card
    from reporting.text.results import error_sentence

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        info = card.info("image")
        print_lines(f"{name}  {info.architecture} {card.input.size_px} px  {error_sentence(info, 'en')}")
    return OK


def checkpoints_verify(args: argparse.Namespace) -> int:
    from detector.model.checkpoint import list_checkpoints, load_card, load_second, load_weights, require_same_keys
    from detector.model.classifier import build_network

    for name in list_checkpoints(args.checkpoints):
        card = load_card(name, args.checkpoints)
        networks = [(card.architecture, card.sha256, load_weights(card, args.checkpoints))]
        if card.second and (second := load_second(card, args.checkpoints)):
            networks.append((card.second.architecture, card.second.sha256, second))
        for architecture, sha256, weights in networks:
            expected = build_network(architecture).state_dict()
            require_same_keys(weights, expected, f"the checkpoint {name!r}", architecture)
            print_lines(f"{name}: SHA-256 {sha256} as its card says, {len(weights)} tensors")
    return OK


def checkpoints_import(args: argparse.Namespace) -> int:
    from detector.model.importer import import_checkpoint

    card = import_checkpoint(args.file, args.checkpoints, args.name)
    print_lines(f"imported as {card.name!r}; use it with: deepfake-detector scan --checkpoint {card.name} FILE")
    return OK


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "scan": scan,
    "verify": verify,
    "file_complaint": file_complaint,
    "checkpoints_list": checkpoints_list,
    "checkpoints_verify": checkpoints_verify,
    "checkpoints_import": checkpoints_import,
}


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
    except OSError as error:  # what reads and writes files has errors of its own: this is standard output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # closed, as by `| head`
            raise SystemExit(OK) from None
        say(f"the results could not be written out: {error}. Make room there and run the command again.")
        raise SystemExit(UNREADABLE) from None
    except SystemExit as left:
        if isinstance(left.code, int) and left.code > 128:
            # A normal exit would abort while library threads run.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(left.code)
        raise


if __name__ == "__main__":
    run()
