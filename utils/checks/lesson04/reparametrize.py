"""Exercise 4.2: a draw from N(μ, σ²), made of noise."""

import functools
from collections.abc import Callable

import numpy as np
from keras import ops

from utils.checks.engine import Answer, Case, Check, Wrong, agree, exercise
from utils.checks.engine.answers import as_tensors, read_array
from utils.checks.engine.logits import check_gradients
from utils.checks.lesson04.vae_loss import normal

_HEADER = "reparametrize(mean, log_variance, noise)"


def _sigma(log_variance):
    return np.exp(0.5 * log_variance)


def _drawn(mean, log_variance, noise):
    return mean + _sigma(log_variance) * noise


def _draws_its_own(value, mean, log_variance, noise) -> bool | None:
    """Whether codes differ where μ = 0, σ = 1 and ε = 0 throughout."""
    if mean.any() or noise.any():
        return None
    return bool(np.std(value) > 0.1)


def _gradients(answer: Answer) -> None:
    """The encoder learns from the gradients to μ and to log σ², and no other."""
    mean, log_variance, noise = _CASES[0].arguments

    def added_up(mean, log_variance):
        return ops.sum(answer(mean, log_variance, ops.convert_to_tensor(noise)))

    check_gradients(
        Answer(added_up, f"{answer.name}(mean, log_variance)"),
        lambda m, v: _drawn(m, v, noise).sum(),
        mean,
        log_variance,
    )


_CASES = (
    Case(
        normal(0, 5, 3),
        normal(1, 5, 3, mean=-0.5, std=0.7),
        normal(2, 5, 3),
        shows="stretch ε to the width σ, then move it to μ.",
    ),
    Case(normal(3, 1, 2), normal(4, 1, 2), normal(5, 1, 2)),
    Case(np.repeat(normal(6, 1, 4), 7, axis=0), normal(7, 7, 4), normal(8, 7, 4)),
    Case(
        normal(9, 3, 2),
        np.array([[-30.0, 5.0], [0.0, -8.0], [3.0, -1.0]], "float32"),
        np.array([[-1.0, -4.0], [50.0, 0.5], [0.0, 2.0]], "float32"),
        shows="clouds may be tiny or wide, and noise far out.",
    ),
    Case(*np.zeros((3, 6, 2), "float32"), shows="where ε is 0, the draw is μ."),
)
_draw = Check(
    "4.2",
    "the reparametrization",
    _HEADER,
    exact=_drawn,
    tensors=True,
    cases=_CASES,
    mistakes=(
        Wrong(
            lambda m, v, e: m + np.exp(v) * e,
            "multiplies the noise by the variance: a draw is μ + σ·ε with "
            "σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + 0.5 * np.exp(v) * e,
            "has the ½ outside the exponential: σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m * _sigma(v) * e,
            "multiplies by the mean: stretch the noise, then *add* μ.",
        ),
        Wrong(
            lambda m, v, e: m + np.logaddexp(0, v) * e,
            "takes the softplus for σ: the encoder returns log σ², so "
            "σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v) * e[:, :1],
            "gives all numbers of a code the noise of the first: each has its own.",
        ),
        Wrong(
            lambda m, v, e: m + np.exp(2 * v) * e,
            "takes exp(2·log_variance): σ is the square root of the variance, "
            "exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + np.exp(-0.5 * v) * e,
            "divides the noise by σ: multiply it by σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + v * e,
            "multiplies the noise by log σ²: take it out of the logarithm, "
            "σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + 0.5 * v * e,
            "forgets the exponential: σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + np.sqrt(np.where(v < 0, np.nan, v)) * e,
            "takes the square root of log σ²: the logarithm is negative where the "
            "cloud is small, and the root NaN. σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + e,
            "adds noise of width 1 whatever the encoder says: multiply it by "
            "σ = exp(½·log_variance).",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v) + e,
            "adds σ where it multiplies: μ + σ·ε.",
        ),
        Wrong(
            lambda m, v, e: (e - m) / _sigma(v),
            "turns a draw back into noise, (z − μ)/σ: go the other way, from noise to "
            "a draw, μ + σ·ε.",
        ),
        Wrong(
            lambda m, v, e: _sigma(v) * e,
            "leaves out the mean: μ + σ·ε.",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v),
            "leaves out the noise: every draw is the same. μ + σ·ε.",
        ),
        Wrong(lambda m, v, e: m, "returns the mean: that is no draw. Add σ·ε."),
        Wrong(
            lambda m, v, e: (m + e) * _sigma(v),
            "stretches the mean as well: first σ·ε, then add μ.",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v) * np.abs(e),
            "takes the absolute value of the noise: then no draw is ever below μ.",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v) * e[:1],
            "gives all examples the noise of the first: each has its own row.",
        ),
        Wrong(
            lambda m, v, e: m + _sigma(v) * e[0, 0],
            "gives all codes one and the same number of the noise: each has its own.",
        ),
        Wrong(
            lambda m, v, e: _drawn(m, v, normal(0, *m.shape)),
            "does not return the mean where the noise is 0: does it draw noise of its "
            "own? Use the argument `noise`, which is drawn already.",
            when=_draws_its_own,
        ),
    ),
    behaves=_gradients,
)


@exercise("4.2", "the reparametrization", seconds=30)
def reparametrize(reparametrize: Callable) -> None:
    """μ + σ·ε or μ − σ·ε, by value, and with a gradient to μ and to log σ².

    Args:
        reparametrize: function `(mean, log_variance, noise) -> code`, `(n, d)` each.
    """
    _draw.examine(_mirrored(reparametrize))


def _mirrored(function: Callable) -> Callable:
    """The same function of −ε, if it is μ − σ·ε: N(0, 1) is symmetric."""
    answer, (mean, log_variance, noise) = Answer(function, _HEADER), _CASES[0].arguments
    code = read_array(answer(*as_tensors((mean, log_variance, noise))), answer.name)
    if not agree(code, _drawn(mean, log_variance, -noise)):
        return function
    return functools.wraps(function)(lambda mean, v, noise: function(mean, v, -noise))
