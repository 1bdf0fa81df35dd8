"""A training step has its networks in training mode, whatever it is told beside them.

These are the models that `test_base` does not build.
"""

import keras
import numpy as np
import pytest
from keras import layers

from utils.models import (
    AutoregressiveModel,
    ConditionalGAN,
    ConditionalVAE,
    Denoiser,
    FlowMatching,
    Pix2Pix,
    SiameseModel,
    TripletModel,
)
from utils.networks.conditional import beside_input, by_projection, with_classifier
from utils.networks.encoders import convolutional_encoder
from utils.networks.mlp import mlp
from utils.networks.patch import patch_discriminator
from utils.networks.unet import plain_unet
from utils.networks.velocity import velocity_mlp

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(8, 2)).astype("float32")
LABELS = np.arange(8, dtype="int32") % 2
SOURCES = RNG.uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
TARGETS = RNG.uniform(-1, 1, (8, 8, 8, 3)).astype("float32")


def asked_gan(told):
    """A conditional GAN whose D is told the label, or asked for it."""
    discriminator = (by_projection if told else with_classifier)(mlp(2, 1, (4,)), 2)
    generator = beside_input(mlp(4, 2, (4,)), 2)
    return ConditionalGAN(generator, discriminator, 2), (POINTS, LABELS)


def conditional_vae():
    """A VAE from 8×8 sources to colored targets, with two codes."""
    encoder = convolutional_encoder((8, 8, 4), 4, 4)
    return ConditionalVAE(encoder, plain_unet((8, 8, 3), 4, 1)), (SOURCES, TARGETS)


def pix2pix():
    """The same by a game."""
    generator = plain_unet((8, 8, 1), 4, 1)
    discriminator = patch_discriminator((8, 8, 4), 8, 4)
    return Pix2Pix(generator, discriminator), (SOURCES, TARGETS)


def autoregressive():
    """Three kinds of symbols, from the one before."""
    network = keras.Sequential(
        [keras.Input((4,)), layers.Embedding(3, 4), layers.Dense(3)]
    )
    return AutoregressiveModel(network), (RNG.integers(0, 3, (8, 4)),)


BUILDERS = {
    "ConditionalGAN, told": lambda: asked_gan(True),
    "ConditionalGAN, asked": lambda: asked_gan(False),
    "ConditionalVAE": conditional_vae,
    "Pix2Pix": pix2pix,
    "FlowMatching": lambda: (FlowMatching(velocity_mlp(2, (8,), 1)), (POINTS,)),
    "Denoiser": lambda: (Denoiser(velocity_mlp(2, (8,), 1)), (POINTS,)),
    "SiameseModel": lambda: (SiameseModel(mlp(2, 3, (4,))), (POINTS, LABELS)),
    "TripletModel": lambda: (TripletModel(mlp(2, 3, (4,))), (POINTS, LABELS)),
    "AutoregressiveModel": autoregressive,
}


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_step_calls_every_network_in_training_mode(kind, monkeypatch):
    keras.utils.set_random_seed(0)
    model, examples = BUILDERS[kind]()
    seen = {id(getattr(model, name)): [] for name in model.NETWORKS}
    call = keras.Model.__call__

    def watched(network, *args, training=None, **kwargs):
        if id(network) in seen:
            seen[id(network)].append(training)
        return call(network, *args, training=training, **kwargs)

    players = 2 if hasattr(model, "variables_of") else 1
    model.compile(*(keras.optimizers.Adam() for _ in range(players)), run_eagerly=True)
    model.train_on_batch(*examples)  # what is called to build something is over
    monkeypatch.setattr(keras.Model, "__call__", watched)
    model.train_on_batch(*examples)
    assert seen
    for name in model.NETWORKS:
        calls = seen[id(getattr(model, name))]
        assert set(calls) == {True}, f"the {name} was called with training={calls}"
