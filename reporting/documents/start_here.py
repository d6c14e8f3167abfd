"""Write START_HERE.html: one page in English and Hindi that works offline; every value is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from reporting.case import IST
from reporting.complaint.referrals import Route, is_hint
from reporting.portals import Fact, Portal
from reporting.text import results as result_text
from reporting.text.evidence import purpose_in
from reporting.text.findings import Finding, mark, versions
from reporting.text.printable import printable
from reporting.text.results import Language
from reporting.text.start_here import FILES, INDIAN_FILES, WORDS, Words
from reporting.types import ReportFacts

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_FORM_STEPS = {"financial_fraud", "women_children", "other_cyber_crime"}
_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1c2026; overflow-wrap: anywhere;
  font: 1rem/1.6 "Noto Sans", "Noto Sans Devanagari", "Nirmala UI", "Mangal", system-ui, sans-serif; }
main, header, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.1rem; }
header { padding-top: 1.4rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .3rem; color: #183e68; }
h2 { font-size: 1.25rem; line-height: 1.35; margin: 2rem 0 .5rem; color: #183e68; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
nav a { display: inline-block; margin: .3rem .9rem .3rem 0; padding: .45rem 0; font-weight: 600; }
a { color: #0b4f9e; } a:focus-visible { outline: 3px solid #183e68; outline-offset: 2px; }
section { border-top: 3px solid #183e68; margin-top: 1.6rem; padding-top: .4rem; }
.urgent { border: 2px solid #a11212; border-left-width: .7rem; padding: .6rem 1rem; margin: .6rem 0; }
.urgent ul { margin: .2rem 0; padding-left: 1.1rem; } .urgent li { font-weight: 600; }
.result { background: #f0f4f8; border-left: .5rem solid #183e68; padding: .6rem 1rem; }
.result p:first-child { font-weight: 700; font-size: 1.1rem; }
.error { border: 2px solid #a11212; color: #a11212; padding: 0 .3rem; }
summary { cursor: pointer; padding: .3rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; }
ol > li, ul > li { margin: .5rem 0; }
small { display: block; color: #4a5360; font-size: .82rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid #c8ced5; }
th { font-weight: 600; width: 42%; }
footer { padding: 1.5rem 1.1rem 2.5rem; color: #4a5360; font-size: .88rem; }
@media (max-width: 30rem) {
  th, td { display: block; width: auto; } th { border: 0; padding-bottom: 0; } td { padding-top: 0; }
}
@media print {
  body { font-size: 10.5pt; } nav { display: none; } h2 { break-after: avoid; }
  li, tr, .urgent { break-inside: avoid; }
  section + section { break-before: page; }
}
"""


def start_here_html(
    facts: ReportFacts,
    routes: Sequence[Route],
    findings: Sequence[Finding],
    portal: Portal,
    language: Language = "en",
) -> str:
    """Write the page.

    Args:
        facts: of the report.
        routes: the steps to take, in their order (`reporting.complaint.referrals.route(case).steps`).
        findings: what to look at before filing, errors first.
        portal: the dated facts.
        language: stands first, the other below it.
    """
    languages: tuple[Language, ...] = ("hi", "en") if language == "hi" else ("en", "hi")
    links = "".join(
        f'<a href="#{language}" lang="{language}">{escape(WORDS[language].language_name)}</a>'
        for language in languages
    )
    sections = "".join(_section(facts, routes, findings, portal, language) for language in languages)
    titles = " / ".join(
        f'<span lang="{language}">{escape(WORDS[language].title)}</span>' for language in languages
    )
    return (
        f'<!doctype html>\n<html lang="{languages[0]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(WORDS[languages[0]].title)}: "
        f"{_one_line(facts.case_id)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f'<body>\n<header><h1>{titles}</h1><nav aria-label="Language / भाषा">{links}</nav></header>\n'
        f"<main>\n{sections}</main>\n<footer>{_footer(facts, portal, languages)}</footer>\n</body>\n</html>\n"
    )


