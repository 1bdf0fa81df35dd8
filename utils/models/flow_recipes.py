"""The trainings that lesson 12 and its benchmarks share: network and settings."""

import math

import keras
import numpy as np

from utils.core.validation import integer
from utils.models.denoiser import Denoiser
from utils.models.flow_matching import FlowMatching
from utils.models.recipes import falling_adam
from utils.networks.velocity import picture_mlp, velocity_mlp
from utils.sampling.coupling import optimal_pairs

POINT_BATCH = 256
PICTURE_BATCH = 128
LONGEST_EPOCH = 1_000  # batches


def point_pairs(mixture, steps, seed, coupling=None):
    """Draws what a training on points sees, and how often it goes through them.

    Args:
        mixture: `GaussianMixture` of about unit variance.
        steps: batches of 256 in all, at least 1.
        seed: int.
        coupling: None for points alone; or a chunk, in which noise is dealt out by
            optimal transport.

    Returns:
        Points `(n, d)` or pairs `(n, 2, d)`, and the number of epochs.
    """
    epochs = math.ceil(integer(steps, "steps") / LONGEST_EPOCH)
    data = mixture.sample(math.ceil(steps / epochs) * POINT_BATCH, seed)
    if coupling is None:
        return data, epochs
    noise = np.random.default_rng(seed + 1).standard_normal(data.shape)
    return optimal_pairs(noise, data, coupling), epochs


def train_point_flow(
    mixture,
    steps,
    seed,
    coupling=None,
    learning_rate=3e-3,
    times="late",
    callbacks=None,
):
    """Trains a flow on a mixture of Gaussians.

    Adam, with a learning rate that falls to 0 along a cosine.

    Args:
        mixture: `GaussianMixture` of about unit variance (`mixtures.standardized`).
        steps: updates, at least 1; rounded up to epochs of equal length.
        seed: int, for the network, the noise and the data.
        coupling: as in `point_pairs`.
        learning_rate: at the start.
        times: as in `FlowMatching`.
        callbacks: list of Keras callbacks.

    Returns:
        The trained `FlowMatching`.

    Raises:
        ValueError: if `steps` is less than 1, or a setting is unknown.
    """
    x, epochs = point_pairs(mixture, steps, seed, coupling)
    keras.utils.set_random_seed(seed)
    flow = FlowMatching(velocity_mlp(x.shape[-1]), times=times)
    return _fitted(flow, x, None, POINT_BATCH, epochs, learning_rate, callbacks)


def train_point_denoiser(mixture, steps, seed, prediction="v", learning_rate=3e-3):
    """Trains a denoiser on a mixture: the same network on the other path.

    Args:
        mixture, steps, seed, learning_rate: as in `train_point_flow`.
        prediction: as in `Denoiser`.

    Returns:
        The trained `Denoiser`.
    """
    x, epochs = point_pairs(mixture, steps, seed)
    keras.utils.set_random_seed(seed)
    denoiser = Denoiser(velocity_mlp(x.shape[-1]), prediction)
    return _fitted(denoiser, x, None, POINT_BATCH, epochs, learning_rate)


def train_picture_flow(
    pictures, steps, seed, labels=None, learning_rate=2e-3, network=None
):
    """Trains a flow on small pictures, with labels or without.

    Args:
        pictures: `(n, height, width, channels)` in [-1, 1], or pairs of noise and
            pictures `(n, 2, height, width, channels)`.
        steps: updates of 128 pictures, at least 1; rounded up to whole epochs.
        seed: int.
        labels: `(n,)` integers from 0, or None.
        learning_rate: at the start.
        network: built `keras.Model`; None for `picture_mlp`.

    Returns:
        The trained `FlowMatching`.

    Raises:
        ValueError: if `steps` is less than 1, or there are fewer than 128 pictures.
    """
    # Whole batches: a part of one would cost JAX a compilation.
    batches = integer(len(pictures) // PICTURE_BATCH, "pictures / 128")
    rows = slice(batches * PICTURE_BATCH)
    keras.utils.set_random_seed(seed)
    classes = None if labels is None else int(labels.max()) + 1
    network = network or picture_mlp(pictures.shape[-3:], classes=classes)
    flow = FlowMatching(network, times="logit-normal", classes=classes)
    return _fitted(
        flow,
        pictures[rows],
        None if labels is None else labels[rows],
        PICTURE_BATCH,
        math.ceil(integer(steps, "steps") / batches),
        learning_rate,
    )


def _fitted(model, x, labels, batch, epochs, learning_rate, callbacks=None):
    model.compile(falling_adam(learning_rate, epochs * len(x) // batch))
    model.fit(
        x, labels, batch_size=batch, epochs=epochs, callbacks=callbacks, verbose=0
    )
    return model
