"""The trainings that lesson 11 and its benchmark share: which model, which settings."""

import math

import keras

from utils.core.validation import integer
from utils.models.conditional_vae import ConditionalVAE
from utils.models.pix2pix import Pix2Pix
from utils.models.recipes import falling_adam
from utils.networks.encoders import convolutional_encoder
from utils.networks.patch import patch_discriminator
from utils.networks.unet import plain_unet

WIDTH = 16  # of the U-Net
JUDGE = 24  # of the discriminator
BATCH = 16
NOISE = 4
CODES = 6  # of the conditional VAE: skin, hair, wall and shirt, and two to spare
#: Of the conditional VAE. A smaller one lets the codes tell the answers apart finer, in
#: more nats, and codes drawn from N(0, I) fall between those that were trained.
VARIANCE = 1.0
#: Weight of R1, for D's mean slope over patches.
R1 = 0.05


def train_regression(pairs, loss, steps, seed):
    """Trains a U-Net on pairs, by pixels alone.

    Args:
        pairs: with `sources` and `targets`, as `data.translations` makes them.
        loss: "mse" (L2) or "mae" (L1).
        steps: updates on 16 pairs, at least 1; rounded up to whole epochs.
        seed: int.

    Returns:
        The trained `keras.Model` from sources to targets.

    Raises:
        ValueError: for less than one step.
    """
    keras.utils.set_random_seed(seed)
    model = plain_unet(pairs.sources.shape[1:], WIDTH)
    model.compile(falling_adam(2e-3, integer(steps, "steps")), loss)
    _fit(model, pairs, steps)
    return model


def train_pix2pix(pairs, steps, seed, patch=None, told=True, weight=1.0):
    """Trains pix2pix on pairs: a U-Net that is given noise, and D by patches, with R1.

    Args:
        pairs, steps, seed: as in `train_regression`.
        patch: what one logit of D sees, as in `networks.patch.patch_discriminator`.
        told: whether D sees the source too.
        weight: λ of L1, at least 0.

    Returns:
        The trained `Pix2Pix`.

    Raises:
        ValueError: if an argument is out of range.
    """
    keras.utils.set_random_seed(seed)
    *sides, channels = pairs.sources.shape[1:]
    generator = plain_unet((*sides, channels + NOISE), WIDTH)
    seen = (*sides, 3 + channels * told)
    discriminator = patch_discriminator(seen, patch, JUDGE)
    patches = math.prod(discriminator.output_shape[1:])
    model = Pix2Pix(
        generator, discriminator, NOISE, weight, penalty={"r1": R1 / patches}
    )
    adam = {"beta_1": 0.0, "beta_2": 0.99}
    model.compile(*(falling_adam(2e-3, integer(steps, "steps"), **adam) for _ in "GD"))
    _fit(model, pairs, steps)
    return model


def train_conditional_vae(pairs, steps, seed, codes=CODES):
    """Trains a conditional VAE on pairs: the same U-Net is given a code, and no D.

    Args:
        pairs, steps, seed: as in `train_regression`.
        codes: numbers in a code, at least 1.

    Returns:
        The trained `ConditionalVAE`.

    Raises:
        ValueError: if an argument is out of range.
    """
    keras.utils.set_random_seed(seed)
    *sides, channels = pairs.sources.shape[1:]
    decoder = plain_unet((*sides, channels + integer(codes, "codes")), WIDTH)
    encoder = convolutional_encoder((*sides, channels + 3), 2 * codes, WIDTH)
    model = ConditionalVAE(encoder, decoder, variance=VARIANCE)
    model.compile(falling_adam(2e-3, integer(steps, "steps")))
    _fit(model, pairs, steps)
    return model


def _fit(model, pairs, steps):
    # Whole batches: a part of one would cost JAX a compilation.
    batches = integer(len(pairs.sources) // BATCH, "pairs / 16")
    epochs = math.ceil(steps / batches)
    used = math.ceil(steps / epochs) * BATCH
    x, y = pairs.sources[:used], pairs.targets[:used]
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
