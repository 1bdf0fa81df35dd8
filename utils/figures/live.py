"""A plot that redraws in place while a model trains."""

import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.canvas import legend_above, new_figure, set_title
from utils.figures.curves import curves
from utils.figures.style import styled

#: What a GAN logs: its name in the legend, and the color of the player or of what D
#: is shown.
PLAYERS = {
    "discriminator_loss": ("discriminator", "discriminator"),
    "generator_loss": ("generator", "generated"),
    "discriminator_real": ("D on real", "real"),
    "discriminator_generated": ("D on generated", "generated"),
}


class LivePlot(keras.callbacks.Callback):
    """Redraws a figure in place during `fit`, in a notebook; does nothing elsewhere.

    Args:
        metrics: which entries of the logs to draw; by default all of them.
        draw: `draw(model)` returns the figure to show instead of the curves of the
            logs, for instance with `two_players_2d`.
        by: whether to look after each `"epoch"` or each `"batch"`.
        every: look after every so many of them.
        seconds: least time between two redraws, so that training is not slowed and a
            notebook run without a reader stays small. The last state is always drawn.
        title: the finding, over the curves.

    Attributes:
        history: for each entry the epochs or batches looked at, and its values there.

    Raises:
        ValueError: if `by` is neither, `every` is below 1, or `seconds` is negative.
    """

    def __init__(
        self,
        metrics: Sequence[str] | None = None,
        draw: Callable[[keras.Model], Figure] | None = None,
        *,
        by: str = "epoch",
        every: int = 1,
        seconds: float = 1.0,
        title: str | None = None,
    ):
        super().__init__()
        if by not in ("epoch", "batch") or every < 1 or seconds < 0:
            raise ValueError(
                f"by={by!r}, every={every}, seconds={seconds}: by is 'epoch' or "
                "'batch', every at least 1, seconds at least 0."
            )
        self.metrics = metrics
        self.draw = draw
        self.by = by
        self.every = every
        self.seconds = seconds
        self.title = title
        self.history: dict[str, tuple[list[int], list[float]]] = {}

    def on_train_begin(self, logs=None):
        self.history = {}
        self._count = 0
        self._handle = None
        self._drawn_at = -float("inf")
        self._fresh = False
        self._shown = in_notebook()

    def on_train_batch_end(self, batch, logs=None):
        if self.by == "batch":
            self._look(logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.by == "epoch":
            self._look(logs)

    def on_train_end(self, logs=None):
        if self._shown and self._fresh:
            self._redraw()

    def _look(self, logs) -> None:
        self._count += 1
        if not self._shown or self._count % self.every:
            return
        names = self.metrics if self.metrics is not None else list(logs or {})
        for name in names:
            self._remember(name, logs or {})
        self._fresh = True
        if time.monotonic() - self._drawn_at >= self.seconds:
            self._redraw()

    def _remember(self, name: str, logs) -> None:
        if name not in logs:
            raise ValueError(
                f"the logs have no {name!r}: LivePlot can draw {', '.join(logs)}."
            )
        steps, values = self.history.setdefault(name, ([], []))
        steps.append(self._count)
        values.append(float(logs[name]))

    def _redraw(self) -> None:
        if not (self.draw or self.history):
            return
        figure = self.draw(self.model) if self.draw else self._curves()
        if self._handle is None:
            self._handle = display(figure, display_id=True)
        else:
            self._handle.update(figure)
        self._fresh = False
        self._drawn_at = time.monotonic()

    @styled
    def _curves(self) -> Figure:
        """Draws the losses and, beside them, what else is in the history."""
        losses = [name for name in self.history if "loss" in name]
        others = [name for name in self.history if "loss" not in name]
        groups = [group for group in (losses, others) if group]
        figure, axes = new_figure(4.0 * len(groups) + 0.6, 3.4, 1, len(groups))
        for ax, group in zip(np.ravel(axes), groups, strict=True):
            self._draw_group(ax, group)
        set_title(figure, self.title)
        return figure

    def _draw_group(self, ax: Axes, names: list[str]) -> None:
        series, colors = {}, {}
        for name in names:
            label, shade = PLAYERS.get(name, (name.replace("_", " "), None))
            series[label] = self.history[name]
            if shade:
                colors[label] = shade
        ylabel = "loss" if "loss" in names[0] else "value"
        curves(series, colors=colors, xlabel=self.by, ylabel=ylabel, ax=ax)
        legend_above(ax)


def in_notebook() -> bool:
    """Says whether the code runs in a notebook's kernel, and not as a plain script."""
    return getattr(get_ipython(), "kernel", None) is not None
