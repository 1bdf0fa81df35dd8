"""The maximum mean discrepancy (MMD): a distance without the bias of a small sample."""

import numpy as np

from utils.core.batches import blocks
from utils.evaluation.feature_sets import check_features


def squared_mmd(real_features, fake_features) -> float:
    """Returns the unbiased squared maximum mean discrepancy with a cubic kernel.

    E[k(x, x′)] + E[k(y, y′)] − 2·E[k(x, y)] with k(x, y) = (x·y/d + 1)³, over pairs of
    different examples. On the features of an Inception network this is the KID (kernel
    Inception distance); on any others it is another number. The kernel compares means,
    covariances and third moments. Unbiased: for two samples of one distribution its
    mean is 0, at any size, and so it is below 0 about half of the time.

    Args:
        real_features: `(n, d)`, n at least 2; NumPy array or tensor.
        fake_features: `(m, d)`, m at least 2.

    Returns:
        A float.

    Raises:
        ValueError: for other shapes, fewer rows, or values that are not finite.

    Source: Bińkowski et al. (2018), "Demystifying MMD GANs"; Gretton et al. (2012),
        equation 3.
    """
    real, fake = check_features(real_features, fake_features)
    between = _kernel_sum(real, fake) / (len(real) * len(fake))
    return float(_mean_of_pairs(real) + _mean_of_pairs(fake) - 2 * between)


def _mean_of_pairs(features: np.ndarray) -> float:
    n, d = features.shape
    itself = np.sum(((features**2).sum(axis=1) / d + 1) ** 3)
    return (_kernel_sum(features, features) - itself) / (n * (n - 1))


def _kernel_sum(a: np.ndarray, b: np.ndarray) -> float:
    total = 0.0
    for rows in blocks(len(a), len(b)):
        products = a[rows] @ b.T / a.shape[1] + 1
        total += np.sum(products * products * products)
    return total
