"""Typeset a draft of the certificate under section 63(4)(c) of the Bharatiya Sakshya Adhiniyam, 2023.

Software fills in the hash and the reference to the hash report only: no name, tick, date or signature, and nothing
of the expert's Part B.

Source:
    The Schedule of the Act, Gazette of India Extraordinary, Part II section 1, No. 55 of 25 December 2023, read in
    copies that agree; the fields are laid out here, its sentences are not reproduced. Part B is known from
    secondary sources only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from reporting.documents.pdf import GREY, INK, BoxLine, Sheet
from reporting.types import ReportFacts

HASH_REPORT = "6_hash_report.csv"
"""The annex that the hash line points to."""
_DEVICES = (
    "Computer / storage media",
    "DVR",
    "Mobile",
    "Flash drive",
    "CD / DVD",
    "Server",
    "Cloud",
    "Other (specify)",
)
_PARTICULARS = (
    "Make and model",
    "Colour",
    "Serial number",
    "IMEI / UIN / UID / MAC / Cloud ID (whichever applies)",
    "Any other relevant information",
)
_ALGORITHMS = ("SHA1", "SHA256", "MD5", "Other (legally acceptable standard)")
_CONTROL = (
    "Here the form states, in its own words, that the device was under lawful control and in regular use, that it "
    "worked properly, that the information was fed into it regularly in the ordinary course, and that any fault "
    "did not affect the record. Copy that paragraph from the Schedule of the Act, and sign only if it is true."
)
_INSTRUCTIONS = (
    "This is a draft and has no effect until a person completes and signs it.",
    "Part A is for the person in charge of the device (or of the activities): fill in, tick and sign it only if "
    "it is true for you. The software filled in the hash value and the pointer to the hash report, nothing "
    "else.",
    "Part B is for an expert, who fills in all of it. Ask a lawyer or the police who may sign it.",
    "Before use, compare every line with the Schedule of the Act (Bharatiya Sakshya Adhiniyam, 2023): the "
    "fields are laid out here, the wording of the form is not reproduced. A new one is needed each time the "
    "record is submitted.",
    "The hash is of the original file as it was received. Derived images and copies are listed apart, in the "
    "hash report. A false declaration can be punished.",
)


def bsa63_draft_pdf(facts: ReportFacts) -> bytes:
    """Typeset the draft. Deterministic."""
    sheet = Sheet(
        f"Draft of a certificate under section 63(4)(c) BSA, case {facts.case_id}",
        f"Case {facts.case_id}  \u00b7  draft, neither filled in nor signed",
        facts.created_at.astimezone(UTC),
        watermark="DRAFT",
    )
    sheet.add_page()
    sheet.title_line(
        "Draft of a certificate",
        "Section 63(4)(c) of the Bharatiya Sakshya Adhiniyam, 2023  \u00b7  not a certificate until a person has "
        "completed and signed it",
    )
    sheet.box(tuple(BoxLine(line, 8.8) for line in _INSTRUCTIONS))
    _part_a(sheet, facts)
    sheet.add_page()
    _part_b(sheet)
    return bytes(sheet.output())


def _part_a(sheet: Sheet, facts: ReportFacts) -> None:
    media = facts.analysis.media
    sheet.heading("Part A (to be filled by the party)")
    _identity(sheet)
    _device(sheet, "Source of the record (the person who signs ticks it)")
    sheet.heading("Statement on the device", 2)
    sheet.paragraph(_CONTROL, size=9)
    sheet.boxes("The device is (the person who signs selects)", ("Owned", "Maintained", "Managed", "Operated"))
    sheet.heading("Hash value of the record (filled in by software)", 2)
    sheet.box(
        (
            BoxLine(f"SHA-256: {media.sha256}", 9, "B"),
            BoxLine(f"Of the original file as received: {media.file_name} ({media.size_bytes:,} bytes)", 8.5),
            BoxLine(f"Hash report enclosed: annex {HASH_REPORT}, with SHA-1 and MD5 of the same file", 8.5),
        ),
        edge=INK,
    )
    sheet.boxes("Algorithm (the person who signs ticks it)", _ALGORITHMS)
    _signature(sheet, designation=False)


def _part_b(sheet: Sheet) -> None:
    sheet.heading("Part B (to be filled by the expert)")
    sheet.paragraph(
        "Left blank by the software, hash and all. Its fields are known here from secondary sources only: compare "
        "with the Schedule of the Act.",
        size=9,
        colour=GREY,
    )
    _identity(sheet)
    _device(sheet, "The electronic record or output was obtained from (the expert ticks it)")
    sheet.heading("Hash value of the record", 2)
    sheet.blank("Hash value(s)", 12)
    sheet.boxes("Algorithm (the expert ticks it)", _ALGORITHMS)
    sheet.paragraph("Hash report to be enclosed by the expert.", size=8.5)
    _signature(sheet, designation=True)


def _identity(sheet: Sheet) -> None:
    sheet.blank("Name", 10)
    sheet.blank("Son / daughter / spouse of", 10)
    sheet.blank("Residing at / employed at", 10)
    sheet.paragraph("The form continues with a solemn affirmation, in the words of the Schedule.", size=8.5)


def _device(sheet: Sheet, name: str) -> None:
    sheet.boxes(name, _DEVICES)
    for field in _PARTICULARS:
        sheet.blank(field, 9)


def _signature(sheet: Sheet, *, designation: bool) -> None:
    fields: Sequence[str] = (
        "Name and designation" if designation else "Name",
        "Signature",
        "Date (DD/MM/YYYY)",
        "Time (IST, 24 hours)",
        "Place",
    )
    sheet.room(10.0 * len(fields) + 14)
    sheet.ln(2)
    for field in fields:
        sheet.blank(field, 10)
