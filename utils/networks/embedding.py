"""A convolutional network from a picture to its place among people."""

import keras
from keras import layers, ops

from utils.core.validation import channels_last, integer


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class UnitLength(layers.Layer):
    """Divides each embedding by its length: all of them lie on a sphere of radius 1.

    Squared distances then run from 0 to 4, whatever the network does, and equal
    2 - 2·cos(angle). The gradient at 0 is finite.
    """

    def call(self, x):
        squares = ops.sum(ops.square(x), axis=-1, keepdims=True)
        return x * ops.rsqrt(squares + 1e-12)

    def compute_output_shape(self, input_shape):
        return input_shape


def embedding_network(
    image_shape=(32, 32, 3),
    dimensions=64,
    widths=(32, 64, 128),
    unit_length=True,
    spread=True,
):
    """Builds pictures -> embeddings: one convolution and one halving for each width.

    Args:
        image_shape: `(height, width, channels)`.
        dimensions: numbers in an embedding, at least 1.
        widths: channels of the convolutions; each halves the picture.
        unit_length: whether embeddings are scaled to length 1.
        spread: whether each number is first given the same spread over a batch.
            Without it all pictures start in nearly the same place, and a training
            that looks at the hardest triplets alone can end in one point.

    Returns:
        A `keras.Sequential` from `(n, height, width, channels)` to `(n, dimensions)`.

    Raises:
        ValueError: if the picture is too small to be halved so often, or a number is
            less than 1.
    """
    channels_last("An embedding network")
    integer(dimensions, "dimensions")
    for width in widths:
        integer(width, "a width in widths")
    if not widths or min(image_shape[:2]) < 2 ** len(widths):
        raise ValueError(
            f"image_shape={tuple(image_shape)} and widths={tuple(widths)} were given: "
            "give one width or more, and pictures of at least 2^len(widths) pixels."
        )
    model = keras.Sequential(name="embedding")
    model.add(keras.Input(image_shape))
    for width in widths:
        model.add(layers.Conv2D(width, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.LeakyReLU(0.1))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(dimensions, use_bias=not spread))
    if spread:
        model.add(layers.BatchNormalization(momentum=0.9, center=False, scale=False))
    if unit_length:
        model.add(UnitLength())
    return model
