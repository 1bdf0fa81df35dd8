"""What excites a unit: sheets of patches, and receptive fields on a photograph."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.figures.canvas import bare, new_figure, set_title, settle
from utils.figures.given import as_images
from utils.figures.images import mosaic, show_image, told_images
from utils.figures.theme import SERIES, outline, styled


def patch_block(patches: np.ndarray) -> np.ndarray:
    """Lays the first nine patches of one unit three by three; missing ones are white.

    Args:
        patches: (n, height, width, 1 or 3) in [-1, 1].
    """
    nine = np.ones((9, *patches.shape[1:]))
    nine[: len(patches)] = patches[:9]
    return mosaic(nine, 3)


@styled
def patch_sheet(
    units: Mapping[object, object],
    *,
    columns: int = 3,
    beside: Mapping[object, object] | None = None,
    block_size: float = 1.45,
    title: str | None = None,
) -> Figure:
    """Draws for each unit its nine patches, as three by three, its name over them.

    Args:
        units: `{name of the unit: patches (n, height, width, 1 or 3)}` in [-1, 1].
        columns: units in a row.
        beside: `{name: one picture (height, width, 1 or 3)}`, drawn to the left of the
            patches of that unit, for instance the picture it likes best.
        block_size: width of nine patches, in inches.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no units, patches are not pictures in [-1, 1], or
            `beside` names a unit that has no patches.
    """
    if not units:
        raise ValueError("there are no units: give {name: patches}.")
    strangers = [name for name in beside or {} if name not in units]
    if strangers:
        raise ValueError(f"beside names {strangers}, but the units are {list(units)}.")
    blocks = {name: as_images(each, str(name)) for name, each in units.items()}
    wide = 1 if beside is None else 2
    columns = min(columns, len(blocks))
    rows = -(-len(blocks) // columns)
    width, height = columns * wide * block_size + 0.3, rows * (block_size + 0.24)
    figure, axes = new_figure(
        width, height + (0.45 if title else 0.1), rows, columns * wide
    )
    panels = np.atleast_1d(axes).reshape(-1, wide)
    # Wider between units than between patches.
    figure.get_layout_engine().set(w_pad=0.1 if beside is None else 0.04, h_pad=0.03)
    for pair, (name, patches) in zip(panels, blocks.items(), strict=False):
        bare(pair[-1])
        show_image(pair[-1], patch_block(patches), told_images(patches[:9], 3))
        pair[0].set_title(str(name), fontsize=9.5)
        if beside is not None:
            bare(pair[0])
            picture = as_images(beside[name][None], "beside")
            show_image(pair[0], picture[0], told_images(picture, 1))
    for ax in panels[len(blocks) :].flat:
        ax.set_visible(False)
    set_title(figure, title)
    settle(figure)
    return figure


@styled
def fields_on_picture(
    picture,
    boxes: Mapping[str, Sequence],
    *,
    title: str | None = None,
) -> Figure:
    """Draws receptive fields as boxes on a photograph, and what is in them beside it.

    Args:
        picture: (height, width, 1 or 3) in [-1, 1].
        boxes: `{name: ((top, bottom), (left, right))}` in pixels, without the
            ends.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no boxes, the picture is not one in [-1, 1], or a box
            does not lie within it.
    """
    picture = as_images(np.asarray(picture)[None], "picture")[0]
    if not boxes:
        raise ValueError(
            "there are no boxes: give {name: ((top, bottom), (left, right))}."
        )
    for name, ((top, bottom), (left, right)) in boxes.items():
        height, width, _ = picture.shape
        if not (0 <= top < bottom <= height and 0 <= left < right <= width):
            raise ValueError(
                f"the box {name!r} is rows {top} to {bottom} and columns {left} to "
                f"{right}, but the picture has {height} rows and {width} columns."
            )
    tall = 3.5
    wide = tall * picture.shape[1] / picture.shape[0]
    figure, axes = new_figure(
        wide + 1.9 * (tall - 0.5) / len(boxes) + 0.2,
        tall + (0.35 if title else 0.1),
        len(boxes),
        2,
        width_ratios=[wide, 1.9 * (tall - 0.5) / len(boxes)],
    )
    grid = axes[0, 0].get_gridspec()
    for ax in axes[:, 0]:
        ax.remove()
    whole = figure.add_subplot(grid[:, 0])
    bare(whole)
    show_image(whole, picture, told_images(picture[None], 1))
    for ax, shade, (name, box) in zip(axes[:, 1], SHADES, boxes.items(), strict=False):
        (top, bottom), (left, right) = box
        whole.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top,
                fill=False, edgecolor=shade, linewidth=2.2,
                path_effects=outline(shade, 2.2),
            )
        )  # fmt: skip
        bare(ax)
        told = f"rows {top} to {bottom}, columns {left} to {right}"
        show_image(ax, picture[top:bottom, left:right], told)
        ax.spines[:].set(visible=True, color=shade, linewidth=2.2)
        ax.spines[:].set_path_effects(outline(shade, 2.2))
        ax.set_title(f"{name}: {bottom - top}×{right - left}", fontsize=9.5)
    set_title(figure, title)
    return figure


#: Of the boxes: bright enough to be seen on a photograph.
SHADES = ("#F0E442", "#56B4E9", "#D55E00", "#CC79A7", *SERIES)
