"""Fixed texts of the technical report (method, other explanations, glossary) and of the page with one result.
No sentence here states a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detector.types import MediaKind
from explain.types import ScaleSource
from reporting.text.results import Language
from reporting.types import Place

SCOPE = (
    "The software was asked whether a face in the file was swapped or re-enacted. The person who uses it asked; "
    "nobody else commissioned this report, and no examiner has reviewed it. The "
    "file was {place}."
)
PLACES: dict[Place, str] = {
    "own_computer": "read on that person's own computer and was not sent anywhere by the software",
    "network": "sent over a network to the computer that runs the software, and read there",
    "public_link": "sent through a public link to the computer that runs the software, and read there",
    "space": "sent to a public server that runs the software (a Hugging Face Space), and read there",
}
"""Where the file was processed, to complete `SCOPE`."""
METHOD = (
    "Faces are found and followed through the file. Each is cut out with a margin and judged by a neural network "
    "(an AI model), whose raw output is turned into an estimate between 0 and 1 by a calibration measured on "
    "other material. {second}If the weights provide for it, a face in an image is judged by the mean of this crop "
    "and of a mirrored one with another margin. In a video, a face is judged by the three seconds with its "
    "highest estimate, and the file by the face with the highest estimate."
)
METHOD_SECOND = (
    "Here two networks of different kinds judge each face: the raw output is the weighted sum of theirs. "
)
RULE = (
    "Rule, fixed before this file was seen: at or above {fake} the outcome is signs of manipulation; at or below "
    "{real} it is no signs of manipulation found; between the two it is inconclusive{some}."
)
REASONS: Mapping[str, str] = {
    "fake": "The highest estimate of any face is {probability:.3f}: at or above {threshold:.3f}, from where the "
    "outcome is signs of manipulation.",
    "real": "The highest estimate of any face is {probability:.3f}: at or below {threshold:.3f}, up to where the "
    "outcome is no signs of manipulation found.",
    "inconclusive": "The highest estimate of any face is {probability:.3f}: between {low:.3f} and {high:.3f}, "
    "where the outcome is inconclusive.",
    "real_withheld": "The outcome is inconclusive: what the warnings name may be manipulated.",
}
"""The detector's reasons that name an outcome, in the words of this report; by their code."""
RULE_SOME = ", with some signs of manipulation from {some} on"
INTEGRITY = (
    "A hash shows that a file has not changed since the hash was taken. It does not show that what the file "
    "says is true, who made it, or what happened to it before."
)
STATED = "The following was stated by the user of the software. The software cannot check it."
CREDENTIALS = (
    "Content credentials (C2PA) are a signed note inside a file about how it was made. Their absence means "
    "nothing: most platforms remove them, and most cameras never write them. Their presence does not make what "
    "they say true; a valid claim that a generative model was used points to a synthetic origin, not to "
    "wrongdoing. Nothing was fetched from any server to read them, and the software ships no list of "
    "trusted signers."
)
CREDENTIAL_STATES = {
    "absent": "none found",
    "valid": "present, intact; signer not on a list of trusted ones",
    "trusted": "present, intact; signer on the list of trusted ones",
    "invalid": "present, but they do not fit the file",
    "unreadable": "could not be read",
}
RATES = (
    "The rates were measured on files kept out of training, with these weights and thresholds. The file "
    "examined here may differ from them in compression, light, resolution and kind of manipulation; then errors "
    "can be more frequent. The rates do not say how likely this one result is to be wrong."
)
OVERLAYS = (
    "Derived illustrations. They show where in a face the network's evidence for manipulation lies, by the method "
    "named beside each; they are made from the file and are not part of it. Every image uses the one scale "
    "below, so colours can be compared between the images of this report; a white line encloses what reaches "
    "half of the scale. Strong colour shows where the network looked and does not show by itself that anything "
    "there was changed."
)
OVERLAYS_SECOND = (
    "The colours are those of the first network alone; what the second one found is said in words below each face."
)
SCALES: dict[ScaleSource, str] = {
    "checkpoint": "It is the same scale in every report of this checkpoint, measured on other faces: full colour "
    "is the peak that one in fifty manipulated faces reaches.",
    "report": "The scale is this report's own, since none was measured for this way of making the maps with this "
    "checkpoint: full colour is the strongest place in any explained face, however weak it is. Colours cannot be "
    "compared with those of another report, and bright places are to be expected in genuine faces too.",
}
"""What full colour means, by where the scale comes from."""
BLURRED = "All images are blurred beyond recognition in this report, as asked for."
CHART = (
    "Crosses: estimate of each judged face. Line: the estimate smoothed over the moments around it. Dashed and "
    "dotted lines: the two thresholds. Hatched: stretches at or above the threshold for signs. The scale "
    "is stretched towards its ends, so that 99 % and 99.9 % can be told apart."
)
CHART_IMAGE = (
    "One row a face; the dot is the estimate. Dashed and dotted lines: the two thresholds. The scale is stretched "
    "towards its ends, so that 99 % and 99.9 % can be told apart."
)
ALTERNATIVES = (
    "Compression and copies: messaging apps and platforms compress again and again, which can look like the "
    "edges of a swap and can also hide them.",
    "Filters, retouching and the camera's own enhancement change faces without the intent to deceive.",
    "Light and movement: coloured or changing light, motion blur, glasses, hair and hands in front of the face"
    " make errors more likely, in both directions.",
    "Dubbing and editing: a voice, a caption or the order of scenes can be changed over genuine faces. None of"
    " this is examined here.",
    "Wholly generated images have no original face; the detector was trained mostly on faces put into real "
    "footage.",
    "Chance: among many genuine files, some reach any threshold.",
)
REPEAT = (
    "With the same weights (their SHA-256 is above) and the original file, this command gives the same estimates. "
    "Settings without a flag are the software's own and are listed above. Arithmetic other than fp32, or another "
    "processor, may change the last digits."
)
CUSTODY = (
    "What was done with the file, and when, is in the custody log (7_custody_log.csv); every file of the "
    "package with its hashes is in the hash report (6_hash_report.csv). Nothing is signed: the hashes reveal "
    "damage and files that were changed by mistake, not a change by somebody who computes them again."
)
GUIDANCE = (
    "The layout follows what published guidance asks of such reports (SWGDE on report writing and on integrity of "
    "imagery, ISO/IEC 27037 on handling digital evidence). That is no statement of conformity with any of them."
)
GLOSSARY = {
    "calibration": "turning the network's raw output into an estimate that fits how often such outputs were right",
    "derived": "made from the original, such as a smaller copy or a single frame",
    "estimate": "the calibrated estimate, from 0 to 1, that a face was manipulated",
    "false alarms": "genuine faces whose outcome is signs of manipulation",
    "frame": "one image of a video, counted from 0",
    "hash": "a fingerprint of a file's bytes; equal hashes mean equal files",
    "heatmap": "colours that show which parts of a face raised the network's output",
    "manipulated": "here: a face swapped with another person's, or made to move or speak by software",
    "misses": "manipulated faces whose outcome is no signs of manipulation found",
    "threshold": "the value at which an outcome begins; it was fixed on other material, not on this file",
}
"""Words in lower case, and what they mean; the report explains those that occur in it."""
REVIEW = "Left blank by the software: until somebody fills it in, nobody has reviewed this report."
REVIEW_FIELDS = ("Name and designation", "Steps repeated, results and findings", "Date, place and signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePageWords:
    """What stands around a result on one page, in one language."""

    title: str
    made: str
    """With `{time}`."""
    image: Mapping[bool, str]
    """Below the image; by whether marks are drawn into it."""
    facts: Mapping[str, str]
    kinds: Mapping[MediaKind, str]
    estimate: str
    """With `{p}`, `{low}` and `{high}`."""
    no_estimate: str
    face: str
    """With `{number}`."""
    faces: str
    more_faces: str
    """With `{count}`."""
    limits: str


ONE_PAGE: Mapping[Language, OnePageWords] = {
    "en": OnePageWords(
        title="Result of an automated analysis",
        made="Made {time}. This is a summary for reading, not a report package.",
        image={
            True: "Derived illustration: boxes and colours were drawn in by software.",
            False: "What was checked.",
        },
        facts={
            "file": "File",
            "format": "Kind and format",
            "size": "Size",
            "pixels": "Pixels",
            "length": "Length",
            "looked": "Frames examined",
            "where": "Highest estimate at",
            "estimate": "Estimate",
            "detector": "Detector",
            "sha256": "SHA-256 of the file",
        },
        kinds={"image": "image", "video": "video"},
        estimate="{p} (no signs up to {low}, signs from {high})",
        no_estimate="none",
        face="Face {number}",
        faces="The faces",
        more_faces="Faces not listed here: {count}.",
        limits="What it cannot tell",
    ),
    "hi": OnePageWords(
        title="सॉफ़्टवेयर की जाँच का नतीजा",
        made="{time} को बनाया गया। यह पढ़ने के लिए सार है, शिकायत के काग़ज़ नहीं।",
        image={
            True: "यह दिखाने के लिए है: घेरे और रंग सॉफ़्टवेयर ने बनाए हैं।",
            False: "जिस फ़ाइल की जाँच हुई।",
        },
        facts={
            "file": "फ़ाइल",
            "format": "प्रकार और फ़ॉर्मैट",
            "size": "आकार",
            "pixels": "पिक्सेल",
            "length": "अवधि",
            "looked": "कितने फ़्रेम देखे गए",
            "where": "सबसे ऊँचा अनुमान कहाँ",
            "estimate": "अनुमान",
            "detector": "जाँच करने वाला मॉडल",
            "sha256": "फ़ाइल का SHA-256",
        },
        kinds={"image": "तस्वीर", "video": "वीडियो"},
        estimate="{p} ({low} तक संकेत नहीं, {high} से संकेत)",
        no_estimate="कोई नहीं",
        face="चेहरा {number}",
        faces="चेहरे",
        more_faces="जो चेहरे यहाँ नहीं लिखे हैं: {count}।",
        limits="यह जाँच क्या नहीं बता सकती",
    ),
}
