"""Modes found and missed, and how well the samples hit them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from utils.core.arrays import to_numpy
from utils.core.validation import number
from utils.figures.canvas import (
    dress,
    new_figure,
    roominess,
    set_title,
    settle,
    shared_legend,
)
from utils.figures.given import (
    Bounds1D,
    Bounds2D,
    as_arrows,
    as_bounds_2d,
    as_points,
    bounds_around,
)
from utils.figures.theme import COLORS, INK, MUTED, mix, styled

REACH = 6.0  # the close-up shows this many standard deviations each way


@styled
def modes_2d(
    samples,
    means,
    nearest,
    offsets,
    *,
    sigmas: float = 3.0,
    bounds: Bounds1D | Bounds2D | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws which modes the samples hit, and beside it how they lie around a mode.

    A sample is of high quality within `sigmas` standard deviations of its nearest mode;
    a mode is found with at least one such sample.  The close-up lays all modes over
    each other, in units of the standard deviation: a perfect sampler fills the circle
    of 3 evenly around and leaves 1.1 % outside.

    Args:
        samples: generated points (n, 2).
        means: centers of the modes (k, 2).
        nearest: (n,), the index of each sample's nearest mode, and
        offsets: (n, 2), its way from there in standard deviations, both as
            `GaussianMixture.nearest` returns them.
        sigmas: radius of high quality, in standard deviations.
        bounds: `(low, high)` for both axes, or two such pairs; by default all samples
            and modes, and a margin.
        title: the finding.
        ax: axes to draw the modes on, without the close-up; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, a value is not finite, `nearest` names
            no mode, or `sigmas` is not positive.

    Source: the rule of Lin et al. (2018), PacGAN, section 4.1.
    """
    samples, means = as_points(samples, "samples"), as_points(means, "means")
    offsets = as_arrows(offsets, samples, "offsets")
    nearest = _check_nearest(nearest, len(samples), len(means))
    sigmas = number(sigmas, "sigmas", above=0)
    good = np.linalg.norm(offsets, axis=1) <= sigmas
    found = np.isin(np.arange(len(means)), nearest[good])
    if bounds is None:
        bounds = bounds_around(means, samples)
    if ax is not None:
        _draw_modes(ax, samples, means, good, found, as_bounds_2d(bounds))
        if title:
            ax.set_title(title)
        return ax.figure
    figure, axes = new_figure(8.4, 4.5, 1, 2)
    _draw_modes(axes[0, 0], samples, means, good, found, as_bounds_2d(bounds))
    _draw_close_up(axes[0, 1], offsets, good, sigmas)
    axes[0, 0].set_title(f"{found.sum()} of {len(means)} modes found")
    axes[0, 1].set_title(f"{good.mean():.1%} within {sigmas:g} σ of a mode")
    shared_legend(figure, axes.flat)
    set_title(figure, title)
    settle(figure)
    return figure


def _check_nearest(nearest, samples: int, modes: int) -> np.ndarray:
    nearest = to_numpy(nearest, "nearest", "int64")
    if nearest.shape != (samples,) or not (0 <= nearest.min() <= nearest.max() < modes):
        raise ValueError(
            f"nearest has shape {nearest.shape} for {samples} samples: give each one "
            f"the index of its mode, 0 to {modes - 1}."
        )
    return nearest


def _draw_modes(ax: Axes, samples, means, good, found, bounds: Bounds2D) -> None:
    dress(ax)
    ax.grid(False)
    room = roominess(ax)
    _draw_samples(ax, samples, good, 12 * room)
    ax.scatter(
        *means[found].T, s=210 * room, facecolors="none", edgecolors=COLORS["real"],
        linewidths=1.8, label="mode found", zorder=4,
    )  # fmt: skip
    ax.scatter(
        *means[~found].T, s=110 * room, marker="x", color=INK, linewidths=1.6,
        label="mode missed", zorder=4,
    )  # fmt: skip
    ax.set(xlim=bounds[0], ylim=bounds[1], aspect="equal", xlabel="x₁", ylabel="x₂")


def _draw_samples(ax: Axes, points, good, size: float) -> None:
    kinds = (("too far out", ~good, 0.55, 2), ("high quality", good, 0.0, 3))
    for kind, chosen, white, order in kinds:
        ax.scatter(
            *points[chosen].T, s=size, color=mix(COLORS["generated"], white),
            linewidths=0, label=f"generated, {kind}", zorder=order,
        )  # fmt: skip


def _draw_close_up(ax: Axes, offsets, good, sigmas: float) -> None:
    ax.grid(False)
    _draw_samples(ax, offsets, good, 6)
    rim = {"edgecolor": COLORS["real"], "linewidth": 1.6, "zorder": 4}
    ax.add_patch(Circle((0, 0), sigmas, fill=False, **rim))
    ax.annotate(
        f"{sigmas:g} σ", (0, sigmas), xytext=(0, 3), textcoords="offset points",
        ha="center", color=COLORS["real"], zorder=5,
    )  # fmt: skip
    reach = max(REACH, 2 * sigmas)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set(xlabel="offset from the nearest mode (σ)", ylabel="offset (σ)")
    outside = np.mean(np.abs(offsets).max(axis=1) > reach)
    if outside:
        beyond = f"{outside:.1%} beyond this square"
        look = {"transform": ax.transAxes, "fontsize": 9, "color": MUTED}
        ax.text(0.98, 0.02, beyond, ha="right", **look)
