"""The detector's reasons, warnings and notes in the languages of the page."""

from __future__ import annotations

from collections.abc import Iterable

from detector.messages import Message
from reporting.text.results import KINDS, Language


def message_sentences(messages: Iterable[Message], language: Language) -> tuple[str, ...]:
    """Return each message as a sentence.

    >>> message_sentences([Message("faces_in_image", {"faces": 2})], "hi")
    ('तस्वीर में जाँचे गए चेहरे: 2।',)
    """
    words = {} if language == "en" else KINDS[language]
    return tuple(message.sentence(language, words) for message in messages)
