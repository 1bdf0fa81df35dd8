"""Exact divergences of two densities on a line or in a plane, by adaptive quadrature.

NumPy in float64 throughout: this is the reference that trained meters are held against.
Clenshaw-Curtis rules on boxes; a box that disagrees with its halves is halved again,
all such boxes in one vectorized round. (SciPy's `cubature` halves one box at a time,
and took twenty times as long on a ring of narrow peaks in a plane.)
"""

import itertools
import warnings
from collections.abc import Callable

import numpy as np
from keras import ops
from scipy.integrate import IntegrationWarning

from utils.measures.f_gan import FDivergence, find_divergence
from utils.measures.peaks import narrow_peaks

# By the number of dimensions: a box may err by this share of the whole; the nodes of a
# box and the first boxes, along each axis.
TOLERANCE = {1: 1e-11, 2: 2e-9}
NODES = {1: 17, 2: 9}
FIRST_BOXES = {1: 32, 2: 12}
MOST_POINTS = 2_000_000
MOST_BOXES = 20_000
POINTS_AT_ONCE = 100_000
MASS_TOLERANCE = 1e-3
NEGLIGIBLE, HUGE = 1e-18, 1e300


def integrate(name: str, log_p: Callable, log_q: Callable, bounds) -> float:
    """Returns an f-divergence of two densities by quadrature, in nats.

    D_f(p‖q) = ∫ q·f(p/q) dx, to 1e-8 relative on a line and 1e-5 in a plane. It works
    on log-densities, so that far tails and narrow peaks neither vanish nor overflow,
    and integrates p and q alongside, so that no part of them is passed over unseen.

    Args:
        name: a key of `F_DIVERGENCES`.
        log_p, log_q: functions of a NumPy array that return log-densities `(n,)`, −inf
            where there is no density. They are given points `(n,)` on a line and
            `(n, 2)` in a plane, as `GaussianMixture.log_density` takes them.
        bounds: `(low, high)` for a line, `((low, high), (low, high))` for a plane:
            finite, and wide enough to hold both densities.

    Returns:
        The divergence; inf where q has no density and the divergence needs it.

    Raises:
        ValueError: for an unknown name, bounds that are not finite and increasing, a
            function that returns another shape or NaN, or a density whose mass within
            the bounds is more than 0.1 % away from 1.

    Source: Clenshaw, Curtis (1960), A method for numerical integration on an automatic
    computer.
    """
    divergence = find_divergence(name)
    low, high = _check_bounds(bounds)
    integrand = _Integrand(divergence, log_p, log_q, len(low))
    boxes = _first_boxes(low, high)
    for center, width in narrow_peaks(integrand.logs, low, high):
        boxes = _split_around(boxes, center, width)
    totals, errors = _integrate_boxes(integrand, boxes)
    _check_masses(totals[1:], errors[1:])
    if integrand.diverges:
        return np.inf
    if errors.any():
        message = f"{name}: {totals[0]:.6g} is only good to about {errors[0]:.1g}."
        warnings.warn(message, IntegrationWarning, stacklevel=2)
    return float(totals[0])


class _Integrand:
    """The function (n, d) -> (n, 3) to integrate: a point's share of D_f, of p, of q.

    It remembers whether a share was infinite (then so is the divergence), how precise
    the log-densities were and how many points it was asked for.
    """

    def __init__(self, divergence: FDivergence, log_p, log_q, dimensions: int):
        self.divergence = divergence
        self.functions = {"log_p": log_p, "log_q": log_q}
        self.dimensions = dimensions
        self.precision = 0.0
        self.diverges = False
        self.points_seen = 0

    def __call__(self, points) -> np.ndarray:
        chunks = range(0, len(points), POINTS_AT_ONCE)
        return np.concatenate(
            [self._values(points[at : at + POINTS_AT_ONCE]) for at in chunks]
        )

    def _values(self, points) -> np.ndarray:
        self.points_seen += len(points)
        log_p, log_q = self.logs(points)
        terms = self.divergence.pointwise(log_p, log_q)
        self.diverges |= not (terms < HUGE).all()
        if self.diverges:
            terms = np.zeros_like(terms)
        return np.stack([terms, np.exp(log_p), np.exp(log_q)], axis=-1)

    def logs(self, points) -> tuple[np.ndarray, np.ndarray]:
        """Returns log p and log q at points (n, d), checked, in float64."""
        points = points[:, 0] if self.dimensions == 1 else points
        log_p, log_q = (self._evaluate(name, points) for name in self.functions)
        return log_p, log_q

    def _evaluate(self, name: str, points) -> np.ndarray:
        values = np.asarray(ops.convert_to_numpy(self.functions[name](points)))
        if values.shape != (len(points),):
            raise ValueError(
                f"{name} returned shape {values.shape} for points of shape "
                f"{points.shape}: return one log-density a point, ({len(points)},)."
            )
        if not (values < np.inf).all():
            raise ValueError(
                f"{name} returned NaN or +inf: return finite log-densities, or -inf "
                "where there is no density."
            )
        if values.dtype.kind == "f":
            self.precision = max(self.precision, np.finfo(values.dtype).eps)
        return values.astype("float64")


