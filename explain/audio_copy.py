"""Copy the audio of a video into an MP4: unchanged where MP4 allows its codec, else as AAC."""

from __future__ import annotations

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

_COPIED = ("aac", "mp3", "ac3", "eac3", "opus", "alac")


class Sound:
    """Copies audio in step with the frames, so that neither is buffered for long."""

    def __init__(
        self, original: InputContainer, container: OutputContainer, source: AudioStream, shift_s: float
    ) -> None:
        self._container = container
        self._source = source
        self._shift_s = shift_s
        self._packets = original.demux(source)
        self._reached_s = float("-inf")
        self._over = False
        context: AudioCodecContext = source.codec_context
        self._copied = context.name in _COPIED
        if self._copied:
            self._copy = container.add_stream_from_template(source)
        else:
            self._copy = container.add_stream("aac", rate=context.sample_rate, layout=context.layout.name)

    def copy_until(self, time_s: float) -> None:
        """Copy audio up to a time of the video, seconds."""
        while not self._over and self._reached_s < time_s:
            try:
                packet = next(self._packets)
                if packet.dts is None:  # the end
                    self._over = True
                elif self._copied:
                    self._take(packet)
                else:
                    for frame in packet.decode():
                        self._recode(frame)
            except StopIteration:
                self._over = True
            except av.error.InvalidDataError:  # skip a damaged packet
                continue
            except av.error.FFmpegError:
                self._over = True

    def finish(self) -> None:
        """Copy the rest."""
        self.copy_until(float("inf"))
        if not self._copied:
            self._container.mux(self._copy.encode(None))

    def _take(self, packet: av.Packet[AudioStream]) -> None:
        base = packet.time_base
        shift = round(self._shift_s / base)
        assert packet.dts is not None
        self._reached_s = float((packet.dts - shift) * base)
        packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift
        packet.stream = self._copy
        self._container.mux(packet)

    def _recode(self, frame: AudioFrame) -> None:
        if frame.pts is not None and frame.time_base is not None:
            frame.pts -= round(self._shift_s / frame.time_base)
            self._reached_s = float(frame.pts * frame.time_base)
        self._container.mux(self._copy.encode(frame))


def open_sound(original: InputContainer, container: OutputContainer, shift_s: float) -> Sound | None:
    """Start copying the first readable audio stream; None if there is none.

    Args:
        original: the video, opened for this purpose only.
        container: the copy, with its video stream already added.
        shift_s: time of the video that is 0 in the copy.
    """
    for source in original.streams.audio:
        if source.codec_context is not None:
            return Sound(original, container, source, shift_s)
    return None
