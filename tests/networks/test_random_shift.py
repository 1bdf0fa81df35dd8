"""The layer that moves pictures: by a pixel at most, in training alone."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.networks.random_shift import RandomShift


def test_a_picture_moves_by_up_to_a_pixel_in_training_and_not_otherwise(tmp_path):
    dot = np.full((1_000, 5, 6, 1), -1.0, "float32")
    dot[:, 2, 3] = 1.0
    network = keras.Sequential([keras.Input((5, 6, 1)), RandomShift()])
    network.save(tmp_path / "network.keras")
    for each in (network, keras.saving.load_model(tmp_path / "network.keras")):
        np.testing.assert_array_equal(ops.convert_to_numpy(each(dot)), dot)
        moved = ops.convert_to_numpy(each(dot, training=True))
        places, counts = np.unique(
            np.argwhere(moved[..., 0] == 1)[:, 1:], axis=0, return_counts=True
        )
        expected = [[row, column] for row in (1, 2, 3) for column in (2, 3, 4)]
        np.testing.assert_array_equal(places, expected)
        assert counts.sum() == 1_000
        assert counts.min() > 70


def test_what_comes_in_at_the_edge_is_black():
    white = np.ones((50, 4, 4, 1), "float32")
    moved = ops.convert_to_numpy(RandomShift()(white, training=True))
    assert set(np.unique(moved)) == {-1.0, 1.0}
    assert (moved[:, 1:-1, 1:-1] == 1).all()


def test_a_shift_of_no_pixel_is_refused():
    with pytest.raises(ValueError, match="pixels was 0"):
        RandomShift(0)
