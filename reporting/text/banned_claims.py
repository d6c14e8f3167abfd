"""Find claims that no text of ours may make, in English and Hindi."""

from __future__ import annotations

import re
import unicodedata

_BANNED = re.compile(
    r"\b(?:prove[sdn]?|proving|certif(?:y|ies|ied|ying)|court[\s\u2010-]?(?:ready|grade)|admissible)\b"
    r"|(?<![\d.,])100(?:\.0+)?\s*(?:%|per\s?cent\b|प्रतिशत|फ़ीसदी)|\bhundred\s+per\s?cent\b"
    r"|(?<![\d.,])\u0967\u0966\u0966\s*(?:%|प्रतिशत|फ़ीसदी)|शत[\s-]?प्रतिशत|साबित|प्रमाणित|(?<!प्र)सिद्ध",
    re.IGNORECASE,
)


def banned_claims(text: str) -> list[str]:
    """Find the words in a text that promise more than software can, in order.

    >>> banned_claims("100 % certain, and court-ready"), banned_claims("This is not proof.")
    (['100 %', 'court-ready'], [])
    """
    return [match.group() for match in _BANNED.finditer(unicodedata.normalize("NFKC", text))]