def _first_boxes(low, high) -> np.ndarray:
    """Returns equal boxes (k, 2, d) that fill the domain: lower corners and sizes."""
    count = FIRST_BOXES[len(low)]
    size = (high - low) / count
    steps = np.array(list(itertools.product(range(count), repeat=len(low))))
    return np.stack([low + steps * size, np.broadcast_to(size, steps.shape)], axis=1)


def _halve(boxes, axes) -> np.ndarray:
    """Returns the children (k, 2^axes, 2, d) of boxes cut in half along these axes."""
    corners = np.zeros((2 ** len(axes), boxes.shape[-1]))
    corners[:, axes] = list(itertools.product((0, 1), repeat=len(axes)))
    size = boxes[:, None, 1].repeat(len(corners), axis=1)
    size[..., axes] /= 2
    return np.stack([boxes[:, None, 0] + corners * size, size], axis=2)


def _split_around(boxes, center, width) -> np.ndarray:
    """Returns the boxes, halved near a peak until they are no larger than 12 widths."""
    for axis in range(len(center)):
        while len(boxes) < MOST_BOXES:
            low, size = boxes[:, 0], boxes[:, 1]
            near = (low < center + 6 * width) & (low + size > center - 6 * width)
            too_large = near.all(axis=1) & (size[:, axis] > 12 * width[axis])
            if not too_large.any():
                break
            children = _halve(boxes[too_large], [axis]).reshape(-1, *boxes.shape[1:])
            boxes = np.concatenate([boxes[~too_large], children])
    return boxes


def _integrate_boxes(integrand: _Integrand, boxes) -> tuple[np.ndarray, np.ndarray]:
    """Returns the integrals (3,) and the errors left open (3,): 0 unless it gave up."""
    tolerance = max(TOLERANCE[boxes.shape[-1]], 10 * integrand.precision)
    axes = list(range(boxes.shape[-1]))
    settled = np.zeros(3)
    coarse = _estimate(integrand, boxes)
    while True:
        children = _halve(boxes, axes)
        fine = _estimate(integrand, children.reshape(-1, *boxes.shape[1:]))
        fine = fine.reshape(*children.shape[:2], 3)
        error = abs(fine.sum(axis=1) - coarse)
        total = settled + fine.sum(axis=(0, 1))
        is_open = (error > tolerance * total + NEGLIGIBLE).any(axis=1)
        if not is_open.any():
            return total, np.zeros(3)
        if integrand.points_seen > MOST_POINTS:
            return total, error[is_open].sum(axis=0)
        settled = settled + fine[~is_open].sum(axis=(0, 1))
        boxes = children[is_open].reshape(-1, *boxes.shape[1:])
        coarse = fine[is_open].reshape(-1, 3)


def _clenshaw_curtis(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns nodes and weights on [0, 1] that are exact for polynomials.

    Unlike Gauss' they hold both ends. A kink of |p − q| just inside a box, before the
    first of Gauss' nodes, would escape the box and its halves alike.
    """
    degree = np.arange(count)
    nodes = np.cos(np.pi * degree / (count - 1))
    odd = degree % 2 == 1
    integrals = np.where(odd, 0.0, 2 / (1 - np.where(odd, 0, degree) ** 2.0))
    chebyshev = np.polynomial.chebyshev.chebvander(nodes, count - 1)
    return (nodes + 1) / 2, np.linalg.solve(chebyshev.T, integrals) / 2


def _estimate(integrand: _Integrand, boxes) -> np.ndarray:
    """Returns the estimates (k, 3) of the integrals over boxes."""
    dimensions = boxes.shape[-1]
    nodes, weights = _clenshaw_curtis(NODES[dimensions])
    nodes = np.array(list(itertools.product(nodes, repeat=dimensions)))
    weights = np.prod(list(itertools.product(weights, repeat=dimensions)), axis=1)
    points = boxes[:, None, 0] + nodes * boxes[:, None, 1]
    values = integrand(points.reshape(-1, dimensions))
    values = values.reshape(len(boxes), len(nodes), 3)
    return np.einsum("n,knc->kc", weights, values) * boxes[:, 1].prod(axis=1)[:, None]


def _check_bounds(bounds) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.asarray(bounds, dtype="float64")
    if pairs.shape not in ((2,), (2, 2)):
        raise ValueError(
            f"bounds have shape {pairs.shape}: give (low, high) for a line or "
            "((low, high), (low, high)) for a plane."
        )
    low, high = np.atleast_2d(pairs).T
    if not (np.isfinite(pairs).all() and (low < high).all()):
        raise ValueError(
            f"bounds are {bounds}: give finite ones with low < high; some ten standard "
            "deviations beyond the outermost peaks hold all that counts."
        )
    return low, high


def _check_masses(masses, errors) -> None:
    for name, mass, error in zip(("log_p", "log_q"), masses, errors, strict=True):
        if not abs(mass - 1) < MASS_TOLERANCE + error:
            raise ValueError(
                f"The density of {name} adds up to {mass:.4g} within the bounds, not "
                "to 1: widen the bounds, normalize the density or, where it is too "
                "narrow to be found, tighten the bounds around it."
            )
