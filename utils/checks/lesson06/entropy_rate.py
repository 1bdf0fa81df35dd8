"""Exercise 6.2: how many nats per letter a Markov chain makes, in the long run."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.core.arrays import xlogx
from utils.measures import entropy as measures

_LOG_2 = np.log(2)
_CHAIN = np.array([[0.8, 0.15, 0.05], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])
_LOPSIDED = np.array([[0.99, 0.01], [0.3, 0.7]])
_FOUR = np.random.default_rng(3).dirichlet(np.full(4, 0.7), size=4)


def _rows(transition):
    return -xlogx(transition).sum(axis=1)


def _joint(transition):
    joint = measures.stationary(transition)[:, None] * transition
    return -xlogx(joint).sum()


def _law(transition):
    return -xlogx(measures.stationary(transition)).sum()


def _columns(transition):
    """Weights from the columns: the wrong side of the eigenvectors."""
    weights = transition.sum(axis=0) / len(transition)
    return weights @ _rows(transition)


def _weighed_in_length(transition):
    """With an eigenvector of length 1, where its sum must be 1."""
    pi = measures.stationary(transition)
    return pi / np.linalg.norm(pi) @ _rows(transition)


entropy_rate = Check(
    "6.2",
    "the entropy rate of a chain",
    "entropy_rate(transition)",
    exact=measures.entropy_rate,
    cases=(
        Case(_CHAIN, shows="letters come unequally often: weigh the rows by that."),
        Case(_LOPSIDED, shows="the first letter comes thirty times as often here."),
        Case(_FOUR, shows="there are four letters here."),
    ),
    mistakes=(
        Wrong(
            _law,
            "is the entropy of how often each letter comes: it forgets that the last "
            "letter is known. Take the entropy of each row of the transition.",
        ),
        Wrong(
            lambda transition: _rows(transition).mean(),
            "weighs all rows alike: after the frequent letters the chain is more "
            "often, so weigh H of row i by π_i.",
        ),
        Wrong(
            lambda transition: _rows(transition).sum(),
            "adds up the entropies of the rows: weigh each by π_i, how often its letter"
            " comes.",
        ),
        Wrong(
            lambda transition: measures.entropy_rate(transition) / np.log(2),
            "is in bits: `np.log2` in place of `np.log`. Nats are asked for.",
        ),
        Wrong(
            _joint,
            "is the entropy of two neighbors together: that of the first, H(π), has to "
            "be taken away.",
        ),
        Wrong(
            _columns,
            "weighs the rows by what one step from equal shares gives: π does not "
            "change in a step, π = πP. Repeat the step, or take the left eigenvector "
            "(that of `transition.T`).",
        ),
        Wrong(
            lambda transition: -measures.entropy_rate(transition),
            "is negative: entropy is −Σ p·log p.",
        ),
        Wrong(
            lambda transition: _law(transition) - measures.entropy_rate(transition),
            "is what the last letter tells about the next one, H(π) less the rate: the "
            "rate is what is left.",
        ),
        Wrong(
            lambda transition: (
                -measures.stationary(transition) @ xlogx(transition).sum(axis=0)
            ),
            "sums p·log p over columns: row i is P(· | i), so sum along it, `axis=1`.",
        ),
        Wrong(
            _weighed_in_length,
            "weighs by an eigenvector as `np.linalg.eig` gives it, of length 1: divide "
            "it by its sum.",
        ),
        Wrong(
            lambda transition: _rows(transition).max(),
            "is the largest entropy of a row: weigh all of them by π.",
        ),
        Wrong(
            lambda transition: _rows(transition)[0],
            "is the entropy of the first row alone: weigh all of them by π.",
        ),
        Wrong(
            lambda transition: _rows(transition)[-1],
            "is the entropy of the last row alone: weigh all of them by π.",
        ),
    ),
    edges=(
        Case(
            np.array([[0.3, 0.7], [0.2, 0.8]]),
            shows="`np.linalg.eig` does not sort: the eigenvalue 1 is the second here. "
            "Take the vector of the one nearest to 1.",
        ),
        Case(
            np.array([[0.0, 1.0], [0.5, 0.5]]),
            shows="0·log 0 is 0: skip what never happens.",
            breaks="a probability of 0 is allowed: 0·log 0 counts as 0.",
        ),
        Case(
            np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
            mistakes=(
                Wrong(
                    lambda transition: _rows(transition)[0],
                    "is right where the chain settles: this one comes back to its "
                    "first letter every other step, so that steps alone never do. Take "
                    "the mean of the steps, or solve π = πP.",
                    when=lambda value, transition: 0 <= value <= _LOG_2,
                ),
            ),
        ),
    ),
)
