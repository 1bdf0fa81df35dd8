"""A function over many rows, batch by batch, is the function over all of them."""

import numpy as np
import pytest
from keras import ops

from utils.core.batches import blocks, in_batches, standard_normal


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 40])
def test_batches_of_any_length_give_what_one_call_gives(n):
    x = np.random.default_rng(n).normal(size=(n, 3)).astype("float32")
    assert np.allclose(in_batches(ops.square, x, size=8), x**2)


def test_a_function_meets_few_sizes():
    seen = set()

    def watch(x):
        seen.add(tuple(x.shape))
        return x

    for n in range(1, 100):
        in_batches(watch, np.zeros((n, 2)), size=32)
    assert {rows for rows, _ in seen} == {1, 2, 4, 8, 16, 32}


def test_several_arrays_go_side_by_side():
    x = np.arange(5.0)
    assert np.allclose(in_batches(ops.subtract, 2 * x, x, size=2), x)


@pytest.mark.parametrize("arrays", [(np.zeros((0, 2)),), (np.zeros(2), np.zeros(3))])
def test_no_rows_or_unequal_rows_are_refused(arrays):
    with pytest.raises(ValueError, match="at least one row"):
        in_batches(lambda *x: x[0], *arrays)


def test_blocks_cover_every_row_once_and_stay_small():
    slices = list(blocks(10, 100, numbers=350))
    assert [(each.start, each.stop) for each in slices] == [
        (0, 3),
        (3, 6),
        (6, 9),
        (9, 10),
    ]
    assert [(s.start, s.stop) for s in blocks(2, 10**9, numbers=1)] == [(0, 1), (1, 2)]


def test_draws_are_standard_normal_and_decided_by_their_seed():
    draws = standard_normal(3_000, 4, seed=0)
    assert draws.shape == (3_000, 4)
    assert np.allclose(draws.mean(axis=0), 0, atol=0.1)
    assert np.allclose(np.cov(draws.T), np.eye(4), atol=0.1)
    assert np.array_equal(draws, standard_normal(3_000, 4, seed=0))
    assert not np.array_equal(draws, standard_normal(3_000, 4, seed=1))
