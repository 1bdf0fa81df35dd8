"""Helices: two kinds that only a look through space can tell apart."""

import numpy as np
import pytest

from utils.data.volumes import helices


def test_helices_have_the_shape_asked_for_and_both_labels():
    volumes, labels = helices(40, seed=0, size=10)
    assert volumes.shape == (40, 10, 10, 10, 1)
    assert volumes.dtype == np.float32
    assert set(labels) == {0, 1}


def test_the_curve_is_bright_and_the_space_around_it_dark():
    volumes, _ = helices(10, seed=0, noise=0.0)
    assert volumes.min() >= 0
    assert volumes.max() == pytest.approx(1, abs=0.05)
    assert 0.02 < (volumes > 0.5).mean() < 0.2


def handedness(volume):
    """How far the bright spot of each slice turns on to the next: > 0 to the right."""
    axis = np.arange(len(volume)) - (len(volume) - 1) / 2
    angle = np.arctan2(*np.meshgrid(axis, axis)[::-1]).T
    pointers = np.einsum("ijk,ij->k", volume**4, np.exp(1j * angle))
    return (np.conj(pointers[:-1]) * pointers[1:]).imag.sum()


def test_right_handed_helices_turn_to_the_right_on_the_way_up():
    volumes, labels = helices(60, seed=0, noise=0.0)
    turns = np.array([handedness(each[..., 0]) for each in volumes])
    assert ((turns > 0) == (labels > 0)).mean() > 0.9


def test_one_seed_gives_the_same_helices():
    first, second = (helices(3, seed=4)[0] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, helices(3, seed=5)[0])


@pytest.mark.parametrize("change", [{"n": 0}, {"size": 7}, {"noise": -0.1}])
def test_wrong_requests_are_refused(change):
    with pytest.raises(ValueError, match=r"was .*, but must be"):
        helices(**({"n": 2, "seed": 0} | change))
