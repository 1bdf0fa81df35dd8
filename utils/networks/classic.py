"""The pair of multilayer perceptrons with which most people meet GANs.

Source: E. Linder-Norén, PyTorch-GAN, `implementations/gan/gan.py`. Its
`BatchNorm1d(n, 0.8)` sets *epsilon* to 0.8; PyTorch's momentum 0.1 is Keras' 0.9.
"""

import math

import keras
from keras import layers


def classic_generator(image_shape=(28, 28, 1), latent_dim=100):
    """Builds latent 100 -> 128 -> 256 -> 512 -> 1024 -> pixels in [-1, 1] (tanh).

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: size of the latent vector, at least 1.

    Returns:
        A `keras.Sequential`; 1 510 032 parameters trained for 28x28 digits.
    """
    model = keras.Sequential(name="generator")
    model.add(keras.Input((latent_dim,)))
    model.add(layers.Dense(128))
    model.add(layers.LeakyReLU(0.2))
    for width in (256, 512, 1024):
        model.add(layers.Dense(width))
        model.add(layers.BatchNormalization(momentum=0.9, epsilon=0.8))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(math.prod(image_shape), activation="tanh"))
    model.add(layers.Reshape(image_shape))
    return model


def classic_discriminator(image_shape=(28, 28, 1)):
    """Builds pixels -> 512 -> 256 -> one logit.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A `keras.Sequential`; 533 505 parameters for 28x28 digits.
    """
    model = keras.Sequential(name="discriminator")
    model.add(keras.Input(image_shape))
    model.add(layers.Flatten())
    for width in (512, 256):
        model.add(layers.Dense(width))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(1))
    return model
