"""The arrows on the generated points: their length, their color, their legend."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from utils.core.validation import number
from utils.figures.given import Bounds1D, Bounds2D, as_bounds_2d, as_finite
from utils.figures.theme import COLORS, mix

#: Arrows belong to the generated points, so they are a darker shade of their color.
ARROW = mix(COLORS["generated"], 0.55, "black")
#: How many times as long an arrow may be drawn as it is.
MOST = 1e4


def common_arrow_scale(
    arrows: Sequence, bounds: Bounds1D | Bounds2D, share: float = 0.2
) -> float:
    """Finds one scale for the arrows of several panels, so that they compare.

    No arrow becomes more than 10,000 times as long: a gradient that has vanished shall
    look like it.

    Args:
        arrows: one array of arrows, (n,), (n, 1) or (n, 2), for each panel.
        bounds: the bounds of the panels.
        share: the part of the axis the longest arrow takes.

    Returns:
        The `arrow_scale` of the two-player panels; 0 when every arrow is zero.

    Raises:
        ValueError: if an arrow is not finite or the bounds are not ascending.
    """
    arrays = [as_finite(each, "arrows") for each in arrows]
    if not arrays:
        raise ValueError("there are no arrows to scale: give one array per panel.")
    longest = max(_lengths(array).max() for array in arrays)
    low, high = as_bounds_2d(bounds)[0]
    if longest == 0:
        return 0.0
    return float(min(share * (high - low) / longest, MOST))


def scale_and_label(vectors, bounds, arrow_scale) -> tuple[float, str]:
    """Returns the length of a unit arrow, and what the legend says of the arrows."""
    if arrow_scale is not None:
        return number(arrow_scale, "arrow_scale", least=0), "where G moves"
    label = f"where G moves (longest {_lengths(vectors).max():.2g})"
    return common_arrow_scale([vectors], bounds, share=0.1), label


def _lengths(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors.reshape(len(vectors), -1), axis=1)


def quiver_look(room: float) -> dict:
    """Returns how arrows are drawn: in units of the axes, finer in a small panel."""
    return {
        "angles": "xy",
        "scale_units": "xy",
        "scale": 1,
        "units": "inches",
        "width": 0.0135 * room**0.5,
        "headwidth": 4.6 * room**0.25,
        "headlength": 5.0 * room**0.25,
        "headaxislength": 4.6 * room**0.25,
        "minlength": 0.6,
        "color": ARROW,
    }


def arrow_key(ax: Axes, label: str) -> None:
    """Adds an arrow to the legend."""
    ax.plot(
        [], [], linestyle="none", marker=r"$\longrightarrow$", markersize=17,
        markeredgewidth=0.3, color=ARROW, label=label,
    )  # fmt: skip
