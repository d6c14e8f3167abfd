"""What an error rate was measured on, for a Hindi sentence. Belongs to `reporting.text.results`.

Cards say it in English: their fixed phrases are said in Hindi here, and names of collections stay as they are
written everywhere.
"""

from __future__ import annotations

import re

_IMAGES = re.compile(r"(?P<count>[\d,]+) images kept out of training(?: \((?P<names>[^()]+)\))?")
_STILLS = re.compile(
    r"(?P<count>[\d,]+) moving stills of (?P<seconds>\d+) s made of (?:[\d,]+ )?images kept out of training"
    r"(?: \((?P<names>[^()]+)\))?(?: and (?P<videos>[\d,]+) videos kept out of training)?"
)


def data_in_hindi(measured_on: str) -> str | None:
    """The data of a card, up to where a Hindi sentence goes on with "पर".

    Returns:
        None where the card says it in words of its own.

    >>> data_in_hindi("12 images kept out of training (LFW)")
    'सिखाने से अलग रखी गई 12 तस्वीरों (LFW)'
    >>> print(data_in_hindi(
    ...     "9 moving stills of 3 s made of images kept out of training and 4 videos kept out of training"
    ... ))
    सिखाने से अलग रखी गई तस्वीरों को हिलाकर बनाए गए 3 सेकंड के 9 वीडियो और सिखाने से अलग रखे गए 4 असल वीडियो
    """
    if found := _IMAGES.fullmatch(measured_on):
        return f"सिखाने से अलग रखी गई {found['count']} तस्वीरों{_names(found)}"
    if found := _STILLS.fullmatch(measured_on):
        also = f" और सिखाने से अलग रखे गए {found['videos']} असल वीडियो" if found["videos"] else ""
        return (
            f"सिखाने से अलग रखी गई तस्वीरों{_names(found)} को हिलाकर बनाए गए {found['seconds']} सेकंड के "
            f"{found['count']} वीडियो{also}"
        )
    return None


def _names(found: re.Match[str]) -> str:
    return f" ({found['names']})" if found["names"] else ""
