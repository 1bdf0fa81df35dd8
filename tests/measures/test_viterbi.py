"""The best row of a chain, against all rows."""

from itertools import product

import numpy as np
import pytest

from utils.measures.viterbi import chain_score, viterbi


def random_chain(cells, states, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(cells, states)), rng.normal(size=(states, states))


@pytest.mark.parametrize(("cells", "states"), [(1, 3), (2, 2), (5, 3), (8, 2), (3, 5)])
@pytest.mark.parametrize("seed", range(5))
def test_viterbi_finds_the_best_of_all_rows(cells, states, seed):
    chain = random_chain(cells, states, seed)
    rows = product(range(states), repeat=cells)
    best = max(rows, key=lambda row: chain_score(np.array(row), *chain))
    np.testing.assert_array_equal(viterbi(*chain), best)


def test_a_score_is_the_sum_of_its_terms():
    unary = [[1, 2], [3, 4], [5, 6]]
    pairwise = [[10, 20], [30, 40]]
    assert chain_score([0, 1, 1], unary, pairwise) == 1 + 4 + 6 + 20 + 40


def test_without_pairwise_terms_each_cell_chooses_for_itself():
    unary, pairwise = random_chain(6, 4)
    np.testing.assert_array_equal(viterbi(unary, 0 * pairwise), unary.argmax(axis=1))


@pytest.mark.parametrize(
    ("unary", "pairwise"),
    [(np.zeros((3, 2)), np.zeros((3, 3))), (np.zeros(3), np.zeros((3, 3)))],
)
def test_shapes_that_do_not_fit_are_refused(unary, pairwise):
    with pytest.raises(ValueError, match=r"give \(n, k\)"):
        viterbi(unary, pairwise)


@pytest.mark.parametrize("states", [[0, 1], [0, 1, 2], [0, -1, 1]])
def test_states_that_do_not_fit_are_refused(states):
    with pytest.raises(ValueError, match="one integer per cell"):
        chain_score(states, *random_chain(3, 2))
