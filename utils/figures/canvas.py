"""Empty figures to draw on, their titles and legends, without pyplot.

Figures are `matplotlib.figure.Figure` objects that pyplot never hears of.  A notebook
cell ending in one shows exactly one picture, and a script that makes a hundred of them
stays silent and keeps none alive.
"""

import base64
import io
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from matplotlib.ticker import AutoLocator

from utils.core.validation import integer
from utils.figures.alt_text import described, image_tag
from utils.figures.theme import GRID, INK, MUTED, STYLE, styled

DPI = 96
#: Of every axis.
TICKS = {"labelsize": 9.5, "length": 3.5, "color": MUTED, "labelcolor": INK, "pad": 3}
#: Inside a legend, in units of its font size.
SPACING = {"handlelength": 1.8, "handletextpad": 0.6, "columnspacing": 1.6}


class Picture(Figure):
    """A Matplotlib figure that shows itself in a notebook without pyplot.

    Whoever draws it, `savefig` or a notebook, draws it in the style of the course. A
    reader who cannot see it is told `alt`, or what `describe` reads off the figure.
    """

    alt: str | None = None

    @styled
    def draw(self, renderer) -> None:
        """Draws the figure, as Matplotlib does."""
        super().draw(renderer)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        # As HTML first: pages drop what a PNG alone says in words.
        png, alt = to_png(self), described(self)
        code = base64.b64encode(png).decode()
        return {"text/html": image_tag(png, alt), "image/png": code, "text/plain": alt}


@styled
def to_png(figure: Figure) -> bytes:
    """Returns a figure as PNG bytes, of the size the figure has."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return buffer.getvalue()


@styled
def new_figure(
    width: float = 7.2,
    height: float = 4.0,
    rows: int = 1,
    columns: int = 1,
    **options,
) -> tuple[Picture, Axes | np.ndarray]:
    """Makes an empty figure in the style of the course, unknown to pyplot.

    Args:
        width, height: size in inches, at 96 pixels an inch.
        rows, columns: how many panels.
        **options: passed to `Figure.subplots`, for instance `sharex=True`.

    Returns:
        The figure, and its axes: one `Axes`, or an array (rows, columns) of them.

    Raises:
        ValueError: if a size is not positive or a count is below 1.
    """
    if width <= 0 or height <= 0 or rows < 1 or columns < 1:
        raise ValueError(
            f"a figure of {width} by {height} inches with {rows} rows and {columns} "
            "columns: sizes must be positive and counts at least 1."
        )
    figure = Picture(figsize=(width, height), dpi=DPI, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    for ax in axes.flat:
        dress(ax)
    return figure, axes[0, 0] if rows == columns == 1 else axes


def panel_grid(
    count: int, columns: int, panel: tuple[float, float], above: float, **options
) -> tuple[Picture, list[Axes]]:
    """Returns a figure of `count` panels, row by row, and its panels as a list.

    Args:
        count: panels, at least 1.
        columns: panels in a row, at most.
        panel: width and height of each, in inches.
        above: inches of height for what stands above and below the panels.
        **options: passed to `new_figure`.
    """
    columns = min(integer(columns, "columns"), count)
    rows = -(-count // columns)
    size = (columns * panel[0], rows * panel[1] + above)
    figure, axes = new_figure(*size, rows, columns, **options)
    panels = list(np.ravel(axes))
    for ax in panels[count:]:
        ax.remove()
    return figure, panels[:count]


def dress(ax: Axes) -> None:
    """Sets on the axes itself what Matplotlib would read only when it draws."""
    ax.tick_params(**TICKS)
    ax.grid(True, color=GRID, linewidth=0.8)
    for axis in (ax.xaxis, ax.yaxis):
        if isinstance(axis.get_major_locator(), AutoLocator):
            axis.get_major_locator().set_params(steps=[1, 2, 5, 10])  # never 2.5


def bare(ax: Axes) -> None:
    """Takes ticks, grid and frame away, for axes that hold an image."""
    ax.grid(False)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def panel(ax: Axes | None, width: float, height: float) -> tuple[Axes, bool]:
    """Returns the axes to draw on, and whether they are alone in a new figure."""
    alone = ax is None
    if alone:
        _, ax = new_figure(width, height)
    dress(ax)
    return ax, alone


def finish(ax: Axes, title: str | None, alone: bool, *, legend: bool = True) -> Figure:
    """Writes what stands above a panel, and returns its figure.

    Alone in its figure, a panel has a legend, and its title is that of the figure.
    """
    if alone and legend:
        legend_above(ax)
    if alone:
        set_title(ax.figure, title)
    elif title:
        ax.set_title(title)
    return ax.figure


def roominess(ax: Axes) -> float:
    """Returns how large marks may be: 1 on a panel of 5 inches, less on small ones."""
    inches = ax.get_position().width * ax.figure.get_figwidth()
    return float(np.clip(inches / 5, 0.4, 1.0))


def set_title(figure: Figure, title: str | None) -> None:
    """Writes the finding over the whole figure, flush left, in lines of like length."""
    if title:
        lines = int(np.ceil(len(title) / (10.0 * figure.get_figwidth())))
        width = int(np.ceil(1.12 * len(title) / lines))
        figure.suptitle(textwrap.fill(title, width), x=0.012, ha="left", weight="bold")


def legend_above(ax: Axes) -> None:
    """Puts the legend of a panel in rows above it, where it can hide no data."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        place = ax.get_subplotspec()
        side_by_side = place.get_gridspec().ncols if place else 1
        width = ax.figure.get_figwidth() / side_by_side - 1.0
        ax.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns_that_fit(labels, width),
            borderaxespad=0.2,
            borderpad=0.2,
            **SPACING,
        )


def shared_legend(figure: Figure, axes: Sequence[Axes]) -> None:
    """Puts one legend under the whole figure, each label of its panels once."""
    entries = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    if entries:
        figure.legend(
            entries.values(),
            entries.keys(),
            loc="outside lower center",
            ncols=columns_that_fit(list(entries), figure.get_figwidth() - 0.3),
            **SPACING,
        )


def settle(figure: Figure) -> None:
    """Lays panels out once ahead of drawing, where a single pass would clip them.

    A legend outside the panels, or panels of a fixed shape, move what was measured.
    """
    figure.get_layout_engine().execute(figure)


def text_width(text: str, size: float) -> float:
    """Returns how many inches a text of this size (points) is wide."""
    if not text.strip():  # Matplotlib has no path without an outline
        return 0.0
    return TextPath((0, 0), text, size=size).get_extents().width / 72


def columns_that_fit(labels: Sequence[str], width: float) -> int:
    """Returns how many columns a legend may have to stay inside `width` inches."""
    size = STYLE["legend.fontsize"]
    beside = sum(SPACING.values()) * size
    widths = [text_width(label, size) + beside / 72 for label in labels]
    for columns in range(len(labels), 1, -1):
        groups = np.array_split(widths, columns)
        if sum(group.max() for group in groups) <= width:
            return columns
    return 1
