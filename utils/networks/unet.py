"""A U-Net: down to a few pixels, up again, with a skip connection at each size.

Source: Ronneberger, Fischer and Brox (2015); with residual blocks that are told the
time, as in Ho, Jain and Abbeel (2020), for pictures of 8×8 to 64×64.
"""

import keras
from keras import layers

from utils.core.validation import channels_last, integer, number
from utils.networks.time_embedding import condition, told


def unet(
    shape=(32, 32, 3),
    width=32,
    levels=2,
    outputs=None,
    timed=True,
    classes=None,
    dropout=0.0,
):
    """Builds a U-Net from pictures to pictures of the same size.

    Args:
        shape: `(height, width, channels)`; both sides divisible by 2^levels.
        width: channels at full size; twice as many after each halving.
        levels: how often the picture is halved, at least 1.
        outputs: channels of the result; None for as many as the picture has.
        timed: whether it is told a time, as a denoiser is; not so from one picture to
            another.
        classes: how many labels there are, where it is timed; None for none.
        dropout: share of the lowest level's features that training leaves out, in
            [0, 1).

    Returns:
        A built `keras.Model` from `[pictures, t (n, 1)]` (or with labels `(n,)` as a
        third), or from pictures alone, to `(n, height, width, outputs)`, linear. It
        starts as 0.

    Raises:
        ValueError: if the sides cannot be halved so often, a size is not a positive
            integer, or there are classes without a time.
    """
    channels_last("A U-Net")
    width, levels = integer(width, "width"), integer(levels, "levels")
    number(dropout, "dropout", least=0, below=1)
    _check_shape(shape, levels)
    if classes is not None and not timed:
        raise ValueError(
            f"classes was {classes!r} with timed=False, but only a timed network is "
            "told labels: leave classes out, or set timed=True."
        )
    picture = keras.Input(shape, name="picture")
    inputs = told(classes) if timed else []
    known = condition(inputs, 4 * width, classes) if timed else None

    x = layers.Conv2D(width, 3, padding="same")(picture)
    x = _down_and_up(x, width, levels, known, dropout)
    outputs = integer(outputs or shape[-1], "outputs")
    x = layers.Conv2D(outputs, 3, padding="same", kernel_initializer="zeros")(x)
    return keras.Model([picture, *inputs] if timed else picture, x, name="unet")


def patch_unet(shape=(32, 32, 3), width=24, levels=2, patch=2, classes=None):
    """Builds a U-Net for flows that works on patches: a fraction of the computing.

    Each patch of patch × patch pixels is one place for the U-Net. A place has no room
    to pass on the noise in all of its pixels, so the result is what the U-Net says,
    plus the picture times a number that the time tells.

    Args:
        shape: `(height, width, channels)`; both sides divisible by patch · 2^levels.
        width: channels of a patch; twice as many after each halving.
        levels: how often the patches are halved in number, at least 1.
        patch: pixels of a side, at least 2.
        classes: how many labels there are; None for none.

    Returns:
        A built `keras.Model` from `[pictures, t (n, 1)]`, or with labels `(n,)` as a
        third, to the like of the pictures. It starts as 0.

    Raises:
        ValueError: if the sides cannot be divided so, or a size is not a positive
            integer.

    Source: patches as in Peebles and Xie (2023); the picture added as in Karras et al.
        (2022), the skip scaling.
    """
    channels_last("A U-Net")
    width, levels = integer(width, "width"), integer(levels, "levels")
    patch = integer(patch, "patch", least=2)
    _check_shape(shape, levels, patch)
    picture, inputs = keras.Input(shape, name="picture"), told(classes)
    known = condition(inputs, 4 * width, classes)
    x = layers.Conv2D(width, 2 * patch, patch, padding="same")(picture)
    x = _down_and_up(x, width, levels, known)
    zeros = {"kernel_initializer": "zeros"}
    x = layers.Conv2DTranspose(shape[-1], 2 * patch, patch, padding="same", **zeros)(x)
    share = layers.Reshape((1, 1, 1))(layers.Dense(1, name="share", **zeros)(known))
    x = layers.Add()([x, layers.Multiply()([picture, share])])
    return keras.Model([picture, *inputs], x, name="patch_unet")


def plain_unet(shape=(16, 16, 1), width=16, levels=2, outputs=3):
    """Builds a U-Net without normalization, for a GAN whose noise comes as planes.

    Normalized over the picture, a feature loses what is the same in all its pixels; and
    a plane of noise is nothing else.

    Args:
        shape: `(height, width, planes)`; both sides divisible by 2^levels.
        width: channels at full size; twice as many after each halving.
        levels: how often the picture is halved, at least 1.
        outputs: channels of the result.

    Returns:
        A built `keras.Model` from planes to `(n, height, width, outputs)` in [-1, 1].

    Raises:
        ValueError: if the sides cannot be halved so often, or a size is not a positive
            integer.
    """
    channels_last("A U-Net")
    width, levels = integer(width, "width"), integer(levels, "levels")
    _check_shape(shape, levels)
    planes = x = keras.Input(shape, name="planes")
    bridges = []
    for level in range(levels):
        x = _leaky(layers.Conv2D(width * 2**level, 3, padding="same"), x)
        bridges.append(x)
        x = _leaky(layers.Conv2D(width * 2 ** (level + 1), 4, 2, padding="same"), x)
    x = _leaky(layers.Conv2D(width * 2**levels, 3, padding="same"), x)
    for level in reversed(range(levels)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), bridges[level]])
        x = _leaky(layers.Conv2D(width * 2**level, 3, padding="same"), x)
    last = layers.Conv2D(
        integer(outputs, "outputs"), 3, padding="same", activation="tanh"
    )
    made = last(layers.Concatenate()([x, planes]))
    return keras.Model(planes, made, name="plain_unet")


def _leaky(layer, x):
    return layers.LeakyReLU(0.2)(layer(x))


def _down_and_up(x, width, levels, known, dropout=0.0):
    """The U: features to features of the same size."""
    bridges = []
    for level in range(levels):
        x = _block(x, width * 2**level, known)
        bridges.append(x)
        x = layers.Conv2D(width * 2 ** (level + 1), 3, 2, padding="same")(x)
    x = layers.Dropout(dropout)(_block(x, width * 2**levels, known))
    for level in reversed(range(levels)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), bridges[level]])
        x = _block(x, width * 2**level, known)
    return layers.Activation("silu")(_normalized(x))


def _block(x, width, known):
    """Two convolutions beside a bridge; what is known is added between them."""
    inner = layers.Activation("silu")(_normalized(x))
    inner = layers.Conv2D(width, 3, padding="same")(inner)
    if known is not None:
        everywhere = layers.Reshape((1, 1, width))(layers.Dense(width)(known))
        inner = layers.Add()([inner, everywhere])
    inner = layers.Activation("silu")(_normalized(inner))
    inner = layers.Conv2D(width, 3, padding="same")(inner)
    if x.shape[-1] != width:
        x = layers.Conv2D(width, 1)(x)
    return layers.Add()([x, inner])


def _normalized(x):
    groups = next(n for n in (8, 4, 2, 1) if x.shape[-1] % n == 0)
    return layers.GroupNormalization(groups)(x)


def _check_shape(shape, levels, patch=1):
    step = patch * 2**levels
    if len(shape) != 3 or shape[0] % step or shape[1] % step:
        raise ValueError(
            f"shape was {tuple(shape)}, but must be (height, width, channels) with "
            f"both sides divisible by {step}, for {levels} halvings"
            f"{f' of patches of {patch} pixels' if patch > 1 else ''}. Pad or resize "
            "the pictures, or take fewer levels."
        )
