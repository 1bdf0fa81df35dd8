"""Figures to play with: the two players step by step, and sliders on any figure.

The pictures travel as PNG inside the widget, so they need neither pyplot nor a front
end, and a test can press the buttons with `click()`. Beside the widget stand a few
states that are drawn ahead, for pages where no Python runs.
"""

import functools
import html
import traceback
from collections.abc import Callable, Mapping

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from utils.core.validation import integer
from utils.figures.canvas import new_figure, to_png
from utils.figures.states import state_slider
from utils.figures.theme import COLORS

WHOLE = {"description_width": "initial"}  # names of sliders are not cut short
STATES = 7  # that are drawn ahead of each slider
REDRAWS = 5  # times the figure is redrawn while both players run; each costs 0.2 s


class FigureWidget(ipywidgets.VBox):
    """A figure with controls above it and a line of text below, or an error.

    Attributes:
        picture: the `ipywidgets.Image` that holds the figure.
        message: the `ipywidgets.HTML` that holds the line of text.
    """

    def __init__(self, controls: list[ipywidgets.Widget]):
        self.picture = ipywidgets.Image(format="png")
        self.message = ipywidgets.HTML()
        super().__init__([ipywidgets.HBox(controls), self.picture, self.message])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: open the notebook in Jupyter to use it>"

    def without_python(self) -> str:
        """Returns the figure as HTML for where no Python runs."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options) -> dict:
        return super()._repr_mimebundle_(**options) | {
            "text/html": self.without_python()
        }

    def show(self, figure) -> None:
        """Puts a figure into the widget.

        Raises:
            ValueError: if it is not a Matplotlib figure.
        """
        if not isinstance(figure, Figure):
            raise ValueError(
                f"draw returned {type(figure).__name__}: it must return a figure."
            )
        self.picture.value = to_png(figure)

    def attempt(self, action: Callable[[], object]) -> bool:
        """Runs an action; what it raises is shown in the widget, not lost."""
        try:
            action()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.message.value = (
                '<span style="color: #B00020"><b>'
                f"{html.escape(type(error).__name__)}</b>: {html.escape(str(error))} "
                f"<i>(line {where.lineno} of {html.escape(where.name)})</i></span>"
            )
            return False
        return True


class PlayerWidget(FigureWidget):
    """Two players, stepped by hand; made by `player_widget`.

    Attributes:
        step_discriminator_button, step_generator_button, run_button, reset_button: the
            buttons; `reset_button` is None where there is nothing to reset.
        counts: steps taken, `{"D": ..., "G": ...}`.
    """

    def __init__(
        self, step_discriminator, step_generator, draw, run, reset, steps, states
    ):
        self._step = {"D": step_discriminator, "G": step_generator}
        self._draw, self._run, self._reset = draw, run, reset
        self.counts = {"D": 0, "G": 0}
        self._steps, self._states = steps, states
        self._buttons = []
        self.step_discriminator_button = self._player_button("D", "discriminator")
        self.step_generator_button = self._player_button("G", "generated")
        self.run_button = self._button(
            f"Run {steps}", f"{steps} times: step D, then step G", self._take_turns
        )
        self.reset_button = None
        if reset:
            self.reset_button = self._button("Reset", "Begin again", self._begin_again)
        super().__init__(self._buttons)
        self.attempt(self._refresh)

    def without_python(self) -> str:
        """Returns the states that were given, or else the present one."""
        return state_slider("moment", self._states or {self._told(): self._draw()})

    def _player_button(self, player: str, meaning: str) -> ipywidgets.Button:
        take = functools.partial(self._take, player)
        button = self._button(f"Step {player}", f"Improve {player} once", take)
        button.style.button_color = COLORS[meaning]
        button.style.text_color = "black"  # white stands out too little
        return button

    def _button(self, name: str, tip: str, action) -> ipywidgets.Button:
        button = ipywidgets.Button(description=name, tooltip=tip)
        button.on_click(lambda _: self._press(action))
        self._buttons.append(button)
        return button

    def _press(self, action) -> None:
        """Runs one action with all buttons locked, so that clicks do not pile up."""
        for button in self._buttons:
            button.disabled = True
        try:
            self.attempt(action)
        finally:
            for button in self._buttons:
                button.disabled = False

    def _take(self, player: str) -> None:
        self._step[player]()
        self.counts[player] += 1
        self._refresh()

    def _take_turns(self) -> None:
        if self._run:
            self._run(self._steps)
            for player in self.counts:
                self.counts[player] += self._steps
            self._refresh()
            return
        for turn in range(1, self._steps + 1):
            for player, step in self._step.items():
                step()
                self.counts[player] += 1
            if turn % max(1, self._steps // REDRAWS) == 0 or turn == self._steps:
                self._refresh()

    def _begin_again(self) -> None:
        self._reset()
        self.counts = {"D": 0, "G": 0}
        self._refresh()

    def _refresh(self) -> None:
        self.show(self._draw())
        self.message.value = self._told()

    def _told(self) -> str:
        return f"D steps: {self.counts['D']}, G steps: {self.counts['G']}"


def player_widget(
    step_discriminator: Callable[[], object],
    step_generator: Callable[[], object],
    draw: Callable[[], Figure],
    *,
    run: Callable[[int], object] | None = None,
    reset: Callable[[], object] | None = None,
    steps: int = 50,
    states: Mapping[str, Figure] | None = None,
) -> PlayerWidget:
    """Makes buttons *Step D*, *Step G*, *Run* and *Reset* over a figure.

    Args:
        step_discriminator, step_generator: improve one player once.
        draw: returns the figure of the present state, for instance with
            `two_players_1d`.
        run: `run(steps)` takes so many turns; by default D and G step in turn, and the
            figure is redrawn five times on the way.
        reset: brings both players back to the beginning; without it there is no button.
        steps: how many turns *Run* takes.
        states: `{caption: figure}` of a game played before, which a page shows where no
            Python runs; by default only the present state.

    Returns:
        The widget. What a function raises is shown in it.

    Raises:
        ValueError: if `steps` is below 1, or a function cannot be called.
    """
    integer(steps, "steps")
    given = (step_discriminator, step_generator, draw)
    names = ("step_discriminator", "step_generator", "draw")
    for name, function in zip(names, given, strict=True):
        if not callable(function):
            raise ValueError(
                f"{name} is {type(function).__name__}: give a function, without ()."
            )
    return PlayerWidget(*given, run, reset, steps, states)


class SliderFigure(FigureWidget):
    """A figure under sliders; made by `slider_figure`.

    Attributes:
        controls: the sliders by the names of the arguments that they move.
    """

    def __init__(self, draw: Callable[..., Figure], controls: Mapping):
        super().__init__(list(controls.values()))
        self._draw, self.controls = draw, controls
        for control in controls.values():
            control.observe(self._refresh, names="value")
        self._refresh()

    def values(self) -> dict:
        """Returns where the sliders stand."""
        return {name: control.value for name, control in self.controls.items()}

    def _refresh(self, _=None) -> None:
        if self.attempt(lambda: self.show(self._draw(**self.values()))):
            self.message.value = ""

    def without_python(self) -> str:
        """Returns each slider's own states, the others where they stand now."""
        return "".join(map(self._states_of, self.controls))

    def _states_of(self, name: str) -> str:
        now, label = self.values(), name.replace("_", " ")
        others = [
            f"{k.replace('_', ' ')} {_say(v)}" for k, v in now.items() if k != name
        ]
        if others:
            label += f" (at {', '.join(others)})"
        drawn, start = {}, 0
        for value in _states(self.controls[name]):
            try:
                figure = self._draw(**now | {name: value})
            except Exception as error:  # told by the widget when somebody goes there
                figure, _ = new_figure(4.0, 0.5, alt=f"No figure here: {error}")
            start = len(drawn) if value == now[name] else start
            drawn[f"{name.replace('_', ' ')} = {_say(value)}"] = figure
        return state_slider(label, drawn, start)


