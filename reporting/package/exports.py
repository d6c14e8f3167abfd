"""Write the machine-readable files of a package: the prefilled complaint, the analysis and the hash report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from detector.errors import ReportError
from explain.types import Explanations
from reporting.case import IST
from reporting.complaint.form_fields import PortalField, complainant_keys
from reporting.complaint.narrative import ComplaintTexts
from reporting.complaint.referrals import Routing, followups
from reporting.portals import Portal
from reporting.text import results as result_text
from reporting.text import verdict_notes
from reporting.text.findings import Finding
from reporting.text.printable import csv_cell
from reporting.text.regions import evidence_sentences
from reporting.types import EvidenceFile, ReportFacts

TOOL_NAME = "deepfake-detector"
TOOL_VERSION = "0.1.0"
"""As in `pyproject.toml`."""
TOOL = f"{TOOL_NAME} {TOOL_VERSION}"
SCHEMA_VERSION = 1
"""Schema of `1_complaint.json`."""


def complaint_json(
    facts: ReportFacts,
    texts: ComplaintTexts,
    routing: Routing,
    fields: Sequence[PortalField],
    findings: Sequence[Finding],
    portal: Portal,
) -> str:
    """Return the prefilled complaint as JSON; unknown values are null."""
    case, analysis = facts.case, facts.analysis
    narrative, hint = (None, texts.text) if texts.is_hint else (texts.text, None)
    seen = case.seen_at.astimezone(IST) if case.seen_at else None
    categories = portal.categories_for(case.kind) if case.country == "IN" else ()
    content = {
        "meta": {
            "schema_version": SCHEMA_VERSION,
            "case_id": facts.case_id,
            "status": "DRAFT - NOT SUBMITTED",
            "tool": TOOL,
            "rules_checked_on": portal.checked_on.value,
            "created_utc": facts.created_at.isoformat(),
            "created_ist": facts.created_at.astimezone(IST).isoformat(),
            "languages": ["en", "hi"],
        },
        "route": {
            "kind": case.kind,
            "country": case.country,
            "suggested_card": routing.card or None,
            "anonymous_possible": routing.anonymous_possible,
            "can_withdraw": routing.can_withdraw,
            "steps": [
                {
                    "step": step.step,
                    "urgent": step.urgent,
                    "address": step.address or None,
                    "hedge": step.hedge or None,
                    "title": step.title,
                    "text": step.text,
                }
                for step in routing.steps
            ],
        },
        "incident": {
            "category_suggested": [asdict(entry) for entry in categories],
            "date": seen.date().isoformat() if seen else None,
            "time_ist": f"{seen:%H:%M}" if seen else None,
            "time_is_approximate": True,
            "delay_reason": case.delay_reason or None,
            "state": case.state or None,
            "platform": case.platform or None,
            "urls": texts.links,
            "handle": case.handle or None,
            "what_happened": case.what_happened or None,
            "whose_face": case.whose_face or None,
            "harm": case.harm or None,
            "narrative": narrative.text if narrative else None,
            "narrative_hi": narrative.gloss if narrative else None,
            "narrative_chars": narrative.count if narrative else None,
            "narrative_was_cut": narrative.cut if narrative else None,
            "report_suspect": hint.text if hint else None,
            "report_suspect_hi": hint.gloss if hint else None,
            "report_suspect_chars": hint.count if hint else None,
        },
        "fields": [field._asdict() for field in fields],
        "evidence": [_evidence(entry) for entry in facts.evidence],
        "suspect": {
            "known": bool(case.handle.strip()),
            "name": None,
            "handle": case.handle or None,
            "notes": None,
        },
        "complainant": dict.fromkeys(complainant_keys()) | {"id_document": "never stored here"},
        "analysis": {
            "result": verdict_notes.result_sentence(analysis, "en"),
            "result_hi": verdict_notes.result_sentence(analysis, "hi"),
            "outcome": analysis.verdict.outcome,
            "probability": analysis.verdict.probability,
            "grade": analysis.verdict.grade,
            "threshold_fake": analysis.verdict.threshold_fake,
            "error_rates": result_text.error_sentence(analysis.checkpoint, "en"),
            "content_credentials": asdict(facts.credentials),
            "limits": list(result_text.limits("en")),
        },
        "provisions_possible": [
            {
                "act": entry.act,
                "section": entry.section,
                "about": entry.about,
                "note": f"for the police to decide ({portal.provisions.hedge})",
            }
            for entry in (portal.provisions_for(case.kind) if case.country == "IN" else ())
        ],
        "bsa63": {
            "hash_line": facts.evidence[0].hashes.sha256,
            "algorithm": "SHA256",
            "annex": "6_hash_report.csv",
        },
        "user_confirmations": {
            "witness_only": case.witness_only,
            "denied": case.denied,
            "depicted": case.depicted,
            "media_included": case.media_included,
            "images_shown": case.images_shown,
            "facts_true": None,
        },
        "checks": [entry.to_dict() for entry in findings],
        "followup": {
            "acknowledgement_number": None,
            "filed_at": None,
            "if_notified_at": facts.created_at.isoformat(),
            "dates": [
                {"at": entry.at.isoformat(), "text": entry.text, "hedge": entry.fact.hedge}
                for entry in (followups(facts.created_at, portal) if case.country == "IN" else ())
            ],
        },
    }
    return _json(content)


def analysis_json(facts: ReportFacts) -> str:
    """Return the whole analysis as JSON, with settings and error rates.

    Raises:
        ReportError: a value cannot be written as JSON.
    """
    analysis = facts.analysis
    return _json(
        analysis.to_dict()
        | {
            "tool": TOOL_NAME,
            "tool_version": TOOL_VERSION,
            "case_id": facts.case_id,
            "created_at": facts.created_at.isoformat(),
            "media": {name: value for name, value in asdict(analysis.media).items() if name != "stamp"},
            "checkpoint": asdict(analysis.checkpoint),
            "frames_examined": analysis.frames_examined,
            "settings": dict(analysis.settings),
            "content_credentials": asdict(facts.credentials),
            "explanations": None if facts.explanations is None else _explanations(facts.explanations),
            "limits": list(result_text.limits("en")),
        }
    )


def hash_report(evidence: Sequence[EvidenceFile], created_at: datetime) -> bytes:
    """Return the hashes of the original and of every derived file as CSV; the original comes first."""
    rows = [
        {
            "file": csv_cell(entry.name),
            "in_package": "yes" if entry.in_package else "no",
            "size_bytes": entry.hashes.size_bytes,
            "mime": entry.mime,
            "sha256": entry.hashes.sha256,
            "sha1": entry.hashes.sha1,
            "md5": entry.hashes.md5,
            "derived_from_sha256": entry.derived_from or "",
            "made_how": csv_cell(entry.made_how),
            "purpose": csv_cell(entry.purpose),
            "computed_at_utc": created_at.isoformat(),
            "tool": TOOL,
        }
        for entry in evidence
    ]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def _evidence(entry: EvidenceFile) -> dict[str, Any]:
    return asdict(entry) | {"is_derived": entry.derived_from is not None}


def _explanations(explanations: Explanations) -> dict[str, Any]:
    """Return the region shares of each explained face, in numbers and words."""
    return {
        "heatmap_scale": explanations.heatmap_scale,
        "heatmap_scale_from": explanations.scale_from,
        "faces": [
            {
                "track_id": face.track_id,
                "frame_index": face.score.frame_index,
                "time_s": face.score.time_s,
                "method": face.method,
                "layer": face.layers[0],
                "layers": list(face.layers),
                "peak": face.peak,
                "concentrated": face.concentrated,
                "shares": dict(face.regions),
                "in_words": list(evidence_sentences(face, "en")),
            }
            for face in explanations.faces
        ],
    }


def _json(content: dict[str, Any]) -> str:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
    except (TypeError, ValueError) as error:
        raise ReportError(
            f"the analysis cannot be written as JSON ({error}): give settings and scores as plain texts and "
            "finite numbers"
        ) from error
