"""Every word on the page that does not state a result. What states a result comes from `reporting.wording`."""

from __future__ import annotations

from detector.types import MediaKind
from reporting.wording import Language

LANGUAGE: Language = "en"

TITLE = "Deepfake detector"
LEAD = (
    "Add a picture or a clip to get an estimate of whether a face in it was manipulated, to see which parts of "
    "the face speak for it, and to prepare a report."
)
PRIVATE = "Your file stays on this computer. Nothing is sent to anyone."
SHARED = (
    "This page is open to others: your file travels to the computer that runs the page (a share link goes "
    "through gradio.live), is kept apart from other visitors' files and is deleted when you close the page."
)

UPLOAD_LABEL = "Your picture or clip, up to {limit}"
EXAMPLES_LEAD = "No file at hand? Try one of these:"
EXAMPLES: dict[str, str] = {
    "genuine.jpg": "Genuine picture",
    "manipulated.jpg": "Manipulated picture",
    "genuine.mp4": "Genuine clip",
    "manipulated.mp4": "Manipulated clip",
    "no-face.jpg": "Picture without a face",
}
"""File in the examples' folder to the words on its button."""

CHECKING = "Checking {name}"
CHECKING_HINT = "A picture takes seconds; a clip can take a minute or more."
MARKING = "Marking the parts that speak for manipulation"

CHECKED = "Checked: {name}"
JUMP = "What to do now"
STILL_ALT = "What was checked: {name}"

SCALE_TITLE = "Estimate that a face was manipulated"
SCALE_LOW = "Up to {p}"
SCALE_MIDDLE = "Between"
SCALE_HIGH = "From {p}"
SCALE_ALT = "Estimate {p}. Up to {low}: {real}. From {high}: {fake}. Between the two: {inconclusive}."

FACES_TITLE = {False: "The face", True: "The faces, one by one"}
"""By whether there are several."""
FACES_ORDER = "The face that speaks most for manipulation comes first; the numbers are those in the whole picture."
FACE_NAME = "Face {number}"
FACE_ALT = "Face {number}{moment}, with colours over the parts that speak for manipulation"
MOMENT = " at {time}"
VIEWS = {
    False: "Seen in 1 of {frames} frames that were looked at, at {start}.",
    True: "Seen in {views} of {frames} frames that were looked at, from {start} to {end}.",
}
"""By whether there are several."""
PASSING = "Seen too briefly, beside the others, to decide the result."
NO_PICTURE = "No picture of this face could be made."
COLOURS = (
    "The colours show which parts speak for manipulation: from dark (nothing) to bright yellow (the most in this "
    "report), the strongest with a white outline. They compare parts within this one report: a bright part alone "
    "does not mean that the face was manipulated."
)
FRAMES_TITLE: dict[MediaKind, str] = {"image": "Where in the picture", "video": "Where in the clip"}
PICTURE_CAPTION = "The whole picture"
CLIP_CAPTION = "At {time}"
FRAME_ALT = "{caption}, with a numbered box around each face"
ENLARGE = "Open in full size"

REASONS_TITLE = "How this result came about, and technical details"
LIMITS_TITLE = "What the detector cannot tell"
FACTS = {
    "name": "File",
    "format": "Format",
    "size": "Size",
    "pixels": "Pixels",
    "duration": "Duration",
    "frames": "Frames looked at",
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "md5": "MD5",
    "checkpoint": "Detector",
    "checkpoint_sha256": "Detector's SHA-256",
    "settings": "Settings",
    "elapsed": "Time taken",
}

STEPS_TITLE = "What to do now"
REPORT_TITLE = "Prepare a report package"
REPORT_LEAD = (
    "The package is one zip file for you to keep or hand in: a draft complaint, this result, pictures of the "
    "faces that were judged, and fingerprints that show whether a file was changed later."
)
FORM_TITLE = "Add what you know, for the draft complaint (all optional)"
FORM_PLATFORM = "Where did you see it?"
FORM_PLATFORM_HINT = "App or website, such as WhatsApp or Instagram"
FORM_LINKS = "Links to the post and to the account"
FORM_LINKS_HINT = "One on each line"
FORM_HANDLE = "Account that posted or sent it"
FORM_SEEN_AT = "When did you see it? (Indian time)"
FORM_WHOSE_FACE = "Whose face is shown?"
FORM_WHOSE_FACE_HINT = "Such as: my own, my sister's, a politician's"
FORM_WHAT_HAPPENED = "What does it show, and what happened?"
FORM_HARM = "What harm has it done?"
FORM_STATE = "State or union territory"
FORM_ORIGINAL = "Put the original file into the package too"
FORM_ORIGINAL_HINT = "Leave this off unless whoever gets the package should see the file itself."
PREPARE = "Prepare the report package"
READY = "The package is ready. It is on this page only until you close it: download it now."
DOWNLOAD = "Download {name} ({size})"
PORTAL_TITLE = "Report it"
PORTAL_BUTTON = "Open the cybercrime portal in a new tab"
PORTAL_HINT = "This page sends nothing to the portal: you decide what to report."

FILE_TROUBLE = "This file could not be checked"
FILE_TROUBLE_HINT = "You can add another file above."
FILE_GONE = "The file did not arrive here. Add it once more."
TOOL_TROUBLE = "The check could not be finished"
INCIDENT_TITLE = "Something went wrong on our side"
INCIDENT = (
    "This was not your fault. Try again; if it happens again, tell whoever runs this page that it was "
    "incident {incident}."
)
BUSY_TITLE = "Too many files are being checked"
BUSY = "Wait a minute, then add your file once more."
RESULT_GONE = "This result is no longer kept here. Check the file once more, then prepare the package."
REPORT_TROUBLE = "The package could not be prepared"
SEEN_AT_TROUBLE = "The date and time {value} could not be read: choose them again, or leave the field empty."

STATES = (
    "Andaman and Nicobar Islands",
    "Andhra Pradesh",
    "Arunachal Pradesh",
    "Assam",
    "Bihar",
    "Chandigarh",
    "Chhattisgarh",
    "Dadra and Nagar Haveli and Daman and Diu",
    "Delhi",
    "Goa",
    "Gujarat",
    "Haryana",
    "Himachal Pradesh",
    "Jammu and Kashmir",
    "Jharkhand",
    "Karnataka",
    "Kerala",
    "Ladakh",
    "Lakshadweep",
    "Madhya Pradesh",
    "Maharashtra",
    "Manipur",
    "Meghalaya",
    "Mizoram",
    "Nagaland",
    "Odisha",
    "Puducherry",
    "Punjab",
    "Rajasthan",
    "Sikkim",
    "Tamil Nadu",
    "Telangana",
    "Tripura",
    "Uttar Pradesh",
    "Uttarakhand",
    "West Bengal",
)

LOADING = "Loading the detector. This can take a minute."
SERVING = "The page is at {url}\nStop it with Ctrl+C."
SERVING_SHARED = "Anyone who has this link can use the page until you stop it: {url}"
NO_SHARE_LINK = "No public link could be made (is there an internet connection?). The page is at {url} only."
