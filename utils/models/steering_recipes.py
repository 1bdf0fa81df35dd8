"""The trainings that lesson 07 and its benchmark share: which model, which settings."""

import math

import keras
from keras import layers

from utils.core.validation import integer, one_of
from utils.models.conditional_gan import ConditionalGAN
from utils.models.info_gan import InfoGAN
from utils.models.recipes import BATCH, falling_adam, training_points
from utils.networks.conditional import beside_input, by_projection, with_classifier
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.mlp import mlp
from utils.networks.time_embedding import WaveFeatures

#: How D learns of the label.
RULES = {
    "planes": beside_input,
    "projection": by_projection,
    "classifier": with_classifier,
    "blind": lambda discriminator, classes: discriminator,
}
HIDDEN = 3 * (128,)
# Numbers beside the code of a point. With two, G places its modes by the code even
# where nobody pays it for that.
NOISE = 4
WAVES = 3
PICTURE_BATCH = 64
PICTURE_NOISE = 16


def point_generator(spread, inputs):
    """Builds a generator of points, in units of their spread; `inputs` in all."""
    maker = mlp(inputs, 2, HIDDEN, "relu")
    return keras.Sequential(
        [keras.Input((inputs,)), *maker.layers, layers.Rescaling(spread)],
        name="generator",
    )


def point_reader(spread, inputs=2, outputs=1, name="discriminator"):
    """Builds a network that looks at points, for D or for Q.

    It is given waves of what it sees. Without them it is too smooth to tell a narrow
    mode from a narrower one, and G's modes come out too thin.

    Args:
        spread: standard deviation of the data; points are taken in units of it.
        inputs: numbers that it sees, those of a label among them.
        outputs: numbers that it returns.
        name: of the network.
    """
    reader = mlp(inputs * (1 + 2 * WAVES), outputs, HIDDEN)
    front = [layers.Rescaling(1 / spread), WaveFeatures(WAVES)]
    return keras.Sequential([keras.Input((inputs,)), *front, *reader.layers], name=name)


def told_pair(rule, classes, generator, discriminator):
    """Builds two networks that learn of a label.

    Args:
        rule: how D learns of it, a name in `RULES`.
        classes: how many labels there are.
        generator, discriminator: functions that build a plain network with so many
            more numbers along the last axis of its input.

    Returns:
        `(generator, discriminator)` for `ConditionalGAN`.
    """
    one_of(rule, RULES, "rule")
    told = RULES[rule](discriminator(classes if rule == "planes" else 0), classes)
    return beside_input(generator(classes), classes), told


def train_point_conditional(mixture, steps, seed, rule="planes", callbacks=None):
    """Trains a conditional GAN on a mixture: the label is the mode.

    As `train_point_gan` trains, with R1 of weight 0.1.

    Args:
        mixture: `GaussianMixture` of distinct modes in the plane.
        steps: turns of both players, at least 1.
        seed: int, for networks, noise and data.
        rule: how D learns of the label, a name in `RULES`.
        callbacks: list of Keras callbacks.

    Returns:
        The trained `ConditionalGAN`.

    Raises:
        ValueError: if `steps` is less than 1, or the rule is unknown.
    """
    real, epochs = training_points(mixture, steps, seed)
    labels, classes = mixture.nearest(real)[0].astype("int32"), len(mixture.means)
    keras.utils.set_random_seed(seed)
    spread = float(real.std())
    pair = told_pair(
        rule,
        classes,
        lambda room: point_generator(spread, NOISE + room),
        lambda room: point_reader(spread, 2 + room),
    )
    gan = ConditionalGAN(*pair, classes, penalty={"r1": 0.1 * spread**2})
    return _fitted_points(gan, real, labels, steps, epochs, callbacks)


def train_point_infogan(mixture, categories, steps, seed, weight=1.0, callbacks=None):
    """Trains an InfoGAN on a mixture, with one categorical code and no labels.

    Args:
        mixture, steps, seed, callbacks: as in `train_point_conditional`.
        categories: values of the code, at least 2.
        weight: of the bound, at least 0.

    Returns:
        The trained `InfoGAN`.

    Raises:
        ValueError: if an argument is out of range.
    """
    real, epochs = training_points(mixture, steps, seed)
    keras.utils.set_random_seed(seed)
    spread = float(real.std())
    gan = InfoGAN(
        point_generator(spread, NOISE + categories),
        point_reader(spread),
        point_reader(spread, outputs=categories, name="recognizer"),
        categories,
        weight=weight,
        penalty={"r1": 0.1 * spread**2},
    )
    return _fitted_points(gan, real, None, steps, epochs, callbacks)


