"""A distance between people that is computed, not trained."""

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.covariance import shrunk_covariance

from utils.core.arrays import to_numpy
from utils.core.validation import finite, number, rows


class RelevantComponents:
    """Divides features by how much they vary from picture to picture of one person.

    Up to scale and shrinkage, of all linear maps of one volume this one brings the
    pictures of each person nearest to their mean. With W the shrunk covariance within
    people, squared distances before the embeddings are scaled to length 1 are
    (a − b)ᵀ·W⁻¹·(a − b): what glasses change counts little, what never changes in a
    person counts much. People never seen profit as far as their pictures vary alike.

    Args:
        features: `(n, d)`, of pictures.
        labels: `(n,)`, who is on each; who has one picture only adds nothing to W.
        shrinkage: share of the diagonal in W, above 0 and at most 1: with fewer
            pictures than features, W alone has no inverse.

    Raises:
        ValueError: if the shapes disagree, nobody has two pictures, or a number is out
            of range.

    Source: Bar-Hillel, Hertz, Shental and Weinshall (2005), "Learning a Mahalanobis
    metric from equivalence constraints".

    It is no Keras model: keep it as `np.savez(path, mean=it.mean, root=it.root)`.
    """

    def __init__(self, features, labels, shrinkage=0.1):
        features, labels = to_numpy(features, "The features"), np.asarray(labels)
        if features.ndim != 2 or labels.shape != features.shape[:1]:
            raise ValueError(
                f"The features have shape {features.shape} and the labels "
                f"{labels.shape}, but must be (n, d) and (n,)."
            )
        finite(features, "The features")
        number(shrinkage, "shrinkage", above=0, most=1)
        _, who, pictures = np.unique(labels, return_inverse=True, return_counts=True)
        if not (pictures > 1).any():
            raise ValueError(
                f"{len(labels)} features of {len(pictures)} people were given, one of "
                "each: to see what varies within a person, give two or more of some."
            )
        self.mean = features.mean(axis=0)
        means = np.zeros((len(pictures), features.shape[1]))
        np.add.at(means, who, features)
        within = features - (means / pictures[:, None])[who]
        within = within.T @ within / (pictures[who] > 1).sum()
        within = shrunk_covariance(within, shrinkage)
        self.root = np.linalg.cholesky(within)

    def embed(self, features):
        """Embeds features `(n, d)` of anybody.

        Returns:
            float32 `(n, d)`, each of length 1.

        Raises:
            ValueError: for another number of features, NaN or infinity.
        """
        features = to_numpy(features, "The features")
        finite(rows(features, "The features", self.mean.shape), "The features")
        white = solve_triangular(self.root, (features - self.mean).T, lower=True).T
        length = np.linalg.norm(white, axis=1, keepdims=True)
        return (white / np.maximum(length, 1e-12)).astype("float32")
