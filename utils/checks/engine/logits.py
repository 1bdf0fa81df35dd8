"""What every loss of a discriminator's logits must stand: ±10,000, and a gradient."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine.answers import Answer
from utils.checks.engine.catalog import Case, Wrong
from utils.checks.engine.feedback import Mistake


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """D = 1 / (1 + exp(-logit)), in NumPy."""
    return np.exp(log_sigmoid(logits))


def log_sigmoid(logits: np.ndarray) -> np.ndarray:
    """The logarithm of D, in NumPy; that of 1 - D is `log_sigmoid(-logits)`."""
    return -np.logaddexp(0.0, -np.asarray(logits, dtype="float64"))


def common_mistakes(form: Callable) -> tuple[Wrong, ...]:
    """Returns what goes wrong with every loss that averages logarithms of D.

    Args:
        form: function `(log_d, log_not_d, mean)` of what stands for log D and for
            log(1 - D) of a logit, and for the mean, that returns the loss.
    """
    logs = log_sigmoid, lambda logits: log_sigmoid(-np.asarray(logits))
    exact = form(*logs, np.mean)
    return (
        Wrong(
            lambda *logits: len(logits[0]) * exact(*logits),
            "adds the examples up: E[...] is a mean, `ops.mean` in place of `ops.sum`, "
            "or the loss would grow with the batch.",
        ),
        Wrong(
            form(np.log, lambda logits: np.log(1 - logits), np.mean),
            "takes the logits for probabilities: D is ops.sigmoid(logit). With Keras' "
            "BinaryCrossentropy say from_logits=True.",
        ),
        Wrong(
            lambda *logits: exact(*map(sigmoid, logits)),
            "takes the sigmoid twice: what expects logits (softplus, log_sigmoid, "
            "from_logits=True) applies it by itself. Hand it the logits.",
        ),
        Wrong(
            form(sigmoid, lambda logits: sigmoid(-logits), np.mean),
            "lacks the logarithm: it averages probabilities, D or 1 - D, not their "
            "logs.",
        ),
        Wrong(
            lambda *logits: exact(*(np.mean(each, keepdims=True) for each in logits)),
            "takes the mean of the logits first: take the logarithms of each, and "
            "`ops.mean` last.",
        ),
        Wrong(
            form(*logs, lambda each: np.log(np.mean(np.exp(each)))),
            "takes the logarithm of a mean: the mean of the logarithms is asked for, "
            "so take `ops.mean` last.",
        ),
    )


def far_out(exact: Callable, *logits: np.ndarray) -> Case:
    """Returns an edge case of logits as large as ±10,000.

    Args:
        exact: the right loss, of NumPy arrays.
        *logits: `(n, 1)` each.
    """

    def clipped(*logits):
        return exact(*(np.clip(each, -16.0, 16.0) for each in logits))

    return Case(
        *logits,
        mistakes=(
            Wrong(
                lambda *logits: np.nan,
                "overflows for logits of ±10,000: the sigmoid rounds to 0 or 1 (or "
                "`exp` overflows) before the logarithm. Do both at once: log D = "
                "-ops.softplus(-logits) and log(1 - D) = -ops.softplus(logits).",
                when=lambda value, *logits: not np.isfinite(value),
            ),
            Wrong(
                clipped,
                "levels off for logits of ±10,000: clipping, or a small number inside "
                "the logarithm, hides that the sigmoid has rounded to 0 or 1, and "
                "there is no slope left. Use log D = -ops.softplus(-logits) and "
                "log(1 - D) = -ops.softplus(logits).",
                when=lambda value, *logits: np.isfinite(value),
            ),
        ),
    )


def check_gradients(answer: Answer, exact: Callable, *arrays: np.ndarray) -> None:
    """Compares the gradient of a loss, as `minimize` sees it, with central differences.

    Raises:
        Mistake: if none arrives, or another one.
    """
    expected = _central_differences(exact, arrays)
    gradients = answer.gradients(*arrays)
    for name, gradient, slope in zip(
        answer.arguments, gradients, expected, strict=True
    ):
        if not np.any(gradient):
            raise Mistake(
                f"the value of `{answer.name}` is right, but no gradient arrives at "
                f"{name}, and training follows the gradient: compute with "
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
