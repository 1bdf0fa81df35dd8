"""Patches of photographs: shape, range, levels, seeds, refusals."""

import numpy as np
import pytest

from utils.data.patches import PHOTOGRAPHS, photograph_patches


def test_patches_are_gray_pictures_in_range_with_256_levels():
    patches = photograph_patches(16, 101, seed=0)
    assert patches.shape == (101, 16, 16, 1)
    assert patches.dtype == np.float32
    assert patches.min() >= -1
    assert patches.max() <= 1
    levels = (patches.astype("float64") + 1) * 127.5
    assert np.abs(levels - levels.round()).max() < 1e-4


def test_one_seed_gives_the_same_patches_and_another_one_others():
    first = photograph_patches(8, 20, seed=1)
    assert np.array_equal(first, photograph_patches(8, 20, seed=1))
    assert not np.array_equal(first, photograph_patches(8, 20, seed=2))


def test_every_photograph_gives_as_many():
    alone = [photograph_patches(8, 500, 0, (name,)).mean() for name in PHOTOGRAPHS]
    together = (
        photograph_patches(8, 2_500, 0).reshape(5, 500, 8, 8).mean(axis=(1, 2, 3))
    )
    assert together == pytest.approx(alone, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5, 0), "1 to 300"),
        ((301, 5, 0), "1 to 300"),
        ((8, 0, 0), "1 or more"),
        ((8, 5, 0, ("astronaut", "cofee")), "Did you mean 'coffee'"),
        ((8, 5, 0, ()), "no photographs"),
    ],
)
def test_wrong_requests_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        photograph_patches(*arguments)
