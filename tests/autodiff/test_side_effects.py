"""What a loss changes on the way is kept: moving statistics, seeds, metrics."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.autodiff import input_gradient, minimize, value_and_gradients

X = np.array([[1.0, -2.0], [3.0, 4.0], [5.0, 1.0]], "float32")
MOMENTUM = 0.9


def moving_mean(updates):
    """The moving mean after so many looks at the batch X, from zero."""
    return (1 - MOMENTUM**updates) * X.mean(axis=0)


@pytest.fixture
def normalization():
    layer = layers.BatchNormalization(momentum=MOMENTUM, epsilon=1e-3)
    layer.build(X.shape)
    return layer


def twice_normalized(layer):
    """Looks at the batch directly, and once more on the way to a slope."""
    direct = ops.sum(layer(X, training=True) ** 2)
    slope = input_gradient(lambda x: ops.sum(layer(x, training=True) ** 3, axis=1), X)
    return direct + ops.sum(slope**2)


def test_batch_normalization_moves_while_a_gradient_is_taken(normalization):
    layer = normalization
    value_and_gradients(lambda: ops.sum(layer(X, training=True)), [layer.gamma])
    mean = ops.convert_to_numpy(layer.moving_mean)
    np.testing.assert_allclose(mean, moving_mean(1), rtol=1e-5)


def test_batch_normalization_moves_while_an_input_gradient_is_taken(normalization):
    input_gradient(lambda x: normalization(x, training=True), X)
    mean = ops.convert_to_numpy(normalization.moving_mean)
    np.testing.assert_allclose(mean, moving_mean(1), rtol=1e-5)


def test_each_look_of_a_nested_gradient_moves_the_statistics_once(normalization):
    layer = normalization
    value_and_gradients(lambda: twice_normalized(layer), [layer.gamma])
    mean = ops.convert_to_numpy(layer.moving_mean)
    np.testing.assert_allclose(mean, moving_mean(2), rtol=1e-5)


def test_minimize_keeps_the_statistics_next_to_its_own_update(normalization):
    layer = normalization
    before = ops.convert_to_numpy(layer.gamma).copy()
    minimize(lambda: twice_normalized(layer), [layer.gamma], keras.optimizers.SGD(0.01))
    mean = ops.convert_to_numpy(layer.moving_mean)
    np.testing.assert_allclose(mean, moving_mean(2), rtol=1e-5)
    assert not np.allclose(ops.convert_to_numpy(layer.gamma), before)


def test_noise_drawn_inside_a_loss_is_new_each_time():
    seeds, twins = keras.random.SeedGenerator(7), keras.random.SeedGenerator(7)
    w = keras.Variable(1.0)

    def noisy(x):
        return x * keras.random.normal((4,), seed=seeds)

    def loss():
        slope = input_gradient(noisy, np.ones(4, "float32"))
        return w * (ops.sum(noisy(1.0)) + ops.sum(slope))

    losses = [float(value_and_gradients(loss, [w])[0]) for _ in range(2)]
    drawn = [float(ops.sum(keras.random.normal((4,), seed=twins))) for _ in range(4)]
    expected = [drawn[0] + drawn[1], drawn[2] + drawn[3]]
    np.testing.assert_allclose(losses, expected, rtol=1e-4)


def test_dropout_drops_others_each_time():
    dropout, w = layers.Dropout(0.5, seed=3), keras.Variable(np.ones(64, "float32"))
    kept = [
        value_and_gradients(lambda: ops.sum(dropout(w * 1.0, training=True)), [w])[1][0]
        for _ in range(2)
    ]
    first, second = (ops.convert_to_numpy(gradient) for gradient in kept)
    assert set(np.unique(first)) == {0.0, 2.0}
    assert not np.array_equal(first, second)


def test_metrics_fed_inside_a_loss_advance():
    mean, w = keras.metrics.Mean(), keras.Variable(1.0)

    def loss():
        mean.update_state(2 * w)
        input_gradient(lambda x: mean.update_state(x) or x**2, np.float32(5.0))
        return w**2

    for _ in range(2):
        minimize(loss, [w], keras.optimizers.SGD(0.25))
    # w is 1 and then ½: the metric saw 2, 5, 1 and 5.
    assert float(mean.result()) == pytest.approx(13 / 4)


def test_a_loss_that_raises_leaves_no_trace():
    w = keras.Variable(3.0)

    def broken():
        w.assign(5.0)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        value_and_gradients(broken, [w])
    w.assign(4.0)
    loss, (gradient,) = value_and_gradients(lambda: w**2, [w])
    assert (float(loss), float(gradient), float(w)) == (16.0, 8.0, 4.0)
