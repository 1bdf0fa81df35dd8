"""Mixtures: their places, densities and samples against SciPy and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from scipy.stats import kstest, multivariate_normal, norm
from sklearn.mixture import GaussianMixture as ScikitMixture

from utils.data.mixtures import GaussianMixture, gaussian, grid, ring, standardized


@pytest.fixture
def general():
    """Three components with full covariances and unequal weights."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(3, 2, 2))
    covariances = factors @ factors.swapaxes(1, 2) + 0.2 * np.eye(2)
    return GaussianMixture(
        rng.normal(size=(3, 2)), weights=[0.5, 0.3, 0.2], covariances=covariances
    )


def test_the_ring_has_eight_distinct_modes_at_multiples_of_45_degrees():
    mixture = ring()
    angles = np.degrees(np.arctan2(*mixture.means.T[::-1])) % 360
    np.testing.assert_allclose(angles, np.arange(8) * 45.0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(mixture.means, axis=1), 1.0)
    assert mixture.std == 0.01
    np.testing.assert_allclose(mixture.weights, 1 / 8)


@given(modes=st.integers(2, 60), radius=st.floats(0.1, 10))
@settings(deadline=None, max_examples=40)
def test_all_modes_of_a_ring_are_evenly_spaced(modes, radius):
    means = ring(modes, radius).means
    gaps = np.linalg.norm(means - np.roll(means, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * radius * abs(math.sin(math.pi / modes)))


def test_the_grid_has_25_modes_from_minus_4_to_4():
    mixture = grid()
    ticks = {-4.0, -2.0, 0.0, 2.0, 4.0}
    assert {tuple(mean) for mean in mixture.means} == {
        (x, y) for x in ticks for y in ticks
    }
    assert mixture.std == 0.05
    assert grid(side=2, spacing=1).means.tolist() == [
        [-0.5, -0.5],
        [-0.5, 0.5],
        [0.5, -0.5],
        [0.5, 0.5],
    ]


def test_log_density_agrees_with_scipy(general):
    x = np.random.default_rng(1).normal(0, 3, (1000, 2))
    parts = zip(general.weights, general.means, general.covariances, strict=True)
    density = sum(w * multivariate_normal(m, c).pdf(x) for w, m, c in parts)
    np.testing.assert_allclose(general.log_density(x), np.log(density), atol=1e-10)


def test_log_density_agrees_with_scikit_learn(general):
    fitted = ScikitMixture(3, covariance_type="full")
    fitted.weights_, fitted.means_ = general.weights, general.means
    inverse = np.linalg.inv(general.covariances)
    fitted.precisions_cholesky_ = np.linalg.cholesky(inverse)
    x = np.random.default_rng(2).normal(0, 3, (500, 2))
    np.testing.assert_allclose(
        general.log_density(x), fitted.score_samples(x), atol=1e-10
    )


def test_a_thousand_random_gaussians_agree_with_scipy():
    rng = np.random.default_rng(3)
    for _ in range(1000):
        mean, factor, x = (
            rng.normal(size=3),
            rng.normal(size=(3, 3)),
            rng.normal(size=3),
        )
        covariance = factor @ factor.T + 0.1 * np.eye(3)
        ours = GaussianMixture([mean], covariances=[covariance]).log_density(x[None])
        assert ours[0] == pytest.approx(
            multivariate_normal(mean, covariance).logpdf(x), rel=1e-12, abs=1e-10
        )


def test_a_hundred_dimensions_are_no_trouble():
    mean, std = np.zeros(100), np.linspace(0.001, 10, 100)
    mixture = gaussian(mean, std)
    x = mixture.sample(50, seed=0)
    wanted = norm(mean, std).logpdf(x).sum(axis=1)
    np.testing.assert_allclose(mixture.log_density(x), wanted, rtol=1e-12)


def test_log_density_is_finite_far_from_every_mode():
    far = ring().log_density(np.array([[1e6, -1e6]]))
    assert far[0] == pytest.approx(-0.5 * (2e12 - 2e6 * math.sqrt(2)) / 1e-4, rel=1e-3)
    assert np.isfinite(far).all()


def test_densities_integrate_to_one():
    x = np.linspace(-10, 10, 20_001)
    line = GaussianMixture([-2.0, 3.0], [0.5, 1.0], weights=[0.3, 0.7])
    assert np.exp(line.log_density(x)).sum() * 0.001 == pytest.approx(1, abs=1e-12)


def test_a_line_takes_points_with_and_without_their_axis():
    mixture = gaussian(1.0, 2.0)
    x = np.linspace(-3, 3, 7)
    wanted = norm(1, 2).logpdf(x)
    np.testing.assert_allclose(mixture.log_density(x), wanted, atol=1e-13)
    np.testing.assert_allclose(mixture.log_density(x[:, None]), wanted, atol=1e-13)
    assert mixture.sample(5, seed=0).shape == (5, 1)


def test_points_on_a_plot_s_mesh_keep_their_shape():
    mesh = np.stack(np.meshgrid(np.arange(3.0), np.arange(4.0)), axis=-1)
    logs = grid().log_density(mesh)
    assert logs.shape == (4, 3)
    assert logs[2, 1] == grid().log_density([[1.0, 2.0]])[0]
    assert grid().distances(mesh).shape == (4, 3, 25)


def test_tensors_are_points_as_well():
    points = ring().sample(10, seed=0)
    np.testing.assert_allclose(
        ring().log_density(ops.convert_to_tensor(points)), ring().log_density(points)
    )


def test_std_means_the_same_however_it_is_written():
    means = [[0.0, 1.0], [2.0, 3.0]]
    x = np.random.default_rng(4).normal(size=(20, 2))
    spread = np.diag([0.09, 0.09])
    wanted = GaussianMixture(means, covariances=[spread, spread]).log_density(x)
    for std in (0.3, [0.3, 0.3], [[0.3, 0.3], [0.3, 0.3]]):
        ours = GaussianMixture(means, std).log_density(x)
        np.testing.assert_allclose(ours, wanted, rtol=1e-12)


def test_distances_count_standard_deviations(general):
    mixture = GaussianMixture([[0, 0], [10, 0]], [1, 2])
    np.testing.assert_allclose(mixture.distances([[4, 3]]), [[5, math.sqrt(45) / 2]])
    x = np.array([[0.3, -0.7]])
    for index, covariance in enumerate(general.covariances):
        step = x[0] - general.means[index]
        squared = step @ np.linalg.solve(covariance, step)
        assert general.distances(x)[0, index] == pytest.approx(math.sqrt(squared))


def test_a_seed_gives_one_sample_and_another_seed_another():
    mixture = grid()
    assert mixture.sample(100, seed=3).dtype == np.float32
    assert mixture.sample(100, seed=3).shape == (100, 2)
    assert np.array_equal(mixture.sample(100, seed=3), mixture.sample(100, seed=3))
    assert not np.array_equal(mixture.sample(100, seed=3), mixture.sample(100, seed=4))


def test_samples_have_the_moments_of_the_mixture(general):
    x = general.sample(200_000, seed=5)
    mean = general.weights @ general.means
    centered = general.means - mean
    covariance = np.einsum("k,kij->ij", general.weights, general.covariances)
    covariance += np.einsum("k,ki,kj->ij", general.weights, centered, centered)
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(x.T), covariance, atol=0.05)


