"""One jury for all: it sees samples, never the model, and scores them."""

import functools
import math
from dataclasses import asdict

import numpy as np
from sklearn.neighbors import NearestNeighbors

from utils.core.validation import finite
from utils.data import digits
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.digit_classifier import (
    digit_classifier,
    digit_features,
    train_classifier,
)
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.precision_recall import precision_recall
from utils.experiments.targets import Held, Target
from utils.measures.divergences import js_divergence

SIGMAS = 3.0
#: Share of a Gaussian in the plane within `SIGMAS` of its center.
WITHIN = 1 - math.exp(-(SIGMAS**2) / 2)
_CLASSIFIED = 6_000  # pictures of MNIST that its classifier learns from


def js_of_shares(samples, mixture) -> float:
    """Returns the Jensen-Shannon divergence of shares: of each mode, and of none.

    A sample within three standard deviations of its nearest mode counts for the mode,
    any other for none. The true shares are 0.989·w_k and 0.011.

    Args:
        samples: points `(n, d)`.
        mixture: `GaussianMixture` in the plane.

    Returns:
        Nats: 0 for the truth, log 2 where no sample lies where it should.
    """
    nearest, ways = mixture.nearest(samples)
    modes = len(mixture.means)
    place = np.where(np.linalg.norm(ways, axis=1) <= SIGMAS, nearest, modes)
    shares = np.bincount(place, minlength=modes + 1) / len(place)
    truth = np.append(WITHIN * mixture.weights, 1 - WITHIN)
    return float(js_divergence(shares, truth))


def judge(samples, target: Target, held: Held) -> dict:
    """Scores samples against real examples.

    Args:
        samples: array `(n, ...)`, as many as the held-out examples.
        target: what they should be like.
        held: the real examples that judge, `target.choosing` or `target.final`.

    Returns:
        `{name: number}`; None where a number is infinite, which JSON does not have.
        "frechet" of the coordinates of points, or of what a classifier sees in
        pictures; "nearest", the median distance to a training example, over that of
        the held-out examples: well below 1 are copies.

    Raises:
        ValueError: if samples are NaN or infinite, or have another shape.
    """
    samples = finite(samples, "The samples", "the training may have diverged.")
    real = held.examples
    if samples.shape != real.shape:
        raise ValueError(
            f"The samples have shape {samples.shape}, and the examples that judge them "
            f"{real.shape}: draw as many, of the same shape."
        )
    scores = {}
    if target.mixture is not None:
        scores["js"] = js_of_shares(samples, target.mixture)
        scores |= asdict(mode_coverage(samples, target.mixture, SIGMAS))
    scores["frechet"] = frechet_feature_distance(
        _features(real, target.name), _features(samples, target.name)
    )
    precision, recall = precision_recall(
        _features(real, target.name), _features(samples, target.name)
    )
    nearest = _nearest(samples, target.training) / _nearest(real, target.training)
    scores |= {"precision": precision, "recall": recall, "nearest": nearest}
    return {
        name: float(value) if math.isfinite(value) else None
        for name, value in scores.items()
    }


def floor(target: Target, held: Held) -> dict:
    """Scores real examples as if they were samples: what no model can be asked to beat.

    Args:
        target, held: as in `judge`.
    """
    if target.mixture is not None:
        return judge(target.mixture.sample(len(held.examples), 10), target, held)
    rng = np.random.default_rng(10)
    some = rng.permutation(len(target.training))[: len(held.examples)]
    return judge(target.training[some], target, held)


def _features(examples, name):
    if name not in ("digits", "mnist"):
        return examples
    classifier = digit_classifier() if name == "digits" else _mnist_classifier()
    return digit_features(np.clip(examples, -1, 1), classifier)


@functools.cache
def _mnist_classifier():
    pictures = digits.load("mnist")
    some = pictures.train_pictures[:_CLASSIFIED], pictures.train_labels[:_CLASSIFIED]
    return train_classifier(*some, epochs=3)


def _nearest(examples, training) -> float:
    """Returns the median distance to the nearest training example."""
    finder = NearestNeighbors(n_neighbors=1).fit(training.reshape(len(training), -1))
    ways, _ = finder.kneighbors(examples.reshape(len(examples), -1))
    return float(np.median(ways))
