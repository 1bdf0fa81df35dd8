"""Exercise 5.7: families in the order of their medians, and of their bests."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.experiments.many_runs import two_orders as _exact


def _orders(median=np.median, best=np.min, order=np.argsort):
    return lambda scores: (order(median(scores, axis=1)), order(best(scores, axis=1)))


def _ranks(values):
    return np.argsort(np.argsort(values))


_TOLD = np.array(
    [[5.0, 4.0, 6.0, 0.5, 7.0], [2.0, 2.2, 1.9, 2.1, 90.0], [3.0, 1.0, 8.0, 9.0, 2.5]]
)
_FOUR = np.array(
    [
        [0.9, 0.2, 0.8, 0.7],
        [0.3, 0.35, 0.6, 0.5],
        [0.61, 0.65, 0.1, 9.0],
        [0.05, 2.0, 3.0, 0.04],
    ]
)
_FIVE = np.random.default_rng(4).exponential(size=(5, 6)) + np.arange(5)[:, None] / 9

two_orders = Check(
    "5.7",
    "families by median and by best",
    "two_orders(scores) -> by_median, by_best",
    exact=_exact,
    cases=(
        Case(_TOLD, shows="less is better; each row of scores is one family."),
        Case(_FOUR, shows="one large score moves a mean, and no median."),
        Case(_FIVE, shows="there are five families here, of six runs each."),
    ),
    mistakes=(
        Wrong(
            _orders(order=lambda values: np.argsort(-values)),
            "begins with the worst family: less is better, the smallest comes first.",
        ),
        Wrong(
            _orders(median=np.mean),
            "orders by the mean in place of the median: one bad run then decides.",
        ),
        Wrong(
            _orders(best=np.max),
            "takes the largest score for the best: less is better, `min`.",
        ),
        Wrong(
            _orders(order=_ranks),
            "gives each family's place. Asked for are the families in order, the first "
            "is the best: one `np.argsort`, not two.",
        ),
        Wrong(
            _orders(order=lambda values: values),
            "returns the medians and the bests themselves: `np.argsort` puts the "
            "families in order.",
        ),
        Wrong(
            _orders(order=np.sort),
            "returns sorted scores: which family has them? `np.argsort`.",
        ),
        Wrong(
            _orders(order=lambda values: np.argsort(values) + 1),
            "counts families from 1: the first row is family 0.",
        ),
        Wrong(
            lambda s: 2 * (np.argsort(np.median(s, axis=1)),),
            "orders by the median both times: the best run is the row's minimum.",
        ),
        Wrong(
            lambda s: 2 * (np.argsort(np.min(s, axis=1)),),
            "orders by the best run both times.",
        ),
        Wrong(
            lambda s: _orders()(s.T),
            "orders the runs: a family is a row, so take the median along `axis=1`.",
        ),
    ),
)
