"""KL of discrete distributions and of Gaussians, and what learners write instead."""

import numpy as np

from utils.checks.engine.answers import Answer, close, read_number
from utils.checks.engine.feedback import Mistake
from utils.checks.values import WrongValue, check_number
from utils.measures.divergences import js_divergence, kl_divergence
from utils.measures.gaussian_kl import gaussian_kl

_P = np.array([0.5, 0.3, 0.2])
_Q = np.array([0.2, 0.2, 0.6])
# p is 0 at an outcome that q has; at one that neither has; q is 0 where p is not.
_NEVER_HAPPENS = np.array([0.0, 0.4, 0.6]), np.array([0.5, 0.25, 0.25])
_NOBODY_HAS_IT = np.array([0.4, 0.0, 0.6]), np.array([0.7, 0.0, 0.3])
_IMPOSSIBLE = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.4, 0.0])

_WRONG_DISCRETE = (
    WrongValue(
        lambda p, q: kl_divergence(q, p),
        "has p and q swapped: this is KL(q‖p). The mean is taken under p, the first "
        "argument: p·log(p/q).",
    ),
    WrongValue(
        lambda p, q: -kl_divergence(p, q),
        "has its sign flipped: it sums p·log(q/p). A divergence is never negative; "
        "turn the fraction over.",
    ),
    WrongValue(
        lambda p, q: kl_divergence(p, q) / np.log(2),
        "is in bits: `np.log2` in place of `np.log`. This course counts in nats.",
    ),
    WrongValue(
        lambda p, q: kl_divergence(p, q) / np.log(10),
        "uses the logarithm to base 10: nats take the natural one, `np.log`.",
    ),
    WrongValue(
        lambda p, q: kl_divergence(p, q) / len(p),
        "divides by the number of outcomes: the weights p make a mean of the sum "
        "already; `np.sum` in place of `np.mean`.",
    ),
    WrongValue(
        lambda p, q: np.sum(np.log(p / q)),
        "adds up log(p/q) with equal weights: each outcome counts as often as it "
        "happens, p·log(p/q).",
    ),
    WrongValue(
        lambda p, q: -np.sum(p * np.log(q)),
        "is the cross-entropy -Σ p·log q: KL is what of it the model can still save; "
        "add Σ p·log p.",
    ),
    WrongValue(
        lambda p, q: -np.sum(p * np.log(p)),
        "is the entropy of p, in which q does not occur: divide p by q inside the "
        "logarithm.",
    ),
    WrongValue(
        lambda p, q: kl_divergence(p, q) + kl_divergence(q, p),
        "adds both directions: KL is one of them, the mean under p.",
    ),
    WrongValue(
        lambda p, q: js_divergence(p, q),
        "is the Jensen-Shannon divergence, which compares with the mean of p and q: KL "
        "compares p with q itself.",
    ),
    WrongValue(
        lambda p, q: np.sum(p * np.abs(np.log(p / q))),
        "takes the absolute value of each logarithm: the negative terms belong to the "
        "sum, and it comes out positive by itself.",
    ),
)


def check_discrete_kl(answer: Answer) -> None:
    """Raises a Mistake unless this is KL of two vectors, zeros and all."""
    check_number(
        answer,
        kl_divergence,
        _WRONG_DISCRETE,
        _P,
        _Q,
        shows="it is the sum of p·log(p/q) over all outcomes.",
    )
    for p, q in (_NEVER_HAPPENS, _NOBODY_HAS_IT):
        _check_zero_in_p(answer, p, q)
    _check_impossible(answer, *_IMPOSSIBLE)
    same = read_number(answer(_NEVER_HAPPENS[0], _NEVER_HAPPENS[0]), answer.name)
    if not abs(same) < 1e-6:
        raise Mistake(
            f"`{answer.name}` returns {same:.4g} for two equal distributions, where "
            "KL is 0."
        )


