"""Where a density has peaks too narrow for a coarse grid to see.

A peak far narrower than the spacing of a grid falls between its points. Its *log* does
not: near the top it is a parabola, and three neighbors on the grid give away its vertex
and its width, however narrow it is (exactly, for a Gaussian).
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter

SEARCH_POINTS = {1: 2001, 2: 151}  # along each axis, by the number of dimensions
MOST_PEAKS = 100


def narrow_peaks(logs: Callable, low, high) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns center and width (standard deviation along each axis) of narrow peaks.

    Args:
        logs: a function of points `(n, d)` that returns several log-densities `(n,)`.
        low, high: the ends `(d,)` of the domain.

    Returns:
        Pairs of arrays `(d,)`: the highest peaks of each density that are narrower
        than a hundredth of the domain along some axis.
    """
    count = SEARCH_POINTS[len(low)]
    axes = [np.linspace(*ends, count) for ends in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(low))
    peaks = []
    for heights in logs(points):
        centers, widths = _peaks(heights.reshape((count,) * len(low)), axes)
        narrow = (widths < (high - low) / 100).any(axis=1)
        peaks += zip(centers[narrow], widths[narrow], strict=True)
    return peaks


def _peaks(heights, axes) -> tuple[np.ndarray, np.ndarray]:
    """Returns centers and widths (peaks, d) of a grid's highest local maxima."""
    inner = (slice(1, -1),) * heights.ndim
    is_peak = np.zeros(heights.shape, dtype=bool)
    is_peak[inner] = (heights == maximum_filter(heights, size=3))[inner]
    is_peak &= heights > -np.inf
    at = np.argwhere(is_peak)
    at = at[np.argsort(-heights[is_peak], kind="stable")][:MOST_PEAKS]
    centers, widths = np.empty(at.shape), np.empty(at.shape)
    for axis, ticks in enumerate(axes):
        step = np.eye(heights.ndim, dtype=int)[axis]
        neighbors = [heights[tuple((at + k * step).T)] for k in (-1, 0, 1)]
        centers[:, axis], widths[:, axis] = _parabola(ticks, at[:, axis], *neighbors)
    return centers, widths


def _parabola(ticks, index, left, top, right) -> tuple[np.ndarray, np.ndarray]:
    """Returns vertex and standard deviation of exp(parabola) through three heights."""
    spacing = ticks[1] - ticks[0]
    curvature = 2 * top - left - right
    # Flat tops are not peaks, and an edge (−inf beside it) is found by halving alone.
    proper = (curvature > 0) & np.isfinite(curvature)
    safe = np.where(proper, curvature, 1.0)
    shift = np.where(proper, spacing * (right - left) / (2 * safe), 0.0)
    return ticks[index] + shift, np.where(proper, spacing / np.sqrt(safe), np.inf)
