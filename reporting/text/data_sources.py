"""What an error rate was measured on, for a Hindi sentence. Belongs to `reporting.text.results`."""

from __future__ import annotations

from detector.types import MeasuredData


def data_in_hindi(data: MeasuredData) -> str:
    """Name the data, up to where a Hindi sentence goes on with "पर".

    >>> data_in_hindi(MeasuredData(images=1200, sources="LFW"))
    'सिखाने से अलग रखी गई 1,200 तस्वीरों (LFW)'
    >>> data_in_hindi(MeasuredData(synthetic_videos=9, videos=4))
    'सिखाने से अलग रखी गई तस्वीरों को हिलाकर बनाए गए 9 वीडियो और सिखाने से अलग रखे गए 4 असल वीडियो'
    """
    parts = (
        (data.images, "सिखाने से अलग रखी गई {:,} तस्वीरों"),
        (data.synthetic_videos, "सिखाने से अलग रखी गई तस्वीरों को हिलाकर बनाए गए {:,} वीडियो"),
        (data.videos, "सिखाने से अलग रखे गए {:,} असल वीडियो"),
    )
    return " और ".join(words.format(count) for count, words in parts if count) + f" ({data.sources})" * bool(
        data.sources
    )
