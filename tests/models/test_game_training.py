"""What `fit` does to a game: the clauses that hold on every backend."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.models import GAN

BATCH = 16
PLAYERS = ("generator", "discriminator")


def values(variables):
    return [np.array(ops.convert_to_numpy(variable)) for variable in variables]


def changed(before, after):
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def idle():
    """An optimizer that changes nothing."""
    return keras.optimizers.SGD(0.0)


class Steps(keras.callbacks.Callback):
    """Writes down what each step logs, and calls a function on the model."""

    def __init__(self, look=lambda model: None):
        super().__init__()
        self.look, self.logs, self.seen = look, [], []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append({k: float(ops.convert_to_numpy(v)) for k, v in logs.items()})
        self.seen.append(self.look(self.model))


def test_two_steps_draw_different_noise(make_gan, points):
    # Nobody learns, and each batch is the same one: only the noise can differ.
    gan = make_gan(optimizers=(idle(), idle()), run_eagerly=False)
    each = []
    for _ in range(3):
        gan.reset_metrics()
        each.append(gan.train_on_batch(points[:BATCH], return_dict=True))
    assert len({float(logs["discriminator_generated"]) for logs in each}) == 3
    assert len({float(logs["generator_loss"]) for logs in each}) == 3
    assert len({float(logs["discriminator_real"]) for logs in each}) == 1


def test_every_half_step_draws_its_own_noise(make_gan, points):
    class Spy(GAN):
        def draw_latent(self, n):
            drawn.append(super().draw_latent(n))
            return drawn[-1]

    drawn = []
    gan = make_gan(cls=Spy, discriminator_steps=2)
    for _ in range(2):
        gan.train_step(points[:BATCH])
    assert len({latent.tobytes() for latent in values(drawn)}) == len(drawn) == 6


@pytest.mark.parametrize("player", PLAYERS)
def test_a_half_step_changes_its_own_player_and_no_other(make_gan, points, player):
    gan = make_gan(optimizers=(keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)))
    other = PLAYERS[1 - PLAYERS.index(player)]

    def read():
        return {
            name: values(
                getattr(gan, name).trainable_variables + gan.optimizer[name].variables
            )
            for name in PLAYERS
        }

    before = read()
    getattr(gan, f"update_{player}")(points[:BATCH])
    after = read()
    assert not any(changed(before[other], after[other]))
    own = len(getattr(gan, player).trainable_variables)
    assert all(changed(before[player], after[player])[:own])


@pytest.mark.parametrize("player", PLAYERS)
def test_a_player_with_rate_zero_stays_while_the_other_learns(
    make_gan, points, train, player
):
    optimizers = {name: keras.optimizers.SGD(0.1) for name in PLAYERS}
    optimizers[player] = idle()
    gan = make_gan(optimizers=optimizers.values(), run_eagerly=False)
    before = {name: values(getattr(gan, name).weights) for name in PLAYERS}
    train(gan, points)
    for name in PLAYERS:
        moves = changed(before[name], values(getattr(gan, name).weights))
        assert not any(moves) if name == player else all(moves)


def test_statistics_seeds_and_metrics_advance(make_stateful_gan, points, train):
    gan = make_stateful_gan(run_eagerly=False)
    normalization, dropout = gan.generator.layers[1], gan.discriminator.layers[1]
    kept = [
        normalization.moving_mean,
        normalization.moving_variance,
        dropout.seed_generator.state,
        gan.seed_generator.state,
    ]
    before = values(kept)
    train(gan, points[: 2 * BATCH])
    assert all(changed(before, values(kept)))
    assert [float(mean.count) for mean in gan.metrics] == 4 * [2 * BATCH]
    assert all(float(mean.result()) != 0 for mean in gan.metrics)


@pytest.mark.parametrize("steps", [1, 3])
def test_history_holds_the_means_of_each_epoch(make_gan, points, train, steps):
    history = train(make_gan(discriminator_steps=steps), points, epochs=2)
    twin, each = make_gan(discriminator_steps=steps), []
    for x in np.split(np.concatenate([points, points]), 8):
        twin.reset_metrics()
        each.append(twin.train_on_batch(x, return_dict=True))
    assert set(history) == set(GAN.LOGS)
    for name, means in history.items():
        expected = np.reshape([float(logs[name]) for logs in each], (2, 4)).mean(axis=1)
        np.testing.assert_allclose(means, expected, rtol=1e-5, err_msg=name)


def test_a_step_logs_the_mean_since_the_epoch_began(make_gan, points, train):
    steps = Steps()
    history = train(make_gan(), points, callbacks=[steps])
    assert {name: [value] for name, value in steps.logs[-1].items()} == pytest.approx(
        {name: pytest.approx(values) for name, values in history.items()}
    )


def test_compiled_equals_eager_within_float_error(
    make_stateful_gan, points, train, state_of
):
    pair = [
        make_stateful_gan(run_eagerly=eager, penalty="gradient")
        for eager in (False, True)
    ]
    histories = [train(gan, points) for gan in pair]
    for name in histories[0]:
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-4)
    for one, other in zip(*map(state_of, pair), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("data", ["bare tensor", "tuple", "list"])
def test_data_of_every_shape_gives_the_same_step(make_gan, points, data):
    batch = ops.convert_to_tensor(points[:BATCH])
    shaped = {"bare tensor": batch, "tuple": (batch,), "list": [batch]}[data]
    gan, twin = make_gan(), make_gan()
    gan.train_step(shaped)
    twin.train_on_batch(points[:BATCH])
    for one, other in zip(gan.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_generator_of_batches_trains_as_their_array_does(make_gan, points, train):
    gan, twin = make_gan(), make_gan()
    batches = ((x,) for x in np.split(points, 4))
    train(gan, batches, batch_size=None, steps_per_epoch=4)
    train(twin, points)
    np.testing.assert_allclose(gan.sample(8), twin.sample(8), rtol=1e-5)


def test_a_tensor_trains_as_its_array_does(make_gan, points, train):
    gan, twin = make_gan(), make_gan()
    train(gan, ops.convert_to_tensor(points))
    train(twin, points)
    np.testing.assert_allclose(gan.sample(8), twin.sample(8), rtol=1e-5)


@pytest.mark.parametrize("settings", [{}, {"packing": 2, "penalty": "gradient"}])
def test_a_last_partial_batch_is_a_step_like_others(make_gan, points, train, settings):
    gan = make_gan(run_eagerly=False, **settings)
    history = train(gan, points[: 2 * BATCH + 5])
    assert [int(gan.optimizer[player].iterations) for player in PLAYERS] == [3, 3]
    assert np.isfinite([value[0] for value in history.values()]).all()


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="Keras refuses it on PyTorch, and unrolls it on JAX",
)
def test_eight_steps_an_execution_equal_eight_executions(make_gan, points, train):
    pair = [make_gan(), make_gan()]
    for gan, steps in zip(pair, (1, 8), strict=True):
        adams = (keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
        gan.compile(*adams, steps_per_execution=steps)
    one, eight = (train(gan, points, epochs=2, batch_size=6) for gan in pair)
    for name in one:
        np.testing.assert_allclose(one[name], eight[name], rtol=1e-5)
    np.testing.assert_allclose(pair[0].sample(8), pair[1].sample(8), rtol=1e-5)


def test_the_same_seed_gives_the_same_bits(make_stateful_gan, points, train, state_of):
    def bits(seed):
        gan = make_stateful_gan(seed=seed, run_eagerly=False)
        # Shuffled: the order of the examples comes from the seed as well.
        train(gan, points, shuffle=True)
        return [value.tobytes() for value in state_of(gan)]

    assert bits(3) == bits(3)


class Interrupt(keras.callbacks.Callback):
    """Presses the stop button after the second step."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


