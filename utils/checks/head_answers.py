"""Facts about the chi-square head, and what learners write instead."""

import keras
import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake

_A = np.float32([[1.0, 0.5, 2.0], [0.25, 3.0, 1.0], [2.0, 2.0, 0.5]])
_B = np.float32([[0.5, 1.5, 2.0], [0.5, 1.0, 4.0], [2.0, 2.0, 0.5]])
_WEIGHTS, _BIAS = np.float32([-1.0, -2.0, 0.5]), 0.7


def logits_by_definition(a, b, weights, bias):
    """Σ w·(a - b)²/(a + b) + bias, and 0 for 0/0, in NumPy."""
    sums = np.where(a + b > 0, a + b, 1)
    return ((a - b) ** 2 / sums) @ weights + bias


WRONG_HEADS = (
    (
        lambda a, b, w, c: np.abs(a - b) @ w + c,
        "weighs absolute differences: the chi-square form divides the squared "
        "difference by the sum.",
    ),
    (
        lambda a, b, w, c: (np.abs(a - b) / (a + b)) @ w + c,
        "does not square the difference: (a - b)² / (a + b).",
    ),
    (
        lambda a, b, w, c: ((a - b) / (a + b)) @ w + c,
        "does not square the difference: (a - b)² / (a + b); without it a and b could "
        "not change places.",
    ),
    (
        lambda a, b, w, c: ((a - b) ** 2) @ w + c,
        "leaves out the division by a + b.",
    ),
    (
        lambda a, b, w, c: (((a - b) / (a + b)) ** 2) @ w + c,
        "squares the sum as well: only the difference is squared.",
    ),
    (
        lambda a, b, w, c: ((a - b) ** 2 / np.abs(a - b).clip(1e-9)) @ w + c,
        "divides by the difference: the sum a + b stands below.",
    ),
    (lambda a, b, w, c: logits_by_definition(a, b, w, 0), "leaves the bias out."),
    (
        lambda a, b, w, c: logits_by_definition(a, b, np.ones_like(w), c),
        "leaves the weights out: each feature has its own.",
    ),
    (
        lambda a, b, w, c: 1 / (1 + np.exp(-logits_by_definition(a, b, w, c))),
        "returns probabilities: return the logit, as every network here; the loss "
        "takes the sigmoid itself.",
    ),
    (
        lambda a, b, w, c: logits_by_definition(a, b, w / len(w), c),
        "takes the mean over the features: a logit is their weighted sum.",
    ),
    (
        lambda a, b, w, c: (
            ((a - b) ** 2).sum(axis=1) / (a + b).sum(axis=1) * w.sum() + c
        ),
        "adds up before it divides: divide feature by feature, then weigh.",
    ),
    (
        lambda a, b, w, c: ((a - b) ** 2 / np.maximum(a + b, 1)) @ w + c,
        "divides by at least 1: sums smaller than 1 count as well. Guard against a sum "
        "of exactly 0 only.",
    ),
)


def check_chi_square_head(answer: Answer) -> None:
    """By value, symmetric, 0 where both are 0, and with a finite gradient there.

    Raises:
        Mistake: if a logit is another one.
    """
    logits = _logits(answer, _A, _B)
    expected = logits_by_definition(_A, _B, _WEIGHTS, _BIAS)
    if not np.allclose(logits, expected, rtol=1e-3, atol=1e-3):
        for wrong, message in WRONG_HEADS:
            if np.allclose(
                logits, wrong(_A, _B, _WEIGHTS, _BIAS), rtol=1e-3, atol=1e-3
            ):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns {np.round(logits, 3).tolist()}, but "
            f"{np.round(expected, 3).tolist()} is right: work out (a - b)² / (a + b) "
            "for the first pair by hand, then weigh and add the bias."
        )
    _check_at_zero(answer)


def _check_at_zero(answer: Answer) -> None:
    a, b = _A.copy(), _B.copy()
    a[0, 0] = b[0, 0] = a[1, 2] = b[1, 2] = 0.0
    logits = _logits(answer, a, b)
    if not np.isfinite(logits).all():
        raise Mistake(
            f"`{answer.name}` returns NaN where a = b = 0, which happens all the time "
            "behind a ReLU: 0/0. There the feature is 0: replace the sum by 1 with "
            "`ops.where` before you divide."
        )
    if not np.allclose(
        logits, logits_by_definition(a, b, _WEIGHTS, _BIAS), rtol=1e-3, atol=1e-3
    ):
        raise Mistake(
            f"`{answer.name}` is right, but not where a = b = 0: there a feature is 0, "
            "because the two do not differ."
        )
    variables = [keras.Variable(each, dtype="float32") for each in (a, b)]
    tensor = ops.convert_to_tensor
    _, slopes = value_and_gradients(
        lambda: ops.sum(answer(*map(tensor, variables), tensor(_WEIGHTS), _BIAS)),
        variables,
    )
    if not all(np.isfinite(ops.convert_to_numpy(slope)).all() for slope in slopes):
        raise Mistake(
            f"`{answer.name}` is right, but its gradient is NaN where a = b = 0: "
            "`ops.where` around a division hides the value, not the slope. Replace the "
            "sum *before* you divide: `ops.where(total > 0, total, 1.0)`."
        )


def _logits(answer: Answer, a, b) -> np.ndarray:
    tensors = [ops.convert_to_tensor(each) for each in (a, b, _WEIGHTS)]
    logits = read_array(answer(*tensors, _BIAS), answer.name)
    if logits.shape == (len(a), 1):
        logits = logits[:, 0]
    if logits.shape != (len(a),):
        raise Mistake(
            f"`{answer.name}` returns shape {logits.shape} for {len(a)} pairs, but "
            f"each pair has one logit: the shape is ({len(a)},). Sum over the last "
            "axis."
        )
    return logits
