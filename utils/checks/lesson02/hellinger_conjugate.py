"""Exercise 2.5: the conjugate of the squared Hellinger distance."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _is_on_a_grid(value, t):
    """At least what u = 1 or u = 0 gives, and nowhere more than the top."""
    top = t / (1 - t)
    if ((value < np.maximum(t, -1) - 1e-2) | (value > top + 1e-3)).any():
        return False
    return True if (top - value > 0.01 * (1 + abs(top))).any() else None


hellinger_conjugate = Check(
    "2.5",
    "a conjugate",
    "hellinger_conjugate(t)",
    exact=lambda t: t / (1 - t),
    # A maximum over a grid of u is a right answer too.
    tolerance=1e-3,
    least=1e-3,
    cases=(
        Case(
            np.array([-3.0, -1.5, -0.25, 0.2, 0.5, 0.8]),
            shows="find where ut − f(u) stops rising, and put that u back into it.",
        ),
        Case(
            np.array([0.0]), shows="a line of slope 0 is highest above f at f's foot."
        ),
        Case(np.array([0.6, 0.6])),
        Case(
            np.array([-50.0, -9.0, -1e-3]),
            shows="for steep slopes downward the top is near u = 0.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda t: (1 - t) ** -2.0,
            "returns the u where the top is, 1/(1 - t)²: put it into u·t - f(u).",
        ),
        Wrong(
            lambda t: t / (1 - t) ** 2,
            "is u·t at the top: f(u) = (√u - 1)² has still to be subtracted.",
        ),
        Wrong(
            lambda t: t**2 / (1 - t) ** 2,
            "is f(u) at the top: f* is u·t - f(u) there.",
        ),
        Wrong(
            lambda t: (t + t**2) / (1 - t) ** 2,
            "adds f(u) where it should be subtracted: f*(t) = max of u·t - f(u).",
        ),
        Wrong(
            lambda t: -t / (1 - t),
            "has its sign flipped: it is the lowest of f(u) - u·t. Return the highest "
            "of u·t - f(u).",
        ),
        Wrong(
            lambda t: t / (1 + t),
            "has a sign wrong on the way: the slope of f is 1 - 1/√u, so "
            "√u = 1/(1 - t).",
        ),
        Wrong(
            lambda t: 1 / (1 - t),
            "returns √u at the top, 1/(1 - t): square it and put it into u·t - f(u).",
        ),
        Wrong(
            lambda t: t**2 / 4 + t,
            "is the conjugate of Pearson's f(u) = (u - 1)²: here it is (√u - 1)².",
        ),
        Wrong(
            lambda t: np.exp(t - 1),
            "is the conjugate of KL's f(u) = u log u: here f(u) = (√u - 1)².",
        ),
        Wrong(
            lambda t: (lambda u: (u * t[:, None] - (u**0.5 - 1) ** 2).max(axis=1))(
                np.linspace(0, 3, 3_001)
            ),
            "is the maximum over too few values of u: let the grid reach far beyond "
            "1/(1 - t)², with fine steps near 0, or find the top by hand.",
            when=_is_on_a_grid,
        ),
    ),
)
