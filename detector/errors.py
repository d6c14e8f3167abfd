"""The error tree. Branches follow who can act on the failure; every message says what failed, on which
value, and what to do next.

    DetectorError
    ├─ MediaError                  the file: the user can choose another
    │  ├─ MediaNotFoundError       there is no such file
    │  ├─ UnsupportedMediaError    not an image or video we read
    │  ├─ MediaDecodeError         the right kind, but broken or incomplete
    │  ├─ MediaTooLargeError       beyond the limits in DetectorConfig
    │  └─ LinkError                a link that leads to no file we may or can have
    ├─ CheckpointError             the installation: the operator can fetch or fix
    │  ├─ CheckpointNotFoundError
    │  ├─ CheckpointIntegrityError the bytes are not those the card promises
    │  └─ CheckpointMismatchError  a card or a state dict of another shape
    ├─ ConfigError                 a setting out of range (also a ValueError)
    ├─ BatchError                  the list of files or the table of results: the user can choose another
    ├─ ExplainError
    └─ ReportError                the package, or the case it is made from: the user can correct it
       └─ HardStopError           nothing may be written: sexual content that may show a minor
"""


class DetectorError(Exception):
    """Anything this project raises on purpose."""


class MediaError(DetectorError):
    """The file that was given cannot be judged; another file can."""


class MediaNotFoundError(MediaError):
    """No file stands at the path."""


class UnsupportedMediaError(MediaError):
    """The content is not one of the image or video formats we read, or not what its name says."""


class MediaDecodeError(MediaError):
    """The format is known but the content is broken, empty or incomplete."""


class MediaTooLargeError(MediaError):
    """More bytes, pixels or seconds than `DetectorConfig` allows."""


class LinkError(MediaError):
    """What was linked to is not asked for, not to be had, or too large."""


class CheckpointError(DetectorError):
    """The weights cannot be used."""


class CheckpointNotFoundError(CheckpointError):
    """No checkpoint of that name or path."""


class CheckpointIntegrityError(CheckpointError):
    """The weights file is not the one its card describes."""


class CheckpointMismatchError(CheckpointError):
    """The card or the tensors do not fit the architecture."""


class ConfigError(DetectorError, ValueError):
    """A setting is out of its range."""


class BatchError(DetectorError):
    """A list of files cannot be read, or a table of results cannot be written."""


class ExplainError(DetectorError):
    """No explanation could be computed."""


class ReportError(DetectorError):
    """A report package could not be written, or does not verify."""


class HardStopError(ReportError):
    """Sexual content that may show a minor: nothing is copied, drawn or written; the message says where to go."""
