"""The error tree, branched by who can act. A message says what failed, on which value, and what to do next.

DetectorError
├─ MediaError                  the file: the user can choose another
│  ├─ MediaNotFoundError       there is no such file
│  ├─ UnsupportedMediaError    not a supported image or video
│  ├─ MediaDecodeError         damaged or incomplete
│  ├─ MediaTooLargeError       beyond the limits in DetectorConfig
│  └─ LinkError                a link that cannot be downloaded
├─ CheckpointError             the installation: the operator can fetch or fix
│  ├─ CheckpointNotFoundError
│  ├─ CheckpointIntegrityError the weights differ from the card's hash
│  └─ CheckpointMismatchError  a card or a state dict of another shape
├─ ConfigError                 a setting out of range (also a ValueError)
├─ BatchError                  the list of files or the table of results: the user can choose another
├─ ExplainError
└─ ReportError                the package, or the case it is made from: the user can correct it
   └─ HardStopError           nothing may be written: sexual content that may show a minor
"""


class DetectorError(Exception):
    """Base of all errors raised on purpose."""


class MediaError(DetectorError):
    """The file cannot be analysed; another file can."""


class MediaNotFoundError(MediaError):
    """There is no file at the path."""


class UnsupportedMediaError(MediaError):
    """The content is not a supported image or video, or not what its name says."""


class MediaDecodeError(MediaError):
    """The format is supported, but the content is damaged, empty or incomplete."""


class MediaTooLargeError(MediaError):
    """More bytes, pixels or seconds than `DetectorConfig` allows."""


class LinkError(MediaError):
    """The link is not allowed, cannot be downloaded, or leads to too large a file."""


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
    """Sexual content that may show a minor: nothing is copied or written; the message says where to report it."""
