"""The exact likelihood of a generator with a code of two numbers, by integration."""

from typing import NamedTuple

import numpy as np
from keras import ops
from scipy.special import logsumexp

from utils.core.arrays import to_numpy
from utils.core.batches import filled_up
from utils.core.validation import finite, number

# Gauss-Legendre nodes in each direction of a cell: exact for polynomials of degree 5.
_NODES = 3
_START = 96  # cells in each direction
_POINTS_AT_ONCE = 32
_BATCH = 2**15  # codes
_CELLS_AT_ONCE = _BATCH // _NODES**2
_DEEPEST = 14
_CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
# Where the image of a cell is wider than this, in std, something may hide in it.
_RESOLVED = 3.0
# How far beyond its nodes' images the image of a cell may reach.
_SLACK = 1.5


def decoder_log_likelihood(decoder, x, std, tolerance=1e-3, reach=6.0) -> np.ndarray:
    """Returns log p(x) of a generator with two-dimensional codes and Gaussian noise.

    log p(x) = log ∫ N(z; 0, I) · N(x; G(z), std²·I) dz

    The square [−reach, reach]² of codes is cut into cells with nine Gauss-Legendre
    nodes each. A cell is cut in four while the four together differ from it, or could
    hide something between their nodes, by more than the tolerance allows. So nodes
    crowd where the generator tears apart what is near in codes. The
    difference is taken as the error, though the four parts err far less.

    Args:
        decoder: function or model from codes `(n, 2)` to examples `(n, ...)`.
        x: examples `(n, ...)`, NumPy array or tensor.
        std: standard deviation of the noise on every number of an example, > 0.
        tolerance: error of each log-likelihood, in nats, > 0.
        reach: half the side of the square of codes; outside [−6, 6]² lies 4·10⁻⁹ of
            all codes. A point that the generator misses by many std may need more.

    Returns:
        float64 `(n,)`, nats.

    Raises:
        ValueError: for a decoder that makes other shapes, a std, tolerance or reach
            that is not positive, or values that are not finite.
        RuntimeError: if cells are still too coarse after 14 cuts: the generator jumps.
    """
    rows = _check(decoder, x, std, tolerance, reach)
    images = _Images(decoder)
    half = reach / _START
    ticks = np.linspace(-reach + half, reach - half, _START)
    cells = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    first = images.of(cells, half)
    logs = np.empty(len(rows))
    for some in _neighborhoods(rows, np.arange(len(rows))):
        logs[some] = _integrate(rows[some], std, tolerance, images, cells, half, first)
    return logs - rows.shape[1] * (np.log(std) + 0.5 * np.log(2 * np.pi))


class _Look(NamedTuple):
    """What one evaluation of the generator on cells `(m, 2)` shows.

    Attributes:
        logs: logarithm of the integral over each cell, for each point, `(m, n)`.
        bounds: logarithm of the most that a cell could add, `(m, n)`.
        radius: of the cell's image, `(m,)`.
    """

    logs: np.ndarray
    bounds: np.ndarray
    radius: np.ndarray


class _Images:
    """The generator on the nodes of cells."""

    def __init__(self, decoder):
        self.decoder = decoder
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        self.offsets = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
        self.log_weights = np.log(np.outer(weights, weights).ravel() / (2 * np.pi))

    def of(self, cells, half):
        """Log of prior times weight (m, nodes), and images (m, nodes, d)."""
        codes = cells[:, None] + half * self.offsets
        log_masses = self.log_weights + 2 * np.log(half) - 0.5 * (codes**2).sum(axis=-1)
        flat = codes.reshape(-1, 2).astype("float32")
        made = [
            self._made(flat[start : start + _BATCH])
            for start in range(0, len(flat), _BATCH)
        ]
        made = np.concatenate(made).astype("float64")
        return log_masses, made.reshape(len(cells), len(self.offsets), -1)

    def _made(self, codes):
        """Examples (n, ...) of few codes; filled up, as JAX compiles for each size.

        Not core's batches: a decoder may be any function of NumPy arrays, too.
        """
        n = len(codes)
        filled = np.concatenate([codes, codes[:1].repeat(filled_up(n) - n, axis=0)])
        return ops.convert_to_numpy(self.decoder(filled))[:n]


def _look(x, std, log_masses, made) -> _Look:
    """Integrates over cells for the points x (n, d), and bounds what may be hidden."""
    scale = 2 * std**2
    logs = log_masses[..., None] - _squares(made, x) / scale
    center = made.mean(axis=1, keepdims=True)
    radius = np.sqrt(((made - center) ** 2).sum(axis=-1)).max(axis=1)
    gaps = np.sqrt(_squares(center, x)[:, 0]) - _SLACK * radius[:, None]
    mass = logsumexp(log_masses, axis=1)[:, None]
    bounds = mass - gaps.clip(min=0) ** 2 / scale
    top = logs.max(axis=1)
    sums = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    return _Look(sums, bounds, radius)


