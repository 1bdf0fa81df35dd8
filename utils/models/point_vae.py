"""The recipe with which the course trains a VAE on points in the plane."""

import keras
from keras import layers

from utils.models.point_gan import BATCH, training_points
from utils.models.vae import VAE
from utils.networks.mlp import mlp
from utils.networks.points import point_pair


def train_point_vae(mixture, steps, seed, rate=2e-3, callbacks=None, **settings):
    """Trains a VAE on a mixture of Gaussians in the plane.

    The decoder is the generator of `train_point_gan`, and the encoder a network of the
    same size. Adam, with a learning rate that falls to 0 along a cosine.

    Args:
        mixture: anything with `.sample(n, seed) -> (n, 2)`.
        steps: updates, at least 1; rounded up to epochs of equal length, at most 800
            batches of 128.
        seed: int, for networks, noise and data.
        rate: learning rate at the start.
        callbacks: list of Keras callbacks.
        **settings: arguments of `VAE`, such as beta.

    Returns:
        The trained `VAE`.

    Raises:
        ValueError: if `steps` is less than 1, or a setting is unknown to `VAE`.
    """
    real, epochs = training_points(mixture, steps, seed)
    keras.utils.set_random_seed(seed)
    spread = float(real.std())
    generator, _ = point_pair(spread)
    reader = mlp(2, 4, 4 * (128,), "relu")
    encoder = keras.Sequential(
        [keras.Input((2,)), layers.Rescaling(1 / spread), *reader.layers],
        name="encoder",
    )
    vae = VAE(encoder, generator, **settings)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    vae.compile(keras.optimizers.Adam(falling))
    vae.fit(real, batch_size=BATCH, epochs=epochs, callbacks=callbacks, verbose=0)
    return vae
