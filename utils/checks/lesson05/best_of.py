"""Exercise 5.6: the expected best of n runs."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.experiments.many_runs import expected_best

_SEVEN = np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.5])
_TIES = np.array([2.0, 0.5, 2.0, 0.5, 2.0, 1.0])
_TAIL = np.array([0.2, 70.0, 0.3, 0.25, 0.9, 0.4, 0.35, 6.0, 0.31])


def _with_replacement(scores, n):
    x, total = np.sort(scores), len(scores)
    worse = (total - np.arange(total + 1)) / total
    return x @ (worse[:-1] ** n - worse[1:] ** n)


def _of_chunks(scores, n):
    whole = len(scores) // n * n
    return scores[:whole].reshape(-1, n).min(axis=1).mean()


best_of = Check(
    "5.6",
    "the expected best of n runs",
    "best_of(scores, n)",
    exact=expected_best,
    cases=(
        Case(
            _SEVEN,
            2,
            shows="for n = 2 it is the mean over all 21 pairs of the lower of the two.",
        ),
        Case(
            _SEVEN[::-1],
            5,
            shows="the order of the runs must not matter.",
        ),
        Case(_TIES, 3, shows="runs that score alike are several runs all the same."),
        Case(_TAIL, 4, shows="one large score counts only where it is the best."),
        Case(np.array([3.0, 1.0]), 1, shows="for n = 1 it is the mean."),
    ),
    mistakes=(
        Wrong(
            lambda x, n: -expected_best(-x, n),
            "is the expected *worst*: less is better here, so take the minimum.",
        ),
        Wrong(
            lambda x, n: np.min(x),
            "is the best of all runs, whatever n is: so few of n find it.",
        ),
        Wrong(
            lambda x, n: np.min(x[:n]),
            "is the best of the first n: another order would give another number. Take "
            "the mean over all choices of n.",
        ),
        Wrong(
            lambda x, n: np.sort(x)[:n].mean(),
            "is the mean of the n best runs, which nobody draws by chance. Take the "
            "best of each choice of n, and then the mean.",
        ),
        Wrong(lambda x, n: np.sort(x)[n - 1], "is the n-th best run of all."),
        Wrong(
            lambda x, n: np.mean(x),
            "is the mean of all runs: that is the best of one.",
        ),
        Wrong(lambda x, n: np.median(x), "is the median of all runs, whatever n is."),
        Wrong(
            _with_replacement,
            "draws the same run several times, (1 − i/N)ⁿ: the best then comes too "
            "seldom. Count choices of n different runs, C(N − i, n − 1) of C(N, n).",
        ),
        Wrong(
            _of_chunks,
            "cuts the runs into groups of n as they stand: take all choices of n.",
        ),
        Wrong(
            lambda x, n: np.quantile(x, 1 / (n + 1)),
            "is a quantile: right for uniform numbers alone, and these are runs.",
        ),
        Wrong(
            lambda x, n: np.quantile(x, 1 / n),
            "is a quantile, and not a mean of bests.",
        ),
        Wrong(
            lambda x, n: expected_best(x, min(n + 1, len(x))),
            "is the best of n + 1: if run i is the best, the *other n − 1* come from "
            "the N − i that are worse.",
        ),
        Wrong(
            lambda x, n: expected_best(x, max(n - 1, 1)),
            "is the best of n − 1: beside the best, n − 1 others are in the choice.",
        ),
    ),
    edges=(
        Case(
            np.array([2.0, np.inf, 1.0, np.inf]),
            3,
            shows="a failed run scores ∞; three of these four always hold one that did "
            "not fail, so the result is finite. Infinity times a share of 0 is NaN: "
            "leave out what cannot be the best.",
            breaks="a failed run scores ∞.",
        ),
        Case(_SEVEN, 7, shows="the best of all N runs is the best."),
    ),
)
