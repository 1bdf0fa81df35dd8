"""The U-Net without normalization: shapes, range, and planes that are constant."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.networks.unet import plain_unet


def test_it_keeps_the_size_and_stays_in_range():
    keras.utils.set_random_seed(0)
    network = plain_unet((8, 16, 2), 4, 2, outputs=3)
    planes = np.random.default_rng(0).normal(0, 9, (2, 8, 16, 2)).astype("float32")
    made = ops.convert_to_numpy(network(planes))
    assert made.shape == (2, 8, 16, 3)
    assert np.abs(made).max() <= 1


def test_a_plane_that_is_the_same_everywhere_matters():
    keras.utils.set_random_seed(0)
    network = plain_unet((8, 8, 2), 4, 1)
    planes = np.zeros((2, 8, 8, 2), "float32")
    planes[1, ..., 1] = 1
    first, second = ops.convert_to_numpy(network(planes))
    assert np.abs(first - second).mean() > 0.05


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shape": (10, 8, 1)}, "divisible by 4"),
        ({"width": 0}, "width was 0"),
        ({"outputs": 0}, "outputs was 0"),
    ],
)
def test_what_cannot_be_built_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        plain_unet(**settings)
