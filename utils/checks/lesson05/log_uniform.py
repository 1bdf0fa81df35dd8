"""Exercise 5.5: draw a number whose logarithm is uniform."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _exact(u, low, high):
    return low * (high / low) ** u


def _of_the_wrong_base(u, low, high):
    return 10 ** (np.log(low) + u * (np.log(high) - np.log(low)))


def _exp_of_decades(u, low, high):
    return np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))


log_uniform = Check(
    "5.5",
    "a number whose logarithm is uniform",
    "log_uniform(u, low, high)",
    exact=_exact,
    tolerance=1e-4,
    least=1e-12,
    cases=(
        Case(
            np.array([0.0, 0.25, 0.5, 0.75, 1.0]),
            1e-4,
            1e-2,
            shows="in the middle, u = 0.5, stands the geometric mean, √(low·high).",
        ),
        Case(
            np.array([0.9, 0.1, 0.1]),
            0.5,
            40.0,
            shows="u = 0 gives low and u = 1 gives high, whatever they are.",
        ),
        Case(np.array([0.37]), 2.0, 3.0, shows="one number is drawn as many are."),
    ),
    mistakes=(
        Wrong(
            lambda u, low, high: low + u * (high - low),
            "is uniform itself: nine in ten of its numbers lie in the top decade. Let "
            "the logarithm run evenly from log low to log high, and take exp.",
        ),
        Wrong(
            lambda u, low, high: np.log(low) + u * np.log(high / low),
            "returns the logarithm: take exp of it at the end.",
        ),
        Wrong(
            lambda u, low, high: np.log10(low) + u * np.log10(high / low),
            "returns the decimal logarithm: take 10 to the power of it at the end.",
        ),
        Wrong(
            lambda u, low, high: high * (low / high) ** u,
            "runs the wrong way: u = 0 gives high. Start at log low.",
        ),
        Wrong(
            lambda u, low, high: low * (high - low) ** u,
            "multiplies by a power of high − low: logarithms are subtracted, so the "
            "numbers are divided, high / low.",
        ),
        Wrong(
            lambda u, low, high: np.exp(low + u * (high - low)),
            "takes the ends themselves in the exponent: their logarithms belong there.",
        ),
        Wrong(
            lambda u, low, high: 10 ** (low + u * (high - low)),
            "takes low and high for exponents of 10: they are the ends themselves.",
        ),
        Wrong(
            _of_the_wrong_base,
            "takes the natural logarithm, and then powers of 10: use `np.exp` with "
            "`np.log`, or `10**` with `np.log10`.",
        ),
        Wrong(
            _exp_of_decades,
            "takes the decimal logarithm, and then exp: use `np.exp` with `np.log`, or "
            "`10**` with `np.log10`.",
        ),
        Wrong(
            lambda u, low, high: np.log(np.exp(low) + u * (np.exp(high) - np.exp(low))),
            "has exp and log exchanged: first the logarithms of the ends, then exp.",
        ),
        Wrong(
            lambda u, low, high: np.exp(u * np.log(high / low)),
            "forgets to start at low: log low + u·(log high − log low).",
        ),
        Wrong(
            lambda u, low, high: np.exp(np.log(low) + u * np.log(high)),
            "adds u·log high to log low: the way between them is log high − log low.",
        ),
    ),
)