def _say(value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _states(control: ipywidgets.Widget) -> list:
    """Returns the values of a control to draw ahead: few, its own among them."""
    if isinstance(control, ipywidgets.Checkbox):
        return [False, True]
    if hasattr(control, "options"):
        every, here = [value for _, value in control._options_full], control.index
    elif hasattr(control, "max"):
        steps = np.arange(round((control.max - control.min) / control.step) + 1)
        every = [type(control.value)(x) for x in control.min + control.step * steps]
        here = int(np.abs(np.subtract(every, control.value)).argmin())
        every[here] = control.value
    else:
        return [control.value]
    places = np.linspace(0, len(every) - 1, min(STATES, len(every))).round().astype(int)
    places[np.abs(places - here).argmin()] = here
    return [every[place] for place in places]


def slider_figure(draw: Callable[..., Figure], **sliders) -> SliderFigure:
    """Puts sliders over a figure, which is redrawn when one of them moves.

    Args:
        draw: `draw(name=value, ...)` returns the figure.
        **sliders: for each argument of `draw` one of `(low, high)`,
            `(low, high, step)` or `(low, high, step, start)` in whole numbers or not,
            a list of choices, True or False, or an ipywidgets control.

    Returns:
        The widget; its attribute `controls` maps names to controls. What `draw` raises
        is shown in it.

    Raises:
        ValueError: if there are no sliders, or one is described in another way.

    Example:
        >>> slider_figure(lambda mean: panel_at(mean), mean=(-3.0, 3.0, 0.1, 0.0))
    """
    if not sliders:
        raise ValueError("there are no sliders: give for instance mean=(-3.0, 3.0).")
    controls = {name: _control(name, each) for name, each in sliders.items()}
    return SliderFigure(draw, controls)


def _control(name: str, given) -> ipywidgets.Widget:
    label = name.replace("_", " ")
    if isinstance(given, ipywidgets.Widget):
        return given
    if isinstance(given, bool):
        return ipywidgets.Checkbox(given, description=label)
    if isinstance(given, list) and given:
        return ipywidgets.SelectionSlider(
            options=given, description=label, continuous_update=False, style=WHOLE
        )
    if isinstance(given, tuple) and 2 <= len(given) <= 4 and given[0] < given[1]:
        return _number_slider(label, *given)
    raise ValueError(
        f"the slider {name!r} is {given!r}: give (low, high), (low, high, step), "
        "(low, high, step, start), a list of choices, True or False."
    )


def _number_slider(label: str, low, high, step=None, start=None) -> ipywidgets.Widget:
    whole = all(isinstance(v, int) for v in (low, high, step or 1, start or 0))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = step or (1 if whole else (high - low) / 50)
    start = (low + high) / 2 if start is None else start
    return kind(
        value=int(start) if whole else start, min=low, max=high, step=step,
        description=label, continuous_update=False, style=WHOLE,
    )  # fmt: skip
