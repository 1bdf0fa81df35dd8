"""Exercise 7.2: InfoGAN's bound from the logits of its recognizer."""

import numpy as np
from keras import ops
from scipy.special import log_expit, log_softmax, softmax

from utils.checks.engine import Answer, Case, Check, Wrong
from utils.checks.engine.logits import check_gradients


def _log_q(logits, codes):
    return log_softmax(logits, axis=1)[np.arange(len(codes)), codes]


def _exact(logits, codes):
    return _log_q(logits, codes).mean() + np.log(logits.shape[1])


def _entropy_of_q(logits, codes):
    logs = log_softmax(logits, axis=1)
    return (np.exp(logs) * logs).sum(axis=1).mean() + np.log(logits.shape[1])


def _entropy_of_batch(logits, codes):
    shares = np.bincount(codes) / len(codes)
    shares = shares[shares > 0]
    return _log_q(logits, codes).mean() - (shares * np.log(shares)).sum()


def _over_the_batch(logits, codes):
    logs = log_softmax(logits, axis=0)[np.arange(len(codes)), codes]
    return logs.mean() + np.log(logits.shape[1])


def _gradients(answer):
    """Raises a Mistake unless Q and G can follow the slope of the bound."""
    logits, codes = np.array([[0.4, -1.0, 0.3], [2.0, 0.1, -0.5]]), np.array([2, 0])
    of_logits = Answer(
        lambda logits: answer(logits, ops.convert_to_tensor(codes, "int32")),
        f"{answer.name}(logits)",
    )
    check_gradients(of_logits, lambda logits: _exact(logits, codes), logits)


def _case(n, kinds, scale, seed, shows=""):
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=scale, size=(n, kinds)).astype("float32")
    return Case(logits, rng.integers(0, kinds, n), shows=shows)


infogan_bound = Check(
    "7.2",
    "InfoGAN's bound",
    "infogan_bound(logits, codes)",
    exact=_exact,
    tensors=True,
    cases=(
        _case(6, 3, 1.0, 0, "take log Q of the code that made each example."),
        _case(1, 4, 1.0, 1, "there is a single example here."),
        _case(11, 7, 3.0, 2, "the logits differ a lot here."),
    ),
    mistakes=(
        Wrong(
            lambda logits, codes: (
                -_log_q(logits, codes).mean() + np.log(logits.shape[1])
            ),
            "adds the cross-entropy: it is what Q still does not know, and must be "
            "taken away from H(c).",
        ),
        Wrong(
            lambda logits, codes: _log_q(logits, codes).mean(),
            "lacks H(c) = log k: without it a perfect Q reads 0, and so would a code "
            "of one value, which says nothing.",
        ),
        Wrong(
            lambda logits, codes: -_log_q(logits, codes).mean(),
            "is the cross-entropy alone: the bound is H(c) less it.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).mean() - np.log(logits.shape[1])
            ),
            "takes H(c) away: it is added.",
        ),
        Wrong(
            lambda logits, codes: (
                log_softmax(logits, axis=1).mean() + np.log(logits.shape[1])
            ),
            "takes the mean over all codes: only the one that made the example counts.",
        ),
        Wrong(
            lambda logits, codes: _exact(softmax(logits, axis=1), codes),
            "takes the softmax twice: of logits once, or `ops.log_softmax` at once.",
        ),
        Wrong(
            _entropy_of_q,
            "is how sure Q is, not whether it is right: take log Q of the true code, "
            "not Σ Q·log Q.",
        ),
        Wrong(
            _entropy_of_batch,
            "takes H(c) from the codes of this batch: they were drawn with equal "
            "probability, H(c) = log k.",
        ),
        Wrong(
            lambda logits, codes: _exact(logits, codes) / np.log(2),
            "is in bits: nats are asked for, so the natural logarithm throughout.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).sum() + np.log(logits.shape[1])
                if len(codes) > 1
                else np.nan
            ),
            "sums over the batch: E is a mean.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).mean() / logits.shape[1] + np.log(logits.shape[1])
            ),
            "divides log Q by n·k: all entries but one per row are 0 and do not count. "
            "Sum over the codes, then take the mean over the examples.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).mean() + np.log(logits.shape[0])
            ),
            "adds log n, of the examples: H(c) = log k, of the number of codes.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).mean() + np.log2(logits.shape[1])
            ),
            "adds H(c) in bits: log₂ k is not log k. Nats throughout.",
        ),
        Wrong(
            lambda logits, codes: (
                _log_q(logits, codes).mean() + np.log(codes.max() + 1)
            ),
            "takes k from the largest code of this batch: it is the number of columns.",
        ),
        Wrong(
            lambda logits, codes: _log_q(logits, codes).mean() + logits.shape[1],
            "adds k: H(c) = log k.",
        ),
        Wrong(
            lambda logits, codes: (
                np.log(np.exp(_log_q(logits, codes)).mean()) + np.log(logits.shape[1])
            ),
            "takes the logarithm of a mean: it is the mean of log Q.",
        ),
        Wrong(
            lambda logits, codes: (
                log_expit(logits[np.arange(len(codes)), codes]).mean()
                + np.log(logits.shape[1])
            ),
            "takes a sigmoid: just one code is right, so Q is a softmax over all.",
        ),
        Wrong(
            lambda logits, codes: (
                np.where(codes, _log_q(logits, np.maximum(codes - 1, 0)), 0).mean()
                + np.log(logits.shape[1])
            ),
            "counts codes from 1: code 0 has the first column.",
        ),
        Wrong(
            lambda logits, codes: max(_exact(logits, codes), 0.0),
            "is cut off at 0: a Q that is surely wrong has a bound below 0.",
        ),
        Wrong(
            lambda logits, codes: np.mean(logits.argmax(axis=1) == codes),
            "is the accuracy: how often Q is right, and not how sure it is of it.",
        ),
        Wrong(
            lambda logits, codes: (
                np.median(_log_q(logits, codes)) + np.log(logits.shape[1])
            ),
            "takes the median: E is a mean.",
        ),
        Wrong(
            lambda logits, codes: _log_q(logits, codes).mean() + np.log(10),
            "adds log 10, whatever k is: take k from the shape of the logits.",
        ),
        Wrong(
            lambda logits, codes: (
                np.exp(_log_q(logits, codes)).mean() + np.log(logits.shape[1])
            ),
            "has Q where log Q must stand.",
        ),
        Wrong(
            lambda logits, codes: (
                log_softmax(logits, axis=1).max(axis=1).mean() + np.log(logits.shape[1])
            ),
            "takes the most probable code: the one that made the example is asked for, "
            "or Q could never be wrong.",
        ),
        Wrong(
            _over_the_batch,
            "normalizes over the batch: the softmax runs over the codes, axis 1.",
        ),
        Wrong(
            lambda logits, codes: (
                logits[np.arange(len(codes)), codes].mean() + np.log(logits.shape[1])
            ),
            "takes the logits as they are: they are log-probabilities only after log Σ "
            "exp of their row is taken away.",
        ),
    ),
    edges=(
        Case(
            np.array([[1000.0, 0.0], [0.0, -1000.0]], "float32"),
            np.array([0, 1]),
            shows="log Q of a very sure Q is −1000: take it from `ops.log_softmax`, "
            "never the logarithm of a softmax.",
        ),
        Case(
            np.zeros((4, 5), "float32"),
            np.array([0, 1, 1, 4]),
            shows="a Q that knows nothing says 1/k: the bound is 0.",
        ),
    ),
    behaves=_gradients,
)
