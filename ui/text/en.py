"""The page in English, and with that the list of all words there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple

from detector.types import FaceMark, MediaKind
from explain.types import ScaleSource
from reporting.text.results import Language
from reporting.types import CredentialState

TroubleKind = Literal[
    "file",
    "file_gone",
    "unsupported",
    "broken",
    "too_large",
    "link",
    "report",
    "no_kind",
    "hard_stop",
    "result_gone",
    "moment_gone",
    "tool",
    "disk_full",
    "incident",
    "busy",
]
"""What can go wrong, by what the visitor can do about it."""


class TroubleWords(NamedTuple):
    """What went wrong and what to do."""

    title: str
    message: str
    """May name `{incident}`, the number under which the log has it, and `{waiting}`, how many are before."""


class Words:
    """Every word, by its name."""

    LANGUAGE: ClassVar[Language] = "en"

    TITLE = "Deepfake detector"
    GRADIO: ClassVar[Mapping[str, str]] = {
        "common.complete": "Done",
        "common.error": "Something went wrong",
        "common.loading": "Please wait",
        "status.queue_position": "{position} of {size} in line",
    }
    """What Gradio tells screen readers, by its own keys; it has no words for some of them."""
    LEAD = "Was a face in this image or video manipulated?"
    WAY: ClassVar[tuple[str, ...]] = (
        "Add an image or a video",
        "Read the estimate and see which parts of the face point to manipulation",
        "Prepare a report, if you need one",
    )
    PRIVATE = "Your file stays on this computer. Nothing is sent to anyone."
    SHARED = (
        "This page is open to others: your file travels to the computer that runs the page (a share link goes "
        "through gradio.live), is kept apart from other visitors' files and is deleted at the latest ten "
        "minutes after you close the page."
    )

    UPLOAD_LABEL = "Your image or video, up to {limit}"
    UPLOAD_DROP = "Drop files here, or press to choose"
    LINK_TITLE = "Or give a direct link"
    LINK_HINT = (
        "This computer fetches the file from the site behind the link, so that site sees this computer's internet "
        "address. The file then stays here. The link must lead to the file itself, not to a post or a page."
    )
    LINK_LABEL = "Direct link to an image or video"
    LINK_FETCH = "Fetch the file and check it"
    FETCHING = "Fetching the file from {site}"
    FETCHING_HINT = "The check begins when the file is here. This can take up to two minutes."
    EXAMPLES_LEAD = "No file at hand? Try one of these:"
    EXAMPLES: ClassVar[Mapping[str, str]] = {
        "genuine.jpg": "Genuine image",
        "manipulated.jpg": "Manipulated image",
        "genuine.mp4": "Genuine video",
        "manipulated.mp4": "Manipulated video",
        "no-face.jpg": "Image without a face",
    }
    """File in the examples' folder to the words on its button."""

    PICK_FOLDER = "Choose a folder"
    PICK_PHOTO = "Take a photo"
    PICK_VIDEO = "Record a video"
    PICK_HINT = "Several files or a whole folder can be dropped at once, and an image can be pasted (Ctrl+V)."
    FILES: ClassVar[Mapping[str, str]] = {
        "title": "Your files",
        "filter": "Show",
        "all": "All results",
        "marked": "Marked: {mark}",
        "find": "Find a name",
        "pause": "Pause checking",
        "go_on": "Continue checking",
        "clear": "Clear the list and delete its copies",
        "compare": "Compare the two chosen files",
        "choose": "Choose {name} to compare",
        "open": "Open {name}",
        "remove": "Remove {name} from the list",
        "mark": "Your mark for {name}",
        "sort": "Sort by: {column}",
        "keys": "With the keyboard in the table: j and k move, Enter opens, 1 to 4 mark, 0 removes the mark.",
        "sending": "Sending {name} ({left} left)",
        "full": "The list is full. Files not taken: {count}. Remove some from the list, then add these again.",
        "unsent": "{name} could not be sent. Add it once more.",
        "nothing": "No file was found there.",
        "none_shown": "No file matches what you chose.",
        "csv": "Save as CSV",
        "json": "Save as JSON",
        "pdf": "Save a one-page PDF of each file",
        "export": "Save the results that are shown",
    }
    FILES_COLUMNS: ClassVar[Mapping[str, str]] = {
        "name": "File",
        "result": "Result",
        "grade": "Face with the highest estimate",
        "where": "Where",
        "length": "Length",
        "mark": "Your mark",
    }
    FILES_STATES: ClassVar[Mapping[str, str]] = {
        "waiting": "Waiting",
        "working": "Being checked",
        "done": "Checked",
        "failed": "Could not be checked",
    }
    FILES_MARKS: ClassVar[Mapping[int, str]] = {
        0: "None",
        1: "1 Genuine",
        2: "2 Manipulated",
        3: "3 Look again",
        4: "4 Settled",
    }
    FILES_DONE = "{done} of {all} checked"
    FILES_GONE = "This file is not here any more."
    FILES_ERASE = "Delete all that this page keeps of mine"
    FILES_ERASED = "Everything of yours that this page kept was deleted. Your own files are unchanged."
    COMPARED_TITLE = "Two results side by side"
    COMPARED_ROWS: ClassVar[Mapping[str, str]] = {
        "result": "Result",
        "grade": "Face with the highest estimate",
        "where": "Where",
        "length": "Length",
        "faces": "Faces",
        "pixels": "Pixels",
        "size": "Size",
        "sha256": "SHA-256",
        "mark": "Your mark",
    }
    COMPARED_SAME = "Both are exactly the same file: every byte is equal."
    COMPARED_CLOSE = "Close the comparison"
    EXPORTED = "Saved: {name} ({size})"
    EXPORT_ONE = "Save this result: one-page PDF"

    FILE_TAB = "Image or video"
    CAMERA_TAB = "Camera"

    DEPTH_TITLE = "How closely to look at a video"
    DEPTH_LABEL = "Frames to look at"
    DEPTH_HINT = "Automatic suits most videos; more frames take longer. You can change this after a result, too."
    DEPTHS: ClassVar[Mapping[str, str]] = {
        "auto": "Automatic",
        "moments": "4 frames a second",
        "all": "Every frame (slowest)",
    }
    DEPTH_FRAMES: ClassVar[Mapping[bool, str]] = {False: "{count} frame", True: "{count} frames"}
    """By whether there are several."""

    CANCEL = "Stop this check"
    STOPPED_TITLE = "The check was stopped"
    STOPPED = "The copy kept here was deleted; your own file is unchanged. You can add another file above."
    WARNING_TITLE = "Please note"

    CHECKING = "Checking {name}"
    CHECKING_HINT = "An image takes seconds; a video can take a minute or more."
    MARKING = "Marking the parts that point to manipulation"

    CHECKED = "Checked: {name}"
    WHY = "Why, and what you can try"
    JUMP = "What to do now"
    STILL_ALT = "What was checked: {name}"

    FIGURES = "The figures behind it"
    SCALE_TITLE = "Estimate that a face was manipulated"
    SCALE_LOW = "Up to {p}"
    SCALE_MIDDLE = "In between"
    SCALE_HIGH = "From {p}"
    SCALE_ALT = "Estimate {p}. Up to {low}: {real}. From {high}: {fake}. Between the two: {inconclusive}."

    FACES_ORDER = "The most important faces come first; the graph and the whole image use the same numbers."
    FACE_NAME = "Face {number}"
    FACE_ALT = "Face {number}{moment}, with colours over the parts that point to manipulation"
    FACE_ORIGINAL_ALT = "Face {number}{moment}, as it was checked"
    MOMENT = " at {time}"
    COMPARE = "Face {number}{moment}: from the original to the colours"
    COMPARE_ORIGINAL = "Original"
    COMPARE_HEATMAP = "Colours"
    HEATMAP_NONE = "nothing"
    HEATMAP_MOST: ClassVar[Mapping[ScaleSource, str]] = {
        "checkpoint": "as strong as in clearly manipulated faces",
        "report": "the strongest place in this file, which may be weak",
    }
    """What the brightest colour means, by where the scale comes from."""
    VIEWS: ClassVar[Mapping[bool, str]] = {
        False: "Seen in 1 of {frames} frames that were looked at, at {start}.",
        True: "Seen in {views} of {frames} frames that were looked at, from {start} to {end}.",
    }
    """By whether there are several."""
    MARKED = "Of these views, the face is {marks}: that makes errors more likely."
    MARKS: ClassVar[Mapping[FaceMark, str]] = {
        "small": "small in {count}",
        "blurred": "blurred in {count}",
        "cut off": "cut off in {count}",
    }
    PASSING = "Seen so briefly, compared with the others, that it does not decide the result."
    NO_IMAGE = "No image of this face could be made."
    COLOURS = (
        "The colours show which parts point to manipulation: from dark ({none}) to bright yellow "
        "({most}), with a white line around the strongest part. A bright part alone does not mean "
        "that the face was manipulated. They are those of one AI model: where a second one also judged the face, "
        "its opinion is said in words. The slider under a face removes the colours."
    )
    COLOURS_UNMEASURED = (
        "How strong these colours are in genuine and in manipulated faces was never measured for this detector: "
        "something is bright in almost every file, in genuine ones too, and two files cannot be compared."
    )
    MAPS_TITLE = "Can these colours be trusted?"
    MAPS_LEAD = (
        "They are an estimate of what the result rests on. This check paints over the strongest tenth of each map "
        "and checks the face again: if the colours are in the right place, the estimate falls."
    )
    MAPS_CHECK = "Check the colours"
    MAPS_CHECKED = "What the check found"
    MAPS_NOTHING = "There is nothing to check: no part of any face stands out."
    FRAMES_TITLE: ClassVar[Mapping[MediaKind, str]] = {
        "image": "Where, and what the colours mean",
        "video": "When, where, and what the colours mean",
    }
    IMAGE_CAPTION = "The whole image"
    VIDEO_CAPTION = "At {time}"
    FRAME_ALT = (
        "{caption}, with a numbered box around each face, and colours over the parts that point to manipulation"
    )
    ENLARGE = "Open in full size"

    TIMELINE_TITLE = "The estimate over time"
    TIMELINE_LEAD = (
        "The higher the line, the higher the estimate of manipulation at that moment. Click the graph, or move "
        "the slider with the arrow keys, to see a moment; Enter shows the moment where the slider is."
    )
    TIMELINE_PEAK = "Part with the highest estimate: it decides the result for this face"
    TIMELINE_SLIDER = "{name}: moment to show"
    TIMELINE_TABLE = "{name}: the graph as a table"
    TIMELINE_COLUMNS: ClassVar[tuple[str, ...]] = ("From", "To", "Highest estimate")
    TIMELINE_UNSEEN = "not in view"
    MOMENT_CAPTION = "{name} at {time}: estimate {p}."
    MOMENT_ALT = (
        "The video at {time}, with a numbered box around each face that was checked, and colours over the parts "
        "that point to manipulation"
    )
    MOMENT_COLOURS = "The colours use the same scale as the rest of this result."

    COPY_TITLE = "Annotated copy of the video"
    COPY_LEAD = (
        "A new video with boxes, results and colours drawn in, sound included. It is for showing to people: keep "
        "the original, which is what counts."
    )
    COPY_MAKE = "Make an annotated copy of the video"
    COPY_STOP = "Stop making the copy"
    COPY_WORKING = "Writing the annotated copy"
    COPY_READY = "The copy is ready. It is deleted when you close this page: download it now."
    COPY_ENGLISH = "The words in it are in English: this computer cannot draw the letters of this page's language."
    COPY_STOPPED = "The copy was not finished, and no part of it was kept."

    JUMP_REPORT = "Report it"
    TIME_LEFT = "about {time} left"
    MINUTES = "{count} min"
    CHECKING_AGAIN = "If you stop, the earlier result stays."
    CLOSER_DONE = "{part} of {whole} frames were looked at, at most {gap} apart."
    CLOSER_ONE = "{part} of {whole} frames were looked at."
    CLOSER_AGAIN = "Check again, more closely"
    CLOSER_ALL = "Every frame of this video was looked at."
    DECISIVE_TITLE = "What the result rests on"
    FACES_OTHER = "The other faces ({count})"
    FACES_MORE = "More from this part ({count})"
    TIMELINE_TOGETHER = "The {count} most important faces in one graph"
    MOMENT_WAITING = "Drawing this moment…"
    WHERE_TITLE = "Where does it come from?"
    SEARCH_TITLE = "Look for it elsewhere"
    SEARCH_LEAD = (
        "Older copies often show what an image really is. Save or copy a frame, open a search and give it the "
        "frame. Only you do this: the frame then goes to the company that runs the search. Do not do this with "
        "nude or sexual images."
    )
    FRAME_PLAIN_ALT = "Frame at {time}"
    FRAME_SAVE = "Save"
    FRAME_COPY = "Copy"
    FRAME_COPIED = "The frame is on the clipboard: paste it into the search."
    FRAME_NOT_COPIED = "The browser did not let this page copy: save the frame instead."
    SAYS_TITLE = "What the file says about itself"
    SAYS_LEAD = "Anybody can change or remove this. Finding nothing means nothing: apps and platforms remove it."
    CREDENTIALS_TITLE = "Content credentials (C2PA)"
    CREDENTIALS_AI = "They say that a generative model made or edited the content."
    CREDENTIALS_GENERATOR = "Software that wrote them: {name}."
    CREDENTIALS_SIGNER = "Signed in the name of {name}."
    TAGS_TITLE = "Metadata"
    TAGS_NONE = "None was found."
    CONTAINER_TITLE = "Format and coding"
    RATE = "{count} frames a second"
    STREAM = "Stream {number}"

    CREDENTIALS: ClassVar[Mapping[CredentialState, str]] = {
        "absent": "None were found in the file.",
        "valid": "They match the file and their signature is intact; nobody checked who the signer is.",
        "trusted": "They match the file, and the signer is on the list of trusted signers.",
        "invalid": "They do not match the file or were changed: what they say cannot be relied on.",
        "unreadable": "They cannot be looked for, or read, in this file.",
    }
    TAGS: ClassVar[Mapping[str, str]] = {
        "camera": "Camera",
        "software": "Software",
        "time": "Time",
        "place": "Place",
        "author": "Author",
        "description": "Description",
        "prompt": "Written by an image generator",
        "other": "Other",
    }
    """By `detector.media.metadata.TagKind`; `other` where that is not known."""

    CAMERA_TITLE = "Check what a camera shows"
    CAMERA_LEAD = (
        "The camera runs only after you start it. Each image is checked and forgotten at once: none is kept. "
        "The estimate is for the last three seconds."
    )
    CAMERA_SHARED = "The images travel to the computer that runs this page."
    CAMERA_PRIVATE = "Nothing leaves this device: the images are checked here and sent to nobody."
    CAMERA_START = "Start the camera"
    CAMERA_STOP = "Stop the camera"
    CAMERA_IMAGE = "What the camera shows"
    CAMERA_STOPPED = "The camera is off."
    CAMERA_REFUSED = "The browser was not allowed to use the camera. Allow it for this page, then start again."
    CAMERA_MISSING = "No camera could be used. Check that one is connected and that no other program uses it."
    CAMERA_INSECURE = "The browser gives cameras only to pages opened over https or on the same computer."
    CAMERA_BUSY = "Too many cameras are running. Wait a minute, then start again."
    CAMERA_TROUBLE = (
        "The camera's image could not be checked. Start again; if it keeps failing, check a video instead."
    )

    REASONS_TITLE = "How this result came about"
    LIMITS_TITLE = "What the detector cannot tell"
    ENGLISH_DETAILS = "Details (English)"
    FACTS: ClassVar[Mapping[str, str]] = {
        "name": "File",
        "format": "Format",
        "size": "Size",
        "pixels": "Pixels",
        "duration": "Duration",
        "rate": "Frame rate",
        "frames": "Frames looked at",
        "sha256": "SHA-256",
        "sha1": "SHA-1",
        "md5": "MD5",
        "checkpoint": "Detector",
        "checkpoint_sha256": "Detector's SHA-256",
        "settings": "Settings",
        "elapsed": "Time taken",
    }
    BYTES = "{count} bytes"
    SECONDS = "{count} s"
    OF = "{part} of {whole}"

    STEPS_TITLE = "What to do now"
    REPORT_TITLE = "Prepare a report package"
    REPORT_LEAD = (
        "One press checks what you wrote and makes a zip file that you keep and use for the complaint: a text for "
        "every field of the portal, files small enough to upload, a technical report, a fingerprint (hash) of "
        "every file, a log of what was done, a draft certificate and a notice to the platform. Nobody asks who "
        "you are."
    )
    TOLD_TITLE = "Your case, where to turn"
    KIND_TITLE = "What happened?"
    KINDS: ClassVar[Mapping[str, str]] = {
        "impersonation": "Someone pretends to be another person, with that person's face or voice",
        "sexual": "It shows nudity or a sexual act",
        "fraud": "A fraud or a false advertisement; no money was lost",
        "fraud_money_lost": "A fraud, and money was lost",
        "defamation": "It spreads a lie about someone or makes them look bad",
        "other": "Something else",
    }
    AGE_TITLE = "How old is the person shown?"
    AGES: ClassVar[Mapping[str, str]] = {"adult": "18 or older", "minor": "Under 18", "unsure": "Not sure"}
    AGE_FIRST = (
        "First say how old the person is. Nothing is made until then. If the person may be under 18, everything "
        "kept here of your file is deleted at once."
    )
    DANGER = "Someone is in danger now"
    WITNESS = "I only saw it; I am not the person harmed"
    COUNTRY = "Where will you report it?"
    COUNTRIES: ClassVar[Mapping[str, str]] = {
        "IN": "India",
        "US": "United States",
        "GB": "United Kingdom",
        "AU": "Australia",
        "EU": "European Union",
        "SG": "Singapore",
        "ZZ": "Another country",
    }
    """Those with a route of their own, and all others."""
    ROUTES_TITLE = "Where to turn, in this order"
    ROUTES_NOW = "At once:"
    ROUTES_MORE = "The steps after that ({count})"
    HARD_STOP = (
        "Nothing is made here of sexual content that shows, or may show, someone under 18: no copy, no image, no "
        "file. Everything that was kept here of your file has been deleted. Only the steps to take are shown."
    )
    FORM_TITLE = "Add what else you know (all optional)"
    FORM_PLATFORM = "Where did you see it?"
    FORM_PLATFORM_HINT = "App or website, such as WhatsApp or Instagram"
    FORM_LINKS = "Links to the post and to the account"
    FORM_LINKS_HINT = "One on each line"
    FORM_HANDLE = "Account that posted or sent it"
    FORM_SEEN_AT = "When did you see it? (Indian time)"
    FORM_SAVED_AT = "When did you save the file? (Indian time)"
    FORM_DELAY = "Why are you reporting it only now?"
    FORM_DELAY_HINT = "You saw it more than a day ago: the portal may ask."
    FORM_WHOSE_FACE = "Whose face is shown?"
    FORM_WHOSE_FACE_HINT = "Such as: my own, my sister's, a politician's"
    FORM_WHAT_HAPPENED = "What does it show, and what happened?"
    FORM_WHAT_HAPPENED_HINT = (
        "The text of the complaint needs this, in your own words; a sentence or two is enough."
    )
    FORM_DENIED = "The person shown did not say or do this, and did not agree to it"
    FORM_HARM = "What harm has it done?"
    FORM_STATE = "State or union territory"
    FORM_ORIGINAL = "Put the original file into the package too"
    FORM_ORIGINAL_HINT = "Choose this only if whoever gets the package must see the file itself."
    FORM_IMAGES = "Put images of it into the package"
    FORM_IMAGES_HINT = (
        "If you leave this off, no copy of the file goes in, and the images in the report are blurred beyond "
        "recognition."
    )
    PREPARE = "Check what I wrote and prepare the package"
    READY = "The package is ready. It is kept here for a short time only."
    LOOK_TITLE = "1. Look at this first"
    LOOK_NOTHING = "Nothing was found in what you wrote that needs correcting."
    LOOK_MORE = "More to know ({count})"
    FILING_TITLE = "2. Copy the texts"
    FILING_LEAD = "Read each text before you paste it: it becomes your own statement. The portal works in English."
    FILING_OWN = "Fields you choose yourself ({count})"
    FILING_HINT = "About this field"
    FILING_FILES = "Files to attach ({count})"
    FILING_COPY = "Copy"
    FILING_COPIED = "Copied: {field}"
    FILING_REFUSED = "Not copied: {field}. The text is selected; copy it with Ctrl+C."
    FILING_CHARS = "{count} characters"
    FILING_EMPTY = "You type or choose this yourself."
    FILING_MISSING = "This text is not complete: say above what it shows and what happened."
    FILING_SAVE = "Save {name} ({size})"
    FILED_TITLE = "After filing"
    FILED_LEAD = (
        "Write the number that the portal gave you into the log of the package, and see which dates follow."
    )
    FILED_NUMBER = "Acknowledgement number"
    FILED_AT = "When did you file it? (Indian time; leave empty if just now)"
    FILED_BUTTON = "Write it into the package"
    FILED_DONE = "The number is now in the log of the package. Download the package once more."
    FOLLOWUPS_TITLE = "Dates to keep in mind"
    DOWNLOAD = "Download {name} ({size})"
    DOWNLOAD_TITLE = "3. Download the package"
    PORTAL_TITLE = "4. Open the portal and file it"
    PORTAL_OFF = "This button stays off until you put this right above:"
    START_AGAIN = "Go back to the start of this page"
    PORTAL_BUTTON = "Open the cybercrime portal in a new tab"
    PORTAL_ADDRESS = "Portal: {address} (type it yourself: a fake copy of the portal has been reported)"
    PORTAL_HINT = "This page sends nothing there."
    PORTAL_UNKNOWN = "No page to file it on is known here for this country."
    PAGE_BUTTON = "Open {address} in a new tab"
    PAGE_ADDRESS = "Address: {address}"
    REACH_BUTTON = "Is the portal reachable?"
    REACH_HINT = "The computer that runs this page contacts the portal only when you press this."
    REACH: ClassVar[Mapping[str, str]] = {
        "reachable": "The portal answered just now.",
        "failing": "The portal answered that it does not work right now: it may be under maintenance. Try again "
        "later; you can still use the package then. If money was lost, do not wait: call {fraud} and your bank "
        "now.",
        "unreachable": "The portal did not answer. It may be under maintenance, this network may block it, or it "
        "may not answer outside India. Try again later or over another network; you can still use the package "
        "then. If money was lost, do not wait: call {fraud} and your bank now.",
    }
    """By what came of asking; only what is out of reach names the number."""

    TROUBLES: ClassVar[Mapping[TroubleKind, TroubleWords]] = {
        "file": TroubleWords("This file could not be checked", "You can add another file above."),
        "file_gone": TroubleWords(
            "This file could not be checked", "The file did not arrive here. Add it once more."
        ),
        "unsupported": TroubleWords(
            "This kind of file cannot be checked here",
            "Only images and videos in which something can be seen are checked: not sound alone, documents or "
            "archives such as zip. You can add another file above.",
        ),
        "broken": TroubleWords(
            "This file is damaged or incomplete",
            "Once you have a whole copy, add it above.",
        ),
        "too_large": TroubleWords(
            "This file is too large to be checked",
            "Once you have a shorter or smaller copy, add it above.",
        ),
        "link": TroubleWords(
            "The file could not be fetched",
            "You can also open the link in your browser, save the image or video there, and add it above.",
        ),
        "report": TroubleWords("The package could not be prepared", "Look at what you filled in, then try again."),
        "no_kind": TroubleWords(
            "Say first what happened", "Choose one of the kinds above; the rest may stay empty."
        ),
        "hard_stop": TroubleWords(
            "Nothing is made from this file",
            "It is sexual content, and nobody said that the person shown is 18 or older. Follow the steps above.",
        ),
        "result_gone": TroubleWords(
            "The package could not be prepared",
            "This result is no longer kept here. Check the file once more, then prepare the package.",
        ),
        "moment_gone": TroubleWords(
            "This moment cannot be shown", "This result is no longer kept here. Check the video once more."
        ),
        "tool": TroubleWords("The check could not be finished", "Try again, or try another file."),
        "disk_full": TroubleWords(
            "There is no room left on this computer's disk",
            "Your own file is unchanged. Try a smaller one, or tell whoever runs this page.",
        ),
        "incident": TroubleWords(
            "Something went wrong on our side",
            "This was not your fault. Try again; if it happens again, tell whoever runs this page that it was "
            "incident {incident}.",
        ),
        "busy": TroubleWords(
            "Too many files are being checked",
            "{waiting} others are waiting before you, and no more can wait. Wait a minute, then add your file "
            "once more.",
        ),
    }

    STATES: ClassVar[Mapping[str, str]] = {
        name: name
        for name in (
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
    }
    """The state's name as the portal has it to the words on the page."""
