"""Discriminators that judge a picture patch by patch, each patch by itself.

Source: Isola et al. (2017), "Image-to-image translation with conditional adversarial
networks", section 3.2.2: PatchGAN.
"""

import keras
from keras import layers

from utils.core.validation import integer, one_of
from utils.networks.dcgan import check_image_shape, convolutional_discriminator

#: Kernel and stride of each convolution, for the side of the patch in pixels that one
#: logit sees. None sees the whole picture.
PATCHES = {1: ((1, 1), (1, 1)), 8: ((4, 2), (3, 1)), None: ()}


def patch_discriminator(image_shape, patch=8, width=32):
    """Builds a discriminator with one logit per patch.

    Args:
        image_shape: `(size, size, channels)`, size divisible by 4; a discriminator that
            sees what a picture was made from as well has channels for both.
        patch: side in pixels of what one logit sees, 1 or 8; None for one logit that
            sees the whole picture.
        width: channels of the first layer; the second has twice as many.

    Returns:
        A `keras.Sequential` from pictures to logits: `(n, rows, columns, 1)`, or
        `(n, 1)` for the whole.

    Raises:
        ValueError: for another patch, a width below 1, or a picture that is not square
            with a side divisible by 4.
    """
    one_of(patch, PATCHES, "patch")
    width = integer(width, "width")
    if patch is None:
        return convolutional_discriminator(image_shape, width)
    check_image_shape(image_shape)
    model = keras.Sequential([keras.Input(image_shape)], name="discriminator")
    for place, (kernel, stride) in enumerate(PATCHES[patch]):
        model.add(layers.Conv2D(width * 2**place, kernel, stride, padding="same"))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Conv2D(1, 1))
    return model