def _check_zero_in_p(answer: Answer, p, q) -> None:
    value, exact = read_number(answer(p, q), answer.name), kl_divergence(p, q)
    if close(value, exact):
        return
    both = " (and q is 0 too)" if (q == 0).any() else ""
    if np.isnan(value):
        raise Mistake(
            f"`{answer.name}` returns NaN where an outcome has p = 0{both}: 0·log 0 is "
            "NaN for NumPy, and 0 by convention. Leave outcomes with p = 0 out of the "
            "sum."
        )
    if np.isinf(value):
        raise Mistake(
            f"`{answer.name}` returns {value} where p = 0{both}: what never happens "
            "costs nothing. Only q = 0 where p is positive makes KL infinite."
        )
    raise Mistake(
        f"`{answer.name}` returns {value:.4g} for p = {p.tolist()}, q = {q.tolist()}, "
        f"but {exact:.4g} is right: an outcome with p = 0 adds exactly 0, and the "
        "others stay as they are."
    )


def _check_impossible(answer: Answer, p, q) -> None:
    value = read_number(answer(p, q), answer.name)
    if value == np.inf:
        return
    if close(value, np.sum(p[q > 0] * np.log(p[q > 0] / q[q > 0]))):
        raise Mistake(
            f"`{answer.name}` leaves out the outcomes with q = 0, also where p is "
            "positive: there the data show what the model calls impossible. Return "
            "`np.inf`."
        )
    if np.isfinite(value):
        raise Mistake(
            f"`{answer.name}` returns {value:.4g} where q = 0 < p, but KL is infinite "
            "there: a small number inside the logarithm (or clipping) hides it. "
            "Return `np.inf`."
        )
    raise Mistake(
        f"`{answer.name}` returns {value} where q = 0 < p, but KL is +infinity there: "
        "return `np.inf`."
    )


_WRONG_GAUSSIAN = (
    WrongValue(
        lambda m, s, n, t: gaussian_kl(n, t, m, s),
        "has p and q swapped: this is KL(q‖p). The distance is measured in units of q: "
        "σ_q² stands below the fraction.",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + 0.5,
        "is ½ too large: the mean of (x − μ_p)²/(2σ_p²) under p is ½, and it is "
        "subtracted.",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + 1,
        "is 1 too large: subtract ½ (the mean of (x − μ_p)²/(2σ_p²)) instead of adding "
        "it.",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, np.sqrt(s), n, np.sqrt(t)),
        "takes the standard deviations for variances: square them, and leave the "
        "logarithm at log(σ_q/σ_p).",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) - 2 * np.log(t / s),
        "has the logarithm upside down: log(σ_q/σ_p), which is positive for a wider q.",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) - np.log(t / s),
        "lacks the logarithm: log(σ_q/σ_p) comes from the factors 1/σ in front of the "
        "two densities.",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + np.log(t / s),
        "has twice the logarithm: log(σ_q/σ_p), or ½·log(σ_q²/σ_p²).",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(0, s, 0, t),
        "does not look at the means: the mean of (x − μ_q)² under p is "
        "σ_p² + (μ_p − μ_q)².",
    ),
    WrongValue(
        lambda m, s, n, t: np.log(t / s) + (m - n) ** 2 / (2 * t**2) - 0.5,
        "lacks σ_p²: the mean of (x − μ_q)² under p is σ_p² + (μ_p − μ_q)².",
    ),
    WrongValue(
        lambda m, s, n, t: np.log(t / s) + (s**2 + (m - n) ** 2) / t**2 - 0.5,
        "lacks the 2 below the fraction: (σ_p² + (μ_p − μ_q)²)/(2σ_q²).",
    ),
    WrongValue(
        lambda m, s, n, t: np.log(t / s) + (s**2 + abs(m - n)) / (2 * t**2) - 0.5,
        "does not square the distance of the means: (μ_p − μ_q)².",
    ),
    WrongValue(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) / np.log(2),
        "is in bits: this course counts in nats, with the natural logarithm.",
    ),
    WrongValue(
        lambda m, s, n, t: -gaussian_kl(m, s, n, t),
        "has its sign flipped: take the mean of log p − log q, not of log q − log p.",
    ),
)


def check_gaussian_kl(answer: Answer) -> None:
    """Raises a Mistake unless this is KL of two Gaussians on a line."""
    for case, shows in (
        ((0.3, 0.7, -1.2, 1.9), "log(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½."),
        ((0.0, 1.0, 3.0, 1.0), "with equal spread it is half the squared shift."),
        ((0.5, 2.0, 0.5, 2.0), "equal distributions are 0 apart."),
        ((-1.0, 2.5, 0.2, 0.4), "p is wider than q here, and KL is large."),
    ):
        check_number(answer, gaussian_kl, _WRONG_GAUSSIAN, *case, shows=shows)
