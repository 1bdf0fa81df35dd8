"""Paintings that the course makes itself, so that style has something to copy."""

import difflib

import numpy as np

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
    if style not in STYLES:
        near = difflib.get_close_matches(str(style).lower(), STYLES, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"No style is called {style!r}: use {', '.join(map(repr, STYLES))}.{guess}"
        )
    if not isinstance(size, int | np.integer) or not 16 <= size <= LARGEST:
        raise ValueError(
            f"size was {size!r}, but must be a whole number of pixels from 16 to "
            f"{LARGEST}."
        )
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed was {seed!r}, but must be an integer, 0 or more.")
    twice = STYLES[style](2 * int(size), np.random.default_rng(seed))
    # Painted twice as large and averaged, so that no edge has stairs.
    picture = np.clip(twice, 0, 1).reshape(size, 2, size, 2, 3).mean(axis=(1, 3))
    return (2 * picture - 1).astype("float32")
