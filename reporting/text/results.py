"""Sentences that state a result, in English and Hindi, with the calibrated estimate and the error rates.

The detector's reasons are in `reporting.text.messages`, what to do about a result in `reporting.text.guidance`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from detector.types import CheckpointInfo, FaceTrack, Grade, MediaKind, Outcome, Span, Step, Verdict
from reporting.text.data_sources import data_in_hindi

Language = Literal["en", "hi"]
LANGUAGES: tuple[Language, ...] = ("en", "hi")

KINDS: dict[Language, dict[str, str]] = {
    "en": {"image": "image", "video": "video"},
    "hi": {"image": "तस्वीर", "video": "वीडियो"},
}

Result = Outcome | Literal["some signs"]
"""What a reader is told: the outcome, or `some signs` where an inconclusive one leans towards `fake`."""

_HEADLINES: dict[Language, dict[Result, str]] = {
    "en": {
        "fake": "Signs of manipulation",
        "real": "No signs of manipulation found",
        "some signs": "Some signs of manipulation",
        "inconclusive": "Inconclusive",
        "no_face": "No face found",
    },
    "hi": {
        "fake": "छेड़छाड़ के संकेत",
        "real": "छेड़छाड़ के संकेत नहीं मिले",
        "some signs": "छेड़छाड़ के कुछ संकेत",
        "inconclusive": "नतीजा साफ़ नहीं",
        "no_face": "कोई चेहरा नहीं मिला",
    },
}

_VERDICTS: dict[Language, dict[Result, str]] = {
    "en": {
        "fake": "This {kind} shows signs of manipulation.",
        "real": "No signs of manipulation were found in this {kind}, but that does not mean that it is genuine.",
        "some signs": "This {kind} shows some signs of manipulation, too weak to be sure.",
        "inconclusive": "The result is inconclusive: the signs in this {kind} are too weak to say either way.",
        "no_face": "No face was found in this {kind}, so there was nothing to check and no estimate is given.",
    },
    "hi": {
        "fake": "इस {kind} में छेड़छाड़ के संकेत मिले हैं।",
        "real": "इस {kind} में छेड़छाड़ के संकेत नहीं मिले, पर इससे यह तय नहीं होता कि यह असली है।",
        "some signs": "इस {kind} में छेड़छाड़ के कुछ संकेत मिले हैं, पर वे इतने कमज़ोर हैं कि पक्का नहीं कहा जा सकता।",
        "inconclusive": "नतीजा साफ़ नहीं है: इस {kind} में संकेत इतने कमज़ोर हैं कि छेड़छाड़ हुई है या नहीं, यह नहीं कहा जा सकता।",
        "no_face": "इस {kind} में कोई चेहरा नहीं मिला, इसलिए जाँचने को कुछ नहीं था और कोई अनुमान नहीं दिया गया है।",
    },
}

_SHORT: dict[Language, dict[Result, str]] = {
    "en": {
        "fake": "Software found signs of manipulation; that is its opinion and not proof.",
        "real": "Software found no signs of manipulation; that is its opinion and can be wrong.",
        "some signs": "Software found some signs of manipulation, too weak to be sure.",
        "inconclusive": "Software could not tell whether it was manipulated.",
        "no_face": "Software found no face to check.",
    },
    "hi": {
        "fake": "सॉफ़्टवेयर को छेड़छाड़ के संकेत मिले; यह उसकी राय है, सबूत नहीं।",
        "real": "सॉफ़्टवेयर को छेड़छाड़ के संकेत नहीं मिले; यह उसकी राय है और ग़लत हो सकती है।",
        "some signs": "सॉफ़्टवेयर को छेड़छाड़ के कुछ संकेत मिले, पर वे इतने कमज़ोर हैं कि पक्का नहीं कहा जा सकता।",
        "inconclusive": "सॉफ़्टवेयर यह नहीं बता सका कि छेड़छाड़ हुई है या नहीं।",
        "no_face": "सॉफ़्टवेयर को जाँचने के लिए कोई चेहरा नहीं मिला।",
    },
}

_FACES: dict[Language, dict[Result, str]] = {
    "en": {
        "fake": "This face shows signs of manipulation{estimate}.",
        "real": "No signs of manipulation were found in this face{estimate}.",
        "some signs": "This face shows some signs of manipulation{estimate}.",
        "inconclusive": "The result for this face is inconclusive{estimate}.",
        "no_face": "No face was found here, so no estimate is given.",
    },
    "hi": {
        "fake": "इस चेहरे में छेड़छाड़ के संकेत मिले हैं{estimate}।",
        "real": "इस चेहरे में छेड़छाड़ के संकेत नहीं मिले{estimate}।",
        "some signs": "इस चेहरे में छेड़छाड़ के कुछ संकेत मिले हैं{estimate}।",
        "inconclusive": "इस चेहरे का नतीजा साफ़ नहीं है{estimate}।",
        "no_face": "यहाँ कोई चेहरा नहीं मिला, इसलिए कोई अनुमान नहीं दिया गया है।",
    },
}

_ESTIMATES: dict[Language, str] = {"en": " (estimate {p})", "hi": " (अनुमान {p})"}

_ERRORS: dict[Language, dict[str, str]] = {
    "en": {
        "never": "How often this detector is wrong was never measured, so no error rate can be given.",
        "frame": "In a test on {data}, {false_alarm}, and {miss}{undecided}; on other files it may be wrong "
        "more often.",
        "unnamed": "data that was not named",
        "false_alarm": "signs of manipulation were reported in {p} of genuine faces",
        "no_false_alarm": "in how many genuine faces signs are reported was not measured",
        "miss": "no signs were found in {p} of manipulated faces",
        "no_miss": "in how many manipulated faces no signs are found was not measured",
        "undecided": "; {p} of all faces were inconclusive",
    },
    "hi": {
        "never": "यह जाँच कितनी बार ग़लत होती है, यह कभी मापा नहीं गया, इसलिए ग़लती की दर नहीं बताई जा सकती।",
        "frame": "{data} पर हुए टेस्ट में {false_alarm}, और {miss}{undecided}; दूसरी तरह की फ़ाइलों पर ग़लती इससे ज़्यादा "
        "हो सकती है।",
        "own": "टेस्ट में {false_alarm}, और {miss}{undecided}; दूसरी तरह की फ़ाइलों पर ग़लती इससे ज़्यादा हो सकती है (टेस्ट का "
        "डेटा: {data})।",
        "unnamed": "ऐसे डेटा, जिसका नाम नहीं दिया गया,",
        "false_alarm": "असली चेहरों में से {p} में छेड़छाड़ के संकेत बताए गए",
        "no_false_alarm": "कितने असली चेहरों में छेड़छाड़ के संकेत बताए जाते हैं, यह मापा नहीं गया",
        "miss": "छेड़छाड़ वाले चेहरों में से {p} में संकेत नहीं मिले",
        "no_miss": "छेड़छाड़ वाले कितने चेहरों में संकेत नहीं मिलते, यह मापा नहीं गया",
        "undecided": "; सभी चेहरों में से {p} का नतीजा साफ़ नहीं रहा",
    },
}

_MANY: dict[Language, dict[MediaKind, str]] = {
    "en": {"image": "images", "video": "videos"},
    "hi": {"image": "तस्वीरों", "video": "वीडियो"},
}

_RATES: dict[Language, str] = {
    "en": "In tests, {genuine} of 1,000 genuine {kinds} and {manipulated} of 1,000 manipulated ones got this "
    "result.",
    "hi": "टेस्ट में 1,000 असली {kinds} में से {genuine} और छेड़छाड़ वाले 1,000 {kinds} में से {manipulated} को यही नतीजा मिला।",
}

_STEPS: dict[Language, dict[str, str]] = {
    "en": {
        "open": "Opening the file.",
        "look": "Looking at frame {frame} of {frames}.",
        "done": "Putting the result together.",
    },
    "hi": {
        "open": "फ़ाइल खोली जा रही है।",
        "look": "{frames} में से फ़्रेम {frame} देखा जा रहा है।",
        "done": "नतीजा तैयार किया जा रहा है।",
    },
}

_STRETCHES: dict[Language, dict[str, str]] = {
    "en": {
        "span": "from {start} to {end}",
        "moment": "at {start}",
        "peak": "Highest estimate {p}, {stretch}.",
        "strongest": "The estimate is highest {stretch}.",
        "flagged": "Signs of manipulation {stretches}.",
        "more": "{stretches} and {count} more",
    },
    "hi": {
        "span": "{start} से {end} तक",
        "moment": "{start} पर",
        "peak": "सबसे ऊँचा अनुमान {p}, {stretch}।",
        "strongest": "अनुमान {stretch} सबसे ऊँचा है।",
        "flagged": "छेड़छाड़ के संकेत {stretches}।",
        "more": "{stretches} और {count} दूसरी जगह",
    },
}
_STRETCHES_NAMED = 6

_NOBODY: dict[Language, str] = {"en": "No face in view.", "hi": "सामने कोई चेहरा नहीं है।"}

_DERIVED: dict[Language, str] = {
    "en": "Copy with marks drawn in by software, not the original file. Estimates can be wrong and are not proof.",
    "hi": "यह मूल फ़ाइल नहीं, सॉफ़्टवेयर के निशानों वाली कॉपी है। अनुमान ग़लत हो सकते हैं और सबूत नहीं हैं।",
}

_LIMITS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Only faces are checked: not the voice, the text, the background, or whether the caption is true.",
        "Small, blurred, hidden or heavily compressed faces make errors more likely.",
        "Ways of manipulating faces that the detector was not trained on may be missed.",
        "Ordinary editing, such as a beauty filter, may look like manipulation to the detector.",
        "Drawings, cartoons and masks cannot be checked: an estimate about one means nothing.",
        "The result does not say who made the file, when, or why.",
    ),
    "hi": (
        "केवल चेहरे जाँचे जाते हैं: आवाज़, तस्वीर में लिखे शब्द और पीछे का दृश्य नहीं, और यह भी नहीं कि साथ लिखी बात सच है।",
        "चेहरा छोटा, धुँधला या ढका हुआ हो, या फ़ाइल बहुत कम्प्रेस की गई हो, तो ग़लती की संभावना ज़्यादा है।",
        "छेड़छाड़ के जो तरीक़े इस जाँच को सिखाए नहीं गए, वे छूट सकते हैं।",
        "ब्यूटी फ़िल्टर जैसी आम एडिटिंग भी इस जाँच को छेड़छाड़ लग सकती है।",
        "चित्र, कार्टून और मुखौटे इस जाँच के बाहर हैं: उनके बारे में आए अनुमान का कोई मतलब नहीं।",
        "नतीजा यह नहीं बताता कि फ़ाइल किसने, कब या क्यों बनाई।",
    ),
}

_NOT_PROOF: dict[Language, str] = {
    "en": "This is not proof: it is the opinion of software, which can be wrong, and not an expert certificate.",
    "hi": "यह सबूत नहीं है: यह सॉफ़्टवेयर की राय है, जो ग़लत हो सकती है, किसी विशेषज्ञ का प्रमाणपत्र नहीं।",
}

_NOT_AN_FIR: dict[Language, str] = {
    "en": "This is not an FIR and not a complaint: it is a draft for you, and nothing has been sent to anyone.",
    "hi": "यह FIR नहीं है और शिकायत भी नहीं: यह आपके लिए एक मसौदा है, और किसी को कुछ नहीं भेजा गया है।",
}

_SUPPORTS: dict[Language, dict[bool, str]] = {
    "en": {
        True: "The analysis supports the claim that a face in this {kind} was manipulated. Its error rates say "
        "how often it is wrong. It says nothing about who did it.",
        False: "The analysis does not support the claim that a face in this {kind} was manipulated. It may "
        "still have been manipulated, and the account of the person shown counts.",
    },
    "hi": {
        True: "सॉफ़्टवेयर की जाँच इस दावे का समर्थन करती है कि इस {kind} में किसी चेहरे से छेड़छाड़ हुई है। वह कितनी बार ग़लत होती "
        "है, यह ग़लती की दर बताती है। छेड़छाड़ किसने की, यह वह नहीं बताती।",
        False: "सॉफ़्टवेयर की जाँच इस दावे का समर्थन नहीं करती कि इस {kind} में किसी चेहरे से छेड़छाड़ हुई है। फिर भी छेड़छाड़ हुई "
        "हो सकती है, और दिखाए गए व्यक्ति की अपनी बात मायने रखती है।",
    },
}

_ID_IS_NO_FIR: dict[Language, str] = {
    "en": "An acknowledgement number is not an FIR: the police decide whether an FIR is registered.",
    "hi": "शिकायत का नंबर FIR नहीं है: FIR दर्ज होगी या नहीं, यह पुलिस तय करती है।",
}


def percent(share: float, language: Language) -> str:
    """A share from 0.0 to 1.0 in words that stay within what can be known.

    Raises:
        ValueError: the share is not a number from 0 to 1.

    >>> percent(0.973, "en"), percent(0.0, "en"), percent(0.999, "en")
    ('97 %', 'under 1 %', 'over 99 %')
    """
    if not (math.isfinite(share) and 0.0 <= share <= 1.0):
        raise ValueError(f"a share lies from 0 to 1, got {share}")
    if share < 0.01:
        return {"en": "under 1 %", "hi": "1 % से कम"}[language]
    if share > 0.99:
        return {"en": "over 99 %", "hi": "99 % से ज़्यादा"}[language]
    return f"{share:.0%}".replace("%", " %")


def clock(time_s: float) -> str:
    """A moment of a video.

    >>> clock(0.0), clock(75.4), clock(3661)
    ('0:00', '1:15', '1:01:01')
    """
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment_clock(time_s: float) -> str:
    """A moment of a video among others less than a second away.

    >>> moment_clock(0.04), moment_clock(75.46)
    ('0:00.0', '1:15.4')
    """
    return f"{clock(time_s)}.{int(time_s * 10) % 10}"


def length_clock(duration_s: float) -> str:
    """The length of a video; a short one with tenths.

    >>> length_clock(0.72), length_clock(600.4)
    ('0:00.7', '10:00')
    """
    return moment_clock(duration_s) if duration_s < 10 else clock(duration_s)


def shown(found: Verdict | FaceTrack) -> Result:
    """What a reader is told of a verdict or a track."""
    return "some signs" if found.grade == "some signs" else found.outcome


def headline(result: Result, language: Language) -> str:
    """The result in a few words."""
    return _HEADLINES[language][result]


def verdict_sentence(verdict: Verdict, kind: MediaKind, language: Language) -> str:
    """One sentence that says what was found in the whole file."""
    return _VERDICTS[language][shown(verdict)].format(kind=KINDS[language][kind])


def short_opinion(result: Result, language: Language) -> str:
    """The result in one short sentence without a number, for a text that has little room."""
    return _SHORT[language][result]


def face_sentence(result: Result, language: Language, probability: float | None = None) -> str:
    """One sentence about one face or one track, with the calibrated P(fake) if `probability` is given.

    >>> face_sentence("real", "en"), face_sentence("fake", "en", 0.97)
    ('No signs of manipulation were found in this face.', 'This face shows signs of manipulation (estimate 97 %).')
    """
    estimate = "" if probability is None else _ESTIMATES[language].format(p=percent(probability, language))
    return _FACES[language][result].format(estimate=estimate)


def step_sentence(step: Step, language: Language) -> str:
    """How far an analysis has come."""
    return _STEPS[language][step.stage].format(frame=step.frame, frames=step.frames)


def peak_sentence(peak: Span, language: Language) -> str:
    """When the estimate for one face is highest.

    >>> peak_sentence(Span(12.0, 15.5, 0.97), "en")
    'Highest estimate 97 %, from 0:12.0 to 0:15.5.'
    """
    words = _STRETCHES[language]
    return words["peak"].format(stretch=_stretch(peak, language), p=percent(peak.probability, language))


def strongest_sentence(peak: Span, language: Language) -> str:
    """When the estimate for one face is highest, without its figure.

    >>> strongest_sentence(Span(12.0, 15.5, 0.97), "en")
    'The estimate is highest from 0:12.0 to 0:15.5.'
    """
    return _STRETCHES[language]["strongest"].format(stretch=_stretch(peak, language))


def flagged_sentence(spans: Sequence[Span], language: Language) -> str:
    """Every stretch in which one person's estimate reaches the threshold for `fake`; the first few by name.

    Raises:
        ValueError: there is none.

    >>> flagged_sentence([Span(1.0, 3.2, 0.9), Span(12.0, 12.0, 0.85)], "en")
    'Signs of manipulation from 0:01.0 to 0:03.2, at 0:12.0.'
    """
    if not spans:
        raise ValueError("there is no stretch to tell of")
    words = _STRETCHES[language]
    stretches = ", ".join(_stretch(span, language) for span in spans[:_STRETCHES_NAMED])
    if len(spans) > _STRETCHES_NAMED:
        stretches = words["more"].format(stretches=stretches, count=len(spans) - _STRETCHES_NAMED)
    return words["flagged"].format(stretches=stretches)


def _stretch(span: Span, language: Language) -> str:
    start, end = moment_clock(span.start_s), moment_clock(span.end_s)
    return _STRETCHES[language]["moment" if start == end else "span"].format(start=start, end=end)


def no_face_in_view(language: Language) -> str:
    """What a running camera says while it shows nobody."""
    return _NOBODY[language]


def derived_copy(language: Language) -> str:
    """The sentence that stands in every frame of an annotated video."""
    return _DERIVED[language]


def error_sentence(checkpoint: CheckpointInfo, language: Language) -> str:
    """How often the detector errs and how often it does not decide, or that nobody measured it."""
    words = _ERRORS[language]
    false_alarm, miss = checkpoint.false_alarm_rate, checkpoint.miss_rate
    undecided = checkpoint.undecided_rate
    if false_alarm is None and miss is None:
        return words["never"]
    data, frame = " ".join(checkpoint.measured_on.split()).rstrip("."), "frame"
    if language == "hi" and data:
        measured = checkpoint.measured
        data, frame = (data_in_hindi(measured), "frame") if measured else (data, "own")
    return words[frame].format(
        data=data or words["unnamed"],
        false_alarm=words["no_false_alarm"]
        if false_alarm is None
        else words["false_alarm"].format(p=percent(false_alarm, language)),
        miss=words["no_miss"] if miss is None else words["miss"].format(p=percent(miss, language)),
        undecided="" if undecided is None else words["undecided"].format(p=percent(undecided, language)),
    )


def rate_sentence(checkpoint: CheckpointInfo, grade: Grade | None, kind: MediaKind, language: Language) -> str:
    """How many of 1,000 genuine and of 1,000 manipulated files get this grade; empty where it was not measured."""
    rate = checkpoint.grade_rates.get(grade) if grade is not None else None
    if rate is None:
        return ""
    genuine, manipulated = (_of_thousand(share, language) for share in (rate.genuine, rate.manipulated))
    return _RATES[language].format(genuine=genuine, manipulated=manipulated, kinds=_MANY[language][kind])


def _of_thousand(share: float, language: Language) -> str:
    """
    >>> _of_thousand(0.0004, "en"), _of_thousand(0.0123, "en"), _of_thousand(0.42, "en")
    ('fewer than 1', 'about 12', 'about 420')
    """
    count = round(1000 * share)
    if count < 1:
        return {"en": "fewer than 1", "hi": "1 से कम"}[language]
    return {"en": "about {n}", "hi": "लगभग {n}"}[language].format(n=count if count < 100 else round(count, -1))


def limits(language: Language) -> tuple[str, ...]:
    """What the detector cannot tell, one sentence each."""
    return _LIMITS[language]


def not_proof(language: Language) -> str:
    """The sentence that goes wherever a result is shown."""
    return _NOT_PROOF[language]


def not_an_fir(language: Language) -> str:
    """The sentence that goes wherever a draft is shown."""
    return _NOT_AN_FIR[language]


def support_sentence(outcome: Outcome, kind: MediaKind, language: Language) -> str:
    """Whether the analysis supports a complaint that a face was manipulated; only the outcome `fake` does."""
    return _SUPPORTS[language][outcome == "fake"].format(kind=KINDS[language][kind])


def complaint_id_is_no_fir(language: Language) -> str:
    """The sentence that goes wherever filing is spoken of."""
    return _ID_IS_NO_FIR[language]
