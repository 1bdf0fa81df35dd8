"""The conditional GAN: what each kind of D lowers, and that G heeds the label."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.core.batches import standard_normal
from utils.data.mixtures import ring
from utils.models import ConditionalGAN
from utils.networks.conditional import beside_input, by_projection, with_classifier
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.mlp import mlp

K = 3
X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = np.arange(20, dtype="int32") % K
KINDS = {
    "planes": lambda: beside_input(mlp(2 + K, 1, (4,)), K),
    "projection": lambda: by_projection(mlp(2, 1, (4,)), K),
    "classifier": lambda: with_classifier(mlp(2, 1, (4,)), K),
    "blind": lambda: mlp(2, 1, (4,)),
}
EACH = pytest.mark.parametrize("kind", KINDS)


def array(tensor):
    return ops.convert_to_numpy(tensor)


def build(kind, rate=0.01, run_eagerly=True, **settings):
    keras.utils.set_random_seed(0)
    generator = beside_input(mlp(2 + K, 2, (4,)), K)
    gan = ConditionalGAN(generator, KINDS[kind](), K, **settings)
    adams = (keras.optimizers.Adam(rate) for _ in range(2))
    gan.compile(*adams, run_eagerly=run_eagerly)
    return gan


def parts(gan, x, y):
    """D's logit and, where it is asked, −log C(y | x) of each example, in NumPy."""
    out = array(gan.discriminator([x, y] if gan.told else x))
    logits = out[:, 1:] - out[:, 1:].max(axis=1, keepdims=True, initial=-np.inf)
    if not gan.asked:
        return out[:, 0], 0.0
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return out[:, 0], -logs[np.arange(len(y)), y].mean()


@EACH
def test_both_losses_are_those_of_the_formula(kind):
    gan = build(kind, auxiliary=0.5)
    fake = gan.sample(20, labels=Y)
    (real_logits, real_cost), (fake_logits, fake_cost) = (
        parts(gan, x, Y) for x in (X, fake)
    )
    expected = (
        np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    )
    loss = float(gan.discriminator_loss(X, fake, Y))
    assert loss == pytest.approx(expected + 0.5 * (real_cost + fake_cost), rel=1e-4)
    loss = float(gan.generator_loss(X, fake, Y))
    expected = np.logaddexp(0, -fake_logits).mean() + 0.5 * fake_cost
    assert loss == pytest.approx(expected, rel=1e-4)


@EACH
@pytest.mark.parametrize("run_eagerly", [True, False])
def test_every_kind_trains_on_labels_with_a_penalty(kind, run_eagerly):
    gan = build(kind, run_eagerly=run_eagerly, penalty={"r1": 0.1, "gradient": 0.1})
    before = [np.array(array(v)) for v in gan.trainable_variables]
    history = gan.fit(X, Y, batch_size=8, epochs=3, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    for variable, start in zip(gan.trainable_variables, before, strict=True):
        assert not np.array_equal(array(variable), start), variable.path


def test_a_penalty_is_on_the_slope_in_the_example_alone():
    gan = build("planes")
    network = mlp(2 + K, 1, ())
    network.set_weights([np.array([[3.0], [4.0], [9.0], [9.0], [9.0]]), np.zeros(1)])
    gan.discriminator = beside_input(network, K)
    value = gan.penalty_value("r1", X, X, ops.convert_to_tensor(Y))
    assert float(value) == pytest.approx(12.5, rel=1e-5)


def test_the_labels_asked_for_reach_the_generator():
    gan = build("planes")
    drawn = gan.sample(4, seed=3, labels=1)
    expected = array(
        gan.generator([standard_normal(4, gan.latent_dim, 3), np.full(4, 1)])
    )
    np.testing.assert_allclose(drawn, expected, rtol=1e-5)
    np.testing.assert_array_equal(gan.sample(7), gan.sample(7, labels=np.arange(7) % K))
    assert np.any(gan.sample(4, labels=0) != gan.sample(4, labels=1))


def test_pictures_with_label_planes_train():
    keras.utils.set_random_seed(0)
    generator = beside_input(convolutional_generator((8, 8, 1), 3 + K, 4), K)
    discriminator = beside_input(convolutional_discriminator((8, 8, 1 + K), 4), K)
    gan = ConditionalGAN(generator, discriminator, K)
    gan.compile()
    pictures = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    gan.fit(pictures, Y[:8], verbose=0)
    assert gan.sample(2, labels=[0, 2]).shape == (2, 8, 8, 1)


def test_g_draws_the_class_asked_for():
    keras.utils.set_random_seed(0)
    data = ring(3, std=0.2)
    x = data.sample(6_400, 0)
    y = data.nearest(x)[0].astype("int32")
    gan = ConditionalGAN(
        beside_input(mlp(2 + K, 2, (32,)), K),
        beside_input(mlp(2 + K, 1, (32,)), K),
        K,
    )
    gan.compile(*(keras.optimizers.Adam(5e-3, beta_1=0.0) for _ in range(2)))
    gan.fit(x, y, batch_size=128, epochs=8, verbose=0)
    drawn = data.nearest(gan.sample(900))[0]
    assert (drawn == np.arange(900) % 3).mean() > 0.9


@EACH
def test_a_loaded_model_goes_on_as_if_it_had_not_been_saved(kind, tmp_path):
    stopped, uninterrupted = build(kind, auxiliary=0.5), build(kind, auxiliary=0.5)
    settings = {"batch_size": 8, "shuffle": False, "verbose": 0}
    stopped.fit(X, Y, **settings)
    stopped.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert (loaded.classes, loaded.auxiliary) == (K, 0.5)
    loaded.fit(X, Y, **settings)
    uninterrupted.fit(X, Y, epochs=2, **settings)
    np.testing.assert_allclose(loaded.sample(6), uninterrupted.sample(6), rtol=1e-4)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (
            lambda g, d: ConditionalGAN(mlp(5, 2), d, K),
            r"has 1 input\(s\), but must be",
        ),
        (lambda g, d: ConditionalGAN(g, mlp(2, 1), 1), "classes was 1"),
        (
            lambda g, d: ConditionalGAN(g, mlp(3, 1), K),
            r"makes .*\(2,\), but .* \(3,\)",
        ),
        (lambda g, d: ConditionalGAN(g, mlp(2, 3), K), r"\(3,\), but must .*\(4,\)\]"),
        (lambda g, d: ConditionalGAN(g, d, K, auxiliary=-1), "auxiliary was -1"),
        (lambda g, d: ConditionalGAN(g, d, K, packing=2), "packing was 2"),
    ],
)
def test_networks_that_do_not_fit_are_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt(beside_input(mlp(2 + K, 2), K), KINDS["planes"]())


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda gan: gan.fit(X, verbose=0), "was given no labels"),
        (lambda gan: gan.fit(X, Y + 1, verbose=0), "run from 1 to 3, but must lie"),
        (lambda gan: gan.fit(X, Y * 0.5, verbose=0), "must be integers"),
        (lambda gan: gan.sample(2, labels=K), "run from 3 to 3"),
        (lambda gan: gan.sample(0), "n was 0"),
    ],
)
def test_labels_that_are_no_classes_are_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt(build("planes"))
