"""Every sentence on where to turn and by when, in English and Hindi. Numbers, addresses and spans of time come
from the dated facts, never from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from reporting.case import Case
from reporting.portals import Place, Portal
from reporting.text.results import Language

_STEPS: dict[str, dict[Language, tuple[str, str]]] = {
    "emergency": {
        "en": ("Danger now", "Call {emergency}, before anything else. Women can also call {women}."),
        "hi": ("अभी ख़तरा है", "सबसे पहले {emergency} पर फ़ोन करें। महिलाएँ {women} पर भी फ़ोन कर सकती हैं।"),
    },
    "bank": {
        "en": (
            "Money first",
            "Call {fraud} and your bank or wallet at once: every minute counts for stopping the transfer. Have "
            "the account or UPI that was debited, the transaction number, the amount and the date at hand.",
        ),
        "hi": (
            "पहले पैसे",
            "तुरंत {fraud} पर और अपने बैंक या वॉलेट को फ़ोन करें: पैसे रोकने के लिए हर मिनट मायने रखता है। जिस खाते या UPI से "
            "पैसे गए, लेन-देन का नंबर, रक़म और तारीख़ पास रखें।",
        ),
    },
    "financial_fraud": {
        "en": (
            "Complaint about the money",
            "On the portal {home} choose the card FINANCIAL FRAUD, Register a Complaint. Another card may miss "
            "the way to the banks.",
        ),
        "hi": (
            "पैसों की शिकायत",
            "पोर्टल {home} पर FINANCIAL FRAUD कार्ड में Register a Complaint चुनें। दूसरे कार्ड से बात शायद बैंकों तक न पहुँचे।",
        ),
    },
    "stop_ncii": {
        "en": (
            "Stop it from spreading",
            "{stop_ncii} makes a fingerprint of the image on your own device, and partner platforms block what "
            "matches it; the image itself stays with you. The person shown must have been 18 or older. Keep the "
            "case number and the PIN.",
        ),
        "hi": (
            "फैलने से रोकें",
            "{stop_ncii} आपके ही फ़ोन या कंप्यूटर पर तस्वीर की पहचान-छाप बनाता है, और साझेदार प्लेटफ़ॉर्म उससे मिलती चीज़ें "
            "रोकते हैं; तस्वीर आपके पास ही रहती है। दिखाए गए व्यक्ति की उम्र तब 18 या ज़्यादा होनी चाहिए। केस नंबर और PIN "
            "सँभालकर रखें।",
        ),
    },
    "women_children": {
        "en": (
            "Complaint about sexual content",
            "On the portal {home} choose the card Women/Children Related Crime: Register & Track, or Report "
            "Anonymously where the portal offers it. Such a complaint cannot be withdrawn later.",
        ),
        "hi": (
            "यौन सामग्री की शिकायत",
            "पोर्टल {home} पर Women/Children Related Crime कार्ड चुनें: Register & Track, या जहाँ पोर्टल दे वहाँ Report "
            "Anonymously। यह शिकायत बाद में वापस नहीं ली जा सकती।",
        ),
    },
    "other_cyber_crime": {
        "en": (
            "Complaint",
            "On the portal {home} choose the card OTHER CYBER CRIME, Register a Complaint. It can be withdrawn "
            "only before an FIR is made of it.",
        ),
        "hi": (
            "शिकायत",
            "पोर्टल {home} पर OTHER CYBER CRIME कार्ड में Register a Complaint चुनें। FIR बनने से पहले ही इसे वापस लिया जा "
            "सकता है।",
        ),
    },
    "report_suspect": {
        "en": (
            "Give a hint",
            "You are not the one harmed: on {hint} choose the tab Deepfake. It needs no login, and it is not a "
            "complaint; whoever is harmed has to file that.",
        ),
        "hi": (
            "सूचना दें",
            "नुकसान आपका नहीं हुआ है: {hint} पर Deepfake टैब चुनें। लॉगिन नहीं चाहिए, और यह शिकायत नहीं है; शिकायत वही "
            "करे जिसका नुकसान हुआ है।",
        ),
    },
    "platform": {
        "en": (
            "Tell the platform",
            "Send the notice of this package to the platform's Grievance Officer. On a complaint about nudity, a "
            "sexual act or impersonation, altered images included, the platform must act within {hours} hours. "
            "Save everything first, since removal takes the evidence away.",
        ),
        "hi": (
            "प्लेटफ़ॉर्म को बताएँ",
            "इस पैकेज की सूचना प्लेटफ़ॉर्म के Grievance Officer को भेजें। नग्नता, यौन कृत्य या किसी का रूप धरने की शिकायत पर, "
            "बदली हुई तस्वीरें भी इसमें हैं, प्लेटफ़ॉर्म को {hours} घंटे में कार्रवाई करनी होती है। पहले सब कुछ सँभाल लें, क्योंकि "
            "हटाने से सबूत भी चला जाता है।",
        ),
    },
    "support": {
        "en": (
            "You are not alone",
            "Women's helpline {women}; free legal aid {legal_aid}. A One Stop Centre can help with all of this.",
        ),
        "hi": (
            "आप अकेले नहीं हैं",
            "महिला हेल्पलाइन {women}; मुफ़्त क़ानूनी सहायता {legal_aid}। One Stop Centre इस सब में मदद कर सकता है।",
        ),
    },
    "police": {
        "en": (
            "Go to the police as well",
            "A complaint on the portal is not an FIR. Take a copy of this package to a police station; if nothing "
            "happens, turn to your State's officers listed on {nodal}.",
        ),
        "hi": (
            "पुलिस के पास भी जाएँ",
            "पोर्टल की शिकायत FIR नहीं है। इस पैकेज की कॉपी लेकर थाने जाएँ; कुछ न हो तो {nodal} पर दिए अपने राज्य के "
            "अधिकारियों से मिलें।",
        ),
    },
    "appeal": {
        "en": (
            "If the platform refuses",
            "Appeal on {appeal} within {appeal_days} days of its decision.",
        ),
        "hi": (
            "प्लेटफ़ॉर्म मना करे तो",
            "उसके फ़ैसले के {appeal_days} दिन के भीतर {appeal} पर अपील करें।",
        ),
    },
    "do_not_copy": {
        "en": (
            "Leave the file as it is",
            "Do not copy it, take images of the screen, forward it or put it on another device: with a child "
            "that is a crime of its own. Write down only where it is: link, account, date and time.",
        ),
        "hi": (
            "फ़ाइल को वैसे ही छोड़ दें",
            "उसकी कॉपी न बनाएँ, स्क्रीन की तस्वीर न लें, आगे न भेजें, दूसरे उपकरण पर न डालें: बच्चे की हो तो यह अपने आप में "
            "अपराध है। केवल लिख लें कि वह कहाँ है: लिंक, खाता, तारीख़ और समय।",
        ),
    },
    "child_report": {
        "en": (
            "Report it without your name",
            "On the portal {home} choose Women/Children Related Crime, Report Anonymously, and give the link. If "
            "it is not a child after all, nothing is lost.",
        ),
        "hi": (
            "नाम बताए बिना शिकायत करें",
            "पोर्टल {home} पर Women/Children Related Crime में Report Anonymously चुनें और लिंक दें। बाद में पता चले कि बच्चा "
            "नहीं है, तो भी कोई नुकसान नहीं।",
        ),
    },
    "child_help": {
        "en": ("Help for a child", "Childline {child} (not verified), emergency {emergency}."),
        "hi": ("बच्चे के लिए मदद", "चाइल्डलाइन {child} (पुष्टि नहीं की गई), आपात नंबर {emergency}।"),
    },
    "take_it_down": {
        "en": (
            "If it shows yourself under 18",
            "{take_it_down} helps worldwide to have such images blocked; the image stays on your device.",
        ),
        "hi": (
            "अगर तस्वीर में आप 18 से कम उम्र के हैं",
            "{take_it_down} दुनिया भर में ऐसी तस्वीरें रुकवाने में मदद करता है; तस्वीर आपके उपकरण पर ही रहती है।",
        ),
    },
    "abroad_emergency": {
        "en": ("Danger now", "Call {place_emergency}, before anything else."),
        "hi": ("अभी ख़तरा है", "सबसे पहले {place_emergency} पर फ़ोन करें।"),
    },
    "abroad_bank": {
        "en": ("Money first", "Call your bank, card company or wallet at once and ask to stop the transfer."),
        "hi": ("पहले पैसे", "तुरंत अपने बैंक, कार्ड कंपनी या वॉलेट को फ़ोन करें और भुगतान रोकने को कहें।"),
    },
    "abroad_report": {
        "en": ("Report it in {place}", "{report_name}: {report_address}. {report_note}"),
        "hi": ("शिकायत करें ({place})", "{report_name}: {report_address}। {report_note_hi}"),
    },
    "abroad_platform": {
        "en": (
            "Tell the platform",
            "{platform_note} Save everything first, since removal takes the evidence away.",
        ),
        "hi": ("प्लेटफ़ॉर्म को बताएँ", "{platform_note_hi} पहले सब कुछ सँभाल लें, क्योंकि हटाने से सबूत भी चला जाता है।"),
    },
    "abroad_child_report": {
        "en": (
            "Report it",
            "Give the link, and nothing else, to the police where you are. Do not show or send the file itself.",
        ),
        "hi": ("शिकायत करें", "जहाँ हैं वहाँ की पुलिस को लिंक दें, और कुछ नहीं। फ़ाइल न दिखाएँ, न भेजें।"),
    },
    "elsewhere": {
        "en": (
            "Report it where you are",
            "No route is known here for this country: go to the police there, and use the platform's own form for "
            "reporting abuse.",
        ),
        "hi": (
            "जहाँ हैं वहीं शिकायत करें",
            "इस देश का रास्ता यहाँ मालूम नहीं: वहाँ की पुलिस के पास जाएँ, और प्लेटफ़ॉर्म के अपने शिकायत फ़ॉर्म का इस्तेमाल करें।",
        ),
    },
}

_HARD_STOP: dict[Language, str] = {
    "en": "Nothing was made: sexual content that shows a minor, or may show one, is not copied, drawn or written "
    "here.",
    "hi": "कुछ नहीं बनाया गया: जिस यौन सामग्री में कोई नाबालिग हो या हो सकता हो, उसकी यहाँ न कॉपी बनती है, न तस्वीर, न "
    "फ़ाइल।",
}

_FOLLOWUPS: dict[str, dict[Language, str]] = {
    "platform_acts": {
        "en": "By then the platform should have acted, where the notice reached it at once: it has {span} hours.",
        "hi": "सूचना तुरंत पहुँची हो तो तब तक प्लेटफ़ॉर्म को कार्रवाई कर लेनी चाहिए: उसके पास {span} घंटे हैं।",
    },
    "platform_resolves": {
        "en": "By then the platform should have decided on the grievance: it has {span} days.",
        "hi": "तब तक प्लेटफ़ॉर्म को शिकायत पर फ़ैसला कर लेना चाहिए: उसके पास {span} दिन हैं।",
    },
    "appeal": {
        "en": "The earliest last day for an appeal: {span} days from the platform's decision, if it came at once.",
        "hi": "अपील का सबसे जल्दी आने वाला आख़िरी दिन: प्लेटफ़ॉर्म ने तुरंत फ़ैसला किया हो तो उसके {span} दिन बाद।",
    },
}


def step_words(step: str, case: Case, portal: Portal, place: Place | None) -> Mapping[Language, tuple[str, str]]:
    """Title and text of one step in each language.

    Args:
        step: its name in `reporting.complaint.referrals.Step`.
        case: whose country is named where nothing better is known.
        portal: India's dated facts.
        place: those of the case's country, outside India.
    """
    values = {
        "emergency": portal.helpline_emergency.value,
        "women": portal.helpline_women.value,
        "child": portal.helpline_child.value,
        "legal_aid": portal.helpline_legal_aid.value,
        "fraud": portal.helpline_cyber_fraud.value,
        "home": portal.home_url.value,
        "hint": portal.report_suspect_url.value,
        "nodal": portal.nodal_officers_url.value,
        "appeal": portal.appeal_url.value,
        "appeal_days": portal.appeal_days.value,
        "hours": portal.platform_hours.value,
        "stop_ncii": portal.stop_ncii_url.value,
        "take_it_down": portal.take_it_down_url.value,
        "place": case.country,
        "place_emergency": "",
        "report_name": "",
        "report_address": "",
        "report_note": "",
        "report_note_hi": "",
        "platform_note": "",
        "platform_note_hi": "",
    }
    if place is not None:
        values |= {
            "place": place.name.value,
            "place_emergency": place.emergency.value,
            "report_name": place.report.value["name"],
            "report_address": place.report.value["address"],
            "report_note": place.report.value["en"],
            "report_note_hi": place.report.value["hi"],
            "platform_note": place.platform.value["en"],
            "platform_note_hi": place.platform.value["hi"],
        }
    return {
        language: (title.format(**values), text.format(**values))
        for language, (title, text) in _STEPS[step].items()
    }


def hard_stop_sentence(language: Language) -> str:
    """Why nothing was made."""
    return _HARD_STOP[language]


def followup_words(name: str, span: int) -> Mapping[Language, str]:
    """What a date means: `platform_acts`, `platform_resolves` or `appeal`."""
    return {language: text.format(span=span) for language, text in _FOLLOWUPS[name].items()}
