"""The two-player panel in the plane: the data, what G makes of them, what D thinks.

D is a *probability* of being real.  The arrows on the generated points say where G is
told to move them: minus the gradient of G's loss by each point.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import finish, panel, roominess, settle
from utils.figures.given import (
    Bounds1D,
    Bounds2D,
    as_arrows,
    as_bounds_2d,
    as_points,
    as_probabilities,
    bounds_around,
    evaluate_2d,
    refuse_values_without_bounds,
)
from utils.figures.scenes.arrows import arrow_key, quiver_look, scale_and_label
from utils.figures.theme import COLORS, DIVERGING, INK, styled


@styled
def two_players_2d(
    real,
    generated,
    discriminator=None,
    *,
    arrows=None,
    bounds: Bounds1D | Bounds2D | None = None,
    arrow_scale: float | None = None,
    max_arrows: int | None = None,
    name: str = "generated",
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws both players in the plane: D as a heat map, the points, and their arrows.

    Where D says real the plane is blue, where it says generated it is orange, and it is
    white where D cannot tell; a line marks D = 1/2.

    Args:
        real, generated: points (n, 2).
        discriminator: D as probabilities; a function of points (n, 2), or its values
            (rows, columns) on an even grid over `bounds` (see `evaluate_2d`); None
            leaves D out.
        arrows: one vector per generated point, minus the gradient of G's loss by it.
        bounds: `(low, high)` for both axes, or `((low, high), (low, high))`; by default
            all points and a margin.
        arrow_scale: length on the axes of an arrow of size 1; as in `two_players_1d`.
        max_arrows: how many arrows are drawn, on the first generated points; by default
            as many as the panel has room for.
        name: what the legend calls the generated points, such as "negative samples".
        title: the finding.
        ax: axes to draw on; by default a new figure with legend and color bar.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, a value is not finite, D leaves [0, 1], or
            D is an array and `bounds` are missing.

    Source: after GAN Lab, Kahng et al. (2019).
    """
    real, generated = as_points(real, "real"), as_points(generated, "generated")
    vectors = None if arrows is None else as_arrows(arrows, generated)
    if bounds is None:
        refuse_values_without_bounds(discriminator)
        bounds = bounds_around(real, generated)
    bounds = as_bounds_2d(bounds)
    d_values = _discriminator_2d(discriminator, bounds)

    ax, alone = panel(ax, 6.4, 5.6)
    ax.grid(False)
    ax.set(xlim=bounds[0], ylim=bounds[1], aspect="equal", xlabel="x₁", ylabel="x₂")
    image = None if d_values is None else _draw_heat_map(ax, d_values, bounds)
    _draw_points_2d(ax, real, generated, name)
    if vectors is not None:
        _draw_arrows_2d(ax, generated, vectors, bounds, arrow_scale, max_arrows)
    if image is not None:
        ax.plot([], [], color=COLORS["discriminator"], linewidth=1.6, label="D = ½")
    if alone and image is not None:
        _add_color_bar(ax, image)
    figure = finish(ax, title, alone)
    if alone:
        settle(figure)
    return figure


def _discriminator_2d(discriminator, bounds: Bounds2D) -> np.ndarray | None:
    if discriminator is None:
        return None
    if callable(discriminator):
        return as_probabilities(evaluate_2d(discriminator, bounds))
    values = as_probabilities(discriminator)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ValueError(
            f"the discriminator's values have shape {values.shape}: expected (rows, "
            "columns) over the bounds, at least 2 by 2."
        )
    return values


def _draw_heat_map(ax: Axes, values: np.ndarray, bounds: Bounds2D):
    rows, columns = values.shape
    x, y = np.linspace(*bounds[0], columns), np.linspace(*bounds[1], rows)
    dx, dy = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    told = f"D from {values.min():.2g} to {values.max():.2g}"
    image = ax.imshow(
        values, label=told,
        extent=(x[0] - dx, x[-1] + dx, y[0] - dy, y[-1] + dy), origin="lower",
        cmap=DIVERGING, vmin=0, vmax=1, interpolation="bilinear", aspect="equal",
        zorder=0,
    )  # fmt: skip
    if values.min() < 0.5 < values.max():
        look = {"colors": [COLORS["discriminator"]], "linewidths": 1.6, "zorder": 1}
        ax.contour(x, y, values, levels=[0.5], **look)
    return image


def _draw_points_2d(ax: Axes, real, generated, name: str) -> None:
    room = roominess(ax)
    ax.scatter(
        *real.T, s=26 * room, facecolors="white", edgecolors=COLORS["real"],
        linewidths=1.1 * room, alpha=0.85, label="real data", zorder=2,
    )  # fmt: skip
    ax.scatter(
        *generated.T, s=18 * room, color=COLORS["generated"], edgecolors="white",
        linewidths=0.5 * room, label=name, zorder=4,
    )  # fmt: skip


def _draw_arrows_2d(ax, generated, vectors, bounds, arrow_scale, max_arrows) -> None:
    scale, label = scale_and_label(vectors, bounds, arrow_scale)
    room = roominess(ax)
    count = int(80 * room) if max_arrows is None else max_arrows
    starts, ways = generated[:count].T, scale * vectors[:count].T
    ax.quiver(*starts, *ways, **quiver_look(room), zorder=3)
    arrow_key(ax, label)


def _add_color_bar(ax: Axes, image) -> None:
    bar = ax.figure.colorbar(image, ax=ax, ticks=[0, 0.5, 1], shrink=0.72, aspect=26)
    bar.set_label("D(x), probability of real")
    bar.ax.set_yticklabels(["0", "½", "1"])
    bar.ax.tick_params(labelsize=9.5, length=0, labelcolor=INK)
    bar.outline.set_visible(False)
