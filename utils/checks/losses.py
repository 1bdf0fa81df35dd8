"""Property tests for a loss that makes one number of a discriminator's logits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer, close
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.logits import check_gradients, log_sigmoid, sigmoid

__all__ = [
    "WrongLoss",
    "check_gradients",
    "check_safety",
    "check_value",
    "log_sigmoid",
    "sigmoid",
]


@dataclass(frozen=True)
class WrongLoss:
    """A loss that a learner may write instead of the one asked for.

    Attributes:
        formula: function of the same arrays; NaN where it is not defined.
        message: what the mistake is and what to try, after "`loss` ".
    """

    formula: Callable
    message: str


def check_value(
    answer: Answer,
    formula: str,
    exact: Callable,
    wrong: Sequence[WrongLoss],
    *logits: np.ndarray,
) -> None:
    """Compares a loss with the exact one, and tells which wrong one it is.

    Args:
        answer: the learner's loss.
        formula: the exact one, in words.
        exact: the exact one, a function of NumPy arrays.
        wrong: losses that learners write instead.
        *logits: what to evaluate them on, `(n, 1)` each.

    Raises:
        Mistake: if the two differ.
    """
    value, expected = answer.number(*logits), float(exact(*logits))
    if close(value, expected):
        return
    for other in wrong:
        if close(value, float(other.formula(*logits))):
            raise Mistake(f"`{answer.name}` {other.message}")
    given = " and ".join(
        f"{name} {np.round(array.ravel(), 2).tolist()}"
        for name, array in zip(answer.arguments, logits, strict=True)
    )
    raise Mistake(
        f"`{answer.name}` returns {value:.4g} for {given}, but {formula} is "
        f"{expected:.4g}: work the first example out by hand and compare."
    )


def check_safety(answer: Answer, exact: Callable, *logits: np.ndarray) -> None:
    """Compares a loss with the exact one on logits as large as ±10 000.

    Raises:
        Mistake: if it overflows or levels off there.
    """
    value, expected = answer.number(*logits), float(exact(*logits))
    if not np.isfinite(value):
        raise Mistake(
            f"`{answer.name}` returns {value} for logits of ±10 000, where it should "
            f"be {expected:g}: the sigmoid rounds to 0 or 1 (or `exp` overflows) "
            "before the logarithm. Do both at once: log D = -ops.softplus(-logits) "
            "and log(1 - D) = -ops.softplus(logits)."
        )
    if not close(value, expected):
        raise Mistake(
            f"`{answer.name}` levels off: it returns {value:.4g} for logits of "
            f"±10 000, where it should be {expected:g}. Clipping, or a small number "
            "inside the logarithm, hides that the sigmoid has rounded to 0 or 1, and "
            "there is no slope left. Use log D = -ops.softplus(-logits) and "
            "log(1 - D) = -ops.softplus(logits)."
        )
