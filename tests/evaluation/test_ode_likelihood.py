"""Likelihood by the ODE: against the density, and its own estimate of the error."""

import numpy as np
import pytest
from keras import ops

from utils.data.mixtures import GaussianMixture, gaussian, grid
from utils.evaluation.ode_likelihood import divergence_of, ode_log_likelihood
from utils.measures.noisy_mixtures import velocity, velocity_divergence
from utils.sampling.ode import crowding_times

WIDE = GaussianMixture([[1.5, 0], [-1.5, 0], [0, 1.5], [0, -1.5]], 0.5)


def exact_field(mixture):
    return (
        lambda x, t: velocity(mixture, x, t),
        lambda x, t: velocity_divergence(mixture, x, t),
    )


@pytest.mark.parametrize("mixture", [WIDE, gaussian([0.0, 1.0, 2.0], 0.5)])
def test_with_the_exact_field_it_is_the_density(mixture):
    x = mixture.sample(100, 5)
    found = ode_log_likelihood(*exact_field(mixture), x, 64)
    np.testing.assert_allclose(found.nats, mixture.log_density(x), atol=1e-4)


def test_on_the_grid_rk4_with_128_steps_is_within_a_thousandth():
    x = grid().sample(100, 5)
    times = crowding_times(128, grid().std)
    found = ode_log_likelihood(*exact_field(grid()), x, times)
    rms = np.sqrt(np.mean((found.nats - grid().log_density(x)) ** 2))
    assert rms < 1e-3


def test_a_coarse_solver_finds_the_data_more_probable_than_they_are():
    x = grid().sample(300, 5)
    found = ode_log_likelihood(*exact_field(grid()), x, 100, "euler")
    bias = found.nats.mean() - grid().log_density(x).mean()
    assert bias == pytest.approx(0.147, abs=0.02)
    assert found.error.mean() > 0.5 * bias  # and it says that it is unsure


def linear(matrix):
    matrix = ops.convert_to_tensor(np.asarray(matrix, "float32"))
    return lambda x, t: ops.matmul(x, matrix) * (1 + t)


def test_the_divergence_of_a_linear_field_is_the_trace():
    x = np.random.default_rng(0).normal(size=(6, 3))
    matrix = np.arange(9.0).reshape(3, 3)
    found = divergence_of(linear(matrix))(x, 0.5)
    np.testing.assert_allclose(found, 1.5 * np.trace(matrix), rtol=1e-5)


def test_hutchinson_is_exact_where_nothing_is_off_the_diagonal():
    x = np.random.default_rng(0).normal(size=(6, 3))
    found = divergence_of(linear(np.diag([1.0, -2.0, 5.0])), probes=1)(x, 0.0)
    np.testing.assert_allclose(found, 4.0, rtol=1e-5)


def test_hutchinson_is_right_on_average():
    matrix = np.random.default_rng(1).normal(size=(4, 4))
    found = divergence_of(linear(matrix), probes=50, seed=3)(np.zeros((200, 4)), 0.0)
    spread = np.sqrt(np.square(matrix + matrix.T)[np.triu_indices(4, 1)].sum())
    error = spread / np.sqrt(50 * 200)
    assert abs(found.mean() - np.trace(matrix)) < 4 * error


def test_bad_input_is_refused_in_a_sentence():
    field = exact_field(WIDE)
    x = WIDE.sample(3, 0)
    with pytest.raises(ValueError, match="7 steps from 0 to 1 were given"):
        ode_log_likelihood(*field, x, 7)
    with pytest.raises(ValueError, match=r"2 steps from 0 to 0.9"):
        ode_log_likelihood(*field, x, [0, 0.5, 0.9])
    with pytest.raises(ValueError, match="NaN"):
        ode_log_likelihood(*field, x * np.nan, 4)
    with pytest.raises(ValueError, match=r"not \(n, None\)|shape"):
        ode_log_likelihood(*field, x[0], 4)
    with pytest.raises(ValueError, match="probes was 0"):
        divergence_of(linear(np.eye(2)), probes=0)
