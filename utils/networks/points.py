"""The pair of multilayer perceptrons with which the course plays in the plane."""

import keras
from keras import layers

from utils.networks.mlp import mlp


def point_pair(
    spread,
    generator_hidden=(128, 128, 128, 128),
    discriminator_hidden=(128, 128, 128),
    packing=1,
):
    """Builds a generator and a discriminator of points in the plane.

    Both compute in units of `spread`, so that the same networks and learning rates
    serve data of any size. ReLU matters in G: it has to tear one Gaussian into many
    small heaps, which takes sharp folds; smooth activations do not make them.

    Args:
        spread: standard deviation of the data, over both axes; positive.
        generator_hidden: widths of G's hidden layers.
        discriminator_hidden: widths of D's hidden layers.
        packing: how many points D judges at a time, at least 1.

    Returns:
        `(generator, discriminator)`: `(n, 2)` latent vectors to points `(n, 2)`, and
        packs of points `(n, 2 * packing)` to logits `(n, 1)`.

    Raises:
        ValueError: if `spread` is not positive, or a width is not a positive integer.
    """
    if not spread > 0:
        raise ValueError(
            f"spread was {spread}, but a standard deviation is positive. Measure it on "
            "the data: float(real.std())."
        )
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
