"""The pairs of multilayer perceptrons: the classic one, and the one in the plane."""

import numpy as np
import pytest
from keras import layers, ops

from utils.networks.mlp_gan import (
    classic_discriminator,
    classic_generator,
    point_pair,
)


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


def test_the_generator_makes_points_in_units_of_the_spread():
    generator, _ = point_pair(1.0)
    wide, _ = point_pair(5.0)
    wide.set_weights(generator.get_weights())
    latent = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    points, wide_points = (ops.convert_to_numpy(g(latent)) for g in (generator, wide))
    np.testing.assert_allclose(wide_points, 5 * points, rtol=1e-5, atol=1e-6)


def test_the_discriminator_sees_points_in_units_of_the_spread():
    _, discriminator = point_pair(1.0)
    _, wide = point_pair(5.0)
    wide.set_weights(discriminator.get_weights())
    points = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    logits, wide_logits = (
        ops.convert_to_numpy(d(x))
        for d, x in ((discriminator, points), (wide, 5 * points))
    )
    np.testing.assert_allclose(wide_logits, logits, rtol=1e-4, atol=1e-6)


def test_packing_widens_the_discriminator_only():
    generator, discriminator = point_pair(1.0, packing=3)
    assert generator.output_shape == (None, 2)
    assert discriminator.input_shape == (None, 6)


@pytest.mark.parametrize("spread", [0, -1.0, float("nan")])
def test_a_spread_that_is_not_positive_is_refused(spread):
    with pytest.raises(ValueError, match=r"spread was .*above 0.*real\.std\(\)"):
        point_pair(spread)
