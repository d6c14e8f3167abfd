"""Command-line flags of `DetectorConfig`, shared by all programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

from detector.config import Depth, DetectorConfig


def add_config_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags, with the defaults of the configuration."""
    defaults = DetectorConfig()
    parser.add_argument(
        "--max-frames",
        type=frame_count,
        default=defaults.max_frames,
        metavar="N|auto|moments|all",
        help="frames of a video to look at, spread over the whole of it; moments: four a second; auto: the same, "
        "but at least 16 and at most 600; all: every frame (default: %(default)s)",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default=defaults.device)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default=defaults.precision)
    add_checkpoint_flag(parser)
    add_folder_flag(parser)


def add_checkpoint_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint", default="default", metavar="NAME", help="weights to use (default: %(default)s)"
    )


def add_folder_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoints",
        type=Path,
        default=DetectorConfig().checkpoint_folder,
        metavar="DIR",
        help="folder of the checkpoints",
    )


def config_from(args: argparse.Namespace) -> DetectorConfig:
    """Build the configuration from parsed flags.

    Raises:
        ConfigError: a value is out of its range.
    """
    return DetectorConfig(
        max_frames=args.max_frames,
        device=args.device,
        precision=args.precision,
        checkpoint_folder=args.checkpoints,
    )


def frame_count(text: str) -> Depth:
    """Parse which frames of a video to examine."""
    if text == "all":
        return None
    if text in ("auto", "moments"):
        return cast(Depth, text)
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number from 1 nor auto, moments or all")
    return count
