"""Signals over time, one under the other, with stretches marked."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from utils.core.validation import number
from utils.figures.canvas import new_figure, set_title, settle, shared_legend
from utils.figures.given import as_line
from utils.figures.theme import INK, color, styled


@styled
def signals(
    lines: Mapping[str, object],
    rate: float,
    *,
    marks: Mapping[str, Mapping[str, object]] | None = None,
    colors: Mapping[str, str] | None = None,
    ylabel: str = "signal",
    panel_height: float = 1.25,
    title: str | None = None,
) -> Figure:
    """Draws signals on one time axis, and shades the stretches that are marked.

    Args:
        lines: `{name: values (n,) or (n, 1)}`, one panel each.
        rate: samples per second, > 0.
        marks: `{label: {name: bool (n,)}}`, where to shade the panel of that name; the
            first of two labels in the upper half, the second in the lower.
        colors: `{label: color}` of the marks, names of `COLORS` or colors.
        ylabel: what the signals show, with units.
        panel_height: of one panel, in inches.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no signals, the rate is not positive, or marks do not
            fit the signals.
    """
    if not lines:
        raise ValueError("there are no signals: give {name: values}.")
    rate = number(rate, "rate", above=0)
    values = {name: as_line(each, name) for name, each in lines.items()}
    figure, axes = new_figure(
        7.2, len(values) * panel_height + 1.0, len(values), 1, sharex=True
    )
    panels = np.ravel(axes)
    for ax, (name, line) in zip(panels, values.items(), strict=True):
        time = np.arange(len(line)) / rate
        ax.plot(time, line, color=INK, linewidth=1.1, zorder=3)
        ax.set_ylabel(name, fontsize=9.5)
        ax.set_xlim(time[0], time[-1])
        for place, (label, where) in enumerate((marks or {}).items()):
            if name not in where:
                continue
            mask = _mask(where[name], line, label, name)
            shade = color((colors or {}).get(label, ("real", "generated")[place % 2]))
            halves = ((0.5, 1.0), (0.0, 0.5)) if len(marks) > 1 else ((0, 1),)
            low, high = halves[place % len(halves)]
            ax.fill_between(
                time, low, high, where=_widened(mask), color=shade, alpha=0.45,
                linewidth=0, transform=ax.get_xaxis_transform(), label=label,
            )  # fmt: skip
    panels[-1].set_xlabel("time (seconds)")
    figure.supylabel(ylabel, fontsize=10.5)
    shared_legend(figure, panels)
    set_title(figure, title)
    settle(figure)
    return figure


def _mask(mask, line: np.ndarray, label: str, name: str) -> np.ndarray:
    mask = np.asarray(mask).ravel().astype(bool)
    if mask.shape != line.shape:
        raise ValueError(
            f"the mark {label!r} has {len(mask)} values for the {len(line)} of "
            f"{name!r}."
        )
    return mask


def _widened(mask: np.ndarray) -> np.ndarray:
    """One sample more on both sides, or a mark of one sample would have no width."""
    padded = np.pad(mask, 1)
    return padded[:-2] | padded[1:-1] | padded[2:]
