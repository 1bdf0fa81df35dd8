"""A small convolutional pair in the manner of DCGAN, for 8x8 to 64x64 pictures.

Source: Radford et al. 2016, "Unsupervised representation learning with deep
convolutional generative adversarial networks"; here without BatchNorm in the
discriminator, so that a gradient penalty sees one example at a time.
"""

import keras
from keras import layers

from utils.core.validation import channels_last


def check_image_shape(image_shape):
    """Raises a ValueError unless a picture is square with a side divisible by 4."""
    channels_last("A convolutional network")
    height, width, _ = image_shape
    if height != width or height % 4:
        raise ValueError(
            f"image_shape was {tuple(image_shape)}, but the convolutional pair doubles "
            "a square picture twice: height and width must be equal and divisible "
            "by 4. Pad or resize the pictures."
        )


def convolutional_generator(image_shape=(28, 28, 1), latent_dim=64, width=32):
    """Builds a generator that doubles a picture twice with transposed convolutions.

    Args:
        image_shape: `(size, size, channels)`, size divisible by 4.
        latent_dim: size of the latent vector, at least 1.
        width: channels of the last hidden layer; the one before has twice as many.

    Returns:
        A `keras.Sequential` from `(n, latent_dim)` to pictures in [-1, 1].

    Raises:
        ValueError: if the picture is not square with a side divisible by 4.
    """
    check_image_shape(image_shape)
    size, _, channels = image_shape
    first = (size // 4, size // 4, 2 * width)
    model = keras.Sequential(name="generator")
    model.add(keras.Input((latent_dim,)))
    model.add(layers.Dense(first[0] * first[1] * first[2], use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU(0.2))
    model.add(layers.Reshape(first))
    model.add(layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU(0.2))
    model.add(layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh"))
    return model


def convolutional_discriminator(image_shape=(28, 28, 1), width=32):
    """Builds a discriminator that halves a picture twice with strided convolutions.

    Args:
        image_shape: `(size, size, channels)`, size divisible by 4.
        width: channels of the first layer; the second has twice as many.

    Returns:
        A `keras.Sequential` from pictures to one logit.

    Raises:
        ValueError: if the picture is not square with a side divisible by 4.
    """
    check_image_shape(image_shape)
    model = keras.Sequential(name="discriminator")
    model.add(keras.Input(image_shape))
    for channels in (width, 2 * width):
        model.add(layers.Conv2D(channels, 4, 2, padding="same"))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model
