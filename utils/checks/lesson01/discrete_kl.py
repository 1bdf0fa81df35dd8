"""Exercise 1.2: KL of two discrete distributions, zeros and all."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.measures.divergences import js_divergence, kl_divergence


def _vectors(p, q) -> tuple:
    return np.array(p, dtype="float64"), np.array(q, dtype="float64")


def _masked(p, q, seen):
    return np.sum(p[seen] * np.log(p[seen] / q[seen]))


def _exact(p, q):
    """The textbook line, for parts of distributions as well."""
    seen = p > 0
    return np.inf if np.any(q[seen] == 0) else _masked(p, q, seen)


def _rare():
    """A hundred outcomes, one of them rare for p, and far rarer for q."""
    p = np.r_[np.full(99, 0.999 / 99), 0.001]
    q = np.r_[np.full(99, (1 - 1e-5) / 99), 1e-5]
    return p, q


_MISTAKES = (
    Wrong(
        lambda p, q: kl_divergence(q, p),
        "has p and q swapped: this is KL(q‖p). The mean is taken under p, the first "
        "argument: p·log(p/q).",
    ),
    Wrong(
        lambda p, q: -kl_divergence(p, q),
        "has its sign flipped: it sums p·log(q/p). A divergence is never negative; "
        "turn the fraction over.",
    ),
    Wrong(
        lambda p, q: kl_divergence(p, q) / np.log(2),
        "is in bits: `np.log2` in place of `np.log`. This course counts in nats.",
    ),
    Wrong(
        lambda p, q: kl_divergence(p, q) / np.log(10),
        "uses the logarithm to base 10: nats take the natural one, `np.log`.",
    ),
    Wrong(
        lambda p, q: kl_divergence(p, q) / len(p),
        "divides by the number of outcomes: the weights p make a mean of the sum "
        "already; `np.sum` in place of `np.mean`.",
    ),
    Wrong(
        lambda p, q: np.sum(np.log(p / q)),
        "adds up log(p/q) with equal weights: each outcome counts as often as it "
        "happens, p·log(p/q).",
    ),
    Wrong(
        lambda p, q: -np.sum(p * np.log(q)),
        "is the cross-entropy -Σ p·log q: KL is what of it the model can still save; "
        "add Σ p·log p.",
    ),
    Wrong(
        lambda p, q: -np.sum(p * np.log(p)),
        "is the entropy of p, in which q does not occur: divide p by q inside the "
        "logarithm.",
    ),
    Wrong(
        lambda p, q: kl_divergence(p, q) + kl_divergence(q, p),
        "adds both directions: KL is one of them, the mean under p.",
    ),
    Wrong(
        lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2,
        "is the mean of both directions: KL is one of them, the mean under p.",
    ),
    Wrong(
        lambda p, q: np.sum(q * np.log(p / q)),
        "weights each logarithm with q: the mean is taken under p, p·log(p/q).",
    ),
    Wrong(
        lambda p, q: np.sum(p * np.log(p) / np.log(q)),
        "divides two logarithms: the logarithm of a fraction is their difference, "
        "log p − log q.",
    ),
    Wrong(
        js_divergence,
        "is the Jensen-Shannon divergence, which compares with the mean of p and q: KL "
        "compares p with q itself.",
    ),
    Wrong(
        lambda p, q: np.sum(p * np.abs(np.log(p / q))),
        "takes the absolute value of each logarithm: the negative terms belong to the "
        "sum, and it comes out positive by itself.",
    ),
    Wrong(
        lambda p, q: np.sum(np.maximum(p * np.log(p / q), 0)),
        "drops the negative terms: they belong to the sum, which comes out positive by "
        "itself.",
    ),
    Wrong(
        lambda p, q: np.sum(p * np.log(p)) - np.sum(q * np.log(q)),
        "is the difference of two entropies: both logarithms are weighted with p, "
        "Σ p·(log p − log q).",
    ),
    Wrong(
        lambda p, q: np.sum((p - q) ** 2 / q),
        "is the χ² divergence, Σ (p − q)²/q: KL takes the logarithm of p/q.",
    ),
    Wrong(
        lambda p, q: np.abs(p - q).sum() / 2,
        "is the total variation, half of Σ |p − q|: KL takes the logarithm of p/q.",
    ),
    Wrong(
        lambda p, q: _masked(p, q, p > 0.01),
        "leaves rare outcomes out: what happens once in a thousand times counts too, "
        "most of all where q finds it all but impossible. Only p = 0 adds nothing.",
    ),
)
_COSTS_NOTHING = (
    "where p = 0{}: what never happens costs nothing. Only q = 0 where p is positive "
    "makes KL infinite."
)


def _zero_in_p(p, q, both: str = "") -> Case:
    return Case(
        *_vectors(p, q),
        shows="an outcome with p = 0 adds exactly 0, and the others stay as they are.",
        mistakes=(
            Wrong(
                lambda p, q: np.nan,
                f"returns NaN where an outcome has p = 0{both}: 0·log 0 is NaN for "
                "NumPy, and 0 by convention. Leave outcomes with p = 0 out of the sum.",
            ),
            Wrong(
                lambda p, q: np.inf,
                f"is infinite {_COSTS_NOTHING.format(both)}",
                when=lambda value, p, q: np.isinf(value),
            ),
        ),
    )


discrete_kl = Check(
    "1.2",
    "KL with zeros",
    "discrete_kl(p, q)",
    exact=_exact,
    cases=(
        Case(
            *_vectors([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]),
            shows="it is the sum of p·log(p/q) over all outcomes.",
        ),
        Case(*_vectors([0.9, 0.1], [0.25, 0.75])),
        Case(*_vectors([0.1, 0.1, 0.4, 0.4], [0.3, 0.3, 0.2, 0.2])),
        Case(*_rare(), shows="rare outcomes count too."),
        Case(*_vectors([0.4, 0.6], [0.4, 0.6]), shows="equal ones are 0 apart."),
    ),
    mistakes=_MISTAKES,
    edges=(
        _zero_in_p([0.0, 0.4, 0.6], [0.5, 0.25, 0.25]),
        _zero_in_p([0.4, 0.0, 0.6], [0.7, 0.0, 0.3], " (and q is 0 too)"),
        Case(*_vectors([1.0], [1.0]), shows="of a single outcome, KL is 0."),
        Case(
            *_vectors([0.5, 0.3, 0.2], [0.6, 0.4, 0.0]),
            mistakes=(
                Wrong(
                    lambda p, q: _masked(p, q, q > 0),
                    "leaves out the outcomes with q = 0, also where p is positive: "
                    "there the data show what the model calls impossible. Return "
                    "`np.inf`.",
                ),
                Wrong(
                    lambda p, q: _masked(p, q + 1e-9, p > 0),
                    "is finite where q = 0 < p, but KL is infinite there: a small "
                    "number inside the logarithm (or clipping) hides it. Return "
                    "`np.inf`.",
                    when=lambda value, p, q: (
                        np.isfinite(value) and abs(value - _masked(p, q, q > 0)) > 1e-6
                    ),
                ),
                Wrong(
                    lambda p, q: np.nan,
                    "is NaN or minus infinity where q = 0 < p, but KL is +infinity "
                    "there: return `np.inf`.",
                    when=lambda value, p, q: not np.isfinite(value),
                ),
            ),
        ),
        Case(
            *_vectors([0.9, 0.1], [1e-12, 1 - 1e-12]),
            mistakes=(
                Wrong(
                    lambda p, q: np.inf,
                    "is infinite where q is only tiny: KL is infinite where q is 0 and "
                    "p is not, and nowhere else.",
                ),
                Wrong(
                    lambda p, q: kl_divergence(p, np.clip(q, 1e-9, 1)),
                    "is too small where q is tiny: a small number inside the logarithm "
                    "(or clipping) hides how wrong the model is.",
                    when=lambda value, p, q: value < kl_divergence(p, q),
                ),
            ),
        ),
    ),
)
