"""InfoGAN: the bound it logs, who learns what, and that the code can be read."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import value_and_gradients
from utils.data.mixtures import ring
from utils.measures.information import categorical_bound, gaussian_bound
from utils.models import InfoGAN
from utils.networks.mlp import mlp

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")


def array(tensor):
    return ops.convert_to_numpy(tensor)


def build(categories=3, numbers=1, read=None, rate=0.01, shared=False, **settings):
    keras.utils.set_random_seed(0)
    codes = categories + numbers
    seen = 5 if shared else 2  # what D's last layer sees, or a point
    networks = (
        mlp(2 + codes, 2, (4,)),
        mlp(2, 1, (5,)),
        mlp(seen, read or codes, (4,)),
    )
    gan = InfoGAN(*networks, categories, numbers, **settings)
    gan.compile(*(keras.optimizers.Adam(rate) for _ in range(2)), run_eagerly=True)
    return gan


@pytest.mark.parametrize(("categories", "numbers"), [(3, 1), (4, 0), (0, 2)])
@pytest.mark.parametrize("learned", [False, True])
def test_the_bound_is_that_of_the_measures_and_no_more_than_the_entropy(
    categories, numbers, learned
):
    codes = categories + numbers
    gan = build(categories, numbers, codes + numbers * learned, std=0.5)
    latent = gan.latent_vectors(500, seed=1)
    fake = gan(latent)
    read, made = array(gan.recognizer(fake)), latent[:, 2:]
    expected = 0.0
    if categories:
        chosen = made[:, :categories].argmax(axis=1)
        expected += float(categorical_bound(read[:, :categories], chosen))
    if numbers:
        mean = read[:, categories:codes]
        spread = read[:, codes:] if learned else 0 * mean + 2 * math.log(0.5)
        expected += float(gaussian_bound(mean, spread, made[:, categories:]))
    assert float(gan.bound(latent, fake)) == pytest.approx(expected, rel=1e-4)
    entropy = math.log(categories or 1) + numbers * math.log(2)
    assert gan.code_entropy == pytest.approx(entropy)
    assert expected < entropy


def test_latent_vectors_are_noise_a_category_and_numbers():
    gan = build(numbers=2)
    for latent in (array(gan.draw_latent(4_000)), gan.latent_vectors(4_000, seed=2)):
        assert latent.shape == (4_000, 7)
        assert np.abs(latent[:, :2].std(axis=0) - 1).max() < 0.05
        shares = latent[:, 2:5].mean(axis=0)
        np.testing.assert_array_equal(latent[:, 2:5].sum(axis=1), 1)
        np.testing.assert_allclose(shares, 1 / 3, atol=0.03)
        assert np.abs(latent[:, 5:]).max() <= 1
        np.testing.assert_allclose(latent[:, 5:].std(axis=0), 3**-0.5, atol=0.02)
    asked = gan.latent_vectors(3, category=[2, 0, 0], numbers=[0.5, -1])
    np.testing.assert_array_equal(
        asked[:, 2:], [[0, 0, 1, 0.5, -1], [1, 0, 0, 0.5, -1], [1, 0, 0, 0.5, -1]]
    )


@pytest.mark.parametrize(
    ("still", "moving"),
    [
        ("generator", {"discriminator"}),
        ("discriminator", {"generator", "recognizer"}),
    ],
)
def test_the_recognizer_learns_with_the_generator(still, moving):
    gan = build()
    gan.optimizer[still].learning_rate = 0.0

    def weights():
        return {
            name: np.concatenate([w.ravel() for w in getattr(gan, name).get_weights()])
            for name in InfoGAN.NETWORKS
        }

    before = weights()
    history = gan.fit(X, batch_size=8, verbose=0).history
    after = weights()
    assert set(history) == set(InfoGAN.LOGS)
    assert {name for name in before if np.any(before[name] != after[name])} == moving


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_g_heeds_the_bound_by_its_weight_and_q_learns_in_any_case(weight):
    gan = build(weight=weight)
    latent = gan.latent_vectors(20, seed=0)
    players = (gan.generator.trainable_variables, gan.recognizer.trainable_variables)
    variables = [v for player in players for v in player]

    def gradients(loss):
        return [array(g) for g in value_and_gradients(loss, variables)[1]]

    of_all = gradients(lambda: gan.latent_loss(X, latent))
    of_gan = gradients(lambda: gan.generator_loss(X, gan(latent)))
    of_bound = gradients(lambda: gan.bound(latent, gan(latent)))
    for place, (made, game, bound) in enumerate(
        zip(of_all, of_gan, of_bound, strict=True)
    ):
        share = weight if place < len(players[0]) else weight or 1.0
        np.testing.assert_allclose(made, game - share * bound, rtol=1e-3, atol=1e-6)


def test_a_recognizer_can_start_from_what_the_last_layer_of_d_sees():
    gan = build(numbers=0, shared=True, weight=0.7)
    hidden, _ = gan.discriminator.layers[-2:]
    features = keras.Model(gan.discriminator.inputs[0], hidden.output)
    expected = array(gan.recognizer(features(X)))
    np.testing.assert_allclose(gan.recognize(X), expected, atol=1e-6)
    # In D's turn its layers climb the bound too; Q's own stay.
    latent = gan.latent_vectors(20)
    fake = gan(latent)
    loss = gan.judging_loss(X, fake, latent)
    expected = gan.discriminator_loss(X, fake) - 0.7 * gan.bound(latent, fake)
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    assert float(build().judging_loss(X, fake, latent)) == pytest.approx(
        float(build().discriminator_loss(X, fake))
    )
    own = set(map(id, gan.recognizer.trainable_variables))
    assert not own & set(map(id, gan.variables_of("discriminator")))
    assert own < set(map(id, gan.variables_of("generator")))


def test_a_loaded_model_still_shares_the_layers(tmp_path):
    settings = {"batch_size": 10, "shuffle": False, "verbose": 0}
    stopped = build(shared=True)
    stopped.fit(X, **settings)
    stopped.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    before = loaded.recognize(X)
    np.testing.assert_allclose(before, stopped.recognize(X), atol=1e-6)
    for variable in loaded.discriminator.layers[0].trainable_variables:
        variable.assign(np.zeros(variable.shape))
    assert np.any(loaded.recognize(X) != before)


def test_on_three_modes_the_code_comes_to_be_read():
    keras.utils.set_random_seed(0)
    data = ring(3, std=0.1)
    gan = InfoGAN(mlp(5, 2, (32,)), mlp(2, 1, (32,)), mlp(2, 3, (32,)), 3)
    gan.compile(*(keras.optimizers.Adam(5e-3, beta_1=0.0) for _ in range(2)))
    gan.fit(data.sample(6_400, 0), batch_size=128, epochs=6, verbose=0)
    latent = gan.latent_vectors(600, seed=5)
    assert float(gan.bound(latent, gan(latent))) > 0.9 * math.log(3)
    read = gan.recognize(gan.sample(600, seed=5)).argmax(axis=1)
    assert (read == np.arange(600) % 3).mean() > 0.97


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"categories": 1}, "categories was 1 and numbers 1: give two"),
        ({"categories": 0, "numbers": 0, "read": 1}, "numbers 0: give two"),
        ({"categories": -1, "read": 3}, "categories was -1"),
        ({"read": 3}, r"into \(3,\), but must .* \(4,\)"),
        ({"read": 6}, r"into \(6,\), but must"),
        ({"weight": -1}, "weight was -1"),
        ({"std": 0}, "std was 0"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)


def test_a_recognizer_of_what_d_does_not_see_is_refused():
    networks = mlp(6, 2), mlp(2, 1, (5,))
    with pytest.raises(ValueError, match=r"turns \(7,\) into \(4,\), but must"):
        InfoGAN(*networks, mlp(7, 4), 3, 1)
    # D sees pairs of points, and Q would have to name the code of both.
    packed = mlp(6, 2), mlp(4, 1, (5,))
    with pytest.raises(ValueError, match=r"turns \(5,\) into \(4,\), but must"):
        InfoGAN(*packed, mlp(5, 4), 3, 1, packing=2)


def test_a_generator_without_noise_and_codes_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="takes 3 numbers, of which 3 are codes"):
        InfoGAN(mlp(3, 2), mlp(2, 1), mlp(2, 3), 3)
    with pytest.raises(ValueError, match="run from 3 to 3"):
        build().sample(2, category=3)
