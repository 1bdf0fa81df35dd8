"""The trainings that lessons and benchmarks share."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.data.mixtures import gaussian, ring
from utils.models import FeedForwardStyle, TripletModel, recipes
from utils.models.recipes import (
    picture_model,
    train_feed_forward_style,
    train_point_gan,
    train_point_vae,
    train_with_looks,
)
from utils.networks.features import random_filter_pyramid
from utils.networks.mlp_gan import point_pair


def turns(gan):
    """Updates of both players."""
    return [int(gan.optimizer[p].iterations) for p in ("generator", "discriminator")]


def test_a_point_gan_trains_the_asked_number_of_steps_with_both_players():
    assert turns(train_point_gan(ring(), 12, seed=0)) == [12, 12]


def test_many_steps_are_split_into_epochs_of_equal_length(monkeypatch):
    monkeypatch.setattr(recipes, "LONGEST_EPOCH", 4)
    assert turns(train_point_gan(ring(), 9, seed=0)) == [9, 9]  # 3 epochs of 3, not 4


def learning_rates(gan, turn):
    """Learning rates of both players at the beginning of a turn."""
    steps = {"generator": turn, "discriminator": turn * gan.discriminator_steps}
    return [float(gan.optimizer[p]._learning_rate(step)) for p, step in steps.items()]


@pytest.mark.parametrize(
    ("settings", "end"),
    [({}, 0.0), ({"discriminator_steps": 5}, 0.0), ({"average": 0.9}, 5e-5)],
)
def test_both_learning_rates_fall_alike_turn_by_turn(settings, end):
    gan = train_point_gan(ring(), 10, seed=0, learning_rate=1e-3, **settings)
    for turn in range(11):
        expected = end + (1e-3 - end) * 0.5 * (1 + np.cos(np.pi * turn / 10))
        assert learning_rates(gan, turn) == pytest.approx([expected] * 2, abs=1e-9)


def test_with_an_average_the_generator_alone_ends_as_the_mean_of_its_past():
    gan = train_point_gan(ring(), 3, seed=0, average=0.5)
    averages = gan.optimizer["generator"]._model_variables_moving_average
    for weight, mean in zip(gan.generator.trainable_variables, averages, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (weight, mean)))
    assert not gan.optimizer["discriminator"].use_ema


@pytest.mark.parametrize(("penalty", "weight"), [({"r1": 0.1}, 0.1), ("r1", 10)])
def test_a_penalty_counts_in_units_of_the_variance_of_the_data(penalty, weight):
    gan = train_point_gan(ring(radius=10, std=0.1), 1, seed=0, penalty=penalty)
    assert gan.penalty["r1"] == pytest.approx(weight * 10**2 / 2, rel=0.1)


def test_packing_reaches_the_networks():
    gan = train_point_gan(ring(), 2, seed=0, packing=2)
    assert gan.discriminator.input_shape == (None, 4)


@pytest.mark.parametrize("train", [train_point_gan, train_point_vae])
def test_one_seed_gives_one_model_and_another_seed_another(train):
    first, again, other = (
        train(ring(), steps=3, seed=seed).sample(5) for seed in (3, 3, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("train", [train_point_gan, train_point_vae])
def test_less_than_a_step_is_refused(train):
    with pytest.raises(ValueError, match=r"steps was 0, but must be .* at least 1"):
        train(ring(), steps=0, seed=0)


def test_the_decoder_of_a_point_vae_is_the_generator_of_the_point_gan():
    vae = train_point_vae(ring(), steps=2, seed=0)
    generator, _ = point_pair(float(ring().sample(256, 0).std()))
    kinds, expected = (
        [(type(layer), layer.get_config() | {"name": ""}) for layer in network.layers]
        for network in (vae.decoder, generator)
    )
    assert [kind for kind, _ in kinds] == [kind for kind, _ in expected]
    for (_, config), (_, wanted) in zip(kinds, expected, strict=True):
        for key in ("units", "activation", "use_bias", "scale"):
            assert config.get(key) == wanted.get(key)


def test_a_point_vae_learns_a_gaussian_and_takes_settings():
    data = gaussian([3.0, -1.0], 0.5)
    vae = train_point_vae(data, steps=400, seed=0, beta=0.5)
    points = vae.sample(2_000, noise=True)
    np.testing.assert_allclose(points.mean(axis=0), [3, -1], atol=0.15)
    assert vae.beta == 0.5


@pytest.mark.parametrize(
    ("name", "momentum", "settings"),
    [
        ("VAE", 0.9, {"beta": 2.0}),
        ("GAN", 0.5, {"discriminator_steps": 2}),
        ("VAE-GAN", 0.5, {"beta": 0.1}),
    ],
)
def test_a_picture_model_is_compiled_and_draws_pictures(name, momentum, settings):
    model = picture_model(name, (8, 8, 1), 4, 4, learning_rate=0.01, **settings)
    players = getattr(model.optimizer, "players", {"one": model.optimizer})
    assert {adam.beta_1 for adam in players.values()} == {momentum}
    for adam in players.values():
        assert float(adam.learning_rate) == pytest.approx(0.01)
    for setting, value in settings.items():
        assert getattr(model, setting) == value
    assert model.sample(2).shape == (2, 8, 8, 1)


def test_another_picture_model_is_none():
    with pytest.raises(ValueError, match=r"no model 'Gan'\. Did you mean 'GAN'"):
        picture_model("Gan", (8, 8, 1))


class TwoPeople(keras.utils.PyDataset):
    """Batches of two people with two points each."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        x = np.random.default_rng(index).normal(size=(4, 2)).astype("float32")
        return x, np.int32([0, 0, 1, 1])


