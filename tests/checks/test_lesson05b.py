"""Right and wrong answers to the exercises of lesson 05b, told apart by checks."""

import itertools
import math

import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.stats import loguniform

from utils.checks import lesson05
from utils.experiments.many_runs import expected_best

# 5.5, a number whose logarithm is uniform


def by_exp(u, low, high):
    return np.exp(np.log(low) + u * (np.log(high) - np.log(low)))


@right(
    exp=by_exp,
    tens=lambda u, low, high: 10 ** np.interp(u, [0, 1], np.log10([low, high])),
    scipy=lambda u, low, high: loguniform(low, high).ppf(u),
    means=lambda u, low, high: low ** (1 - u) * high**u,
    keras=lambda u, low, high: ops.exp(
        ops.add(np.log(low), ops.multiply(u, np.log(high / low)))
    ),
    a_loop=lambda u, low, high: [low * math.pow(high / low, each) for each in u],
)
def test_right_draws_pass(capsys, answer):
    passes(capsys, lesson05.log_uniform, answer, "5.5")


def in_place(u, low, high):
    u *= np.log(high / low)
    return low * np.exp(u)


@wrong(
    uniform=(lambda u, low, high: low + (high - low) * u, "is uniform itself"),
    swapped=(lambda u, low, high: by_exp(u, high, low), "wrong way"),
    in_place=(in_place, "writes|changes"),
    own_draws=(
        lambda u, low, high: by_exp(np.random.rand(len(u)), low, high),  # noqa: NPY002
        "random numbers",
    ),
    typed_in=(
        lambda u, low, high: np.array([1e-4, 1e-3, 1e-2, 1e-2, 1e-2])[: len(u)],
        "is right",
    ),
    squared=(lambda u, low, high: low + (high - low) * u**2, "is right"),
    of_one=(lambda u, low, high: by_exp(u[0], low, high), "shape"),
    nan=(lambda u, low, high: np.full(len(u), np.nan), "NaN"),
    sorted_=(lambda u, low, high: np.sort(by_exp(u, low, high)), "sort|order|is right"),
    nothing=(lambda u, low, high: None, "return"),
)
def test_wrong_draws_are_rejected(answer, message):
    is_rejected(lesson05.log_uniform, answer, message)


# 5.6, the expected best of n runs


def by_choices(scores, n):
    return np.mean([min(some) for some in itertools.combinations(scores, n)])


def by_differences(scores, n):
    """The sum of gaps, each by the share of choices that lie above it."""
    x, total = np.sort(scores), len(scores)
    above = [math.comb(total - i, n) / math.comb(total, n) for i in range(1, total)]
    return x[0] + sum(
        gap * share for gap, share in zip(np.diff(x), above, strict=True) if share
    )


def by_recursion(scores, n):
    """The best is among the n, with probability n/N, or it is not there at all."""
    x = sorted(scores)
    if n == len(x):
        return x[0]
    share = n / len(x)
    return share * x[0] + (1 - share) * by_recursion(x[1:], n)


@right(by_choices, by_differences, by_recursion)
def test_right_bests_pass(capsys, answer):
    passes(capsys, lesson05.best_of, answer, "5.6")


def sorts_in_place(scores, n):
    scores.sort()
    return expected_best(scores, n)


