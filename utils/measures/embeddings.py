"""Losses that pull pictures of one person together and push those of two apart.

Distances are squared Euclidean unless a name or `squared=False` says otherwise.
"""

import math

from keras import ops

from utils.measures.distances import (
    absolute_features,
    chi_square_features,
    euclidean_distance,
    pairwise_squared_distances,
    squared_distance,
)
from utils.measures.mining import (
    Triplets,
    batch_hard,
    pair_masks,
    random_triplets,
    semi_hard,
)

__all__ = [
    "absolute_features",
    "active_fraction",
    "balanced_pairs",
    "batch_hard_triplet_loss",
    "chi_square_features",
    "contrastive_loss",
    "euclidean_distance",
    "hinge",
    "mean_pairwise_distance",
    "mined_loss",
    "pairwise_squared_distances",
    "random_triplet_loss",
    "semi_hard_triplet_loss",
    "squared_distance",
    "triplet_loss",
]


def contrastive_loss(same, euclidean_distances, margin=1.0, weights=None):
    """Returns the mean of ½·d² over pairs of one person, ½·max(m - d, 0)² of two.

    Args:
        same: `(n,)`, 1 or True for a pair of one person, 0 or False for two.
        euclidean_distances: `(n,)`, d of each pair, at least 0: a distance, never a
            sigmoid of one.
        margin: m > 0, how far two people are to be apart.
        weights: `(n,)`, how much each pair counts in the mean; by default all equally.

    Returns:
        A scalar, at least 0.

    Raises:
        ValueError: if the margin is not a positive number.

    Source: Hadsell, Chopra, LeCun (2006).
    """
    if not 0 < margin < math.inf:
        raise ValueError(
            f"margin was {margin}, but must be a positive number: pairs of two people "
            "are pushed apart as far as the margin."
        )
    distances = ops.convert_to_tensor(euclidean_distances)
    same = ops.cast(same, distances.dtype)
    pull = same * ops.square(distances)
    push = (1.0 - same) * ops.square(ops.relu(margin - distances))
    losses = 0.5 * (pull + push)
    return ops.mean(losses) if weights is None else _mean(losses, weights)


def triplet_loss(anchor, positive, negative, margin=0.2, squared=True):
    """Returns the mean of max(d(anchor, positive) - d(anchor, negative) + margin, 0).

    Args:
        anchor, positive, negative: embeddings `(n, d)`; anchor and positive of one
            person, the negative of another.
        margin: at least 0, by how much the negative is to be farther; or "soft", for
            log(1 + exp(d(a, p) - d(a, n))).
        squared: whether d is the squared Euclidean distance, or the Euclidean one.

    Returns:
        A scalar, at least 0.

    Raises:
        ValueError: if the margin is negative or not a number, or shapes differ.

    Source: Schroff, Kalenichenko, Philbin (2015).
    """
    check_margin(margin)
    shapes = [tuple(ops.shape(each)) for each in (anchor, positive, negative)]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"anchor, positive and negative have the shapes {shapes}, but must have "
            "the same one, (n, d): row i of each makes a triplet."
        )
    distance = squared_distance if squared else euclidean_distance
    gaps = distance(anchor, positive) - distance(anchor, negative)
    return ops.mean(hinge(gaps, margin))


def batch_hard_triplet_loss(labels, embeddings, margin=0.2, squared=True):
    """Returns the triplet loss of the hardest triplet of each anchor in the batch.

    Args:
        labels: `(n,)`, one number a person.
        embeddings: `(n, d)`.
        margin: at least 0, or "soft" for a soft-plus in place of the hinge.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        A scalar: the mean over the anchors that have a positive and a negative.

    Raises:
        ValueError: if the margin is negative; if no triplet can be made of the batch.

    Source: Hermans, Beyer, Leibe (2017).
    """
    check_margin(margin)
    return mined_loss(batch_hard(labels, embeddings, squared), margin)


