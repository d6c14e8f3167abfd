"""The report package: one zip with the draft, the analysis, the pictures and the hash of every file in it.

In come values and, where wanted, the file as received; out goes a zip that is written whole or not at all,
the same bytes for the same inputs.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO

import numpy as np
from PIL import Image

from detector.errors import ReportError
from detector.types import Analysis, Pixels
from explain.types import Explanations
from reporting import wording
from reporting.case import Case
from reporting.complaint import complaint_draft
from reporting.portals import Portal, load_portal

TOOL_NAME = "deepfake-detector"
MANIFEST_NAME = "MANIFEST.sha256"
MAX_TOTAL_BYTES = 2_000_000_000
"""Of all files in a package, unpacked: no more is written, and no more read when it is verified."""
MAX_FILES = 10_000

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPackage:
    """A package whose every hash was computed."""

    path: Path
    files: Mapping[str, str]
    """SHA-256 (lower-case hex) by name, of every file but the manifest itself."""
    input_sha256: str
    """SHA-256 of the file that was judged, as it was received."""


def build_package(
    case: Case,
    analysis: Analysis,
    explanations: Explanations | None,
    out_path: str | Path,
    *,
    original: str | Path | None = None,
    created_at: datetime | None = None,
) -> ReportPackage:
    """Write a report package, whole or not at all; a package that stood at `out_path` before is replaced.

    Args:
        case: the user's own words.
        analysis: the result, whose hashes are of the file as received.
        explanations: pictures to add; None where no face was found or none was computed.
        out_path: ends in `.zip`; its folder exists. The file is readable by its owner only.
        original: the file as received, to be put into the package. Left out unless given: it may be large,
            and it shows what harms someone.
        created_at: aware time that the package states; now if None. The same inputs give the same bytes.

    Raises:
        ReportError: `out_path` cannot be written, `original` is not the file that was judged, the package
            would be too large, the analysis holds what JSON cannot, or a sentence of ours promises more than
            software can.
        ValueError: `created_at` has no time zone or a year a zip cannot hold, or a picture is not RGB uint8.
    """
    out_path = Path(out_path)
    original = None if original is None else Path(original)
    created_at = datetime.now(UTC) if created_at is None else created_at
    if created_at.utcoffset() is None or not 1980 <= created_at.astimezone(UTC).year <= 2107:
        raise ValueError(f"created_at needs a time zone and a year from 1980 to 2107, got {created_at}")
    created_at = created_at.astimezone(UTC)
    if out_path.suffix.lower() != ".zip":
        raise ReportError(f"a report package is a zip, got {out_path.name!r}: choose a name that ends in .zip")

    portal = load_portal()
    _refuse_promises(analysis, portal, created_at)
    members = _pictures(explanations)
    for name, text in _texts(case, analysis, portal, created_at).items():
        members[name] = text.encode("utf-8", "backslashreplace")  # a file name may hold undecodable bytes
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    if original is not None:
        _check_original(original, analysis, out_path)
        hashes[f"original/{_safe_file_name(analysis.media.file_name)}"] = analysis.media.sha256
    hashes = dict(sorted(hashes.items()))
    members[MANIFEST_NAME] = "".join(f"{digest}  {name}\n" for name, digest in hashes.items()).encode("ascii")

    total_bytes = sum(map(len, members.values())) + (analysis.media.size_bytes if original else 0)
    if total_bytes > MAX_TOTAL_BYTES or len(hashes) >= MAX_FILES:
        raise ReportError(
            f"the package would hold {total_bytes} bytes in {len(hashes) + 1} files, more than "
            f"{MAX_TOTAL_BYTES} bytes or {MAX_FILES} files: leave out the original or explain fewer faces"
        )

    try:
        with _whole_or_not_at_all(out_path) as stream, zipfile.ZipFile(stream, "w") as archive:
            for name in sorted(hashes.keys() | members.keys()):
                info = _member_info(name, created_at)
                if name in members:
                    archive.writestr(info, members[name])
                elif original is not None:
                    _store_original(archive, info, original, analysis)
    except OSError as error:
        raise ReportError(
            f"the package could not be written to {out_path} ({error}): choose a folder that exists, may be "
            "written to and has room"
        ) from error
    return ReportPackage(path=out_path, files=MappingProxyType(hashes), input_sha256=analysis.media.sha256)


def _texts(case: Case, analysis: Analysis, portal: Portal, created_at: datetime) -> dict[str, str]:
    """Every text of the package by file name."""
    media = analysis.media
    hashes = (
        ("SHA-256", media.sha256),
        ("SHA-1", media.sha1),
        ("MD5", media.md5),
        ("Size in bytes", media.size_bytes),
        ("File name", " ".join(media.file_name.split())),
    )
    return {
        "README.txt": _readme(analysis, portal, created_at),
        "analysis.json": _analysis_json(analysis, created_at),
        "complaint_draft.txt": complaint_draft(case, analysis, portal),
        "hashes.txt": "".join(f"{label}: {value}\n" for label, value in hashes),
        "portal.url": f"[InternetShortcut]\r\nURL={portal.home_url.value}\r\n",
    }


def _readme(analysis: Analysis, portal: Portal, created_at: datetime) -> str:
    verdict = analysis.verdict
    lines = [
        "REPORT PACKAGE",
        f"Made by {TOOL_NAME} on {created_at:%Y-%m-%d %H:%M} UTC.",
        portal.address_line,
        "",
        "Files",
        "  complaint_draft.txt  text to correct and paste into the portal, in its order",
        "  hashes.txt           fingerprints of the file that was judged, as it was received",
        "  analysis.json        the result, the settings and the detector that gave it",
        "  overlays/            pictures of the faces that were judged, if there are any",
        "  original/            the file as it was received, only if you asked for it",
        f"  {MANIFEST_NAME}      fingerprint of every file here (check with: sha256sum -c {MANIFEST_NAME})",
        "A fingerprint shows that a file has not changed since; it does not show that what the file says is true.",
        "The pictures show people: give this package only to those who need it. Whether the portal takes a "
        "zip is not known: attach single files.",
    ]
    headings: tuple[tuple[wording.Language, str, str, str], ...] = (
        ("en", "Result", "What to do now", "Limits"),
        ("hi", "नतीजा", "अब क्या करें", "सीमाएँ"),
    )
    for language, result, steps, limits in headings:
        lines += [
            "",
            result,
            wording.verdict_sentence(verdict, analysis.media.kind, language),
            wording.error_sentence(analysis.checkpoint, language),
            wording.not_proof(language),
            wording.not_an_fir(language),
            "",
            steps,
            *(f"{number}. {step}" for number, step in enumerate(wording.next_steps(verdict.outcome, language), 1)),
            "",
            limits,
            *(f"- {limit}" for limit in wording.limits(language)),
        ]
    return "\n".join(lines) + "\n"


def _analysis_json(analysis: Analysis, created_at: datetime) -> str:
    content = analysis.to_dict() | {
        "tool": TOOL_NAME,
        "created_at": created_at.isoformat(),
        "media": asdict(analysis.media),
        "checkpoint": asdict(analysis.checkpoint),
        "frames_examined": analysis.frames_examined,
        "settings": dict(analysis.settings),
    }
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
    except (TypeError, ValueError) as error:
        raise ReportError(
            f"the analysis cannot be written as JSON ({error}): give settings and scores as plain texts and "
            "finite numbers"
        ) from error


def _refuse_promises(analysis: Analysis, portal: Portal, created_at: datetime) -> None:
    """Lint what we would write with the user's own words left out; those are the user's to choose."""
    ours = replace(analysis, media=replace(analysis.media, file_name=""))
    for name, text in _texts(Case(), ours, portal, created_at).items():
        if found := wording.lint(text):
            raise ReportError(
                f"{name} would say {', '.join(map(repr, found))}, which software cannot promise: reword the "
                "reason, the note or the checkpoint's card it comes from"
            )


def _pictures(explanations: Explanations | None) -> dict[str, bytes]:
    if explanations is None:
        return {}
    faces = {
        f"overlays/face_{rank:03d}_track_{face.track_id}_frame_{face.score.frame_index}.png": _png(face.overlay)
        for rank, face in enumerate(explanations.faces, 1)
    }
    frames = {
        f"overlays/frame_{rank:03d}_index_{frame.frame_index}.png": _png(frame.pixels)
        for rank, frame in enumerate(explanations.frames, 1)
    }
    return faces | frames


def _png(pixels: Pixels) -> bytes:
    """PNG without any metadata. Pixels are uint8 (height, width, 3), RGB."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"a picture is uint8 (height, width, 3), got {pixels.dtype} {pixels.shape}")
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="PNG")
    return buffer.getvalue()


