"""What a meter reads: exact values where they are known, and its faults in words."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.data.mixtures import gaussian
from utils.models.meter import DivergenceMeter, _KeepBest, between
from utils.networks.mlp import mlp

REAL, NEAR = gaussian(0.0, 1.0), gaussian(2.0, 1.0)


def samples(q, n=2_000, seed=0):
    return REAL.sample(n, seed), q.sample(n, seed + 1)


def learned(name, q=NEAR, epochs=15):
    keras.utils.set_random_seed(0)
    meter = DivergenceMeter(mlp(1, 1, (16,)), name)
    return meter.learn(*samples(q), epochs=epochs, batch_size=100, learning_rate=0.02)


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("js", 0.336831),
        ("squared-hellinger", 2 - 2 * np.exp(-0.5)),
        ("reverse-kl", 2.0),
        ("wasserstein", 2.0),
    ],
)
def test_a_held_out_reading_is_near_the_exact_value(name, exact):
    reading = learned(name).read(*samples(NEAR, seed=7))
    assert abs(reading.value - exact) < 4 * reading.standard_error + 0.05 * exact


def test_a_meter_reads_zero_between_samples_of_one_distribution():
    reading = learned("js", REAL).read(*samples(REAL, seed=7))
    assert abs(reading.value) < 0.005


def test_a_fresh_meter_is_undecided():
    meter = DivergenceMeter(mlp(1, 1, (4,)))
    assert not meter.scores(REAL.sample(5, 0)).any()
    assert meter.read(*samples(NEAR)) == pytest.approx((0.0, 0.0), abs=1e-7)


def test_learning_again_starts_afresh():
    meter = learned("js")
    meter.learn(*samples(REAL), epochs=1, batch_size=200)
    assert abs(meter.read(*samples(NEAR)).value) < 0.1


def test_without_held_back_samples_a_meter_reads_high_on_its_own():
    noise = gaussian(np.zeros(10), 1.0)
    own = noise.sample(20, 0), noise.sample(20, 1)
    meter = DivergenceMeter(mlp(10, 1, (64,)))
    meter.learn(*own, epochs=40, validation_share=0, batch_size=20, learning_rate=0.02)
    new = noise.sample(500, 2), noise.sample(500, 3)
    assert meter.read(*own).value > 0.4 > 0 > meter.read(*new).value


def test_the_loss_is_minus_the_reading():
    meter = learned("js", epochs=1)
    real, fake = samples(NEAR, n=50)
    loss = meter.compute_loss(y_pred=meter((real, fake)))
    assert float(loss) == pytest.approx(-meter.read(real, fake).value, abs=1e-5)


def test_the_standard_error_is_that_of_two_means():
    meter = learned("wasserstein", epochs=1)
    real, fake = samples(NEAR, n=50)
    few, many = (
        meter.read(real, fake),
        meter.read(np.tile(real, (4, 1)), np.tile(fake, (4, 1))),
    )
    assert many.value == pytest.approx(few.value, rel=1e-4)
    assert many.standard_error == pytest.approx(few.standard_error / 2, rel=1e-4)


def test_points_on_a_line_may_come_flat():
    meter = DivergenceMeter(mlp(1, 1, (4,)))
    real, fake = samples(NEAR, n=50)
    assert meter.read(real[:, 0], fake[:, 0]) == meter.read(real, fake)


def test_a_meter_is_built_again_from_its_config():
    meter = learned("kl", epochs=1)
    config = meter.get_config()
    assert DivergenceMeter.from_config(config).divergence == "kl"


class Scripted:
    """A model that reads what was written for it, and counts up its weights."""

    def __init__(self, *readings):
        self.readings, self.critic, self.stop_training = list(readings), self, False
        self.weights = -1

    def read(self, real, fake):
        self.weights += 1
        return self.readings.pop(0)

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


@pytest.mark.parametrize(
    ("readings", "kept"),
    [
        # The start; then value and standard error of each epoch.
        ([(0, 0), (0.05, 0.1), (0.09, 0.1), (0.1, 0.1)], 0),  # within chance
        ([(0, 0), (0.2, 0.1), (0.3, 0.1), (0.25, 0.1)], 2),  # the best
        ([(0, 0), (0.2, 0.1), (0.2, 0.1), (-1, 0.1)], 1),  # the first of two equal
        ([(0, 0), (0.05, 0.1), (0.06, 0.05), (0.05, 0.01)], 2),
    ],
)
def test_the_critic_kept_is_the_best_beyond_chance(readings, kept):
    keep = _KeepBest(None, None, patience=10)
    model = Scripted(*readings)
    keep.set_model(model)
    keep.on_train_begin()
    for epoch in range(len(readings) - 1):
        keep.on_epoch_end(epoch)
    keep.on_train_end()
    assert model.weights == kept


def test_patience_is_how_many_epochs_without_a_better_critic_it_waits():
    keep = _KeepBest(None, None, patience=2)
    keep.set_model(Scripted((0, 0), (1, 0), (0, 0), (0, 0)))
    keep.on_train_begin()
    stopped = []
    for epoch in range(3):
        keep.on_epoch_end(epoch)
        stopped.append(keep.model.stop_training)
    assert stopped == [False, False, True]


def test_points_between_lie_on_the_lines_at_even_shares():
    real, fake = np.zeros((4, 2), "float32"), np.ones((4, 2), "float32")
    points = ops.convert_to_numpy(between(*map(ops.convert_to_tensor, (real, fake))))
    assert points == pytest.approx(1 - (np.arange(4)[:, None] + [0.5, 0.5]) / 4)


def test_the_wasserstein_loss_has_the_gradient_penalty_of_a_straight_critic():
    meter = DivergenceMeter(mlp(2, 1, ()), "wasserstein", penalty=10.0)
    meter.critic.set_weights([np.array([[3.0], [4.0]]), np.zeros(1)])
    pair = [np.float32([[1, 0], [0, 1]]), np.float32([[0, 0], [0, 0]])]
    pair = tuple(map(ops.convert_to_tensor, pair))
    loss = float(meter.compute_loss(pair, y_pred=meter(pair)))
    # Scores 3 and 4 against 0, 0; the slope is 5 everywhere.
    assert loss == pytest.approx(-3.5 + 10 * (5 - 1) ** 2)


def test_a_reading_in_half_precision_is_nearly_the_same():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        reading = learned("js").read(*samples(NEAR, seed=7))
    finally:
        keras.config.set_dtype_policy("float32")
    assert reading.value == pytest.approx(0.337, abs=0.05)


def test_weights_are_refused():
    meter = DivergenceMeter(mlp(1, 1, (4,)))
    meter.compile("sgd")
    with pytest.raises(ValueError, match=r"two whole samples.*Leave it out"):
        meter.fit(samples(NEAR, 8), sample_weight=np.ones(8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((mlp(1, 2, (4,)),), "must return one score"),
        ((keras.layers.Dense(1),), r"must be a built keras\.Sequential"),
        ((mlp(1, 1, (4,)), "helinger"), "There is no divergence 'helinger'"),
        ((mlp(1, 1, (4,)), "jss"), "Did you mean 'js'"),
        ((mlp(1, 1, (4,)), "wasserstein", -1.0), "penalty was -1.0"),
    ],
)
def test_a_meter_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        DivergenceMeter(*arguments)


@pytest.mark.parametrize(
    ("real", "fake", "settings", "message"),
    [
        (
            np.zeros((5, 2)),
            np.zeros((5, 1)),
            {},
            r"real: shape \(5, 2\) is not \(n, 1\)",
        ),
        (np.zeros((0, 1)), np.zeros((5, 1)), {}, r"real: shape \(0, 1\)"),
        (np.zeros((5, 1)), np.full((5, 1), np.nan), {}, "fake: 5 of 5 are NaN"),
        (np.zeros((5, 1)), np.zeros((4, 1)), {}, "5 real and 4 generated"),
        (np.zeros((5, 1)), np.zeros((5, 1)), {"batch_size": 0}, "batch_size was 0"),
        (np.zeros((5, 1)), np.zeros((5, 1)), {"epochs": 0}, "epochs was 0"),
        (
            np.zeros((5, 1)),
            np.zeros((5, 1)),
            {"validation_share": 1},
            "validation_share was 1",
        ),
    ],
)
def test_samples_that_do_not_fit_are_refused(real, fake, settings, message):
    with pytest.raises(ValueError, match=message):
        DivergenceMeter(mlp(1, 1, (4,))).learn(real, fake, **settings)
