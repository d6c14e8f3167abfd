"""Values shared by the texts, the documents and the package of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from detector.types import Analysis
from explain.types import Explanations
from reporting.case import Case

FONTS = Path(__file__).parent / "fonts"
EVIDENCE_FOLDER = "5_evidence/"
UPLOAD_PREFIX = EVIDENCE_FOLDER + "supporting_evidence_"
"""Start of the name of every file to upload: the portal's field is *Supporting evidence*."""
COPY_PREFIX = UPLOAD_PREFIX + "copy_"
"""Prefix of copies of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """Hashes of one file; which one the portal shows is not known."""

    size_bytes: int
    sha256: str
    """Lower-case hex."""
    sha1: str
    md5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file to upload, or the original it was made from."""

    name: str
    """Within the package (`5_evidence/…`), or the original's own name where `in_package` is False."""
    in_package: bool
    purpose: str
    """One English sentence: what it shows and why it is attached."""
    mime: str
    hashes: Hashes
    derived_from: str | None
    """SHA-256 of the file it was made from; None for the file as received."""
    made_how: str
    """Method and settings in words, such as `H.264, 854x480, sound kept`; empty for the file as received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEntry:
    """One event of an item, with the hash of the previous line."""

    sequence: int
    at: datetime
    """Aware, UTC."""
    event: str
    actor: str
    """`user`, or the tool and its version; never a name."""
    item: str
    """File name within the package, or the original's name."""
    item_sha256: str
    details: str
    previous_sha256: str
    """Of the previous line; 64 zeros in the first."""


Place = Literal["own_computer", "network", "public_link", "space"]
"""Where the file was processed: the user's own computer, another one in the network, one reached through a public
link, or a public server (a Hugging Face Space)."""
CredentialState = Literal["absent", "valid", "trusted", "invalid", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentCredentials:
    """Contents of a C2PA manifest. Absence means nothing: most platforms strip it."""

    state: CredentialState
    """`valid`: intact, by a signer not on the list of trusted ones; `trusted`: and on it."""
    generator: str
    """Software that claims to have made the file; empty if none."""
    signer: str
    ai_claim: bool
    """The manifest itself says that a generative model made or edited the file."""
    claims: tuple[str, ...]
    """One English sentence each."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReportFacts:
    """The data of the documents of a report."""

    case_id: str
    created_at: datetime
    """Aware, UTC."""
    case: Case
    analysis: Analysis
    explanations: Explanations | None
    evidence: tuple[EvidenceFile, ...]
    """The file as received first."""
    custody: tuple[CustodyEntry, ...]
    credentials: ContentCredentials
    processed_at: Place
    show_images: bool
    """False blurs every image irreversibly."""
