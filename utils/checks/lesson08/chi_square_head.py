"""Exercise 8.4: the chi-square head, Σ w·(a - b)²/(a + b) + bias."""

import numpy as np
from keras import ops

from utils.checks.engine import MATMUL, Answer, Case, Check, Mistake, Wrong
from utils.checks.engine.logits import check_gradients, sigmoid

_A = np.array([[1.0, 0.5, 2.0], [0.25, 3.0, 1.0], [2.0, 2.0, 0.5]])
_B = np.array([[0.5, 1.5, 2.0], [0.5, 1.0, 4.0], [2.0, 2.0, 0.5]])
_WEIGHTS, _BIAS = np.array([-1.0, -2.0, 0.5]), 0.7
_ZEROS = np.array([[0, 1, 1], [1, 1, 0], [1, 1, 1]])


def _logits(a, b, weights, bias):
    """The exact logits, 0 for 0/0."""
    sums = np.where(a + b > 0, a + b, 1)
    return ((a - b) ** 2 / sums) @ weights + bias


def _features(formula):
    """A head with other features."""
    return lambda a, b, weights, bias: formula(a, b) @ weights + bias


def _drawn(seed: int, n: int, d: int, size: float = 1.0) -> Case:
    """Pairs of embeddings: one number large, and the last few pairs equal."""
    rng = np.random.default_rng(seed)
    a, b = size * rng.uniform(0.2, 2.0, (2, n, d))
    b[n // 2 + 1 :] = a[n // 2 + 1 :]
    a[0, 0] = 40.0 * size
    return Case(a, b, rng.normal(size=d), -0.4)


def _behaves(answer: Answer) -> None:
    bound = Answer(
        lambda a, b: ops.sum(
            answer.function(a, b, ops.convert_to_tensor(_WEIGHTS, "float32"), _BIAS)
        ),
        f"{answer.name}(a, b)",
    )
    check_gradients(bound, lambda a, b: _logits(a, b, _WEIGHTS, _BIAS).sum(), _A, _B)
    if not np.isfinite(bound.gradients(_ZEROS * _A, _ZEROS * _B)).all():
        raise Mistake(
            f"`{answer.name}` is right, but its gradient is NaN where a = b = 0: "
            "`ops.where` around a division hides the value, not the slope. Replace the "
            "sum *before* you divide: `ops.where(total > 0, total, 1.0)`."
        )


_OTHER_FEATURES = (
    (
        lambda a, b: np.abs(a - b),
        "weighs absolute differences, or divides the squared difference by the "
        "difference, which is the same: the sum a + b stands below.",
    ),
    (
        lambda a, b: np.abs(a - b) / (a + b),
        "does not square the difference: (a - b)² / (a + b).",
    ),
    (
        lambda a, b: (a - b) / (a + b),
        "does not square the difference: (a - b)² / (a + b); without it a and b could "
        "not change places.",
    ),
    (lambda a, b: (a - b) ** 2, "leaves out the division by a + b."),
    (
        lambda a, b: ((a - b) / (a + b)) ** 2,
        "squares the sum as well: only the difference is squared.",
    ),
    (
        lambda a, b: (a - b) ** 2 / (a**2 + b**2),
        "divides by a² + b²: the sum a + b itself stands below.",
    ),
    (lambda a, b: a + b, "adds a and b above: it is their difference, squared."),
    (
        lambda a, b: (a - b) ** 2 / a,
        "divides by a alone: the sum a + b stands below, so that both may change "
        "places.",
    ),
    (
        lambda a, b: np.abs(a - b) / np.sqrt(a + b),
        "takes the root of the features: weigh (a - b)² / (a + b) itself.",
    ),
    (
        lambda a, b: 2 * a * b / (a + b),
        "takes the harmonic mean, which says how large both are, not how far apart.",
    ),
    (
        lambda a, b: (a - b) ** 2 / (a + b) / 2,
        "is half of it: the chi-square form here has no factor ½.",
    ),
    (
        lambda a, b: (a - b) ** 2 / np.maximum(a + b, 1),
        "divides by at least 1: sums smaller than 1 count as well. Guard against a sum "
        "of exactly 0 only.",
    ),
    (
        lambda a, b: (a - b) ** 2 / (a + b + 1),
        "adds 1 to the sum: guard against a sum of exactly 0 only.",
    ),
    (
        lambda a, b: (a - b) ** 2 / (a + b + 0.1),
        "adds 0.1 to the sum, which changes the features: guard against a sum of "
        "exactly 0 only.",
    ),
)

chi_square_head = Check(
    "8.4",
    "the chi-square head",
    "chi_square_head(a, b, weights, bias)",
    exact=_logits,
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(
            _A,
            _B,
            _WEIGHTS,
            _BIAS,
            shows="work out (a - b)² / (a + b) for the first pair by hand, then weigh "
            "and add the bias.",
        ),
        _drawn(0, 1, 2),
        _drawn(1, 2, 5),
        _drawn(2, 7, 4, 0.25),
    ),
    mistakes=(
        *(Wrong(_features(formula), message) for formula, message in _OTHER_FEATURES),
        Wrong(lambda a, b, w, c: _logits(a, b, w, 0), "leaves the bias out."),
        Wrong(
            lambda a, b, w, c: _logits(a, b, -w, c),
            "subtracts the weighted sum: the weights bring their sign along.",
        ),
        Wrong(
            lambda a, b, w, c: _logits(a, b, w, 0) * c,
            "multiplies by the bias: it is added.",
        ),
        Wrong(
            lambda a, b, w, c: _logits(a, b, w, len(w) * c),
            "adds the bias to every feature, before the sum: add it once.",
        ),
        Wrong(
            lambda a, b, w, c: _logits(a, b, np.ones_like(w), c),
            "leaves the weights out: each feature has its own.",
        ),
        Wrong(
            lambda a, b, w, c: sigmoid(_logits(a, b, w, c)),
            "returns probabilities: return the logit, as every network here; the loss "
            "takes the sigmoid itself.",
        ),
        Wrong(
            lambda a, b, w, c: np.maximum(_logits(a, b, w, c), 0),
            "cuts negative logits off: they stand for pairs of two people. Leave the "
            "ReLU out.",
        ),
        Wrong(
            lambda a, b, w, c: _logits(a, b, w / len(w), c),
            "takes the mean over the features: a logit is their weighted sum.",
        ),
        Wrong(
            lambda a, b, w, c: (
                ((a - b) ** 2).sum(axis=1) / (a + b).sum(axis=1) * w.sum() + c
            ),
            "adds up before it divides: divide feature by feature, then weigh.",
        ),
        Wrong(
            lambda a, b, w, c: w * (a - b) ** 2 / (a + b) + c,
            "returns one number per feature: each pair has one logit, so sum over the "
            "last axis.",
            when=lambda value, a, b, w, c: np.shape(value) == a.shape,
        ),
    ),
    edges=(
        Case(
            _ZEROS * _A,
            _ZEROS * _B,
            _WEIGHTS,
            _BIAS,
            mistakes=(
                Wrong(
                    _features(lambda a, b: (a - b) ** 2 / (a + b)),
                    "returns NaN where a = b = 0, which happens all the time behind a "
                    "ReLU: 0/0. There the feature is 0: replace the sum by 1 with "
                    "`ops.where` before you divide.",
                    when=lambda value, *given: not np.isfinite(value).all(),
                ),
                Wrong(
                    lambda a, b, w, c: _logits(a, b, w, c) + (a + b == 0) @ w,
                    "is right, but not where a = b = 0: there a feature is 0, because "
                    "the two do not differ.",
                    when=lambda value, *given: np.isfinite(value).all(),
                ),
            ),
        ),
        Case(
            np.array([[5e-4, 1e-4], [2e-4, 6e-4], [5e-4, 3e-4]]),
            np.array([[1e-4, 4e-4], [6e-4, 1e-4], [1e-4, 3e-4]]),
            np.array([3e3, -2e3]),
            0.1,
            mistakes=(
                Wrong(
                    _features(lambda a, b: (a - b) ** 2 / np.maximum(a + b, 1e-3)),
                    "is right, but not where a + b is small: the number that keeps "
                    "the division from 0/0 is larger than such a sum. Guard against a "
                    "sum of exactly 0 only.",
                    when=lambda value, *given: True,
                ),
            ),
        ),
    ),
    behaves=_behaves,
)
