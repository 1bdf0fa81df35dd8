"""Exercise 6.3: draw from next-letter logits, with temperature."""

import numpy as np
from scipy.special import softmax

from utils.checks.engine import Case, Check, Wrong


def _drawn(p, uniform):
    """The first letter at which the running sum of p exceeds a number in [0, 1)."""
    return (p.cumsum(axis=1) <= uniform[:, None]).sum(axis=1)


def _exact(logits, temperature, uniform):
    return _drawn(softmax(logits / temperature, axis=1), uniform)


def _of_probabilities(logits, temperature, uniform):
    return _drawn(softmax(logits, axis=1) / temperature, uniform)


def _twice(logits, temperature, uniform):
    return _exact(logits, temperature**2, uniform)


def _softmax_twice(logits, temperature, uniform):
    return _drawn(softmax(softmax(logits, axis=1) / temperature, axis=1), uniform)


def _powers_unnormalized(logits, temperature, uniform):
    return _drawn(softmax(logits, axis=1) ** (1 / temperature), uniform)


def _naive(logits, temperature, uniform):
    with np.errstate(all="ignore"):
        p = np.exp(logits / temperature)
        return _drawn(p / p.sum(axis=1, keepdims=True), uniform)


def _of_heights(normalized):
    """Draws by what a function makes of exp(logits / T), the largest of a row 1."""

    def drawn(logits, temperature, uniform):
        p = softmax(logits / temperature, axis=1)
        return _drawn(normalized(p / p.max(axis=1, keepdims=True)), uniform)

    return drawn


def _case(n, kinds, temperature, seed, shows):
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=2, size=(n, kinds))
    p = softmax(logits / temperature, axis=1).cumsum(axis=1)
    uniform = rng.random(n)
    # No number so near to a step of the ladder that rounding decides.
    near = np.abs(p - uniform[:, None]).min(axis=1) < 1e-4
    uniform[near] += 5e-4
    return Case(logits, temperature, uniform, shows=shows)


sample = Check(
    "6.3",
    "draw with temperature",
    "sample(logits, temperature, uniform)",
    exact=_exact,
    cases=(
        _case(40, 5, 1.0, 0, "at temperature 1 the softmax is as it was."),
        _case(60, 5, 0.5, 1, "a low temperature makes the probable more probable."),
        _case(60, 7, 3.0, 2, "a high temperature makes all more alike."),
        _case(1, 3, 2.0, 3, "there is a single row here."),
    ),
    mistakes=(
        Wrong(
            lambda logits, temperature, uniform: _exact(
                logits, 1 / temperature, uniform
            ),
            "multiplies the logits by T: divide them, so that T = 0.5 doubles their "
            "differences.",
        ),
        Wrong(
            _of_probabilities,
            "divides probabilities by T: they no longer sum to 1. Divide the logits, "
            "before the softmax.",
        ),
        Wrong(
            lambda logits, temperature, uniform: logits.argmax(axis=1),
            "takes the most probable letter: that is T = 0. Draw, with the numbers in "
            "`uniform`.",
        ),
        Wrong(
            lambda logits, temperature, uniform: _exact(logits, 1.0, uniform),
            "leaves out the temperature: divide the logits by it.",
        ),
        Wrong(
            _twice,
            "divides by T twice: once is enough.",
        ),
        Wrong(
            _powers_unnormalized,
            "raises probabilities to the power 1/T and stops there: divide each row by "
            "its sum.",
        ),
        Wrong(
            _softmax_twice,
            "takes the softmax twice: divide the logits, not the probabilities.",
        ),
        Wrong(
            lambda logits, temperature, uniform: (
                _exact(logits, temperature, uniform) + 1
            ),
            "counts letters from 1: the first letter is 0.",
        ),
        Wrong(
            lambda logits, temperature, uniform: _exact(
                logits, temperature, 1 - uniform
            ),
            "draws from the other end: letter k is taken where the running sum up to k "
            "first exceeds the number.",
        ),
        Wrong(
            _of_heights(lambda heights: heights),
            "does not divide by the sum: the probabilities of a row must add up to 1.",
        ),
        Wrong(
            _of_heights(lambda heights: heights / heights.sum()),
            "divides by the sum of all rows: each row adds up to 1.",
        ),
        Wrong(
            lambda logits, temperature, uniform: _drawn(
                softmax(logits / temperature, axis=0), uniform
            ),
            "takes the softmax over the rows: it runs over the kinds, axis 1.",
        ),
        Wrong(
            lambda logits, temperature, uniform: (
                softmax(logits / temperature, axis=1).cumsum().reshape(logits.shape)
                <= uniform[:, None]
            ).sum(axis=1),
            "adds up across the rows: each has a running sum of its own, "
            "`cumsum(axis=1)`.",
        ),
        Wrong(
            lambda logits, temperature, uniform: (
                softmax(logits / temperature, axis=1).cumsum(axis=0) <= uniform[:, None]
            ).sum(axis=1),
            "adds up over the rows: the running sum is that of the kinds of a row, "
            "`cumsum(axis=1)`.",
        ),
        Wrong(
            lambda logits, temperature, uniform: (
                softmax(logits / temperature, axis=1) <= uniform[:, None]
            ).sum(axis=1),
            "compares each probability with the number: compare their running sum, "
            "`cumsum(axis=1)`.",
        ),
        Wrong(
            lambda logits, temperature, uniform: (
                softmax(logits / temperature, axis=1).cumsum(axis=1) > uniform[:, None]
            ).sum(axis=1),
            "counts the letters from the drawn one on: count those before it.",
        ),
    ),
    edges=(
        Case(
            np.array([[3000.0, 0.0, 3000.0], [0.0, 2000.0, 0.0], [0.0, 1.0, 5000.0]]),
            0.5,
            np.array([0.75, 0.5, 0.3]),
            shows="exp(3000) overflows: take the largest logit away first.",
            mistakes=(
                Wrong(
                    _naive,
                    "overflows, as exp(3000) is infinite: take the largest logit of "
                    "each row away first, which changes nothing.",
                ),
            ),
        ),
        Case(
            np.array([[0.0, 0.0], [-3000.0, 0.0]]),
            1.0,
            np.array([0.5, 0.0]),
            mistakes=(
                Wrong(
                    lambda logits, temperature, uniform: (
                        softmax(logits, axis=1).cumsum(axis=1) < uniform[:, None]
                    ).sum(axis=1),
                    "takes a letter where the running sum equals the number, so that "
                    "one of probability 0 may come: it must exceed it.",
                ),
            ),
        ),
    ),
)
