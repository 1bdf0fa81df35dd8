"""Closed forms under noise: against SciPy, differences, Monte Carlo and each other."""

import numpy as np
import pytest
from scipy.stats import norm

from utils.data.mixtures import GaussianMixture, gaussian, grid, ring
from utils.measures.noisy_mixtures import (
    denoised,
    denoising_floor,
    flow_matching_floor,
    mean_square,
    noisy_score,
    path_energy,
    responsibilities,
    velocity,
    velocity_divergence,
)
from utils.measures.paths import PATHS, STRAIGHT

UNEVEN = GaussianMixture(
    [[-2.0, 0.5], [1.0, 0.0], [0.3, 2.0]], [0.5, 0.8, 0.1], [0.4, 0.5, 0.1]
)
TWO_POINTS = GaussianMixture([-1.0, 1.0], 1e-6)
HEAPS = GaussianMixture([-4.0, -2.0, 0.0, 2.0, 4.0], 0.05)
POINTS = np.random.default_rng(1).normal(size=(50, 2))


def noisy(mixture, a, b):
    """x_t's own mixture, built the long way."""
    std = np.sqrt(a**2 * np.asarray(mixture.std) ** 2 + b**2)
    return GaussianMixture(a * mixture.means, std, mixture.weights)


def differences(function, x, h=1e-5):
    """The derivative of a function of points along each axis, (n, ..., d)."""
    steps = h * np.eye(x.shape[1])
    return np.stack([(function(x + s) - function(x - s)) / (2 * h) for s in steps], -1)


def test_between_two_points_the_denoiser_is_a_tanh():
    x = np.linspace(-3, 3, 41)[:, None]
    for b in (0.5, 1.0, 2.0):
        found = denoised(TWO_POINTS, x, 1.0, b)
        np.testing.assert_allclose(found, np.tanh(x / b**2), atol=1e-12)


@pytest.mark.parametrize(
    ("b", "floor"), [(0.25, 0.000098), (0.5, 0.068597), (1, 0.449600), (2, 0.795946)]
)
def test_the_least_error_between_two_points_is_one_minus_tanh_squared(b, floor):
    assert denoising_floor(TWO_POINTS, 1.0, b, nodes=200) == pytest.approx(
        floor, abs=2e-6
    )


def test_responsibilities_are_the_posterior_of_the_components():
    densities = np.stack(
        [
            w * np.prod(norm(0.6 * m, np.hypot(0.6 * s, 0.8)).pdf(POINTS), axis=1)
            for m, s, w in zip(UNEVEN.means, UNEVEN.std, UNEVEN.weights, strict=True)
        ],
        axis=1,
    )
    expected = densities / densities.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(responsibilities(UNEVEN, POINTS, 0.6, 0.8), expected)


def test_responsibilities_far_away_are_those_of_the_widest_component():
    found = responsibilities(UNEVEN, np.array([[500.0, -500.0]]), 1.0, 0.0)
    np.testing.assert_allclose(found, [[0, 1, 0]], atol=1e-12)


@pytest.mark.parametrize(
    "mixture", [UNEVEN, ring(), grid()], ids=["uneven", "ring", "grid"]
)
def test_the_score_is_the_slope_of_the_noisy_log_density(mixture):
    slope = differences(noisy(mixture, 0.8, 0.6).log_density, POINTS)
    np.testing.assert_allclose(noisy_score(mixture, POINTS, 0.8, 0.6), slope, atol=1e-7)


@pytest.mark.parametrize(
    "mixture", [UNEVEN, ring(), grid()], ids=["uneven", "ring", "grid"]
)
def test_tweedie_joins_denoiser_and_score(mixture):
    score = noisy_score(mixture, POINTS, 0.8, 0.6)
    np.testing.assert_allclose(
        denoised(mixture, POINTS, 0.8, 0.6), (POINTS + 0.36 * score) / 0.8, atol=1e-12
    )


