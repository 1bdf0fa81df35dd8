"""Exercise 2.1: the optimal discriminator, from two log-densities."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.checks.engine.logits import sigmoid


def _exact(log_p, log_q):
    return sigmoid(log_p - log_q)


def _of_densities(formula):
    """A function of two densities, as one of their logarithms."""
    return lambda log_p, log_q: formula(np.exp(log_p), np.exp(log_q))


def _near(p, q, shows="") -> Case:
    return Case(np.log(np.array(p)), np.log(np.array(q)), shows=shows)


def _plain(p, q):
    return p / (p + q)


def _one_maximum(log_p, log_q):
    top = max(np.max(log_p), np.max(log_q))
    return _plain(np.exp(log_p - top), np.exp(log_q - top))


def _cut_off(log_p, log_q):
    return _plain(np.exp(log_p) + 1e-300, np.exp(log_q) + 1e-300)


_MISTAKES = tuple(
    Wrong(_of_densities(formula), message)
    for formula, message in (
        (
            lambda p, q: q / (p + q),
            "has p and q swapped: it is how probable x is to be generated. Real data "
            "are p, and D is high where p is.",
        ),
        (
            lambda p, q: np.log(p / q),
            "returns the logit, log p - log q: D is a probability, its sigmoid.",
        ),
        (
            lambda p, q: p / q,
            "returns the density ratio p/q, which exceeds 1: divide by p + q instead "
            "of q.",
        ),
        (
            lambda p, q: sigmoid(p - q),
            "takes the sigmoid of p - q: the logit is the difference of the *logs*, "
            "log p - log q.",
        ),
        (
            lambda p, q: np.log(p) / (np.log(p) + np.log(q)),
            "divides the logarithms: p/(p + q) is meant of the densities themselves.",
        ),
        (
            lambda p, q: np.log(p / (p + q)),
            "returns log D: D itself is asked for, without the logarithm.",
        ),
        (
            lambda p, q: (p > q) * 1.0,
            "decides for one side, 0 or 1: V punishes false certainty. Return the "
            "probability.",
        ),
        (
            lambda p, q: np.tanh(np.log(p / q)),
            "takes tanh of the logit, which lies in (-1, 1): a probability is its "
            "sigmoid.",
        ),
    )
)

optimal_discriminator = Check(
    "2.1",
    "the optimal discriminator",
    "optimal_discriminator(log_p, log_q)",
    exact=_exact,
    least=1e-5,
    cases=(
        _near(
            [0.5, 0.3, 0.9, 0.02],
            [0.5, 0.6, 0.1, 0.4],
            "how probable is it that such a point is real?",
        ),
        _near([0.7], [0.1], "one point is an array (1,) too."),
        _near([3.0, 3.0], [0.25, 0.25], "a density may exceed 1."),
        _near(np.linspace(0.01, 2, 7), np.linspace(1, 0.2, 7)),
    ),
    mistakes=_MISTAKES,
    edges=(
        Case(
            np.array([-800.0, -900.0, -2000.0]),
            np.array([-802.0, -896.0, -2001.0]),
            shows="stay in log space as long as you can.",
            mistakes=(
                Wrong(
                    _of_densities(_plain),
                    "is NaN far out in the tails, because exp(-800) is 0 in a float. "
                    "Stay in log space: what is D as a function of log p - log q?",
                    when=lambda found, log_p, log_q: np.isnan(found).all(),
                ),
                Wrong(
                    _one_maximum,
                    "subtracts one maximum for all points, so that a point far below "
                    "it is exp(-1000) = 0 again: every point needs its own.",
                    when=lambda found, log_p, log_q: (
                        np.isnan(found).any() and not np.isnan(found).all()
                    ),
                ),
                Wrong(
                    _cut_off,
                    "is ½ far out in the tails, whatever p and q are there: exp(-800) "
                    "is 0 in a float, and a small number beside it hides that. Stay "
                    "in log space.",
                ),
            ),
        ),
        Case(
            np.array([-10.0, -5e4]),
            np.array([-5e4, -10.0]),
            shows="where one of the two is all but impossible, D is 1 or 0.",
        ),
    ),
)
