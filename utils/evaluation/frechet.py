"""The Fréchet distance between two Gaussians, and between two sets of features."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite
from utils.evaluation.feature_sets import check_features

# What rounding may do to a covariance: this share of its largest eigenvalue.
_ROUNDING = 1e-6


def frechet_distance(mean_a, cov_a, mean_b, cov_b) -> float:
    """Returns the squared Fréchet (2-Wasserstein) distance between two Gaussians.

    d² = ‖m_a − m_b‖² + tr(A + B − 2·(A^½·B·A^½)^½).

    The last trace is the sum of the singular values of A^½·B^½, with the symmetric
    roots taken by eigenvalues: no complex numbers, and covariances may be singular.

    Args:
        mean_a: `(d,)`, or a number on a line.
        cov_a: `(d, d)` symmetric, no negative eigenvalue; or a variance.
        mean_b: as mean_a.
        cov_b: as cov_a.

    Returns:
        A float, at least 0, in squared units of the features.

    Raises:
        ValueError: for shapes that do not fit, values that are not finite, or a matrix
            that is not a covariance.

    Source: Dowson and Landau (1982); Heusel et al. (2017) for its use on features.
    """
    mean_a, root_a = _check_gaussian("first", mean_a, cov_a)
    mean_b, root_b = _check_gaussian("second", mean_b, cov_b)
    if mean_a.shape != mean_b.shape:
        raise ValueError(
            f"The first Gaussian has {len(mean_a)} dimension(s) and the second "
            f"{len(mean_b)}: both must come from the same features."
        )
    overlap = np.linalg.svd(root_a @ root_b, compute_uv=False).sum()
    spreads = np.sum(root_a**2) + np.sum(root_b**2) - 2 * overlap
    return float(max(np.sum((mean_a - mean_b) ** 2) + spreads, 0.0))


def frechet_feature_distance(real_features, fake_features) -> float:
    """Returns the Fréchet distance between Gaussians fitted to two sets of features.

    With the features of an Inception network this is the FID; with any others it is
    another number, and the two may not be compared. Covariances divide by n − 1. The
    result is biased upwards, the more so the fewer examples: compare equal numbers of
    them, and state the value of real against real.

    Args:
        real_features: `(n, d)`, n at least 2; NumPy array or tensor.
        fake_features: `(m, d)`, m at least 2.

    Returns:
        A float, at least 0.

    Raises:
        ValueError: for other shapes, fewer rows, or values that are not finite.

    Source: Heusel et al. (2017), "GANs trained by a two time-scale update rule".
    """
    real, fake = check_features(real_features, fake_features)
    return frechet_distance(
        real.mean(axis=0), _covariance(real), fake.mean(axis=0), _covariance(fake)
    )


def _covariance(features: np.ndarray) -> np.ndarray:
    centered = features - features.mean(axis=0)
    return centered.T @ centered / (len(features) - 1)


def _check_gaussian(which: str, mean, covariance):
    """Returns the mean and the symmetric root of the covariance, both checked."""
    mean = np.atleast_1d(to_numpy(mean, f"The {which} mean"))
    covariance = np.atleast_2d(to_numpy(covariance, f"The {which} covariance"))
    if mean.ndim != 1 or covariance.shape != 2 * mean.shape:
        raise ValueError(
            f"The {which} Gaussian has a mean of shape {mean.shape} and a covariance "
            f"of shape {covariance.shape}: give (d,) and (d, d)."
        )
    finite(mean, f"The {which} mean")
    finite(covariance, f"The {which} covariance")
    size = max(abs(covariance).max(), np.finfo("float64").tiny)
    if abs(covariance - covariance.T).max() > _ROUNDING * size:
        raise ValueError(
            f"The {which} covariance is not symmetric: give np.cov(features.T)."
        )
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    if values[0] < -_ROUNDING * size:
        raise ValueError(
            f"The {which} covariance has the eigenvalue {values[0]:.3g}, but none may "
            "be negative: give np.cov(features.T)."
        )
    # What rounding made negative counts as 0.
    return mean, vectors * np.sqrt(values.clip(min=0)) @ vectors.T
