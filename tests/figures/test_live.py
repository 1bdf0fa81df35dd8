import keras
import numpy as np
import pytest

from utils import figures
from utils.figures import live


class Shown:
    """Stands in for the notebook: keeps what is displayed and what is updated."""

    def __init__(self):
        self.first, self.updates = [], []

    def display(self, figure, display_id):
        assert display_id is True
        self.first.append(figure)
        return self

    def update(self, figure):
        self.updates.append(figure)


@pytest.fixture
def notebook(monkeypatch):
    shown = Shown()
    monkeypatch.setattr(live, "in_notebook", lambda: True)
    monkeypatch.setattr(live, "display", shown.display)
    return shown


def train(plot, epochs=4):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.linspace(-1, 1, 8, dtype="float32")[:, None]
    model.fit(x, x, batch_size=4, epochs=epochs, verbose=0, callbacks=[plot])
    return model


def test_a_plain_script_stays_silent(capsys, monkeypatch):
    monkeypatch.setattr(live, "display", lambda *_, **__: pytest.fail("displayed"))
    plot = figures.LivePlot()
    train(plot)
    assert capsys.readouterr() == ("", "")
    assert plot.history == {}


def test_a_notebook_shows_one_figure_and_updates_it(notebook):
    train(figures.LivePlot(seconds=0))
    assert len(notebook.first) == 1
    assert len(notebook.updates) == 3
    (line,) = notebook.updates[-1].axes[0].get_lines()
    assert line.get_xdata().tolist() == [1, 2, 3, 4]


def test_a_fast_training_is_drawn_at_its_beginning_and_its_end(notebook):
    plot = figures.LivePlot(seconds=3600)
    train(plot, epochs=6)
    assert len(notebook.first) == len(notebook.updates) == 1
    (line,) = notebook.updates[-1].axes[0].get_lines()
    assert len(line.get_xdata()) == 6


def test_every_second_epoch_is_looked_at(notebook):
    plot = figures.LivePlot(every=2, seconds=0)
    train(plot, epochs=5)
    assert plot.history["loss"][0] == [2, 4]


def test_batches_may_be_followed(notebook):
    plot = figures.LivePlot(["loss"], by="batch", seconds=0, title="Loss")
    train(plot, epochs=2)
    assert plot.history["loss"][0] == [1, 2, 3, 4]
    assert notebook.updates[-1].axes[0].get_xlabel() == "batch"
    assert notebook.updates[-1].get_suptitle() == "Loss"


def test_a_drawing_of_the_model_may_be_shown(notebook):
    def draw(model):
        figure, ax = figures.new_figure()
        ax.set_title(f"{model.count_params()} parameters")
        return figure

    train(figures.LivePlot(draw=draw, seconds=0), epochs=1)
    assert notebook.first[0].axes[0].get_title(loc="center") == "2 parameters"


def test_losses_and_what_d_says_stand_side_by_side(notebook):
    plot = figures.LivePlot(seconds=0)
    plot.on_train_begin()
    logs = {"discriminator_loss": 1.3, "generator_loss": 0.7}
    outputs = {"discriminator_real": 0.6, "discriminator_generated": 0.4}
    plot.on_epoch_end(0, logs | outputs)
    left, right = notebook.first[0].axes
    assert [line.get_label() for line in left.get_lines()] == [
        "discriminator",
        "generator",
    ]
    colors = [line.get_color() for line in right.get_lines()]
    assert colors == [figures.COLORS["real"], figures.COLORS["generated"]]


def test_a_second_fit_starts_a_new_figure(notebook):
    plot = figures.LivePlot(seconds=0)
    train(plot, epochs=2)
    train(plot, epochs=2)
    assert len(notebook.first) == 2
    assert plot.history["loss"][0] == [1, 2]


def test_an_unknown_metric_is_named_with_those_there_are(notebook):
    with pytest.raises(ValueError, match=r"no 'los'.*loss"):
        train(figures.LivePlot(["los"]))


@pytest.mark.parametrize("bad", [{"by": "step"}, {"every": 0}, {"seconds": -1}])
def test_bad_options_are_refused(bad):
    with pytest.raises(ValueError, match="at least"):
        figures.LivePlot(**bad)
