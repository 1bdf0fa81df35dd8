"""Paintings that the course makes itself, so that style has something to copy."""

import numpy as np

from utils.core.validation import integer, one_of
from utils.data.paintings import styles

#: The name of each way of painting, and what paints it.
STYLES = {
    "swirls": styles.swirls,
    "pointillism": styles.pointillism,
    "stained glass": styles.stained_glass,
    "hatching": styles.hatching,
    "color fields": styles.color_fields,
}
LARGEST = 1024


def painting(style: str, size: int, seed: int = 0) -> np.ndarray:
    """Paints a picture.

    One seed gives one painting: another size shows the same one, finer or coarser.

    Args:
        style: "swirls", "pointillism", "stained glass", "hatching" or "color fields".
        size: pixels a side, 16 to 1024.
        seed: int, 0 or more.

    Returns:
        float32 `(size, size, 3)`, pixels in [-1, 1].

    Raises:
        ValueError: for an unknown style, a size out of range, or a negative seed.

    Source: swirls after Cabral and Leedom (1993); the others are the course's own.
    """
    paint = STYLES[one_of(style, STYLES, "style")]
    size = integer(size, "size", 16, LARGEST)
    rng = np.random.default_rng(integer(seed, "seed", least=0))
    twice = paint(2 * size, rng)
    # Painted twice as large and averaged, so that no edge has stairs.
    picture = np.clip(twice, 0, 1).reshape(size, 2, size, 2, 3).mean(axis=(1, 3))
    return (2 * picture - 1).astype("float32")
