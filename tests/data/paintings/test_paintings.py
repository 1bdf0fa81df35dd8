"""The course's paintings: shapes, range, seeds, sizes, streaks."""

import numpy as np
import pytest

from utils.data.paintings import STYLES, painting
from utils.data.paintings.brushes import smooth_noise, streaks


@pytest.mark.parametrize("style", STYLES)
def test_a_painting_is_a_picture_with_light_and_dark(style):
    picture = painting(style, 64, seed=1)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.float32
    assert -1 <= picture.min() < picture.max() <= 1
    assert picture.std() > 0.15


@pytest.mark.parametrize("style", STYLES)
def test_one_seed_gives_one_painting_and_another_one_another(style):
    first = painting(style, 32, seed=3)
    assert np.array_equal(first, painting(style, 32, seed=3))
    assert np.abs(first - painting(style, 32, seed=4)).mean() > 0.05


@pytest.mark.parametrize("style", STYLES)
def test_another_size_shows_the_same_painting(style):
    large = painting(style, 128, seed=2).reshape(16, 8, 16, 8, 3).mean(axis=(1, 3))
    small = painting(style, 64, seed=2).reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.9


def test_streaks_run_along_the_flow():
    noise = np.random.default_rng(0).normal(size=(64, 64))
    one, none = np.ones((64, 64)), np.zeros((64, 64))
    across = streaks(noise, one, none, 0.3)
    jumps = [np.abs(np.diff(across, axis=axis)).mean() for axis in (0, 1)]
    assert jumps[1] < 0.4 * jumps[0]
    assert across.std() == pytest.approx(1)


def test_smooth_noise_is_the_same_at_every_size():
    large, small = (
        smooth_noise(size, 4, np.random.default_rng(0)) for size in (128, 32)
    )
    assert large.reshape(32, 4, 32, 4).mean(axis=(1, 3)) == pytest.approx(
        small, abs=0.05
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("swirl", 64), "Did you mean 'swirls'"),
        (("cubism", 64), "color fields"),
        (("swirls", 8), "at least 16 and at most 1024"),
        (("swirls", 64.5), "must be an integer"),
        (("swirls", 64, -1), "seed was -1"),
    ],
)
def test_wrong_requests_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        painting(*arguments)
