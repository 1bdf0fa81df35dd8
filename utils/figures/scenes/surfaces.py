"""A function of two numbers as a map of contour lines, with ways and places on it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from matplotlib.figure import Figure

from utils.figures.canvas import finish, panel
from utils.figures.curves import line_looks
from utils.figures.given import as_finite, as_line, as_points
from utils.figures.theme import INK, MUTED, styled

#: From white to a gray on which every color of the course can be seen.
HEIGHTS = LinearSegmentedColormap.from_list("heights", ["#FFFFFF", "#B9B9B9"])


@styled
def surface(
    x,
    y,
    values,
    *,
    xlabel: str,
    ylabel: str,
    paths: Mapping[str, object] | None = None,
    places: Mapping[str, tuple] | None = None,
    levels: int | Sequence[float] = 12,
    colors: Mapping[str, str] | None = None,
    values_label: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws a function of two numbers as contour lines; the higher, the darker.

    A label that names a meaning ("exact", "measured", ...) takes its color by itself.

    Args:
        x, y: where the function is known, ascending (columns,) and (rows,).
        values: (rows, columns), row i at y[i].
        xlabel, ylabel: what the axes show, with units.
        paths: `{label: points (steps, 2)}`, ways over the surface, with a dot at the
            start.
        places: `{label: (x, y)}`, marked with a cross.
        levels: how many contour lines, or their heights, ascending.
        colors: `{label: color}`, names of `COLORS` or colors.
        values_label: what the values are, with units; a scale of grays then says how
            high each line lies.
        title: the finding.
        ax: axes to draw on; by default a new figure with a legend.

    Returns:
        The figure.

    Raises:
        ValueError: if shapes do not fit, a value is not finite, or a color is unknown.
    """
    x, y, values = as_line(x, "x"), as_line(y, "y"), as_finite(values, "values")
    if values.shape != (len(y), len(x)):
        raise ValueError(
            f"the values have shape {values.shape} for {len(y)} y and {len(x)} x: "
            f"expected {(len(y), len(x))}, one row for each y."
        )
    ax, alone = panel(ax, 6.4, 4.4)
    ax.grid(False)
    if isinstance(levels, int):
        levels = np.linspace(values.min(), values.max(), levels + 2)[1:-1]
    # Equal steps of gray from line to line, however unevenly the lines are chosen.
    steps = BoundaryNorm(levels, HEIGHTS.N, extend="both")
    filled = ax.contourf(x, y, values, levels, cmap=HEIGHTS, norm=steps, extend="both")
    ax.contour(x, y, values, levels, colors=MUTED, linewidths=0.7, linestyles="solid")
    if values_label:
        scale = ax.figure.colorbar(filled, ax=ax, ticks=levels[::2], format="{x:.2f}")
        scale.set_label(values_label)
        scale.ax.tick_params(labelsize=9.5, length=0, labelcolor=INK)
    looks = line_looks([*(paths or {}), *(places or {})], colors or {})
    for label, points in (paths or {}).items():
        _draw_path(ax, label, as_points(points, label), looks[label]["color"])
    for label, place in (places or {}).items():
        ax.plot(
            *place, "x", label=label, color=looks[label]["color"], markersize=10,
            markeredgewidth=2.4, linestyle="none", zorder=4,
        )  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=x[[0, -1]], ylim=y[[0, -1]])
    return finish(ax, title, alone)


def _draw_path(ax: Axes, label: str, points: np.ndarray, shade: str) -> None:
    ax.plot(*points.T, color=shade, label=label, zorder=3)
    ax.plot(*points[0], "o", color=shade, markersize=6, zorder=3)
