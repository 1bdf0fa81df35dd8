"""Likelihoods of pictures as everybody states them: bits per pixel and color."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, pictures


def dequantized(images, seed: int, levels: int = 256) -> np.ndarray:
    """Fills the interval of each level evenly: uniform dequantization.

    x = 2·(k + u)/levels − 1, with k the level, 0, …, levels − 1, and u even in [0, 1).
    A density may be infinite at single levels, and then says nothing; over the
    intervals it bounds the probability of the levels.

    Args:
        images: `(n, height, width, channels)` in [-1, 1], in so many even levels.
        seed: int, for u.
        levels: at least 2.

    Returns:
        float32 of the same shape, in [-1, 1].

    Raises:
        ValueError: for other shapes or values outside [-1, 1].

    Source: Theis, van den Oord and Bethge (2016), section 3.1.
    """
    integer(levels, "levels", least=2)
    images = pictures(to_numpy(images, "The pictures"))
    places = np.round((images + 1) / 2 * (levels - 1))
    fill = np.random.default_rng(seed).random(images.shape)
    return np.minimum(2 * (places + fill) / levels - 1, 1).astype("float32")


def bits_per_dimension(nats, dimensions: int, levels: int = 256) -> np.ndarray:
    """Returns the bits that each number of a picture takes: −log₂ P(picture) / d.

    P is at least the density over the interval of each level, 2/levels wide in [-1, 1];
    so this is log₂(levels/2) − nats/(d·log 2), an upper bound.

    Args:
        nats: log-densities of dequantized pictures in [-1, 1], `(n,)`.
        dimensions: d, height · width · channels.
        levels: as in `dequantized`.

    Raises:
        ValueError: if an argument is out of range.
    """
    integer(dimensions, "dimensions")
    integer(levels, "levels", least=2)
    nats = finite(to_numpy(nats, "The log-densities"), "The log-densities")
    return np.log2(levels / 2) - nats / (dimensions * np.log(2))
