"""One place at a time gives what the whole network gives."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.networks.causal import gated_pixel_cnn, recurrent_network, wavenet
from utils.networks.one_step import OneStep, can_step

RNG = np.random.default_rng(0)
LETTERS = RNG.integers(0, 5, (3, 40)).astype("int32")
NUMBERS = RNG.normal(size=(3, 40)).astype("float32")
NETWORKS = {
    "recurrent": (lambda: recurrent_network(5, 8), LETTERS[:, :9]),
    "wavenet": (lambda: wavenet(5, 6, (1, 2, 4, 8, 1, 2)), LETTERS),
    "dropout": (lambda: recurrent_network(5, 8, dropout=0.5), LETTERS[:, :9]),
    "wavenet_of_numbers": (lambda: wavenet(None, 6, (1, 2, 4)), NUMBERS),
    "wavenet_beside_a_predictor": (
        lambda: wavenet(None, 6, (1, 2, 4), predictor=([0.5, 0.1, -0.3], 0.7)),
        NUMBERS,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_step_by_step_is_the_same_as_at_once(name):
    keras.utils.set_random_seed(0)
    build, x = NETWORKS[name]
    network = build()
    # Biases start at 0, where a mistake would not show.
    for variable in network.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.5))
    at_once = ops.convert_to_numpy(network(x))
    step = OneStep(network, len(x))
    stepped = [step(None)] + [step(x[:, i]) for i in range(x.shape[1] - 1)]
    np.testing.assert_allclose(np.stack(stepped, 1), at_once, atol=1e-4, rtol=1e-4)


def test_what_cannot_be_run_so_is_told():
    assert can_step(recurrent_network(5, 8))
    assert not can_step(gated_pixel_cnn(3, 3))
    x = keras.Input((4,), dtype="int32")
    network = keras.Model(x, layers.Embedding(3, 2)(x))
    assert not can_step(network)
    with pytest.raises(ValueError, match=r"\(Embedding\) cannot be run one place"):
        OneStep(network, 2)


def test_a_convolution_that_looks_ahead_is_refused():
    x = keras.Input((4, 2))
    ahead = keras.Model(x, layers.Conv1D(2, 3, padding="same")(x))
    with pytest.raises(ValueError, match="is not causal"):
        OneStep(ahead, 2)
