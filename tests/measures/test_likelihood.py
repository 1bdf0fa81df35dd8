"""Log-densities against SciPy on random cases; bits; the maximum of the likelihood."""

import numpy as np
import pytest
from keras import ops
from scipy.special import log_softmax
from scipy.stats import multivariate_normal, norm

from utils.measures.likelihood import (
    bits_per_dimension,
    categorical_nll,
    gaussian_log_density,
    gaussian_log_density_full,
    maximum_likelihood,
)


def random_cases():
    """Points, means and covariances in 1 to 8 dimensions."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        d = int(rng.integers(1, 9))
        mixing = rng.normal(size=(d, d))
        covariance = mixing @ mixing.T / d + 0.5 * np.eye(d)
        yield rng.normal(size=(3, d)), rng.normal(size=d), covariance


def test_a_hundred_random_log_densities_are_scipys():
    for x, mean, covariance in random_cases():
        expected = multivariate_normal(mean, covariance).logpdf(x)
        full = gaussian_log_density_full(x, mean, covariance)
        assert full == pytest.approx(expected, rel=1e-10, abs=1e-10)
        std = np.sqrt(np.diag(covariance))
        expected = norm(mean, std).logpdf(x).sum(axis=1)
        diagonal = gaussian_log_density(x, mean, std)
        assert diagonal == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_in_float32_they_agree_to_1e_5():
    for x, mean, covariance in random_cases():
        expected = multivariate_normal(mean, covariance).logpdf(x)
        arrays = (ops.array(a, dtype="float32") for a in (x, mean, covariance))
        full = ops.convert_to_numpy(gaussian_log_density_full(*arrays))
        assert full.dtype == np.float32
        assert full == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_numbers_give_a_number():
    assert gaussian_log_density(0.5, 0.0, 2.0) == pytest.approx(norm(0, 2).logpdf(0.5))


def test_even_levels_cost_their_logarithm():
    # A density of 1/2 on [-1, 1], in 17 steps of 2/17.
    assert bits_per_dimension([-3 * np.log(2)], 3, 2 / 17) == pytest.approx(np.log2(17))


def test_the_mean_and_the_covariance_divide_by_n():
    x = np.random.default_rng(1).normal(size=(9, 3))
    mean, covariance = maximum_likelihood(x)
    assert mean == pytest.approx(x.mean(axis=0))
    assert covariance == pytest.approx(np.cov(x.T, bias=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_log_density(0.0, 0.0, 0.0), "std holds 0"),
        (lambda: gaussian_log_density(np.zeros((2, 3)), np.zeros(2), 1), "shapes"),
        (lambda: gaussian_log_density(np.zeros((0, 3)), 0.0, 1.0), "no points"),
        (
            lambda: gaussian_log_density_full([[0, 0]], [0, 0], [[1, 2], [2, 1]]),
            "eigenvalue is -1",
        ),
        (lambda: gaussian_log_density_full([0, 0], [0, 0], np.eye(2)), "one per row"),
        (lambda: bits_per_dimension([], 3), "no log-densities"),
        (lambda: bits_per_dimension([1.0], 0), "positive"),
        (lambda: bits_per_dimension([1.0], 2, 0.0), "positive"),
        (lambda: maximum_likelihood(np.zeros((0, 2))), "shape"),
        (lambda: maximum_likelihood([1.0, 2.0]), "shape"),
        (lambda: maximum_likelihood([[np.inf]]), "NaN or infinite"),
    ],
)
def test_wrong_arguments_are_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_nll_of_symbols_is_scipys():
    rng = np.random.default_rng(0)
    logits, symbols = rng.normal(scale=5, size=(4, 6, 3)), rng.integers(0, 3, (4, 6))
    expected = -np.take_along_axis(log_softmax(logits, axis=-1), symbols[..., None], -1)
    assert categorical_nll(logits, symbols) == pytest.approx(expected[..., 0])
    tensor = categorical_nll(ops.convert_to_tensor(logits, "float32"), symbols)
    found = ops.convert_to_numpy(tensor)
    assert found == pytest.approx(expected[..., 0], rel=1e-5, abs=1e-5)


def test_equal_logits_cost_the_logarithm_of_their_number_however_large():
    assert categorical_nll(np.full(256, 1e4), 7) == pytest.approx(np.log(256))


@pytest.mark.parametrize(
    ("logits", "symbols", "message"),
    [
        (np.zeros((2, 3, 4)), np.zeros((2, 2)), "were given"),
        (np.zeros((1, 3)), np.array([3]), "from 3 to 3 were given.*0 to 2"),
        (np.zeros((1, 3)), np.array([-1]), "from -1 to -1"),
    ],
)
def test_symbols_that_do_not_fit_their_logits_are_refused(logits, symbols, message):
    with pytest.raises(ValueError, match=message):
        categorical_nll(logits, symbols)