def test_an_interrupted_training_leaves_a_usable_model(make_gan, points, train):
    gan = make_gan(run_eagerly=False)
    with pytest.raises(KeyboardInterrupt):
        train(gan, points, callbacks=[Interrupt()])
    assert [int(gan.optimizer[player].iterations) for player in PLAYERS] == [2, 2]
    assert np.isfinite(gan.sample(4)).all()
    history = train(gan, points)
    assert [int(gan.optimizer[player].iterations) for player in PLAYERS] == [6, 6]
    assert np.isfinite(history["generator_loss"]).all()


def test_a_callback_may_sample_while_the_game_trains(make_gan, points, train):
    steps = Steps(look=lambda model: model.sample(3, seed=1))
    gan = make_gan(run_eagerly=False)
    train(gan, points, callbacks=[steps])
    assert len({sample.tobytes() for sample in steps.seen}) == 4
    np.testing.assert_allclose(steps.seen[-1], gan.sample(3, seed=1), rtol=1e-6)


def test_looking_on_does_not_change_the_game(make_gan, points, train):
    watched, alone = make_gan(), make_gan()
    train(watched, points, callbacks=[Steps(look=lambda model: model.sample(3))])
    train(alone, points)
    np.testing.assert_array_equal(watched.sample(4), alone.sample(4))


def test_a_callback_may_change_a_players_learning_rate(make_gan, points, train):
    class Freeze(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.optimizer["generator"].learning_rate = 0.0
                self.before = values(self.model.generator.weights)

    freeze, gan = Freeze(), make_gan(run_eagerly=False)
    train(gan, points, epochs=2, callbacks=[freeze])
    assert not any(changed(freeze.before, values(gan.generator.weights)))
    assert float(gan.optimizer["generator"].learning_rate) == 0.0


def test_fit_goes_on_where_the_last_one_ended(make_gan, points, train):
    twice, once = make_gan(), make_gan()
    for _ in range(2):
        train(twice, points)
    train(once, points, epochs=2)
    np.testing.assert_array_equal(twice.sample(4), once.sample(4))


def test_early_stopping_reads_the_logs_by_name(make_gan, points, train):
    stop = keras.callbacks.EarlyStopping(
        "generator_loss", mode="min", min_delta=1e9, patience=1
    )
    history = train(make_gan(), points, epochs=5, callbacks=[stop])
    assert len(history["generator_loss"]) == 2