def test_samples_on_a_line_pass_a_kolmogorov_smirnov_test():
    mixture = GaussianMixture([-2.0, 3.0], [0.5, 1.0], weights=[0.3, 0.7])
    x = mixture.sample(5000, seed=6)[:, 0]

    def cdf(x):
        return 0.3 * norm(-2, 0.5).cdf(x) + 0.7 * norm(3, 1).cdf(x)

    assert kstest(x, cdf).pvalue > 0.01


def test_a_weight_of_zero_is_a_component_nobody_sees():
    mixture = GaussianMixture([0.0, 100.0], 1.0, weights=[1.0, 0.0])
    assert mixture.sample(1000, seed=7).max() < 10
    assert mixture.log_density([100.0])[0] == pytest.approx(norm.logpdf(100))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"means": [[0, 0]]}, "either std or covariances"),
        ({"means": [[0]], "std": 1, "covariances": [[[1]]]}, "either std or covar"),
        ({"means": [], "std": 1}, "k and d at least 1"),
        ({"means": [[math.nan]], "std": 1}, "finite"),
        ({"means": [[0, 0]], "std": 0}, "std holds 0"),
        ({"means": [[0, 0]], "std": [-0.5]}, r"std holds -0\.5"),
        ({"means": [[0, 0]], "std": math.nan}, "std holds nan"),
        ({"means": [[0, 0]], "std": [1, 2, 3]}, r"std has shape \(3,\)"),
        ({"means": [0, 1], "std": 1, "weights": [0.5, 0.4]}, r"sum to 0\.9, -0\.1"),
        ({"means": [0, 1], "std": 1, "weights": [1.5, -0.5]}, "negative"),
        ({"means": [0, 1], "std": 1, "weights": [1.0]}, r"shape \(1,\) for 2 means"),
        ({"means": [[0, 0]], "covariances": [[1, 0], [0, 1]]}, r"\(1, 2, 2\)"),
        ({"means": [[0, 0]], "covariances": [[[1, 2], [2, 1]]]}, "eigenvalue is -1"),
        ({"means": [[0, 0]], "covariances": [[[1, 0.5], [0, 1]]]}, "not symmetric"),
    ],
)
def test_what_is_not_a_mixture_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(**arguments)


