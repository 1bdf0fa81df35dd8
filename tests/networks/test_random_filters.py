"""Random filters: blind to an even color, of one norm, and waves know a direction."""

import numpy as np
import pytest

from utils.networks.random_filters import random_filters, random_waves


def test_random_filters_have_mean_zero_and_norm_one():
    filters = random_filters(10, 9, 3, seed=0)
    assert filters.mean(axis=(0, 1, 2)) == pytest.approx(0, abs=1e-7)
    assert (filters.astype("float64") ** 2).sum(axis=(0, 1, 2)) == pytest.approx(1)


def test_random_waves_have_mean_zero_in_each_channel_and_norm_one():
    waves = random_waves(10, 9, 3, seed=0)
    assert waves.shape == (9, 9, 3, 10)
    assert waves.mean(axis=(0, 1)) == pytest.approx(0, abs=1e-7)
    assert (waves.astype("float64") ** 2).sum(axis=(0, 1, 2)) == pytest.approx(1)


def test_a_wave_answers_to_its_own_direction_more_than_to_any_across_it():
    waves = random_waves(50, 9, 1, seed=1)[:, :, 0].transpose(2, 0, 1)
    across = np.rot90(waves, axes=(1, 2))
    answers = np.abs(np.einsum("iyx,iyx->i", waves, across))
    assert np.median(answers) < 0.2


def test_a_seed_draws_the_same_filters_and_another_one_others():
    for draw in (random_filters, random_waves):
        assert np.array_equal(draw(4, 5, 3, seed=2), draw(4, 5, 3, seed=2))
        assert not np.allclose(draw(4, 5, 3, seed=2), draw(4, 5, 3, seed=3))


def test_a_wave_without_room_is_refused():
    with pytest.raises(ValueError, match=r"size was 1.*at least 3"):
        random_waves(4, 1, 3, seed=0)
