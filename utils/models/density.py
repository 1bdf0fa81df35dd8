"""A density that is fitted by maximum likelihood: a Gaussian, or a mixture of them."""

import keras
import numpy as np
from keras import ops
from scipy.linalg import solve_triangular

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, number, one_of, rows
from utils.measures.likelihood import (
    LOG_2_PI,
    bits_per_dimension,
    maximum_likelihood,
)
from utils.models.base import CourseModel

COVARIANCES = ("diagonal", "full")


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class DensityModel(CourseModel):
    """Maximizes the likelihood of points under a mixture of Gaussians.

    log p(x) = log Σ_k w_k·N(x; m_k, C_k), in log space from end to end. Each covariance
    is kept as a whitening matrix W with C = (WᵀW)⁻¹, lower triangular with a positive
    diagonal: whatever a gradient step does to it, C stays positive definite.

    Args:
        dimensions: numbers in one point, at least 1.
        components: Gaussians in the mixture, at least 1.
        covariance: "diagonal" or "full".

    Raises:
        ValueError: if an argument is none of these.

    Source: Dempster, Laird, Rubin (1977) for the mixture's likelihood; here it is
    climbed by gradient.
    """

    SETTINGS = ("dimensions", "components", "covariance")

    def __init__(self, dimensions, components=1, covariance="full", **kwargs):
        dimensions = integer(dimensions, "dimensions")
        one_of(covariance, COVARIANCES, "covariance")
        components = integer(components, "components")
        # In half precision the squares of far points would overflow.
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})
        self.dimensions = dimensions
        self.components = components
        self.covariance = covariance
        # One Gaussian starts at 0; several start apart, or they would never part.
        apart = keras.initializers.RandomNormal(1.0) if components > 1 else "zeros"
        shape = (self.components, self.dimensions)
        self.means = self.add_weight(shape=shape, initializer=apart, name="means")
        self.log_scales = self.add_weight(
            shape=shape, initializer="zeros", name="log_scales"
        )
        self.weight_logits = self.add_weight(
            shape=shape[:1], initializer="zeros", name="weight_logits"
        )
        if covariance == "full":
            self.below_diagonal = self.add_weight(
                shape=(*shape, self.dimensions),
                initializer="zeros",
                name="below_diagonal",
            )

    def call(self, x):
        """The log-density in nats, `(n,)`, of points `(n, dimensions)`."""
        centered = ops.expand_dims(x, 1) - self.means
        white = centered * ops.exp(-self.log_scales)
        if self.covariance == "full":
            lower = ops.tril(self.below_diagonal, -1)
            white = white + ops.einsum("kij,nkj->nki", lower, centered)
        squares = ops.sum(ops.square(white), axis=-1)
        heights = self.log_weights() - ops.sum(self.log_scales, axis=-1)
        logs = heights - 0.5 * (squares + self.dimensions * LOG_2_PI)
        return ops.logsumexp(logs, axis=-1)

    def log_weights(self):
        """The logarithms of the mixture's weights, `(components,)`."""
        return self.weight_logits - ops.logsumexp(self.weight_logits)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Minus the mean log-likelihood of a batch, in nats: an estimate of KL + H."""
        return ops.mean(self.weighted(-y_pred, sample_weight))

    def check_examples(self, x):
        """Raises a ValueError unless x are finite points `(n, dimensions)`."""
        self._points(x)

    def fit_closed_form(self, x):
        """Sets the one Gaussian to the mean and the covariance of points: the maximum.

        Args:
            x: points `(n, dimensions)`, NumPy.

        Returns:
            The model.

        Raises:
            ValueError: for a mixture, which has no closed form; for fewer points than a
                full covariance needs; and as `fit`.
        """
        if self.components > 1:
            raise ValueError(
                f"The model has {self.components} components, and a mixture has no "
                "closed form: use start_from(x) and then fit(x)."
            )
        mean, covariance = maximum_likelihood(self._points(x))
        return self.set_gaussians(mean[None], covariance[None])

    def start_from(self, x, seed=0, shrinkage=0.5):
        """Sets the components to clusters of points, a start from which to climb.

        Args:
            x: points `(n, dimensions)`, NumPy, at least as many as components.
            seed: int, for k-means.
            shrinkage: share of the covariance within all clusters in each component's
                own, in (0, 1]: small clusters leave directions without spread.

        Returns:
            The model.

        Raises:
            ValueError: for fewer points than components, a shrinkage outside (0, 1],
                and as `fit_closed_form`.

        Source: MacQueen (1967), k-means; Friedman (1989), the shrinkage.
        """
        # Imported here: the model itself runs without scikit-learn.
        from sklearn.cluster import KMeans

        x = self._points(x)
        number(shrinkage, "shrinkage", above=0, most=1)
        if len(x) < self.components:
            raise ValueError(
                f"{len(x)} points were given for {self.components} components: give "
                "at least as many."
            )
        clusters = KMeans(self.components, n_init=1, random_state=seed).fit(x)
        labels, means = clusters.labels_, clusters.cluster_centers_
        _, within = maximum_likelihood(x - means[labels])
        own = np.stack(
            [maximum_likelihood(x[labels == k])[1] for k in range(self.components)]
        )
        covariances = (1 - shrinkage) * own + shrinkage * within
        return self.set_gaussians(means, covariances, np.bincount(labels) / len(x))

    def set_gaussians(self, means, covariances, weights=None):
        """Sets all parameters.

        Args:
            means: `(components, dimensions)`.
            covariances: `(components, dimensions, dimensions)`; of a diagonal model
                only the diagonals count.
            weights: `(components,)`, positive, summing to 1; None for equal ones.

        Returns:
            The model.

        Raises:
            ValueError: for other shapes, weights that are not positive, or a covariance
                that is not positive definite (it names the eigenvalue).
        """
        means, covariances, weights = self._check_gaussians(means, covariances, weights)
        whitening = np.linalg.inv(np.linalg.cholesky(covariances))
        self.means.assign(means)
        diagonals = np.diagonal(whitening, axis1=1, axis2=2)
        self.log_scales.assign(-np.log(diagonals))
        self.weight_logits.assign(np.log(weights))
        if self.covariance == "full":
            self.below_diagonal.assign(np.tril(whitening, -1))
        return self

    def gaussians(self):
        """Returns means `(k, d)`, covariances `(k, d, d)` and weights `(k,)`, NumPy."""
        spread = np.linalg.inv(self._whitening())
        return (
            _numbers(self.means),
            spread @ spread.swapaxes(1, 2),
            np.exp(_numbers(self.log_weights())),
        )

    def log_density(self, x):
        """Returns log p(x) in nats as a NumPy array `(n,)`, batch by batch."""
        return self.in_batches(self, self._points(x))

    def bits_per_dimension(self, x, bin_width=1.0):
        """Returns the mean cost of points in bits per dimension, a float.

        Args:
            x: points `(n, dimensions)`; pixels with uniform noise of `bin_width`.
            bin_width: distance between two gray levels.
        """
        return float(
            bits_per_dimension(self.log_density(x), self.dimensions, bin_width)
        )

    def sample(self, n, seed=0):
        """Draws points.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same points.

        Returns:
            NumPy array `(n, dimensions)`, float32.

        Raises:
            ValueError: if n is not an integer of at least 1.
        """
        integer(n, "n")
        rng = np.random.default_rng(seed)
        weights = np.exp(_numbers(self.log_weights()))
        component = rng.choice(self.components, size=n, p=weights / weights.sum())
        points = rng.standard_normal((n, self.dimensions))
        for k, whitening in enumerate(self._whitening()):
            drawn = component == k
            spread = solve_triangular(whitening, points[drawn].T, lower=True).T
            points[drawn] = spread + _numbers(self.means)[k]
        return points.astype("float32")

    def _whitening(self):
        scales = np.exp(-_numbers(self.log_scales))
        whitening = scales[:, :, None] * np.eye(self.dimensions)
        if self.covariance == "full":
            whitening = whitening + np.tril(_numbers(self.below_diagonal), -1)
        return whitening

    def _points(self, x):
        x = to_numpy(x, "The points")
        if x.ndim > 2:
            raise ValueError(
                f"The points have shape {x.shape}, but must be (n, {self.dimensions}): "
                "flatten pictures by x.reshape(len(x), -1)."
            )
        return finite(rows(x, "The points", (self.dimensions,), "point"), "The points")

    def _check_gaussians(self, means, covariances, weights):
        shape = (self.components, self.dimensions)
        if weights is None:
            weights = np.full(shape[:1], 1 / self.components)
        means, covariances, weights = (
            np.asarray(each, dtype="float64") for each in (means, covariances, weights)
        )
        wanted = (shape, (*shape, self.dimensions), shape[:1])
        given = (means.shape, covariances.shape, weights.shape)
        if given != wanted:
            raise ValueError(
                f"Means, covariances and weights have the shapes {given}, but must "
                f"have {wanted}."
            )
        if not (weights > 0).all() or abs(weights.sum() - 1) > 1e-5:
            raise ValueError(
                f"The weights are {weights}, but must be positive and sum to 1."
            )
        if self.covariance == "diagonal":
            covariances = covariances * np.eye(self.dimensions)
        _check_positive_definite(covariances)
        return means, covariances, weights


def _numbers(tensor):
    return ops.convert_to_numpy(tensor).astype("float64")


def _check_positive_definite(covariances):
    for k, each in enumerate(covariances):
        eigenvalues = np.linalg.eigvalsh(each)
        # A float32 whitening cannot hold less than this beside the largest.
        if not eigenvalues[0] > 1e-12 * abs(eigenvalues[-1]):
            raise ValueError(
                f"Covariance {k} is not positive definite: its smallest eigenvalue is "
                f"{eigenvalues[0]:.3g}. A pixel that never changes, or fewer points "
                "than dimensions, does this: add a little noise to the points, or use "
                "covariance='diagonal'."
            )
