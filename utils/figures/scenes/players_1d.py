"""The two-player panel on a line: the data, what G makes of them, what D thinks of it.

D is a *probability* of being real.  The arrows on the generated points say where G is
told to move them: minus the gradient of G's loss by each point.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from utils.figures.canvas import TICKS, finish, panel, roominess
from utils.figures.given import (
    Bounds1D,
    as_arrows,
    as_bounds_1d,
    as_line,
    as_probabilities,
    bounds_around,
    evaluate_1d,
    refuse_values_without_bounds,
)
from utils.figures.scenes.arrows import arrow_key, quiver_look, scale_and_label
from utils.figures.scenes.densities import smooth_density
from utils.figures.theme import COLORS, DASHED, MUTED, mix, styled

PEAK = 0.62  # height of the real density on the scale of D
RUG = {"real": -0.05, "generated": -0.11}  # where the points stand under the axis
LANES = (-0.18, -0.23, -0.28, -0.33, -0.38)  # arrows in five lanes, so they do not meet


@styled
def two_players_1d(
    real,
    generated,
    discriminator=None,
    *,
    arrows=None,
    densities: tuple[Callable, Callable] | None = None,
    bounds: Bounds1D | None = None,
    arrow_scale: float | None = None,
    max_arrows: int | None = None,
    max_points: int = 80,
    name: str = "generated",
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws both players on a line: two bumps, D's curve, and where G is told to go.

    Args:
        real, generated: points (n,) or (n, 1).
        discriminator: D as probabilities; a function of a column (n, 1), or its values
            on an even grid over `bounds` (see `evaluate_1d`); None leaves D out.
        arrows: one number per generated point, minus the gradient of G's loss by it.
        densities: the exact densities of real and generated data, functions of an array
            (n,); with them the dashed curve p / (p + q) is the best D there is.
            Without them the bumps are smoothed from the points.
        bounds: the part of the line shown; by default all points and a margin.
        arrow_scale: length on the axis of an arrow of size 1. By default the longest
            takes a tenth of the axis (a vanished one does not) and the legend says how
            long it is; give one scale (see `common_arrow_scale`) to compare panels.
        max_arrows: how many arrows are drawn, evenly chosen from left to right; by
            default as many as the panel has room for.
        max_points: how many points of each kind stand under the axis, chosen likewise.
        name: what the legend calls the generated points, such as "negative samples".
        title: the finding.
        ax: axes to draw on; by default a new figure with a legend.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, a value is not finite, D leaves [0, 1], or
            D is an array and `bounds` are missing.

    Source: after figure 1 of Goodfellow et al. (2014).
    """
    real, generated = as_line(real, "real"), as_line(generated, "generated")
    vectors = None if arrows is None else as_arrows(arrows, generated)
    if bounds is None:
        refuse_values_without_bounds(discriminator)
        bounds = bounds_around(real, generated)
    bounds = as_bounds_1d(bounds)
    d_values = _discriminator_1d(discriminator, bounds)
    p, q, scale = _bumps(real, generated, densities, bounds)

    ax, alone = panel(ax, 7.2, 4.3)
    _dress_1d(ax, bounds, -0.16 if vectors is None else -0.43)
    grid = np.linspace(*bounds, len(p))
    _draw_bump(ax, grid, p * scale, "real", "real data, p(x)")
    _draw_bump(ax, grid, q * scale, "generated", f"{name}, q(x)")
    if densities is not None:
        best = np.divide(p, p + q, out=np.full_like(p, np.nan), where=p + q > 0)
        look = {"color": COLORS["exact"], "linewidth": 1.5, "linestyle": DASHED}
        ax.plot(grid, best, label="best D, p / (p + q)", zorder=4, **look)
    if d_values is not None:
        look = {
            "color": COLORS["discriminator"],
            "linewidth": 1.6 + 1.2 * roominess(ax),
        }
        places = np.linspace(*bounds, len(d_values))
        ax.plot(places, d_values, label="D(x)", zorder=5, **look)
    _draw_points_1d(ax, real, generated, max_points)
    if vectors is not None:
        _draw_arrows_1d(ax, generated, vectors, bounds, arrow_scale, max_arrows)
    if alone:
        _add_density_axis(ax, scale)
    return finish(ax, title, alone)


