"""What is said about where in a face the evidence lies, and how far the map of it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping

from explain.types import Explanation, FaceRegion, Faithfulness
from reporting.text.results import Language, percent

OUTSIDE_WARNS_FROM = 0.5
"""Share of the evidence outside the face from which the verdict itself is in doubt."""
_NAMED_FROM = 0.15
"""A second part of the face is named from this share."""

REGION_NAMES: dict[Language, dict[FaceRegion, str]] = {
    "en": {
        "eyes": "the eyes",
        "nose": "the nose",
        "mouth": "the mouth",
        "cheeks": "the cheeks",
        "jaw": "the jaw line",
        "forehead": "the forehead",
        "outside": "places outside the face",
    },
    "hi": {
        "eyes": "आँखों",
        "nose": "नाक",
        "mouth": "मुँह",
        "cheeks": "गालों",
        "jaw": "जबड़े की रेखा",
        "forehead": "माथे",
        "outside": "चेहरे के बाहर की जगहों",
    },
}

_ONE = {
    "en": "Of what points to manipulation in this face, {first} is at {first_name}.",
    "hi": "इस चेहरे में जो कुछ छेड़छाड़ की ओर इशारा करता है, उसका {first} हिस्सा {first_name} पर है।",
}
_TWO = {
    "en": "Of what points to manipulation in this face, {first} is at {first_name} and {second} at {second_name}.",
    "hi": "इस चेहरे में जो कुछ छेड़छाड़ की ओर इशारा करता है, उसका {first} हिस्सा {first_name} पर और {second} "
    "{second_name} पर है।",
}
_AND_OUTSIDE = {
    "en": "{share} is outside the face (hair, clothes or background); it says little about the face.",
    "hi": "{share} हिस्सा चेहरे के बाहर है (बाल, कपड़े या पीछे की जगह); वह चेहरे के बारे में कम ही बताता है।",
}
_NONE = {
    "en": "No part of this face stands out as a sign of manipulation.",
    "hi": "इस चेहरे का कोई एक हिस्सा छेड़छाड़ का संकेत देता हुआ अलग नहीं दिखता।",
}
_OUTSIDE = {
    "en": "Be careful with this result: most of what points to manipulation ({share}) is outside the face "
    "(hair, clothes or background).",
    "hi": "इस नतीजे पर सावधानी रखें: जो छेड़छाड़ की ओर इशारा करता है, उसका ज़्यादातर हिस्सा ({share}) चेहरे के बाहर है (बाल, "
    "कपड़े या पीछे की जगह)।",
}
_SECOND = {
    "en": {
        (True, True): "A second AI model also points to manipulation.",
        (True, False): "A second AI model does not point to manipulation.",
        (False, True): "A second AI model points to manipulation; the colours do not show it.",
        (False, False): "A second AI model does not point to manipulation either.",
    },
    "hi": {
        (True, True): "दूसरा AI मॉडल भी छेड़छाड़ की ओर इशारा करता है।",
        (True, False): "दूसरा AI मॉडल छेड़छाड़ की ओर इशारा नहीं करता।",
        (False, True): "दूसरा AI मॉडल छेड़छाड़ की ओर इशारा करता है; रंग उसे नहीं दिखाते।",
        (False, False): "दूसरा AI मॉडल भी छेड़छाड़ की ओर इशारा नहीं करता।",
    },
}
_CHECKED = {
    "en": "With the strongest tenth of the map painted over, the score for manipulation (logit) falls by {top}; "
    "with other places of the same shape by {other} on average; with the middle of the face by {centre}.",
    "hi": "नक़्शे के सबसे तेज़ दसवें हिस्से को ढकने पर छेड़छाड़ का स्कोर (logit) {top} घटता है; उसी आकार की दूसरी जगहें "
    "ढकने पर औसतन {other}; चेहरे का बीच ढकने पर {centre}।",
}
_POINTS = {
    "en": "So the map shows what the result rests on.",
    "hi": "यानी नक़्शा उसी जगह को दिखाता है जिस पर नतीजा टिका है।",
}
_POINTS_NOT = {
    "en": "So do not read much into this map: it shows what the result rests on no better than the middle of "
    "the face or any other place does.",
    "hi": "इसलिए इस नक़्शे से ज़्यादा मतलब न निकालें: यह चेहरे के बीच या किसी और जगह से बेहतर नहीं बताता कि नतीजा किस पर "
    "टिका है।",
}


def evidence_sentences(explanation: Explanation, language: Language) -> tuple[str, ...]:
    """Where in the face the evidence lies, the warning that is due when most of it lies outside, and what a second
    network found."""
    return (*_places(explanation, language), *_second_opinion(explanation, language))


def _second_opinion(explanation: Explanation, language: Language) -> tuple[str, ...]:
    if not explanation.contributions:
        return ()
    first, second = (added > 0 for added in explanation.contributions)
    return (_SECOND[language][first, second],)


def _places(explanation: Explanation, language: Language) -> tuple[str, ...]:
    if not explanation.concentrated:
        return (_NONE[language],)
    shares = explanation.regions
    first, second = sorted(set(shares) - {"outside"}, key=lambda region: shares[region], reverse=True)[:2]
    names = REGION_NAMES[language]
    pattern = _TWO if shares[second] >= _NAMED_FROM else _ONE
    sentence = pattern[language].format(
        first=percent(shares[first], language),
        first_name=names[first],
        second=percent(shares[second], language),
        second_name=names[second],
    )
    outside = outside_warning(shares, language)
    if not outside and shares["outside"] >= _NAMED_FROM:
        outside = _AND_OUTSIDE[language].format(share=percent(shares["outside"], language))
    return (sentence, outside) if outside else (sentence,)


def outside_warning(shares: Mapping[FaceRegion, float], language: Language) -> str:
    """Empty where most of the evidence lies in the face."""
    share = shares["outside"]
    return _OUTSIDE[language].format(share=percent(share, language)) if share >= OUTSIDE_WARNS_FROM else ""


def faithfulness_sentences(measured: Faithfulness, language: Language) -> tuple[str, str]:
    """What painting over did, and what follows for the map."""
    falls = _CHECKED[language].format(
        top=f"{measured.top_fall:.1f}", other=f"{measured.random_fall:.1f}", centre=f"{measured.centre_fall:.1f}"
    )
    return falls, (_POINTS if measured.beats_chance else _POINTS_NOT)[language]
