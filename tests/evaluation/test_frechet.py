"""The Fréchet distance: closed forms, SciPy's square root, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from scipy.linalg import sqrtm

from utils.evaluation.frechet import frechet_distance, frechet_feature_distance


def random_covariance(rng, d, rank=None):
    factor = rng.normal(size=(d, rank or d + 2))
    return factor @ factor.T / d


def by_sqrtm(mean_a, cov_a, mean_b, cov_b):
    root = sqrtm(cov_a @ cov_b).real
    return np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a + cov_b - 2 * root)


def test_a_mean_of_one_in_256_dimensions_is_a_distance_of_256():
    d = 256
    distance = frechet_distance(np.zeros(d), np.eye(d), np.ones(d), np.eye(d))
    assert distance == pytest.approx(d, rel=1e-9)


@pytest.mark.parametrize("seed", range(100))
def test_it_agrees_with_scipys_matrix_square_root(seed):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 30))
    means = rng.normal(size=(2, d))
    covariances = [random_covariance(rng, d) for _ in range(2)]
    ours = frechet_distance(means[0], covariances[0], means[1], covariances[1])
    assert ours == pytest.approx(
        by_sqrtm(means[0], covariances[0], means[1], covariances[1]), rel=1e-6
    )


@given(
    means=st.tuples(*2 * [st.floats(-10, 10)]), stds=st.tuples(*2 * [st.floats(0, 10)])
)
@settings(deadline=None, max_examples=50)
def test_on_a_line_it_is_the_squared_difference_of_means_and_of_spreads(means, stds):
    exact = (means[0] - means[1]) ** 2 + (stds[0] - stds[1]) ** 2
    distance = frechet_distance(means[0], stds[0] ** 2, means[1], stds[1] ** 2)
    assert distance == pytest.approx(exact, abs=1e-9, rel=1e-9)


def test_equal_gaussians_are_0_apart_and_order_does_not_matter():
    rng = np.random.default_rng(0)
    a, b = random_covariance(rng, 8), random_covariance(rng, 8)
    zero = np.zeros(8)
    assert frechet_distance(zero, a, zero, a) == pytest.approx(0, abs=1e-9)
    there = frechet_distance(zero, a, zero + 1, b)
    assert there == pytest.approx(frechet_distance(zero + 1, b, zero, a), rel=1e-9)


def test_singular_covariances_are_fine():
    rng = np.random.default_rng(1)
    d = 20
    flat, other = random_covariance(rng, d, rank=3), random_covariance(rng, d, rank=4)
    zero = np.zeros(d)
    assert frechet_distance(zero, flat, zero, flat) == pytest.approx(0, abs=1e-9)
    # Perpendicular flat Gaussians share no direction: the distance is both traces.
    first, second = np.diag([1.0, 0.0]), np.diag([0.0, 4.0])
    assert frechet_distance(zero[:2], first, zero[:2], second) == pytest.approx(5)
    moved = frechet_distance(zero, flat, zero, other)
    nearly = frechet_distance(
        zero, flat + 1e-10 * np.eye(d), zero, other + 1e-10 * np.eye(d)
    )
    assert moved == pytest.approx(nearly, rel=1e-3)


def test_fid_is_the_distance_of_means_and_covariances_of_the_features():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(200, 5)), rng.normal(0.5, 2, size=(150, 5))
    expected = by_sqrtm(
        real.mean(axis=0), np.cov(real.T), fake.mean(axis=0), np.cov(fake.T)
    )
    assert frechet_feature_distance(real, fake) == pytest.approx(expected, rel=1e-9)
    assert frechet_feature_distance(
        ops.convert_to_tensor(real, "float32"), ops.convert_to_tensor(fake, "float32")
    ) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("n", "floor"), [(1_000, 2.20), (10_000, 0.22)])
def test_two_samples_of_one_gaussian_in_64_dimensions_are_apart_by_the_bias(n, floor):
    rng = np.random.default_rng(3)
    value = np.mean(
        [
            frechet_feature_distance(rng.normal(size=(n, 64)), rng.normal(size=(n, 64)))
            for _ in range(3)
        ]
    )
    assert value == pytest.approx(floor, rel=0.05)


def test_what_is_no_gaussian_is_refused():
    one = np.eye(2)
    for arguments, message in (
        ((np.zeros(2), np.eye(3), np.zeros(2), one), "first Gaussian has a mean"),
        ((np.zeros(2), one, np.zeros(3), np.eye(3)), "2 dimension"),
        ((np.zeros(2), one, [0, np.nan], one), "second mean: 1 of 2 are NaN"),
        ((np.zeros(2), [[1, 2], [0, 1]], np.zeros(2), one), "not symmetric"),
        ((np.zeros(2), one, np.zeros(2), np.diag([1, -1])), "eigenvalue -1"),
    ):
        with pytest.raises(ValueError, match=message):
            frechet_distance(*arguments)


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((5, 8, 8, 1)), np.zeros((5, 64)), "one row per example"),
        (np.zeros((1, 3)), np.zeros((5, 3)), "1 real features"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "same network"),
        (
            np.zeros((5, 3)),
            np.full((5, 3), np.nan),
            "generated features: 15 of 15 are NaN",
        ),
    ],
)
def test_what_are_no_features_is_refused(real, fake, message):
    with pytest.raises(ValueError, match=message):
        frechet_feature_distance(real, fake)
