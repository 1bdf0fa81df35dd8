"""The trainings that lesson 11b and its benchmark share: which model, which settings.

Adam without momentum at a rate that falls to 0, R1, and a convolutional D throughout.
"""

import keras

from utils.models.gan import GAN
from utils.models.laplacian_gan import DetailGAN
from utils.models.steering_recipes import fit_pictures
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.laplacian import detail_generator
from utils.networks.recurrent import recurrent_generator

NOISE = 16
WIDTH = 32
PENALTY = 0.05


def train_one_gan(pictures, steps, seed):
    """Trains one GAN that draws whole pictures, at once.

    Args:
        pictures: `(n, size, size, channels)` in [-1, 1], sides divisible by 4.
        steps: turns of 64 pictures, at least 1; rounded up to whole epochs.
        seed: int, for networks and noise.

    Returns:
        The trained `GAN`.

    Raises:
        ValueError: if an argument is out of range.
    """
    shape = pictures.shape[1:]
    keras.utils.set_random_seed(seed)
    generator = convolutional_generator(shape, NOISE, WIDTH)
    return _trained(GAN, generator, pictures, steps)


def train_detail_gan(pictures, steps, seed):
    """Trains one level of a pyramid, from d(pictures) to the pictures.

    Args, Raises: as `train_one_gan`.

    Returns:
        The trained `DetailGAN`.
    """
    keras.utils.set_random_seed(seed)
    generator = detail_generator(pictures.shape[1:], NOISE, WIDTH)
    return _trained(DetailGAN, generator, pictures, steps)


def train_recurrent_gan(pictures, strokes, steps, seed, penalty=PENALTY):
    """Trains a GAN that draws in strokes: GRAN, of multilayer perceptrons.

    Args:
        pictures, steps, seed: as in `train_one_gan`.
        strokes: how often G adds to its canvas, at least 1.
        penalty: weight of R1, at least 0.

    Returns:
        The trained `GAN`.

    Raises:
        ValueError: if an argument is out of range.
    """
    keras.utils.set_random_seed(seed)
    generator = recurrent_generator(pictures.shape[1:], NOISE, strokes)
    return _trained(GAN, generator, pictures, steps, penalty)


def _trained(model, generator, pictures, steps, penalty=PENALTY):
    discriminator = convolutional_discriminator(pictures.shape[1:], WIDTH)
    gan = model(generator, discriminator, penalty={"r1": penalty})
    return fit_pictures(gan, pictures, None, steps)