def semi_hard_triplet_loss(labels, embeddings, margin=0.2, squared=True):
    """Returns the triplet loss of each positive pair with its semi-hard negative.

    That is the nearest negative that is farther than the positive; where there is
    none, the farthest negative.

    Args:
        labels: `(n,)`, one number a person.
        embeddings: `(n, d)`.
        margin: at least 0, or "soft" for a soft-plus in place of the hinge.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        A scalar: the mean over all ordered pairs of one person.

    Raises:
        ValueError: if the margin is negative; if no triplet can be made of the batch.

    Source: Schroff, Kalenichenko, Philbin (2015).
    """
    check_margin(margin)
    return mined_loss(semi_hard(labels, embeddings, squared), margin)


def random_triplet_loss(labels, embeddings, margin=0.2, seed=0, squared=True):
    """Returns the triplet loss of one random triplet for each anchor in the batch.

    Args:
        labels: `(n,)`, one number a person.
        embeddings: `(n, d)`.
        margin: at least 0, or "soft" for a soft-plus in place of the hinge.
        seed: int, or a `keras.random.SeedGenerator` for new draws at each step.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        A scalar: the mean over the anchors that have a positive and a negative.

    Raises:
        ValueError: if the margin is negative; if no triplet can be made of the batch.
    """
    check_margin(margin)
    return mined_loss(random_triplets(labels, embeddings, seed, squared), margin)


def hinge(gaps, margin):
    """Returns max(gap + margin, 0), or log(1 + exp(gap)) for the margin "soft"."""
    return ops.softplus(gaps) if margin == "soft" else ops.relu(gaps + margin)


def mined_loss(triplets: Triplets, margin):
    """Returns the mean loss of the triplets that were chosen, a scalar."""
    losses = hinge(triplets.positive - triplets.negative, margin)
    return _mean(losses, triplets.counted)


def active_fraction(triplets: Triplets, margin):
    """Returns the share of the chosen triplets that still teach something, a scalar.

    A triplet is active if the negative is not farther than the positive by the margin;
    with the margin "soft", if it is not farther at all.
    """
    margin = 0.0 if margin == "soft" else margin
    active = triplets.positive - triplets.negative + margin > 0
    return _mean(ops.cast(active, triplets.counted.dtype), triplets.counted)


def mean_pairwise_distance(embeddings):
    """Returns the mean squared distance over all pairs of a batch `(n, d)`, a scalar.

    It is 2n/(n - 1) times the sum of the variances, and 0 where everything has
    collapsed into one point.
    """
    embeddings = ops.convert_to_tensor(embeddings)
    n = ops.cast(ops.shape(embeddings)[0], embeddings.dtype)
    variances = ops.mean(ops.square(embeddings - ops.mean(embeddings, axis=0)), axis=0)
    return 2.0 * n / ops.maximum(n - 1.0, 1.0) * ops.sum(variances)


def balanced_pairs(labels, dtype="float32"):
    """Says which pairs of a batch are of one person, and weighs both kinds equally.

    A batch has far more pairs of two people than of one: unweighted, a model could
    call everybody different and be nearly always right.

    Args:
        labels: `(n,)`, one number a person.
        dtype: of the result.

    Returns:
        `same` `(n, n)`, 1 for one person; `weights` `(n, n)` that sum to 1 for each
        kind there is, and are 0 for a picture with itself.
    """
    masks = [ops.cast(mask, dtype) for mask in pair_masks(labels)]
    weights = [mask / ops.maximum(ops.sum(mask), 1.0) for mask in masks]
    return masks[0], weights[0] + weights[1]


def check_margin(margin) -> None:
    """Raises a ValueError unless the margin is "soft" or a number of at least 0."""
    number = isinstance(margin, int | float) and not isinstance(margin, bool)
    if margin == "soft" or (number and 0 <= margin < math.inf):
        return
    raise ValueError(
        f"margin was {margin!r}, but must be a number of at least 0, or 'soft'. With a "
        "negative margin the negative may be nearer than the positive."
    )


def _mean(values, weights):
    """The weighted mean, and 0 where nothing counts."""
    weights = ops.convert_to_tensor(weights, dtype=values.dtype)
    total = ops.sum(weights)
    safe = ops.where(total > 0, total, ops.ones_like(total))
    return ops.sum(values * weights) / safe
