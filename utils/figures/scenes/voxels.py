"""Small volumes in space, and slice by slice."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from utils.figures.canvas import panel_grid, set_title
from utils.figures.given import as_finite
from utils.figures.theme import color, styled


@styled
def volumes(
    given: Mapping[str, object],
    *,
    threshold: float = 0.5,
    colors: Mapping[str, str] | None = None,
    columns: int = 4,
    title: str | None = None,
) -> Figure:
    """Draws the voxels of volumes that lie above a threshold, as balls in space.

    Args:
        given: `{name: values (depth, height, width) or (depth, height, width, 1)}`.
        threshold: voxels above it are drawn.
        colors: `{name: color}`, names of `COLORS` or colors.
        columns: volumes in a row.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no volumes, or one has another shape.
    """
    if not given:
        raise ValueError("there are no volumes: give {name: values}.")
    arrays = {}
    for name, each in given.items():
        array = as_finite(each, name)
        arrays[name] = array[..., 0] if array.ndim == 4 else array
        if arrays[name].ndim != 3:
            raise ValueError(
                f"{name} has shape {array.shape}: expected (depth, height, width)."
            )
    space = {"projection": "3d"}
    figure, panels = panel_grid(
        len(arrays), columns, (1.8, 1.95), 0.4, subplot_kw=space
    )
    for ax, (name, array) in zip(panels, arrays.items(), strict=True):
        _draw(ax, name, array, threshold, color((colors or {}).get(name, "real")))
        ax.set_title(name, fontsize=9.5, loc="center")
    set_title(figure, title)
    return figure


def _draw(ax, name: str, array: np.ndarray, threshold: float, shade: str) -> None:
    places = np.argwhere(array > threshold)
    look = {"s": 26, "color": shade, "edgecolors": "white", "linewidths": 0.3}
    ax.scatter(*places.T, label=f"{name} above {threshold:g}", **look)
    ax.set(
        xlim=(0, array.shape[0]), ylim=(0, array.shape[1]), zlim=(0, array.shape[2]),
        xticklabels=[], yticklabels=[], zticklabels=[],
    )  # fmt: skip
    ax.set_box_aspect(array.shape, zoom=1.15)
    ax.tick_params(length=0)
