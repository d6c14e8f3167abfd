"""Sentences about evidence files and the meaning of hashes."""

from __future__ import annotations

from detector.types import MediaKind
from reporting.text.results import Language, clock
from reporting.types import UPLOAD_PREFIX, EvidenceFile

_KINDS: dict[MediaKind, str] = {"image": "image", "video": "video"}


def received_purpose(kind: MediaKind) -> str:
    return f"The {_KINDS[kind]} as it was received; it is what was analysed."


def copy_purpose(kind: MediaKind) -> str:
    return f"The {_KINDS[kind]} in a size that can be uploaded; the one received was not changed."


def excerpt_purpose(start_s: float, end_s: float) -> str:
    return (
        f"The video from {clock(start_s)} to {clock(end_s)} in a size that can be uploaded; the whole one was "
        "not changed."
    )


def frames_purpose(kind: MediaKind) -> str:
    return "The image that was analysed." if kind == "image" else "Frames of the video, without any marks."


def key_frames_purpose(kind: MediaKind) -> str:
    what = "The image" if kind == "image" else "Key frames of the video"
    return f"{what} with boxes and heatmaps that software drew over it; an illustration, not the file itself."


def statement_purpose() -> str:
    return "The user's own words in full, where they were too long for the form."


def purpose_in(file: EvidenceFile, language: Language) -> str:
    """Return the purpose of an evidence file in a language."""
    if language == "en":
        return file.purpose
    name = file.name.removeprefix(UPLOAD_PREFIX)
    return next((said for start, said in _PURPOSES_HI if name.startswith(start)), _RECEIVED_HI)


_RECEIVED_HI = "फ़ाइल, जैसी मिली थी; इसी की जाँच हुई।"
_PURPOSES_HI = (
    (
        "copy_",
        "फ़ाइल की ऐसी कॉपी जो अपलोड हो सके; वीडियो बड़ा हो तो केवल सबसे ज़रूरी हिस्सा। जो फ़ाइल मिली थी, उसमें कुछ "
        "नहीं बदला गया।",
    ),
    ("frames", "जाँची गई तस्वीर या वीडियो के फ़्रेम, बिना किसी निशान के।"),
    ("key_frames", "तस्वीर या मुख्य फ़्रेम, जिन पर सॉफ़्टवेयर ने घेरे और रंग बनाए हैं; यह दिखाने के लिए है, मूल फ़ाइल नहीं।"),
    ("full_statement", "आपका पूरा लिखा हुआ, क्योंकि वह फ़ॉर्म के लिए ज़्यादा लंबा था।"),
)
"""By prefix of the file name."""


def verification_meaning(language: Language) -> str:
    """Return what it means that a package verifies."""
    return {
        "en": "The files are complete and are the ones the manifest lists. This finds damage and files changed by "
        "mistake. It does not reveal a change by somebody who edits a file and computes the hashes anew, since "
        "nothing in the package is signed: for that, compare the SHA-256 of the manifest with the value noted "
        "when the package was made. It does not show that what the files say is true.",
        "hi": "सारी फ़ाइलें मौजूद हैं और वही हैं जो सूची (manifest) में लिखी हैं। इससे ख़राब हुई या ग़लती से बदली गई फ़ाइलें पकड़ में "
        "आती हैं। अगर कोई फ़ाइल बदलकर हैश दोबारा बना दे, तो यह पकड़ में नहीं आता, क्योंकि इन काग़ज़ों पर किसी के डिजिटल "
        "हस्ताक्षर नहीं हैं: इसके लिए सूची के SHA-256 को उस मान से मिलाएँ जो काग़ज़ बनते समय लिख लिया गया था। इससे यह भी पता "
        "नहीं चलता कि फ़ाइलों में लिखी बातें सच हैं।",
    }[language]
