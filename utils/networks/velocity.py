"""Networks from a noisy example and a time to an example: a velocity, or the noise."""

import math

import keras
from keras import layers

from utils.core.validation import integer
from utils.networks.time_embedding import (
    TimeFeatures,
    UnitVariance,
    WaveFeatures,
    condition,
    told,
)


def velocity_mlp(
    dimensions=2, hidden=(128, 128, 128), waves=4, activation="relu", classes=None
):
    """Builds a multilayer perceptron for points of about unit variance.

    ReLU and waves matter: a smooth network without waves learns no field that changes
    over a hundredth of the data's width.

    Args:
        dimensions: of a point, at least 1.
        hidden: widths of the hidden layers.
        waves: octaves of `WaveFeatures` of the point; 0 for the point alone.
        activation: as in `networks.mlp`.
        classes: how many labels there are; None for none.

    Returns:
        A built `keras.Model` from `[x (n, d), t (n, 1)]`, or with labels `(n,)` as a
        third, to `(n, d)`.

    Raises:
        ValueError: if a size is not a positive integer.
    """
    integer(dimensions, "dimensions")
    integer(waves, "waves", least=0)
    point = keras.Input((dimensions,), name="point")
    inputs = told(classes)
    seen = UnitVariance()(point, inputs[0])
    features = [WaveFeatures(waves)(seen) if waves else seen, TimeFeatures()(inputs[0])]
    if classes is not None:
        features.append(layers.Embedding(classes + 1, 16)(inputs[1]))
    x = layers.Concatenate()(features)
    for width in hidden:
        x = layers.Dense(integer(width, "a width in hidden"), activation=activation)(x)
    return keras.Model([point, *inputs], layers.Dense(dimensions)(x), name="velocity")


def picture_mlp(shape=(8, 8, 1), width=256, blocks=3, classes=None):
    """Builds a residual multilayer perceptron for small pictures.

    Args:
        shape: `(height, width, channels)`.
        width: of its layers, at least 1.
        blocks: residual blocks, each told the time and the label, at least 1.
        classes: as in `velocity_mlp`.

    Returns:
        A built `keras.Model` from `[pictures, t (n, 1)]`, or with labels `(n,)` as a
        third, to arrays like the pictures; it starts as 0.

    Raises:
        ValueError: if a size is not a positive integer.
    """
    picture = keras.Input(shape, name="picture")
    inputs = told(classes)
    known = condition(inputs, width, classes)
    x = layers.Dense(width)(layers.Flatten()(UnitVariance()(picture, inputs[0])))
    for _ in range(integer(blocks, "blocks")):
        seen = [layers.LayerNormalization()(x), layers.Dense(width)(known)]
        inner = layers.Dense(width, activation="silu")(layers.Add()(seen))
        x = layers.Add()([x, layers.Dense(width)(inner)])
    x = layers.LayerNormalization()(x)
    x = layers.Dense(math.prod(shape), kernel_initializer="zeros")(x)
    return keras.Model([picture, *inputs], layers.Reshape(shape)(x), name="velocity")
