import numpy as np
import pytest

from utils import figures
from utils.data.mixtures import GaussianMixture

MEANS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def drawn(samples, std, **options):
    hits = GaussianMixture(MEANS, std).nearest(samples)
    return figures.modes_2d(samples, MEANS, *hits, **options)


def labeled(ax, label):
    return next(each for each in ax.collections if each.get_label() == label)


def test_found_and_missed_modes_are_told_apart():
    samples = [[0.1, 0.0], [10.0, 0.2], [0.0, 8.0]]
    figure = drawn(samples, 0.1, title="Two of three")
    left, right = figure.axes
    assert labeled(left, "mode found").get_offsets().tolist() == MEANS[:2].tolist()
    assert labeled(left, "mode missed").get_offsets().tolist() == MEANS[2:].tolist()
    assert left.get_title(loc="left") == "2 of 3 modes found"
    assert right.get_title(loc="left") == "66.7% within 3 σ of a mode"


def test_the_close_up_is_in_units_of_the_standard_deviation():
    samples = MEANS + np.array([0.1, -0.2])
    _, right = drawn(samples, [0.1, 0.2, 0.1]).axes
    good = labeled(right, "generated, high quality").get_offsets()
    assert np.asarray(good) == pytest.approx(np.array([[1, -2], [0.5, -1], [1, -2]]))


def test_on_given_axes_there_is_no_close_up():
    figure, ax = figures.new_figure()
    drawn(MEANS, 1.0, ax=ax)
    assert figure.axes == [ax]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": np.zeros(4)}, "samples has shape"),
        ({"means": np.zeros((3, 3))}, "means has shape"),
        ({"nearest": [0, 1]}, r"nearest has shape \(2,\) for 3 samples"),
        ({"nearest": [0, 1, 3]}, "0 to 2"),
        ({"offsets": MEANS[:2]}, "2 vectors for 3 points"),
        ({"sigmas": 0}, "sigmas was 0"),
    ],
)
def test_bad_modes_are_refused(options, message):
    right = {"nearest": [0, 1, 2], "offsets": np.zeros((3, 2))}
    given = {"samples": MEANS, "means": MEANS} | right | options
    with pytest.raises(ValueError, match=message):
        figures.modes_2d(**given)
