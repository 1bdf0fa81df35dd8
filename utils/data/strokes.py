"""One straight stroke of a pen on a small canvas: pictures whose causes are known."""

from typing import NamedTuple

import numpy as np

from utils.core.validation import integer, numeric

#: Where the causes of a stroke lie: its middle (pixels from the center of the canvas,
#: to the right and down), its direction (radians), half its length (pixels).
RANGES = {
    "right": (-3.0, 3.0),
    "down": (-3.0, 3.0),
    "angle": (0.0, np.pi),
    "half_length": (1.5, 4.5),
}
PEN = 1.0  # half the width of the pen, in pixels


class Strokes(NamedTuple):
    """Pictures `(n, size, size, 1)`, float32 in [-1, 1], and causes `(n, 4)`."""

    pictures: np.ndarray
    causes: np.ndarray


def sample_strokes(n: int, seed: int = 0, size: int = 16) -> Strokes:
    """Draws strokes with random causes, each uniform in its range.

    Args:
        n: how many, at least 1.
        seed: int; the same seed gives the same strokes.
        size: width and height of the canvas in pixels, at least 8.

    Returns:
        The pictures and their causes.

    Raises:
        ValueError: if n or size is too small.
    """
    n = integer(n, "n")
    low, high = np.array(list(RANGES.values())).T
    causes = np.random.default_rng(seed).uniform(low, high, (n, 4))
    return Strokes(draw_strokes(causes, size), causes.astype("float32"))


def draw_strokes(causes, size: int = 16) -> np.ndarray:
    """Draws the strokes with these causes, white on black, with soft edges.

    A pixel's brightness follows from its distance to the line: white within the pen,
    and black from one pixel further out.

    Args:
        causes: `(n, 4)`, see `RANGES`; other values are drawn as well.
        size: width and height of the canvas in pixels, at least 8.

    Returns:
        Pictures `(n, size, size, 1)`, float32 in [-1, 1].

    Raises:
        ValueError: if the causes have another shape, or the canvas is too small.
    """
    causes = numeric(causes, "The causes").astype("float64")
    if causes.ndim != 2 or causes.shape[1] != len(RANGES):
        raise ValueError(
            f"The causes have shape {causes.shape}, but must have (n, 4), one row a "
            f"stroke: {', '.join(RANGES)}."
        )
    size = integer(size, "size", least=8)
    middle, angle, half_length = causes[:, :2], causes[:, 2], causes[:, 3:]
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    axis = np.arange(size) - (size - 1) / 2
    pixels = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(1, -1, 2)
    offset = pixels - middle[:, None]
    along = np.einsum("npd,nd->np", offset, direction)
    along = np.clip(along, -half_length, half_length)
    distance = np.linalg.norm(offset - along[..., None] * direction[:, None], axis=-1)
    ink = np.clip(PEN + 0.5 - distance, 0, 1)
    return (2 * ink - 1).reshape(-1, size, size, 1).astype("float32")
