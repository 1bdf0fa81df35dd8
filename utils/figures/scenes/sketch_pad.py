"""A square to draw on, and beside it what a model makes of the drawing."""

import base64
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from utils.core.validation import pictures
from utils.figures.canvas import bare, new_figure
from utils.figures.images import show_image
from utils.figures.states import state_slider
from utils.figures.widgets import FigureWidget

SIDE = 256  # of the square, in pixels of the page
LEVELS = 9  # of ink, beside none: a drawing travels as one digit per pixel
_SCRIPT = Path(__file__).with_name("sketch_pad.js")


class SketchPad(FigureWidget):
    """A square to draw on with the mouse or a finger; made by `sketch_pad`.

    Attributes:
        ink: the `ipywidgets.Textarea` through which a drawing comes: one digit per
            pixel, from 0, white, to 9, black, row by row.
    """

    def __init__(self, answer: Callable, start: np.ndarray):
        self._answer, self._start = answer, start
        self.ink = ipywidgets.Textarea(_digits(start), layout={"display": "none"})
        self.ink.observe(self._refresh, names="value")
        super().__init__([ipywidgets.HTML(_square(start)), self.ink])
        self.add_class("sketch-pad")
        self._refresh()

    def _refresh(self, _=None) -> None:
        if self.attempt(lambda: self.show(self._drawn())):
            self.message.value = "Draw; with Shift or the right button you rub out."

    def _drawn(self) -> Figure:
        side = len(self._start)
        if not re.fullmatch(rf"\d{{{side * side}}}", self.ink.value):
            raise ValueError(
                f"The drawing has {len(self.ink.value)} signs, but must have "
                f"{side * side} digits, one per pixel."
            )
        ink = np.array(list(self.ink.value), "float32").reshape(1, side, side, 1)
        return answer_figure(1 - 2 * ink / LEVELS, self._answer)

    def without_python(self) -> str:
        """Returns the drawing and its answer as they are now."""
        return state_slider("", {"": self._drawn()})


def answer_figure(sketch: np.ndarray, answer: Callable) -> Figure:
    """Draws a sketch `(1, size, size, 1)`, and beside it all answers to it."""
    answers = np.clip(answer(sketch), -1, 1)
    figure, axes = new_figure(1.4 * (1 + len(answers)), 1.6, 1, 1 + len(answers))
    for ax, picture, told in zip(
        axes.flat, [sketch[0], *answers], ["sketch", *["answer"] * len(answers)],
        strict=True,
    ):  # fmt: skip
        bare(ax)
        show_image(ax, picture, told)
        ax.set_title(told)
    return figure


def sketch_pad(answer: Callable, start) -> SketchPad:
    """Makes a square to draw on, and shows what a model makes of the drawing.

    Args:
        answer: function from a sketch `(1, size, size, 1)` in [-1, 1], dark on white,
            to one picture or several, `(n, size, size, 3)`.
        start: the sketch that is there first, `(size, size, 1)`.

    Returns:
        The widget. What `answer` raises is shown in it.

    Raises:
        ValueError: if `start` is no such sketch.
    """
    start = pictures(np.asarray(start)[None], "The sketch", (None, None, 1))[0]
    return SketchPad(answer, start)


def _digits(sketch: np.ndarray) -> str:
    ink = np.rint((1 - sketch) / 2 * LEVELS).astype(int)
    return "".join(map(str, ink.ravel()))


def _square(start: np.ndarray) -> str:
    """The square as HTML, whose script stands in its own attributes.

    A widget's HTML runs no <script>, but what an element does on its events.
    """
    code = html.escape(_SCRIPT.read_text(encoding="utf-8"))
    events = " ".join(f'onpointer{each}="{code}"' for each in ("down", "move", "up"))
    levels = np.rint((start[..., 0] + 1) * 127.5).astype("uint8")
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "PNG")
    first = base64.b64encode(buffer.getvalue()).decode()
    ready = (
        "const c = this.nextElementSibling, p = c.getContext('2d');"
        "p.imageSmoothingEnabled = false;"
        f"p.drawImage(this, 0, 0, {SIDE}, {SIDE})"
    )
    return (
        f'<img hidden alt="" src="data:image/png;base64,{first}" onload="{ready}">'
        f'<canvas width="{SIDE}" height="{SIDE}" data-pixels="{len(start)}" '
        'role="img" aria-label="A square to draw on" '
        'style="border: 1px solid; touch-action: none; cursor: crosshair" '
        f'oncontextmenu="return false" {events}></canvas>'
    )
