"""What a table of runs says: the best so far, the best of n, which setting counts."""

import math
from collections.abc import Sequence

import numpy as np

from utils.core.validation import integer, rows


def best_so_far(scores: Sequence[float]) -> np.ndarray:
    """Returns the least of the first 1, 2, … scores, float64 `(n,)`; less is better."""
    return np.minimum.accumulate(np.asarray(scores, dtype="float64"))


def expected_best(scores: Sequence[float], n: int) -> float:
    """Returns the mean, over all choices of n of N runs, of the best of them.

    E[min] = Σ_i x_(i)·C(N − i, n − 1)/C(N, n), x_(1) ≤ … ≤ x_(N): run i is the best of
    a choice if the other n − 1 come from the N − i that are worse. It is an unbiased
    estimate of what the best of n further runs would score; for n = 1 it is the mean.

    Args:
        scores: `(N,)`, less is better; infinite for a run that failed.
        n: runs that one can afford, from 1 to N.

    Returns:
        A float; infinite where a choice may hold failed runs alone.

    Raises:
        ValueError: for n out of range, or scores that are NaN or no vector.

    Source: David and Nagaraja (2003), Order statistics; Tang et al. (2020) for its use.
    """
    scores = np.sort(rows(np.asarray(scores, dtype="float64"), "The scores", (), "run"))
    if np.isnan(scores).any():
        raise ValueError("Scores are NaN: a run that failed has the score np.inf.")
    total = len(scores)
    integer(n, "n", most=total)
    shares = [
        math.comb(total - i, n - 1) / math.comb(total, n) for i in range(1, total + 1)
    ]
    possible = np.array(shares) > 0  # or infinity times 0
    return float(scores[possible] @ np.array(shares)[possible])


def fair_best(scores: Sequence[float], seconds: Sequence[float], budget: float):
    """Returns the expected best of as many runs as a budget pays for.

    n = ⌊budget / mean seconds of a run⌋, and no more than there are.

    Args:
        scores: as in `expected_best`.
        seconds: what each run cost, `(N,)`.
        budget: seconds for all runs together.

    Returns:
        A float; infinite where the budget pays for no run.
    """
    n = int(budget // np.mean(seconds))
    return expected_best(scores, min(n, len(scores))) if n else math.inf


def two_orders(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns families in the order of their median score, and of their best.

    Args:
        scores: `(families, runs)`, less is better.

    Returns:
        Two arrays of row numbers, the best family first.
    """
    medians, bests = np.median(scores, axis=1), np.min(scores, axis=1)
    return np.argsort(medians, kind="stable"), np.argsort(bests, kind="stable")


def setting_importance(
    settings: Sequence[dict], scores: Sequence[float], seed: int = 0, splits: int = 10
) -> dict[str, float]:
    """Returns how much worse scores can be predicted when one setting is shuffled.

    A random forest learns scores from the settings of two thirds of the runs. On
    the other third, each setting in turn is shuffled: what the share of explained
    variance loses is its importance, the mean over several ways to split.

    Args:
        settings: one dictionary per run, all of the same names. Positive numbers count
            by their logarithms, words by their order in the alphabet.
        scores: one finite number per run.
        seed: int.
        splits: how many.

    Returns:
        `{setting: share}`, the largest first; about 0 for one that says nothing.

    Source: Breiman (2001), "Random forests"; scikit-learn's `permutation_importance`.
    """
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import ShuffleSplit

    names, scores = sorted(settings[0]), np.asarray(scores, dtype="float64")
    table = np.column_stack(
        [_column([one[name] for one in settings]) for name in names]
    )
    found = []
    for seen, unseen in ShuffleSplit(splits, test_size=1 / 3, random_state=seed).split(
        table
    ):
        forest = RandomForestRegressor(100, min_samples_leaf=2, random_state=seed)
        forest.fit(table[seen], scores[seen])
        shuffled = permutation_importance(
            forest, table[unseen], scores[unseen], n_repeats=10, random_state=seed
        )
        found.append(shuffled.importances_mean)
    means = np.mean(found, axis=0)
    return {names[place]: float(means[place]) for place in np.argsort(-means)}


def _column(values):
    """Returns a setting as numbers: words by their order, rates by their logarithms."""
    if any(isinstance(value, str) for value in values):
        kinds = sorted(set(values))
        return np.array([kinds.index(value) for value in values], dtype="float64")
    numbers = np.array(values, dtype="float64")
    return np.log(numbers) if (numbers > 0).all() else numbers
