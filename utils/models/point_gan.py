"""The recipe with which the course trains a GAN on points in the plane."""

import math

import keras

from utils.models.gan import GAN, penalty_weights
from utils.networks.points import point_pair

BATCH = 128
LONGEST_EPOCH = 800  # batches


def training_points(mixture, steps, seed):
    """Draws what a training of so many steps sees, split evenly into epochs.

    Args:
        mixture: `GaussianMixture`.
        steps: batches of 128 in all, at least 1.
        seed: int.

    Returns:
        Points `(n, 2)`, and how often the training goes through them.

    Raises:
        ValueError: if `steps` is less than 1.
    """
    if steps < 1:
        raise ValueError(f"steps was {steps}, but at least 1 step can be trained.")
    epochs = math.ceil(steps / LONGEST_EPOCH)
    return mixture.sample(math.ceil(steps / epochs) * BATCH, seed), epochs


def train_point_gan(
    mixture,
    steps,
    seed,
    rate=2e-3,
    momentum=0.0,
    average=None,
    callbacks=None,
    **settings,
):
    """Trains a GAN on a mixture of Gaussians in the plane.

    Adam with β = (0, 0.99) for both players: momentum keeps a player running where the
    other has just been. The learning rate falls to 0 along a cosine, so that both
    players come to rest.

    Args:
        mixture: anything with `.sample(n, seed) -> (n, 2)`.
        steps: turns of both players, at least 1; rounded up to epochs of equal length,
            at most 800 batches of 128.
        seed: int, for networks, noise and data.
        rate: learning rate of both players at the start.
        momentum: β₁ of Adam, in [0, 1).
        average: None, or the share of the past in a mean of G's weights, such
            as 0.999. G ends as that average; the learning rate then stops falling at a
            twentieth, so that D can follow to the end (Yazıcı et al. 2019).
        callbacks: list of Keras callbacks.
        **settings: arguments of `GAN`. A penalty's weight counts in units of the data's
            variance, so that one weight serves data of any size.

    Returns:
        The trained `GAN`.

    Raises:
        ValueError: if `steps` is less than 1, or a setting is unknown to `GAN`.
    """
    real, epochs = training_points(mixture, steps, seed)
    keras.utils.set_random_seed(seed)
    spread = float(real.std())
    penalty = penalty_weights(settings.pop("penalty", None))
    weights = {name: weight * spread**2 for name, weight in penalty.items()}
    pair = point_pair(spread, packing=settings.get("packing", 1))
    gan = GAN(*pair, penalty=weights, **settings)
    falling = keras.optimizers.schedules.CosineDecay(
        rate, steps, alpha=0.05 if average else 0.0
    )
    calm = {"learning_rate": falling, "beta_1": momentum, "beta_2": 0.99}
    averaging = {"use_ema": True, "ema_momentum": average} if average else {}
    gan.compile(
        keras.optimizers.Adam(**calm, **averaging), keras.optimizers.Adam(**calm)
    )
    gan.fit(real, batch_size=BATCH, epochs=epochs, callbacks=callbacks, verbose=0)
    return gan
