"""Contour maps: the lines, the paths, the places, and what is refused."""

import numpy as np
import pytest

from utils.figures.canvas import new_figure, to_png
from utils.figures.scenes.surfaces import surface
from utils.figures.theme import COLORS

X, Y = np.linspace(-1, 1, 20), np.linspace(0, 2, 15)
BOWL = X**2 + Y[:, None] ** 2
LABELS = {"xlabel": "mean", "ylabel": "std"}


def test_a_surface_has_its_path_its_place_and_its_labels():
    path = np.array([[0.5, 1.5], [0.1, 0.2]])
    figure = surface(
        X, Y, BOWL, paths={"measured": path}, places={"exact": (0, 0)}, **LABELS
    )
    (ax,) = figure.axes
    lines = {line.get_label(): line for line in ax.lines}
    assert np.array_equal(lines["measured"].get_xydata(), path)
    assert lines["measured"].get_color() == COLORS["measured"]
    assert np.array_equal(lines["exact"].get_xydata(), [[0, 0]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mean", "std")
    assert len(to_png(figure)) > 1_000


def test_levels_may_be_given_and_axes_too():
    figure, axes = new_figure(6, 3, 1, 2)
    for ax in axes[0]:
        drawn = surface(X, Y, BOWL, levels=[0.1, 0.2, 3.0], ax=ax, title="a", **LABELS)
        assert drawn is figure
        assert list(ax.collections[-1].levels) == [0.1, 0.2, 3.0]


def test_a_scale_of_grays_names_the_values_only_where_it_is_asked_for():
    _, scale = surface(
        X, Y, BOWL, levels=[0.1, 0.2, 3.0], values_label="KL (nats)", **LABELS
    ).axes
    assert scale.get_ylabel() == "KL (nats)"
    assert [tick.get_text() for tick in scale.get_yticklabels()] == ["0.10", "3.00"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, Y, BOWL.T), "one row for each y"),
        ((X, Y, BOWL * np.nan), "NaN"),
    ],
)
def test_values_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        surface(*arguments, **LABELS)
