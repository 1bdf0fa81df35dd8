"""The trainings that lessons and benchmarks share: which model, which settings."""

import math

import keras
from keras import layers

from utils.core.validation import integer, number, one_of
from utils.models.gan import GAN, penalty_weights
from utils.models.style import StyleTransfer
from utils.models.vae import VAE
from utils.models.vae_gan import VAEGAN
from utils.networks.dcgan import (
    convolutional_discriminator,
    convolutional_generator,
)
from utils.networks.encoders import convolutional_encoder
from utils.networks.mlp import mlp
from utils.networks.mlp_gan import point_pair

BATCH = 128
LONGEST_EPOCH = 800  # batches


def falling_adam(learning_rate, steps, end=0.0, **settings):
    """Returns Adam with a learning rate that falls along a cosine.

    Args:
        learning_rate: at the start, at least 0.
        steps: updates until it has fallen.
        end: share of it at which it stays from then on.
        **settings: of `keras.optimizers.Adam`.
    """
    number(learning_rate, "learning_rate", least=0)
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, steps, end)
    return keras.optimizers.Adam(decay, **settings)


def training_points(mixture, steps, seed):
    """Draws what a training of so many steps sees, split evenly into epochs.

    Args:
        mixture: `GaussianMixture`.
        steps: batches of 128 in all, at least 1.
        seed: int.

    Returns:
        Points `(n, 2)`, and how often the training goes through them.

    Raises:
        ValueError: if `steps` is not an integer of at least 1.
    """
    epochs = math.ceil(integer(steps, "steps") / LONGEST_EPOCH)
    return mixture.sample(math.ceil(steps / epochs) * BATCH, seed), epochs


def train_point_gan(
    mixture,
    steps,
    seed,
    learning_rate=2e-3,
    momentum=0.0,
    average=None,
    callbacks=None,
    **settings,
):
    """Trains a GAN on a mixture of Gaussians in the plane.

    Adam with β = (0, 0.99) for both players: momentum keeps a player running where the
    other has just been. The learning rate falls to 0 along a cosine, the same for both
    in each turn, so that both come to rest.

    Args:
        mixture: anything with `.sample(n, seed) -> (n, 2)`.
        steps: turns of both players, at least 1; rounded up to epochs of equal length,
            at most 800 batches of 128.
        seed: int, for networks, noise and data.
        learning_rate: of both players at the start.
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
    adam = {"beta_1": momentum, "beta_2": 0.99, "end": 0.05 if average else 0.0}
    averaging = {"use_ema": True, "ema_momentum": average} if average else {}
    gan.compile(
        falling_adam(learning_rate, steps, **adam, **averaging),
        falling_adam(learning_rate, steps, **adam),
    )
    gan.fit(real, batch_size=BATCH, epochs=epochs, callbacks=callbacks, verbose=0)
    return gan


def train_point_vae(
    mixture, steps, seed, learning_rate=2e-3, callbacks=None, **settings
):
    """Trains a VAE on a mixture of Gaussians in the plane.

    The decoder is the generator of `train_point_gan`, and the encoder a network of the
    same size. Adam, with a learning rate that falls to 0 along a cosine.

    Args:
        mixture: anything with `.sample(n, seed) -> (n, 2)`.
        steps: updates, at least 1; rounded up to epochs of equal length, at most 800
            batches of 128.
        seed: int, for networks, noise and data.
        learning_rate: at the start.
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
    vae.compile(falling_adam(learning_rate, steps))
    vae.fit(real, batch_size=BATCH, epochs=epochs, callbacks=callbacks, verbose=0)
    return vae


