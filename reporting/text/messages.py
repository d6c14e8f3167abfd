"""The detector's reasons, warnings and notes in the languages of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from detector.messages import Message
from detector.types import MediaKind
from reporting.text.results import Language, kind_name


def message_sentences(messages: Iterable[Message], language: Language) -> tuple[str, ...]:
    """Return each message as a sentence.

    >>> message_sentences([Message("faces_in_image", {"faces": 2})], "hi")
    ('तस्वीर में जाँचे गए चेहरे: 2।',)
    """
    kinds = {} if language == "en" else {kind: kind_name(kind, language) for kind in get_args(MediaKind)}
    return tuple(message.sentence(language, kinds) for message in messages)
