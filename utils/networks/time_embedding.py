"""What a network is told about time and place, so that it can follow a steep field."""

import math

import keras
from keras import layers, ops

from utils.core.validation import integer

#: Added to 1 − t before its logarithm: below it one time is like the other.
LEAST = 5e-3


def beside_waves(x, waves):
    """Returns x, sin and cos of π/2·2^k·x, k < waves, side by side."""
    angles = [math.pi / 2 * 2.0**k * x for k in range(waves)]
    return ops.concatenate([x, *map(ops.sin, angles), *map(ops.cos, angles)], axis=-1)


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class WaveFeatures(layers.Layer):
    """Puts sines and cosines of π/2·2^k·x beside x, k = 0, …, waves − 1.

    A network of few layers learns slow functions first; these are fast ones to add up.

    Args:
        waves: octaves, at least 1.

    Source: Rahimi and Recht (2007); Tancik et al. (2020), "Fourier features let
    networks learn high frequency functions".
    """

    def __init__(self, waves=4, **kwargs):
        super().__init__(**kwargs)
        self.waves = integer(waves, "waves")

    def call(self, x):
        return beside_waves(x, self.waves)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] * (1 + 2 * self.waves))

    def get_config(self):
        return {**super().get_config(), "waves": self.waves}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class TimeFeatures(layers.Layer):
    """Turns times `(n, 1)` into features: t and log(1 − t), and waves of both.

    Late on the path the field changes with every halving of what is left, and the
    logarithm tells these apart.

    Args:
        waves: octaves of each, at least 1.
    """

    def __init__(self, waves=4, **kwargs):
        super().__init__(**kwargs)
        self.waves = integer(waves, "waves")

    def call(self, t):
        late = ops.log(1.0 - t + LEAST) / -math.log(LEAST)
        return beside_waves(ops.concatenate([t, late], axis=-1), self.waves)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * (1 + 2 * self.waves))

    def get_config(self):
        return {**super().get_config(), "waves": self.waves}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class UnitVariance(layers.Layer):
    """Divides x_t = (1 − t)·z + t·x by √((1 − t)² + t²).

    With data of unit variance the network then sees inputs of one size at any time.

    Source: Karras et al. (2022), the input scaling.
    """

    def call(self, x, t):
        t = ops.reshape(t, (-1, *[1] * (len(x.shape) - 1)))
        return x * ops.rsqrt(ops.square(1.0 - t) + ops.square(t))

    def compute_output_shape(self, input_shape, *others):
        return input_shape


def told(classes=None):
    """Builds the inputs beside the noisy example: the time, and the label if any.

    Args:
        classes: how many there are; label `classes` stands for "not told". None for a
            network that is told none.

    Returns:
        A list of `keras.KerasTensor`: times `(n, 1)`, and labels `(n,)`.
    """
    inputs = [keras.Input((1,), name="time")]
    if classes is not None:
        integer(classes, "classes")
        inputs.append(keras.Input((), dtype="int32", name="label"))
    return inputs


def condition(inputs, width, classes=None, waves=4):
    """Builds one vector `(n, width)` of what a network is told.

    Args:
        inputs: from `told`.
        width: of the vector, at least 1.
        classes: as in `told`.
        waves: of `TimeFeatures`.
    """
    integer(width, "width")
    vector = layers.Dense(width)(TimeFeatures(waves)(inputs[0]))
    if classes is not None:
        label = layers.Embedding(classes + 1, width)(inputs[1])
        vector = layers.Add()([vector, label])
    return layers.Dense(width)(layers.Activation("silu")(vector))
