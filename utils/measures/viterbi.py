"""A score over a row of cells in which only neighbors see each other.

score(x) = Σ_i unary[i, x_i] + Σ_i pairwise[x_i, x_{i+1}]: a graphical model in the form
of a chain. Here the best row, and the sum over all rows, are easy to find.
"""

import numpy as np


def chain_score(states, unary, pairwise):
    """Returns the score of a row.

    Args:
        states: `(n,)` integers, the state of each cell.
        unary: `(n, k)`, how well each state suits each cell by itself.
        pairwise: `(k, k)`, how well a state (row) goes before another (column).

    Returns:
        A float.

    Raises:
        ValueError: if shapes do not fit, or a state is not one of the k.
    """
    unary, pairwise = _check(unary, pairwise)
    states = np.asarray(states)
    if (
        states.shape != unary.shape[:1]
        or not np.isin(states, range(len(pairwise))).all()
    ):
        raise ValueError(
            f"The states {states} do not fit {len(unary)} cells with "
            f"{len(pairwise)} states each: give one integer per cell, from 0."
        )
    return float(
        unary[np.arange(len(states)), states].sum()
        + pairwise[states[:-1], states[1:]].sum()
    )


def viterbi(unary, pairwise):
    """Returns the row with the highest score, found in n·k² steps instead of kⁿ.

    best[i, b] = unary[i, b] + max_a (best[i − 1, a] + pairwise[a, b]): the best start
    that ends in state b needs to know nothing of a row but its last cell.

    Args:
        unary: `(n, k)`, as in `chain_score`.
        pairwise: `(k, k)`.

    Returns:
        The states `(n,)`, integers.

    Raises:
        ValueError: if shapes do not fit.

    Source: Viterbi (1967); Bellman (1957) for the principle.
    """
    unary, pairwise = _check(unary, pairwise)
    best, origins = unary[0], []
    for here in unary[1:]:
        arrivals = best[:, None] + pairwise
        origins.append(arrivals.argmax(axis=0))
        best = here + arrivals.max(axis=0)
    states = [int(best.argmax())]
    for origin in reversed(origins):
        states.append(int(origin[states[-1]]))
    return np.array(states[::-1])


def _check(unary, pairwise):
    unary, pairwise = np.asarray(unary, "float64"), np.asarray(pairwise, "float64")
    if unary.ndim != 2 or 0 in unary.shape or pairwise.shape != (unary.shape[1],) * 2:
        raise ValueError(
            f"unary has shape {unary.shape} and pairwise {pairwise.shape}: give (n, k) "
            "for n cells with k states, and (k, k)."
        )
    return unary, pairwise
