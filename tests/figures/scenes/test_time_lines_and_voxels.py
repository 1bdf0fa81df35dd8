"""Signals with marked stretches, and volumes as balls in space."""

import numpy as np
import pytest

from utils import figures

LINE = np.sin(np.linspace(0, 20, 160))
MASK = LINE > 0.9


def test_signals_stand_under_each_other_on_one_time_axis():
    figure = figures.signals({"left": LINE, "right": -LINE[:, None]}, rate=80)
    upper, lower = figure.axes
    assert [ax.get_ylabel() for ax in (upper, lower)] == ["left", "right"]
    x, y = lower.lines[0].get_data()
    assert x[-1] == pytest.approx(159 / 80)
    assert y == pytest.approx(-LINE)
    assert lower.get_xlabel() == "time (seconds)"


def test_marks_shade_their_panel_and_no_other():
    figure = figures.signals(
        {"a": LINE, "b": LINE}, rate=80, marks={"spike": {"b": MASK}}
    )
    assert [len(ax.collections) for ax in figure.axes] == [0, 1]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["spike"]


def test_voxels_above_the_threshold_are_drawn_where_they_are():
    volume = np.zeros((4, 5, 6, 1))
    volume[1, 2, 3] = 1
    volume[3, 0, 5] = 0.4
    figure = figures.volumes({"one": volume}, title="One voxel")
    (balls,) = figure.axes[0].collections
    assert [each.tolist() for each in balls._offsets3d] == [[1], [2], [3]]


def test_volumes_that_do_not_fill_the_last_row_leave_it_empty():
    cube = np.ones((2, 2, 2))
    figure = figures.volumes(dict.fromkeys("abcde", cube), columns=4)
    assert [ax.get_title() for ax in figure.axes] == list("abcde")
    assert figures.to_png(figure)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.signals({}, 80), "no signals"),
        (lambda: figures.signals({"a": LINE}, 0), "rate was 0"),
        (
            lambda: figures.signals({"a": LINE}, 80, marks={"m": {"a": MASK[1:]}}),
            "159 values for the 160",
        ),
        (lambda: figures.volumes({}), "no volumes"),
        (lambda: figures.volumes({"a": np.zeros((3, 3))}), "expected"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
