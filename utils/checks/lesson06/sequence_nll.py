"""Exercise 6.1: what a text costs under a network that predicts the next letter."""

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

from utils.checks.engine import Case, Check, Wrong


def _logs(logits, letters):
    """Log p of each letter, given the rows that stand beside them."""
    return log_softmax(logits[: len(letters)], axis=1)[np.arange(len(letters)), letters]


def _exact(logits, letters):
    return -_logs(logits, letters).sum()


def _each_row(logits):
    """The logarithm of Σ exp of each row."""
    return logsumexp(logits, axis=1)


def _chosen(logits, letters):
    return logits[np.arange(len(letters)), letters]


def _in_two_units(logits, letters):
    rows = logits[:-1] - logits[:-1].max(axis=1, keepdims=True)
    return (_each_row(rows) / np.log(2) - _chosen(rows, letters)).sum()


def _later(logits, letters):
    return _exact(logits[:-1], letters[1:]) if len(letters) > 1 else 0.0


def _over_the_text(logits, letters):
    logs = log_softmax(logits[: len(letters)], axis=0)
    return -logs[np.arange(len(letters)), letters].sum()


def _case(length, kinds, scale, seed, shows):
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=scale, size=(length + 1, kinds)).astype("float32")
    return Case(logits, rng.integers(0, kinds, length), shows=shows)


sequence_nll = Check(
    "6.1",
    "what a text costs",
    "sequence_nll(logits, letters)",
    exact=_exact,
    cases=(
        _case(5, 3, 1.0, 0, "row t predicts letter t; the last row is not needed."),
        _case(1, 4, 1.0, 1, "a text of one letter costs what row 0 says of it."),
        _case(12, 6, 3.0, 2, "the logits differ a lot here."),
    ),
    mistakes=(
        Wrong(
            lambda logits, letters: _exact(logits[1:], letters),
            "asks each row for a letter that it has already read: row t has read t "
            "letters, so row 0 predicts letters[0].",
        ),
        Wrong(
            lambda logits, letters: _exact(logits, letters) / np.log(2),
            "is in bits: `np.log2` in place of `np.log`. Nats are asked for.",
        ),
        Wrong(
            lambda logits, letters: _exact(logits, letters) / len(letters),
            "is the mean over letters: the text costs what all of them cost, the sum.",
        ),
        Wrong(
            lambda logits, letters: -_logs(logits, letters)[1:].sum(),
            "leaves out the first letter: P(x_1) is a factor of the chain rule too, "
            "and row 0 gives it.",
        ),
        Wrong(
            lambda logits, letters: _exact(softmax(logits, axis=1), letters),
            "takes the softmax twice: once probabilities are there, only the logarithm "
            "is missing.",
        ),
        Wrong(
            lambda logits, letters: -_exact(logits, letters),
            "is log P, which is negative: the cost is −log P.",
        ),
        Wrong(
            lambda logits, letters: -logits[np.arange(len(letters)), letters].sum(),
            "adds up the logits themselves: they are no log-probabilities before "
            "log Σ exp of their row is taken away.",
        ),
        Wrong(
            _in_two_units,
            "takes log₂ of a sum of powers of e: `np.log` belongs to `np.exp`.",
        ),
        Wrong(
            lambda logits, letters: -log_softmax(logits[:-1], axis=1)[:, letters].sum(),
            "takes all letters from all rows: `rows[np.arange(n), letters]` takes one "
            "from each.",
        ),
        Wrong(
            lambda logits, letters: np.exp(_exact(logits, letters) / len(letters)),
            "is the perplexity, exp of the mean cost: the sum of the costs is asked "
            "for.",
        ),
        Wrong(
            lambda logits, letters: _exact(logits, (letters - 1) % logits.shape[1]),
            "takes letter k from column k − 1: letters count from 0.",
        ),
        Wrong(
            _later,
            "asks row t for letters[t + 1]: row t predicts letters[t].",
        ),
        Wrong(
            lambda logits, letters: (
                _each_row(logits).sum() - _chosen(logits, letters).sum()
            ),
            "counts log Σ exp of the last row too, which predicts a letter to come.",
        ),
        Wrong(
            lambda logits, letters: _exact(0 * logits + logits[0], letters),
            "asks row 0 for all letters: each letter has a row of its own.",
        ),
        Wrong(
            lambda logits, letters: -_logs(logits, letters)[-1],
            "is what the last letter costs: add the letters up, `+=` in a loop.",
        ),
        Wrong(
            lambda logits, letters: np.logaddexp(0, -_chosen(logits, letters)).sum(),
            "takes a sigmoid for each logit: over several kinds it is a softmax.",
        ),
        Wrong(
            _over_the_text,
            "normalizes over the letters of the text: the softmax runs over the kinds "
            "of letters, axis 1.",
        ),
        Wrong(
            lambda logits, letters: np.prod(np.exp(_logs(logits, letters))),
            "is P itself: take −log of it, and of each factor before they are "
            "multiplied, or a long text underflows.",
        ),
    ),
    edges=(
        Case(
            np.array([[1000.0, 0.0], [0.0, -1000.0], [0.0, 0.0]], "float32"),
            np.array([0, 1]),
            shows="exp(1000) overflows: take the largest logit of each row away "
            "first, which changes nothing.",
            mistakes=(
                Wrong(
                    lambda logits, letters: (
                        -np.log(np.exp(_logs(logits, letters)) + 1e-9).sum()
                    ),
                    "levels off where a letter is all but impossible: a small number "
                    "in the logarithm, or clipping, hides that p is 0 in a float. Stay "
                    "with logarithms: the logit minus log Σ exp.",
                    when=lambda value, *given: 1 < value < 999,
                ),
            ),
        ),
    ),
)
