"""Improved precision and recall: are samples among the data, and data among them?"""

from typing import NamedTuple

import numpy as np

from utils.core.batches import blocks
from utils.core.validation import integer
from utils.evaluation.feature_sets import check_features


class PrecisionRecall(NamedTuple):
    """Two shares in [0, 1].

    Attributes:
        precision: share of the generated examples among the real ones.
        recall: share of the real examples among the generated ones.
    """

    precision: float
    recall: float


def precision_recall(real_features, fake_features, k: int = 3) -> PrecisionRecall:
    """Returns how many samples lie among the data, and how much data among the samples.

    Around each example of one set stands a ball that reaches to its k-th nearest
    neighbor in that set; the balls together are where the set is. Precision is the
    share of generated examples inside a ball of a real one, recall the share of real
    examples inside a ball of a generated one.

    Distances are computed in blocks: 50,000 against 50,000 stay under 1 GiB.

    Args:
        real_features: `(n, d)`, n above k; NumPy array or tensor.
        fake_features: `(m, d)`, m above k.
        k: which neighbor sets the radius, at least 1.

    Returns:
        A `PrecisionRecall`.

    Raises:
        ValueError: for other shapes, k below 1, not more rows than k, or values that
            are not finite.

    Source: Kynkäänniemi et al. (2019), "Improved precision and recall metric for
        assessing generative models".
    """
    integer(k, "k")
    real, fake = check_features(real_features, fake_features, least=k + 1)
    # Far from the origin squares cancel badly, and distances ignore the origin.
    center = real.mean(axis=0)
    real, fake = real - center, fake - center
    real_radii, fake_radii = _squared_radii(real, k), _squared_radii(fake, k)
    among_real = np.zeros(len(fake), dtype=bool)
    among_fake = np.zeros(len(real), dtype=bool)
    for rows in blocks(len(real), len(fake)):
        squares = _squared_distances(real[rows], fake)
        among_real |= (squares <= real_radii[rows, None]).any(axis=0)
        among_fake[rows] = (squares <= fake_radii).any(axis=1)
    return PrecisionRecall(float(among_real.mean()), float(among_fake.mean()))


def _squared_radii(features: np.ndarray, k: int) -> np.ndarray:
    """The squared distance of each example to its k-th nearest other one, (n,)."""
    radii = np.empty(len(features))
    for rows in blocks(len(features), len(features)):
        squares = _squared_distances(features[rows], features)
        own = np.arange(rows.start, rows.stop)
        squares[own - rows.start, own] = -1.0  # an example is not its own neighbor
        squares.partition(k, axis=1)
        radii[rows] = squares[:, k]
    return radii


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """‖a‖² + ‖b‖² − 2·a·b, with one array of the size of the result."""
    squares = a @ b.T
    squares *= -2
    squares += (a**2).sum(axis=1)[:, None]
    squares += (b**2).sum(axis=1)
    return np.maximum(squares, 0, out=squares)
