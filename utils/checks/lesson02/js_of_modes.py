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


# From what the shared modes, the missing ones and the generator's add: on, off, own.
_OTHER_SUMS = (
    (
        lambda on, off, own, k, K: on + off / max(K - k, 1) + own,
        "counts one missing mode for p where there are K - k of them.",
    ),
    (
        lambda on, off, own, k, K: off,
        "holds the missing modes only (or takes q = 1/K): on the k modes that both "
        "make, q is 1/k.",
    ),
    (
        lambda on, off, own, k, K: on + off + own / k,
        "counts one mode of the generator where there are k of them: k·q·log(q/r).",
    ),
    (
        lambda on, off, own, k, K: K / k * on + off + own,
        "counts K shared modes where there are k of them.",
    ),
    (
        lambda on, off, own, k, K: on - off + own,
        "subtracts the missing modes: they add to KL(p‖r).",
    ),
    (
        lambda on, off, own, k, K: 2 * (on + off + own) - 4 * _LOG_2,
        "is V(D*) = 2 JS - 2 log 2, and JS is asked for.",
    ),
    (
        lambda on, off, own, k, K: 2 * _LOG_2 * (k < K),
        "is log 2 as soon as one mode is missing: that is the most that JS can be, "
        "where p and q share nothing.",
    ),
)


def _other_sum(formula):
    return lambda k, K: formula(*_parts(k, K), k, K) / 2


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
            "leaves the missing modes out: each of the K - k adds p·log(p/(p/2)) = "
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
            "is log 2 times the share of the missing modes: on the modes that both "
            "make, p and q differ as well.",
        ),
        Wrong(
            lambda k, K: 1 - k / K,
            "is the share of the missing modes, which is no divergence: put the "
            "probabilities of both kinds of modes into the definition of JS.",
        ),
        Wrong(
            lambda k, K: sum(_parts(k, K)[:2]) / 2,
            "holds KL(p‖mixture) only: add KL(q‖mixture) = log(q/r).",
        ),
        Wrong(
            lambda k, K: _parts(k, K)[2] / 2,
            "holds KL(q‖mixture) only: add KL(p‖mixture), over all K modes of the "
            "data.",
        ),
        Wrong(
            lambda k, K: (_parts(k, K)[0] / k + sum(_parts(k, K)[1:])) / 2,
            "counts one shared mode for p where there are k of them: k·p·log(p/r).",
        ),
        Wrong(
            lambda k, K: np.sqrt(max(_js(k, K), 0)),
            "is the square root, as SciPy's `jensenshannon` returns it.",
        ),
        *(Wrong(_other_sum(formula), message) for formula, message in _OTHER_SUMS),
        Wrong(lambda k, K: _with_the_sum(k, K, 1), _SUM_FOR_MIXTURE),
        Wrong(lambda k, K: _with_the_sum(k, K, 0), _SUM_FOR_MIXTURE),
    ),
)
