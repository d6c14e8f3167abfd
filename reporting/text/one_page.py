"""The words around a result on one page, in English and Hindi. No sentence here states a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detector.types import MediaKind
from reporting.text.results import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All that the page says in one language."""

    title: str
    made: str
    """With `{time}`."""
    image: Mapping[bool, str]
    """Below the image; by whether marks are drawn into it."""
    facts: Mapping[str, str]
    kinds: Mapping[MediaKind, str]
    estimate: str
    """With `{p}`, `{low}` and `{high}`."""
    no_estimate: str
    face: str
    """With `{number}`."""
    faces: str
    more_faces: str
    """With `{count}`."""
    limits: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="Result of an automated analysis",
        made="Made {time}. This is a summary for reading, not a report package.",
        image={
            True: "Derived illustration: boxes and colours were drawn in by software.",
            False: "What was checked.",
        },
        facts={
            "file": "File",
            "format": "Kind and format",
            "size": "Size",
            "pixels": "Pixels",
            "length": "Length",
            "looked": "Frames examined",
            "where": "Strongest at",
            "estimate": "Estimate",
            "detector": "Detector",
            "sha256": "SHA-256 of the file",
        },
        kinds={"image": "image", "video": "video"},
        estimate="{p} (no signs up to {low}, signs from {high})",
        no_estimate="none",
        face="Face {number}",
        faces="The faces",
        more_faces="{count} more faces are not listed here.",
        limits="What it cannot tell",
    ),
    "hi": Words(
        title="सॉफ़्टवेयर की जाँच का नतीजा",
        made="{time} को बनाया गया। यह पढ़ने के लिए सार है, शिकायत के काग़ज़ नहीं।",
        image={True: "यह दिखाने के लिए है: घेरे और रंग सॉफ़्टवेयर ने बनाए हैं।", False: "जिसकी जाँच हुई।"},
        facts={
            "file": "फ़ाइल",
            "format": "प्रकार और फ़ॉर्मैट",
            "size": "आकार",
            "pixels": "पिक्सेल",
            "length": "अवधि",
            "looked": "कितने फ़्रेम देखे गए",
            "where": "सबसे मज़बूत संकेत कहाँ",
            "estimate": "अनुमान",
            "detector": "जाँच करने वाला मॉडल",
            "sha256": "फ़ाइल का SHA-256",
        },
        kinds={"image": "तस्वीर", "video": "वीडियो"},
        estimate="{p} ({low} तक संकेत नहीं, {high} से संकेत)",
        no_estimate="कोई नहीं",
        face="चेहरा {number}",
        faces="चेहरे",
        more_faces="{count} और चेहरे यहाँ नहीं लिखे हैं।",
        limits="यह जाँच क्या नहीं बता सकती",
    ),
}
