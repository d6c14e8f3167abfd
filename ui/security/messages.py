"""Messages of the middleware, the login page and the terminal, in English and Hindi where visitors read them."""

from __future__ import annotations

WRONG_HOST = "This host name is not allowed. Open the page at the address that the terminal shows."
WRONG_ORIGIN = "Another site asked for this. Open the page itself and try there."
NOT_HERE = "Not found."
NOT_UPLOADED = "Only a file that was added on this page can be checked, once. Add it once more."
UNREADABLE = "The request could not be read."
TOO_LARGE = (
    "That is too large: {limit} MB at most. Cut out the part in question; keep the original.\n"
    "यह सीमा से बड़ा है: ज़्यादा से ज़्यादा {limit} MB। केवल ज़रूरी हिस्सा काटकर भेजें; मूल फ़ाइल सँभालकर रखें।"
)
STALLED = (
    "The file stopped arriving. Check your connection, then add it once more.\n"
    "फ़ाइल का आना रुक गया। अपना कनेक्शन जाँचें, फिर फ़ाइल दोबारा चुनें।"
)
DISK_FULL = (
    "There is no room left on the computer that runs this page, so the file was not kept. Try a smaller file, or "
    "tell whoever runs the page.\n"
    "इस पेज को चलाने वाले कंप्यूटर में जगह नहीं बची, इसलिए फ़ाइल नहीं रखी गई। छोटी फ़ाइल चुनें, या पेज चलाने वाले को बताएँ।"
)
TOO_MANY = (
    "Too many requests from your connection. Wait {seconds} seconds, then try again.\n"
    "आपके कनेक्शन से एक साथ बहुत सारे अनुरोध आए। {seconds} सेकंड रुकें, फिर दोबारा कोशिश करें।"
)

LOGIN_TITLE = "Deepfake detector: password"
LOGIN_LEAD = {
    "en": "This page is for people who were given its password.",
    "hi": "यह पेज उनके लिए है जिन्हें इसका पासवर्ड दिया गया है।",
}
LOGIN_LABEL = "Password / पासवर्ड"
LOGIN_BUTTON = "Open / खोलें"
LOGIN_WRONG = {
    "en": "That was not the password. Check it and try again.",
    "hi": "यह पासवर्ड सही नहीं है। देखकर दोबारा कोशिश करें।",
}
LOGIN_WAIT = {
    "en": "Too many wrong passwords. Wait {seconds} seconds, then try again.",
    "hi": "कई बार ग़लत पासवर्ड डाला गया। {seconds} सेकंड रुकें, फिर दोबारा कोशिश करें।",
}
LOGIN_FIRST = "Log in first."

PASSWORD = "Password (shown only now; give it only to those who may use the page): {password}"
PASSWORD_GIVEN = "Visitors are asked for the password that you gave."
PASSWORD_SHORT = "--password needs at least {least} characters; leave it out to have one made"
PASSWORD_UNUSED = "--password is for pages that others can reach: add --share or another --host"
RELAY = "With the link, all that visitors add passes Gradio's relay (gradio.live), which can read it."
UNENCRYPTED = "Connections over the network are not encrypted unless a proxy of yours does that."
SPACE = "Serving as a Space: open to everyone, without a password."
