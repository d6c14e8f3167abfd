"""Download missing weights from the Hugging Face Hub, at a fixed commit, checked against the card's hash."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from detector.errors import CheckpointIntegrityError, CheckpointNotFoundError, ConfigError
from detector.model.checkpoint import load_card

_SOURCE = re.compile(r"([\w.-]+/[\w.-]+)@([0-9a-f]{40})")


def parse_source(text: str) -> tuple[str, str]:
    """Split OWNER/NAME@COMMIT into repository and commit.

    Raises:
        ConfigError: another form; branches and tags are not allowed, since they can change.

    >>> parse_source("someone/weights@" + "a" * 40) == ("someone/weights", "a" * 40)
    True
    """
    match = _SOURCE.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text!r} is not OWNER/NAME@COMMIT with the commit's 40 digits; look it up on the hub")
    return match[1], match[2]


def ensure_weights(name: str, root: Path, source: str) -> None:
    """Download the files of a checkpoint that are missing beside its card. Existing ones are checked on loading.

    Args:
        source: OWNER/NAME@COMMIT of the hub, with the files at its root.

    Raises:
        ConfigError: the source is of another form.
        CheckpointError: no such card, download or write failed, or the hash differs.
    """
    repository, revision = parse_source(source)
    for file_name, sha256 in load_card(name, root).files.items():
        file = root / name / file_name
        if not file.is_file():
            _download(file, sha256, repository, revision)


def _download(file: Path, sha256: str, repository: str, revision: str) -> None:
    part = file.with_suffix(".part")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        received = hf_hub_download(repository, file.name, revision=revision)
        shutil.copyfile(received, part)
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise CheckpointNotFoundError(
            f"{file.name} could not be had from {repository}@{revision} ({type(error).__name__}). "
            f"Check the connection, or put it into {file.parent} yourself."
        ) from error
    with part.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        part.unlink()
        raise CheckpointIntegrityError(
            f"{file.name} of {repository}@{revision} has SHA-256 {found}, not the {sha256} that the card "
            "promises. Name the commit that belongs to this version."
        )
    part.replace(file)
