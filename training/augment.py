"""What happens to pictures on their way to a viewer, applied alike to both members of a pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from detector.types import Pixels

Change = Callable[[Pixels], Pixels]


def colour_shift(pixels: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    """Random shift of the channels, of hue, saturation and value, or of brightness and contrast.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        rng: source of every choice.
        strength: 1.0 shifts channels by up to 20, hue by 9 degrees, saturation by a third, contrast by 0.2.
    """
    return _draw_colour_shift(rng, strength)(pixels)


def degrade_alike(members: Sequence[Pixels], rng: np.random.Generator, strength: float) -> list[Pixels]:
    """Degrade all members of a pair with the very same parameters, so that the quality of a picture says
    nothing about its label.

    Args:
        members: uint8 (size, size, 3) RGB crops of one size.
        rng: source of every choice.
        strength: 0.0 leaves the pictures alone, 1.0 is the full range.
    """
    changes: list[Change] = []
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
    if rng.random() < 0.6 * strength:
        changes.append(_draw_jpeg(rng, strength))
    done = []
    for pixels in members:
        for change in changes:
            pixels = change(pixels)
        done.append(pixels)
    return done


def _u8(pixels: np.ndarray) -> Pixels:
    return pixels.astype(np.uint8, copy=False)


def _draw_colour_shift(rng: np.random.Generator, strength: float) -> Change:
    kind = rng.integers(3)
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


def _draw_jpeg(rng: np.random.Generator, strength: float) -> Change:
    quality = int(rng.uniform(95 - 60 * strength, 95))

    def compress(pixels: Pixels) -> Pixels:
        _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return _u8(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])

    return compress
