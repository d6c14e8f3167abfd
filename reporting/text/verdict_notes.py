"""What is said around a verdict, in English and Hindi: why nothing was decided and what may lead further, what was
not looked at, and the figures behind it. Belongs to `reporting.text.results`, and is held to the same rules.
"""

from __future__ import annotations

from typing import Literal

from detector.types import Analysis, FaceScore, MediaKind, NoticeCode
from reporting.text.results import Language, headline, shown

Screen = Literal["fake", "real", "some signs", "inconclusive", "poor_view", "no_face"]
"""What a visitor is shown: an outcome, or that no face was seen well enough for one."""

_POOR_VIEW: dict[Language, str] = {
    "en": "The face is too small or blurred to judge",
    "hi": "चेहरा इतना छोटा या धुँधला है कि जाँचा नहीं जा सकता",
}

_WHY: dict[Language, dict[Screen, str]] = {
    "en": {
        "inconclusive": "What was found is too weak to decide in either direction. The detector is set to say so "
        "instead of guessing, and does so often.",
        "poor_view": "Wherever a face was seen, it is small or blurred: at most {width} pixels wide. The traces "
        "that manipulation leaves are lost in an image like that.",
        "no_face": "A face is found when it is seen from the front or half from the side, is not covered, and is "
        "not tiny. Drawings, cartoons, masks and heads turned away are outside what can be judged here.",
    },
    "hi": {
        "inconclusive": "जो संकेत मिले, वे इतने कमज़ोर हैं कि न हाँ कहा जा सकता है, न ना। अंदाज़ा लगाने के बजाय यह जाँच ऐसे में "
        "साफ़ कह देती है कि पता नहीं, और ऐसा अक्सर होता है।",
        "poor_view": "चेहरा जहाँ भी दिखा, छोटा या धुँधला है: चौड़ाई ज़्यादा से ज़्यादा {width} पिक्सेल। ऐसी तस्वीर में छेड़छाड़ के "
        "निशान मिट जाते हैं।",
        "no_face": "चेहरा तब मिलता है जब वह सामने से या थोड़ा तिरछा दिखे, ढका न हो और बहुत छोटा न हो। चित्र, कार्टून, मुखौटे "
        "और मुड़े हुए सिर यहाँ नहीं जाँचे जा सकते।",
    },
}

_TRIES: dict[Language, dict[Screen, dict[MediaKind, tuple[str, ...]]]] = {
    "en": {
        "inconclusive": {
            "image": (
                "Look for the first or a larger copy: messengers shrink what they pass on.",
                "Ask how it came about: who posted it first, and what do the people in it say?",
            ),
            "video": (
                "Choose above to look at every moment, and check the video again.",
                "Look for the first or a larger copy: messengers shrink what they pass on.",
                "Ask how it came about: who posted it first, and what do the people in it say?",
            ),
        },
        "poor_view": {
            "image": (
                "Look for a larger copy. Enlarging this one brings nothing back.",
                "If it is a screenshot of a page, save the image itself.",
            ),
            "video": (
                "Look for a copy in better quality. Enlarging this one brings nothing back.",
                "If there is a part in which the face is nearer, cut it out and check that.",
            ),
        },
        "no_face": {
            "image": (
                "Cut the image to the face, or take one in which the face is larger.",
                "If the face lies on its side or upside down, turn the image upright first.",
            ),
            "video": (
                "Cut out the part in which the face is seen, and check that.",
                "Take an image of the moment that matters, and check that.",
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
                "ऊपर 'हर पल' चुनें और वीडियो दोबारा जाँचें।",
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
                "जो पल ज़रूरी है, उसकी तस्वीर लेकर जाँचें।",
            ),
        },
    },
}

_DAMAGED_HI = (
    "इस फ़ाइल का कुछ हिस्सा ख़राब है, है ही नहीं या पढ़ा नहीं जा सका: जितना देखा जा सका, केवल उतना जाँचा गया। जहाँ से "
    "मिली थी, वहाँ से दोबारा डाउनलोड या कॉपी करें और उसे भी जाँचें।"
)

_NOTICES_HI: dict[NoticeCode, tuple[str, str]] = {
    "turned": (
        "",
        "इस फ़ाइल में कोई चेहरा सीधा नहीं दिखता: इसे घड़ी की उल्टी दिशा में {:.0f} डिग्री घुमाकर जाँचा गया।",
    ),
    "sparse": (
        "",
        "कहीं-कहीं {:.1f} सेकंड तक कोई फ़्रेम नहीं देखा गया: इससे छोटी छेड़छाड़ छूट सकती है। जिस हिस्से पर शक हो, उसे काटकर अलग से "
        "जाँचें, या हर फ़्रेम की जाँच चुनें।",
    ),
    "brief_signs": (
        "शुरू में एक सेकंड के लिए अनुमान ऊँचा है, पर इतने कम समय से फ़ैसला नहीं हो सकता। उस हिस्से को काटकर अलग से जाँचें।",
        "{:.1f} सेकंड के आसपास एक सेकंड के लिए अनुमान ऊँचा है, पर इतने कम समय से फ़ैसला नहीं हो सकता। उस हिस्से को काटकर अलग से "
        "जाँचें।",
    ),
    "faces_left_out": (
        "चेहरे जैसी दिखने वाली जगहें यहाँ इतनी ज़्यादा हैं कि सब नहीं जाँची गईं: कुछ चेहरे छूट गए हो सकते हैं। जिस हिस्से पर शक हो, "
        "उसे काटकर अलग से जाँचें।",
        "एक साथ जितने चेहरे जाँचे जाते हैं, यहाँ उससे ज़्यादा हैं: सबसे छोटे {:.0f} चेहरे छूट गए। जिस हिस्से पर शक हो, उसे काटकर अलग से "
        "जाँचें।",
    ),
    "small_faces": (
        "",
        "{:.0f} चेहरे इतने छोटे हैं कि उन्हें जाँचा नहीं जा सकता। इसकी बड़ी कॉपी ढूँढें, जिसमें हर चेहरा बड़ा दिखे, और उसे भी जाँचें।",
    ),
}
"""For each code the sentence without and with its number."""

