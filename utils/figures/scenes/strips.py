"""Many runs of many families: the range of each, and what more runs buy."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from utils.figures.canvas import finish, panel
from utils.figures.theme import (
    COLORS,
    INK,
    LINES,
    MUTED,
    REFERENCE,
    SERIES,
    mix,
    styled,
)


@styled
def strips(
    scores: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    title: str | None = None,
    again: Mapping[str, Sequence[float]] | None = None,
    floor: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws one row per family: every run, the quartiles, and the best tried again.

    Args:
        scores: `{family: (n,)}`, positive, less is better; a run that failed is NaN,
            and counted at the end of its row.
        xlabel: what they are, with units; the axis is logarithmic.
        title: the finding.
        again: `{family: (k,)}`, the best setting trained again with other seeds.
        floor: what real data score.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure; the family with the best run on top.

    Raises:
        ValueError: if there is no family, or one without a score.
    """
    found = {name: np.asarray(each, dtype="float64") for name, each in scores.items()}
    lost = {name: int(np.isnan(each).sum()) for name, each in found.items()}
    found = {name: np.sort(each[~np.isnan(each)]) for name, each in found.items()}
    if not found or not all(map(len, found.values())):
        raise ValueError(
            "There is a family without any score, or none: give {family: scores}."
        )
    order = sorted(found, key=lambda name: found[name][0], reverse=True)
    ax, alone = panel(ax, 8.4, 1.2 + 0.36 * len(found))
    for place, name in enumerate(order):
        values = found[name]
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        ax.plot(values[[0, -1]], [place, place], color=mix(MUTED, 0.5), linewidth=1)
        ax.plot(
            [low, high], [place, place], color=mix(COLORS["generated"], 0.55),
            linewidth=8, solid_capstyle="butt",
        )  # fmt: skip
        ax.plot(middle, place, "|", color=INK, markersize=11, markeredgewidth=1.6)
        ax.plot(
            values, np.full(len(values), place), "o", color=COLORS["generated"],
            markersize=3.6, markeredgecolor="white", markeredgewidth=0.4, gid=name,
        )  # fmt: skip
        if again and name in again:
            ax.plot(
                again[name], np.full(len(again[name]), place - 0.32), "D",
                color=COLORS["measured"], markersize=3.8, gid=f"{name} again",
            )  # fmt: skip
    looks = {
        "one setting": ("o", "generated", 3.6, 0.0),
        "the middle half": ("s", "generated", 8, 0.55),
        "best, again": ("D", "measured", 3.8, 0.0),
    }
    for name, (marker, kind, size, paler) in looks.items():
        if name != "best, again" or again:
            color = mix(COLORS[kind], paler)
            ax.plot([], [], marker, color=color, markersize=size, label=name)
    if floor is not None:
        ax.axvline(floor, label="real data", **REFERENCE)
    ax.set(xscale="log", xlabel=xlabel, ylim=(-0.7, len(order) - 0.4))
    _plain_ticks(ax)
    failed = [f" ({lost[name]} failed)" * bool(lost[name]) for name in order]
    ax.set_yticks(
        range(len(order)), [n + f for n, f in zip(order, failed, strict=True)]
    )
    ax.grid(False, axis="y")
    return finish(ax, title, alone)


@styled
def best_of_n(
    curves: Mapping[str, Sequence[float]],
    *,
    ylabel: str,
    title: str | None = None,
    floor: float | None = None,
    colors: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws how the best score falls with the number of runs.

    Args:
        curves: `{family: (n,)}`, the best of 1, 2, … runs; infinite is not drawn. The
            six that end best have colors, the others are gray.
        ylabel: what it is, with units; the axis is logarithmic.
        title: the finding.
        floor: what real data score.
        colors: `{family: color}` for those that have one elsewhere.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure.
    """
    ends = {
        name: np.asarray(each, dtype="float64")[-1] for name, each in curves.items()
    }
    order = sorted(ends, key=ends.get)
    ax, alone = panel(ax, 8.4, 4.2)
    for place, name in enumerate(order):
        values = np.asarray(curves[name], dtype="float64")
        look = {"color": mix(MUTED, 0.6), "linewidth": 1.0}
        if place < len(SERIES):
            look = {"color": SERIES[place], "linestyle": LINES[place], "label": name}
            look["color"] = (colors or {}).get(name, look["color"])
        runs = np.arange(1, len(values) + 1)
        drawn = np.where(np.isfinite(values), values, np.nan)
        ax.plot(runs, drawn, marker="o", markersize=3.5, **look)
    if floor is not None:
        ax.axhline(floor, label="real data", **REFERENCE)
    ax.set(yscale="log", xlabel="settings tried", ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    _plain_ticks(ax, "y")
    return finish(ax, title, alone)


def _plain_ticks(ax: Axes, which: str = "x") -> None:
    """Numbers as they are on a logarithmic axis, the more the shorter it is."""
    axis = getattr(ax, f"{which}axis")
    low, high = axis.get_view_interval()
    steps = (1.0, 2.0, 5.0) if high > 20 * low else (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
    axis.set_major_locator(LogLocator(10, steps, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
