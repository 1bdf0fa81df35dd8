"""A discriminator that generates: where it climbs, what it keeps and refuses."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.models import EnergyModel
from utils.networks.mlp import mlp


def quadratic(variance):
    """A discriminator whose logit is −x²/(2·variance)."""
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(1, activation=ops.square, use_bias=False),
            layers.Dense(1, use_bias=False),
        ]
    )
    model.set_weights([np.ones((1, 1)), np.full((1, 1), -0.5 / variance)])
    return model


def linear(slope):
    """A discriminator whose logit is slope·x."""
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), slope)])
    return model


def two_modes(n=256, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.choice([-1.0, 1.0], (n, 1)) + rng.normal(0, 0.1, (n, 1))).astype(
        "float32"
    )


def small(seed=0, **settings):
    keras.utils.set_random_seed(seed)
    settings = {"bounds": (-3, 3), "step_size": 0.05, "noise": 0.05, **settings}
    model = EnergyModel(mlp(1, 1, (32, 32), "swish"), **settings)
    model.compile(keras.optimizers.Adam(0.01))
    return model


def buffer_of(model):
    return np.array(ops.convert_to_numpy(model.replay_buffer))


def test_climbing_on_a_quadratic_score_with_langevin_noise_has_its_variance():
    keras.utils.set_random_seed(0)
    step = 0.2
    model = EnergyModel(
        quadratic(1.0), (-9, 9), steps=40, step_size=step, noise=np.sqrt(2 * step)
    )
    end = ops.convert_to_numpy(model.climb(np.zeros((8_000, 1), "float32")))
    # Langevin's step is twice the step of ascent: s² / (1 − 2·step / 4).
    assert end.var() == pytest.approx(1 / (1 - step / 2), rel=0.06)


def test_without_noise_it_climbs_to_the_peak():
    model = EnergyModel(quadratic(1.0), (-9, 9), steps=5, step_size=0.5)
    end = ops.convert_to_numpy(model.climb(np.full((2, 1), 4.0, "float32")))
    np.testing.assert_allclose(end, 4.0 * 0.5**5, rtol=1e-5)


def test_negative_samples_go_on_where_they_ended():
    keras.utils.set_random_seed(0)
    model = EnergyModel(quadratic(1.0), (-9, 9), steps=1, buffer_size=1, fresh=0.0)
    before = buffer_of(model)
    samples = ops.convert_to_numpy(model.negative_samples(1))
    np.testing.assert_allclose(samples, before * 0.9, rtol=1e-5)
    np.testing.assert_allclose(buffer_of(model), samples)


def test_fresh_samples_start_anywhere_within_the_bounds():
    keras.utils.set_random_seed(0)
    flat = EnergyModel(quadratic(1e12), (-2, 5), steps=1, buffer_size=4, fresh=1.0)
    samples = ops.convert_to_numpy(flat.negative_samples(4_000))
    assert samples.min() == pytest.approx(-2, abs=0.05)
    assert samples.max() == pytest.approx(5, abs=0.05)


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_two_rounds_differ_and_the_replay_buffer_moves(run_eagerly):
    model = small(buffer_size=64, fresh=0.5)
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=run_eagerly)
    states = [buffer_of(model)]
    for _ in range(2):
        model.fit(two_modes(64), batch_size=64, verbose=0)
        states.append(buffer_of(model))
    assert np.abs(states[1] - states[0]).max() > 0.1
    assert np.abs(states[2] - states[1]).max() > 0.1


def test_a_round_by_hand_is_a_round_of_fit():
    models = [small(), small()]
    models[0].fit(two_modes(32), batch_size=32, shuffle=False, verbose=0)
    models[1].train_step(ops.convert_to_tensor(two_modes(32)))
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


def test_it_draws_more_often_where_the_data_are_than_chance():
    model = small(steps=20, step_size=0.1, noise=0.01, fresh=0.1, buffer_size=256)
    model.compile(keras.optimizers.Adam(0.01, beta_1=0.0, beta_2=0.99))
    model.fit(two_modes(), batch_size=64, epochs=60, verbose=0)
    near = np.abs(np.abs(model.sample(200)) - 1) < 0.5
    # By chance a third of the line from -3 to 3 is that near.
    assert near.mean() > 0.45


def test_decay_pulls_the_scores_towards_zero():
    # With D(x) = w·x the loss of a pair (a, b) is known, and so is what decay adds.
    model = EnergyModel(linear(2.0), (-9, 9), decay=0.5)
    real, negative = np.array([[1.0], [2.0]]), np.array([[-1.0], [0.5]])
    plain = np.logaddexp(0, -2 * real).mean() + np.logaddexp(0, 2 * negative).mean()
    squares = (4 * real**2).mean() + (4 * negative**2).mean()
    loss = model.contrastive_loss(real.astype("float32"), negative.astype("float32"))
    assert float(loss) == pytest.approx(plain + 0.5 * squares, rel=1e-5)


def test_the_logs_are_epoch_means_of_the_two_scores():
    model = small()
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(two_modes(64), batch_size=64, verbose=0).history
    expected = ops.convert_to_numpy(model(two_modes(64))).mean()
    assert set(history) == {"loss", "score_real", "score_negative"}
    assert history["score_real"][0] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bounds": (1, -1)}, "bounds were"),
        ({"steps": 0}, "steps was 0"),
        ({"step_size": 0}, "step_size was 0"),
        ({"noise": -1}, "noise was -1"),
        ({"buffer_size": 0}, "buffer_size was 0"),
        ({"fresh": 2}, "fresh was 2"),
        ({"decay": -1}, "decay was -1"),
    ],
)
def test_arguments_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        small(**settings)


@pytest.mark.parametrize(
    ("discriminator", "message"),
    [(keras.Sequential(), "built keras.Model"), (mlp(1, 2), r"returns shape \(2,\)")],
)
def test_a_discriminator_that_does_not_fit_is_refused(discriminator, message):
    with pytest.raises(ValueError, match=message):
        EnergyModel(discriminator)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((4, 2), "float32"), "the discriminator takes"),
        (np.full((4, 1), np.inf, "float32"), "are NaN or infinite"),
        (np.full((4, 1), 4.0, "float32"), "wider bounds"),
    ],
)
def test_examples_are_looked_at_before_training(x, message):
    with pytest.raises(ValueError, match=message):
        small().fit(x, verbose=0)
