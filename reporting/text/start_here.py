"""The words of START_HERE.html in English and Hindi. Numbers, addresses and spans of time come from the dated
facts, and sentences that state a result from `reporting.text.results`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reporting.text.results import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All that the page says in one language."""

    title: str
    language_name: str
    first: str
    calls: tuple[str, str, str]
    """For danger, money and women's help; each with one `{number}`."""
    result: str
    look: str
    order: str
    order_note: str
    form: str
    form_steps: tuple[str, ...]
    """In the order of the portal's form; may hold `{address}`, `{limit}`, `{low}` and `{high}`."""
    hint: str
    hint_steps: tuple[str, ...]
    """May hold `{address}`, `{low}` and `{high}`."""
    files: str
    files_note: str
    purposes: tuple[str, ...]
    """Beside `FILES`, in their order."""
    deadlines: str
    deadline_lines: tuple[str, ...]
    """May hold `{act}`, `{acknowledge}`, `{resolve}` and `{appeal}`."""
    keep: str
    keep_lines: tuple[str, ...]
    by_hand: str
    by_hand_lines: tuple[str, ...]
    is_not: str
    false_information: str
    characters: str
    """Units of the limits: of a text, a file, a span of time."""
    bytes: str
    hours: str
    days: str
    made: str
    """May hold `{case}`, `{time}` and `{date}`."""
    stale: str


FILES = (
    "1_complaint.json",
    "2_complaint_copy_paste.txt",
    "3_report_suspect.txt",
    "4_forensic_report.pdf",
    "5_evidence/",
    "6_hash_report.csv",
    "7_custody_log.csv",
    "8_bsa63_draft.pdf",
    "9_platform_notice.txt",
    "10_analysis.json",
    "MANIFEST.sha256",
)
"""Every file of a package but this page, in the order of their names."""
INDIAN_FILES = frozenset({"3_report_suspect.txt", "8_bsa63_draft.pdf"})
"""Those that are made for India only."""

WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="Start here",
        language_name="English",
        first="What to do first",
        calls=(
            "Danger now: call {number}",
            "Money lost or being moved: call {number} and your bank at once",
            "Women's helpline: {number}",
        ),
        result="What the analysis says",
        look="Look at this before you file",
        order="Then, in this order",
        order_note="Type addresses yourself: a false copy of the portal has been reported. How surely each is "
        "known stands in small print.",
        form="Filling in the portal's form",
        form_steps=(
            "Open {address} and choose the card named above. Accept the undertaking only after reading it.",
            "Log in with your own mobile number, the OTP and the CAPTCHA. Do not refresh the page: have the texts "
            "of this package open before you begin.",
            "Incident details: choose category, State and platform from the lists on the screen; paste each block "
            "of 2_complaint_copy_paste.txt into its field ({low} to {high} characters for the description).",
            "Attach the files of 5_evidence and 4_forensic_report.pdf one by one, each at most {limit} bytes.",
            "Suspect details: only facts; what you do not know stays empty.",
            "Complainant details: type them yourself, and upload your identity document there. This package holds "
            "neither, on purpose.",
            "Read the preview. Tick and submit only if every line is true. Save the acknowledgement number, the "
            "PDF and any hash value shown.",
        ),
        hint="Giving a hint (Report Suspect)",
        hint_steps=(
            "Open {address}, choose your State and the tab Deepfake. No login is needed.",
            "Paste 3_report_suspect.txt ({low} to {high} characters) and attach one file of 5_evidence.",
            "A hint is not a complaint: whoever is harmed has to file that.",
        ),
        files="What each file is for",
        files_note="Keep the whole package for yourself. Attach single files: whether the portal takes a zip is "
        "not known.",
        purposes=(
            "The same facts for programs.",
            "Text to correct and paste, one block for each field of the portal.",
            "Short text for the tab Deepfake of Report Suspect.",
            "Report for the police: result, limits, error rates, images. Its first page is for everybody.",
            "Files to attach. Copies and single frames are marked as derived.",
            "Fingerprints of every file, to compare with what the portal shows after uploading.",
            "What was done with the file and when; each line holds the hash of the line before.",
            "Draft for courts: you sign Part A only if it is true, an expert fills in Part B.",
            "Letter to the platform's Grievance Officer, for you to send.",
            "The result with all numbers, for an examiner.",
            "Fingerprints of all files, against damage and mistakes. They are not signed: note the fingerprint of "
            "this file elsewhere if you want to be able to show later that nothing was changed.",
        ),
        deadlines="Dates to keep in mind",
        deadline_lines=(
            "Report promptly, money first of all. The sooner a transfer is reported, the better it "
            "can be stopped.",
            "The platform has {act} hours to act on your notice about nudity, a sexual act or impersonation, and "
            "{acknowledge} hours to acknowledge it.",
            "It has {resolve} days to decide on a grievance.",
            "You have {appeal} days from its decision to appeal to the Grievance Appellate Committee.",
        ),
        keep="Keep the evidence",
        keep_lines=(
            "Keep the file as you received it, and the first one you can get: messengers compress every copy.",
            "Save the full link, the account name and its profile link, the number of the post, caption, "
            "counts, and the date and time with the time zone.",
            "Take a screenshot of the whole page with the address bar, or save the page as PDF; of an e-mail the "
            ".eml file.",
            "Do not edit, crop, rename, forward or repost it, not even as a warning.",
            "Do not pay, threaten or answer the person who made or sent it.",
            "Save first, then ask for removal: removal takes the evidence away. Ask the platform to preserve its "
            "records.",
        ),
        by_hand="What only you can do",
        by_hand_lines=(
            "Open the portal, log in, choose from its lists, paste, attach, preview and submit. No program does "
            "that for you here.",
            "Type who you are, and upload your identity document, on the portal only.",
            "Compare the hash value that the portal shows with 6_hash_report.csv.",
            "Send 9_platform_notice.txt, and write down when you sent it.",
            "Sign Part A of 8_bsa63_draft.pdf only if it is true, and find an expert for Part B.",
            "Write the acknowledgement number into the custody log, and follow up with the police.",
        ),
        is_not="What this is not",
        false_information="What you submit is your own statement: the portal warns that false information can be "
        "punished.",
        characters="characters",
        bytes="bytes",
        hours="hours",
        days="days",
        made="Case {case}, made {time}. Facts about the portal as of {date}.",
        stale="The facts about the portal are older than {days} days: check numbers and addresses before you "
        "rely on them.",
    ),
    "hi": Words(
        title="यहाँ से शुरू करें",
        language_name="हिन्दी",
        first="सबसे पहले क्या करें",
        calls=(
            "अभी ख़तरा है: {number} पर फ़ोन करें",
            "पैसे गए हों या निकाले जा रहे हों: तुरंत {number} और अपने बैंक को फ़ोन करें",
            "महिला हेल्पलाइन: {number}",
        ),
        result="जाँच क्या कहती है",
        look="शिकायत करने से पहले यह देख लें",
        order="फिर, इसी क्रम में",
        order_note="पते ख़ुद टाइप करें: पोर्टल की एक नक़ली कॉपी की ख़बर है। कौन सी बात कितनी पक्की है, यह छोटे अक्षरों में "
        "लिखा है।",
        form="पोर्टल का फ़ॉर्म भरना",
        form_steps=(
            "{address} खोलें और ऊपर बताया गया कार्ड चुनें। वचन (undertaking) पढ़कर ही स्वीकार करें।",
            "अपने मोबाइल नंबर, OTP और CAPTCHA से लॉगिन करें। पन्ना रिफ़्रेश न करें: शुरू करने से पहले इस पैकेज के पाठ खोलकर रखें।",
            "घटना का विवरण: श्रेणी, राज्य और प्लेटफ़ॉर्म स्क्रीन की सूचियों से चुनें; 2_complaint_copy_paste.txt का हर हिस्सा उसके "
            "खाने में चिपकाएँ (विवरण {low} से {high} अक्षर)।",
            "5_evidence की फ़ाइलें और 4_forensic_report.pdf एक-एक करके जोड़ें, हर फ़ाइल ज़्यादा से ज़्यादा {limit} बाइट।",
            "संदिग्ध का विवरण: केवल तथ्य; जो पता न हो, ख़ाली छोड़ दें।",
            "शिकायतकर्ता का विवरण: ख़ुद टाइप करें, और पहचान पत्र वहीं अपलोड करें। इस पैकेज में जान-बूझकर दोनों नहीं हैं।",
            "प्रीव्यू पढ़ें। हर पंक्ति सच हो तभी टिक करके जमा करें। पावती नंबर, PDF और दिखाया गया हैश सँभालकर रखें।",
        ),
        hint="सूचना देना (Report Suspect)",
        hint_steps=(
            "{address} खोलें, अपना राज्य और Deepfake टैब चुनें। लॉगिन नहीं चाहिए।",
            "3_report_suspect.txt ({low} से {high} अक्षर) चिपकाएँ और 5_evidence की एक फ़ाइल जोड़ें।",
            "सूचना शिकायत नहीं है: शिकायत वही करे जिसका नुकसान हुआ है।",
        ),
        files="कौन सी फ़ाइल किस काम की है",
        files_note="पूरा पैकेज अपने पास रखें। फ़ाइलें एक-एक करके जोड़ें: पोर्टल zip लेता है या नहीं, यह मालूम नहीं।",
        purposes=(
            "वही तथ्य, प्रोग्रामों के लिए।",
            "सुधारने और चिपकाने का पाठ, पोर्टल के हर खाने के लिए एक हिस्सा।",
            "Report Suspect के Deepfake टैब के लिए छोटा पाठ।",
            "पुलिस के लिए रिपोर्ट: नतीजा, सीमाएँ, ग़लती की दर, तस्वीरें। पहला पन्ना सबके लिए है।",
            "जोड़ने की फ़ाइलें। कॉपियों और फ़्रेमों पर लिखा है कि वे मूल नहीं हैं।",
            "हर फ़ाइल की पहचान-छाप (हैश), ताकि अपलोड के बाद पोर्टल पर दिखे हैश से मिला सकें।",
            "फ़ाइल के साथ क्या और कब किया गया; हर पंक्ति में पिछली पंक्ति का हैश है।",
            "अदालत के लिए मसौदा: भाग A पर सच हो तभी दस्तख़त करें, भाग B विशेषज्ञ भरता है।",
            "प्लेटफ़ॉर्म के Grievance Officer के नाम पत्र, आपके भेजने के लिए।",
            "सारे अंकों के साथ नतीजा, जाँच करने वाले के लिए।",
            "सब फ़ाइलों की पहचान-छापें, ख़राबी और ग़लती पकड़ने के लिए। इन पर किसी के हस्ताक्षर नहीं हैं: बाद में दिखाना हो कि कुछ "
            "नहीं बदला, तो इस फ़ाइल की पहचान-छाप अलग से लिख लें।",
        ),
        deadlines="याद रखने की तारीख़ें",
        deadline_lines=(
            "जल्दी शिकायत करें, पैसों की सबसे पहले। भुगतान की ख़बर जितनी जल्दी दी जाए, उसे रोकना उतना आसान है।",
            "नग्नता, यौन कृत्य या किसी का रूप धरने की आपकी सूचना पर प्लेटफ़ॉर्म को {act} घंटे में कार्रवाई और {acknowledge} घंटे में "
            "पावती देनी होती है।",
            "शिकायत पर फ़ैसले के लिए उसके पास {resolve} दिन हैं।",
            "उसके फ़ैसले के बाद Grievance Appellate Committee में अपील के लिए आपके पास {appeal} दिन हैं।",
        ),
        keep="सबूत सँभालकर रखें",
        keep_lines=(
            "फ़ाइल जैसी मिली वैसी ही रखें, और हो सके तो सबसे पहली फ़ाइल: मैसेंजर हर कॉपी को दबाते हैं।",
            "पूरा लिंक, खाते का नाम और प्रोफ़ाइल लिंक, पोस्ट का नंबर, कैप्शन, गिनतियाँ, "
            "और समय-क्षेत्र के साथ तारीख़ और समय लिख लें।",
            "एड्रेस बार के साथ पूरे पन्ने का स्क्रीनशॉट लें, या पन्ना PDF में सहेजें; ई-मेल की .eml फ़ाइल रखें।",
            "इसे न बदलें, न काटें, न नाम बदलें, न आगे भेजें, न दोबारा पोस्ट करें, चेतावनी देने के लिए भी नहीं।",
            "जिसने इसे बनाया या भेजा, उसे न पैसे दें, न धमकी दें, न जवाब दें।",
            "पहले सँभालें, फिर हटवाएँ: हटाने से सबूत भी चला जाता है। प्लेटफ़ॉर्म से रिकॉर्ड सँभालकर रखने को कहें।",
        ),
        by_hand="जो केवल आप कर सकते हैं",
        by_hand_lines=(
            "पोर्टल खोलना, लॉगिन, सूचियों से चुनना, चिपकाना, जोड़ना, प्रीव्यू और जमा करना। यहाँ कोई प्रोग्राम यह नहीं करता।",
            "अपनी पहचान केवल पोर्टल पर लिखें और पहचान पत्र वहीं अपलोड करें।",
            "पोर्टल पर दिखा हैश 6_hash_report.csv से मिलाएँ।",
            "9_platform_notice.txt भेजें, और भेजने का समय लिख लें।",
            "8_bsa63_draft.pdf के भाग A पर सच हो तभी दस्तख़त करें, और भाग B के लिए विशेषज्ञ ढूँढें।",
            "पावती नंबर कस्टडी लॉग में लिखें, और पुलिस से पूछते रहें।",
        ),
        is_not="यह क्या नहीं है",
        false_information="आप जो जमा करते हैं, वह आपका अपना बयान है: पोर्टल चेताता है कि ग़लत जानकारी पर सज़ा हो सकती है।",
        characters="अक्षर",
        bytes="बाइट",
        hours="घंटे",
        days="दिन",
        made="केस {case}, {time} को बनाया गया। पोर्टल के तथ्य {date} तक के हैं।",
        stale="पोर्टल के तथ्य {days} दिन से ज़्यादा पुराने हैं: भरोसा करने से पहले नंबर और पते जाँच लें।",
    ),
}
