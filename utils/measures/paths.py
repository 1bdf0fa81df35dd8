"""Paths from noise to data, and what a network may be asked to predict on them.

Noise z ~ N(0, I) is at t = 0, data x at t = 1, and between them x_t = a(t)·x + b(t)·z.
Everything here takes NumPy arrays and tensors alike.

Source: Lipman et al. (2023) and Liu et al. (2023) for the straight path; Ho et al.
(2020) and Nichol and Dhariwal (2021) for the other; Salimans and Ho (2022) for v.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from utils.core.arrays import namespace
from utils.core.validation import one_of


@dataclass(frozen=True)
class Path:
    """x_t = a(t)·x + b(t)·z, with a(0) = b(1) = 0 and a(1) = b(0) = 1.

    Attributes:
        name: the field's name for it.
        a, b: how much of the data and of the noise there is at time t.
        a_slope, b_slope: their derivatives by t.
    """

    name: str
    a: Callable
    b: Callable
    a_slope: Callable
    b_slope: Callable

    def at(self, data, noise, t):
        """Returns x_t = a(t)·x + b(t)·z; t a number, or one per example `(n, 1, …)`."""
        return self.a(t) * data + self.b(t) * noise


STRAIGHT = Path(
    "straight",
    a=lambda t: t,
    b=lambda t: 1 - t,
    a_slope=lambda t: 1 + 0 * t,
    b_slope=lambda t: -1 + 0 * t,
)


def _sin(t):
    return namespace(t).sin(math.pi / 2 * t)


def _cos(t):
    return namespace(t).cos(math.pi / 2 * t)


#: a² + b² = 1: data of unit variance keep it all the way.
VARIANCE_PRESERVING = Path(
    "variance-preserving",
    a=_sin,
    b=_cos,
    a_slope=lambda t: math.pi / 2 * _cos(t),
    b_slope=lambda t: -math.pi / 2 * _sin(t),
)
PATHS = {path.name: path for path in (STRAIGHT, VARIANCE_PRESERVING)}

#: What a network may predict: p·x + q·z, as (p, q) at time t.
PREDICTIONS = {
    "velocity": lambda path, t: (path.a_slope(t), path.b_slope(t)),
    "noise": lambda path, t: (0 * t, 1 + 0 * t),
    "data": lambda path, t: (1 + 0 * t, 0 * t),
    "v": lambda path, t: (-path.b(t), path.a(t)),
}


def path_named(name: str) -> Path:
    """Returns the path of a name.

    Raises:
        ValueError: for a name that is none of `PATHS`.
    """
    return PATHS[one_of(name, PATHS, "path")]


def target(prediction: str, path: Path, data, noise, t):
    """Returns what a network of this kind should predict, p·x + q·z.

    Args:
        prediction: "velocity", dx_t/dt; "noise", z; "data", x; or "v", a·z − b·x.
        path: of `PATHS`.
        data, noise: arrays or tensors `(n, …)`.
        t: a number, or one per example `(n, 1, …)`.

    Raises:
        ValueError: for another prediction.
    """
    p, q = _weights(prediction, path, t)
    return p * data + q * noise


def data_and_noise(prediction: str, path: Path, predicted, x, t):
    """Returns the data x̂ and the noise ẑ that a prediction at x_t amounts to.

    They solve p·x̂ + q·ẑ = predicted and a·x̂ + b·ẑ = x_t. Where a kind of prediction
    says nothing about one of them, as "noise" of the data where all is noise, that one
    is not finite.

    Args:
        prediction: as in `target`.
        path: of `PATHS`.
        predicted: the network's output, of the shape of x.
        x: x_t, `(n, …)`.
        t: as in `target`.
    """
    p, q = _weights(prediction, path, t)
    a, b = path.a(t), path.b(t)
    determinant = a * q - b * p
    data = (q * x - b * predicted) / determinant
    noise = (a * predicted - p * x) / determinant
    return data, noise


def converted(prediction: str, wanted: str, path: Path, predicted, x, t):
    """Returns one kind of prediction as another: the one conversion between them."""
    if prediction == wanted:
        return predicted
    return target(wanted, path, *data_and_noise(prediction, path, predicted, x, t), t)


def _weights(prediction, path, t):
    return PREDICTIONS[one_of(prediction, PREDICTIONS, "prediction")](path, t)
