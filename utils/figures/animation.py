"""Moments of a training one after the other, as a small GIF that loops."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from utils.core.validation import number
from utils.figures.alt_text import describe, image_tag
from utils.figures.canvas import new_figure, set_title, settle, shared_legend
from utils.figures.filmstrip import check_titles
from utils.figures.theme import styled

PALETTE = 128  # colors a GIF keeps; the panels have few, and a small file loads fast


@dataclass
class Animation:
    """A GIF in memory, which a notebook shows.

    Attributes:
        data: the bytes of the file.
        frames: how many pictures it has.
        alt: what a reader who cannot see it is told.
        path: where it was written, or None.
    """

    data: bytes = field(repr=False)
    frames: int
    alt: str
    path: Path | None = None

    def _repr_html_(self) -> str:
        """Returns the last frame, and below it all of them, which move on demand."""
        return (
            f"{image_tag(self._repr_png_(), self.alt)}<details><summary>Play: "
            f"{self.frames} moments, again and again; close to stop</summary>"
            f"{image_tag(self.data, 'The same, moving', 'gif')}</details>"
        )

    def _repr_png_(self) -> bytes:
        """Returns the last frame, for a page that shows no HTML, such as a PDF."""
        film = Image.open(io.BytesIO(self.data))
        film.seek(self.frames - 1)
        buffer = io.BytesIO()
        film.save(buffer, format="PNG")
        return buffer.getvalue()


@styled
def animate(
    frames: Sequence,
    draw: Callable[[Axes, object], object],
    titles: Sequence[str] | None = None,
    *,
    fps: float = 8,
    hold: float = 1.0,
    size: tuple[float, float] = (6.6, 4.2),
    title: str | None = None,
    path: str | Path | None = None,
) -> Animation:
    """Draws one picture per moment and binds them into a GIF; the same bytes each time.

    Args:
        frames: what changes from moment to moment, as in `filmstrip`.
        draw: `draw(ax, frame)` draws one moment on empty axes.
        titles: one short title per frame, such as `"step 100"`.
        fps: frames per second, at most 50.
        hold: how long the last frame stays, in seconds.
        size: width and height in inches, at 96 pixels an inch.
        title: the finding, over every frame.
        path: where to write the file as well; its folder is made.

    Returns:
        An `Animation`, shown when it is the last expression of a cell.

    Raises:
        ValueError: if there are no frames, not as many titles as frames, `fps` is not
            in (0, 50], or `hold` is negative.
    """
    titles = check_titles(frames, titles)
    number(fps, "fps", above=0, most=50)
    number(hold, "hold", least=0)
    pictures, last = _draw_all(frames, draw, titles, size, title)
    data = _gif(pictures, round(1000 / fps), round(1000 * hold))
    alt = f"An animation of {len(frames)} moments. The last of them: {last}"
    if path is not None:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Animation(data, len(pictures), alt, path)


def _draw_all(frames, draw, titles, size, title) -> tuple[list[Image.Image], str]:
    """Draws every frame on one figure, whose layout stays that of the first.

    Returns:
        The frames, and what the last says in words.
    """
    figure, ax = new_figure(*size)
    canvas = FigureCanvasAgg(figure)
    set_title(figure, title)
    pictures = []
    for frame, frame_title in zip(frames, titles, strict=True):
        ax.clear()
        draw(ax, frame)
        ax.set_title(frame_title)
        if not pictures:
            shared_legend(figure, [ax])
            settle(figure)
            settle(figure)
            figure.set_layout_engine("none")
        canvas.draw()
        pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]))
    return pictures, describe(figure)


def _gif(pictures: list[Image.Image], duration: int, hold: int) -> bytes:
    palette = _common_palette(pictures)
    flat = [
        picture.quantize(palette=palette, dither=Image.Dither.NONE)
        for picture in pictures
    ]
    buffer = io.BytesIO()
    flat[0].save(
        buffer, format="GIF", save_all=True, append_images=flat[1:], loop=0,
        duration=[duration] * (len(flat) - 1) + [max(duration, hold)], optimize=False,
    )  # fmt: skip
    return buffer.getvalue()


def _common_palette(pictures: list[Image.Image]) -> Image.Image:
    """Finds one palette for all frames, so that no color flickers."""
    few = [pictures[i] for i in np.linspace(0, len(pictures) - 1, 6).astype(int)]
    strip = np.concatenate([np.asarray(picture) for picture in few])
    palette = Image.fromarray(strip).quantize(
        PALETTE, method=Image.Quantize.MAXCOVERAGE, kmeans=1
    )
    colors = np.array(palette.getpalette()).reshape(-1, 3)
    # The background is white: of its near misses Pillow would pick any.
    colors[colors.min(axis=1) >= 248] = 255
    palette.putpalette(colors.ravel().tolist())
    return palette
