"""Line plots: losses, divergences, gradients; several seeds as a line and a band."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.core.arrays import to_numpy
from utils.core.validation import one_of
from utils.figures.canvas import (
    dress,
    finish,
    panel,
    panel_grid,
    set_title,
    settle,
    shared_legend,
)
from utils.figures.theme import (
    COLORS,
    DASHED,
    LINES,
    MUTED,
    REFERENCE,
    SERIES,
    color,
    outline,
    styled,
)

SPREADS = ("std", "range")


@styled
def curves(
    series: Mapping[str, tuple],
    *,
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    bands: Mapping[str, tuple] | None = None,
    spread: str | None = None,
    colors: Mapping[str, str] | None = None,
    references: Mapping[str, float] | None = None,
    markers: bool = False,
    xscale: str = "linear",
    yscale: str = "linear",
    xlim: tuple | None = None,
    ylim: tuple | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws lines, each a label with its x and y; several seeds get a band.

    A label that names a meaning ("exact", "real", ...) takes its color by itself, and
    what is exact is dashed.

    Args:
        series: `{label: (x, y)}`; x (n,), and y (n,) or (seeds, n). NaN leaves a gap.
        xlabel, ylabel: what the axes show, with units: `"loss (nats)"`.
        title: the finding.
        bands: `{label: (low, high)}`, a band drawn around the line of that label.
        spread: what the band of several seeds shows: `"std"`, mean and standard
            deviation, or `"range"`, median, least and greatest. By default `"std"`, and
            `"range"` on a logarithmic axis.
        colors: `{label: color}`, names of `COLORS` or colors.
        references: `{label: height}`, horizontal lines such as `{"log 2": 0.693}`.
        markers: whether to mark each value.
        xscale, yscale: `"linear"`, `"log"` or `"symlog"`.
        xlim, ylim: limits of the axes.
        ax: axes to draw on; by default a new figure with a legend.

    Returns:
        The figure.

    Raises:
        ValueError: if there is nothing to draw, lengths differ, a color or spread is
            unknown, or a band or a color has no line of its label.
    """
    lines = _check_series(series)
    spread = spread or ("range" if yscale == "log" else "std")
    one_of(spread, SPREADS, "spread")
    for name, given in (("bands", bands), ("colors", colors)):
        _refuse_strangers(name, given, lines)
    ax, alone = panel(ax, 7.2, 4.0)
    ax.set(xscale=xscale, yscale=yscale)
    dress(ax)  # a scale brings ticks of its own
    looks = line_looks(lines, colors or {})
    for label, (x, y) in lines.items():
        low, middle, high = _middle_and_band(y, spread)
        if bands and label in bands:
            low, high = (to_numpy(edge, f"band of {label}") for edge in bands[label])
        if low is not None:
            shade = looks[label]["color"]
            ax.fill_between(x, low, high, color=shade, alpha=0.22, linewidth=0)
        marker = "o" if markers or len(x) == 1 else ""
        ax.plot(x, middle, label=label, marker=marker, markersize=4.5, **looks[label])
    for label, height in (references or {}).items():
        _draw_reference(ax, label, height, alone)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if xlim is not None:
        ax.set_xlim(xlim)
    if ylim is not None:
        ax.set_ylim(ylim)
    return finish(ax, title, alone, legend=len(lines) > 1)


def _check_series(series: Mapping) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    if not series:
        raise ValueError("there are no curves: give {label: (x, y)}.")
    lines = {}
    for label, pair in series.items():
        if len(pair) != 2:
            raise ValueError(f"the curve {label!r} must be a pair (x, y).")
        x, y = to_numpy(pair[0], f"x of {label}"), to_numpy(pair[1], f"y of {label}")
        if x.ndim != 1 or y.ndim not in (1, 2) or y.shape[-1] != len(x):
            raise ValueError(
                f"the curve {label!r} has x of shape {x.shape} and y of {y.shape}: "
                "expected x (n,) and y (n,) or (seeds, n)."
            )
        lines[label] = (x, np.atleast_2d(y))
    return lines


def _refuse_strangers(name: str, given: Mapping | None, lines: Mapping) -> None:
    strangers = [label for label in given or {} if label not in lines]
    if strangers:
        raise ValueError(
            f"{name} name {strangers}, but the curves are {list(lines)}: use the same "
            "labels."
        )


def line_looks(labels: Sequence[str], colors: Mapping[str, str]) -> dict[str, dict]:
    """Returns color and line style for each label: by meaning, else in turn."""
    looks, turn = {}, 0
    for label in labels:
        meaning = colors.get(label, label)
        line = DASHED if meaning == "exact" else "-"
        # A label alone may be "0.5" or "b", which Matplotlib takes for colors.
        if label in colors or label in COLORS:
            shade = color(meaning)
            looks[label] = {"color": shade, "linestyle": line}
            if effects := outline(shade):
                looks[label]["path_effects"] = effects
            continue
        place = turn % len(SERIES)
        looks[label] = {"color": SERIES[place], "linestyle": LINES[place]}
        turn += 1
    return looks


def _middle_and_band(y: np.ndarray, spread: str):
    """Returns the low edge, the line and the high edge; no edges for one seed."""
    if len(y) == 1:
        return None, y[0], None
    if spread == "range":
        return y.min(axis=0), np.median(y, axis=0), y.max(axis=0)
    mean, deviation = y.mean(axis=0), y.std(axis=0, ddof=1)
    return mean - deviation, mean, mean + deviation


def _draw_reference(ax: Axes, label: str, height: float, alone: bool) -> None:
    """Draws a level, named on the line or, in a small panel, in the legend."""
    line = ax.axhline(height, label=None if alone else label, zorder=1, **REFERENCE)
    line.set_gid(label)  # by which the alternative text knows it
    if alone:
        ax.annotate(
            label, (1, height), xycoords=("axes fraction", "data"), xytext=(-3, 2),
            textcoords="offset points", ha="right", va="bottom", fontsize=9.5,
            color=MUTED,
        )  # fmt: skip


@styled
def curve_grid(
    panels: Mapping[str, Mapping],
    *,
    xlabel: str,
    ylabel: str,
    columns: int = 3,
    panel_size: tuple[float, float] = (2.8, 2.2),
    title: str | None = None,
    **options,
) -> Figure:
    """Draws small line plots side by side on the same axes, with one legend.

    Args:
        panels: `{panel title: series}`, each as `curves` takes it.
        xlabel, ylabel: what the axes show, with units.
        columns: panels in a row.
        panel_size: width and height of a panel, in inches.
        title: the finding.
        **options: passed to `curves` for every panel: `references`, `colors`, ...

    Returns:
        The figure.

    Raises:
        ValueError: if there are no panels, or a panel is not what `curves` takes.
    """
    if not panels:
        raise ValueError("there are no panels: give {title: {label: (x, y)}}.")
    shared = {"sharex": True, "sharey": True}
    figure, axes = panel_grid(len(panels), columns, panel_size, 0.8, **shared)
    for ax, (name, series) in zip(axes, panels.items(), strict=True):
        curves(series, xlabel=xlabel, ylabel=ylabel, title=name, ax=ax, **options)
        ax.label_outer()
    shared_legend(figure, axes)
    set_title(figure, title)
    settle(figure)
    return figure
