"""Property tests for a loss that makes one number of a discriminator's logits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer, close
from utils.checks.engine.feedback import Mistake


@dataclass(frozen=True)
class WrongLoss:
    """A loss that a learner may write instead of the one asked for.

    Attributes:
        formula: function of the same arrays; NaN where it is not defined.
        message: what the mistake is and what to try, after "`loss` ".
    """

    formula: Callable
    message: str


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """D = 1 / (1 + exp(-logit)), in NumPy."""
    return np.exp(log_sigmoid(logits))


def log_sigmoid(logits: np.ndarray) -> np.ndarray:
    """The logarithm of D, in NumPy; that of 1 - D is `log_sigmoid(-logits)`."""
    return -np.logaddexp(0.0, -np.asarray(logits, dtype="float64"))


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


def check_gradients(answer: Answer, exact: Callable, *logits: np.ndarray) -> None:
    """Compares the gradient of a loss, as `minimize` sees it, with central differences.

    Raises:
        Mistake: if none arrives, or another one.
    """
    expected = _central_differences(exact, logits)
    gradients = answer.gradients(*logits)
    for name, gradient, slope in zip(
        answer.arguments, gradients, expected, strict=True
    ):
        if not np.any(gradient):
            raise Mistake(
                f"the value of `{answer.name}` is right, but no gradient arrives at "
                f"{name}, and `minimize` follows the gradient: compute with "
                "`keras.ops` throughout, without NumPy, `float()` or "
                "`ops.stop_gradient`."
            )
        differs = ~np.isclose(gradient, slope, rtol=1e-3, atol=1e-5)
        if differs.any():
            raise Mistake(
                f"the value of `{answer.name}` is right, but its gradient with respect "
                f"to {name} holds {gradient[differs][0]:.4g} in place of "
                f"{slope[differs][0]:.4g}: a part of it does not reach the result "
                "(rounding, `ops.where` over an overflow, `ops.stop_gradient`)."
            )


def _central_differences(function: Callable, arrays, step: float = 1e-4):
    slopes = []
    for which, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            for sign in (1, -1):
                moved = [np.array(other, dtype="float64") for other in arrays]
                moved[which][index] += sign * step
                slope[index] += sign * function(*moved) / (2 * step)
        slopes.append(slope)
    return slopes