def _section(
    facts: ReportFacts, routes: Sequence[Route], findings: Sequence[Finding], portal: Portal, language: Language
) -> str:
    words, analysis = WORDS[language], facts.analysis
    named = {route.step for route in routes}
    indian = facts.case.country == "IN"
    kind, outcome = analysis.media.kind, analysis.verdict.outcome
    blocks = [
        _heading(words.first) + _first(routes, portal, words, language, indian),
        _heading(words.result)
        + '<div class="result">'
        + _paragraphs(
            result_text.headline(result_text.shown(analysis.verdict), language),
            result_text.verdict_sentence(analysis.verdict, kind, language),
            result_text.rate_sentence(analysis.checkpoint, analysis.verdict.grade, kind, language),
            result_text.support_sentence(outcome, kind, language),
            result_text.not_proof(language),
        )
        + "</div>",
    ]
    if told := [entry for entry in findings if entry.severity != "info" or entry.changed]:
        items = "".join(_finding(entry, language) for entry in told)
        blocks.append(_heading(words.look) + f"<ul>{items}</ul>")
    blocks.append(_heading(words.order) + _paragraphs(words.order_note) + _steps(routes, language))
    if named & _FORM_STEPS:
        values = {
            "address": portal.home_url.value,
            "limit": f"{portal.upload_limit_bytes.value:,}",
            "low": str(portal.narrative_min_chars.value),
            "high": str(portal.narrative_max_chars.value),
        }
        hedges = {words.characters: portal.narrative_max_chars, words.bytes: portal.upload_limit_bytes}
        blocks.append(_heading(words.form) + _list("ol", words.form_steps, values) + _hedges(hedges, language))
    if "report_suspect" in named:
        values = {
            "address": portal.report_suspect_url.value,
            "low": str(portal.suspect_min_chars.value),
            "high": str(portal.suspect_max_chars.value),
        }
        blocks.append(_heading(words.hint) + _list("ol", words.hint_steps, values))
    blocks.append(_heading(words.files) + _paragraphs(words.files_note) + _files(facts, words, language))
    if indian:
        spans = (
            portal.platform_hours,
            portal.platform_acknowledge_hours,
            portal.platform_resolve_days,
            portal.appeal_days,
        )
        names = ("act", "acknowledge", "resolve", "appeal")
        values = {name: str(fact.value) for name, fact in zip(names, spans, strict=True)}
        blocks.append(
            _heading(words.deadlines)
            + _list("ul", words.deadline_lines, values)
            + _hedges({words.hours: portal.platform_hours, words.days: portal.appeal_days}, language)
        )
    blocks += [
        _heading(words.keep) + _list("ul", words.keep_lines),
        _heading(words.by_hand)
        + _list("ul", (line for line in words.by_hand_lines if not any(name in line for name in _absent(facts)))),
        _heading(words.is_not)
        + _list(
            "ul",
            (
                result_text.not_proof(language),
                result_text.not_an_fir(language),
                result_text.complaint_id_is_no_fir(language),
                *result_text.limits(language),
                words.false_information,
            ),
        ),
    ]
    return f'<section id="{language}" lang="{language}">\n' + "\n".join(blocks) + "\n</section>\n"


def _first(routes: Sequence[Route], portal: Portal, words: Words, language: Language, indian: bool) -> str:
    """What cannot wait; in India the numbers to call even where the case names no danger."""
    lines = [
        f"{escape(route.title[language])}: {escape(route.text[language])}" for route in routes if route.urgent
    ]
    if indian:
        numbers = (portal.helpline_emergency, portal.helpline_cyber_fraud, portal.helpline_women)
        for call, fact in zip(words.calls, numbers, strict=True):
            lines.append(escape(call.format(number="\0")).replace("\0", _address(fact.value)))
    if not lines:
        lines = [f"{escape(route.title[language])}: {escape(route.text[language])}" for route in routes[:1]]
    return '<div class="urgent"><ul>' + "".join(f"<li>{line}</li>" for line in lines) + "</ul></div>"


