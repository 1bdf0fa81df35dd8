"""Exercise 2.3: JS between K equal modes and a generator on k of them."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong

_LOG_2 = np.log(2)


def _parts(k, K):
    """What the shared modes and the missing ones add to KL(p‖r), and KL(q‖r)."""
    p, q = 1 / K, 1 / k
    r = (p + q) / 2
    return k * p * np.log(p / r), (K - k) * p * _LOG_2, np.log(q / r)


def _js(k: int, K: int) -> float:
    return sum(_parts(k, K)) / 2


def _with_the_sum(k, K, missing):
    p, q = 1 / K, 1 / k
    on_real = k * p * np.log(p / (p + q)) + missing * (K - k) * p * _LOG_2
    return (on_real + np.log(q / (p + q))) / 2


_SUM_FOR_MIXTURE = (
    "takes p + q for the mixture: it is the mean of the two, (p + q)/2. The sum is off "
    "by log 2."
)

js_of_modes = Check(
    "2.3",
    "k of K modes",
    "js_of_modes(k, K)",
    exact=_js,
    cases=(
        Case(3, 8, shows="how many modes of each kind are there, and what is r there?"),
        Case(1, 8),
        Case(24, 25),
        Case(12, 25),
        Case(8, 8, shows="a generator that makes all modes evenly has JS 0."),
        Case(1, 2),
        Case(1, 1000, shows="one mode of a thousand is all but log 2."),
    ),
    mistakes=(
        Wrong(
            lambda k, K: 2 * _js(k, K),
            "is the sum of both KLs: JS is half of it, at most log 2.",
        ),
        Wrong(
            lambda k, K: (_parts(k, K)[0] + _parts(k, K)[2]) / 2,
            "leaves the missing heaps out: each of the K - k adds p·log(p/(p/2)) = "
            "p·log 2 to KL(p‖mixture).",
        ),
        Wrong(
            lambda k, K: np.log(K / k),
            "is the reverse KL, log(K/k): JS compares both with their mixture.",
        ),
        Wrong(
            lambda k, K: np.log(K / k) / 2,
            "is half the reverse KL, log(K/k): JS compares both with their mixture.",
        ),
        Wrong(
            lambda k, K: np.inf if k < K else 0.0,
            "is the forward KL, infinite with the first missing mode: JS compares both "
            "with their mixture, which is 0 nowhere.",
        ),
        Wrong(
            lambda k, K: _js(k, K) / _LOG_2,
            "is in bits: take the natural logarithm.",
        ),
        Wrong(
            lambda k, K: (1 - k / K) * _LOG_2,
            "is log 2 times the share of the missing heaps: on the heaps that both "
            "make, p and q differ as well.",
        ),
        Wrong(
            lambda k, K: 1 - k / K,
            "is the share of the missing heaps, which is no divergence: put the "
            "probabilities of both kinds of heaps into the definition of JS.",
        ),
        Wrong(
            lambda k, K: sum(_parts(k, K)[:2]) / 2,
            "holds KL(p‖mixture) only: add KL(q‖mixture) = log(q/r).",
        ),
        Wrong(
            lambda k, K: _parts(k, K)[2] / 2,
            "holds KL(q‖mixture) only: add KL(p‖mixture), over all K heaps of the "
            "data.",
        ),
        Wrong(
            lambda k, K: (_parts(k, K)[0] / k + sum(_parts(k, K)[1:])) / 2,
            "counts one shared heap for p where there are k of them: k·p·log(p/r).",
        ),
        Wrong(
            lambda k, K: np.sqrt(max(_js(k, K), 0)),
            "is the square root, as SciPy's `jensenshannon` returns it.",
        ),
        Wrong(lambda k, K: _with_the_sum(k, K, 1), _SUM_FOR_MIXTURE),
        Wrong(lambda k, K: _with_the_sum(k, K, 0), _SUM_FOR_MIXTURE),
    ),
)
