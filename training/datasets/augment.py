"""Degradations of published images, applied identically to both members of a pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from detector.types import Pixels

Change = Callable[[Pixels], Pixels]


def colour_shift(pixels: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    """Random shift of the channels, of hue, saturation and value, of brightness and contrast, or of gamma.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        strength: 1.0 shifts channels by up to 20, hue by 9 degrees, saturation by a third, contrast by 0.2,
            gamma by a factor of 1.4.
    """
    return _draw_colour_shift(rng, strength)(pixels)


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Encode as JPEG and decode; quality 1 to 100 as in libjpeg."""
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return _u8(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1])


def h264(pixels: Pixels, crf: int, shift_px: int = 1) -> Pixels:
    """Encode as the second frame of a moving H.264 video and decode it.

    Args:
        pixels: uint8 (height, width, 3), RGB, both sides even.
        crf: x264's constant rate factor: 23 is its default, 40 is FaceForensics++' low quality.
        shift_px: how far the image moves sideways between the frames.
    """
    height, width = pixels.shape[:2]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {
        "crf": str(crf),
        "preset": "veryfast",
        "tune": "zerolatency",
        "threads": "1",
        "x264-params": "log-level=none",
    }
    decoder = av.CodecContext.create("h264", "r")
    frames = []
    for number, moved in enumerate((np.roll(pixels, shift_px, 1), pixels)):
        # OpenCV converts several times faster than libswscale here.
        frame = av.VideoFrame.from_ndarray(_u8(cv2.cvtColor(moved, cv2.COLOR_RGB2YUV_I420)), format="yuv420p")
        frame.pts = number
        for packet in encoder.encode(frame):
            frames += decoder.decode(packet)
    for packet in encoder.encode(None):
        frames += decoder.decode(packet)
    frames += decoder.decode(None)
    return _u8(cv2.cvtColor(frames[-1].to_ndarray(), cv2.COLOR_YUV2RGB_I420))


def degrade_alike(members: Sequence[Pixels], rng: np.random.Generator, strength: float) -> list[Pixels]:
    """Degrade all members of a pair with the same parameters, so that quality does not reveal the label.

    Args:
        members: uint8 (size, size, 3) RGB crops of one size, an even number.
        strength: 0.0 changes nothing, 1.0 is the full range.
    """
    changes: list[Change] = []
    if rng.random() < 0.12 * strength:
        changes.append(_draw_distraction(rng))
    if rng.random() < 0.3 * strength:
        changes.append(_draw_colour_shift(rng, strength))
    if rng.random() < 0.4 * strength:
        changes.append(_draw_rescale(rng, strength))
    if rng.random() < 0.2 * strength:
        sigma = rng.uniform(0.3, 0.3 + 1.2 * strength)
        changes.append(lambda pixels: _u8(cv2.GaussianBlur(pixels, (0, 0), sigma)))
    if rng.random() < 0.2 * strength:
        changes.append(_draw_noise(rng, strength))
    if rng.random() < 0.05 * strength:
        changes.append(
            lambda pixels: _u8(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
        )
    if rng.random() < 0.4 * strength:
        crf, shift_px = int(rng.uniform(18, 18 + 24 * strength)), int(rng.integers(0, 3))
        changes.append(lambda pixels: h264(pixels, crf, shift_px))
    if rng.random() < 0.5 * strength:
        quality = int(rng.uniform(95 - 65 * strength, 95))
        changes.append(lambda pixels: jpeg(pixels, quality))
    done = []
    for pixels in members:
        for change in changes:
            pixels = change(pixels)
        done.append(pixels)
    return done


def _u8(pixels: np.ndarray) -> Pixels:
    return pixels.astype(np.uint8, copy=False)


def _draw_colour_shift(rng: np.random.Generator, strength: float) -> Change:
    kind = rng.integers(4)
    if kind == 0:
        shift = rng.uniform(-20, 20, 3) * strength
        return lambda pixels: _u8((pixels + shift).round().clip(0, 255))
    if kind == 1:
        hue = rng.uniform(-4.5, 4.5) * strength  # OpenCV counts hue in steps of two degrees
        saturation, value = 1 + rng.uniform(-0.33, 0.33) * strength, 1 + rng.uniform(-0.2, 0.2) * strength

        def shift_hsv(pixels: Pixels) -> Pixels:
            hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV).astype(np.float32)
            hsv[..., 0] = (hsv[..., 0] + hue) % 180
            hsv[..., 1:] = (hsv[..., 1:] * (saturation, value)).clip(0, 255)
            return _u8(cv2.cvtColor(_u8(hsv.round()), cv2.COLOR_HSV2RGB))

        return shift_hsv
    if kind == 2:
        gamma = 1.4 ** (rng.uniform(-1, 1) * strength)
        curve = (255 * (np.arange(256) / 255) ** gamma).round().astype(np.uint8)
        return lambda pixels: curve[pixels]
    contrast, brightness = 1 + rng.uniform(-0.2, 0.2) * strength, rng.uniform(-25, 25) * strength
    return lambda pixels: _u8(((pixels - 127.5) * contrast + 127.5 + brightness).round().clip(0, 255))


def _draw_rescale(rng: np.random.Generator, strength: float) -> Change:
    factor = rng.uniform(1 - 0.7 * strength, 1.0)

    def rescale(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        size = (max(16, round(width * factor)), max(16, round(height * factor)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        return _u8(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))

    return rescale


def _draw_noise(rng: np.random.Generator, strength: float) -> Change:
    sigma, seed = rng.uniform(1, 1 + 9 * strength), int(rng.integers(2**31))

    def add_noise(pixels: Pixels) -> Pixels:
        noise = np.random.default_rng(seed).standard_normal(pixels.shape, dtype=np.float32)
        return _u8((pixels + sigma * noise).round().clip(0, 255))

    return add_noise


def _draw_distraction(rng: np.random.Generator) -> Change:
    """Add text, a sticker, a hard shadow or skin smoothing: edges and softness that are not manipulation."""
    kind, seed = rng.integers(4), int(rng.integers(2**31))

    def distract(pixels: Pixels) -> Pixels:
        draw = np.random.default_rng(seed)
        height, width = pixels.shape[:2]
        colour = [int(value) for value in draw.integers(0, 256, 3)]
        x, y = int(draw.integers(-width // 4, width)), int(draw.integers(0, height))
        changed: NDArray[Any] = pixels.copy()
        if kind == 0:
            letters = "".join(chr(code) for code in draw.integers(65, 91, 8))
            scale = width / 160 * draw.uniform(0.4, 1.2)
            cv2.putText(changed, letters, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1 + int(scale > 0.7))
        elif kind == 1:
            axes = [int(draw.uniform(0.05, 0.2) * width) for _ in range(2)]
            cv2.ellipse(changed, (x, y), axes, draw.uniform(0, 180), 0, 360, colour, -1)
        elif kind == 2:
            corners = draw.uniform(-0.5, 1.5, (4, 2)) * (width, height)
            shade = np.ones((height, width), np.float32)
            hull = cv2.convexHull(corners.round().astype(np.int32))
            cv2.fillConvexPoly(shade, hull, float(draw.uniform(0.5, 0.85)))
            changed = (pixels * shade[..., None]).round()
        else:
            changed = cv2.bilateralFilter(pixels, 7, draw.uniform(15, 50), 3.0)
        return _u8(changed)

    return distract
