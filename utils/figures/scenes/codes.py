"""Codes in the plane, each written as the label of what it stands for."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import finish, panel
from utils.figures.given import as_points, bounds_around, one_each
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
        labels: one short text or number per code.
        title: the finding.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, or there are not as many labels as codes.
    """
    codes = as_points(codes, "codes")
    labels = one_each(labels, len(codes), "labels", "codes")
    ax, alone = panel(ax, 5.2, 4.6)
    kinds = {kind: i for i, kind in enumerate(np.unique(labels))}
    for (x, y), label in zip(codes, labels, strict=True):
        shade = SHADES[kinds[label] % len(SHADES)]
        ax.text(
            x, y, label, color=shade, fontsize=8, ha="center", va="center",
            clip_on=True,
        )  # fmt: skip
    ax.set(
        xlim=bounds_around(codes[:, 0], margin=0.05),
        ylim=bounds_around(codes[:, 1], margin=0.05),
        xlabel="first number of the code",
        ylabel="second number of the code",
    )
    return finish(ax, title, alone)
