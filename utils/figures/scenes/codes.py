"""Codes in the plane, each written as the label of what it stands for."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from utils.figures.canvas import finish, panel
from utils.figures.given import as_arrows, as_points, bounds_around, one_each
from utils.figures.theme import SERIES, edge, mix, styled

# Ten digits need more than the six of `SERIES`, none of them too pale to read.
SHADES = [
    edge(shade, 4.5) for shade in (*SERIES, "#117733", "#CC6677", "#5B8DB8", "#663300")
]


@styled
def codes_2d(
    codes,
    labels,
    *,
    spreads=None,
    names: tuple[str, str] = ("first number of the code", "second number of the code"),
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Writes each label where its code lies; the same label, the same color.

    Where a label would cover one that stands already, its code is a dot.

    Args:
        codes: points (n, 2).
        labels: one short text or number per code.
        spreads: (n, 2), how wide the cloud of each code is along both axes, as one
            standard deviation; by default codes are points.
        names: what the axes show.
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
    shades = [SHADES[kinds[label] % len(SHADES)] for label in labels]
    low = high = codes
    if spreads is not None:
        spreads = as_arrows(spreads, codes, "spreads")
        low, high = codes - spreads, codes + spreads
        _draw_clouds(ax, codes, spreads, shades)
    written = _apart(codes, 0.022 * np.ptp(codes, axis=0))
    ax.scatter(*codes[~written].T, s=5, c=[shades[i] for i in np.flatnonzero(~written)])
    for i in np.flatnonzero(written):
        ax.text(
            *codes[i], labels[i], color=shades[i], fontsize=8.5, fontweight="bold",
            ha="center", va="center", clip_on=True,
        )  # fmt: skip
    ax.set(
        xlim=bounds_around(low[:, 0], high[:, 0], margin=0.05),
        ylim=bounds_around(low[:, 1], high[:, 1], margin=0.05),
        xlabel=names[0],
        ylabel=names[1],
    )
    return finish(ax, title, alone)


def _apart(codes, room) -> np.ndarray:
    """Which codes have none of those chosen before them within `room`."""
    chosen = np.zeros(len(codes), bool)
    for i, code in enumerate(codes):
        chosen[i] = not np.any(np.all(abs(codes[chosen] - code) < room, axis=1))
    return chosen


def _draw_clouds(ax: Axes, codes, spreads, shades) -> None:
    for code, spread, shade in zip(codes, spreads, shades, strict=True):
        face = {"facecolor": (*mix(shade, 0.2), 0.25), "edgecolor": mix(shade, 0.3)}
        ax.add_patch(Ellipse(code, *(2 * spread), linewidth=0.8, **face))
