"""A plain-text draft of a complaint, in the order in which the portal asks.

In come the user's own words, the analysis and the portal's dated facts; out goes text for a person to read,
correct and paste. Facts come first and the software's opinion last. Nobody's identity is asked for, stored
or written here.
"""

from __future__ import annotations

import re
import unicodedata

from detector.types import Analysis
from reporting import wording
from reporting.case import IST, Case
from reporting.portals import Portal

_URL = re.compile(
    r"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{0,20}://|www\.|(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}/)"
    r"\S*[^\s.,;:!?()\[\]{}<>'\"\u201c\u201d\u2018\u2019\u0964]",
    re.IGNORECASE,
)
_LINK = "(see the list of links)"
# What a refused character is put as where it means something; every other refused one becomes a space.
_SPELLED = {
    "&": " and ",
    "%": " percent ",
    "@": " at ",
    "$": " dollar ",
    "+": " plus ",
    "=": " equals ",
    "!": ". ",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
    "'": "",
    '"': "",
    "`": "",
}
_TYPOGRAPHIC = str.maketrans(
    dict.fromkeys("\u2018\u2019", "'")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u2013\u2014", "-")
    | {"\u20b9": "Rs "}
)


def clean_narrative(text: str, portal: Portal) -> str:
    """Put a text into the characters the portal takes.

    Links become a pointer to the list of links; refused characters are spelled out where they mean something
    and dropped where not; line breaks become spaces, since how the portal counts them is not known; emoji
    and invisible characters go. Letters of every script stay. Cleaning twice changes nothing more.

    Source:
        `refused_characters` and `avoided_characters` of the portal's facts.
    """
    text = _URL.sub(_LINK, unicodedata.normalize("NFKC", text)).translate(_TYPOGRAPHIC)
    refused = portal.refused_characters.value + portal.avoided_characters.value
    for character in refused:
        text = text.replace(character, _SPELLED.get(character, " "))
    text = "".join(" " if letter in refused or _is_ornament(letter) else letter for letter in text)
    text = re.sub(r"\s+([.,;:?)])", r"\1", " ".join(text.split()))
    return re.sub(r"\.(?:\s*\.)+", ".", text)


def complaint_draft(case: Case, analysis: Analysis, portal: Portal) -> str:
    """Write the draft, one block for each field of the portal, in the portal's order.

    Whatever the case leaves out stands as `(fill in: …)`. The narrative keeps to the portal's characters and
    is never cut: where it is too short or too long the draft says so.
    """
    narrative = clean_narrative(_narrative(case, analysis), portal)
    media = analysis.media
    urls = _all_links(case)
    limit = portal.upload_limit_bytes
    size_note = (
        "larger than that limit: keep it, and attach pictures or a shorter copy"
        if media.size_bytes > limit.value
        else "within that limit"
    )
    lines = [
        "DRAFT, NOT SUBMITTED",
        wording.not_an_fir("en"),
        "Every line that you copy becomes your own statement: change or delete what is not true. The portal "
        "warns that false information can be punished.",
        portal.address_line,
        "",
        "STEP 1: INCIDENT DETAILS",
        "Category and sub-category: (choose from the lists on the screen)",
        f"Date and time of seeing it: {_moment(case) or _blank('date and time')}",
        "Reason for a delay in reporting: (only if the portal asks)",
        f"State: {_one_line(case.state) or _blank('State or union territory')}",
        f"Where it occurred: {_one_line(case.platform) or _blank('platform or website')}",
        "Links:",
        *(f"  {url}" for url in urls or [_blank("full link of the post and of the account")]),
        f"Supporting evidence: attach files one by one, each of at most {limit.value:,} bytes ({limit.hedge}).",
        f"  The file judged here: {_one_line(media.file_name)}, {media.size_bytes:,} bytes, {size_note}.",
        "Additional information about the incident (copy the text between the two lines):",
        "----------",
        narrative,
        "----------",
        *_length_notes(narrative, portal),
        "",
        "STEP 2: SUSPECT DETAILS (what you do not know may stay empty; write facts only)",
        f"Account or handle: {_one_line(case.handle) or _blank('account name and profile link, if known')}",
        "",
        "STEP 3: COMPLAINANT DETAILS",
        "Type these on the portal yourself. This draft holds nothing about who you are, and needs no "
        "identity document.",
        "",
        "STEP 4: PREVIEW AND SUBMIT",
        "Read the preview, correct it, and submit it yourself. Keep the acknowledgement number.",
    ]
    return "\n".join(lines) + "\n"


def _narrative(case: Case, analysis: Analysis) -> str:
    media = analysis.media
    kind = "picture" if media.kind == "image" else "video"
    what = _as_sentence(case.what_happened) or _blank("what the person is shown saying or doing") + "."
    return " ".join(
        (
            f"On {_moment(case) or _blank('date and time')} I saw a {kind} on "
            f"{_one_line(case.platform) or _blank('platform or website')}, posted by the account named in "
            "the suspect details.",
            f"The face shown: {_as_sentence(case.whose_face) or _blank('whose face it is') + '.'}",
            f"What it shows and what happened: {what}",
            "The person shown did not say or do this and did not agree to it (keep this only if it is true).",
            "The links are given in the field above.",
            f"Harm: {_as_sentence(case.harm) or _blank('what harm this has done') + '.'}",
            f"I saved the file on {_blank('date')}. Its SHA 256 value is {media.sha256}.",
            "I ask for investigation, for removal of the content and for preservation of the account records.",
            "Opinion of the software I used:",
            wording.verdict_sentence(analysis.verdict, media.kind, "en"),
            wording.error_sentence(analysis.checkpoint, "en"),
            wording.not_proof("en"),
        )
    )


def _length_notes(narrative: str, portal: Portal) -> list[str]:
    low, high = portal.narrative_min_chars, portal.narrative_max_chars
    count = len(narrative)
    if count < low.value:
        state = f"TOO SHORT by {low.value - count}: add what you know"
    elif count > high.value:
        state = f"TOO LONG by {count - high.value}: shorten it before you paste it"
    else:
        state = "within both limits"
    notes = [
        f"Length: {count} characters, {state}." + " Filling in the blanks changes it." * ("(fill in" in narrative),
        f"The portal takes at least {low.value} ({low.hedge}) and at most {high.value} ({high.hedge}).",
    ]
    if any(unicodedata.category(character) == "Lo" for character in narrative):
        notes.append("Whether the portal takes Hindi script here is not known: keep an English text at hand.")
    return notes


def _all_links(case: Case) -> list[str]:
    """Those given as such and those found in the user's words, each once."""
    own_words = "\n".join((case.what_happened, case.whose_face, case.platform, case.harm))
    found = _URL.findall(unicodedata.normalize("NFKC", own_words))
    return list(dict.fromkeys(filter(None, map(_one_line, (*case.urls, *found)))))


def _moment(case: Case) -> str:
    return "" if case.seen_at is None else f"{case.seen_at.astimezone(IST):%d-%m-%Y at about %H:%M} IST"


def _blank(what: str) -> str:
    return f"(fill in: {what})"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _as_sentence(text: str) -> str:
    text = _one_line(text)
    return text if not text or text[-1] in ".!?\u0964" else text + "."


def _is_ornament(character: str) -> bool:
    """Emoji, modifiers, variation selectors and invisible characters; white space is none of them."""
    category = unicodedata.category(character)
    return not character.isspace() and (
        category.startswith("C") or category in {"So", "Sk", "Me"} or "\ufe00" <= character <= "\ufe0f"
    )
