"""Pairs of noise and data: nothing is lost, and nothing is dealt out better."""

from itertools import permutations

import numpy as np
import pytest

from utils.sampling.coupling import optimal_pairs, pairs_of

NOISE, DATA = np.random.default_rng(0).normal(size=(2, 10, 3))


def cost(pairs):
    return np.square(pairs[:, 1] - pairs[:, 0]).sum()


def test_no_order_of_a_chunk_is_cheaper():
    found = optimal_pairs(NOISE[:5], DATA[:5], chunk=5)
    costs = [cost(pairs_of(NOISE[list(p)], DATA[:5])) for p in permutations(range(5))]
    assert cost(found) == pytest.approx(min(costs), rel=1e-5)


def test_the_data_stay_in_place_and_the_noise_in_its_chunk():
    found = optimal_pairs(NOISE, DATA, chunk=4)
    np.testing.assert_array_equal(found[:, 1], DATA.astype("float32"))
    for start in (0, 4, 8):
        part = slice(start, start + 4)
        np.testing.assert_array_equal(
            np.sort(found[part, 0], axis=0),
            np.sort(NOISE[part].astype("float32"), axis=0),
        )


def test_on_a_line_the_order_of_noise_and_data_is_the_same():
    found = optimal_pairs(NOISE[:, :1], DATA[:, :1], chunk=10)[..., 0]
    np.testing.assert_array_equal(np.argsort(found[:, 0]), np.argsort(found[:, 1]))


def test_a_chunk_of_one_changes_nothing():
    np.testing.assert_array_equal(optimal_pairs(NOISE, DATA, 1), pairs_of(NOISE, DATA))


def test_pictures_are_paired_as_well():
    noise, data = np.random.default_rng(0).normal(size=(2, 6, 4, 4, 1))
    assert optimal_pairs(noise, data, 3).shape == (6, 2, 4, 4, 1)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"needs a noise of its own shape"):
        pairs_of(NOISE[:3], DATA)
    with pytest.raises(ValueError, match=r"NaN"):
        pairs_of(NOISE * np.nan, DATA)
    with pytest.raises(ValueError, match=r"chunk was 0"):
        optimal_pairs(NOISE, DATA, 0)
