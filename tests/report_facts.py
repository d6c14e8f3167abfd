"""Facts of a report around an analysis, with evidence and custody made by hand, and documents read back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from detector.types import Analysis
from explain.types import Explanations
from reporting.case import Case
from reporting.types import ContentCredentials, CustodyEntry, EvidenceFile, Hashes, ReportFacts

CREATED_AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
CASE = Case(
    denied=True,
    kind="impersonation",
    depicted="adult",
    what_happened="A video shows my sister asking people to invest money. She never said this.",
    whose_face="My sister's",
    platform="Instagram",
    urls=("https://www.instagram.com/reel/Cx_1?igsh=a%3Db",),
    handle="@some_account",
    seen_at=datetime(2026, 11, 19, 16, 0, tzinfo=UTC),
    state="Kerala",
    harm="Two relatives have lost trust in her.",
)


def hashes_of(content: bytes) -> Hashes:
    return Hashes(
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sha1=hashlib.sha1(content).hexdigest(),
        md5=hashlib.md5(content).hexdigest(),
    )


def facts_of(analysis: Analysis, explanations: Explanations | None, **changes: Any) -> ReportFacts:
    media = analysis.media
    original = EvidenceFile(
        name=media.file_name,
        in_package=False,
        purpose="The file as received.",
        mime="image/jpeg",
        hashes=Hashes(size_bytes=media.size_bytes, sha256=media.sha256, sha1=media.sha1, md5=media.md5),
        derived_from=None,
        made_how="",
    )
    frame = EvidenceFile(
        name="5_evidence/02_frame.jpg",
        in_package=True,
        purpose="The frame that speaks most for manipulation.",
        mime="image/jpeg",
        hashes=hashes_of(b"frame"),
        derived_from=media.sha256,
        made_how="frame 4 at 00:00.133, JPEG quality 92",
    )
    entries = []
    previous = "0" * 64
    for number, file in enumerate((original, frame), 1):
        entry = CustodyEntry(
            sequence=number,
            at=CREATED_AT - timedelta(minutes=3 - number),
            event="derived" if file.derived_from else "received",
            actor="deepfake-detector 0.1.0" if file.derived_from else "user",
            item=file.name,
            item_sha256=file.hashes.sha256,
            details=file.made_how or "Given to the software.",
            previous_sha256=previous,
        )
        entries.append(entry)
        previous = hashlib.sha256(repr(entry).encode()).hexdigest()
    values: dict[str, Any] = {
        "case_id": "DF-20261121-7K3Q",
        "created_at": CREATED_AT,
        "case": CASE,
        "analysis": analysis,
        "explanations": explanations,
        "evidence": (original, frame),
        "custody": tuple(entries),
        "credentials": ContentCredentials(
            state="absent", generator="", signer="", ai_claim=False, claims=("No content credentials were found.",)
        ),
        "processed_at": "own_computer",
        "show_images": True,
    }
    return ReportFacts(**(values | changes))


@dataclass(frozen=True)
class PageText:
    words: str
    """With single spaces."""
    strays: int
    """Visible characters that lie outside of the page."""


def read_pages(content: bytes) -> list[PageText]:
    """Each page as another program reads it."""
    document = pypdfium2.PdfDocument(content)
    pages = []
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage()
        count = text.count_chars()
        strays = 0
        for index in range(count):
            left, bottom, right, top = text.get_charbox(index)
            outside = left < -0.5 or bottom < -0.5 or right > width + 0.5 or top > height + 0.5
            strays += outside and bool(text.get_text_range(index, 1).strip())
        pages.append(PageText(" ".join(text.get_text_range().split()), strays))
        text.close()
        page.close()
    document.close()
    return pages


def whole_text(content: bytes) -> str:
    return " ".join(page.words for page in read_pages(content))


def images_in(content: bytes) -> list[NDArray[np.uint8]]:
    """Every raster image of a document: uint8 (height, width, 3), RGB."""
    document = pypdfium2.PdfDocument(content)
    found = []
    for page in document:
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
            found.append(np.asarray(item.get_bitmap(render=False).to_pil().convert("RGB")).copy())
        page.close()
    document.close()
    return found


def bookmarks_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    names = [mark.get_title() for mark in document.get_toc()]
    document.close()
    return names
