"""Who moves whom, where it is known."""

import numpy as np
import pytest

from utils.evaluation.causality import influence, leaks, unseen

X = np.random.default_rng(0).normal(size=(2, 4))


def with_matrix(matrix):
    return lambda x: (x @ np.asarray(matrix, "float32").T)[..., None]


def test_of_a_matrix_the_entries_say_who_moves_whom():
    matrix = np.random.default_rng(1).integers(0, 2, (4, 4))
    matrix[0] = 1
    assert np.array_equal(influence(with_matrix(matrix), X), matrix > 0)


def test_leaks_and_blind_spots_are_pairs_of_output_and_input():
    matrix = np.tril(np.ones((4, 4)), -1)
    matrix[3, 1], matrix[1, 2], matrix[2, 2] = 0, 1, 1
    assert leaks(with_matrix(matrix), X) == [(1, 2), (2, 2)]
    assert unseen(with_matrix(matrix), X) == [(3, 1)]


def test_symbols_change_to_other_symbols():
    given = np.array([[0, 1, 2, 2]])
    seen = []
    influence(lambda x: seen.append(np.array(x)) or x[..., None], given, levels=3)
    assert set(np.unique(seen[0][:5])) == {0, 1, 2}
    assert ((seen[0][:4] != given) == np.eye(4, dtype=bool)).all()


def test_less_than_two_levels_are_refused():
    with pytest.raises(ValueError, match="levels was 1"):
        influence(lambda x: x, X, levels=1)