@wrong(
    in_place=(sorts_in_place, "writes|changes"),
    a_thousand_draws=(
        lambda x, n: np.mean(
            [np.random.choice(x, n, replace=False).min() for _ in range(99)]  # noqa: NPY002
        ),
        "is right",
    ),
    seeded_draws=(
        lambda x, n: np.mean(
            [
                np.random.default_rng(k).choice(x, n, replace=False).min()
                for k in range(99)
            ]
        ),
        "is right",
    ),
    worst=(lambda x, n: by_choices(-x, n) * -1, "expected \\*worst\\*"),
    of_distinct=(lambda x, n: by_choices(np.unique(x), min(n, len(set(x)))), "alike"),
    unsorted=(
        lambda x, n: sum(
            each * math.comb(len(x) - i, n - 1) / math.comb(len(x), n)
            for i, each in enumerate(x, 1)
        ),
        "is right",
    ),
    from_zero=(
        lambda x, n: sum(
            each * math.comb(len(x) - i, n - 1) / math.comb(len(x), n)
            for i, each in enumerate(np.sort(x))
        ),
        "is right",
    ),
    all_of_them=(lambda x, n: len(x), "is right"),
    infinite=(lambda x, n: by_choices(np.nan_to_num(x, posinf=1e3), n) * 1.01, "1.01"),
    zero_times_infinity=(
        lambda x, n: sum(
            each * math.comb(len(x) - i, n - 1) / math.comb(len(x), n)
            for i, each in enumerate(np.sort(x), 1)
        ),
        "Infinity times",
    ),
)
def test_wrong_bests_are_rejected(answer, message):
    is_rejected(lesson05.best_of, answer, message)


# 5.7, two orders


def by_sorted(scores):
    families = range(len(scores))
    return (
        sorted(families, key=lambda k: np.median(scores[k])),
        sorted(families, key=lambda k: min(scores[k])),
    )


@right(
    argsort=lambda s: (np.median(s, 1).argsort(), s.min(1).argsort()),
    sorted_=by_sorted,
    quantiles=lambda s: tuple(np.quantile(s, q, axis=1).argsort() for q in (0.5, 0)),
)
def test_right_orders_pass(capsys, answer):
    passes(capsys, lesson05.two_orders, answer, "5.7")


@wrong(
    exchanged=(lambda s: by_sorted(s)[::-1], "other order|another order"),
    means=(
        lambda s: (s.mean(1).argsort(), s.min(1).argsort()),
        "mean in place of the median",
    ),
    worst_first=(
        lambda s: tuple(np.array(each)[::-1] for each in by_sorted(s)),
        "begins with the worst",
    ),
    last_run=(lambda s: (by_sorted(s)[0], s[:, -1].argsort()), "by_best"),
    columns=(lambda s: (np.median(s, 0).argsort(), s.min(0).argsort()), "row|shape"),
    one=(lambda s: np.median(s, 1).argsort(), "two|2|results"),
    by_ranks=(
        lambda s: tuple(np.argsort(each) for each in by_sorted(s)),
        "gives each family's place",
    ),
)
def test_wrong_orders_are_rejected(answer, message):
    is_rejected(lesson05.two_orders, answer, message)


# 5.8, a fair budget


def by_floor(scores, seconds, budget):
    n = min(int(budget / np.mean(seconds)), len(scores))
    return expected_best(scores, n) if n > 0 else np.inf


@right(
    floor=by_floor,
    share=lambda x, s, b: (
        np.inf
        if b < s.mean()
        else by_choices(x, min(len(x), math.floor(b * len(s) / s.sum())))
    ),
    recursion=lambda x, s, b: (
        by_recursion(x, min(len(x), int(b // s.mean()))) if b >= s.mean() else math.inf
    ),
)
def test_right_budgets_pass(capsys, answer):
    passes(capsys, lesson05.fair_best, answer, "5.8")


@wrong(
    no_end=(lambda x, s, b: expected_best(x, int(b // s.mean())), "more runs than"),
    at_least_one=(
        lambda x, s, b: expected_best(x, min(max(int(b // s.mean()), 1), len(x))),
        "pays for no run",
    ),
    ceiling=(
        lambda x, s, b: expected_best(x, min(math.ceil(b / s.mean()), len(x))),
        "round down",
    ),
    exchanged=(lambda x, s, b: by_floor(s, x, b), "exchanged"),
    five=(lambda x, s, b: expected_best(x, 5), "is right|budget"),
    the_best=(lambda x, s, b: x.min(), "whatever they cost"),
    fits=(
        lambda x, s, b: expected_best(x, max(int((np.cumsum(s) <= b).sum()), 1)),
        "as they stand",
    ),
    seconds=(lambda x, s, b: s.mean(), "is right"),
)
def test_wrong_budgets_are_rejected(answer, message):
    is_rejected(lesson05.fair_best, answer, message)
