"""Sheets of faces: people with their pictures, and what each factor does."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from utils.figures.arrays import as_images
from utils.figures.canvas import bare, new_figure, set_title
from utils.figures.grids import WIDTH, image_rows, mosaic, show_image
from utils.figures.style import styled


def contact_sheet(
    pictures, persons, people: int = 8, columns: int = 10, *, title: str | None = None
) -> Figure:
    """Draws one row a person: who stays the same, and what varies between pictures.

    Args:
        pictures: (n, height, width, 1 or 3), pixels in [-1, 1].
        persons: (n,) whose picture it is.
        people: rows, at most; the first persons are shown.
        columns: pictures of a person, at most; everybody shown has as many.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there is not one person a picture, or a count is below 1.
    """
    pictures, persons = as_images(pictures), np.asarray(persons)
    if persons.shape != (len(pictures),):
        raise ValueError(
            f"{len(pictures)} pictures, but persons of shape {persons.shape}: "
            "say of each picture whose it is."
        )
    if people < 1 or columns < 1:
        raise ValueError(f"{people} rows of {columns} pictures: ask for at least one.")
    rows = {who: pictures[persons == who] for who in np.unique(persons)[:people]}
    columns = min([columns, *(len(row) for row in rows.values())])
    named = {f"person {who}": row[:columns] for who, row in rows.items()}
    return image_rows(named, title=title)


@styled
def factor_sheet(
    rows: Mapping[str, object], panels: int = 2, *, title: str | None = None
) -> Figure:
    """Draws one row a factor, in panels side by side; each row runs from low to high.

    Args:
        rows: the name of each factor, and pictures (n, height, width, 1 or 3) in
            [-1, 1] in which it alone changes; every row has the same n.
        panels: how many stand side by side.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no rows, they differ in length, an array does not hold
            images in [-1, 1], or `panels` is below 1.
    """
    arrays = {name: as_images(images, name) for name, images in rows.items()}
    lengths = {len(images) for images in arrays.values()}
    if len(lengths) != 1 or panels < 1:
        raise ValueError(
            f"{panels} panels of rows with {sorted(lengths)} images: give every row as "
            "many, and at least one panel."
        )
    columns, names = lengths.pop(), list(arrays)
    parts = np.array_split(np.arange(len(names)), min(panels, len(names)))
    size = (WIDTH / len(parts) - 1.35) / columns
    tall = len(parts[0]) * size * 1.06 + (0.45 if title else 0.1)
    figure, axes = new_figure(WIDTH, tall, 1, len(parts))
    for ax, part in zip(np.ravel(axes), parts, strict=True):
        bare(ax)
        shown = [arrays[names[index]] for index in part]
        # White rows below a shorter panel keep its pictures as large as the others.
        shown += (len(parts[0]) - len(part)) * [np.ones_like(shown[0])]
        picture = mosaic(np.concatenate(shown), columns)
        show_image(ax, picture)
        ax.set_anchor("NE")
        step = picture.shape[0] / len(shown)
        middles = [(row + 0.5) * step - 1 for row in range(len(part))]
        ax.set_yticks(middles, [names[index].replace("_", " ") for index in part])
        ax.tick_params(length=0)
    set_title(figure, title)
    return figure
