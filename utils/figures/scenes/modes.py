"""Modes found and missed, and how well the samples hit them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

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
    as_bounds_2d,
    as_finite,
    as_points,
    bounds_around,
)
from utils.figures.theme import COLORS, INK, MUTED, mix, styled

REACH = 6.0  # the close-up shows this many standard deviations each way


@styled
def modes_2d(
    samples,
    means,
    std,
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
        std: standard deviation of the modes, one number or (k,).
        sigmas: radius of high quality, in standard deviations.
        bounds: `(low, high)` for both axes, or two such pairs; by default all samples
            and modes, and a margin.
        title: the finding.
        ax: axes to draw the modes on, without the close-up; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if a shape does not fit, a value is not finite, or a standard
            deviation or `sigmas` is not positive.

    Source: the rule of Lin et al. (2018), PacGAN, section 4.1.
    """
    samples, means = as_points(samples, "samples"), as_points(means, "means")
    std = _check_std(std, means, sigmas)
    nearest, offsets = _offsets(samples, means, std)
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


def _check_std(std, means: np.ndarray, sigmas: float) -> np.ndarray:
    std = as_finite(std, "std").reshape(-1)
    if len(std) not in (1, len(means)) or std.min() <= 0 or not sigmas > 0:
        raise ValueError(
            f"std is {std} and sigmas {sigmas} for {len(means)} modes: give one "
            "positive std, or one a mode, and a positive number of sigmas."
        )
    return np.broadcast_to(std, len(means))


def _offsets(samples, means, std) -> tuple[np.ndarray, np.ndarray]:
    """Returns each sample's nearest mode, and its way from there in units of std."""
    distances = np.linalg.norm(samples[:, None] - means[None], axis=-1)
    nearest = distances.argmin(axis=1)
    return nearest, (samples - means[nearest]) / std[nearest, None]


def _draw_modes(ax: Axes, samples, means, good, found, bounds: Bounds2D) -> None:
    dress(ax)
    ax.grid(False)
    room = roominess(ax)
    _draw_samples(ax, samples, good, 12 * room)
    ax.scatter(
        *means[found].T,
        s=210 * room,
        facecolors="none",
        edgecolors=COLORS["real"],
        linewidths=1.8,
        label="mode found",
        zorder=4,
    )
    ax.scatter(
        *means[~found].T,
        s=110 * room,
        marker="x",
        color=INK,
        linewidths=1.6,
        label="mode missed",
        zorder=4,
    )
    ax.set(xlim=bounds[0], ylim=bounds[1], aspect="equal", xlabel="x₁", ylabel="x₂")


def _draw_samples(ax: Axes, points, good, size: float) -> None:
    ax.scatter(
        *points[~good].T,
        s=size,
        color=mix(COLORS["generated"], 0.55),
        linewidths=0,
        label="generated, too far out",
        zorder=2,
    )
    ax.scatter(
        *points[good].T,
        s=size,
        color=COLORS["generated"],
        linewidths=0,
        label="generated, high quality",
        zorder=3,
    )


def _draw_close_up(ax: Axes, offsets, good, sigmas: float) -> None:
    ax.grid(False)
    _draw_samples(ax, offsets, good, 6)
    rim = {"edgecolor": COLORS["real"], "linewidth": 1.6, "zorder": 4}
    ax.add_patch(Circle((0, 0), sigmas, fill=False, **rim))
    ax.annotate(
        f"{sigmas:g} σ",
        (0, sigmas),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        color=COLORS["real"],
        zorder=5,
    )
    reach = max(REACH, 2 * sigmas)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set(xlabel="offset from the nearest mode (σ)", ylabel="offset (σ)")
    outside = np.mean(np.abs(offsets).max(axis=1) > reach)
    if outside:
        ax.text(
            0.98,
            0.02,
            f"{outside:.1%} beyond this square",
            transform=ax.transAxes,
            ha="right",
            fontsize=9,
            color=MUTED,
        )
