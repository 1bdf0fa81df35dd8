"""Solvers against the closed forms of linear equations and of the exact field."""

import numpy as np
import pytest
from keras import ops
from scipy.stats import norm

from utils.data.mixtures import GaussianMixture, ring
from utils.measures.noisy_mixtures import velocity
from utils.sampling.ode import (
    STEPS,
    check_times,
    crowding_times,
    ode_states,
    solve_ode,
    uniform_times,
)


def decay(x, t):
    return -2 * t * x  # x(t) = x(0)·exp(-t²)


def orders(field, x, exact, method, steps):
    """How the error falls with each doubling of the steps, in powers of two."""
    errors = [np.median(abs(solve_ode(field, x, n, method) - exact)) for n in steps]
    return np.log2(errors[-2] / errors[-1])


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_a_solver_has_the_order_it_is_known_for(method, order):
    x = np.array([1.0, -3.0])
    found = orders(decay, x, x * np.exp(-1), method, (16, 32))
    assert found == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize(
    ("method", "lowest", "highest"), [("euler", 0.9, 1.1), ("heun", 1.8, 2.1)]
)
def test_the_orders_hold_on_the_exact_field_of_the_ring(method, lowest, highest):
    mixture = ring(std=0.05)

    def field(x, t):
        return velocity(mixture, x, t)

    z = np.random.default_rng(1).standard_normal((100, 2))
    exact = solve_ode(field, z, 300, "rk4")
    assert lowest < orders(field, z, exact, method, (64, 128)) < highest


def test_on_a_line_the_exact_field_moves_every_quantile_to_its_own():
    mixture = GaussianMixture([-2.0, 1.0], [0.5, 0.8], [0.4, 0.6])
    z = norm.ppf((np.arange(41) + 0.5) / 41)[:, None]
    x = solve_ode(lambda x, t: velocity(mixture, x, t), z, 200, "rk4")[:, 0]
    reached = (
        mixture.weights * norm.cdf((x[:, None] - mixture.means.T) / mixture.std)
    ).sum(1)
    np.testing.assert_allclose(reached, norm.cdf(z[:, 0]), atol=1e-9)


def test_one_euler_step_of_the_exact_field_returns_the_mean_of_the_data():
    mixture = GaussianMixture([[0.0, 1.0], [4.0, 1.0]], 0.1, [0.25, 0.75])
    z = np.random.default_rng(0).standard_normal((50, 2))
    found = solve_ode(lambda x, t: velocity(mixture, x, t), z, 1)
    np.testing.assert_allclose(found, np.broadcast_to([3.0, 1.0], (50, 2)), atol=1e-12)


def test_backward_undoes_forward():
    x = np.array([0.5, 2.0])
    there = solve_ode(decay, x, 64, "rk4")
    np.testing.assert_allclose(
        solve_ode(decay, there, uniform_times(64)[::-1], "rk4"), x, rtol=1e-7
    )


@pytest.mark.parametrize("method", STEPS)
def test_a_field_is_never_asked_beyond_the_last_time(method):
    asked = []

    def field(x, t):
        asked.append(t)
        return 0 * x

    solve_ode(field, np.zeros(1), 49, method)
    assert min(asked) >= 0
    assert max(asked) <= 1


def test_states_begin_where_one_starts_and_end_where_one_arrives():
    x = np.array([1.0])
    states = list(ode_states(decay, x, 5))
    assert len(states) == 6
    assert states[0] is x
    assert states[-1] == solve_ode(decay, x, 5)


def test_tensors_stay_tensors():
    x = ops.convert_to_tensor(np.ones((3, 1), "float32"))
    found = solve_ode(decay, x, 200, "heun")
    assert ops.is_tensor(found)
    np.testing.assert_allclose(ops.convert_to_numpy(found), np.exp(-1), rtol=1e-4)


def test_crowding_times_run_from_0_to_1_with_shrinking_steps():
    times = crowding_times(32, 0.01)
    assert (times[0], times[-1], len(times)) == (0.0, 1.0, 33)
    assert (np.diff(np.diff(times)) < 0).all()
    np.testing.assert_allclose(
        np.diff(np.arcsinh((1 - times) / 0.01)), -np.arcsinh(100) / 32, rtol=1e-6
    )


@pytest.mark.parametrize(
    "times", [[0.0], [0.0, 0.5, 0.5, 1.0], [0.0, 0.7, 0.3], [[0.0, 1.0]], []]
)
def test_times_that_stand_still_or_turn_round_are_refused(times):
    with pytest.raises(ValueError, match=r"rise all the way|is empty"):
        check_times(times)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="steps was 0, but must be an integer"):
        solve_ode(decay, np.ones(1), 0)
    with pytest.raises(ValueError, match="NaN or infinite"):
        solve_ode(decay, np.ones(1), [0.0, np.nan, 1.0])
    with pytest.raises(ValueError, match=r"no method 'eular'. Did you mean 'euler'"):
        solve_ode(decay, np.ones(1), 3, "eular")
    with pytest.raises(ValueError, match="std was 0"):
        crowding_times(5, 0)
