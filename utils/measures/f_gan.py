"""The seven f-divergences of the course: one table, after Nowozin et al. (2016).

A convex f with f(1) = 0 measures how far p is from q, and a critic T measures the same
from samples alone (p: real, q: generated):

    D_f(p‖q) = E_q[f(p/q)] = max over T of E_p[T] − E_q[f*(T)],   T = g(v)

f* is the convex conjugate sup_u (u·t − f(u)); g is an increasing output activation,
from any raw score v (large: looks real) to a value that f* is defined for; the best
critic is T = f'(p/q). `js` is the usual Jensen-Shannon divergence, at most log 2: half
of the row "Jensen-Shannon" of the paper, so T and g are half of the paper's as well.

Source: Nowozin, Cseke, Tomioka (2016), f-GAN, tables 1, 2 and 6.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from utils.core.arrays import (
    as_floats,
    exp,
    expm1,
    log,
    log1p,
    sign,
    softplus,
    sqrt,
    tanh,
    where,
    xlogx,
)
from utils.core.validation import one_of

LOG_2 = math.log(2.0)


@dataclass(frozen=True)
class FDivergence:
    """One row of the table; every function takes NumPy arrays or tensors, elementwise.

    Attributes:
        name: its key in `F_DIVERGENCES`.
        f: f(u) of the ratio u = p/q ≥ 0.
        conjugate: f*(t).
        activation: g(v) of a raw score v, any real number.
        conjugate_of_activation: f*(g(v)), without the detour that would overflow.
        optimal_critic: T(u) = f'(u), best at a point where p/q = u.
        optimal_score: v(u), the raw score with g(v) = f'(u).
        at_zero: what a unit of q adds where p = 0.
        at_infinity: what a unit of p adds where q = 0.
    """

    name: str
    f: Callable
    conjugate: Callable
    activation: Callable
    conjugate_of_activation: Callable
    optimal_critic: Callable
    optimal_score: Callable
    at_zero: float
    at_infinity: float

    @property
    def largest(self) -> float:
        """The value for distributions that share no outcome: the most it can be."""
        return self.at_zero + self.at_infinity


_ROWS = (
    FDivergence(
        name="kl",
        f=xlogx,
        conjugate=lambda t: exp(t - 1),
        activation=lambda v: v,
        conjugate_of_activation=lambda v: exp(v - 1),
        optimal_critic=lambda u: 1 + log(u),
        optimal_score=lambda u: 1 + log(u),
        at_zero=1.0,
        at_infinity=math.inf,
    ),
    FDivergence(
        name="reverse-kl",
        f=lambda u: -log(u),
        conjugate=lambda t: -1 - log(-t),
        activation=lambda v: -exp(-v),
        conjugate_of_activation=lambda v: v - 1,
        optimal_critic=lambda u: -1 / u,
        optimal_score=log,
        at_zero=math.inf,
        at_infinity=1.0,
    ),
    FDivergence(
        name="js",
        f=lambda u: 0.5 * (xlogx(u) - (u + 1) * (log1p(u) - LOG_2)),
        conjugate=lambda t: -0.5 * log(2 - exp(2 * t)),
        activation=lambda v: 0.5 * (LOG_2 - softplus(-v)),
        conjugate_of_activation=lambda v: 0.5 * (softplus(v) - LOG_2),
        optimal_critic=lambda u: 0.5 * (LOG_2 + log(u) - log1p(u)),
        optimal_score=log,
        at_zero=0.5 * LOG_2,
        at_infinity=0.5 * LOG_2,
    ),
    FDivergence(
        name="pearson",
        f=lambda u: (u - 1) ** 2,
        conjugate=lambda t: 0.25 * t**2 + t,
        activation=lambda v: v,
        conjugate_of_activation=lambda v: 0.25 * v**2 + v,
        optimal_critic=lambda u: 2 * (u - 1),
        optimal_score=lambda u: 2 * (u - 1),
        at_zero=1.0,
        at_infinity=math.inf,
    ),
    FDivergence(
        name="neyman",
        f=lambda u: (1 - u) ** 2 / u,
        conjugate=lambda t: 2 - 2 * sqrt(1 - t),
        activation=lambda v: -expm1(-v),
        conjugate_of_activation=lambda v: -2 * expm1(-0.5 * v),
        optimal_critic=lambda u: 1 - u**-2.0,
        optimal_score=lambda u: 2 * log(u),
        at_zero=math.inf,
        at_infinity=1.0,
    ),
    FDivergence(
        name="squared-hellinger",
        f=lambda u: (sqrt(u) - 1) ** 2,
        conjugate=lambda t: t / (1 - t),
        activation=lambda v: -expm1(-v),
        conjugate_of_activation=expm1,
        optimal_critic=lambda u: 1 - 1 / sqrt(u),
        optimal_score=lambda u: 0.5 * log(u),
        at_zero=1.0,
        at_infinity=1.0,
    ),
    FDivergence(
        name="total-variation",
        f=lambda u: 0.5 * abs(u - 1),
        conjugate=lambda t: t,
        activation=lambda v: 0.5 * tanh(v),
        conjugate_of_activation=lambda v: 0.5 * tanh(v),
        optimal_critic=lambda u: 0.5 * sign(u - 1),
        optimal_score=lambda u: where(u > 1, math.inf, where(u < 1, -math.inf, 0.0)),
        at_zero=0.5,
        at_infinity=0.5,
    ),
)

F_DIVERGENCES = {row.name: row for row in _ROWS}


def find_divergence(name: str) -> FDivergence:
    """Returns a row of the table by its name.

    Raises:
        ValueError: for a name that is not in the table; it offers the nearest one.
    """
    return F_DIVERGENCES[one_of(name, F_DIVERGENCES, "divergence")]


def variational_bound(name: str, real_scores, fake_scores):
    """Returns the lower bound on an f-divergence that a critic's scores give, in nats.

    E_p[g(v)] − E_q[f*(g(v))] ≤ D_f(p‖q), with equality for the row's `optimal_score`.
    For "js" it bounds `js_divergence` and equals `js_from_logits`.

    Args:
        name: a key of `F_DIVERGENCES`.
        real_scores: raw scores v (any real numbers, any shape) on samples of p.
        fake_scores: the same on samples of q; the two may differ in number.

    Returns:
        A scalar, −inf where the bound overflows; NaN scores give NaN.

    Raises:
        ValueError: for an unknown name or an empty sample.

    Source: Nowozin, Cseke, Tomioka (2016), f-GAN, equations 4 and 6.
    """
    divergence = find_divergence(name)
    xp, (real, fake) = as_floats(real_scores, fake_scores)
    check_samples(real, fake)
    on_real = xp.mean(divergence.activation(real))
    on_fake = xp.mean(divergence.conjugate_of_activation(fake))
    # Where both overflow (Neyman, scores of -1000), the real part does so first.
    return on_real - where(on_real == -math.inf, 0.0, on_fake)


def check_samples(real, fake) -> None:
    """Raises a ValueError unless both samples of scores hold at least one."""
    for name, values in (("real", real), ("fake", fake)):
        if 0 in tuple(values.shape):
            raise ValueError(
                f"The {name} scores are an empty sample of shape "
                f"{tuple(values.shape)}: give at least one."
            )
