"""The page in Hindi: everyday words, the portal's own terms where it has some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from detector.types import FaceMark, MediaKind
from reporting.wording import Language
from ui.text.en import TroubleKind, TroubleWords, Words


class HindiWords(Words):
    """Every word again. What is missing here would be shown in English, and fails a test."""

    LANGUAGE: ClassVar[Language] = "hi"

    TITLE = "डीपफ़ेक जाँच"
    LEAD = "क्या इस तस्वीर या वीडियो में किसी चेहरे से छेड़छाड़ हुई है?"
    WAY: ClassVar[tuple[str, ...]] = (
        "तस्वीर या वीडियो चुनें",
        "अनुमान पढ़ें और देखें कि चेहरे के कौन-से हिस्से छेड़छाड़ की ओर इशारा करते हैं",
        "ज़रूरत हो तो शिकायत के काग़ज़ तैयार करें",
    )
    PRIVATE = "आपकी फ़ाइल इसी कंप्यूटर पर रहती है। किसी को कुछ नहीं भेजा जाता।"
    SHARED = (
        "यह पेज दूसरों के लिए भी खुला है: आपकी फ़ाइल उस कंप्यूटर तक जाती है जिस पर यह पेज चल रहा है (शेयर किया गया लिंक "
        "gradio.live से होकर जाता है), दूसरों की फ़ाइलों से अलग रखी जाती है और पेज बंद करते ही मिटा दी जाती है।"
    )

    UPLOAD_LABEL = "आपकी तस्वीर या वीडियो, {limit} तक"
    UPLOAD_DROP = "फ़ाइल यहाँ छोड़ें, या चुनने के लिए दबाएँ"
    EXAMPLES_LEAD = "कोई फ़ाइल पास में नहीं? इनमें से एक आज़माएँ:"
    EXAMPLES: ClassVar[Mapping[str, str]] = {
        "genuine.jpg": "असली तस्वीर",
        "manipulated.jpg": "छेड़छाड़ वाली तस्वीर",
        "genuine.mp4": "असली वीडियो",
        "manipulated.mp4": "छेड़छाड़ वाला वीडियो",
        "no-face.jpg": "बिना चेहरे की तस्वीर",
    }

    FILE_TAB = "तस्वीर या वीडियो"
    CAMERA_TAB = "कैमरा"

    DEPTH_TITLE = "वीडियो को कितनी बारीकी से देखा जाए"
    DEPTH_LABEL = "कितने पल देखे जाएँ"
    DEPTH_HINT = "ज़्यादातर वीडियो के लिए 'अपने-आप' ठीक है; ज़्यादा पल देखने में समय लगता है। वीडियो चुनने से पहले तय करें।"
    DEPTHS: ClassVar[Mapping[str, str]] = {
        "auto": "अपने-आप",
        "moments": "हर पल (एक सेकंड में 4)",
        "all": "हर एक फ़्रेम (सबसे धीमा)",
    }
    DEPTH_FRAMES: ClassVar[Mapping[bool, str]] = {False: "{count} फ़्रेम", True: "{count} फ़्रेम"}

    CANCEL = "यह जाँच रोकें"
    STOPPED_TITLE = "जाँच रोक दी गई"
    STOPPED = "आपकी फ़ाइल यहाँ से मिटा दी गई। आप ऊपर दूसरी फ़ाइल चुन सकते हैं।"
    WARNING_TITLE = "ध्यान दें"

    CHECKING = "{name} की जाँच हो रही है"
    CHECKING_HINT = "तस्वीर में कुछ सेकंड लगते हैं; वीडियो में एक मिनट या ज़्यादा लग सकता है।"
    MARKING = "छेड़छाड़ की ओर इशारा करने वाले हिस्सों पर निशान लगाए जा रहे हैं"

    CHECKED = "जाँची गई फ़ाइल: {name}"
    WHY = "ऐसा क्यों"
    TRY = "आप क्या आज़मा सकते हैं"
    JUMP = "अब क्या करें"
    STILL_ALT = "जिसकी जाँच हुई: {name}"

    SCALE_TITLE = "किसी चेहरे से छेड़छाड़ होने का अनुमान"
    SCALE_LOW = "निचली सीमा ({p}) और उससे नीचे"
    SCALE_MIDDLE = "इन दोनों के बीच"
    SCALE_HIGH = "ऊपरी सीमा ({p}) और उससे ऊपर"
    SCALE_ALT = (
        "अनुमान {p}। निचली सीमा ({low}) और उससे नीचे: {real}। ऊपरी सीमा ({high}) और उससे ऊपर: {fake}। इन दोनों के बीच: "
        "{inconclusive}।"
    )

    FACES_TITLE: ClassVar[Mapping[bool, str]] = {False: "चेहरा", True: "हर चेहरा, एक-एक करके"}
    FACES_ORDER = "जिस चेहरे में छेड़छाड़ के संकेत सबसे ज़्यादा हैं, वह पहले है; नंबर वही हैं जो पूरी तस्वीर में लिखे हैं।"
    FACE_NAME = "चेहरा {number}"
    FACE_ALT = "चेहरा {number}{moment}, छेड़छाड़ की ओर इशारा करने वाले हिस्सों पर रंग"
    FACE_ORIGINAL_ALT = "चेहरा {number}{moment}, जैसा जाँचा गया"
    MOMENT = ", {time} पर"
    COMPARE = "चेहरा {number}{moment}: मूल तस्वीर से रंगों तक"
    COMPARE_ORIGINAL = "मूल"
    COMPARE_HEAT = "रंग"
    HEAT_NONE = "कुछ नहीं"
    HEAT_MOST = "इस जाँच में सबसे ज़्यादा"
    VIEWS: ClassVar[Mapping[bool, str]] = {
        False: "देखे गए {frames} फ़्रेम में से 1 में दिखा, {start} पर।",
        True: "देखे गए {frames} फ़्रेम में से {views} में दिखा, {start} से {end} तक।",
    }
    MARKED = "इनमें से {marks}: इससे ग़लती की संभावना बढ़ती है।"
    MARKS: ClassVar[Mapping[FaceMark, str]] = {
        "small": "{count} छोटे",
        "blurred": "{count} धुँधले",
        "cut off": "{count} कटे हुए",
    }
    PASSING = "दूसरों के मुक़ाबले इतनी कम देर दिखा कि नतीजा इससे तय नहीं होता।"
    NO_PICTURE = "इस चेहरे की तस्वीर नहीं बन सकी।"
    COLOURS = (
        "रंग बताते हैं कि कौन-से हिस्से छेड़छाड़ की ओर इशारा करते हैं: गहरा रंग (कुछ नहीं) से चमकीला पीला (इस जाँच में सबसे "
        "ज़्यादा) तक; सबसे तेज़ हिस्से के चारों ओर सफ़ेद रेखा है। रंग केवल इसी जाँच के हिस्सों की आपस में तुलना करते हैं: चमकीला "
        "हिस्सा होने भर से यह नहीं कहा जा सकता कि चेहरे से छेड़छाड़ हुई है। चेहरे के नीचे का स्लाइडर रंग हटा देता है।"
    )
    FRAMES_TITLE: ClassVar[Mapping[MediaKind, str]] = {"image": "तस्वीर में कहाँ", "video": "वीडियो में कहाँ"}
    PICTURE_CAPTION = "पूरी तस्वीर"
    CLIP_CAPTION = "{time} पर"
    FRAME_ALT = "{caption}, हर चेहरे के चारों ओर नंबर वाला चौकोर घेरा"
    ENLARGE = "पूरे आकार में खोलें"

    TIMELINE_TITLE = "वीडियो में समय के साथ अनुमान"
    TIMELINE_LEAD = (
        "रेखा जितनी ऊँची, उस पल में छेड़छाड़ के संकेत उतने ज़्यादा। कोई पल देखने के लिए ग्राफ़ पर दबाएँ या तीर वाले बटनों से "
        "स्लाइडर खिसकाएँ; Enter दबाने पर वह पल दिखता है जिस पर स्लाइडर है।"
    )
    TIMELINE_PEAK = "सबसे तेज़ संकेतों वाला हिस्सा: इस चेहरे का नतीजा इसी से तय हुआ"
    TIMELINE_SLIDER = "{name}: कौन-सा पल दिखाएँ"
    TIMELINE_TABLE = "{name}: यही ग्राफ़ तालिका में"
    TIMELINE_COLUMNS: ClassVar[tuple[str, ...]] = ("कब से", "कब तक", "सबसे ऊँचा अनुमान")
    TIMELINE_UNSEEN = "नहीं दिखा"
    MOMENT_CAPTION = "{name}, {time} पर: अनुमान {p}।"
    MOMENT_ALT = "वीडियो {time} पर, जाँचे गए हर चेहरे के चारों ओर नंबर वाला चौकोर घेरा"
    MOMENT_COLOURS = "रंग पूरी जाँच के हिसाब से हैं: चमकीला पीला इसमें सबसे तेज़ है।"

    COPY_TITLE = "वीडियो की निशान लगी कॉपी"
    COPY_LEAD = (
        "एक नया वीडियो, जिसमें घेरे, नतीजे और रंग बने होते हैं और आवाज़ भी रहती है। यह लोगों को दिखाने के लिए है: मूल फ़ाइल "
        "सँभालकर रखें, असल में वही काम आती है।"
    )
    COPY_MAKE = "वीडियो की निशान लगी कॉपी बनाएँ"
    COPY_STOP = "कॉपी बनाना रोकें"
    COPY_WORKING = "निशान लगी कॉपी बन रही है"
    COPY_READY = "कॉपी तैयार है। पेज बंद करते ही यह मिट जाएगी: अभी डाउनलोड कर लें।"
    COPY_STOPPED = "कॉपी पूरी नहीं बनी और उसका कोई हिस्सा नहीं रखा गया।"

    CAMERA_TITLE = "कैमरे में दिख रहे चेहरे की जाँच"
    CAMERA_LEAD = (
        "कैमरा तभी चलता है जब आप उसे चालू करें। हर तस्वीर जाँचते ही भुला दी जाती है: कोई भी रखी नहीं जाती। अनुमान पिछले तीन "
        "सेकंड का होता है।"
    )
    CAMERA_SHARED = "तस्वीरें उस कंप्यूटर तक जाती हैं जिस पर यह पेज चल रहा है।"
    CAMERA_PRIVATE = "तस्वीरें इसी कंप्यूटर पर रहती हैं।"
    CAMERA_START = "कैमरा चालू करें"
    CAMERA_STOP = "कैमरा बंद करें"
    CAMERA_PICTURE = "कैमरे में जो दिख रहा है"
    CAMERA_STOPPED = "कैमरा बंद है।"
    CAMERA_REFUSED = "ब्राउज़र को कैमरा चलाने की अनुमति नहीं मिली। इस पेज के लिए अनुमति दें, फिर दोबारा चालू करें।"
    CAMERA_MISSING = "कोई कैमरा नहीं चल सका। देखें कि कैमरा जुड़ा है और कोई दूसरा प्रोग्राम उसे नहीं चला रहा।"
    CAMERA_INSECURE = "ब्राउज़र कैमरा केवल उन पेजों को देता है जो https से या इसी कंप्यूटर पर खुले हों।"
    CAMERA_BUSY = "अभी बहुत सारे कैमरे चल रहे हैं। एक मिनट रुकें, फिर दोबारा चालू करें।"
    CAMERA_TROUBLE = "कैमरे की तस्वीर नहीं जाँची जा सकी। दोबारा चालू करें; बार-बार ऐसा हो तो इसके बदले कोई वीडियो जाँचें।"

    REASONS_TITLE = "यह नतीजा कैसे निकला, और तकनीकी जानकारी"
    LIMITS_TITLE = "यह जाँच क्या नहीं बता सकती"
    ENGLISH_DETAILS = "पूरी जानकारी (अंग्रेज़ी में)"
    FACTS: ClassVar[Mapping[str, str]] = {
        "name": "फ़ाइल",
        "format": "फ़ॉर्मैट",
        "size": "आकार",
        "pixels": "पिक्सेल",
        "duration": "अवधि",
        "frames": "कितने फ़्रेम देखे गए",
        "sha256": "SHA-256",
        "sha1": "SHA-1",
        "md5": "MD5",
        "checkpoint": "जाँच करने वाला मॉडल",
        "checkpoint_sha256": "मॉडल का SHA-256",
        "settings": "सेटिंग",
        "elapsed": "लगा समय",
    }
    BYTES = "{count} बाइट"
    SECONDS = "{count} सेकंड"
    OF = "{whole} में से {part}"

    STEPS_TITLE = "अब क्या करें"
    REPORT_TITLE = "शिकायत के काग़ज़ तैयार करें"
    REPORT_LEAD = (
        "यह एक zip फ़ाइल है जिसे आप अपने पास रख सकते हैं या जमा कर सकते हैं: शिकायत का मसौदा, यह नतीजा, जाँचे गए चेहरों की "
        "तस्वीरें, और ऐसे डिजिटल निशान (हैश) जिनसे पता चलता है कि कोई फ़ाइल बाद में बदली गई या नहीं।"
    )
    FORM_TITLE = "शिकायत के मसौदे के लिए जो पता हो, वह लिखें (कुछ भी ज़रूरी नहीं)"
    FORM_PLATFORM = "आपने इसे कहाँ देखा?"
    FORM_PLATFORM_HINT = "ऐप या वेबसाइट, जैसे WhatsApp या Instagram"
    FORM_LINKS = "पोस्ट और खाते के लिंक"
    FORM_LINKS_HINT = "हर लाइन में एक"
    FORM_HANDLE = "किस खाते ने डाला या भेजा"
    FORM_SEEN_AT = "आपने इसे कब देखा? (भारतीय समय)"
    FORM_WHOSE_FACE = "इसमें किसका चेहरा है?"
    FORM_WHOSE_FACE_HINT = "जैसे: मेरा, मेरी बहन का, किसी नेता का"
    FORM_WHAT_HAPPENED = "इसमें क्या दिखता है, और क्या हुआ?"
    FORM_HARM = "इससे क्या नुकसान हुआ?"
    FORM_STATE = "राज्य या केंद्र शासित प्रदेश"
    FORM_ORIGINAL = "मूल फ़ाइल भी इसमें रखें"
    FORM_ORIGINAL_HINT = "इसे तभी चुनें जब काग़ज़ पाने वाले को फ़ाइल ख़ुद देखनी हो।"
    PREPARE = "शिकायत के काग़ज़ तैयार करें"
    READY = "काग़ज़ तैयार हैं। पेज बंद करते ही ये मिट जाएँगे: अभी डाउनलोड कर लें।"
    DOWNLOAD = "डाउनलोड करें: {name} ({size})"
    PORTAL_TITLE = "शिकायत करें"
    PORTAL_BUTTON = "साइबर अपराध पोर्टल नए टैब में खोलें"
    PORTAL_ADDRESS = "पोर्टल: {address} (पता ख़ुद टाइप करें: पोर्टल की एक नक़ली कॉपी की ख़बर मिली है)"
    PORTAL_HINT = "यह पेज पोर्टल को कुछ नहीं भेजता: क्या शिकायत करनी है, यह आप तय करते हैं।"

    TROUBLES: ClassVar[Mapping[TroubleKind, TroubleWords]] = {
        "file": TroubleWords("यह फ़ाइल जाँची नहीं जा सकी", "आप ऊपर दूसरी फ़ाइल चुन सकते हैं।"),
        "file_gone": TroubleWords("यह फ़ाइल जाँची नहीं जा सकी", "फ़ाइल यहाँ तक नहीं पहुँची। उसे एक बार फिर चुनें।"),
        "unsupported": TroubleWords(
            "ऐसी फ़ाइल की जाँच यहाँ नहीं हो सकती",
            "केवल ऐसी तस्वीरें और वीडियो जाँचे जाते हैं जिनमें कुछ दिखता हो: सिर्फ़ आवाज़, दस्तावेज़ या zip जैसी फ़ाइलें नहीं। "
            "आप ऊपर दूसरी फ़ाइल चुन सकते हैं।",
        ),
        "broken": TroubleWords(
            "यह फ़ाइल ख़राब या अधूरी है",
            "जहाँ से मिली थी, वहाँ से दोबारा डाउनलोड या कॉपी करें, फिर ऊपर चुनें।",
        ),
        "too_large": TroubleWords(
            "यह फ़ाइल जाँच के लिए बहुत बड़ी है",
            "जो हिस्सा जाँचना है उसे काट लें या छोटी कॉपी बनाएँ, फिर उसे ऊपर चुनें। मूल फ़ाइल सँभालकर रखें।",
        ),
        "report": TroubleWords("काग़ज़ तैयार नहीं हो सके", "आपने जो लिखा है उसे एक बार देख लें, फिर दोबारा कोशिश करें।"),
        "result_gone": TroubleWords(
            "काग़ज़ तैयार नहीं हो सके", "यह नतीजा अब यहाँ नहीं है। फ़ाइल को एक बार फिर जाँचें, फिर काग़ज़ तैयार करें।"
        ),
        "moment_gone": TroubleWords(
            "यह पल नहीं दिखाया जा सकता", "यह नतीजा अब यहाँ नहीं है। वीडियो को एक बार फिर जाँचें।"
        ),
        "tool": TroubleWords("जाँच पूरी नहीं हो सकी", "दोबारा कोशिश करें, या दूसरी फ़ाइल आज़माएँ।"),
        "incident": TroubleWords(
            "हमारी तरफ़ से कुछ गड़बड़ हुई",
            "इसमें आपकी कोई ग़लती नहीं है। दोबारा कोशिश करें; फिर भी ऐसा हो तो पेज चलाने वाले को यह नंबर बताएँ: {incident}।",
        ),
        "busy": TroubleWords("अभी बहुत सारी फ़ाइलों की जाँच चल रही है", "एक मिनट रुकें, फिर अपनी फ़ाइल दोबारा चुनें।"),
    }

    STATES: ClassVar[Mapping[str, str]] = {
        "Andaman and Nicobar Islands": "अंडमान और निकोबार द्वीपसमूह",
        "Andhra Pradesh": "आंध्र प्रदेश",
        "Arunachal Pradesh": "अरुणाचल प्रदेश",
        "Assam": "असम",
        "Bihar": "बिहार",
        "Chandigarh": "चंडीगढ़",
        "Chhattisgarh": "छत्तीसगढ़",
        "Dadra and Nagar Haveli and Daman and Diu": "दादरा और नगर हवेली और दमन और दीव",
        "Delhi": "दिल्ली",
        "Goa": "गोवा",
        "Gujarat": "गुजरात",
        "Haryana": "हरियाणा",
        "Himachal Pradesh": "हिमाचल प्रदेश",
        "Jammu and Kashmir": "जम्मू और कश्मीर",
        "Jharkhand": "झारखंड",
        "Karnataka": "कर्नाटक",
        "Kerala": "केरल",
        "Ladakh": "लद्दाख",
        "Lakshadweep": "लक्षद्वीप",
        "Madhya Pradesh": "मध्य प्रदेश",
        "Maharashtra": "महाराष्ट्र",
        "Manipur": "मणिपुर",
        "Meghalaya": "मेघालय",
        "Mizoram": "मिज़ोरम",
        "Nagaland": "नागालैंड",
        "Odisha": "ओडिशा",
        "Puducherry": "पुडुचेरी",
        "Punjab": "पंजाब",
        "Rajasthan": "राजस्थान",
        "Sikkim": "सिक्किम",
        "Tamil Nadu": "तमिलनाडु",
        "Telangana": "तेलंगाना",
        "Tripura": "त्रिपुरा",
        "Uttar Pradesh": "उत्तर प्रदेश",
        "Uttarakhand": "उत्तराखंड",
        "West Bengal": "पश्चिम बंगाल",
    }
