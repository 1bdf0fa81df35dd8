"""Exercise 7.4: the mutual information gap."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.measures.information import mutual_information_gap


def _gaps(information, entropies, ahead=-1, behind=-2):
    ordered = np.sort(information, axis=0)
    return (ordered[ahead] - ordered[behind]) / entropies


def _gap(information, entropies, ahead=-1, behind=-2):
    """The mean gap between two places of each column, in order of size."""
    return np.mean(_gaps(information, entropies, ahead, behind))


def _gap_to_the_rest(information, entropies):
    ordered = np.sort(information, axis=0)
    return np.mean((ordered[-1] - ordered[:-1].mean(axis=0)) / entropies)


def _of_each_code(information, entropies):
    ordered = np.sort(information, axis=1)
    return np.mean((ordered[:, -1] - ordered[:, -2]) / entropies.max())


def _of_each_code_scaled(information, entropies):
    ordered = np.sort(information / entropies, axis=1)
    return np.mean(ordered[:, -1] - ordered[:, -2])


def _mean_first(information, entropies):
    known = np.sort((information / entropies).mean(axis=1))
    return known[-1] - known[-2]


def _two_for_all(information):
    second, best = np.argsort(information.sum(axis=1))[-2:]
    return information[best] - information[second]


_FOUR = np.array(
    [[0.3, 1.2, 0.05], [0.9, 0.1, 0.4], [0.8, 0.7, 0.02], [0.01, 0.6, 1.5]]
)
_FIVE = np.array([[0.2, 0.1], [0.5, 0.2], [0.5, 0.05], [0.0, 1.9], [0.35, 1.1]])
_PAIR = np.array([[0.4], [0.1], [0.6]])

mig = Check(
    "7.4",
    "the mutual information gap",
    "mig(information, entropies)",
    exact=mutual_information_gap,
    cases=(
        Case(
            _FOUR,
            np.array([1.0, 1.4, 2.0]),
            shows="work out one column by hand.",
            breaks="there is one gap per factor, and axis 0 counts the codes.",
        ),
        Case(_FIVE, np.array([0.7, 3.0]), shows="here two codes know the same."),
        Case(_PAIR, np.array([0.9])),
    ),
    mistakes=(
        Wrong(
            lambda i, h: _gap(i, np.ones_like(h)),
            "does not divide the gap by H(v): a factor of many values would count for "
            "more than one of two.",
        ),
        Wrong(
            lambda i, h: _gap(i, np.full_like(h, h.mean())),
            "divides by the mean of the entropies: each factor's gap by its own H(v).",
        ),
        Wrong(
            _of_each_code_scaled,
            "compares the factors of one code: the gap is between the two *codes* that "
            "know most of one factor, so sort along the codes, axis 0.",
        ),
        Wrong(
            _of_each_code,
            "compares the factors of one code, and divides by one entropy: sort along "
            "the codes, axis 0, and divide each factor's gap by its own H(v).",
        ),
        Wrong(
            lambda i, h: np.mean(np.diff(np.sort(i)[-2:], axis=0) / h),
            "sorts along the factors, as `np.sort` does if it is not told: `axis=0` "
            "sorts the codes of each factor.",
        ),
        Wrong(
            lambda i, h: np.mean(_two_for_all(i) / h),
            "takes the same two codes for all factors: each factor has its own.",
        ),
        Wrong(
            _mean_first,
            "takes the mean over the factors before the gap: each factor has its own "
            "best code. First the gap, then the mean.",
        ),
        Wrong(
            lambda i, h: np.mean(i.max(axis=0) / h),
            "forgets the second code: what the best one knows is no gap yet.",
        ),
        Wrong(
            lambda i, h: _gap(i, h, behind=0),
            "measures the gap to the code that knows least: it is to the second best.",
        ),
        Wrong(
            _gap_to_the_rest,
            "measures the gap to the mean of the others: it is to the second best.",
        ),
        Wrong(
            lambda i, h: _gap(i, h, ahead=1, behind=0),
            "takes the two codes that know least: `np.sort` puts the largest last.",
        ),
        Wrong(
            lambda i, h: np.mean((i[0] - i[1]) / h),
            "takes the first two codes as they come: sort each column first.",
        ),
        Wrong(
            lambda i, h: np.mean(abs(i[0] - i[1]) / h),
            "takes the first two codes, whichever they are: sort each column first.",
        ),
        Wrong(
            lambda i, h: _gap(i, h) * len(h) / len(i),
            "divides the sum by the number of codes: it is a mean over the factors.",
        ),
        Wrong(
            lambda i, h: np.median(_gaps(i, h)),
            "takes the median: MIG is the mean over the factors.",
        ),
        Wrong(
            lambda i, h: _gaps(i, h)[0],
            "is the gap of the first factor alone: does a loop `return` too early?",
        ),
        Wrong(
            lambda i, h: np.max(_gaps(i, h)),
            "takes the largest gap: MIG is the mean over the factors.",
        ),
        Wrong(
            lambda i, h: _gap(i, np.sort(i, axis=0)[-1]),
            "divides by what the best code knows: H(v) is what there is to know.",
        ),
        Wrong(
            lambda i, h: _gap(i, h, ahead=-2, behind=-1),
            "takes the best from the second best: the other way round.",
        ),
        Wrong(
            lambda i, h: _gap(i, h) * len(h),
            "is the sum over the factors: MIG is their mean.",
            when=lambda value, i, h: (
                None
                if len(h) == 1
                else np.isclose(value, mutual_information_gap(i, h) * len(h))
            ),
        ),
        Wrong(
            lambda i, h: _gap(i, h / np.log(2)),
            "mixes units: information and entropies are both in nats, and their "
            "quotient needs no log 2.",
            when=lambda value, i, h: any(
                np.isclose(value, _gap(i, h) * factor)
                for factor in (np.log(2), 1 / np.log(2))
            ),
        ),
        Wrong(
            lambda i, h: _gap(i, np.exp(h)),
            "divides by exp(H), a number of values: divide by H(v), in nats.",
        ),
    ),
    edges=(
        Case(
            np.array([[0.5, 0.5], [0.5, 0.5]]),
            np.ones(2),
            shows="two codes that know the same leave no gap.",
        ),
    ),
)
