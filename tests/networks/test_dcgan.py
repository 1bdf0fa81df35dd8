"""The small convolutional pair."""

import numpy as np
import pytest
from keras import ops

from utils.networks.dcgan import (
    convolutional_discriminator,
    convolutional_generator,
)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 32, 3)])
def test_the_pair_fits_together(shape):
    latent = np.random.default_rng(0).normal(size=(2, 64)).astype("float32")
    pictures = convolutional_generator(shape, width=4)(latent)
    assert tuple(pictures.shape) == (2, *shape)
    assert np.abs(ops.convert_to_numpy(pictures)).max() <= 1
    assert tuple(convolutional_discriminator(shape, width=4)(pictures).shape) == (2, 1)


@pytest.mark.parametrize(
    "build", [convolutional_generator, convolutional_discriminator]
)
@pytest.mark.parametrize("shape", [(8, 12, 1), (10, 10, 1)])
def test_a_picture_that_cannot_be_doubled_twice_is_refused(build, shape):
    with pytest.raises(ValueError, match=r"image_shape was .*divisible by 4\. Pad"):
        build(shape)
