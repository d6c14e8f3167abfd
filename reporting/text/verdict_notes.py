"""What is said where nothing could be decided, in English and Hindi: why, and what may lead further."""

from __future__ import annotations

from typing import Literal

from detector.types import Analysis, FaceScore, MediaKind
from reporting.text.results import KINDS, Language, shown, verdict_sentence

Screen = Literal["fake", "real", "some signs", "inconclusive", "poor_view", "no_face"]
"""What the page shows: an outcome, or that no face was seen well enough for one."""

_POOR_VIEW: dict[Language, str] = {
    "en": "The result is inconclusive: the face in this {kind} is too small or blurred to check.",
    "hi": "नतीजा साफ़ नहीं है: इस {kind} में चेहरा इतना छोटा या धुँधला है कि जाँचा नहीं जा सकता।",
}

_WHY: dict[Language, dict[Screen, str]] = {
    "en": {
        "inconclusive": "The signs that were found are too weak to say whether a face was manipulated. The "
        "detector says so instead of guessing, and does so often.",
        "poor_view": "Wherever a face was seen, it is small or blurred: at most {width} pixels wide. In such "
        "an image the traces of manipulation are lost.",
        "no_face": "A face is found when it is seen from the front or partly from the side, is not covered, "
        "and is not tiny. Drawings, cartoons, masks and faces turned away cannot be checked here.",
    },
    "hi": {
        "inconclusive": "जो संकेत मिले, वे इतने कमज़ोर हैं कि यह नहीं कहा जा सकता कि छेड़छाड़ हुई है या नहीं। अंदाज़ा "
        "लगाने के बजाय यह जाँच ऐसे में साफ़ कह देती है कि पता नहीं, और ऐसा अक्सर होता है।",
        "poor_view": "चेहरा जहाँ भी दिखा, छोटा या धुँधला है: चौड़ाई ज़्यादा से ज़्यादा {width} पिक्सेल। ऐसी तस्वीर में छेड़छाड़ के "
        "निशान मिट जाते हैं।",
        "no_face": "चेहरा तब मिलता है जब वह सामने से या थोड़ा बग़ल से दिखे, ढका न हो और बहुत छोटा न हो। चित्र, कार्टून, मुखौटे "
        "और दूसरी ओर मुड़े हुए चेहरे यहाँ नहीं जाँचे जा सकते।",
    },
}

_TRIES: dict[Language, dict[Screen, dict[MediaKind, tuple[str, ...]]]] = {
    "en": {
        "inconclusive": {
            "image": (
                "Look for the first or a larger copy: messaging apps shrink the files they forward.",
                "Find out where it comes from: who posted it first, and what do the people in it say?",
            ),
            "video": (
                "Look closer: the button below checks the video again with more frames.",
                "Look for the first or a larger copy: messaging apps shrink the files they forward.",
                "Find out where it comes from: who posted it first, and what do the people in it say?",
            ),
        },
        "poor_view": {
            "image": (
                "Look for a larger copy. Enlarging this one brings nothing back.",
                "If it is a screenshot of a page, save the image itself and check that.",
            ),
            "video": (
                "Look for a copy in better quality. Enlarging this one brings nothing back.",
                "If the face is closer to the camera in some part, cut that part out and check it.",
            ),
        },
        "no_face": {
            "image": (
                "Crop the image to the face, or use an image in which the face is larger.",
                "If the face lies on its side or upside down, turn the image upright first.",
            ),
            "video": (
                "Cut out the part in which the face is seen, and check it.",
                "Take a screenshot of the moment that matters, and check it.",
            ),
        },
    },
    "hi": {
        "inconclusive": {
            "image": (
                "सबसे पहली या बड़ी कॉपी ढूँढें: मैसेजिंग ऐप आगे भेजते समय फ़ाइल छोटी कर देते हैं।",
                "पता करें कि यह कहाँ से आई: सबसे पहले किसने डाली, और इसमें दिखने वाले लोग क्या कहते हैं?",
            ),
            "video": (
                "और बारीकी से देखें: नीचे का बटन ज़्यादा फ़्रेम लेकर वीडियो दोबारा जाँचता है।",
                "सबसे पहली या बड़ी कॉपी ढूँढें: मैसेजिंग ऐप आगे भेजते समय फ़ाइल छोटी कर देते हैं।",
                "पता करें कि यह कहाँ से आया: सबसे पहले किसने डाला, और इसमें दिखने वाले लोग क्या कहते हैं?",
            ),
        },
        "poor_view": {
            "image": (
                "बड़ी कॉपी ढूँढें। इसी को बड़ा करने से कुछ वापस नहीं आता।",
                "अगर यह किसी पेज का स्क्रीनशॉट है, तो असली तस्वीर सेव करके जाँचें।",
            ),
            "video": (
                "बेहतर क्वालिटी की कॉपी ढूँढें। इसी को बड़ा करने से कुछ वापस नहीं आता।",
                "अगर किसी हिस्से में चेहरा पास से दिखता है, तो वह हिस्सा काटकर जाँचें।",
            ),
        },
        "no_face": {
            "image": (
                "तस्वीर को चेहरे तक काट लें, या ऐसी तस्वीर लें जिसमें चेहरा बड़ा हो।",
                "चेहरा टेढ़ा या उल्टा हो तो पहले तस्वीर सीधी कर लें।",
            ),
            "video": (
                "जिस हिस्से में चेहरा दिखता है, उसे काटकर जाँचें।",
                "जो पल ज़रूरी है, उसका स्क्रीनशॉट लेकर जाँचें।",
            ),
        },
    },
}


def screen_of(analysis: Analysis) -> Screen:
    """`poor_view` where nothing was decided and every view that counts is small or blurred."""
    verdict, seen = analysis.verdict, _weighty_scores(analysis)
    if verdict.outcome == "inconclusive" and all({"small", "blurred"} & set(score.marks) for score in seen):
        return "poor_view"
    return shown(verdict)


def result_sentence(analysis: Analysis, language: Language) -> str:
    """One sentence that says what was found in the whole file, or that no face was seen well enough."""
    kind = analysis.media.kind
    if screen_of(analysis) == "poor_view":
        return _POOR_VIEW[language].format(kind=KINDS[language][kind])
    return verdict_sentence(analysis.verdict, kind, language)


def why(analysis: Analysis, language: Language) -> str:
    """Why nothing was decided, in one or two sentences; empty where something was."""
    widest = max((score.box.width for score in _weighty_scores(analysis)), default=0)
    return _WHY[language].get(screen_of(analysis), "").format(width=widest)


def tries(screen: Screen, kind: MediaKind, language: Language) -> tuple[str, ...]:
    """What may lead to an answer after all; empty where there is one."""
    undecided: Screen = "inconclusive" if screen == "some signs" else screen
    return _TRIES[language].get(undecided, {}).get(kind, ())


def _weighty_scores(analysis: Analysis) -> list[FaceScore]:
    return [score for track in analysis.tracks if track.weighty for score in track.scores]
