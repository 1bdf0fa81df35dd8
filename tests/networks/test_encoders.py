"""Encoders: the way back of a generator."""

import numpy as np
import pytest

from utils.networks.dcgan import convolutional_generator
from utils.networks.encoders import convolutional_encoder, mlp_encoder


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1), (3, 5, 2)])
def test_a_multilayer_perceptron_encodes_points_and_pictures(shape):
    model = mlp_encoder(shape, 6, hidden=(8,))
    assert model.output_shape == (None, 6)
    assert tuple(model(np.zeros((3, *shape), "float32")).shape) == (3, 6)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 32, 3)])
def test_the_convolutional_encoder_is_the_generators_mirror_image(shape):
    encoder = convolutional_encoder(shape, 10, width=4)
    generator = convolutional_generator(shape, 10, width=4)
    sides = [
        {layer.output.shape[1] for layer in model.layers if layer.output.ndim == 4}
        for model in (encoder, generator)
    ]
    assert sides[0] | {shape[0]} == sides[1]
    assert encoder.input_shape == generator.output_shape
    assert encoder.output_shape == generator.input_shape


def test_what_cannot_be_halved_twice_is_refused():
    with pytest.raises(ValueError, match="divisible by 4"):
        convolutional_encoder((10, 10, 1), 4)


def test_a_width_that_is_no_positive_integer_is_refused():
    with pytest.raises(ValueError, match="outputs was"):
        mlp_encoder((2,), 0)
