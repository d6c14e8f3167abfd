"""What the technical report says whatever the file: method, other explanations, words. No sentence here states a
result; those are in `reporting.text.results`."""

from __future__ import annotations

from explain.types import ScaleSource

SCOPE = (
    "The question put to the software was whether a face in the file was swapped or re-enacted. The person who "
    "uses the software asked it; nobody else commissioned this report, and no examiner has reviewed it. The "
    "file was read on that person's own computer and was not sent anywhere by the software."
)
METHOD = (
    "Faces are found and followed through the file. Each is cut out with a margin and judged by a neural network, "
    "whose raw output is turned into an estimate between 0 and 1 by a calibration measured on other material. "
    "In a video, a person is judged by the three seconds that speak most for manipulation, and the file by its "
    "most suspicious person."
)
RULE = (
    "Rule, fixed before this file was seen: at or above {fake} the outcome is manipulated; at or below {real} no "
    "signs were found; between the two it is inconclusive."
)
INTEGRITY = (
    "A hash shows that a file has not changed since the hash was taken. It does not show that what the file "
    "says is true, who made it, or what happened to it before."
)
STATED = "The following was stated by the user of the software. The software cannot check it."
EMBEDDED = (
    "Data that a camera or a program may have written into the file (such as EXIF, place or device) are not "
    "copied into this report, since they may name people or places. They stay unchanged in the original."
)
CREDENTIALS = (
    "Content credentials (C2PA) are a signed note inside a file about how it was made. That they are absent means "
    "nothing: most platforms remove them, and most cameras never write them. That they are present does not make "
    "what they say true; a valid claim that a generative model was used speaks for a synthetic origin, and not "
    "for wrongdoing. Nothing was fetched from any server to read them, and the software ships no list of "
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
    "dotted lines: the two thresholds. Hatched: stretches at or above the threshold for manipulation. The scale "
    "is stretched towards its ends, so that 99 % and 99.9 % can be told apart."
)
CHART_IMAGE = (
    "One row a face; the dot is the estimate. Dashed and dotted lines: the two thresholds. The scale is stretched "
    "towards its ends, so that 99 % and 99.9 % can be told apart."
)
ALTERNATIVES = (
    (
        "Compression and copies",
        "Messengers and platforms compress again and again; blocks and smears can look like the "
        "edges of a swap, and can also hide them.",
    ),
    (
        "Filters and retouching",
        "Beauty filters, smoothing, slimming and make-up effects change faces without the intent to deceive.",
    ),
    (
        "Enhancement by the camera",
        "Phones sharpen, denoise and relight faces by themselves; upscaling invents detail.",
    ),
    (
        "Light and movement",
        "Coloured or changing light, motion blur, glasses, hair and hands before the face make "
        "errors more likely, in both directions.",
    ),
    (
        "Dubbing and editing",
        "A voice or a caption may be exchanged over unchanged faces, and honest dubbing may move "
        "lips. Cuts can change the meaning of genuine images. None of this is judged here.",
    ),
    (
        "Wholly generated images",
        "An image generated as a whole has no original face; the detector was trained mostly "
        "on faces put into real footage.",
    ),
    (
        "Look-alikes and re-staging",
        "Another person who resembles the one named is not a manipulation; the software does "
        "not recognise who is shown.",
    ),
    ("Chance", "A detector that errs rarely still errs: among many genuine files, some reach any threshold."),
)
REPEAT = (
    "With the same weights (their SHA-256 is above) and the original file, this command gives the same estimates. "
    "Settings without a flag are the software's own and are listed above. Arithmetic other than fp32, or another "
    "processor, may change the last digits."
)
CUSTODY = (
    "Each entry holds the SHA-256 of the entry before it. That reveals a line that was changed, left out or added "
    "later, but not a log that was written anew as a whole, since nothing is signed. The log begins when the file "
    "was given to the software; what happened before is told by the user only."
)
GUIDANCE = (
    "The layout follows what published guidance asks of such reports (SWGDE on report writing and on integrity of "
    "imagery, ISO/IEC 27037 on handling digital evidence). That is no statement of conformity with any of them."
)
GLOSSARY = (
    (
        "Calibration",
        "Turning a network's raw output into an estimate that fits how often such outputs were right.",
    ),
    ("Content credentials", "A signed note inside a file about its making, by the C2PA standard."),
    ("Derived file", "A file made from the original, such as a smaller copy or a single frame."),
    (
        "Estimate",
        "The calibrated estimate that a face was manipulated, from 0 to 1. It is not the probability that a "
        "person is guilty of anything.",
    ),
    ("False alarm", "A genuine face that is called manipulated."),
    ("Frame", "One image of a video, counted from 0 in order of presentation."),
    ("Grad-CAM", "A method that shows which parts of an image raised a network's output."),
    ("Hash", "A fingerprint of a file's bytes: SHA-256, SHA-1 or MD5. Equal fingerprints mean equal files."),
    ("Inconclusive", "The estimate lies between the two thresholds: the software does not say either way."),
    ("Manipulated", "Here: a face swapped with another person's, or made to move or speak by software."),
    ("Miss", "A manipulated face in which no signs are found."),
    ("Threshold", "The value at which an outcome begins; it was fixed on other material, not on this file."),
)
REVIEW = (
    "Left blank by the software. Whoever examines this report may write here; until then nobody has reviewed it."
)
REVIEW_FIELDS = (
    "Name and designation",
    "Material received and its hash",
    "Steps repeated, and results",
    "Findings",
    "Limits and disagreement",
    "Date and place",
    "Signature",
)
