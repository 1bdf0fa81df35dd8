"""KL of Gaussians: the table, quadrature, diagonal against full, refusals."""

import math

import numpy as np
import pytest
from keras import ops
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from utils.autodiff import input_gradient
from utils.measures.gaussian_kl import gaussian_kl, gaussian_kl_full


def random_covariance(rng, dimensions):
    factor = rng.normal(size=(dimensions, dimensions))
    return factor @ factor.T + 0.5 * np.eye(dimensions)


@pytest.mark.parametrize("mean", [0.5, 1, 2, 3, 4, 6])
def test_kl_of_shifted_gaussians_is_half_the_squared_shift(mean):
    assert gaussian_kl(0, 1, mean, 1) == pytest.approx(mean**2 / 2, rel=1e-15)


def test_kl_of_a_wider_gaussian():
    assert gaussian_kl(0, 1, 0, 2) == pytest.approx(math.log(2) - 3 / 8, rel=1e-15)
    assert gaussian_kl(0.3, 2, 0.3, 2) == 0


def test_random_cases_agree_with_quadrature():
    for mean_p, mean_q, std_p, std_q in np.random.default_rng(0).uniform(
        0.5, 2, (20, 4)
    ):
        p, q = norm(mean_p, std_p), norm(mean_q, std_q)
        integral, _ = quad(
            lambda x, p=p, q=q: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), -20, 20
        )
        assert gaussian_kl(mean_p, std_p, mean_q, std_q) == pytest.approx(
            integral, abs=1e-9
        )


def test_nearly_equal_gaussians_keep_their_digits():
    assert gaussian_kl(0, 1 + 1e-7, 0, 1) == pytest.approx(1e-14, rel=1e-6)


def test_vectors_are_diagonal_gaussians_and_leading_axes_are_kept():
    rng = np.random.default_rng(1)
    mean_p, mean_q = rng.normal(size=(2, 5, 3))
    std_p, std_q = rng.uniform(0.5, 2, (2, 5, 3))
    values = gaussian_kl(mean_p, std_p, mean_q, std_q)
    assert values.shape == (5,)
    each = [
        gaussian_kl(*(x[4, d] for x in (mean_p, std_p, mean_q, std_q)))
        for d in range(3)
    ]
    assert values[4] == pytest.approx(sum(each))
    assert gaussian_kl(mean_p, std_p, 0.0, 1.0).shape == (5,)


def test_full_covariances_agree_with_diagonal_ones():
    rng = np.random.default_rng(2)
    mean_p, mean_q = rng.normal(size=(2, 4, 3))
    std_p, std_q = rng.uniform(0.5, 2, (2, 4, 3))
    full = gaussian_kl_full(
        mean_p,
        std_p[..., None] ** 2 * np.eye(3),
        mean_q,
        std_q[..., None] ** 2 * np.eye(3),
    )
    np.testing.assert_allclose(
        full, gaussian_kl(mean_p, std_p, mean_q, std_q), rtol=1e-12
    )


def test_full_covariances_agree_with_the_mean_log_ratio_of_samples():
    rng = np.random.default_rng(3)
    p = multivariate_normal([0, 1], random_covariance(rng, 2))
    q = multivariate_normal([1, 0], random_covariance(rng, 2))
    x = p.rvs(200_000, random_state=4)
    ratios = p.logpdf(x) - q.logpdf(x)
    exact = gaussian_kl_full(p.mean, p.cov, q.mean, q.cov)
    assert exact == pytest.approx(ratios.mean(), abs=5 * ratios.std() / len(x) ** 0.5)


def test_full_covariances_agree_with_the_textbook_formula_in_a_hundred_dimensions():
    rng = np.random.default_rng(5)
    mean_p, mean_q = rng.normal(size=(2, 100))
    cov_p, cov_q = random_covariance(rng, 100), random_covariance(rng, 100)
    inverse, shift = np.linalg.inv(cov_q), mean_q - mean_p
    textbook = np.trace(inverse @ cov_p) + shift @ inverse @ shift - 100
    textbook += np.linalg.slogdet(cov_q)[1] - np.linalg.slogdet(cov_p)[1]
    exact = gaussian_kl_full(mean_p, cov_p, mean_q, cov_q)
    assert exact == pytest.approx(textbook / 2, rel=1e-9)


def test_tensors_give_what_numpy_gives():
    rng = np.random.default_rng(6)
    cov_p, cov_q = random_covariance(rng, 3), random_covariance(rng, 3)
    arrays = (np.zeros(3), cov_p, np.ones(3), cov_q)
    tensors = [ops.convert_to_tensor(x, dtype="float32") for x in arrays]
    full = gaussian_kl_full(*tensors)
    assert ops.is_tensor(full)
    assert float(full) == pytest.approx(gaussian_kl_full(*arrays), rel=1e-4)
    diagonal = gaussian_kl(tensors[0], 2.0, tensors[2], 1.5)
    assert float(diagonal) == pytest.approx(gaussian_kl(arrays[0], 2, arrays[2], 1.5))


def test_the_gradient_of_kl_to_the_standard_normal_is_the_mean():
    mean = np.array([[0.5, -2.0]], dtype="float32")
    gradient = input_gradient(lambda mean: gaussian_kl(mean, 1.3, 0.0, 1.0), mean)
    np.testing.assert_allclose(ops.convert_to_numpy(gradient), mean, rtol=1e-6)


@pytest.mark.parametrize("std", [0, -1, math.nan, math.inf])
def test_a_standard_deviation_that_is_not_positive_is_refused(std):
    with pytest.raises(ValueError, match=f"std_q holds {std:g}"):
        gaussian_kl(0, 1, 0, std)


def test_a_covariance_where_a_standard_deviation_belongs_is_refused():
    with pytest.raises(ValueError, match="gaussian_kl_full"):
        gaussian_kl(np.zeros(2), np.ones((2, 2)), np.zeros(2), np.ones(2))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit together"):
        gaussian_kl(np.zeros(2), 1, np.zeros(3), 1)
    with pytest.raises(ValueError, match=r"covariance_p has shape \(3, 3\)"):
        gaussian_kl_full(np.zeros(2), np.eye(3), np.zeros(2), np.eye(2))


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        ([[1, 2], [2, 1]], "smallest eigenvalue is -1"),
        ([[1, 1], [1, 1]], "not positive definite"),
        ([[1, 0], [0, 1e-17]], "not positive definite"),  # within rounding of it
        ([[1, 0.5], [0.2, 1]], "not symmetric"),
        ([[1, math.nan], [math.nan, 1]], "not symmetric"),
    ],
)
def test_a_covariance_that_is_none_is_refused(covariance, message):
    with pytest.raises(ValueError, match=message):
        gaussian_kl_full([0, 0], np.eye(2), [0, 0], covariance)
