import io
import re

import ipywidgets
import pytest
from PIL import Image

from utils import figures
from utils.figures.widgets import _states

AXES = {"xlabel": "x", "ylabel": "y"}


class Game:
    """Keeps what was called, in order."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append((name, *arguments))

    def draw(self):
        self.calls.append(("draw",))
        figure, ax = figures.new_figure(2.0, 1.5)
        ax.plot([0, len(self.calls)])
        return figure

    def steps(self):
        return "".join(name for name, *_ in self.calls if name in "DG")


@pytest.fixture
def game():
    return Game()


def make(game, **options):
    return figures.player_widget(game.D, game.G, game.draw, **options)


def test_the_figure_is_there_before_the_first_click(game):
    widget = make(game)
    assert Image.open(io.BytesIO(widget.picture.value)).size == (192, 144)
    assert widget.message.value == "D steps: 0, G steps: 0"


def test_buttons_call_their_player_and_redraw(game):
    widget = make(game)
    game.calls.clear()
    before = widget.picture.value
    widget.step_discriminator_button.click()
    widget.step_generator_button.click()
    widget.step_discriminator_button.click()
    assert game.calls == [("D",), ("draw",), ("G",), ("draw",), ("D",), ("draw",)]
    assert widget.picture.value != before
    assert widget.message.value == "D steps: 2, G steps: 1"


def test_buttons_have_the_colors_of_the_players(game):
    widget = make(game)
    found = widget.step_discriminator_button.style.button_color
    assert found == figures.COLORS["discriminator"]
    assert (
        widget.step_generator_button.style.button_color == figures.COLORS["generated"]
    )


def test_run_takes_turns_and_redraws_on_the_way(game):
    widget = make(game, steps=30)
    game.calls.clear()
    widget.run_button.click()
    assert game.steps() == "DG" * 30
    assert game.calls.count(("draw",)) == 5
    assert widget.counts == {"D": 30, "G": 30}
    assert widget.run_button.description == "Run 30"


def test_run_may_be_given(game):
    widget = make(game, run=game.run, steps=5)
    game.calls.clear()
    widget.run_button.click()
    assert game.calls == [("run", 5), ("draw",)]
    assert widget.counts == {"D": 5, "G": 5}


def test_reset_begins_again(game):
    widget = make(game, reset=game.reset)
    widget.step_generator_button.click()
    widget.reset_button.click()
    assert game.calls[-2:] == [("reset",), ("draw",)]
    assert widget.counts == {"D": 0, "G": 0}


def test_without_reset_there_is_no_such_button(game):
    buttons = make(game).children[0].children
    assert [button.description for button in buttons] == ["Step D", "Step G", "Run 50"]


def test_an_error_is_shown_and_the_buttons_come_back(game):
    def fail():
        raise RuntimeError("loss <nan>")

    widget = figures.player_widget(fail, game.G, game.draw)
    widget.step_discriminator_button.click()
    assert "RuntimeError</b>: loss &lt;nan&gt;" in widget.message.value
    assert "of fail" in widget.message.value
    assert not widget.step_discriminator_button.disabled
    widget.step_generator_button.click()
    assert widget.message.value == "D steps: 0, G steps: 1"


def test_drawing_something_else_is_shown_as_an_error(game):
    widget = figures.player_widget(game.D, game.G, lambda: None)
    assert "must return a figure" in widget.message.value


def test_a_widget_is_short_in_plain_text(game):
    assert len(repr(make(game))) < 100


@pytest.mark.parametrize(
    ("options", "message"),
    [({"steps": 0}, "steps was 0"), ({"draw": 3}, "draw is int")],
)
def test_a_bad_widget_is_refused(game, options, message):
    given = {"step_discriminator": game.D, "step_generator": game.G}
    with pytest.raises(ValueError, match=message):
        figures.player_widget(**({**given, "draw": game.draw} | options))


def test_a_slider_redraws_the_figure():
    seen = []

    def draw(mean, name, dashed):
        seen.append((mean, name, dashed))
        return figures.new_figure(2.0 + len(seen), 1.5)[0]

    widget = figures.slider_figure(
        draw, mean=(-1.0, 1.0, 0.5, 0.0), name=["a", "b"], dashed=True
    )
    before = widget.picture.value
    widget.controls["mean"].value = 0.5
    assert seen == [(0.0, "a", True), (0.5, "a", True)]
    assert widget.picture.value != before


def test_whole_numbers_make_a_whole_slider():
    widget = figures.slider_figure(lambda steps: figures.new_figure()[0], steps=(1, 20))
    assert isinstance(widget.controls["steps"], ipywidgets.IntSlider)
    assert widget.controls["steps"].value == 10


def test_an_error_of_a_slider_is_shown_and_goes_away():
    def draw(mean):
        if mean > 0.5:
            raise ValueError("too far")
        return figures.new_figure(2.0, 1.5)[0]

    widget = figures.slider_figure(draw, mean=(0.0, 1.0))
    widget.controls["mean"].value = 0.9
    assert "too far" in widget.message.value
    widget.controls["mean"].value = 0.1
    assert widget.message.value == ""


def test_a_slider_has_its_states_beside_it_for_where_no_python_runs():
    def draw(mean, model_name):
        if mean > 0.9:
            raise ValueError("too far")
        title = f"{model_name} at {mean:g}"
        return figures.curves({"a": ([0, 1], [0, mean])}, **AXES, title=title)

    widget = figures.slider_figure(
        draw, mean=(0.0, 1.0, 0.1, 0.3), model_name=["<a>", "b"]
    )
    widget.controls["mean"].value = 0.4
    bundle = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    means, names = bundle["text/html"].split('<div class="states">')[1:]
    values = (0, 0.2, 0.4, 0.5, 0.7, 0.8, 1)
    shown = re.findall(r"<figure( hidden)?>.*?<figcaption>mean = (.*?)</fig", means)
    assert [value for _, value in shown] == [f"{value:g}" for value in values]
    assert [value for hidden, value in shown if not hidden] == ["0.4"]
    assert 'max="6" value="2" aria-valuetext="mean = 0.4"' in means
    assert "mean (at model name &lt;a&gt;) <input" in means
    assert 'alt="&lt;a&gt; at 0.2. Horizontal: x.' in means
    assert 'alt="No figure here: too far"' in means
    assert "model name = b" in names
    assert len(re.findall("<figure>", names)) == 1


@pytest.mark.parametrize(
    ("control", "values"),
    [
        ((1, 20), [1, 4, 7, 10, 14, 17, 20]),
        (True, [False, True]),
        ([*range(30)], [0, 5, 10, 14, 19, 24, 29]),
        (ipywidgets.Text("a"), ["a"]),
    ],
)
def test_few_values_stand_for_a_control(control, values):
    widget = figures.slider_figure(
        lambda value: figures.new_figure(1, 1)[0], value=control
    )
    assert _states(widget.controls["value"]) == values


def test_a_player_shows_the_states_it_was_given_or_the_present_one(game):
    assert "<figcaption>D steps: 0, G steps: 0</fig" in make(game).without_python()
    states = {name: game.draw() for name in ("turn 0", "turn 9")}
    page = make(game, states=states).without_python()
    assert 'moment <input type="range" min="0" max="1"' in page
    assert page.index("turn 0</figc") < page.index("turn 9</figc")


@pytest.mark.parametrize("bad", [(1.0, 0.0), "0-1", (0.0,), []])
def test_a_bad_slider_is_refused_by_name(bad):
    with pytest.raises(ValueError, match="slider 'mean'"):
        figures.slider_figure(lambda mean: None, mean=bad)
    with pytest.raises(ValueError, match="no sliders"):
        figures.slider_figure(lambda: None)
