"""Exact divergences of two densities on a line: ∫ q·f(p/q) dx as a sum over a grid.

NumPy in float64: this is the reference that trained meters are held against. The
trapezoid rule looks plain, but for smooth densities whose tails lie within the bounds
its error falls exponentially with the number of points (Trefethen and Weideman 2014).
Edges, kinks and narrow peaks take more points, and get them.
"""

import warnings
from collections.abc import Callable

import numpy as np
from keras import ops
from scipy.integrate import IntegrationWarning

from utils.core.arrays import to_numpy
from utils.core.validation import numeric
from utils.measures._stable import pointwise
from utils.measures.f_gan import find_divergence

# Two grids at a time. Their numbers share no divisor, so that no edge of a density lies
# alike in both; narrow peaks and kinks go on to the next two.
INTERVALS = (2**12, 3**7), (2**14, 3**8), (2**17, 3**10), (2**20, 3**12)
TOLERANCE = 1e-9
MASS_TOLERANCE = 1e-3
NEGLIGIBLE, HUGE = 1e-18, 1e300


def integrate(name: str, log_p: Callable, log_q: Callable, bounds) -> float:
    """Returns an f-divergence of two densities on a line, in nats.

    D_f(p‖q) = ∫ q·f(p/q) dx, to 1e-9 relative where it does not warn. It works on
    log-densities, so that far tails neither vanish nor overflow. A grid is fine enough
    when a coarser one gives the same, and both densities add up to 1 on it.

    Args:
        name: a key of `F_DIVERGENCES`.
        log_p, log_q: functions of a NumPy array `(n,)` that return log-densities
            `(n,)`, −inf where there is no density.
        bounds: `(low, high)`, finite, and wide enough to hold both densities.

    Returns:
        The divergence; inf where q has no density and the divergence needs it.

    Raises:
        ValueError: for an unknown name, bounds that are not finite and increasing, a
            function that returns another shape or NaN, or a density whose mass within
            the bounds is more than 0.1 % away from 1.

    Source: Trefethen, Weideman (2014), The exponentially convergent trapezoidal rule,
    SIAM Review 56 (3).
    """
    divergence = find_divergence(name)
    low, high = _check_bounds(bounds)
    for grids in INTERVALS:
        (fine, eps), (coarse, _) = (
            _sums(divergence, log_p, log_q, np.linspace(low, high, n + 1))
            for n in grids
        )
        value, *masses = fine
        with np.errstate(invalid="ignore"):  # where both are infinite they agree
            error = np.where(fine == coarse, 0.0, abs(fine - coarse))
        settled = error <= max(TOLERANCE, eps) * fine + NEGLIGIBLE
        if settled.all() and not _missing(masses):
            return float(value)
    if missing := _missing(masses):
        raise ValueError(
            f"The density of {missing} within the bounds, not to 1: widen the bounds, "
            "normalize the density or, where it is too narrow to be found, tighten the "
            "bounds around it."
        )
    message = f"{name}: {value:.6g} is only good to about {error[0]:.1g}."
    warnings.warn(message, IntegrationWarning, stacklevel=2)
    return float(value)


def _sums(divergence, log_p: Callable, log_q: Callable, x) -> tuple[np.ndarray, float]:
    """∫ q·f(p/q) dx, ∫ p dx and ∫ q dx on the grid x; the precision of the logs."""
    (at_p, eps_p), (at_q, eps_q) = _logs("log_p", log_p, x), _logs("log_q", log_q, x)
    q_f = pointwise(divergence, at_p, at_q)
    q_f = np.where(q_f < HUGE, q_f, np.inf)
    rows = np.stack([q_f, np.exp(at_p), np.exp(at_q)])
    return np.trapezoid(rows, x), max(eps_p, eps_q)


def _missing(masses) -> str:
    """Which density does not add up to 1, and to what; "" if both do."""
    for name, mass in zip(("log_p", "log_q"), masses, strict=True):
        if not abs(mass - 1) <= MASS_TOLERANCE:
            return f"{name} adds up to {mass:.4g}"
    return ""


def _logs(name: str, function: Callable, x) -> tuple[np.ndarray, float]:
    """Log-densities at x in float64, checked, and the precision they came in."""
    values = numeric(ops.convert_to_numpy(function(x)), name)
    if values.shape != x.shape:
        raise ValueError(
            f"{name} returned shape {values.shape} for points of shape {x.shape}: "
            f"return one log-density per point, ({len(x)},)."
        )
    if not (values < np.inf).all():
        raise ValueError(
            f"{name} returned NaN or +inf: return finite log-densities, or -inf where "
            "there is no density."
        )
    eps = np.finfo(values.dtype).eps if values.dtype.kind == "f" else 0.0
    return values.astype("float64"), eps


def _check_bounds(bounds) -> tuple[float, float]:
    ends = to_numpy(bounds, "bounds")
    if ends.shape != (2,):
        raise ValueError(f"bounds have shape {ends.shape}: give (low, high).")
    if not (np.isfinite(ends).all() and ends[0] < ends[1]):
        raise ValueError(
            f"bounds are {bounds}: give finite ones with low < high; some ten standard "
            "deviations beyond the outermost peaks hold all that counts."
        )
    return ends
