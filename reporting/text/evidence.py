"""Sentences about evidence files and the meaning of hashes, from `evidence.toml`."""

from __future__ import annotations

from reporting.text.catalog import sentence, sentences
from reporting.text.results import Language
from reporting.types import UPLOAD_PREFIX, EvidenceFile


def purpose(key: str, **values: str) -> str:
    """Return why a file is attached, in English, as the package states it.

    >>> purpose("copy", kind="image")
    'The image in a size that can be uploaded; the one received was not changed.'
    """
    return sentence("evidence", f"purpose.{key}", "en", **values)


def purpose_in(file: EvidenceFile, language: Language) -> str:
    """Return the purpose of an evidence file in a language."""
    if language == "en":
        return file.purpose
    starts = sentences("evidence")["purpose_by_name"]
    start = next((start for start in starts if file.name.startswith(UPLOAD_PREFIX + start)), "received")
    return sentence("evidence", f"purpose_by_name.{start}", language)


def verification_meaning(language: Language) -> str:
    """Return what it means that a package verifies."""
    return sentence("evidence", "verified", language)
