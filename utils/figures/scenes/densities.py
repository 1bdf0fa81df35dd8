"""Points on a line, smoothed into a density."""

import numpy as np

from utils.figures.given import as_line

FINER = 2.0 ** -np.arange(0, 3.5, 0.5)  # fractions of Silverman's bandwidth to try
ENOUGH = 300  # points that suffice to choose a bandwidth


def smooth_density(points, grid) -> np.ndarray:
    """Smooths points on a line into a density, with a Gaussian kernel.

    The bandwidth is Silverman's or the finer one, down to an eighth of it, under which
    each point is most likely given the others: several modes stay several.

    Args:
        points: (n,) or (n, 1).
        grid: where to know the density, ascending (m,).

    Returns:
        The density on the grid, (m,).

    Source: Silverman (1986), equations 3.31 and 3.43.
    """
    points, grid = as_line(points, "points"), as_line(grid, "grid")
    bandwidth = max(best_bandwidth(points), (grid[-1] - grid[0]) / 150)
    return _kernel(grid, points, bandwidth).mean(axis=1)


def _kernel(places: np.ndarray, points: np.ndarray, bandwidth: float) -> np.ndarray:
    offsets = (places[:, None] - points[None, :]) / bandwidth
    return np.exp(-0.5 * offsets**2) / (bandwidth * np.sqrt(2 * np.pi))


def best_bandwidth(points: np.ndarray) -> float:
    """Returns the bandwidth of `smooth_density`; 0 for points in one place."""
    quartiles = np.subtract(*np.percentile(points, [75, 25])) / 1.34
    spread = min(points.std(), quartiles) or points.std()
    widest = 0.9 * spread * len(points) ** -0.2
    if widest == 0:
        return 0.0
    few = points[:: -(-len(points) // ENOUGH)]
    return max(widest * FINER, key=lambda width: _score(few, width))


def _score(points: np.ndarray, bandwidth: float) -> float:
    """Returns the log-likelihood of each point under the others, summed (nats)."""
    kernel = _kernel(points, points, bandwidth)
    np.fill_diagonal(kernel, 0.0)
    return np.log(kernel.sum(axis=1) + 1e-300).sum()
