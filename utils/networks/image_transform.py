"""A network that repaints a picture in one pass.

Source: Johnson, Alahi and Fei-Fei (2016), "Perceptual losses for real-time style
transfer and super-resolution"; here with fewer channels, with noise beside the picture
(Ulyanov et al. 2016), and enlarging by repetition and convolution instead of transposed
convolutions (Odena et al. 2016).
"""

import keras
import numpy as np
from keras import layers, ops

from utils.core.validation import channels_last, integer
from utils.networks.features import ReflectionPadding2D


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class NoiseBeside(layers.Layer):
    """Puts three channels of noise beside those of a picture `(n, h, w, 3)`.

    Where a photograph is smooth, a painter has nothing to hang a stroke on: noise is
    something. It is always the same, one tile of it repeated, so that one photograph
    always gives one painting.

    Args:
        tile: width and height of the tile in pixels.
        seed: int.

    Source: Ulyanov, Lebedev, Vedaldi and Lempitsky (2016), "Texture networks".
    """

    def __init__(self, tile=128, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.tile, self.seed = tile, seed
        noise = np.random.default_rng(seed).uniform(-1, 1, (tile, tile, 3))
        self.noise = noise.astype("float32")

    def call(self, pictures):
        height, width = ops.shape(pictures)[1:3]
        noise = ops.convert_to_tensor(self.noise, dtype=pictures.dtype)
        for axis, length in enumerate((height, width)):
            places = ops.arange(length, dtype="int32") % self.tile
            noise = ops.take(noise, places, axis=axis)
        return ops.concatenate([pictures, ops.zeros_like(pictures) + noise], -1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 3)

    def get_config(self):
        return {**super().get_config(), "tile": self.tile, "seed": self.seed}


def image_transform_network(width=16, blocks=3):
    """Builds the network: a picture in, the repainted picture of the same size out.

    It halves the picture twice, works there in residual blocks, doubles it twice, and
    adds the result to the photograph. Last, each color is brought to a mean and a
    spread that it learns: they are the painting's, not the photograph's.

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
    channels_last("An image transformation network")
    integer(width, "width")
    integer(blocks, "blocks", least=0)
    inputs = keras.Input((None, None, 3), name="picture")
    x = _convolve(NoiseBeside()(inputs), width, 5, 2)
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
    painted = layers.Add()([inputs, changes])
    palette = layers.GroupNormalization(
        groups=-1, epsilon=1e-3, gamma_initializer=keras.initializers.Constant(0.5)
    )
    outputs = layers.Activation("tanh")(palette(painted))
    return keras.Model(inputs, outputs, name="painter")


def _convolve(x, channels, size, stride=1, activation="relu"):
    x = ReflectionPadding2D(size // 2)(x)
    x = layers.Conv2D(channels, size, stride, use_bias=False)(x)
    # One group a channel: each picture is scaled by itself (instance normalization).
    x = layers.GroupNormalization(groups=-1, epsilon=1e-3)(x)
    return layers.Activation(activation)(x) if activation else x
