"""The terms of a VAE's loss against closed forms and SciPy."""

import numpy as np
import pytest
from keras import ops
from scipy.stats import bernoulli, norm

from utils.measures.elbo import (
    bernoulli_reconstruction,
    gaussian_reconstruction,
    kl_to_standard_normal,
    reparametrize,
)
from utils.measures.gaussian_kl import gaussian_kl

RNG = np.random.default_rng(0)
MEAN = RNG.normal(size=(7, 3)).astype("float32")
LOG_VARIANCE = RNG.normal(size=(7, 3)).astype("float32")
PICTURES = RNG.uniform(-1, 1, (5, 4, 4, 1)).astype("float32")
MADE = RNG.uniform(-1, 1, (5, 4, 4, 1)).astype("float32")


def value(function, *arrays):
    """What a function of tensors makes of arrays, NumPy."""
    tensors = (ops.convert_to_tensor(array, dtype="float32") for array in arrays)
    return ops.convert_to_numpy(function(*tensors))


def test_the_kl_term_is_that_of_two_gaussians():
    kl = value(kl_to_standard_normal, MEAN, LOG_VARIANCE)
    exact = gaussian_kl(MEAN, np.exp(0.5 * LOG_VARIANCE), 0.0 * MEAN, 1 + 0 * MEAN)
    np.testing.assert_allclose(kl, exact, rtol=1e-5)


def test_the_kl_term_is_zero_at_the_prior_alone():
    zeros = np.zeros((1, 4), "float32")
    assert value(kl_to_standard_normal, zeros, zeros) == 0
    assert value(kl_to_standard_normal, zeros + 1, zeros) == pytest.approx(2.0)


def test_a_draw_has_the_mean_and_the_spread_it_was_asked_for():
    noise = RNG.normal(size=(100_000, 1)).astype("float32")
    drawn = value(reparametrize, 3.0 + 0 * noise, np.log(0.25) + 0 * noise, noise)
    assert drawn.mean() == pytest.approx(3.0, abs=0.01)
    assert drawn.std() == pytest.approx(0.5, abs=0.01)


def test_the_gaussian_reconstruction_is_minus_scipys_log_density():
    nats = value(gaussian_reconstruction, PICTURES, MADE, np.log(0.09))
    exact = -norm(MADE, 0.3).logpdf(PICTURES).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(nats, exact, rtol=1e-4)


def test_the_bernoulli_reconstruction_of_black_and_white_is_scipys():
    picture = np.where(PICTURES > 0, 1.0, -1.0).astype("float32")
    nats = value(bernoulli_reconstruction, picture, MADE)
    exact = -bernoulli((MADE + 1) / 2).logpmf(picture > 0).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(nats, exact, rtol=1e-3)


def test_the_bernoulli_reconstruction_is_finite_where_the_network_is_sure_and_wrong():
    white = np.ones((1, 4, 4, 1), "float32")
    nats = value(bernoulli_reconstruction, white, -white)
    assert np.isfinite(nats).all()
    assert nats > 200


def test_terms_of_half_precision_and_float32_go_together():
    half = ops.cast(ops.convert_to_tensor(MADE), "float16")
    for term, options in (
        (gaussian_reconstruction, {"log_variance": np.log(0.09)}),
        (bernoulli_reconstruction, {}),
    ):
        nats = ops.convert_to_numpy(term(PICTURES, half, **options))
        exact = ops.convert_to_numpy(term(PICTURES, MADE, **options))
        np.testing.assert_allclose(nats, exact, rtol=5e-2)
    wide = ops.cast(ops.full((1, 2), 12.0), "float16")  # exp(12) > 65,504
    kl = ops.convert_to_numpy(kl_to_standard_normal(0 * wide, wide))
    np.testing.assert_allclose(kl, [np.exp(12) - 13], rtol=1e-6)