def _squares(made, x):
    """Squared distances (m, nodes, n) of images to points."""
    flat = made.reshape(-1, made.shape[-1])
    squares = -2 * flat @ x.T
    squares += (flat**2).sum(axis=1)[:, None]
    squares += (x**2).sum(axis=1)
    return squares.clip(min=0).reshape(*made.shape[:2], -1)


def _look_again(x, std, images, cells, half) -> _Look:
    """As `_look`, at new cells, few at a time: memory stays small."""
    looks = [
        _look(x, std, *images.of(cells[start : start + _CELLS_AT_ONCE], half))
        for start in range(0, len(cells), _CELLS_AT_ONCE)
    ]
    return _Look(*map(np.concatenate, zip(*looks, strict=True)))


def _integrate(x, std, tolerance, images, cells, half, first) -> np.ndarray:
    """Returns log p of a few neighboring points, without the constant of the noise."""
    look = _look(x, std, *first)
    total = logsumexp(look.logs, axis=0)
    share = tolerance / len(cells) / 1000
    keep = (look.bounds > total + np.log(share)).any(axis=1)
    cells, logs = cells[keep], look.logs[keep]
    done, spent = np.full(len(x), -np.inf), 0.0
    for _ in range(_DEEPEST):
        half = half / 2
        parts = (cells[:, None] + half * _CORNERS).reshape(-1, 2)
        look = _look_again(x, std, images, parts, half)
        sums = logsumexp(look.logs.reshape(len(cells), 4, -1), axis=1)
        total = np.logaddexp(done, logsumexp(sums, axis=0))
        seen = abs(np.exp(sums - total) - np.exp((logs - total).clip(max=100)))
        errors = np.maximum(seen, _hidden(look, total, std))
        good = _within(errors, spent, tolerance)
        spent = spent + errors[good].sum(axis=0)
        if good.any():
            done = np.logaddexp(done, logsumexp(sums[good], axis=0))
        if good.all():
            return done
        keep = np.repeat(~good, 4)
        cells, logs = parts[keep], look.logs[keep]
    raise RuntimeError(
        f"{(~good).sum()} cells of codes are still too coarse after {_DEEPEST} cuts: "
        "the generator jumps, or std is far smaller than its steps. Try a larger std "
        "or tolerance."
    )


def _within(errors, spent, tolerance):
    """The cells with the smallest errors, as many as the tolerance has room for.

    Each round may spend half of what is left.
    """
    order = np.argsort(errors.max(axis=1))
    sums = np.cumsum(errors[order], axis=0)
    good = np.zeros(len(errors), dtype=bool)
    good[order] = (sums <= (tolerance - spent) / 2).all(axis=1)
    return good


def _hidden(look: _Look, total, std):
    """What may hide between the nodes of each four parts, as a share of the total.

    The image of a part may be far wider than the noise. If the generator passes a point
    there at an even pace, it is near for about std / radius of the way.
    """
    pace = np.minimum(1, 2 * std / look.radius.clip(min=std / 100))
    pace[look.radius < _RESOLVED * std] = 0
    most = np.exp((look.bounds - total).clip(max=100)) * pace[:, None]
    return most.reshape(-1, 4, most.shape[1]).sum(axis=1)


def _neighborhoods(rows, chosen):
    """Yields indices of few points that are near each other, by halving again."""
    if len(chosen) <= _POINTS_AT_ONCE:
        yield chosen
        return
    spread = np.ptp(rows[chosen], axis=0)
    order = chosen[np.argsort(rows[chosen, spread.argmax()], kind="stable")]
    middle = len(order) // 2
    yield from _neighborhoods(rows, order[:middle])
    yield from _neighborhoods(rows, order[middle:])


def _check(decoder, x, std, tolerance, reach) -> np.ndarray:
    for name, value in (("std", std), ("tolerance", tolerance), ("reach", reach)):
        number(value, name, above=0)
    x = finite(to_numpy(x, "The examples"), "The examples")
    if x.ndim < 2:
        raise ValueError(f"The examples have shape {x.shape}: give (n, ...).")
    try:
        made = ops.convert_to_numpy(decoder(np.zeros((2, 2), dtype="float32")))
    except Exception as error:
        raise ValueError(
            "The decoder does not take codes of shape (n, 2): only codes of two "
            "numbers can be integrated over on a grid."
        ) from error
    if made.shape[1:] != x.shape[1:]:
        raise ValueError(
            f"The decoder makes examples of shape {made.shape[1:]}, but those given "
            f"have {x.shape[1:]}: they must be the same."
        )
    return x.reshape(len(x), -1)
