"""Encode frames as H.264, each at its own time, and check that sound can be encoded beside them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.container import OutputContainer
from av.video.reformatter import Colorspace

from detector.types import Pixels

_TICKS_A_SECOND = 90_000


class VideoWriter:
    """Writes one video stream into a container."""

    def __init__(
        self, container: OutputContainer, size: tuple[int, int], rate: Fraction | int, options: Mapping[str, str]
    ) -> None:
        """Add the stream.

        Args:
            size: width and height of the frames as written, both even.
            rate: nominal frames a second.
            options: of x264.
        """
        self._container, self._size, self._tick = container, size, -1
        self._stream = container.add_stream("libx264", rate=rate, options=dict(options))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        self._stream.time_base = context.time_base = Fraction(1, _TICKS_A_SECOND)
        # BT.709, limited range: players otherwise guess the colour space from the size.
        context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1

    def write(self, pixels: Pixels, time_s: float, interpolation: str | None = None) -> None:
        """Encode a frame, uint8 (height, width, 3) RGB, scaled to the size of the stream."""
        image = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            *self._size, format="yuv420p", dst_colorspace=Colorspace.ITU709, interpolation=interpolation
        )
        self._tick = max(self._tick + 1, round(time_s * _TICKS_A_SECOND))  # strictly increasing
        image.pts, image.time_base = self._tick, Fraction(1, _TICKS_A_SECOND)
        self._container.mux(self._stream.encode(image))

    def finish(self) -> bool:
        """Encode what is left, and return whether there was a frame."""
        if self._tick >= 0:
            self._container.mux(self._stream.encode(None))
        return self._tick >= 0


def can_resample(sound: AudioCodecContext, rate_hz: int, layout: str) -> bool:
    """Return whether decoded sound can be converted, tried with silence: some channels have no known places."""
    try:
        silence = av.AudioFrame(format=sound.format.name, layout=sound.layout.name, samples=1024)
        silence.sample_rate = sound.sample_rate
        return bool(av.AudioResampler(format="fltp", layout=layout, rate=rate_hz).resample(silence))
    except (ValueError, av.error.FFmpegError):
        return False
