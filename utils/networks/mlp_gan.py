"""Two GANs of multilayer perceptrons: for points, and the one most people meet first.

Source of the classic pair of pictures: E. Linder-Norén, PyTorch-GAN,
`implementations/gan/gan.py`. Its `BatchNorm1d(n, 0.8)` sets *epsilon* to 0.8;
PyTorch's momentum 0.1 is Keras' 0.9.
"""

import math

import keras
from keras import layers

from utils.core.validation import number
from utils.networks.mlp import mlp


def classic_generator(image_shape=(28, 28, 1), latent_dim=100):
    """Builds latent 100 -> 128 -> 256 -> 512 -> 1024 -> pixels in [-1, 1] (tanh).

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: size of the latent vector, at least 1.

    Returns:
        A `keras.Sequential`; 1,510,032 parameters trained for 28x28 digits.
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
        A `keras.Sequential`; 533,505 parameters for 28x28 digits.
    """
    model = keras.Sequential(name="discriminator")
    model.add(keras.Input(image_shape))
    model.add(layers.Flatten())
    for width in (512, 256):
        model.add(layers.Dense(width))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(1))
    return model


def point_pair(
    spread,
    generator_hidden=(128, 128, 128, 128),
    discriminator_hidden=(128, 128, 128),
    packing=1,
):
    """Builds a generator and a discriminator of points in the plane.

    Both compute in units of `spread`, so that the same networks and learning rates
    serve data of any size. ReLU matters in G: it has to tear one Gaussian into many
    small modes, which takes sharp folds; smooth activations do not make them.

    Args:
        spread: standard deviation of the data, over both axes; positive.
        generator_hidden: widths of G's hidden layers.
        discriminator_hidden: widths of D's hidden layers.
        packing: how many points D sees at a time, at least 1.

    Returns:
        `(generator, discriminator)`: `(n, 2)` latent vectors to points `(n, 2)`, and
        packs of points `(n, 2 * packing)` to logits `(n, 1)`.

    Raises:
        ValueError: if `spread` is not positive, or a width is not a positive integer.
    """
    fix = "It is a standard deviation; measure it on the data: float(real.std())."
    spread = number(spread, "spread", above=0, fix=fix)
    maker = mlp(2, 2, generator_hidden, "relu")
    generator = keras.Sequential(
        [keras.Input((2,)), *maker.layers, layers.Rescaling(spread)], name="generator"
    )
    critic = mlp(2 * packing, 1, discriminator_hidden)
    discriminator = keras.Sequential(
        [keras.Input((2 * packing,)), layers.Rescaling(1 / spread), *critic.layers],
        name="discriminator",
    )
    return generator, discriminator
