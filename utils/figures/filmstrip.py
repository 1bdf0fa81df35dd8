"""Moments of a training side by side: first to last, row by row."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import bare, panel_grid, set_title, settle, shared_legend
from utils.figures.given import as_images, one_each
from utils.figures.images import mosaic, show_image, told_images
from utils.figures.theme import styled


@styled
def filmstrip(
    frames: Sequence,
    draw: Callable[[Axes, object], object],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 4,
    panel_size: tuple[float, float] = (2.2, 1.9),
    title: str | None = None,
) -> Figure:
    """Draws one panel per moment, all on the same axes, with one legend.

    Args:
        frames: what changes from moment to moment: arrays, tuples of arrays, anything
            that `draw` understands.
        draw: `draw(ax, frame)` draws one moment, for instance with `two_players_1d`
            and `ax=ax`; what it returns is not used.
        titles: one short title per panel, such as `"step 100"`.
        columns: panels in a row.
        panel_size: width and height of a panel, in inches.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no frames, or not as many titles as frames.
    """
    titles = check_titles(frames, titles)
    shared = {"sharex": True, "sharey": True}
    figure, panels = panel_grid(len(frames), columns, panel_size, 0.8, **shared)
    for ax, frame, panel_title in zip(panels, frames, titles, strict=True):
        draw(ax, frame)
        ax.set_title(panel_title, fontsize=10)
        ax.tick_params(labelsize=8.5)
        ax.label_outer()
    shared_legend(figure, panels)
    set_title(figure, title)
    settle(figure)
    return figure


def check_titles(frames: Sequence, titles: Sequence[str] | None) -> list[str]:
    """Returns one title per frame, empty ones where none are given.

    Raises:
        ValueError: if there are no frames, or not as many titles as frames.
    """
    if len(frames) == 0:
        raise ValueError("there are no frames: give at least one.")
    return one_each(titles, len(frames), "titles", "frames")


@styled
def image_filmstrip(
    batches: Sequence,
    titles: Sequence[str] | None = None,
    *,
    images_across: int = 4,
    columns: int = 4,
    title: str | None = None,
) -> Figure:
    """Draws one small grid of images per moment, for the same latent codes each time.

    Args:
        batches: one array of images (n, height, width, 1 or 3) in [-1, 1] per moment.
        titles: one short title per moment.
        images_across: images in a row of a small grid.
        columns: moments in a row.
        title: the finding.

    Returns:
        The figure.

    Raises:
        ValueError: if there are no batches, not as many titles, or an array does not
            hold images in [-1, 1].
    """
    titles = check_titles(batches, titles)
    batches = [as_images(batch) for batch in batches]
    pictures = [mosaic(batch, images_across) for batch in batches]
    height, width = pictures[0].shape[:2]
    across = 8.6 / max(min(columns, len(pictures)), 3)
    size = (across, across * height / width + 0.25)
    figure, panels = panel_grid(len(pictures), columns, size, 0.3 if title else 0.0)
    for ax, picture, batch, panel_title in zip(
        panels, pictures, batches, titles, strict=True
    ):
        bare(ax)
        show_image(ax, picture, told_images(batch, images_across))
        ax.set_title(panel_title, fontsize=10)
    set_title(figure, title)
    return figure
