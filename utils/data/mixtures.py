"""Mixtures of Gaussians: data whose density, modes and samples are all known exactly.

The ring of 8 and the grid of 25 are those of PacGAN (Lin et al. 2018).
"""

import numpy as np
from keras import ops
from scipy.linalg import solve_triangular

from utils.core.validation import finite, integer, number

WEIGHT_TOLERANCE = 1e-6


class GaussianMixture:
    """A mixture of Gaussians, Σ_k w_k·N(x; m_k, C_k), in any number of dimensions.

    Attributes:
        means: float64 `(k, d)`.
        std: as it was given: a number, `(k,)` or `(k, d)`; None with covariances.
        covariances: float64 `(k, d, d)`.
        weights: float64 `(k,)`, summing to 1.
    """

    def __init__(self, means, std=None, weights=None, *, covariances=None):
        """Describe the mixture by its means and one kind of spread.

        Args:
            means: `(k, d)`; `(k,)` for a mixture on a line.
            std: standard deviations > 0: one number for all, `(k,)` one for each
                component, or `(k, d)` one for each component and axis.
            weights: `(k,)`, not negative, summing to 1; None for equal ones.
            covariances: `(k, d, d)` symmetric and positive definite, instead of std.

        Raises:
            ValueError: for anything else, in a sentence.
        """
        self.means = _check_means(means)
        modes = len(self.means)
        self.weights = _check_weights(weights, modes)
        if (std is None) == (covariances is None):
            raise ValueError("Give a mixture either std or covariances, and only one.")
        if covariances is None:
            self.std, self.covariances = _check_std(std, self.means.shape)
        else:
            self.std = None
            self.covariances = _check_covariances(covariances, self.means.shape)
        self._factors = np.linalg.cholesky(self.covariances)
        identity = np.eye(self.dimensions)
        self._whitening = np.stack(
            [solve_triangular(factor, identity, lower=True) for factor in self._factors]
        )
        volumes = np.linalg.slogdet(2 * np.pi * self.covariances)[1]
        with np.errstate(divide="ignore"):  # a weight of 0 is a height of 0
            log_weights = np.log(self.weights)
        self._log_heights = (log_weights - 0.5 * volumes)[:, None]

    @property
    def dimensions(self) -> int:
        """The number of coordinates of a point."""
        return self.means.shape[1]

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Returns n independent points, float32 `(n, d)`; one seed gives one sample.

        Raises:
            ValueError: for fewer than one point.
        """
        n = integer(n, "n")
        rng = np.random.default_rng(seed)
        component = rng.choice(len(self.means), size=n, p=self.weights)
        points = rng.standard_normal((n, self.dimensions))
        for index, (mean, factor) in enumerate(
            zip(self.means, self._factors, strict=True)
        ):
            drawn = component == index
            points[drawn] = mean + points[drawn] @ factor.T
        return points.astype("float32")

    def distances(self, x) -> np.ndarray:
        """Returns how many standard deviations each point is from each mean.

        ‖L_k⁻¹(x − m_k)‖ with C_k = L_k·L_kᵀ (Mahalanobis); ‖x − m_k‖/std where the
        spread is the same in all directions.

        Args:
            x: points `(..., d)`, or `(n,)` on a line.

        Returns:
            float64 `(..., k)`.

        Raises:
            ValueError: for points of another dimension.
        """
        points = self._points(x)
        squares = self._squared_distances(points)
        return np.sqrt(squares.T).reshape(*points.shape[:-1], len(self.means))

    def nearest(self, x) -> tuple[np.ndarray, np.ndarray]:
        """Returns each point's nearest mode, and its way from there.

        The way is L_k⁻¹(x − m_k), in standard deviations of that mode: its length is
        the least of the `distances`.

        Args:
            x: points `(n, d)`, or `(n,)` on a line.

        Returns:
            The index of the mode, `(n,)`, and the way, float64 `(n, d)`.

        Raises:
            ValueError: for points of another dimension.
        """
        points = self._points(x)
        index = self.distances(points).argmin(axis=-1)
        ways = points - self.means[index]
        return index, np.einsum("nij,nj->ni", self._whitening[index], ways)

    def log_density(self, x) -> np.ndarray:
        """Returns the exact log-density at each point, in nats.

        log Σ_k w_k·N(x; m_k, C_k), summed in log space: no underflow far away.

        Args:
            x: points `(..., d)`, or `(n,)` on a line; NumPy array or tensor.

        Returns:
            float64 `(...)`: `(n,)` for `(n, d)`.

        Raises:
            ValueError: for points of another dimension.
        """
        points = self._points(x)
        logs = self._log_heights - 0.5 * self._squared_distances(points)
        # SciPy's logsumexp, in half its time: quadrature asks for a million points.
        top = logs.max(axis=0)
        density = top + np.log(np.exp(logs - top).sum(axis=0))
        return density.reshape(points.shape[:-1])

    def _squared_distances(self, points) -> np.ndarray:
        """Returns squared distances in standard deviations (k, n), components first."""
        columns = points.reshape(-1, self.dimensions).T
        squares = np.empty((len(self.means), columns.shape[1]))
        for index, (mean, whitening) in enumerate(
            zip(self.means, self._whitening, strict=True)
        ):
            white = whitening @ (columns - mean[:, None])
            np.einsum("dn,dn->n", white, white, out=squares[index])
        return squares

    def _points(self, x) -> np.ndarray:
        points = np.asarray(ops.convert_to_numpy(x), dtype="float64")
        if self.dimensions == 1 and points.ndim == 1:
            points = points[:, None]
        if points.ndim == 0 or points.shape[-1] != self.dimensions:
            raise ValueError(
                f"The points have shape {points.shape}, and the mixture lives in "
                f"{self.dimensions} dimension(s): give points (n, {self.dimensions})."
            )
        return finite(points, "The points") if points.size else points


def ring(modes: int = 8, radius: float = 1.0, std: float = 0.01) -> GaussianMixture:
    """Returns equal Gaussians around a circle, at the angles k·2π/modes, all distinct.

    Args:
        modes: how many, 1 or more.
        radius: of the circle, > 0.
        std: standard deviation of each, in both directions.

    Raises:
        ValueError: for a number of modes, a radius or a std that is not positive.

    Source: Lin et al. (2018), PacGAN, section 4.1.
    """
    modes, radius = integer(modes, "modes"), number(radius, "radius", above=0)
    angles = 2 * np.pi * np.arange(modes) / modes
    return GaussianMixture(radius * np.c_[np.cos(angles), np.sin(angles)], std)


def grid(side: int = 5, spacing: float = 2.0, std: float = 0.05) -> GaussianMixture:
    """Returns side × side equal Gaussians on a square grid around the origin.

    Args:
        side: modes along each axis, 1 or more.
        spacing: between neighbors, > 0.
        std: standard deviation of each, in both directions.

    Raises:
        ValueError: for a side, a spacing or a std that is not positive.

    Source: Lin et al. (2018), PacGAN, section 4.1.
    """
    side, spacing = integer(side, "side"), number(spacing, "spacing", above=0)
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    means = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    return GaussianMixture(means.reshape(-1, 2), std)


def gaussian(mean, std) -> GaussianMixture:
    """Returns a single Gaussian as a mixture of one.

    Args:
        mean: a number (on a line) or a vector `(d,)`.
        std: a number, or one `(d,)` for each axis, > 0.

    Raises:
        ValueError: for a std that is not positive, or shapes that do not fit.
    """
    means = np.atleast_1d(np.asarray(mean, dtype="float64"))[None]
    std = np.asarray(std, dtype="float64")
    return GaussianMixture(means, std if std.ndim == 0 else std[None])


def standardized(mixture: GaussianMixture) -> GaussianMixture:
    """Returns a mixture in units of its spread: mean square distance d from its mean.

    Divided by its standard deviation (over all axes), and moved to mean 0: noise
    from N(0, I) then is as wide as the data.

    Args:
        mixture: one that was given std.

    Raises:
        ValueError: for one that was given covariances.
    """
    if mixture.std is None:
        raise ValueError("The mixture was given covariances: give it std instead.")
    centered = mixture.means - mixture.weights @ mixture.means
    variances = np.trace(mixture.covariances, axis1=1, axis2=2)
    squares = mixture.weights @ (np.square(centered).sum(axis=1) + variances)
    spread = np.sqrt(squares / mixture.dimensions)
    return GaussianMixture(centered / spread, mixture.std / spread, mixture.weights)


def _check_means(means) -> np.ndarray:
    means = np.asarray(means, dtype="float64")
    if means.ndim == 1:
        means = means[:, None]
    if means.ndim != 2 or means.size == 0 or not np.isfinite(means).all():
        raise ValueError(
            f"The means have shape {means.shape}: give finite numbers, one row a "
            "component, (k, d) with k and d at least 1."
        )
    return means


def _check_weights(weights, modes: int) -> np.ndarray:
    if weights is None:
        return np.full(modes, 1 / modes)
    weights = np.asarray(weights, dtype="float64")
    if weights.shape != (modes,):
        raise ValueError(
            f"The weights have shape {weights.shape} for {modes} means: give one each."
        )
    if not (weights >= 0).all():
        raise ValueError(f"The weights are {weights}: none may be negative or NaN.")
    total = weights.sum()
    if not abs(total - 1) <= WEIGHT_TOLERANCE:
        raise ValueError(
            f"The weights sum to {total:.6g}, {total - 1:+.2g} from 1: divide them by "
            "their sum."
        )
    return weights / total


def _check_std(std, shape: tuple[int, int]):
    """Returns std as it is kept (a float or an array) and the covariances it means."""
    std = np.asarray(std, dtype="float64")
    if std.shape not in ((), shape[:1], shape):
        raise ValueError(
            f"std has shape {std.shape} for means of shape {shape}: give one number, "
            f"one a component {shape[:1]}, or one a component and axis {shape}."
        )
    if not ((std > 0) & (std < np.inf)).all():
        bad = std[~((std > 0) & (std < np.inf))].flat[0]
        raise ValueError(f"std holds {bad:g}: a standard deviation is positive.")
    each = np.broadcast_to(std[:, None] if std.ndim == 1 else std, shape)
    covariances = each[:, :, None] ** 2 * np.eye(shape[1])
    return (float(std) if std.ndim == 0 else std), covariances


def _check_covariances(covariances, shape: tuple[int, int]) -> np.ndarray:
    covariances = np.asarray(covariances, dtype="float64")
    if covariances.shape != (*shape, shape[1]):
        raise ValueError(
            f"The covariances have shape {covariances.shape} for means of shape "
            f"{shape}: give one (d, d) matrix a component, {(*shape, shape[1])}."
        )
    if not np.allclose(covariances, covariances.swapaxes(1, 2)):
        raise ValueError("A covariance is not symmetric: use (C + C.T)/2.")
    eigenvalues = np.linalg.eigvalsh(covariances)
    for index, (smallest, *_, largest) in enumerate(eigenvalues[:, [0, -1]]):
        if not smallest > np.finfo("float64").eps * largest:
            raise ValueError(
                f"Covariance {index} is not positive definite: its smallest eigenvalue "
                f"is {smallest:.3g}. Add a small multiple of the identity."
            )
    return covariances
