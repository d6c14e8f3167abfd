"""The detector's reasons, warnings and notes in every language of the page.

The English sentences are `str(message)`, see `detector.messages`; the ones here have the same codes and values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from detector.messages import Code, Message
from reporting.text.results import KINDS, Language

_AGAIN = "जहाँ से मिली थी, वहाँ से दोबारा डाउनलोड या कॉपी करें और उसे भी जाँचें।"
_HINDI: Mapping[Code, str] = {
    "other_suffix": "नाम के अंत में {suffix} है, पर फ़ाइल के अंदर {format} {kind} है।",
    "scaled_image": "तस्वीर {stored} पिक्सेल की है और {judged} पर जाँची गई।",
    "scaled_frames": "{stored} पिक्सेल के फ़्रेम {judged} पर जाँचे गए।",
    "other_videos": "इस फ़ाइल में {count} वीडियो हैं; केवल वही जाँचा गया जो प्लेयर दिखाते हैं।",
    "image_damaged": f"फ़ाइल ख़राब या अधूरी है; फिर भी इसके अंदर की तस्वीर पढ़ी जा सकी। {_AGAIN}",
    "image_part_damaged": f"तस्वीर का एक हिस्सा ख़राब है: वहाँ जो दिखता है वह ग़लत हो सकता है। {_AGAIN}",
    "image_incomplete": f"तस्वीर अधूरी है: इसका केवल {{share:.0%}} हिस्सा पढ़ा और जाँचा जा सका। {_AGAIN}",
    "video_slow": "इस वीडियो को खोलने में इसके आकार के हिसाब से बहुत ज़्यादा समय लगता है: केवल {end_s:.1f} सेकंड तक का "
    "हिस्सा जाँचा गया। इसे MP4 के रूप में सेव करके जाँचें; मूल फ़ाइल सँभालकर रखें।",
    "video_damaged": f"वीडियो ख़राब है: इसके कुछ टुकड़े ({{count}}) पढ़े नहीं जा सके और छोड़ दिए गए। {_AGAIN}",
    "video_incomplete": "वीडियो अधूरा है: इसे {stated_s:.1f} सेकंड का होना चाहिए, पर {end_s:.1f} सेकंड के बाद रुक जाता है, "
    f"और केवल उससे पहले का हिस्सा जाँचा गया। {_AGAIN}",
    "turned": "इस फ़ाइल में कोई चेहरा सीधा नहीं दिखता: इसे घड़ी की उल्टी दिशा में {degrees} डिग्री घुमाकर जाँचा गया।",
    "faces_left_out": "एक साथ जितने चेहरे, या चेहरे जैसी जगहें, जाँची जाती हैं, यहाँ उससे ज़्यादा हैं: सबसे छोटे छूट गए। जिस हिस्से पर "
    "शक हो, उसे काटकर अलग से जाँचें।",
    "small_faces": "इतने छोटे चेहरे कि जाँचे नहीं जा सकते: {count}। कोई बड़ी कॉपी ढूँढें, जिसमें हर चेहरा बड़ा दिखे, और उसे भी जाँचें।",
    "sparse": "कहीं-कहीं {gap_s:.1f} सेकंड तक कोई फ़्रेम नहीं देखा गया: इससे कम देर की छेड़छाड़ छूट सकती है। जिस हिस्से पर शक "
    "हो, उसे काटकर अलग से जाँचें, या हर फ़्रेम की जाँच चुनें।",
    "brief_signs": "{time} के आसपास एक सेकंड के लिए अनुमान ऊँचा है, पर इतने कम समय से फ़ैसला नहीं हो सकता। उस हिस्से को काटकर "
    "अलग से जाँचें।",
    "no_face_in_image": "तस्वीर में कोई चेहरा नहीं मिला, इसलिए जाँचने को कुछ नहीं था।",
    "no_face_in_video": "पूरे वीडियो से चुने गए {frames} फ़्रेम में कोई चेहरा नहीं मिला, इसलिए जाँचने को कुछ नहीं था।",
    "fake": "सभी चेहरों में सबसे ऊँचा अनुमान {probability:.3f} है: {threshold:.3f} या उससे ऊपर होने पर छेड़छाड़ के संकेत बताए "
    "जाते हैं।",
    "real": "सभी चेहरों में सबसे ऊँचा अनुमान {probability:.3f} है: {threshold:.3f} या उससे कम होने पर कहा जाता है कि संकेत "
    "नहीं मिले।",
    "inconclusive": "सभी चेहरों में सबसे ऊँचा अनुमान {probability:.3f} है: {low:.3f} और {high:.3f} के बीच नतीजा साफ़ नहीं "
    "माना जाता।",
    "real_withheld": "नतीजा साफ़ नहीं माना गया है: चेतावनियों में जो बताया गया है, उसमें छेड़छाड़ हो सकती है।",
    "faces_in_image": "तस्वीर में जाँचे गए चेहरे: {faces}।",
    "faces_in_video": "जाँचे गए चेहरे: {faces}; पूरे वीडियो से चुने गए {frames} फ़्रेम में ये कुल {views} बार दिखे।",
    "smallest_face": "{px} पिक्सेल से कम चौड़े चेहरे ढूँढे नहीं जाते।",
    "short_tracks": "इतनी कम देर दिखे चेहरे कि नतीजा उनसे तय नहीं होता: {count}।",
    "peak": "सबसे ऊँचा अनुमान {start_s:.1f} से {end_s:.1f} सेकंड तक के हिस्से का है।",
    "small_face": "वह चेहरा ज़्यादा से ज़्यादा {px} पिक्सेल चौड़ा है; इतने छोटे चेहरे का अनुमान कम भरोसेमंद होता है।",
    "never_measured": "जाँच करने वाला मॉडल ({name}) कितनी बार ग़लत होता है, यह कभी मापा नहीं गया।",
}


def message_sentences(messages: Iterable[Message], language: Language) -> tuple[str, ...]:
    """Each message as a sentence.

    >>> message_sentences([Message("faces_in_image", {"faces": 2})], "hi")
    ('तस्वीर में जाँचे गए चेहरे: 2।',)
    """
    if language == "en":
        return tuple(map(str, messages))
    return tuple(message.render(_HINDI[message.code], KINDS["hi"]) for message in messages)
