"""The words of the complaint: its sentences in English, as the portal takes them, and what each says in Hindi; the
names and the hints of the portal's fields in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from detector.types import MediaKind
from reporting.text.results import Language

KINDS: Mapping[Language, Mapping[MediaKind, str]] = {
    "en": {"image": "an image", "video": "a video"},
    "hi": {"image": "एक तस्वीर", "video": "एक वीडियो"},
}
HEAD: Mapping[Language, tuple[str, str, str]] = {
    "en": (
        "DRAFT, NOT SUBMITTED",
        "Every line that you copy becomes your own statement: change or delete what is not true. False "
        "information can be punished.",
        "BEFORE YOU FILE",
    ),
    "hi": (
        "मसौदा, जमा नहीं किया गया",
        "यहाँ से कॉपी की गई हर पंक्ति आपका अपना बयान बन जाती है: जो सच न हो, उसे बदलें या मिटाएँ। ग़लत जानकारी देने पर सज़ा "
        "हो सकती है।",
        "शिकायत करने से पहले",
    ),
}
"""Of the file to copy from: its first line, whose statement it becomes, the title of the findings."""
HINT_ONLY: Mapping[Language, str] = {
    "en": "It takes hints from anybody, without login. It is not a complaint: whoever is harmed has to file that.",
    "hi": "यहाँ कोई भी बिना लॉगिन किए सूचना दे सकता है। यह शिकायत नहीं है: वह उसी को करनी होगी जिसका नुकसान हुआ।",
}
SAW: Mapping[MediaKind, str] = {"image": "देखी", "video": "देखा"}
"""Hindi: the verb follows the gender of what was seen."""
SENTENCES: Mapping[str, Mapping[Language, str]] = {
    "seen": {
        "en": "On {at} I saw {kind}{place}{account}.",
        "hi": "मैंने {at} {place}{kind} {saw}{account}।",
    },
    "about": {"en": "This is about {kind}{place}{account}.", "hi": "यह बात {place}{kind} के बारे में है{account}।"},
    "face": {"en": "The face shown: {words}", "hi": "दिखाया गया चेहरा: {words}"},
    "what": {"en": "What it shows and what happened: {words}", "hi": "इसमें क्या दिखता है और क्या हुआ: {words}"},
    "shows": {"en": "It shows: {words}", "hi": "इसमें दिखता है: {words}"},
    "denied": {
        "en": "The person shown did not say or do this and did not agree to it.",
        "hi": "दिखाए गए व्यक्ति ने न ऐसा कहा, न किया, और न इसकी सहमति दी।",
    },
    "links": {"en": "The links are given in the field above.", "hi": "लिंक ऊपर वाले खाने में दिए गए हैं।"},
    "harm": {"en": "Harm: {words}", "hi": "नुकसान: {words}"},
    "saved": {"en": "I saved the file on {at}.", "hi": "मैंने फ़ाइल {at} को सेव की।"},
    "hash": {"en": "The SHA 256 value of the file is {sha256}.", "hi": "फ़ाइल का SHA 256 मान {sha256} है।"},
    "ask": {
        "en": "I ask for investigation, for removal of the content and for preservation of the account records.",
        "hi": "मेरा निवेदन है कि मामले की जाँच की जाए, सामग्री हटाई जाए और खाते के रिकॉर्ड सुरक्षित रखे जाएँ।",
    },
    "opinion": {"en": "{words}", "hi": "{words}"},
    "help": {
        "en": "This text was written with the help of software that looked at the file.",
        "hi": "यह लिखने में एक सॉफ़्टवेयर की मदद ली गई, जिसने फ़ाइल देखी।",
    },
    "report": {
        "en": "The values that identify the file are in the hash report.",
        "hi": "फ़ाइल की पहचान बताने वाले मान हैश रिपोर्ट में हैं।",
    },
    "read": {
        "en": "How the software works and how often it is wrong is in its technical report.",
        "hi": "सॉफ़्टवेयर कैसे काम करता है और कितनी बार ग़लत होता है, यह उसकी तकनीकी रिपोर्ट में है।",
    },
}
"""Every sentence of the two texts to paste."""
PLACE: Mapping[Language, str] = {"en": " on {platform}", "hi": "{platform} पर "}
ACCOUNT: Mapping[Language, str] = {
    "en": ", posted by the account named in the suspect details",
    "hi": ", जिसे संदिग्ध के विवरण में बताए गए खाते ने डाला",
}
MOMENT: Mapping[Language, str] = {"en": "{date} at about {time} IST", "hi": "{date} को लगभग {time} बजे (IST)"}


class Words(NamedTuple):
    """English, and the same in Hindi."""

    en: str
    hi: str


STEPS: Mapping[str, str] = {
    "Step 1: Incident details": "चरण 1: घटना का विवरण",
    "Step 2: Suspect details": "चरण 2: संदिग्ध का विवरण",
    "Step 3: Complainant details": "चरण 3: शिकायतकर्ता का विवरण",
    "Step 4: Preview and submit": "चरण 4: देखना और जमा करना",
    "Report Suspect, tab Deepfake": "Report Suspect, Deepfake टैब: सूचना देना",
    "Report": "शिकायत",
}
"""The portal's own names of its steps, and what they mean in Hindi."""
LABELS: Mapping[str, str] = {
    "Category of complaint": "शिकायत की श्रेणी",
    "Sub-category": "उप-श्रेणी",
    "Date": "तारीख़",
    "Time": "समय",
    "Reason for delay in reporting": "देर से शिकायत करने की वजह",
    "State": "राज्य",
    "Where did the incident occur": "घटना कहाँ हुई",
    "Link, ID or e-mail": "लिंक, ID या ई-मेल",
    "Supporting evidence": "सबूत की फ़ाइलें",
    "Additional information about the incident": "घटना के बारे में और जानकारी",
    "Suspect name, identity and address": "संदिग्ध का नाम, पहचान और पता",
    "Any other information about the suspect": "संदिग्ध के बारे में कोई और जानकारी",
    "Your own details": "आपका अपना विवरण",
    "Preview": "जमा करने से पहले देखना",
    "State of incident": "घटना का राज्य",
    "Platform or content type": "प्लेटफ़ॉर्म या सामग्री का प्रकार",
    "Link or identifier": "लिंक या पहचान",
    "Evidence": "सबूत की फ़ाइलें",
    "Description": "विवरण",
    "Date and time": "तारीख़ और समय",
    "Platform or website": "प्लेटफ़ॉर्म या वेबसाइट",
    "Links": "लिंक",
    "Account": "खाता",
    "What happened": "क्या हुआ",
    "Files": "फ़ाइलें",
}
"""The portal's own names of its fields, and what they mean in Hindi."""
HINTS: Mapping[str, Words] = {
    "suggested": Words(
        "Suggested: {names}. Choose what the list on the screen offers ({hedge}).",
        "सुझाव: {names}। स्क्रीन की सूची में जो हो, वही चुनें ({hedge_hi})।",
    ),
    "choose": Words("Choose it on the screen.", "इसे स्क्रीन पर चुनें।"),
    "date": Words("When you saw or received it.", "जब आपने इसे देखा या यह आपको मिला।"),
    "time": Words("Indian time (IST), approximate.", "भारतीय समय (IST), मोटा-मोटा।"),
    "delay": Words("Only if the portal asks for it.", "केवल तब, जब पोर्टल पूछे।"),
    "state": Words(
        "Choose it from the list, then the district and the police station: the complaint goes there.",
        "सूची से राज्य चुनें, फिर ज़िला और थाना: शिकायत वहीं जाती है।",
    ),
    "platform": Words("Choose it from the list, or Other.", "सूची से चुनें, या Other।"),
    "link": Words("Full link of the post.", "पोस्ट का पूरा लिंक।"),
    "uploads": Words(
        "Attach the files one by one, each at most {limit} bytes ({hedge}). Most likely accepted: {types} "
        "({types_hedge}).",
        "फ़ाइलें एक-एक करके जोड़ें, हर फ़ाइल ज़्यादा से ज़्यादा {limit} बाइट ({hedge_hi})। इन प्रकारों के लिए जाने की संभावना "
        "सबसे ज़्यादा है: {types} ({types_hedge_hi})।",
    ),
    "length": Words(
        "At least {low} ({low_hedge}) and at most {high} ({high_hedge}) characters.",
        "कम से कम {low} ({low_hedge_hi}) और ज़्यादा से ज़्यादा {high} ({high_hedge_hi}) अक्षर।",
    ),
    "hindi_script": Words(
        "Whether the portal takes Hindi script here is not known: keep an English text ready.",
        "पोर्टल यहाँ हिन्दी अक्षर लेता है या नहीं, यह मालूम नहीं: अंग्रेज़ी में लिखा टेक्स्ट भी पास रखें।",
    ),
    "cut": Words(
        "Your own words were too long and were cut; attach the file supporting_evidence_full_statement.txt.",
        "आपका लिखा हुआ ज़्यादा लंबा था और काट दिया गया; supporting_evidence_full_statement.txt फ़ाइल भी जोड़ें।",
    ),
    "incomplete": Words(
        "Not complete: say first what it shows and what happened.",
        "यह अभी पूरा नहीं है: पहले बताएँ कि इसमें क्या दिखता है और क्या हुआ।",
    ),
    "suspect": Words(
        "Leave empty what you do not know; write facts only.", "जो पता न हो, ख़ाली छोड़ दें; केवल तथ्य लिखें।"
    ),
    "account": Words(
        "Name of the account and link to it, if you know them.", "खाते का नाम और उसका लिंक, अगर पता हो।"
    ),
    "own_details": Words(
        "Type them on the portal yourself: {keys}. None of it is kept here, and this package needs no "
        "identity document.",
        "इन्हें पोर्टल पर ख़ुद टाइप करें: {keys_hi}। इनमें से कुछ भी यहाँ नहीं रखा जाता, और इन काग़ज़ों के लिए किसी पहचान पत्र की "
        "ज़रूरत नहीं।",
    ),
    "preview": Words(
        "Read it, correct it, tick I Agree and submit it yourself. Keep the number.",
        "पढ़ें, ठीक करें, I Agree पर टिक करें और ख़ुद जमा करें। नंबर सँभालकर रखें।",
    ),
    "suspect_state": Words("Choose it from the list on the screen.", "स्क्रीन की सूची से चुनें।"),
    "suspect_platform": Words(
        "Nobody saw the fields of this tab when these facts were gathered: follow the screen.",
        "यह जानकारी जुटाते समय इस टैब के खाने देखे नहीं जा सके: स्क्रीन पर जो हो, वही मानें।",
    ),
    "identifier": Words("At most {limit} characters ({hedge}).", "ज़्यादा से ज़्यादा {limit} अक्षर ({hedge_hi})।"),
    "no_short_link": Words(
        "No link of this case fits: write the site and the account instead.",
        "इस केस का कोई लिंक इसमें नहीं समाता: उसकी जगह साइट और खाते का नाम लिखें।",
    ),
    "when_seen": Words("When you saw it.", "जब आपने इसे देखा।"),
    "plain": Words(
        "Plain characters only, so that most forms take it.", "केवल सादे अक्षर, ताकि ज़्यादातर फ़ॉर्म इसे ले लें।"
    ),
    "attach": Words("Attach them where the form allows it.", "जहाँ फ़ॉर्म इजाज़त दे, वहाँ इन्हें जोड़ें।"),
}
"""What to know about a field."""
COMPLAINANT: Mapping[str, str] = {
    "name": "नाम",
    "mobile": "मोबाइल",
    "email": "ई-मेल",
    "gender": "लिंग",
    "date_of_birth": "जन्म तिथि",
    "parent_or_spouse_name": "माता, पिता या पति/पत्नी का नाम",
    "relation_to_victim": "पीड़ित से रिश्ता",
    "nationality": "राष्ट्रीयता",
    "address": "पता",
    "state": "राज्य",
    "district": "ज़िला",
    "police_station": "थाना",
    "pin": "पिन कोड",
}
"""What the portal asks about the complainant, and its name in Hindi; never filled in here."""


def hint(*keys: str, **values: object) -> Words:
    """Hints of a field, one after the other, in both languages.

    >>> hint("time").en
    'Indian time (IST), approximate.'
    """
    return Words(*(" ".join(HINTS[key][at].format(**values) for key in keys) for at in range(2)))


NO_HINT = Words("", "")
GLOSS = "हिन्दी में इसका मतलब"
"""Stands before what an English text says, in Hindi."""