def picture_generator(shape, codes, width=32):
    """Builds a generator of small pictures, from noise and `codes` more numbers."""
    return convolutional_generator(shape, PICTURE_NOISE + codes, width)


def train_picture_conditional(pictures, labels, steps, seed, rule="planes", width=32):
    """Trains a conditional GAN on small pictures: the convolutional pair, with R1.

    Args:
        pictures: `(n, size, size, channels)` in [-1, 1].
        labels: `(n,)` integers from 0.
        steps: turns of 64 pictures, at least 1; rounded up to whole epochs.
        seed: int.
        rule: how D learns of the label, a name in `RULES`.
        width: of both networks.

    Returns:
        The trained `ConditionalGAN`.

    Raises:
        ValueError: if an argument is out of range.
    """
    classes, (*sides, channels) = int(labels.max()) + 1, pictures.shape[1:]
    keras.utils.set_random_seed(seed)
    pair = told_pair(
        rule,
        classes,
        lambda room: picture_generator((*sides, channels), room, width),
        lambda room: convolutional_discriminator((*sides, channels + room), width),
    )
    gan = ConditionalGAN(*pair, classes, penalty={"r1": 0.05})
    return fit_pictures(gan, pictures, labels, steps)


def train_picture_infogan(
    pictures, categories, steps, seed, weight=1.0, numbers=0, width=32, shared=False
):
    """Trains an InfoGAN on small pictures, with one categorical code and no labels.

    Args:
        pictures, steps, seed, width: as in `train_picture_conditional`.
        categories: values of the code, at least 2.
        weight: of the bound, at least 0.
        numbers: continuous codes beside it.
        shared: whether Q starts from what D's last layer sees.

    Returns:
        The trained `InfoGAN`.

    Raises:
        ValueError: if an argument is out of range.
    """
    shape = pictures.shape[1:]
    keras.utils.set_random_seed(seed)
    discriminator, reader = (convolutional_discriminator(shape, width) for _ in "DQ")
    *body, last = reader.layers
    recognizer = keras.Sequential(
        [
            keras.Input(last.input.shape[1:] if shared else shape),
            *([] if shared else body),
            layers.Dense(categories + numbers),
        ],
        name="recognizer",
    )
    gan = InfoGAN(
        picture_generator(shape, categories + numbers, width),
        discriminator,
        recognizer,
        categories,
        numbers,
        weight=weight,
        penalty={"r1": 0.05},
    )
    return fit_pictures(gan, pictures, None, steps)


def fit_pictures(gan, pictures, labels, steps):
    """Trains a game on batches of 64 pictures, as all recipes here do.

    Args:
        gan: a game that is not compiled yet.
        pictures: `(n, size, size, channels)` in [-1, 1], n at least 64.
        labels: `(n,)`, or None.
        steps: turns, at least 1; rounded up to whole epochs.

    Returns:
        The game, trained.
    """
    # Whole batches: a part of one would cost JAX a compilation.
    batches = integer(len(pictures) // PICTURE_BATCH, "pictures / 64")
    epochs = math.ceil(integer(steps, "steps") / batches)
    batches = math.ceil(steps / epochs)  # fewer in a smoke test of one short epoch
    x, y = (
        each if each is None else each[: batches * PICTURE_BATCH]
        for each in (pictures, labels)
    )
    return _fitted(gan, x, y, PICTURE_BATCH, epochs, None, batches * epochs)


def _fitted_points(gan, real, labels, steps, epochs, callbacks):
    return _fitted(gan, real, labels, BATCH, epochs, callbacks, steps)


def _fitted(gan, x, labels, batch, epochs, callbacks, steps):
    """Adam without momentum for both, at a rate that falls to 0 along a cosine."""
    settings = {"beta_1": 0.0, "beta_2": 0.99}
    gan.compile(*(falling_adam(2e-3, steps, **settings) for _ in range(2)))
    settings = {"epochs": epochs, "callbacks": callbacks, "verbose": 0}
    gan.fit(x, labels, batch_size=batch, **settings)
    return gan