def _check_original(original: Path, analysis: Analysis, out_path: Path) -> None:
    if not original.is_file():
        raise ReportError(f"there is no original at {original}: give the file that was judged, or leave it out")
    if out_path.exists() and out_path.samefile(original):
        raise ReportError(f"{out_path} is the original itself and would be replaced: choose another name")
    if original.stat().st_size != analysis.media.size_bytes:
        raise _not_the_original(original, analysis)


def _store_original(archive: zipfile.ZipFile, info: zipfile.ZipInfo, original: Path, analysis: Analysis) -> None:
    """Copy and hash in one reading, so that what is checked is what is stored."""
    info.file_size = analysis.media.size_bytes
    digest = hashlib.sha256()
    with original.open("rb") as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != analysis.media.sha256:
        raise _not_the_original(original, analysis)


def _not_the_original(original: Path, analysis: Analysis) -> ReportError:
    return ReportError(
        f"{original.name} is not the file that was judged (SHA-256 {analysis.media.sha256}): give that file "
        "unchanged, or leave it out"
    )


def _safe_file_name(name: str) -> str:
    """ASCII letters, digits and `_`, at most one dot, at most 50 characters, never empty."""
    stem, suffix = (
        unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in os.path.splitext(name)
    )
    stem = re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_")[:40] or "file"
    suffix = re.sub(r"[^A-Za-z0-9]", "", suffix)[:8].lower()
    return f"{stem}.{suffix}" if suffix else stem


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content stands at `path` once the block has ended well, and nowhere if it has not."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _member_info(name: str, created_at: datetime) -> zipfile.ZipInfo:
    at = created_at
    info = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, on every system, so that the bytes agree
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info
