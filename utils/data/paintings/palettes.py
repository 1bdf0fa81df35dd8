"""Giving a picture the palette of another: the colors' mean and covariance."""

import numpy as np

from utils.core.validation import pictures


def match_colors(picture: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Recolors a picture by the linear map that moves its colors the least.

    With colors of mean m and covariance C, and m', C' in the other picture:
    x ↦ m' + T·(x − m), T = C^(−½)·(C^½·C'·C^½)^½·C^(−½). Afterwards mean and covariance
    are the other's; among all maps that do this, it is the one that changes Gaussian
    colors least. What leaves the range is clipped.

    Args:
        picture, palette: `(height, width, 3)` in [-1, 1]; sizes may differ.

    Returns:
        float32 `(height, width, 3)` in [-1, 1], of the size of the picture.

    Raises:
        ValueError: if one of them has another shape or range.

    Source: Pitié and Kokaram (2007), the linear Monge-Kantorovitch mapping.
    """
    for name, each in (("picture", picture), ("palette", palette)):
        pictures(np.asarray(each)[None], f"The {name}", shape=(None, None, 3))
    (mean, covariance), (wanted_mean, wanted) = map(_moments, (picture, palette))
    root = _power(covariance, 0.5)
    back = _power(covariance, -0.5)
    move = back @ _power(root @ wanted @ root, 0.5) @ back
    recolored = (np.asarray(picture, dtype="float64") - mean) @ move + wanted_mean
    return np.clip(recolored, -1, 1).astype("float32")


def _moments(picture):
    colors = np.asarray(picture, dtype="float64").reshape(-1, 3)
    # A little of every color, or a gray picture would have no inverse.
    return colors.mean(axis=0), np.cov(colors.T, bias=True) + 1e-4 * np.eye(3)


def _power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
