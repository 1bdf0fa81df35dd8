"""Exercise 5.8: the best that a budget buys, where runs cost different times."""

import math

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.experiments.many_runs import expected_best
from utils.experiments.many_runs import fair_best as _exact


def _of(count):
    """The best of another number of runs, at least 1 and at most all."""

    def best(scores, seconds, budget):
        n = int(count(seconds, budget, len(scores)))
        return expected_best(scores, min(max(n, 1), len(scores)))

    return best


_SCORES = np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.5, 0.7])
_SECONDS = np.array([2.0, 2.0, 2.5, 2.5, 3.0, 3.5, 3.5, 9.0])  # 3.5 each

fair_best = Check(
    "5.8",
    "the best that a budget buys",
    "fair_best(scores, seconds, budget)",
    exact=_exact,
    cases=(
        Case(
            _SCORES,
            _SECONDS,
            20.0,
            shows="a run takes 3.5 seconds on average, so 20 seconds pay for five.",
        ),
        Case(
            _SCORES,
            _SECONDS / 2,
            5.4,
            shows="cheaper runs are more runs; a part of a run is none.",
        ),
        Case(
            _SCORES[:5],
            np.array([12.0, 5.0, 5.0, 4.0, 4.5]),
            13.0,
            shows="dear runs are few.",
        ),
        Case(
            np.array([2.0, 1.0, 3.0]),
            np.array([1.0, 2.0, 3.0]),
            4.5,
            shows="two of three runs are three choices.",
        ),
    ),
    mistakes=(
        Wrong(
            _of(lambda s, budget, total: math.ceil(budget / s.mean())),
            "pays for a run that the budget does not reach: round down.",
        ),
        Wrong(
            _of(lambda s, budget, total: round(budget / s.mean())),
            "rounds to the nearest number of runs: a part of one is none, round down.",
        ),
        Wrong(
            _of(lambda s, budget, total: total),
            "takes the best of all runs, whatever they cost: fewer are paid for.",
        ),
        Wrong(
            _of(lambda s, budget, total: budget // s.max()),
            "counts every run as dear as the dearest: on average they are cheaper.",
        ),
        Wrong(
            _of(lambda s, budget, total: budget // s.min()),
            "counts every run as cheap as the cheapest.",
        ),
        Wrong(
            _of(lambda s, budget, total: budget // s.sum()),
            "divides by the seconds of all runs together: what does *one* run cost?",
        ),
        Wrong(
            _of(lambda s, budget, total: budget // np.median(s)),
            "divides by the median cost: a budget is spent by the mean.",
        ),
        Wrong(
            _of(lambda s, budget, total: np.sum(np.cumsum(s) <= budget)),
            "counts how many of the runs fit as they stand: another order would give "
            "another number. Take the mean cost.",
        ),
        Wrong(
            lambda x, s, budget: x[: int(budget // s.mean())].min(),
            "takes the best of the first runs: another order, another number. "
            "Use `expected_best`.",
        ),
        Wrong(
            lambda x, s, budget: x[: int(budget // s.mean())].mean(),
            "is the mean of the runs that are paid for: the best of them counts.",
        ),
    ),
    edges=(
        Case(
            _SCORES,
            _SECONDS,
            1_000.0,
            shows="more runs than there are cannot be drawn from the table: take all.",
            breaks="the budget pays for more runs than there are: take all N then.",
        ),
        Case(
            _SCORES,
            _SECONDS,
            3.0,
            shows="a budget that pays for no run buys nothing: ∞.",
            breaks="the budget pays for no run at all: return `np.inf` then.",
        ),
    ),
)
