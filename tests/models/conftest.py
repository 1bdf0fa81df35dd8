"""The smallest games: points in the plane, four hidden units a player."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.models import GAN
from utils.networks.mlp import mlp

BATCH = 16


@pytest.fixture
def points():
    """Four batches of real examples."""
    rng = np.random.default_rng(0)
    return rng.normal([1.0, -1.0], 0.5, (4 * BATCH, 2)).astype("float32")


def stateful_pair():
    """Players with all the state that layers keep: moving statistics and seeds."""
    generator = keras.Sequential(
        [
            keras.Input((2,)),
            # No bias: BatchNorm removes it, and Adam would step on rounding errors.
            layers.Dense(4, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.2),
            layers.Dense(2),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(4, activation="tanh"),
            layers.Dropout(0.25, seed=1),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


@pytest.fixture
def make_gan():
    """Builds a compiled GAN, the same one for the same seed."""

    def make(
        seed=0, cls=GAN, networks=None, optimizers=None, run_eagerly=True, **settings
    ):
        keras.utils.set_random_seed(seed)
        packing = settings.get("packing", 1)
        pair = networks() if networks else (mlp(2, 2, (4,)), mlp(2 * packing, 1, (4,)))
        optimizers = optimizers or (keras.optimizers.SGD(0.1) for _ in range(2))
        gan = cls(*pair, **settings)
        gan.compile(*optimizers, run_eagerly=run_eagerly)
        return gan

    return make


@pytest.fixture
def make_stateful_gan(make_gan):
    """Builds one whose every part keeps state: BatchNorm, Dropout, momentum."""

    def make(**settings):
        adams = (keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.02))
        return make_gan(networks=stateful_pair, optimizers=adams, **settings)

    return make


@pytest.fixture
def train():
    """Runs `fit` over batches of 16 in their order."""

    def fit(gan, x, epochs=1, **settings):
        settings = {"batch_size": BATCH, "shuffle": False, "verbose": 0, **settings}
        return gan.fit(x, epochs=epochs, **settings).history

    return fit


@pytest.fixture
def state_of():
    """Reads all that a game keeps, copied: weights, seeds and both optimizers."""

    def read(gan):
        variables = [*gan.variables, *gan.optimizer.variables]
        return [np.array(ops.convert_to_numpy(variable)) for variable in variables]

    return read
