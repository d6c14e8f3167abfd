"""Copy the audio of a video into an MP4: unchanged where MP4 allows its codec, else as AAC."""

from __future__ import annotations

from collections.abc import Iterator

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from detector.media.video_writer import can_resample

_COPIED = ("aac", "mp3", "ac3", "eac3", "opus", "alac")
_AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
"""Sample rates of AAC in Hz (ISO/IEC 14496-3, 1.6.3.4); others become 48,000."""


def copy_audio(original: InputContainer, container: OutputContainer, shift_s: float) -> Iterator[float]:
    """Copy the first readable audio stream, if any, and yield the time of the copy reached after each packet.

    Sound whose channels have no known places is left out.

    The first packet adds the stream to the copy, so it must be drawn before a video frame is written. Drawing the
    others in step with the frames keeps both from being buffered for long.

    Args:
        original: the video, opened for this purpose only.
        container: the copy, with its video stream already added.
        shift_s: time of the video that is 0 in the copy.
    """
    source = next((stream for stream in original.streams.audio if stream.codec_context is not None), None)
    if source is None:
        return
    is_copied = source.codec_context.name in _COPIED
    if is_copied:
        copy = container.add_stream_from_template(source)
    else:
        context = source.codec_context
        rate = context.sample_rate if context.sample_rate in _AAC_RATES else 48_000
        layout = "mono" if context.layout.nb_channels == 1 else "stereo"
        if not can_resample(context, rate, layout):
            return
        copy = container.add_stream("aac", rate=rate, layout=layout)
    packets = original.demux(source)
    while True:
        try:
            packet = next(packets)
            if packet.dts is None:  # the end
                break
            yield (_remux if is_copied else _recode)(packet, copy, container, shift_s)
        except av.error.InvalidDataError:  # skip a damaged packet
            continue
        except (StopIteration, av.error.FFmpegError):
            break
    if not is_copied:
        container.mux(copy.encode(None))


def _remux(packet: Packet[AudioStream], copy: AudioStream, container: OutputContainer, shift_s: float) -> float:
    shift = round(shift_s / packet.time_base)
    assert packet.dts is not None
    packet.dts -= shift
    if packet.pts is not None:
        packet.pts -= shift
    reached_s = float(packet.dts * packet.time_base)
    packet.stream = copy
    container.mux(packet)
    return reached_s


def _recode(packet: Packet[AudioStream], copy: AudioStream, container: OutputContainer, shift_s: float) -> float:
    reached_s = float("-inf")
    for frame in packet.decode():
        if frame.pts is not None and frame.time_base is not None:
            frame.pts -= round(shift_s / frame.time_base)
            reached_s = float(frame.pts * frame.time_base)
        container.mux(copy.encode(frame))
    return reached_s
