"""The likelihood of a decoder: closed forms, a finer grid, and Monte Carlo."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from utils.evaluation.decoder_likelihood import decoder_log_likelihood


def linear(weights, bias):
    return lambda z: (z @ weights + bias).astype("float32")


def torn(z, steepness=60.0):
    """Two sheets with a steep, folded passage between them."""
    side = np.tanh(steepness * (z[:, 0] + 0.2 * np.sin(3 * z[:, 1])))
    return np.stack([side + 0.1 * z[:, 0], np.abs(z[:, 1])], axis=1)


def on_a_fine_grid(decoder, x, std, rows=900):
    """The midpoint rule, row by row; along a row it is finest around 0."""
    outer, passage = np.linspace(0.4, 6, 301), np.linspace(-0.4, 0.4, 1_001)
    edges = np.concatenate([-outer[:0:-1], passage, outer[1:]])
    across, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    total = np.full(len(x), -np.inf)
    for second in (np.arange(rows) + 0.5) * 12 / rows - 6:
        z = np.stack([across, np.full(len(across), second)], axis=1)
        squares = ((decoder(z)[:, None] - x) ** 2).sum(axis=-1)
        prior = np.log(widths * 12 / rows) - 0.5 * (z**2).sum(axis=1)
        logs = prior[:, None] - squares / (2 * std**2)
        total = np.logaddexp(total, logsumexp(logs, axis=0))
    return total - np.log(2 * np.pi) - np.log(2 * np.pi * std**2)


@pytest.mark.parametrize(
    ("scale", "dimensions", "std"),
    [(1.0, 2, 0.05), (10.0, 2, 0.1), (0.1, 2, 1.0), (1.0, 5, 0.3), (1.0, 1, 0.2)],
)
def test_a_linear_decoder_has_a_closed_form(scale, dimensions, std):
    rng = np.random.default_rng(0)
    weights = scale * rng.normal(size=(2, dimensions)).astype("float32")
    bias = rng.normal(size=dimensions).astype("float32")
    covariance = weights.T @ weights + std**2 * np.eye(dimensions)
    exact = multivariate_normal(bias, covariance)
    x = exact.rvs(100, random_state=1).reshape(100, dimensions)
    measured = decoder_log_likelihood(linear(weights, bias), x, std)
    np.testing.assert_allclose(measured, exact.logpdf(x), atol=1e-3)


def test_a_torn_decoder_agrees_with_a_much_finer_uniform_grid():
    std = 0.1
    rng = np.random.default_rng(2)
    z = rng.normal(size=(12, 2))
    between = [[0.0, 0.5], [0.3, 1.0]]  # only the steep passage leads here
    x = np.concatenate([torn(z) + std * rng.normal(size=z.shape), between])
    measured = decoder_log_likelihood(torn, x, std)
    np.testing.assert_allclose(measured, on_a_fine_grid(torn, x, std), atol=1e-3)


def test_it_agrees_with_monte_carlo():
    std = 0.3
    rng = np.random.default_rng(3)
    x = torn(rng.normal(size=(5, 2))) + 0.1
    made = torn(rng.normal(size=(1_000_000, 2)))
    for point, measured in zip(x, decoder_log_likelihood(torn, x, std), strict=True):
        densities = np.exp(-((made - point) ** 2).sum(axis=1) / (2 * std**2))
        densities /= 2 * np.pi * std**2
        error = densities.std() / np.sqrt(len(made)) / densities.mean()
        assert measured == pytest.approx(np.log(densities.mean()), abs=4 * error + 1e-3)


def test_the_density_integrates_to_one():
    std = 0.3
    ticks = np.linspace(-3, 3, 23)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    logs = decoder_log_likelihood(lambda z: np.tanh(2 * z), points, std)
    assert np.exp(logs).sum() * (ticks[1] - ticks[0]) ** 2 == pytest.approx(1, abs=1e-3)


def test_pictures_work_and_order_does_not_matter():
    weights = np.random.default_rng(4).normal(size=(2, 12)).astype("float32")

    def decoder(z):
        return np.tanh(z @ weights).reshape(-1, 2, 2, 3)

    x = decoder(np.random.default_rng(5).normal(size=(70, 2)))
    logs = decoder_log_likelihood(decoder, x, 0.2)
    backwards = decoder_log_likelihood(decoder, x[::-1], 0.2)[::-1]
    np.testing.assert_allclose(logs, backwards, atol=1e-3)


def test_a_point_that_no_code_comes_near_is_unlikely_but_finite():
    decoder = linear(np.eye(2), 0)
    far = np.array([[4.0, 3.0], [30.0, 0.0]])
    logs = decoder_log_likelihood(decoder, far, 0.5, reach=32.0)
    exact = multivariate_normal([0, 0], 1.25 * np.eye(2)).logpdf(far)
    np.testing.assert_allclose(logs, exact, atol=1e-3)


def test_the_decoder_meets_powers_of_two_alone_since_jax_compiles_for_each_size():
    sizes = set()

    def decoder(z):
        sizes.add(len(z))
        return torn(z)

    decoder_log_likelihood(decoder, torn(np.zeros((1, 2))), 0.1)
    assert len(sizes) > 1
    assert all(n & (n - 1) == 0 for n in sizes)


@pytest.mark.parametrize("name", ["std", "tolerance", "reach"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_numbers_that_are_not_positive_are_refused(name, value):
    arguments = {"std": 0.1, name: value}
    with pytest.raises(ValueError, match=name):
        decoder_log_likelihood(torn, np.zeros((1, 2)), **arguments)


@pytest.mark.parametrize(
    ("decoder", "x", "message"),
    [
        (torn, np.zeros((0, 2)), "give at least one"),
        (torn, np.full((1, 2), np.nan), "2 of 2 are NaN"),
        (torn, np.zeros((1, 3)), "must be the same"),
        (linear(np.ones((5, 2)), 0), np.zeros((1, 2)), "codes of two"),
    ],
)
def test_what_does_not_fit_together_is_refused(decoder, x, message):
    with pytest.raises(ValueError, match=message):
        decoder_log_likelihood(decoder, x, 0.1)


def test_a_generator_that_jumps_is_named(monkeypatch):
    monkeypatch.setattr("utils.evaluation.decoder_likelihood._DEEPEST", 4)
    with pytest.raises(RuntimeError, match="too coarse"):
        decoder_log_likelihood(
            lambda z: 2 * np.sign(z + 0.0371), np.array([[0.0, 0.0]]), 0.3
        )