def _steps(routes: Sequence[Route], language: Language) -> str:
    items = []
    for route in routes:
        where = f"<p>{_address(route.address)}</p>" if route.address else ""
        said = route.hedge if language == "en" else route.hedge_hi
        hedge = f"<small>{escape(said)}</small>" if said else ""
        items.append(
            f"<li><h3>{escape(route.title[language])}</h3><p>{escape(route.text[language])}</p>{where}{hedge}</li>"
        )
    return f"<ol>{''.join(items)}</ol>"


def _finding(entry: Finding, language: Language) -> str:
    """How grave it is in words, what was found and what to do; a changed text in both versions, folded."""
    what, do = entry.said(language)
    marked = f'<strong class="{entry.severity}">{escape(mark(entry.severity, language))}:</strong>'
    changed = ""
    if entry.changed:
        before, after = versions(language)
        changed = (
            f"<details><summary>{escape(before)} / {escape(after)}</summary><dl><dt>{escape(before)}</dt>"
            f"<dd>{_one_line(entry.before)}</dd><dt>{escape(after)}</dt><dd>{_one_line(entry.after)}</dd></dl></details>"
        )
    return f"<li>{marked} {_one_line(what)} {_one_line(do)}{changed}</li>\n"


def _absent(facts: ReportFacts) -> frozenset[str]:
    """Files that this package does not hold."""
    to_paste = {"2_complaint_copy_paste.txt"} if is_hint(facts.case) else {"3_report_suspect.txt"}
    absent = frozenset(to_paste if facts.case.country == "IN" else {*to_paste, *INDIAN_FILES})
    return absent if any(file.in_package for file in facts.evidence) else absent | {"5_evidence/"}


def _files(facts: ReportFacts, words: Words, language: Language) -> str:
    rows = []
    absent = _absent(facts)
    for name, purpose in zip(FILES, words.purposes, strict=True):
        if name in absent:
            continue
        inside = ""
        if name == "5_evidence/":
            inside = "".join(
                f"<small>{_one_line(file.name)}: {_one_line(purpose_in(file, language))}</small>"
                for file in facts.evidence
                if file.in_package
            )
        rows.append(f'<tr><th scope="row">{escape(name)}</th><td>{escape(purpose)}{inside}</td></tr>')
    return f"<table>{''.join(rows)}</table>"


def _footer(facts: ReportFacts, portal: Portal, languages: Iterable[Language]) -> str:
    time = f"{facts.created_at.astimezone(IST):%d-%m-%Y %H:%M} IST"
    lines = []
    for language in languages:
        words = WORDS[language]
        made = words.made.format(case=facts.case_id, time=time, date=portal.checked_on.value)
        stale = (
            f" {words.stale.format(days=portal.stale_days.value)}"
            if portal.is_stale(facts.created_at.astimezone(IST).date())
            else ""
        )
        lines.append(f'<p lang="{language}">{_one_line(made)}{escape(stale)}</p>')
    return "".join(lines)


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>\n"


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _list(tag: str, lines: Iterable[str], values: dict[str, str] | None = None) -> str:
    filled = (line.format(**values) if values else line for line in lines)
    return f"<{tag}>" + "".join(f"<li>{escape(line)}</li>" for line in filled) + f"</{tag}>"


def _hedges(facts: Mapping[str, Fact[int]], language: Language) -> str:
    """How surely a few numbers are known, each after its unit."""
    return "".join(
        f"<small>{fact.value:,} {unit}: {escape(fact.hedge_in(language))}</small>" for unit, fact in facts.items()
    )


def _address(text: str) -> str:
    """A number to call or a page to open as a link; anything else as plain text."""
    shown = escape(text)
    if re.fullmatch(r"[0-9+() -]{3,20}", text):
        return f'<a href="tel:{escape(re.sub(r"[^0-9+]", "", text))}">{shown}</a>'
    if text.startswith("https://"):
        return f'<a href="{shown}" rel="noreferrer">{shown}</a>'
    return shown


def _one_line(text: str) -> str:
    return escape(printable(" ".join(text.split())))