def test_at_the_start_the_field_points_from_the_noise_to_the_mean_of_the_data():
    mean = UNEVEN.weights @ UNEVEN.means
    np.testing.assert_allclose(velocity(UNEVEN, POINTS, 0.0), mean - POINTS, atol=1e-12)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_what_the_field_leaves_over_is_uncorrelated_with_where_a_point_is(path):
    rng = np.random.default_rng(0)
    x, z = UNEVEN.sample(40_000, 3), rng.standard_normal((40_000, 2))
    for t in (0.2, 0.6, 0.9):
        at = path.at(x, z, t)
        rest = path.a_slope(t) * x + path.b_slope(t) * z - velocity(UNEVEN, at, t, path)
        for test in (np.ones_like(at), at, np.sin(3 * at), at[:, ::-1] ** 2):
            products = (rest * test).sum(axis=1)
            error = products.std() / np.sqrt(len(products))
            assert abs(products.mean()) < 4 * error


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("t", [0.0, 0.3, 0.7, 0.97, 1.0])
def test_the_divergence_is_the_trace_of_the_derivative(path, t):
    jacobian = differences(lambda x: velocity(UNEVEN, x, t, path), POINTS)
    np.testing.assert_allclose(
        velocity_divergence(UNEVEN, POINTS, t, path),
        np.trace(jacobian, axis1=1, axis2=2),
        rtol=1e-6,
        atol=1e-6,
    )


def test_of_one_gaussian_the_field_stretches_evenly():
    s, t = 0.5, 0.7
    gain = (t * s**2 - (1 - t)) / (t**2 * s**2 + (1 - t) ** 2)
    found = velocity(gaussian([0.0, 0.0], s), POINTS, t)
    np.testing.assert_allclose(found, gain * POINTS, atol=1e-12)


def test_the_floor_of_one_gaussian_is_pi_s_over_two():
    for s in (0.5, 1.0, 3.0):
        floor = flow_matching_floor(gaussian(0.0, s), nodes=9, times=20)
        assert floor == pytest.approx(np.pi * s / 2)


def test_the_floor_of_the_grid_is_twice_that_of_its_lines():
    assert 2 * flow_matching_floor(HEAPS, nodes=40, times=40) == pytest.approx(
        7.69571, abs=1e-4
    )
    unit = GaussianMixture(HEAPS.means / np.sqrt(8.0025), 0.05 / np.sqrt(8.0025))
    assert 2 * flow_matching_floor(unit, nodes=40, times=40) == pytest.approx(
        2.72042, abs=1e-4
    )


def test_the_floor_of_the_ring_by_quadrature_in_the_plane():
    assert flow_matching_floor(ring(), nodes=30, times=15) == pytest.approx(
        1.67089, abs=2e-4
    )


def test_floor_and_energy_add_up_to_the_mean_square_of_the_target():
    total = flow_matching_floor(UNEVEN, nodes=20, times=6) + path_energy(
        UNEVEN, nodes=20, times=6
    )
    assert total == pytest.approx(mean_square(UNEVEN) + 2, rel=1e-10)
    drawn = UNEVEN.sample(100_000, 0).astype("float64")
    assert mean_square(UNEVEN) == pytest.approx(
        np.square(drawn).sum(1).mean(), rel=0.01
    )


def test_the_exact_field_has_the_floor_as_its_loss():
    x, rng = UNEVEN.sample(2_000, 0), np.random.default_rng(1)
    losses = []
    for t in (np.arange(100) + 0.5) / 100:
        z = rng.standard_normal(x.shape)
        rest = x - z - velocity(UNEVEN, STRAIGHT.at(x, z, t), t)
        losses.append(np.square(rest).sum(axis=1))
    floor = flow_matching_floor(UNEVEN, times=12)
    assert np.mean(losses) == pytest.approx(floor, rel=0.02)


def test_the_perfect_fit_to_single_points_leads_to_one_of_them():
    points = GaussianMixture(np.random.default_rng(0).normal(size=(5, 8)), 1e-9)
    x = np.random.default_rng(1).normal(size=(20, 8))
    for i in range(100):
        x = x + velocity(points, x, i / 100) / 100
    nearest = np.linalg.norm(x[:, None] - points.means, axis=-1).min(axis=1)
    assert nearest.max() < 1e-6


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"must be \(n, 2\)"):
        denoised(UNEVEN, np.zeros(3), 1.0, 1.0)
    with pytest.raises(ValueError, match="not both can be 0"):
        denoised(UNEVEN, POINTS, 0.0, 0.0)
    with pytest.raises(ValueError, match=r"t was 1.2, but must be"):
        velocity(UNEVEN, POINTS, 1.2)
    with pytest.raises(ValueError, match="round components"):
        denoised(GaussianMixture([[0.0, 0.0]], [[1.0, 2.0]]), POINTS, 1.0, 1.0)
    with pytest.raises(ValueError, match="3 dimensions, but quadrature"):
        denoising_floor(gaussian(np.zeros(3), 1.0), 1.0, 1.0)
