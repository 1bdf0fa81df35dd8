"""Pictures of whole gray levels as pictures of real numbers, for densities."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import integer, pictures


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
