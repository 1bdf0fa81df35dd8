"""A plain multilayer perceptron: what most lessons use on points."""

import math

import keras
from keras import layers

from utils.core.validation import integer


def mlp(inputs, outputs, hidden=(128, 128), activation="leaky_relu", name=None):
    """Builds a multilayer perceptron.

    Args:
        inputs: number of input features, at least 1.
        outputs: number of output features, at least 1; the last layer is linear.
        hidden: widths of the hidden layers, each at least 1.
        activation: name of a Keras activation or a function; "leaky_relu" has slope
            0.2 below zero.
        name: name of the model.

    Returns:
        A built `keras.Sequential` from `(n, inputs)` to `(n, outputs)`.

    Raises:
        ValueError: if a width is not a positive integer.
    """
    integer(inputs, "inputs")
    integer(outputs, "outputs")
    for width in hidden:
        integer(width, "a width in hidden")
    hidden_layers = [layers.Dense(width, activation=activation) for width in hidden]
    return keras.Sequential(
        [keras.Input((inputs,)), *hidden_layers, layers.Dense(outputs)], name=name
    )


def mlp_generator(image_shape, latent_dim, hidden=(128, 128), activation="leaky_relu"):
    """Builds a generator of pictures without convolutions or BatchNorm.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: size of the latent vector, at least 1.
        hidden: widths of the hidden layers.
        activation: as in `mlp`.

    Returns:
        A built `keras.Sequential` from `(n, latent_dim)` to pictures in [-1, 1].

    Raises:
        ValueError: if a width is not a positive integer.
    """
    maker = mlp(latent_dim, math.prod(image_shape), hidden, activation)
    squash = [layers.Activation("tanh"), layers.Reshape(tuple(image_shape))]
    return keras.Sequential(
        [keras.Input((latent_dim,)), *maker.layers, *squash], name="generator"
    )
