"""The VAE against probabilistic PCA; its two terms; noise; refusals; on disk."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA

from utils.models import VAE
from utils.networks.dcgan import convolutional_generator
from utils.networks.encoders import convolutional_encoder
from utils.networks.mlp import mlp


def stretched(n=512, seed=0):
    """Points in five dimensions, two of them long."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    scales = [1.5, 1.0, 0.4, 0.4, 0.3]
    return (rng.normal(size=(n, 5)) * scales @ turn - 0.5).astype("float32")


def linear_vae(**settings):
    keras.utils.set_random_seed(0)
    return VAE(mlp(5, 4, hidden=()), mlp(2, 5, hidden=()), **settings)


def marginal(model, x):
    """log N(x; b, WᵀW + σ²I), what a linear VAE says exactly, a mean in nats."""
    kernel, bias = model.decoder.get_weights()
    covariance = kernel.T @ kernel + model.noise_std**2 * np.eye(5)
    return multivariate_normal(bias, covariance).logpdf(x).mean()


def probabilistic_pca(x):
    """The optimum of Tipping and Bishop (1999) as the weights of a linear VAE."""
    pca = PCA(2).fit(x)
    noise, lengths = pca.noise_variance_, pca.explained_variance_
    kernel = np.sqrt(lengths - noise)[:, None] * pca.components_
    back = kernel.T / lengths
    posterior = np.log(noise / lengths)
    encoder = np.concatenate([back, np.zeros((5, 2))], axis=1)
    shift = np.concatenate([-pca.mean_ @ back, posterior])
    return [encoder, shift], [kernel, pca.mean_], np.log(noise)


def test_at_the_optimum_of_probabilistic_pca_the_bound_is_the_likelihood():
    x = stretched(4_000)
    model = linear_vae()
    encoder, decoder, log_variance = probabilistic_pca(x)
    model.encoder.set_weights(encoder)
    model.decoder.set_weights(decoder)
    model.noise_log_variance.assign(log_variance)
    model.compile("sgd")
    exact = PCA(2).fit(x).score(x)
    assert marginal(model, x) == pytest.approx(exact, rel=1e-3)
    logs = model.evaluate(x, batch_size=500, verbose=0, return_dict=True)
    assert -logs["loss"] == pytest.approx(exact, abs=0.05)


def test_a_linear_vae_climbs_to_the_likelihood_of_probabilistic_pca():
    x = stretched()
    model = linear_vae()
    rate = keras.optimizers.schedules.CosineDecay(0.02, 900)
    model.compile(keras.optimizers.Adam(rate))
    model.fit(np.tile(x, (900, 1)), batch_size=512, shuffle=False, verbose=0)
    best = PCA(2).fit(x).score(x)
    assert best * 1.01 < marginal(model, x) < best * (1 - 1e-3)


def test_the_loss_is_reconstruction_plus_beta_kl():
    x = stretched(128)
    for beta in (0.0, 1.0, 4.0):
        model = linear_vae(beta=beta)
        model.compile("sgd")
        logs = model.evaluate(x, batch_size=128, verbose=0, return_dict=True)
        expected = logs["reconstruction"] + beta * logs["kl"]
        assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_the_logged_kl_is_the_mean_over_examples_of_the_sum_over_codes():
    x = stretched(64)
    model = linear_vae()
    model.compile("sgd")
    mean, log_variance = map(ops.convert_to_numpy, model.posterior(x))
    exact = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    logs = model.evaluate(x, batch_size=64, verbose=0, return_dict=True)
    assert logs["kl"] == pytest.approx(exact.mean(), rel=1e-4)


def test_a_fixed_variance_stays_and_a_learned_one_moves():
    fixed, learned = linear_vae(variance=0.04), linear_vae()
    for model in (fixed, learned):
        model.compile(keras.optimizers.Adam(0.01))
        model.fit(stretched(), verbose=0)
    assert fixed.noise_std == pytest.approx(0.2, rel=1e-6)
    assert abs(learned.noise_std - 1) > 0.01
    assert len(learned.trainable_variables) == len(fixed.trainable_variables) + 1


def test_two_calls_draw_different_noise():
    model, x = linear_vae(), stretched(8)
    first, second = (ops.convert_to_numpy(model(x)[0]) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_two_steps_of_training_draw_different_noise(run_eagerly):
    model, x = linear_vae(), stretched(64)
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=run_eagerly)
    history = model.fit(x, batch_size=64, epochs=2, verbose=0).history
    assert history["reconstruction"][0] != history["reconstruction"][1]
    assert history["kl"][0] == pytest.approx(history["kl"][1])


def test_samples_are_the_same_for_the_same_seed_and_have_the_right_spread():
    model = linear_vae(variance=0.25)
    kernel, _ = model.decoder.get_weights()
    np.testing.assert_array_equal(model.sample(5, seed=3), model.sample(5, seed=3))
    plain = np.cov(model.sample(20_000).T)
    noisy = np.cov(model.sample(20_000, noise=True).T)
    np.testing.assert_allclose(plain, kernel.T @ kernel, atol=0.08)
    np.testing.assert_allclose(noisy - plain, 0.25 * np.eye(5), atol=0.03)
    with pytest.raises(ValueError, match="n was 0, but must be an integer"):
        model.sample(0)


def pictures(n=32):
    return np.random.default_rng(0).uniform(-1, 1, (n, 8, 8, 1)).astype("float32")


def picture_vae(**settings):
    keras.utils.set_random_seed(0)
    encoder = convolutional_encoder((8, 8, 1), 2 * 3, width=4)
    return VAE(encoder, convolutional_generator((8, 8, 1), 3, width=4), **settings)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_the_generator_of_a_gan_is_a_decoder(likelihood):
    model = picture_vae(likelihood=likelihood)
    model.compile(keras.optimizers.Adam(0.01))
    losses = model.fit(pictures(), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    made = model.sample(7, noise=likelihood == "bernoulli")
    assert made.shape == (7, 8, 8, 1)
    assert np.abs(made).max() <= 1
    assert (set(np.unique(made)) == {-1, 1}) == (likelihood == "bernoulli")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"likelihood": "laplace"}, "'laplace'.*'gaussian', 'bernoulli'"),
        ({"variance": 0.0}, "variance was 0.0"),
        ({"variance": "fixed"}, "variance was 'fixed'"),
        ({"likelihood": "bernoulli", "variance": 0.1}, "Bernoulli likelihood has none"),
        ({"beta": -1.0}, "beta was -1.0"),
    ],
)
def test_unknown_arguments_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        linear_vae(**settings)


def test_an_encoder_without_a_variance_is_refused():
    with pytest.raises(ValueError, match="mean and log-variance side by side"):
        VAE(mlp(5, 2), mlp(2, 5))


def test_a_bernoulli_likelihood_wants_numbers_between_black_and_white():
    model = linear_vae(likelihood="bernoulli")
    model.compile("sgd")
    with pytest.raises(ValueError, match="black to white"):
        model.fit(2 * np.ones((8, 5), "float32"), verbose=0)


@pytest.mark.parametrize("scale", [30, 300])
def test_examples_of_a_large_scale_are_named_as_the_cause(scale):
    model, x = linear_vae(), scale * stretched(64)
    model.compile("sgd")
    with pytest.raises(ValueError, match=rf"scale .*Rescaling\({1 / x.std():.3g}\)"):
        model.fit(x, verbose=0)
