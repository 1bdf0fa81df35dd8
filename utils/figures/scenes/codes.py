"""Codes in the plane, each written as the label of what it stands for."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import dress, panel, title_panel
from utils.figures.given import as_points
from utils.figures.theme import SERIES, mix, styled

# Twelve that can be told apart: ten digits need more than the six of `SERIES`.
SHADES = (*SERIES, *(mix(shade, 0.4) for shade in SERIES))


@styled
def codes_2d(
    codes,
    labels,
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Writes each label where its code lies; the same label, the same color.

    Args:
        codes: points (n, 2).
        labels: one short text or number a code.
        title: the finding.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, or there are not as many labels as codes.
    """
    codes = as_points(codes, "codes")
    if len(labels) != len(codes):
        raise ValueError(
            f"{len(labels)} labels for {len(codes)} codes: give one label a code."
        )
    alone = ax is None
    _, ax = panel(ax, 5.2, 4.6)
    dress(ax)
    kinds = {kind: i for i, kind in enumerate(np.unique(labels))}
    for (x, y), label in zip(codes, np.asarray(labels), strict=True):
        shade = SHADES[kinds[label] % len(SHADES)]
        ax.text(
            x, y, str(label), color=shade, fontsize=8, ha="center", va="center",
            clip_on=True,
        )  # fmt: skip
    low, high = codes.min(axis=0), codes.max(axis=0)
    room = 0.05 * (high - low) + 1e-9
    ax.set(
        xlim=(low[0] - room[0], high[0] + room[0]),
        ylim=(low[1] - room[1], high[1] + room[1]),
        xlabel="first number of the code",
        ylabel="second number of the code",
    )
    title_panel(ax, title, alone=alone)
    return ax.figure
