import numpy as np
import pytest

from utils import figures

MEANS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def labeled(ax, label):
    return next(each for each in ax.collections if each.get_label() == label)


def test_found_and_missed_modes_are_told_apart():
    samples = [[0.1, 0.0], [10.0, 0.2], [0.0, 8.0]]
    figure = figures.modes_2d(samples, MEANS, 0.1, title="Two of three")
    left, right = figure.axes
    assert labeled(left, "mode found").get_offsets().tolist() == MEANS[:2].tolist()
    assert labeled(left, "mode missed").get_offsets().tolist() == MEANS[2:].tolist()
    assert left.get_title(loc="left") == "2 of 3 modes found"
    assert right.get_title(loc="left") == "66.7% within 3 σ of a mode"


def test_the_close_up_is_in_units_of_the_standard_deviation():
    samples = MEANS + np.array([0.1, -0.2])
    _, right = figures.modes_2d(samples, MEANS, [0.1, 0.2, 0.1]).axes
    good = labeled(right, "generated, high quality").get_offsets()
    assert np.asarray(good) == pytest.approx(np.array([[1, -2], [0.5, -1], [1, -2]]))


def test_on_given_axes_there_is_no_close_up():
    figure, ax = figures.new_figure()
    figures.modes_2d(MEANS, MEANS, 1.0, ax=ax)
    assert figure.axes == [ax]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": np.zeros(4)}, "samples has shape"),
        ({"means": np.zeros((3, 3))}, "means has shape"),
        ({"std": 0.0}, "positive std"),
        ({"std": [0.1, 0.2]}, "one a mode"),
        ({"sigmas": 0}, "positive number of sigmas"),
    ],
)
def test_bad_modes_are_refused(options, message):
    given = {"samples": MEANS, "means": MEANS, "std": 0.1} | options
    with pytest.raises(ValueError, match=message):
        figures.modes_2d(**given)
