"""Ascent and Langevin dynamics where the answer is known."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import value_and_gradients
from utils.sampling.ascent import ascend, ascent_step
from utils.sampling.langevin import langevin


def hill(variance, center=0.0):
    """The log-density of a Gaussian, but for a constant."""
    return lambda x: -ops.sum(ops.square(x - center), axis=-1) / (2 * variance)


def test_ascent_on_a_parabola_shrinks_the_distance_by_a_fixed_factor():
    start = np.array([[4.0, -2.0], [1.0, 0.5]], "float32")
    end = ascend(hill(2.0), start, steps=5, step_size=0.4)
    np.testing.assert_allclose(end, start * (1 - 0.4 / 2.0) ** 5, rtol=1e-5)


def test_the_slope_that_a_step_follows_counts_as_a_constant():
    x = keras.Variable([[4.0, -2.0]])
    _, (gradient,) = value_and_gradients(
        lambda: ops.sum(ascent_step(hill(2.0), x, 0.4)), [x]
    )
    np.testing.assert_array_equal(ops.convert_to_numpy(gradient), [[1.0, 1.0]])


def test_ascent_stays_within_bounds():
    end = ascend(hill(1.0, center=5.0), np.zeros((3, 2)), 50, 0.5, bounds=(-1, 1))
    np.testing.assert_array_equal(end, np.ones((3, 2)))


def test_no_step_leaves_everything_where_it_is():
    start = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(ascend(hill(1.0), start, 0, 0.1), start)


@pytest.mark.parametrize(("variance", "step"), [(1.0, 0.5), (0.25, 0.2)])
def test_langevin_on_a_quadratic_energy_has_the_variance_of_the_gaussian(
    variance, step
):
    end = langevin(hill(variance, 1.0), np.zeros((8_000, 2)), 30, step)
    # The exact variance of the chain with this step, not of its limit.
    expected = variance / (1 - step / (4 * variance))
    assert end.mean(axis=0) == pytest.approx(1.0, abs=0.05)
    assert end.var(axis=0) == pytest.approx(expected, rel=0.06)


def test_a_higher_temperature_spreads_further():
    hot = langevin(hill(1.0), np.zeros((8_000, 1)), 60, 0.2, temperature=3.0)
    assert hot.var() == pytest.approx(3 / (1 - 0.2 / 4), rel=0.06)


def test_at_temperature_zero_it_is_plain_ascent():
    start = np.ones((2, 2), "float32")
    cold = langevin(hill(1.0), start, 4, 0.2, temperature=0.0)
    np.testing.assert_allclose(cold, ascend(hill(1.0), start, 4, 0.1), rtol=1e-6)


def test_the_same_seed_gives_the_same_walk():
    start = np.zeros((3, 2))
    first, again, other = (
        langevin(hill(1.0), start, 3, 0.1, seed=s) for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": -1}, "steps was -1"),
        ({"steps": 1.5}, "steps was 1.5"),
        ({"step_size": 0.0}, "step_size was 0.0"),
        ({"noise": -1.0}, "noise was -1.0"),
        ({"bounds": (1, -1)}, "bounds were"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ascend(
            hill(1.0), np.zeros((1, 1)), **{"steps": 1, "step_size": 1.0, **arguments}
        )


def test_a_negative_temperature_is_refused():
    with pytest.raises(ValueError, match="temperature was -1"):
        langevin(hill(1.0), np.zeros((1, 1)), 1, 0.1, temperature=-1)
