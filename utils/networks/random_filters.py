"""Filters for a first layer that nobody has trained: plain noise, or short waves."""

import numpy as np

from utils.core.validation import integer


def random_filters(count, size, channels, seed):
    """Draws filters of Gaussian noise, each with mean 0 and norm 1.

    With mean 0 over all its weights a filter says nothing about an even gray, and
    something about edges and colors.

    Args:
        count: filters, 1 or more.
        size: pixels a side.
        channels: of the picture.
        seed: int.

    Returns:
        float32 `(size, size, channels, count)`.
    """
    rng = np.random.default_rng(seed)
    filters = rng.normal(size=(size, size, channels, count))
    filters -= filters.mean(axis=(0, 1, 2))
    filters /= np.sqrt(np.square(filters).sum(axis=(0, 1, 2)))
    return filters.astype("float32")


def random_waves(count, size, channels, seed):
    """Draws short waves of random direction, length, phase and color, of norm 1.

    A wave cos(2π·u/λ + φ) under a Gaussian window, the longer along its crests: where
    noise answers to any grain, a wave answers to a stroke that runs its way. Each has
    mean 0 in each channel.

    Args:
        count: filters, 1 or more.
        size: pixels a side, 3 or more.
        channels: of the picture.
        seed: int.

    Returns:
        float32 `(size, size, channels, count)`.

    Raises:
        ValueError: if a wave has no room.

    Source: Daugman (1985), Gabor's functions in two dimensions.
    """
    integer(size, "size", least=3)  # less holds no wave
    rng = np.random.default_rng(seed)
    angle, phase = rng.uniform(0, 2 * np.pi, (2, count))
    length = rng.uniform(3, size, count)
    color = rng.normal(0.7, 0.5, (channels, count))
    down, right = np.indices((size, size))[..., None] - size // 2
    across = right * np.cos(angle) + down * np.sin(angle)
    along = right * np.sin(angle) - down * np.cos(angle)
    window = np.exp(-(across**2 + 0.5 * along**2) / (2 * (size / 4.5) ** 2))
    waves = window * np.cos(2 * np.pi * across / length + phase)
    waves -= waves.mean(axis=(0, 1))
    filters = waves[:, :, None] * color
    filters /= np.sqrt(np.square(filters).sum(axis=(0, 1, 2)))
    return filters.astype("float32")
