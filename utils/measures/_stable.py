"""What keeps the textbook sums right: zeros, far tails, and p nearly equal to q.

log(p/q) of two numbers that agree in five digits has but two digits left in float32,
and p·log(p/q) summed has none: terms of both signs cancel. Two cures: log1p of the
small difference, and terms to which −f'(1)·(p − q) is added. That sums up to 0, and
with it every term is at least 0.
"""

import math

from utils.core.arrays import exp, expm1, log, log1p, maximum, namespace, where


def log_ratio(p, q):
    """Returns log(p/q), entry by entry: 0 where p is 0, and inf where only q is.

    Args:
        p, q: arrays or tensors of one shape, at least 0.
    """
    both = (p > 0) & (q > 0)
    # Zeros are replaced before any arithmetic, or their NaN would reach gradients.
    safe_p, safe_q = where(both, p, 1.0), where(both, q, 1.0)
    near = abs(safe_p - safe_q) < 0.5 * safe_q
    difference = where(near, safe_p - safe_q, 0.0)
    ratio = where(near, log1p(difference / safe_q), log(safe_p) - log(safe_q))
    return where((p > 0) & (q <= 0), math.inf, ratio)


def total(terms):
    """Returns the sum over the last axis of terms that only rounding makes negative."""
    return namespace(terms).sum(maximum(terms, 0.0), axis=-1)


def pointwise(divergence, log_p, log_q):
    """Returns q·f(p/q) − f'(1)·(p − q), point by point: what each adds to D_f, in nats.

    Every row of the table is max(p, q)·h(d) with d = |log p − log q|, which neither
    divides nor overflows, and is at least 0.

    Args:
        divergence: a row of `utils.measures.f_gan.F_DIVERGENCES`.
        log_p, log_q: log-probabilities or log-densities of one shape; −inf for 0.

    Returns:
        An array of that shape, inf where a zero makes the divergence infinite.
    """
    p_is_there, q_is_there = log_p > -math.inf, log_q > -math.inf
    both = p_is_there & q_is_there
    only_q = _boundary(log_q, q_is_there, divergence.at_zero)
    only_p = _boundary(log_p, p_is_there, divergence.at_infinity)
    shared = _shared(divergence.name, where(both, log_p, 0.0), where(both, log_q, 0.0))
    return where(both, maximum(shared, 0.0), where(p_is_there, only_p, only_q))


def _boundary(log_mass, is_there, limit: float):
    """limit·mass where there is mass, else 0."""
    if limit == math.inf:
        return where(is_there, math.inf, 0.0)
    return limit * where(is_there, exp(where(is_there, log_mass, 0.0)), 0.0)


def _shared(name: str, log_p, log_q):
    """`pointwise` where neither is 0, in s = min(p, q)/max(p, q) − 1 in [−1, 0]."""
    if name in ("reverse-kl", "neyman"):
        mirror = {"reverse-kl": "kl", "neyman": "pearson"}[name]
        return _shared(mirror, log_q, log_p)
    d, log_larger = abs(log_p - log_q), maximum(log_p, log_q)
    s = expm1(-d)
    if name == "pearson":  # (p − q)²/q
        return exp(2 * log_larger - log_q) * s**2
    h = {
        "kl": lambda: where(log_p > log_q, d + s, -s - (1 + s) * d),
        "js": lambda: 0.5 * (-(2 + s) * log1p(0.5 * s) - (1 + s) * d),
        "squared-hellinger": lambda: expm1(-0.5 * d) ** 2,
        "total-variation": lambda: -0.5 * s,
    }
    return exp(log_larger) * h[name]()
