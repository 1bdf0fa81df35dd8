"""A plain multilayer perceptron: what most lessons use on points."""

import keras
from keras import layers


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
    widths = {"inputs": [inputs], "outputs": [outputs], "hidden": list(hidden)}
    for argument, values in widths.items():
        if not all(isinstance(width, int) and width >= 1 for width in values):
            raise ValueError(
                f"{argument} was {values}, but widths are integers of at least 1."
            )
    hidden_layers = [layers.Dense(width, activation=activation) for width in hidden]
    return keras.Sequential(
        [keras.Input((inputs,)), *hidden_layers, layers.Dense(outputs)], name=name
    )
