"""Images in a grid: samples, walks through latent space, neighbors side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.core.validation import integer
from utils.figures.canvas import bare, new_figure, set_title, text_width
from utils.figures.given import as_images, one_each
from utils.figures.theme import STYLE, styled

WIDTH = 7.2  # inches, the widest a grid becomes


def gap_of(width: int) -> int:
    """Returns how many white pixels stand between images of this width."""
    return max(1, width // 16)


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """Lays images side by side on white, row by row, into one picture.

    Args:
        images: (n, height, width, channels), pixels in [-1, 1].
        columns: images in a row.

    Returns:
        One picture (rows, columns, channels), pixels in [-1, 1]. Where the last row is
        short, it stays white.
    """
    count, height, width, channels = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    gap = gap_of(width)
    down, across = height + gap, width + gap
    picture = np.ones((rows * down - gap, columns * across - gap, channels))
    for index, image in enumerate(images):
        top, left = index // columns * down, index % columns * across
        picture[top : top + height, left : left + width] = image
    return picture


def show_image(ax: Axes, picture: np.ndarray, told: str) -> None:
    """Shows one picture (height, width, 1 or 3) in [-1, 1]; -1 is black.

    `told` says what it is to a reader who cannot see it.
    """
    if picture.shape[-1] == 1:
        ax.imshow(picture[..., 0], cmap="gray", vmin=-1, vmax=1, label=told)
    else:
        ax.imshow((picture + 1) / 2, label=told)


def told_images(images: np.ndarray, columns: int) -> str:
    """Says in words how many images there are, how large, and how bright."""
    count, height, width, channels = images.shape
    kind = "gray" if channels == 1 else "color"
    row = f", {columns} in a row" if count > columns else ""
    bright = f"{(images.mean() + 1) / 2:.0%} of white on average"
    many = f"{count} {kind} image{'s' * (count > 1)}{row}"
    return f"{many}, {height} by {width} pixels, {bright}"


@styled
def image_grid(
    images,
    columns: int = 10,
    *,
    labels: Sequence | None = None,
    title: str | None = None,
    image_size: float | None = None,
) -> Figure:
    """Draws images in a grid, row by row.

    Args:
        images: (n, height, width, 1 or 3), pixels in [-1, 1].
        columns: images in a row.
        labels: one short text or number per image, written under it.
        title: the finding.
        image_size: width of an image in inches; by default the grid fills the page, and
            an image is at most 0.9 inches wide.

    Returns:
        The figure.

    Raises:
        ValueError: if the array does not hold images in [-1, 1], `columns` is below 1,
            or there are not as many labels as images.
    """
    images = as_images(images)
    labels = one_each(labels, len(images), "labels", "images")
    columns = min(integer(columns, "columns"), len(images))
    size = image_size or min(0.9, WIDTH / columns)
    _, height, width, _ = images.shape
    below = int(np.ceil(0.24 / size * width)) if any(labels) else 0
    room = ((0, 0), (0, below), (0, 0), (0, 0))
    picture = mosaic(np.pad(images, room, constant_values=1.0), columns)
    wide = columns * size
    tall = wide * picture.shape[0] / picture.shape[1]
    figure, axes = new_figure(wide + 0.1, tall + (0.4 if title else 0.1))
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)
    bare(axes)
    show_image(axes, picture, told_images(images, columns))
    step = (width + gap_of(width), height + below + gap_of(width))
    for index, label in enumerate(labels if below else ()):
        x = index % columns * step[0] + width / 2 - 0.5
        y = index // columns * step[1] + height + 0.45 * below - 0.5
        axes.text(x, y, label, ha="center", va="center", fontsize=9.5)
    set_title(figure, title)
    return figure


@styled
def image_rows(
    rows: Mapping[str, object],
    *,
    labels: Sequence | None = None,
    title: str | None = None,
) -> Figure:
    """Draws named rows of images under each other, such as samples and neighbors.

    Args:
        rows: a name for each row, and its images (n, height, width, 1 or 3) in [-1, 1];
            every row has the same n.
        labels: one short text or number per column, written over it.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no rows, an array does not hold images in [-1, 1], the
            rows differ in length, or there are not as many labels as columns.
    """
    arrays = {name: as_images(images, name) for name, images in rows.items()}
    lengths = {len(images) for images in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(
            f"the rows have {sorted(lengths)} images: give every row as many."
        )
    columns = lengths.pop()
    labels = one_each(labels, columns, "labels", "columns")
    widest = max(text_width(name, STYLE["axes.labelsize"]) for name in arrays)
    room = max(1.2, widest + 0.3)
    size = min(0.9, (WIDTH - room) / columns)
    heading = (0.45 if title else 0.1) + (0.2 if any(labels) else 0)
    figure, axes = new_figure(
        columns * size + room + 0.1, len(arrays) * size * 1.06 + heading, len(arrays), 1
    )
    panels = np.ravel(axes)
    for ax, (name, images) in zip(panels, arrays.items(), strict=True):
        bare(ax)
        show_image(ax, mosaic(images, columns), told_images(images, columns))
        ax.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    if any(labels):
        _label_columns(panels[0], labels)
    set_title(figure, title)
    return figure


def _label_columns(ax: Axes, labels: Sequence) -> None:
    width = ax.images[0].get_array().shape[1]
    each = width / len(labels)
    ax.set_xticks([(i + 0.5) * each - 0.5 for i in range(len(labels))], labels)
    ax.tick_params(length=0, labeltop=True, labelbottom=False, pad=2)