def test_weights_that_are_rounded_sum_to_one_again():
    weights = GaussianMixture([0, 1], 1.0, weights=[0.5, 0.5000009]).weights
    assert weights.sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ring(modes=0),
        lambda: ring(radius=0.0),
        lambda: ring(std=-1),
        lambda: grid(side=0),
        lambda: grid(spacing=-2),
        lambda: gaussian(0.0, 0.0),
        lambda: gaussian([0.0, 0.0], [1.0, 1.0, 1.0]),
        lambda: ring().sample(0, seed=0),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match=r"positive|shape|at least 1|above 0"):
        make()


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((4, 3)), r"give points \(n, 2\)"),
        (np.zeros(4), "2 dimension"),
        (1.0, r"shape \(\)"),
        ([[math.nan, 0.0]], "NaN"),
    ],
)
def test_points_that_do_not_fit_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        ring().log_density(points)


def test_the_way_from_the_nearest_mode_is_in_its_standard_deviations():
    mixture = GaussianMixture([[0.0, 0.0], [10.0, 0.0]], std=[[1.0, 1.0], [2.0, 0.5]])
    index, ways = mixture.nearest([[1.0, -2.0], [12.0, 1.0]])
    assert index.tolist() == [0, 1]
    assert ways.tolist() == [[1.0, -2.0], [1.0, 2.0]]


def test_the_way_from_the_nearest_mode_is_as_long_as_the_least_distance():
    mixture = GaussianMixture(
        [[0.0, 0.0], [3.0, 0.0]], covariances=[[[2.0, 1.0], [1.0, 1.0]], np.eye(2)]
    )
    points = np.random.default_rng(0).normal(size=(50, 2))
    _, ways = mixture.nearest(points)
    least = mixture.distances(points).min(axis=1)
    assert np.linalg.norm(ways, axis=1) == pytest.approx(least)


def test_a_standardized_mixture_has_mean_0_and_unit_variance():
    uneven = GaussianMixture([[4.0, 0.0], [6.0, 1.0]], [0.5, 2.0], [0.25, 0.75])
    found = standardized(uneven)
    np.testing.assert_allclose(found.weights @ found.means, 0, atol=1e-12)
    drawn = found.sample(200_000, 0)
    assert np.square(drawn).mean() == pytest.approx(1.0, abs=0.01)
    factor = 1 / (found.std[0] / 0.5)
    moved = (uneven.means - [5.5, 0.75]) / factor
    np.testing.assert_allclose(found.means, moved)
    assert standardized(grid()).std == pytest.approx(0.05 / np.sqrt(8.0025))


def test_a_mixture_of_covariances_is_not_standardized():
    with pytest.raises(ValueError, match=r"give it std instead"):
        standardized(GaussianMixture([[0.0, 0.0]], covariances=[np.eye(2)]))
