"""Limit the number of samples that the tables of an MP4 claim, before FFmpeg reads them.

FFmpeg allocates about 70 bytes per sample, while a table of equal samples can claim any number in a few bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from detector.errors import MediaTooLargeError

MAX_SAMPLES = 6_000_000
"""Most samples of all tracks; four hours at 120 frames a second with sound have 2.4 million."""
_CONTAINERS = frozenset(
    (b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf", b"mfra", b"udta")
)
_MAX_BOXES, _MAX_DEPTH = 300_000, 16
_HEAD_BYTES = 24


@dataclass(slots=True)
class _Track:
    is_sound: bool = False
    sample_bytes: int = 0
    samples: int = 0
    is_even: bool = False
    """Return whether every sample lasts one unit, as in PCM audio, which FFmpeg counts by chunks."""

    def entries(self) -> int:
        return 0 if self.is_sound and self.sample_bytes and self.is_even else self.samples


def check_mp4_tables(file: IO[bytes], name: str) -> None:
    """Refuse an MP4 that claims more than `MAX_SAMPLES` samples.

    Args:
        file: the MP4, at any position.
        name: what messages call it.

    Source:
        ISO/IEC 14496-12: 8.4.3 (`hdlr`), 8.6.1.2 (`stts`), 8.7.3 (`stsz`), 8.8.8 (`trun`).

    Raises:
        MediaTooLargeError: they do.
    """
    track, done = _Track(), 0
    for number, (kind, head) in enumerate(_boxes(file, 0, file.seek(0, io.SEEK_END), 0)):
        field = [int.from_bytes(head[at : at + 4], "big") for at in range(0, _HEAD_BYTES, 4)]
        if kind == b"trak":
            done, track = done + track.entries(), _Track()
        elif kind == b"hdlr" and head[8:12] in (b"soun", b"vide"):
            track.is_sound = head[8:12] == b"soun"
        elif kind == b"stts":
            track.is_even = field[1] == 1 and field[3] == 1
        elif kind in (b"stsz", b"stz2"):
            track.sample_bytes, track.samples = field[1], max(track.samples, field[2])
        elif kind == b"trun":
            done += field[1]
        if done + track.entries() > MAX_SAMPLES or number > _MAX_BOXES or kind == b"cmov":
            raise MediaTooLargeError(
                f"{name} claims to hold more than {MAX_SAMPLES / 1e6:.0f} million frames and pieces of "
                "sound. Cut out the part in question, or convert it to MP4 anew, and try that; keep the "
                "original."
            )


def _boxes(file: IO[bytes], start: int, end: int, depth: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and first bytes of every box, nested ones too; an overlong box ends with its parent."""
    at = start
    while at + 8 <= end:
        file.seek(at)
        size, kind, header = int.from_bytes(file.read(4), "big"), file.read(4), 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        stop = end if size == 0 else min(at + size, end)
        if stop < at + header:
            return
        yield kind, file.read(_HEAD_BYTES)
        if kind in _CONTAINERS and depth < _MAX_DEPTH:
            yield from _boxes(file, at + header, stop, depth + 1)
        at = stop