_REASONS_HI: dict[str, str] = {
    "no_face": "{looked_at} में कोई चेहरा नहीं मिला, इसलिए जाँचने को कुछ नहीं था।",
    "fake": "किसी भी चेहरे का सबसे ऊँचा अनुमान {p:.3f} है: {high:.3f} या उससे ऊपर होने पर छेड़छाड़ के संकेत बताए जाते हैं।",
    "real": "किसी भी चेहरे का सबसे ऊँचा अनुमान {p:.3f} है: {low:.3f} या उससे कम होने पर कहा जाता है कि संकेत नहीं मिले।",
    "inconclusive": "किसी भी चेहरे का सबसे ऊँचा अनुमान {p:.3f} है: {low:.3f} से {high:.3f} तक कोई फ़ैसला नहीं दिया जाता।",
    "limit": "{px} पिक्सेल से कम चौड़े चेहरे खोजे नहीं जाते।",
    "judged": "{looked_at} में {people} जाँचे गए।",
    "image": "तस्वीर",
    "video": "पूरे वीडियो से चुने गए {frames} फ़्रेम",
    "faces": "{faces} चेहरे",
    "views": "{faces} चेहरे, कुल {views} बार दिखे,",
    "passing": "बहुत कम देर दिखे {count} चेहरे सूची में हैं, पर नतीजा उनसे तय नहीं होता।",
    "peak": "यह अनुमान {start:.1f} से {end:.1f} सेकंड तक के हिस्से का है, जिसमें छेड़छाड़ के संकेत सबसे तेज़ हैं।",
    "small": "वह चेहरा ज़्यादा से ज़्यादा {width} पिक्सेल चौड़ा है; इतने छोटे चेहरे का अनुमान कम भरोसेमंद होता है।",
    "unmeasured": "इस चेकपॉइंट ({name}) से कितनी बार चूक होती है, यह कभी मापा नहीं गया।",
}


def screen_of(analysis: Analysis) -> Screen:
    """`poor_view` where nothing was decided and every view that counts is small or blurred."""
    verdict, seen = analysis.verdict, _weighty_scores(analysis)
    if verdict.outcome == "inconclusive" and all({"small", "blurred"} & set(score.marks) for score in seen):
        return "poor_view"
    return shown(verdict)


def screen_headline(screen: Screen, language: Language) -> str:
    """What a visitor reads first."""
    return _POOR_VIEW[language] if screen == "poor_view" else headline(screen, language)


def why(analysis: Analysis, language: Language) -> str:
    """Why nothing was decided, in one or two sentences; empty where something was."""
    widest = max((score.box.width for score in _weighty_scores(analysis)), default=0)
    return _WHY[language].get(screen_of(analysis), "").format(width=widest)


def tries(screen: Screen, kind: MediaKind, language: Language) -> tuple[str, ...]:
    """What may lead to an answer after all; empty where there is one."""
    undecided: Screen = "inconclusive" if screen == "some signs" else screen
    return _TRIES[language].get(undecided, {}).get(kind, ())


def warnings(analysis: Analysis, language: Language) -> tuple[str, ...]:
    """What was not looked at: the detector's own sentences in English, what they come down to in Hindi."""
    if language == "en" or not analysis.warnings:
        return analysis.warnings
    notices = tuple(
        _NOTICES_HI[notice.code][bool(notice.value)].format(notice.value) for notice in analysis.notices
    )
    return ((_DAMAGED_HI,) if len(analysis.warnings) > len(notices) else ()) + notices


def reasons(analysis: Analysis, language: Language) -> tuple[str, ...]:
    """The figures that led to the outcome: the detector's own sentences in English, the same figures in Hindi."""
    verdict, tracks, words = analysis.verdict, analysis.tracks, _REASONS_HI
    if language == "en":
        return verdict.reasons
    smallest_px = analysis.settings.get("min_face_px")
    limit = () if smallest_px is None else (words["limit"].format(px=smallest_px),)
    video = analysis.media.kind == "video"
    looked_at = words["video"].format(frames=analysis.frames_examined) if video else words["image"]
    if verdict.probability is None:
        return (words["no_face"].format(looked_at=looked_at), *limit)
    strongest = max((track for track in tracks if track.weighty), key=lambda track: track.probability)
    views = sum(len(track.scores) for track in tracks)
    people = words["views" if video else "faces"].format(faces=len(tracks), views=views)
    said = [
        words[verdict.outcome].format(
            p=verdict.probability, low=verdict.threshold_real, high=verdict.threshold_fake
        ),
        words["judged"].format(looked_at=looked_at, people=people),
        *limit,
    ]
    if passing := sum(not track.weighty for track in tracks):
        said.append(words["passing"].format(count=passing))
    if strongest.peak is not None and len(strongest.scores) > 1:
        said.append(words["peak"].format(start=strongest.peak.start_s, end=strongest.peak.end_s))
    if all("small" in score.marks for score in strongest.scores):
        said.append(words["small"].format(width=max(score.box.width for score in strongest.scores)))
    if analysis.checkpoint.false_alarm_rate is None:
        said.append(words["unmeasured"].format(name=analysis.checkpoint.name))
    return tuple(said)


def _weighty_scores(analysis: Analysis) -> list[FaceScore]:
    return [score for track in analysis.tracks if track.weighty for score in track.scores]
