"""A picture as a coarser one and the details it lacks; networks that draw the details.

The functions take NumPy arrays `(n, height, width, channels)` with even sides, and keep
their precision.
"""

import keras
import numpy as np
from keras import layers, ops

from utils.core.validation import channels_last, integer, rows


def down(images) -> np.ndarray:
    """Returns d(I): the mean of each block of 2×2 pixels, half as high and wide."""
    return _blocks(images).mean(axis=(2, 4))


def up(images) -> np.ndarray:
    """Returns u(I): each pixel as a block of 2×2, twice as high and wide."""
    return np.asarray(images).repeat(2, axis=1).repeat(2, axis=2)


def laplacian_pyramid(images, levels: int) -> list[np.ndarray]:
    """Returns the details h_k = I_k − u(d(I_k)) of each level, and what is left.

    Args:
        images: `(n, height, width, channels)`, sides divisible by 2 ** levels.
        levels: how often the pictures are made coarser, at least 1.

    Returns:
        `[h_0, h_1, …, coarsest]`, finest first.

    Raises:
        ValueError: for other shapes.

    Source: Burt and Adelson (1983), "The Laplacian pyramid as a compact image code";
        here with means of 2×2 pixels in place of a Gaussian filter.
    """
    details = []
    for _ in range(integer(levels, "levels")):
        coarse = down(images)
        details.append(images - up(coarse))
        images = coarse
    return [*details, images]


def rebuild(pyramid) -> np.ndarray:
    """Returns the pictures of a pyramid: I_k = u(I_{k+1}) + h_k, coarsest first.

    Args:
        pyramid: `[h_0, h_1, …, coarsest]`, as `laplacian_pyramid` makes it.
    """
    *details, images = pyramid
    for detail in reversed(details):
        images = up(images) + detail
    return images


def haar_split(images) -> tuple[np.ndarray, np.ndarray]:
    """Returns a coarse picture and its details, by a step of the Haar transform.

    Of a block a, b over c, d: coarse (a + b + c + d) / 2, twice the mean; details
    (a + b − c − d) / 2, (a − b + c − d) / 2 and (a − b − c + d) / 2. The step is
    orthonormal, so that it keeps volumes: log p(I) = log p(coarse, details).

    Args:
        images: `(n, height, width, channels)` with even sides.

    Returns:
        `(n, height / 2, width / 2, channels)`, and three times as many channels.

    Raises:
        ValueError: for other shapes.

    Source: Haar (1910).
    """
    blocks = _blocks(images)
    a, b, c, d = (blocks[:, :, i, :, j] for i in (0, 1) for j in (0, 1))
    details = (a + b - c - d, a - b + c - d, a - b - c + d)
    return (a + b + c + d) / 2, np.concatenate(details, axis=-1) / 2


def haar_join(coarse, details):
    """Returns the pictures that `haar_split` took apart, of arrays or tensors."""
    vertical, horizontal, diagonal = ops.split(details, 3, axis=-1)
    rows_of_blocks = [
        [coarse + i * vertical + j * horizontal + i * j * diagonal for j in (1, -1)]
        for i in (1, -1)
    ]
    blocks = ops.stack([ops.stack(row, axis=3) for row in rows_of_blocks], axis=2)
    n, height, _, width, _, channels = blocks.shape
    n = -1 if n is None else n
    return ops.reshape(blocks, (n, 2 * height, 2 * width, channels)) / 2


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class AddDetails(layers.Layer):
    """Joins coarse pictures, as means of 2×2 pixels, and three planes of details."""

    def call(self, coarse, details):
        return haar_join(2 * coarse, details)

    def compute_output_shape(self, coarse_shape, details_shape):
        n, height, width, channels = coarse_shape
        return (n, 2 * height, 2 * width, channels)


def detail_generator(image_shape, latent_dim=16, width=32):
    """Builds a generator that draws the details that a coarse picture lacks.

    The latent vector becomes four planes beside the coarse picture; three convolutions
    make three Haar details of each channel. So the mean of each block of 2×2 pixels is
    the coarse pixel, whatever the weights.

    Args:
        image_shape: `(height, width, channels)` of the fine pictures, even sides.
        latent_dim: size of the latent vector, at least 1.
        width: channels of the two hidden layers, at least 1.

    Returns:
        A `keras.Model` from `[z (n, latent_dim), coarse pictures]` to fine ones.

    Raises:
        ValueError: for odd sides, or a number that is not an integer of at least 1.
    """
    channels_last("A convolutional network")
    *sides, channels = image_shape
    if any(side % 2 for side in sides):
        raise ValueError(
            f"image_shape was {tuple(image_shape)}, but height and width must be even: "
            "each pixel of a coarse picture becomes 2×2."
        )
    halved = tuple(side // 2 for side in sides)
    z = keras.Input((integer(latent_dim, "latent_dim"),), name="latent")
    coarse = keras.Input((*halved, channels), name="coarse")
    planes = layers.Dense(4 * halved[0] * halved[1])(z)
    x = layers.Concatenate()([coarse, layers.Reshape((*halved, 4))(planes)])
    for _ in range(2):
        x = layers.Conv2D(integer(width, "width"), 3, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    details = layers.Conv2D(3 * channels, 3, padding="same")(x)
    return keras.Model([z, coarse], AddDetails()(coarse, details), name="generator")


def _blocks(images) -> np.ndarray:
    """Pictures `(n, height / 2, 2, width / 2, 2, channels)`."""
    shape = ("height", "width", "channels")
    images = rows(np.asarray(images), "The pictures", shape, "picture")
    n, height, width, channels = images.shape
    if height % 2 or width % 2:
        raise ValueError(
            f"The pictures are {height}×{width}, but are cut into blocks of 2×2 at "
            "each level: give sides that can be halved so often."
        )
    return images.reshape(n, height // 2, 2, width // 2, 2, channels)
