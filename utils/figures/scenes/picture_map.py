"""Pictures laid out in the plane, each where its embedding lies."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from utils.figures.canvas import bare, finish, panel
from utils.figures.given import as_images, as_points, bounds_around
from utils.figures.theme import COLORS, SERIES, outline, styled

#: Twelve frames that can be told apart, before the first color comes again.
SHADES = (*SERIES, *list(COLORS.values())[:6])


@styled
def picture_map(
    points,
    pictures,
    *,
    groups=None,
    picture_size: float = 0.32,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draws each picture at its point, with a frame in the color of its group.

    Args:
        points: (n, 2), where the pictures lie.
        pictures: (n, height, width, 1 or 3), pixels in [-1, 1].
        groups: (n,), such as who is on each picture; by default no frames.
        picture_size: width of a picture in inches.
        title: the finding.
        ax: axes to draw on; by default a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: if points and pictures are not as many, or not what they should be.
    """
    points, pictures = as_points(points, "points"), as_images(pictures, "pictures")
    if len(points) != len(pictures):
        raise ValueError(
            f"{len(points)} points for {len(pictures)} pictures: give one point each."
        )
    ax, alone = panel(ax, 7.2, 6.0)
    bare(ax)
    numbers = None if groups is None else np.unique(groups, return_inverse=True)[1]
    zoom = 72 * picture_size / pictures.shape[2]
    for row, (point, picture) in enumerate(zip(points, pictures, strict=True)):
        image = OffsetImage((picture + 1) / 2, zoom=zoom, cmap="gray")
        frame = {"edgecolor": "none"}
        if numbers is not None:
            shade = SHADES[numbers[row] % len(SHADES)]
            frame = {"edgecolor": shade, "linewidth": 2.2}
            frame["path_effects"] = outline(shade, 2.2)
        ax.add_artist(AnnotationBbox(image, point, pad=0.12, bboxprops=frame))
    ax.set_xlim(bounds_around(points[:, 0], margin=0.06))
    ax.set_ylim(bounds_around(points[:, 1], margin=0.06))
    return finish(ax, title, alone)
