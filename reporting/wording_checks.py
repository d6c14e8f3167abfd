"""What the checks before filing can find, each with what to do about it. English only, as the package's texts to
paste are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warn", "info"]

_FINDINGS: dict[str, tuple[Severity, str, str]] = {
    "narrative_length": (
        "error",
        "The text to paste has {count} characters; the portal takes {low} to {high}.",
        "Change it before you paste it.",
    ),
    "narrative_long": (
        "warn",
        "The text to paste has {count} characters.",
        "If the form cuts it off at {limit}, delete the sentences about the software first.",
    ),
    "narrative_cut": (
        "warn",
        "Your own words were too long for the form and were cut at the end of a sentence.",
        "Attach 5_evidence/full_statement.txt, or shorten them yourself.",
    ),
    "suspect_length": (
        "error",
        "The text for Report Suspect has {count} characters; the page takes {low} to {high}.",
        "Change it before you paste it.",
    ),
    "nothing_told": (
        "warn",
        "You have not said what the person is shown saying or doing.",
        "Put it in place of the words in brackets.",
    ),
    "characters_changed": (
        "info",
        "Characters that the portal is said to refuse were changed in: {field}.",
        "Read whether it still says what you mean.",
    ),
    "links_moved": (
        "info",
        "Links cannot stand in the text and were moved to the field for links.",
        "Paste them there.",
    ),
    "link_too_long": (
        "warn",
        "No link of this case fits the {limit} characters of Report Suspect.",
        "Give the site and the account there; the full links are in 2_complaint_copy_paste.txt.",
    ),
    "no_links": (
        "warn",
        "No link is given.",
        "The link of the post helps most: add it if there is one.",
    ),
    "file_too_large": (
        "error",
        "{file} has {size} bytes, more than the {limit} the portal takes.",
        "Do not upload it; use the smaller copies.",
    ),
    "file_empty": ("error", "{file} is empty.", "Do not upload it."),
    "file_type": (
        "warn",
        "{file} is of a type the portal may not take ({types} are the likeliest).",
        "If it is refused, print it to PDF or leave it out.",
    ),
    "file_name": (
        "error",
        "{file} has a name that a form may refuse: use up to {limit} plain letters and digits and one dot.",
        "Rename the copy, never the original.",
    ),
    "type_mismatch": (
        "error",
        "{file} does not hold what its name says.",
        "Do not upload it; report this.",
    ),
    "in_future": (
        "error",
        "The time you gave for {what} lies in the future.",
        "Correct the date and the time.",
    ),
    "saved_before_seen": (
        "warn",
        "The file was saved before it was seen, as the two times say.",
        "Correct the one that is wrong.",
    ),
    "delay": (
        "warn",
        "It was seen {days} days ago and no reason for the delay is given.",
        "Have one sentence ready; the portal may ask.",
    ),
    "state": (
        "error",
        "{state} is none of the {count} States and Union Territories of the portal's list.",
        "Write it as in that list, or leave it empty and choose it on the screen.",
    ),
    "no_state": ("warn", "No State is given.", "Choose it on the portal: the complaint goes to its police."),
    "no_date": ("warn", "No date is given.", "The portal asks when you saw it: an approximate time is enough."),
    "identity_file": (
        "info",
        "The portal asks for a picture of an identity document (jpg, jpeg or png).",
        "Upload it there yourself; never put it into this package.",
    ),
    "not_supported": (
        "warn",
        "The analysis does not support the complaint: {headline}.",
        "You can still file, since you know what is true; say so in your own words.",
    ),
    "media_left_out": (
        "info",
        "No picture or copy of the file was put into this package.",
        "Attach the file itself on the portal if you want the police to see it.",
    ),
    "no_copy": (
        "warn",
        "No copy of the file itself could be made to upload.",
        "Attach the file as you received it if it is not too large, or the pictures from it.",
    ),
    "lint": (
        "error",
        "A text would say {words}, which software cannot promise.",
        "Report this; do not use the package.",
    ),
    "money": (
        "warn",
        "Money was lost: the phone comes before everything else.",
        "Call {fraud} and your bank now, then go on here.",
    ),
    "stale": (
        "warn",
        "What is known of the portal was last checked {days} days ago.",
        "Compare the limits and the lists with what the screen says.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the checks found."""

    severity: Severity
    """`error`: do not file before it is put right; `warn`: look at it; `info`: good to know."""
    key: str
    what: str
    do: str
    """What to do about it."""
    before: str = ""
    """Where a text was changed: as it was typed."""
    after: str = ""
    """… and as it stands now."""


def finding(key: str, *, before: str = "", after: str = "", **values: object) -> Finding:
    """A finding in words; `values` are named in its sentences."""
    severity, what, do = _FINDINGS[key]
    return Finding(
        severity=severity, key=key, what=what.format(**values), do=do.format(**values), before=before, after=after
    )
