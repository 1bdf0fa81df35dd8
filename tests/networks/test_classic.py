"""The classic pair of multilayer perceptrons."""

import numpy as np
from keras import layers, ops

from utils.networks.classic import classic_discriminator, classic_generator


def trained(model):
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def test_the_generator_has_the_published_number_of_parameters():
    assert trained(classic_generator()) == 1_510_032


def test_the_discriminator_has_the_published_number_of_parameters():
    assert trained(classic_discriminator()) == 533_505


def test_batch_norm_has_the_epsilon_and_momentum_of_the_original():
    norms = [
        layer
        for layer in classic_generator().layers
        if isinstance(layer, layers.BatchNormalization)
    ]
    assert [(n.epsilon, n.momentum) for n in norms] == [(0.8, 0.9)] * 3


def test_the_generator_makes_pictures_in_the_range_of_tanh():
    latent = 10 * np.random.default_rng(0).normal(size=(3, 100)).astype("float32")
    pictures = ops.convert_to_numpy(classic_generator((8, 8, 1))(latent))
    assert pictures.shape == (3, 8, 8, 1)
    assert np.abs(pictures).max() <= 1


def test_the_discriminator_gives_one_logit_a_picture():
    assert classic_discriminator((8, 8, 3)).output_shape == (None, 1)