def test_a_training_with_looks_keeps_a_value_per_epoch_and_comes_to_rest():
    model = TripletModel(keras.Sequential([keras.Input((2,)), layers.Dense(2)]))
    seen = []
    track = train_with_looks(
        model, TwoPeople(), 2, 0.1, weight=lambda: seen.append(1) or len(seen)
    )
    assert track["steps"] == [3, 6]
    assert track["weight"] == [1, 2]
    assert len(track["loss"]) == len(track["mean_distance"]) == 2
    schedule = model.optimizer._learning_rate
    assert [float(schedule(step)) for step in (0, 3, 6)] == pytest.approx(
        [0.1, 0.05, 0.0], abs=1e-8
    )


def test_feed_forward_style_is_trained_in_whole_passes():
    pieces = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 3)).astype("float32")
    painter = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(3, 1, activation="tanh")]
    )
    model = FeedForwardStyle(painter, random_filter_pyramid(4, 3, 2), pieces[0])
    losses = train_feed_forward_style(model, pieces, 4)
    assert len(losses) == 2
    assert int(model.optimizer.iterations) == 6
    assert float(model.optimizer._learning_rate(4)) == pytest.approx(1e-4)


def stand_in_for_vgg19():
    """A small network with the layers that style transfer reads, by their names."""
    x = inputs = keras.Input((None, None, 3))
    outputs = {}
    for block in range(1, 6):
        x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
        outputs[f"block{block}_conv1"] = x
        if block == 4:
            outputs["block4_conv2"] = layers.Conv2D(4, 3, padding="same")(x)
        x = layers.AveragePooling2D(2)(x) if block < 5 else x
    return keras.Model(inputs, outputs)


def test_the_transfer_of_gatys_reads_his_layers_and_lowers_its_loss():
    keras.utils.set_random_seed(0)
    content, style = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3))
    model = recipes.gatys_transfer(
        stand_in_for_vgg19(), content, style, content_weight=0.1
    )
    assert model.content_layer == "block4_conv2"
    assert model.content_weight == 0.1
    assert model.layer_weights == {f"block{n}_conv1": 0.2 for n in range(1, 6)}
    film = model.fit_lbfgs(5)
    assert film[-1].loss < film[0].loss


def test_the_transfer_of_gatys_needs_his_layers():
    content = np.zeros((32, 32, 3))
    with pytest.raises(ValueError, match="block4_conv2"):
        recipes.gatys_transfer(random_filter_pyramid(4, 3, 2), content, content)
