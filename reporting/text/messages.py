"""The detector's reasons, warnings and notes in every language of the page.

The English sentences are `str(message)`, see `detector.messages`; `messages.toml` has the Hindi by code.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from detector.messages import Message
from detector.types import MediaKind
from reporting.text.catalog import sentences
from reporting.text.results import Language, kind_name


def message_sentences(messages: Iterable[Message], language: Language) -> tuple[str, ...]:
    """Each message as a sentence.

    >>> message_sentences([Message("faces_in_image", {"faces": 2})], "hi")
    ('तस्वीर में जाँचे गए चेहरे: 2।',)
    """
    if language == "en":
        return tuple(map(str, messages))
    kinds = {kind: kind_name(kind, language) for kind in get_args(MediaKind)}
    return tuple(message.render(sentences("messages")[message.code], kinds) for message in messages)
