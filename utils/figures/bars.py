"""Bars for amounts and histograms for distributions."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import finish, legend_above, panel
from utils.figures.curves import line_looks
from utils.figures.given import as_finite
from utils.figures.theme import INK, REFERENCE, color, edge, mix, styled


@styled
def bars(
    values: Mapping[str, object],
    *,
    ylabel: str,
    xlabel: str | None = None,
    title: str | None = None,
    colors: Mapping[str, str] | str = "measured",
    references: Mapping[str, float] | None = None,
    number_format: str | None = None,
    ylim: tuple | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws one bar per label; several seeds become their mean and a dot each.

    Args:
        values: `{label: number}` or `{label: (seeds,)}`.
        ylabel, xlabel: what the axes show, with units.
        title: the finding.
        colors: one color for all, or `{label: color}`; names of `COLORS` or colors.
        references: `{label: height}`, horizontal lines such as a ceiling.
        number_format: how the mean in a bar is written, such as `".2f"`; by default
            there is none.
        ylim: limits of the axis.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no bars, a value is not finite, or a color is unknown.
    """
    if not values:
        raise ValueError("there are no bars: give {label: number}.")
    seeds = {
        label: np.atleast_1d(as_finite(each, f"the bar {label}")).ravel()
        for label, each in values.items()
    }
    ax, alone = panel(ax, 7.2, 3.6)
    ax.grid(False, axis="x")
    for place, (label, each) in enumerate(seeds.items()):
        shade = colors if isinstance(colors, str) else colors.get(label, "measured")
        _draw_bar(ax, place, each, color(shade), number_format)
    for label, height in (references or {}).items():
        ax.axhline(height, label=label, **REFERENCE)
    legend_above(ax)
    ax.set_xticks(range(len(seeds)), seeds)
    ax.tick_params(axis="x", length=0)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.6, len(seeds) - 0.4))
    if ylim is not None:
        ax.set_ylim(ylim)
    return finish(ax, title, alone, legend=False)


def _draw_bar(ax: Axes, place: int, seeds, shade: str, number_format) -> None:
    look = {"color": mix(shade, 0.45), "edgecolor": edge(shade), "linewidth": 1.4}
    ax.bar(place, seeds.mean(), width=0.68, **look)
    if len(seeds) > 1:
        ax.plot(
            place + np.linspace(-0.16, 0.16, len(seeds)), seeds, "o", color=INK,
            markersize=4.5, markeredgecolor="white", markeredgewidth=0.6, zorder=3,
        )  # fmt: skip
    if number_format:
        ax.annotate(
            format(seeds.mean(), number_format), (place, 0), xytext=(0, 5),
            textcoords="offset points", ha="center", fontsize=10,
        )  # fmt: skip


@styled
def histograms(
    samples: Mapping[str, object],
    *,
    xlabel: str,
    ylabel: str = "share of the samples",
    bins: int = 30,
    bounds: tuple | None = None,
    title: str | None = None,
    colors: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws distributions over each other, such as D's answers to real and generated.

    Args:
        samples: `{label: values}`; labels that name a meaning take its color.
        xlabel, ylabel: what the axes show, with units.
        bins: how many, the same for all.
        bounds: the interval that is cut into bins; by default all values.
        title: the finding.
        colors: `{label: color}`, names of `COLORS` or colors.
        ax: axes to draw on; by default a new figure with a legend.

    Returns:
        The figure. The heights of each histogram sum to the share within the bounds.

    Raises:
        ValueError: if there is nothing to draw, a value is not finite, or a color is
            unknown.
    """
    if not samples:
        raise ValueError("there are no samples: give {label: values}.")
    values = {label: as_finite(v, label).ravel() for label, v in samples.items()}
    everything = np.concatenate(list(values.values()))
    edges = np.histogram_bin_edges(everything, bins, bounds)
    looks = line_looks(values, colors or {})
    ax, alone = panel(ax, 7.2, 3.6)
    for label, each in values.items():
        heights = np.histogram(each, edges)[0] / len(each)
        shade = looks[label]["color"]
        ax.stairs(
            heights, edges, fill=True, facecolor=(*mix(shade, 0.1), 0.28),
            edgecolor=edge(shade), linewidth=1.6, label=label,
        )  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return finish(ax, title, alone)
