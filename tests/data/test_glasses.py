"""Glasses on faces: where they are drawn, and where not."""

import numpy as np
import pytest

from utils.data.glasses import wear_glasses

FACES = np.zeros((200, 32, 32, 1), dtype="float32")


def worn(share=0.5, seed=0):
    return wear_glasses(FACES, np.random.default_rng(seed), share)


def test_about_the_share_wears_glasses_and_the_others_stay_as_they_were():
    changed = (worn(0.5) != 0).any(axis=(1, 2, 3))
    assert 0.4 < changed.mean() < 0.6
    assert not (worn(0.0) != 0).any()
    assert (worn(1.0) != 0).any(axis=(1, 2, 3)).all()


def test_glasses_stay_at_the_eyes():
    touched = (worn(1.0) != 0).mean(axis=(0, 3))
    assert touched[9:15, 6:11].min() > 0.9, "the left lens"
    assert touched[9:15, 21:26].min() > 0.9, "the right lens"
    assert touched[22:].max() == 0, "mouth and chin"
    assert touched[:3].max() == 0, "forehead"


def test_no_two_pairs_are_alike_and_a_seed_draws_the_same():
    one = worn(1.0)
    assert len(np.unique(one.reshape(len(one), -1), axis=0)) == len(one)
    assert np.array_equal(one, worn(1.0))
    assert not np.array_equal(one, worn(1.0, seed=1))


def test_pixels_stay_in_range_and_the_given_pictures_as_they_were():
    bright = np.ones((20, 64, 64, 1))
    result = wear_glasses(bright, np.random.default_rng(0), 1.0)
    assert result.dtype == np.float32
    assert np.abs(result).max() <= 1
    assert (bright == 1).all()


@pytest.mark.parametrize(
    ("pictures", "share"),
    [(np.zeros((2, 8, 8, 3)), 0.5), (np.zeros((8, 8)), 0.5), (FACES, 1.5)],
)
def test_what_cannot_wear_glasses_is_said(pictures, share):
    with pytest.raises(ValueError, match="share from 0 to 1"):
        wear_glasses(pictures, np.random.default_rng(0), share)
