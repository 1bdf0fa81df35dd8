"""A network that repaints a picture in one pass.

Source: Johnson, Alahi and Fei-Fei (2016), "Perceptual losses for real-time style
transfer and super-resolution"; here with fewer channels, and enlarging by repetition
and convolution instead of transposed convolutions (Odena et al. 2016).
"""

import keras
from keras import layers

from utils.networks.features import ReflectionPadding2D


def painter(width=16, blocks=3):
    """Builds the network: a picture in, the repainted picture of the same size out.

    It halves the picture twice, works there in residual blocks, doubles it twice, and
    adds the result to the photograph.

    Args:
        width: channels of the first layer, 1 or more; two and three times as many
            further in.
        blocks: residual blocks, 0 or more.

    Returns:
        A `keras.Model` from pictures `(n, height, width, 3)` in [-1, 1], sides
        divisible by 4 and at least 16, to the same.

    Raises:
        ValueError: if an argument is out of range.
    """
    if width < 1 or blocks < 0:
        raise ValueError(
            f"width was {width} and blocks {blocks}: give at least 1 channel and 0 "
            "blocks."
        )
    inputs = keras.Input((None, None, 3), name="picture")
    x = _convolve(inputs, width, 5, 2)
    x = _convolve(x, 3 * width, 3, 2)
    for _ in range(blocks):
        inner = _convolve(x, 3 * width, 3)
        x = layers.Add()([x, _convolve(inner, 3 * width, 3, activation=None)])
    for channels in (2 * width, width):
        x = layers.UpSampling2D(2)(x)
        x = _convolve(x, channels, 3)
    x = ReflectionPadding2D(2)(x)
    # What it adds to the photograph: an untrained painter already shows the subject.
    changes = layers.Conv2D(3, 5)(x)
    outputs = layers.Activation("tanh")(layers.Add()([inputs, changes]))
    return keras.Model(inputs, outputs, name="painter")


def _convolve(x, channels, size, stride=1, activation="relu"):
    x = ReflectionPadding2D(size // 2)(x)
    x = layers.Conv2D(channels, size, stride, use_bias=False)(x)
    # One group a channel: each picture is scaled by itself (instance normalization).
    x = layers.GroupNormalization(groups=-1, epsilon=1e-3)(x)
    return layers.Activation(activation)(x) if activation else x
