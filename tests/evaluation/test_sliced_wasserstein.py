"""The distance of textures by their patches."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from utils.evaluation.sliced_wasserstein import sliced_wasserstein_distance

NOISE = np.random.default_rng(0).normal(0, 0.2, (48, 48, 3))


def test_a_picture_has_no_distance_to_itself():
    assert sliced_wasserstein_distance(NOISE, NOISE) == 0


def test_patches_of_one_pixel_on_one_line_are_sorted_gray_levels():
    one, other = NOISE[..., :1], NOISE[..., 1:2] + 0.3
    expected = wasserstein_distance(one[::2, ::2].ravel(), other[::2, ::2].ravel())
    ours = sliced_wasserstein_distance(one, other, size=1, levels=1, projections=1)
    assert ours == pytest.approx(expected, rel=0.01)


def test_gray_levels_spread_evenly_are_half_a_unit_from_black():
    even = np.zeros((32, 32, 1))
    even[::2, ::2, 0] = np.linspace(0, 1, 256).reshape(16, 16)  # of which it takes all
    ours = sliced_wasserstein_distance(even, 0 * even, size=1, levels=1, projections=1)
    assert ours == pytest.approx(0.5, abs=1e-12)


def test_it_sees_texture_where_the_histogram_is_the_same():
    stripes = np.sort(NOISE, axis=0)
    same = np.random.default_rng(1).normal(0, 0.2, (48, 48, 3))
    assert sliced_wasserstein_distance(
        NOISE, stripes
    ) > 3 * sliced_wasserstein_distance(NOISE, same)


def test_sizes_may_differ():
    assert sliced_wasserstein_distance(NOISE, NOISE[:32, :40]) < 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((NOISE[..., 0], NOISE), "height, width, channels"),
        ((NOISE[..., :1], NOISE), "height, width, channels"),
        ((NOISE, NOISE, 7, 4), "larger pictures or fewer levels"),
        ((NOISE, NOISE, 7, 0), "levels was 0"),
    ],
)
def test_wrong_pictures_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sliced_wasserstein_distance(*arguments)
