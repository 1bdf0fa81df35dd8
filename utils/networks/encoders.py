"""Encoders: from examples to codes, the way back of a generator."""

import math

import keras
from keras import layers

from utils.networks.dcgan import check_image_shape
from utils.networks.mlp import mlp


def mlp_encoder(shape, outputs, hidden=(128, 128), activation="leaky_relu"):
    """Builds an encoder from points or pictures to codes: a multilayer perceptron.

    Args:
        shape: of one example, `(d,)` or `(height, width, channels)`.
        outputs: numbers it returns, at least 1: the size of the code, or twice that for
            the mean and the log-variance of a VAE.
        hidden: widths of the hidden layers.
        activation: name of a Keras activation or a function; "leaky_relu" has slope 0.2
            below zero.

    Returns:
        A built `keras.Sequential` from `(n, *shape)` to `(n, outputs)`.

    Raises:
        ValueError: if a width is not a positive integer.
    """
    dense = mlp(math.prod(shape), outputs, hidden, activation)
    return keras.Sequential(
        [keras.Input(shape), layers.Flatten(), *dense.layers], name="encoder"
    )


def convolutional_encoder(image_shape=(28, 28, 1), outputs=64, width=32):
    """Builds the mirror image of `convolutional_generator`: it halves a picture twice.

    Args:
        image_shape: `(size, size, channels)`, size divisible by 4.
        outputs: numbers it returns, as in `mlp_encoder`.
        width: channels of the first layer; the second has twice as many.

    Returns:
        A built `keras.Sequential` from `(n, *image_shape)` to `(n, outputs)`.

    Raises:
        ValueError: if the picture is not square with a side divisible by 4.
    """
    check_image_shape(image_shape)
    model = keras.Sequential(name="encoder")
    model.add(keras.Input(image_shape))
    for channels in (width, 2 * width):
        model.add(layers.Conv2D(channels, 4, 2, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Flatten())
    model.add(layers.Dense(outputs))
    return model
