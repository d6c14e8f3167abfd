"""What to do now that a result is there, in English and Hindi."""

from __future__ import annotations

from detector.types import Outcome
from reporting.portals import load_portal
from reporting.text.results import Language

_FIRST: dict[Language, dict[Outcome, str]] = {
    "en": {
        "fake": "Stay calm and do not send the file on. If you know what really happened, write it down now.",
        "real": "If you know that the file is false, you can still report it: your own account counts, and "
        "you can say that software found no signs.",
        "inconclusive": "Try again with the first copy you can get: forwarded copies often lose quality. You "
        "can report the file whatever the result.",
        "no_face": "Try a file in which the face is larger and seen from the front. You can report the file "
        "whatever the result.",
    },
    "hi": {
        "fake": "शांत रहें और फ़ाइल आगे न भेजें। असल में क्या हुआ, यह आपको पता हो तो अभी लिख लें।",
        "real": "अगर आप जानते हैं कि फ़ाइल झूठी है, तो भी शिकायत कर सकते हैं: आपकी अपनी बात मायने रखती है, और आप बता "
        "सकते हैं कि सॉफ़्टवेयर को छेड़छाड़ के संकेत नहीं मिले।",
        "inconclusive": "जो सबसे पहली फ़ाइल मिल सके, उससे दोबारा कोशिश करें: आगे भेजी गई कॉपी की क्वालिटी अक्सर घट जाती "
        "है। नतीजा कुछ भी हो, आप शिकायत कर सकते हैं।",
        "no_face": "ऐसी फ़ाइल से कोशिश करें जिसमें चेहरा बड़ा हो और सामने से दिखे। नतीजा कुछ भी हो, आप शिकायत कर सकते हैं।",
    },
}

_COMMON: dict[Language, tuple[str, ...]] = {
    "en": (
        "If anyone is in danger now, call {emergency}. If money was lost or is being moved, call {fraud} and "
        "your bank at once.",
        "Keep the file as you received it. Save the full link, the account name, and the date and time you "
        "saw it.",
        "Do not pay, threaten or answer the person who made or sent it.",
        "Report it on the portal, {portal}, and to the platform where you saw it.",
        "If you only saw it and it harms someone else, you can report it without logging in, under Deepfake on "
        "{hint}; that is not a complaint.",
        "If it is sexual and may show a child, do not copy it or pass it on; the portal lets you report it "
        "without giving your name, under Women/Children Related Crime.",
    ),
    "hi": (
        "कोई अभी ख़तरे में हो तो {emergency} पर फ़ोन करें। पैसे गए हों या निकाले जा रहे हों तो तुरंत {fraud} और अपने बैंक को "
        "फ़ोन करें।",
        "फ़ाइल जैसी मिली, वैसी ही रखें। पूरा लिंक, खाते का नाम, और देखने की तारीख़ और समय सँभालकर रखें।",
        "जिसने इसे बनाया या भेजा, उसे न पैसे दें, न धमकी दें, न जवाब दें।",
        "पोर्टल {portal} पर और जिस प्लेटफ़ॉर्म पर देखा, वहाँ शिकायत करें।",
        "अगर आपने इसे केवल देखा है और नुकसान किसी और का है, तो बिना लॉगिन किए {hint} पर Deepfake टैब में सूचना दे सकते हैं; "
        "वह शिकायत नहीं है।",
        "अगर यह यौन सामग्री है और इसमें कोई बच्चा हो सकता है, तो इसकी कॉपी न बनाएँ और आगे न भेजें; पोर्टल पर "
        "Women/Children Related Crime में नाम बताए बिना शिकायत हो सकती है।",
    ),
}


_ACTIONS: dict[Language, dict[Outcome, str]] = {
    "en": {
        "fake": "Do not send it on. Keep the file as you got it, and report it.",
        "real": "If you know that it is false, you can still report it.",
        "inconclusive": "Check the first copy that you can get, or look closer.",
        "no_face": "Try a file in which the face is larger and seen from the front.",
    },
    "hi": {
        "fake": "इसे आगे न भेजें। फ़ाइल जैसी मिली वैसी ही रखें, और शिकायत करें।",
        "real": "अगर आप जानते हैं कि यह झूठी है, तो भी शिकायत कर सकते हैं।",
        "inconclusive": "जो सबसे पहली कॉपी मिल सके उसे जाँचें, या और बारीकी से देखें।",
        "no_face": "ऐसी फ़ाइल से कोशिश करें जिसमें चेहरा बड़ा हो और सामने से दिखे।",
    },
}


def next_action(outcome: Outcome, language: Language) -> str:
    """What to do now, in one line; `next_steps` says more."""
    return _ACTIONS[language][outcome]


def next_steps(outcome: Outcome, language: Language) -> tuple[str, ...]:
    """What to do now, the most urgent first. Numbers and addresses come from the portal's dated facts.

    Raises:
        ReportError: those facts cannot be read.
    """
    portal = load_portal()
    urgent, *others = (
        step.format(
            emergency=portal.helpline_emergency.value,
            fraud=portal.helpline_cyber_fraud.value,
            portal=portal.home_url.value,
            hint=portal.report_suspect_url.value,
        )
        for step in _COMMON[language]
    )
    return (urgent, _FIRST[language][outcome], *others)
