"""The greatest of several functions, and a descent on it along the active branch."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import finish, panel
from utils.figures.curves import line_looks
from utils.figures.given import as_line
from utils.figures.theme import INK, styled


@styled
def maximum(
    x,
    branches: Mapping[str, object],
    *,
    path=None,
    xlabel: str = "θ",
    ylabel: str = "value",
    title: str | None = None,
    colors: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws functions thin, and the greatest of them thick in its branch's color.

    At every x the slope of max(f1, f2, ...) is the slope of the branch that is on top:
    so G may differentiate V(G, D*) with D* held fixed.

    Args:
        x: where the functions are known, ascending (n,).
        branches: `{label: values (n,)}`.
        path: the points a descent went through, in order (steps,); drawn on the
            maximum, numbered from 0.
        xlabel, ylabel: what the axes show.
        title: the finding.
        colors: `{label: color}`, names of `COLORS` or colors.
        ax: axes to draw on; by default a new figure with a legend.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no branches, lengths differ, or a value is not finite.

    Source: Danskin (1966), on the derivative of a maximum.
    """
    x = as_line(x, "x")
    if not branches:
        raise ValueError("there are no branches: give {label: values}.")
    values = {label: as_line(each, label) for label, each in branches.items()}
    for label, each in values.items():
        if each.shape != x.shape:
            raise ValueError(
                f"the branch {label!r} has {len(each)} values for {len(x)} places: "
                "give one per place."
            )
    ax, alone = panel(ax, 7.2, 3.8)
    _draw_branches(ax, x, values, line_looks(values, colors or {}))
    if path is not None:
        _draw_path(ax, x, values, as_line(path, "path"))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return finish(ax, title, alone)


def _draw_branches(ax: Axes, x, values: Mapping, looks: Mapping) -> None:
    top = np.stack(list(values.values()))
    active = top.argmax(axis=0)
    for index, (label, each) in enumerate(values.items()):
        ax.plot(x, each, linewidth=1.5, label=label, **looks[label])
        here = np.where(active == index, each, np.nan)
        ax.plot(x, here, color=looks[label]["color"], linewidth=7, alpha=0.35)


def _draw_path(ax: Axes, x, values: Mapping, path: np.ndarray) -> None:
    top = np.max(list(values.values()), axis=0)
    heights = np.interp(path, x, top)
    ax.plot(
        path, heights, "o-", color=INK, linewidth=1.0, markersize=5.5,
        markeredgecolor="white", label="descent", zorder=4,
    )  # fmt: skip
    for step in {0, len(path) - 1}:
        ax.annotate(
            f"step {step}",
            (path[step], heights[step]),
            xytext=(8, 6),
            textcoords="offset points",
            ha="left",
            fontsize=9.5,
        )