def _discriminator_1d(discriminator, bounds: Bounds1D) -> np.ndarray | None:
    if discriminator is None:
        return None
    if callable(discriminator):
        return as_probabilities(evaluate_1d(discriminator, bounds))
    values = as_line(as_probabilities(discriminator), "discriminator")
    if len(values) < 2:
        raise ValueError("the discriminator has one value: give at least two.")
    return values


def _bumps(real, generated, densities, bounds):
    """Returns both densities on a grid, and what fits them to the scale of D."""
    grid = np.linspace(*bounds, 401)
    if densities is None:
        p = smooth_density(real, grid)
        q = smooth_density(generated, grid)
    else:
        p = as_line(densities[0](grid), "the density of real data")
        q = as_line(densities[1](grid), "the density of generated data")
    return p, q, PEAK / max(p.max(), 0.01 * q.max(), 1e-12)


def _dress_1d(ax: Axes, bounds: Bounds1D, low: float) -> None:
    ax.grid(False)
    ax.set(xlim=bounds, ylim=(low, 1.06), yticks=[0, 0.5, 1])
    ax.set_xlabel("x")
    label = "D(x), probability of real" if roominess(ax) > 0.7 else "D(x)"
    ax.set_ylabel(label, y=_middle(ax))
    ax.axhline(0.5, color="#D5D5D5", linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
    ax.spines["left"].set_bounds(0, 1)


def _middle(ax: Axes) -> float:
    """Where labels stand: at the middle of what lies above the points."""
    low, high = ax.get_ylim()
    return (high / 2 - low) / (high - low)


def _add_density_axis(ax: Axes, scale: float) -> None:
    axis = ax.secondary_yaxis(
        "right", functions=(lambda y: y / scale, lambda y: y * scale)
    )
    peak = PEAK / scale
    axis.set_ylabel("density p(x), q(x)", y=_middle(ax))
    ticks = MaxNLocator(4).tick_values(0, peak)
    axis.set_yticks(ticks[ticks <= 1.02 * peak])
    axis.tick_params(**TICKS)
    axis.spines["right"].set_visible(False)


def _draw_bump(ax: Axes, grid, height, role: str, label: str) -> None:
    face = (*mix(COLORS[role], 0.1), 0.28)
    look = {"facecolor": face, "edgecolor": COLORS[role], "linewidth": 1.4}
    ax.fill_between(grid, height, label=label, zorder=2, **look)


def _chosen(points: np.ndarray, count: int) -> np.ndarray:
    """Returns the indices of at most `count` points, evenly chosen by their order."""
    order = np.argsort(points, kind="stable")
    places = np.linspace(0, len(points) - 1, min(count, len(points)))
    return order[np.round(places).astype(int)]


def _draw_points_1d(ax: Axes, real, generated, max_points: int) -> None:
    for role, points in (("real", real), ("generated", generated)):
        shown = points[_chosen(points, max_points)]
        ax.plot(
            shown, np.full(len(shown), RUG[role]), "|", markersize=8 * roominess(ax),
            markeredgewidth=1.2, color=mix(COLORS[role], 0.15), zorder=3,
        )  # fmt: skip


def _draw_arrows_1d(ax, generated, vectors, bounds, arrow_scale, max_arrows) -> None:
    scale, label = scale_and_label(vectors, bounds, arrow_scale)
    room = roominess(ax)
    chosen = _chosen(generated, int(20 * room) if max_arrows is None else max_arrows)
    starts, lanes = generated[chosen], np.resize(LANES, len(chosen))
    lengths, flat = vectors[chosen] * scale, np.zeros(len(chosen))
    ax.quiver(starts, lanes, lengths, flat, **quiver_look(room), zorder=5)
    look = {"color": COLORS["generated"], "edgecolors": "white", "linewidths": 0.5}
    ax.scatter(starts, lanes, s=18 * room**0.5, zorder=6, **look)
    arrow_key(ax, label)
