"""Two optimizers in one: every option that Keras offers works for each player."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import minimize
from utils.models.player_optimizers import PlayerOptimizers

BATCH = 16
PLAYERS = ("generator", "discriminator")


def array(tensor):
    return np.array(ops.convert_to_numpy(tensor))


def weights(network):
    return [array(variable) for variable in network.trainable_variables]


def build(**optimizers):
    variables = {player: [keras.Variable(np.ones(3))] for player in optimizers}
    return PlayerOptimizers(optimizers, variables)


def test_players_may_be_given_by_name():
    optimizers = build(generator="adam", discriminator="sgd")
    assert isinstance(optimizers["generator"], keras.optimizers.Adam)
    assert isinstance(optimizers["discriminator"], keras.optimizers.SGD)


def test_its_state_is_that_of_its_players_and_no_model_weights():
    optimizers = build(generator="adam", discriminator="rmsprop")
    inner = [v for player in PLAYERS for v in optimizers[player].variables]
    own = {"iteration", "learning_rate"}
    rest = [v for v in optimizers.variables if not any(v is one for one in inner)]
    assert {v.name for v in rest} == own
    assert len(optimizers.variables) == len(inner) + 2
    models = [v for group in optimizers.player_variables.values() for v in group]
    assert not {id(v) for v in models} & {id(v) for v in optimizers.variables}


def test_weights_are_set_in_the_order_of_the_variables():
    optimizers = build(generator="adam", discriminator="sgd")
    values = [np.full(v.shape, i) for i, v in enumerate(optimizers.variables)]
    optimizers.set_weights(values)
    for variable, value in zip(optimizers.variables, values, strict=True):
        np.testing.assert_array_equal(array(variable), value)


def test_each_player_is_updated_by_its_own_optimizer():
    optimizers = build(
        generator=keras.optimizers.SGD(0.5), discriminator=keras.optimizers.SGD(0.25)
    )
    for player in PLAYERS:
        (variable,) = optimizers.player_variables[player]
        minimize(lambda v=variable: ops.sum(v), [variable], optimizers[player])
    after = [array(optimizers.player_variables[player][0])[0] for player in PLAYERS]
    assert after == [0.5, 0.75]


OPTIONS = {
    "clipnorm": {"clipnorm": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.01},
    "clipvalue": {"clipvalue": 0.01},
    "weight_decay": {"weight_decay": 0.1},
    "averages": {"use_ema": True, "ema_momentum": 0.5},
    "averages written back": {"use_ema": True, "ema_overwrite_frequency": 2},
    "accumulation": {"gradient_accumulation_steps": 2},
    "loss scale": {"loss_scale_factor": 64.0},
}


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_an_optimizer_trains_both_players(
    make_gan, points, train, option
):
    adams = (keras.optimizers.Adam(0.01, **OPTIONS[option]) for _ in PLAYERS)
    gan = make_gan(optimizers=adams)
    before = weights(gan)
    train(gan, points)
    for one, other in zip(before, weights(gan), strict=True):
        assert np.isfinite(other).all()
        assert not np.array_equal(one, other)
    updates = 2 if option == "accumulation" else 4
    assert [int(gan.optimizer[p].iterations) for p in PLAYERS] == [updates] * 2


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "lion", "adagrad"])
def test_optimizers_of_every_kind_serve(make_gan, points, train, name):
    gan = make_gan(optimizers=(name, name))
    assert np.isfinite(train(gan, points[:BATCH])["generator_loss"]).all()


def test_a_loss_scale_leaves_losses_and_updates_as_they_are(make_gan, points, train):
    gans = [
        make_gan(
            optimizers=[
                keras.optimizers.SGD(0.1, loss_scale_factor=scale) for _ in PLAYERS
            ]
        )
        for scale in (None, 1024.0)
    ]
    plain, scaled = (train(gan, points) for gan in gans)
    for name, values in plain.items():
        np.testing.assert_allclose(values, scaled[name], rtol=1e-5)
    np.testing.assert_allclose(gans[0].sample(5), gans[1].sample(5), rtol=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_schedules_count_turns_however_often_a_player_moves(
    make_gan, points, train, tmp_path, steps
):
    halving = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)
    optimizers = [keras.optimizers.SGD(halving) for _ in PLAYERS]
    settings = {"discriminator_steps": steps, "run_eagerly": False}
    gan = make_gan(optimizers=optimizers, **settings)
    for turns in (4, 8):
        train(gan, points)
        for player in PLAYERS:
            rate = float(gan.optimizer[player].learning_rate)
            assert rate == pytest.approx(0.1 * 0.5 ** (turns / 4))
        gan.save(tmp_path / "gan.keras")  # the second time from a loaded game
        gan = keras.saving.load_model(tmp_path / "gan.keras")


class Weights(keras.callbacks.Callback):
    """Keeps the generator's weights after each step."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def on_train_batch_end(self, batch, logs=None):
        self.kept.append(weights(self.model.generator))


def test_a_moving_average_takes_the_place_of_the_weights_when_fit_ends(
    make_gan, points, train
):
    averaging = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    gan = make_gan(optimizers=(averaging, keras.optimizers.SGD(0.1)), run_eagerly=False)
    steps = Weights()
    train(gan, points[: 2 * BATCH], callbacks=[steps])
    # Keras starts the average at the weights after the first step.
    first, second = steps.kept
    for a, b, kept in zip(first, second, weights(gan.generator), strict=True):
        np.testing.assert_allclose(kept, 0.5 * a + 0.5 * b, rtol=1e-5, atol=1e-6)