def picture_model(
    name,
    shape,
    latent_dim=16,
    width=32,
    learning_rate=1e-3,
    momentum=None,
    **settings,
):
    """Builds and compiles a generative model of pictures: one generator for all.

    Args:
        name: "VAE", "GAN" or "VAE-GAN".
        shape: `(height, width, channels)` of a picture.
        latent_dim: numbers in a code, at least 1.
        width: of the networks, at least 1.
        learning_rate: of Adam, for every player.
        momentum: β₁ of Adam; None for 0.9, and 0.5 where there is a game (Radford et
            al. 2016).
        **settings: arguments of `VAE`, `GAN` or `VAEGAN`.

    Returns:
        The compiled model.

    Raises:
        ValueError: for another name, or what the model itself refuses.
    """
    one_of(name, ("VAE", "GAN", "VAE-GAN"), "model")
    generator = convolutional_generator(shape, latent_dim, width)
    if momentum is None:
        momentum = 0.9 if name == "VAE" else 0.5
    adams = (keras.optimizers.Adam(learning_rate, beta_1=momentum) for _ in range(2))
    if name == "GAN":
        model = GAN(generator, convolutional_discriminator(shape, width), **settings)
        model.compile(*adams)
        return model
    encoder = convolutional_encoder(shape, 2 * latent_dim, width)
    if name == "VAE":
        model = VAE(encoder, generator, **settings)
        model.compile(next(adams))
        return model
    discriminator = convolutional_discriminator(shape, width)
    model = VAEGAN(encoder, generator, discriminator, **settings)
    model.compile(*adams)
    return model


def train_with_looks(model, batches, epochs=1, learning_rate=2e-3, **looks):
    """Trains a model that compares, and looks at it after each epoch.

    Adam, with a learning rate that falls to 0 along a cosine.

    Args:
        model: `TripletModel` or `SiameseModel`.
        batches: of pictures and who is on them, such as `PKBatches`.
        epochs: passes through them, at least 1.
        learning_rate: at the start.
        **looks: functions of no arguments, called after each epoch.

    Returns:
        Lists of one value per epoch by name: "steps", what `fit` logs, and the looks.

    Raises:
        ValueError: for less than one epoch.
    """
    steps = integer(epochs, "epochs") * len(batches)
    model.compile(falling_adam(learning_rate, steps))
    track = {"steps": []}
    for epoch in range(1, epochs + 1):
        history = model.fit(batches, verbose=0).history
        seen = {name: [look()] for name, look in looks.items()}
        for name, values in {**history, **seen}.items():
            track.setdefault(name, []).extend(values)
        track["steps"].append(epoch * len(batches))
    return track


def gatys_transfer(network, content, style, **settings):
    """Builds the style transfer of Gatys et al. on the layers of VGG19.

    Content from "block4_conv2"; style from the first convolution of each of the five
    blocks, all alike; from noise, as in their paper.

    Args:
        network: `vgg19_features()`, or any feature network with layers of these names.
        content, style: pictures `(height, width, 3)` in [-1, 1].
        **settings: further arguments of `StyleTransfer`, such as `content_weight`.

    Returns:
        `StyleTransfer`, ready to be fitted.

    Raises:
        ValueError: as `StyleTransfer`, for instance where a layer is missing.

    Source: Gatys, Ecker and Bethge (2015), "A neural algorithm of artistic style",
    figure 2.
    """
    layers = {f"block{number}_conv1": 1.0 for number in range(1, 6)}
    return StyleTransfer(
        network,
        content,
        style,
        content_layer="block4_conv2",
        layer_weights=layers,
        **settings,
    )


def train_feed_forward_style(model, pieces, steps):
    """Trains a `FeedForwardStyle` on pieces of photographs, one by one.

    Adam, with a learning rate that falls from 0.002 to a twentieth along a cosine.

    Args:
        model: `FeedForwardStyle`.
        pieces: `(n, height, width, 3)` in [-1, 1].
        steps: updates, at least 1; rounded up to whole passes through the pieces.

    Returns:
        The mean loss of each pass, a list.

    Raises:
        ValueError: for less than one step.
    """
    model.compile(falling_adam(2e-3, integer(steps, "steps"), 0.05))
    epochs = math.ceil(steps / len(pieces))
    return model.fit(pieces, batch_size=1, epochs=epochs, verbose=0).history["loss"]
