"""What an analysis says besides numbers: a code and the values it names.

`str(message)` is the English sentence, which `scan --json` prints; `reporting.text.messages` has the same
sentences in the other languages. A new code needs a sentence in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

NoteCode = Literal["other_suffix", "scaled_image", "scaled_frames", "other_videos"]
"""Harmless properties of a file."""
WarningCode = Literal[
    "image_damaged",
    "image_part_damaged",
    "image_incomplete",
    "video_slow",
    "video_damaged",
    "video_incomplete",
    "turned",
    "faces_left_out",
    "small_faces",
    "sparse",
    "brief_signs",
]
"""What was not examined, or was examined differently."""
ReasonCode = Literal[
    "no_face_in_image",
    "no_face_in_video",
    "fake",
    "real",
    "inconclusive",
    "real_withheld",
    "faces_in_image",
    "faces_in_video",
    "smallest_face",
    "short_tracks",
    "peak",
    "small_face",
    "never_measured",
]
"""How the verdict came about."""
Code = NoteCode | WarningCode | ReasonCode
CODES: tuple[Code, ...] = tuple(code for group in get_args(Code) for code in get_args(group))
Value = float | str

WITHHOLD_REAL: frozenset[Code] = frozenset({"faces_left_out", "small_faces", "brief_signs"})
"""Warnings beside which the outcome cannot be `real`: a face that was not judged may be manipulated."""

AGAIN = "Download or copy it again from where it came, and check that too."
_ENGLISH: Mapping[Code, str] = MappingProxyType(
    {
        "other_suffix": "The name ends in {suffix}, the content is a {format} {kind}.",
        "scaled_image": "The image has {stored} pixels and was judged at {judged}.",
        "scaled_frames": "Frames of {stored} pixels were judged at {judged}.",
        "other_videos": "The file holds {count} videos in one; only the one that players show was judged.",
        "image_damaged": f"The file is damaged or cut off; the image in it could be read. {AGAIN}",
        "image_part_damaged": f"A part of the image is damaged: what is seen there may be wrong. {AGAIN}",
        "image_incomplete": "The image is incomplete: only {share:.0%} of it could be read and judged. " + AGAIN,
        "video_slow": "The video takes far longer to decode than its size suggests: only the part up to "
        "{end_s:.1f} s was judged. Save it as MP4 and try that; keep the original.",
        "video_damaged": "The video is damaged: {count} of its pieces could not be decoded and were left out. "
        + AGAIN,
        "video_incomplete": "The video is incomplete: it should last {stated_s:.1f} s but breaks off after "
        f"{{end_s:.1f}} s, and only the part before was judged. {AGAIN}",
        "turned": "No face stands upright in this {kind}: it was turned by {degrees} degrees counter-clockwise "
        "before it was judged.",
        "faces_left_out": "There are more faces, or places that may be faces, than are examined at once: the "
        "smallest were left out. Cut out the part in question and check that too.",
        "small_faces": "Faces too small to be judged: {count}. Look for a larger copy, in which every face is "
        "larger, and check that too.",
        "sparse": "For up to {gap_s:.1f} s at a time no frame was examined: what is shorter than that may have "
        "been missed. Cut out the part in question and check that too, or have every frame examined.",
        "brief_signs": "About {time} the estimate is high for a second, too short to decide by itself. Cut out "
        "the seconds around it and check those.",
        "no_face_in_image": "No face was found in the image, so there is nothing to judge.",
        "no_face_in_video": "No face was found in {frames} frames spread over the video, so there is nothing to "
        "judge.",
        "fake": "The highest estimate of any face is {probability:.3f}: at or above {threshold:.3f}, from where "
        "the outcome is fake.",
        "real": "The highest estimate of any face is {probability:.3f}: at or below {threshold:.3f}, up to where "
        "the outcome is real.",
        "inconclusive": "The highest estimate of any face is {probability:.3f}: between {low:.3f} and {high:.3f}, "
        "where the outcome is inconclusive.",
        "real_withheld": "The outcome is inconclusive: what the warnings name may be manipulated.",
        "faces_in_image": "Faces judged in the image: {faces}.",
        "faces_in_video": "Faces judged: {faces}, in {views} views from {frames} frames spread over the video.",
        "smallest_face": "Faces narrower than {px} pixels are not looked for.",
        "short_tracks": "Faces seen too briefly to decide the verdict: {count}.",
        "peak": "The highest estimate is that of {start_s:.1f} s to {end_s:.1f} s.",
        "small_face": "That face is only {px} pixels wide; so small a face is judged poorly.",
        "never_measured": "How often the checkpoint {name!r} errs was never measured.",
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, as a code and the values it names.

    >>> str(Message("turned", {"kind": "image", "degrees": 90}))
    'No face stands upright in this image: it was turned by 90 degrees counter-clockwise before it was judged.'
    """

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.render(_ENGLISH[self.code])

    def render(self, template: str, words: Mapping[str, str] = MappingProxyType({})) -> str:
        """Fill a template of any language; `{time}` is `time_s` as players show it.

        Args:
            words: what text values such as `image` are called in that language.

        >>> Message("brief_signs", {"time_s": 243.52}).render("{time}")
        '4:03.5'
        """
        minutes, seconds = divmod(round(float(self.values.get("time_s", 0.0)), 1), 60)
        values = {name: words.get(str(value), value) for name, value in self.values.items()}
        return template.format(time=f"{minutes:.0f}:{seconds:04.1f}", **values)

    @property
    def value(self) -> float:
        """The first number among the values; 0.0 where there is none."""
        return next((float(value) for value in self.values.values() if not isinstance(value, str)), 0.0)
