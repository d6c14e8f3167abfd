"""The sentences of the checks before filing, in English and Hindi: for each finding what was found and what to do.

Names of files and of the portal's fields stay as they are in the package and on the portal. Belongs to
`reporting.text.findings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from reporting.text.results import Language

Severity = Literal["error", "warn", "info"]

MARKS: Mapping[Language, Mapping[Severity, str]] = {
    "en": {"error": "Put this right first", "warn": "Look at this", "info": "Good to know"},
    "hi": {"error": "पहले इसे ठीक करें", "warn": "इसे देख लें", "info": "जानने लायक़"},
}
VERSIONS: Mapping[Language, tuple[str, str]] = {
    "en": ("As you typed it", "As it stands now"),
    "hi": ("आपने ऐसे लिखा था", "अब ऐसे लिखा है"),
}
TYPED_FIELDS: Mapping[str, Mapping[Language, str]] = {
    "what_happened": {"en": "what happened", "hi": "क्या हुआ"},
    "whose_face": {"en": "whose face", "hi": "किसका चेहरा"},
    "harm": {"en": "harm", "hi": "नुकसान"},
    "platform": {"en": "platform", "hi": "कहाँ देखा"},
    "delay_reason": {"en": "reason for delay", "hi": "देरी की वजह"},
}
"""The fields of a `Case` whose characters are changed for the portal."""
SEEING: Mapping[Language, str] = {"en": "seeing it", "hi": "इसे देखने"}
SAVING: Mapping[Language, str] = {"en": "saving it", "hi": "इसे सहेजने"}

FINDINGS: Mapping[str, tuple[Severity, Mapping[Language, tuple[str, str]]]] = {
    "narrative_length": (
        "error",
        {
            "en": (
                "The text to paste has {count} characters; the portal takes {low} to {high}.",
                "Change it before you paste it.",
            ),
            "hi": (
                "पेस्ट करने के पाठ में {count} अक्षर हैं; पोर्टल {low} से {high} तक लेता है।",
                "पेस्ट करने से पहले इसे घटाएँ या बढ़ाएँ।",
            ),
        },
    ),
    "narrative_long": (
        "warn",
        {
            "en": (
                "The text to paste has {count} characters.",
                "If the form cuts it off at {limit}, delete the sentences about the software first.",
            ),
            "hi": (
                "पेस्ट करने के पाठ में {count} अक्षर हैं।",
                "अगर फ़ॉर्म इसे {limit} पर काट दे, तो पहले सॉफ़्टवेयर वाले वाक्य हटाएँ।",
            ),
        },
    ),
    "narrative_cut": (
        "warn",
        {
            "en": (
                "Your own words were too long for the form and were cut at the end of a sentence.",
                "Attach 5_evidence/supporting_evidence_full_statement.txt, or shorten them yourself.",
            ),
            "hi": (
                "आपका लिखा हुआ फ़ॉर्म के लिए ज़्यादा लंबा था, इसलिए एक वाक्य पूरा होने पर काट दिया गया।",
                "5_evidence/supporting_evidence_full_statement.txt भी जोड़ें, या इसे ख़ुद छोटा करें।",
            ),
        },
    ),
    "suspect_length": (
        "error",
        {
            "en": (
                "The text for Report Suspect has {count} characters; the page takes {low} to {high}.",
                "Change it before you paste it.",
            ),
            "hi": (
                "Report Suspect के पाठ में {count} अक्षर हैं; वह पेज {low} से {high} तक लेता है।",
                "पेस्ट करने से पहले इसे घटाएँ या बढ़ाएँ।",
            ),
        },
    ),
    "nothing_told": (
        "error",
        {
            "en": (
                "You have not said what it shows and what happened.",
                "Say it in the form; until then the text is not complete and cannot be copied.",
            ),
            "hi": (
                "आपने नहीं बताया कि इसमें क्या दिखता है और क्या हुआ।",
                "फ़ॉर्म में यह लिखें; तब तक पाठ अधूरा है और कॉपी नहीं किया जा सकता।",
            ),
        },
    ),
    "not_denied": (
        "warn",
        {
            "en": (
                "The text does not say that the person shown did not say or do this.",
                "If that is true, tick it in the form; nothing is claimed that you did not say.",
            ),
            "hi": (
                "पाठ में यह नहीं लिखा है कि दिखाए गए व्यक्ति ने न ऐसा कहा, न किया।",
                "अगर यह सच है, तो फ़ॉर्म में उस पर टिक करें; जो आपने नहीं कहा, वह यहाँ नहीं लिखा जाता।",
            ),
        },
    ),
    "platform_link": (
        "warn",
        {
            "en": (
                "You named {platform}, but the link leads to {host}.",
                "Correct the one that is wrong, or add the link to the post on the platform that you named.",
            ),
            "hi": (
                "आपने {platform} लिखा है, पर लिंक {host} पर ले जाता है।",
                "इनमें जो ग़लत हो, उसे ठीक करें, या बताए गए प्लेटफ़ॉर्म की पोस्ट का लिंक जोड़ें।",
            ),
        },
    ),
    "characters_changed": (
        "info",
        {
            "en": (
                "Characters that the portal is said to refuse were changed in: {field}.",
                "Read whether it still says what you mean.",
            ),
            "hi": (
                "कहा जाता है कि पोर्टल कुछ चिह्न नहीं लेता; वे यहाँ बदल दिए गए हैं: {field}।",
                "पढ़कर देखें कि मतलब अब भी वही है जो आप कहना चाहते हैं।",
            ),
        },
    ),
    "links_moved": (
        "info",
        {
            "en": (
                "Links cannot stand in the text and were moved to the field for links.",
                "Paste them there.",
            ),
            "hi": (
                "लिंक पाठ के अंदर नहीं रह सकते, इसलिए उन्हें लिंक वाले खाने में रख दिया गया है।",
                "उन्हें वहीं पेस्ट करें।",
            ),
        },
    ),
    "link_too_long": (
        "warn",
        {
            "en": (
                "No link of this case fits the {limit} characters of Report Suspect.",
                "Give the site and the account there; the full links are in 1_complaint.json.",
            ),
            "hi": (
                "इस केस का कोई भी लिंक Report Suspect के {limit} अक्षरों में नहीं समाता।",
                "वहाँ साइट और खाते का नाम लिखें; पूरे लिंक 1_complaint.json में हैं।",
            ),
        },
    ),
    "no_links": (
        "warn",
        {
            "en": ("No link is given.", "The link of the post helps most: add it if there is one."),
            "hi": ("कोई लिंक नहीं दिया गया है।", "पोस्ट का लिंक सबसे ज़्यादा काम आता है: हो तो जोड़ें।"),
        },
    ),
    "file_too_large": (
        "error",
        {
            "en": (
                "{file} has {size} bytes, more than the {limit} the portal takes.",
                "Do not upload it; use the smaller copies.",
            ),
            "hi": (
                "{file} में {size} बाइट हैं, जबकि पोर्टल {limit} तक ही लेता है।",
                "इसे अपलोड न करें; छोटी कॉपियाँ इस्तेमाल करें।",
            ),
        },
    ),
    "file_empty": (
        "error",
        {
            "en": ("{file} is empty.", "Do not upload it."),
            "hi": ("{file} ख़ाली है।", "इसे अपलोड न करें।"),
        },
    ),
    "file_type": (
        "warn",
        {
            "en": (
                "{file} is of a type the portal may not take ({types} are the likeliest).",
                "If it is refused, print it to PDF or leave it out.",
            ),
            "hi": (
                "हो सकता है कि पोर्टल {file} जैसी फ़ाइल न ले (सबसे ज़्यादा उम्मीद इनकी है: {types})।",
                "न ली जाए तो इसे PDF में प्रिंट करें या छोड़ दें।",
            ),
        },
    ),
    "file_name": (
        "error",
        {
            "en": (
                "{file} has a name that a form may refuse: use up to {limit} plain letters and digits and one "
                "dot.",
                "Rename the copy, never the original.",
            ),
            "hi": (
                "हो सकता है कि फ़ॉर्म {file} नाम न ले: नाम में ज़्यादा से ज़्यादा {limit} सादे अंग्रेज़ी अक्षर और अंक हों, और "
                "एक ही बिंदु।",
                "कॉपी का नाम बदलें, मूल फ़ाइल का कभी नहीं।",
            ),
        },
    ),
    "type_mismatch": (
        "error",
        {
            "en": ("{file} does not hold what its name says.", "Do not upload it; report this."),
            "hi": ("{file} के अंदर वह नहीं है जो इसका नाम बताता है।", "इसे अपलोड न करें; यह गड़बड़ी हमें बताएँ।"),
        },
    ),
    "in_future": (
        "error",
        {
            "en": ("The time you gave for {what} lies in the future.", "Correct the date and the time."),
            "hi": ("{what} का जो समय आपने दिया, वह अभी आया ही नहीं है।", "तारीख़ और समय ठीक करें।"),
        },
    ),
    "saved_before_seen": (
        "warn",
        {
            "en": (
                "The file was saved before it was seen, as the two times say.",
                "Correct the one that is wrong.",
            ),
            "hi": (
                "दिए गए दोनों समय के हिसाब से फ़ाइल देखे जाने से पहले ही सहेज ली गई थी।",
                "इनमें जो ग़लत हो, उसे ठीक करें।",
            ),
        },
    ),
    "delay": (
        "warn",
        {
            "en": (
                "It was seen {days} ago and no reason for the delay is given.",
                "Have one sentence ready; the portal may ask.",
            ),
            "hi": (
                "इसे {days} पहले देखा गया था और देरी की वजह नहीं बताई गई है।",
                "एक वाक्य तैयार रखें; पोर्टल पूछ सकता है।",
            ),
        },
    ),
    "state": (
        "error",
        {
            "en": (
                "{state} is none of the {count} States and Union Territories of the portal's list.",
                "Write it as in that list, or leave it empty and choose it on the screen.",
            ),
            "hi": (
                "{state}: यह नाम पोर्टल की सूची के {count} राज्यों और केंद्र शासित प्रदेशों में नहीं है।",
                "उसे वैसे ही लिखें जैसे सूची में है, या ख़ाली छोड़ें और स्क्रीन पर चुनें।",
            ),
        },
    ),
    "no_state": (
        "warn",
        {
            "en": ("No State is given.", "Choose it on the portal: the complaint goes to its police."),
            "hi": ("राज्य नहीं बताया गया है।", "उसे पोर्टल पर चुनें: शिकायत उसी राज्य की पुलिस के पास जाती है।"),
        },
    ),
    "no_date": (
        "warn",
        {
            "en": ("No date is given.", "The portal asks when you saw it: an approximate time is enough."),
            "hi": ("तारीख़ नहीं बताई गई है।", "पोर्टल पूछता है कि आपने इसे कब देखा: मोटा-मोटा समय भी काफ़ी है।"),
        },
    ),
    "identity_file": (
        "info",
        {
            "en": (
                "The portal asks for an image of an identity document (jpg, jpeg or png).",
                "Upload it there yourself; never put it into this package.",
            ),
            "hi": (
                "पोर्टल पहचान पत्र की तस्वीर माँगता है (jpg, jpeg या png)।",
                "उसे ख़ुद वहीं अपलोड करें; इस पैकेज में कभी न रखें।",
            ),
        },
    ),
    "not_supported": (
        "warn",
        {
            "en": (
                "The analysis does not support the complaint: {headline}.",
                "You can still file, since you know what is true; say so in your own words.",
            ),
            "hi": (
                "जाँच इस शिकायत का समर्थन नहीं करती: {headline}।",
                "आप फिर भी शिकायत कर सकते हैं, क्योंकि सच आप जानते हैं; यह बात अपने शब्दों में लिखें।",
            ),
        },
    ),
    "media_left_out": (
        "info",
        {
            "en": (
                "No image or copy of the file was put into this package.",
                "Attach the file itself on the portal if you want the police to see it.",
            ),
            "hi": (
                "इस पैकेज में फ़ाइल की कोई तस्वीर या कॉपी नहीं रखी गई है।",
                "अगर आप चाहते हैं कि पुलिस उसे देखे, तो पोर्टल पर वही फ़ाइल जोड़ें।",
            ),
        },
    ),
    "no_copy": (
        "warn",
        {
            "en": (
                "No copy of the file itself could be made to upload.",
                "Attach the file as you received it if it is not too large, or the images from it.",
            ),
            "hi": (
                "अपलोड करने के लिए फ़ाइल की कॉपी नहीं बन सकी।",
                "फ़ाइल बहुत बड़ी न हो तो जैसी मिली वैसी ही जोड़ें, नहीं तो उससे ली गई तस्वीरें जोड़ें।",
            ),
        },
    ),
    "lint": (
        "error",
        {
            "en": (
                "A text would say {words}, which software cannot promise.",
                "Report this; do not use the package.",
            ),
            "hi": (
                "यहाँ ऐसी बात लिखी जाती जिसका भरोसा कोई सॉफ़्टवेयर नहीं दे सकता: {words}।",
                "यह गड़बड़ी हमें बताएँ; पैकेज का इस्तेमाल न करें।",
            ),
        },
    ),
    "money": (
        "warn",
        {
            "en": (
                "Money was lost: the phone comes before everything else.",
                "Call {fraud} and your bank now, then go on here.",
            ),
            "hi": ("पैसे गए हैं: सबसे पहले फ़ोन करें।", "अभी {fraud} पर और अपने बैंक को फ़ोन करें, फिर यहाँ आगे बढ़ें।"),
        },
    ),
    "stale": (
        "warn",
        {
            "en": (
                "What is known of the portal was last checked {days} days ago.",
                "Compare the limits and the lists with what the screen says.",
            ),
            "hi": (
                "पोर्टल के बारे में यहाँ जो मालूम है, वह पिछली बार {days} दिन पहले जाँचा गया था।",
                "सीमाओं और सूचियों को स्क्रीन से मिलाकर देखें।",
            ),
        },
    ),
}
