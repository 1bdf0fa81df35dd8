"""Triplet losses: a picture of one person is to be nearer than one of another.

Distances are squared Euclidean unless a name or `squared=False` says otherwise.
"""

from keras import ops

from utils.core.arrays import at_least_float32
from utils.core.validation import number
from utils.measures.mining import (
    Triplets,
    batch_hard,
    random_triplets,
    semi_hard,
)
from utils.measures.pair_distances import euclidean_distance, squared_distance


def hinge(gaps, margin):
    """Returns max(gap + margin, 0), or log(1 + exp(gap)) for the margin "soft"."""
    return ops.softplus(gaps) if margin == "soft" else ops.relu(gaps + margin)


@at_least_float32
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

    The mean over anchors of max(d(a, farthest positive) - d(a, nearest negative) +
    margin, 0).

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
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
    farthest_positive, nearest_negative, counted = batch_hard(
        labels, embeddings, squared
    )
    return weighted_mean(hinge(farthest_positive - nearest_negative, margin), counted)


def semi_hard_triplet_loss(labels, embeddings, margin=0.2, squared=True):
    """Returns the triplet loss of each positive pair with its semi-hard negative.

    That is the nearest negative that is farther than the positive; where there is
    none, the farthest negative.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
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
    positive, semi_hard_negative, counted = semi_hard(labels, embeddings, squared)
    return weighted_mean(hinge(positive - semi_hard_negative, margin), counted)


def random_triplet_loss(labels, embeddings, margin=0.2, seed=0, squared=True):
    """Returns the triplet loss of one random triplet for each anchor in the batch.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
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
    positive, negative, counted = random_triplets(labels, embeddings, seed, squared)
    return weighted_mean(hinge(positive - negative, margin), counted)


def mined_loss(triplets: Triplets, margin):
    """Returns the mean loss of the triplets that were chosen, a scalar."""
    losses = hinge(triplets.positive - triplets.negative, margin)
    return weighted_mean(losses, triplets.counted)


def active_fraction(triplets: Triplets, margin):
    """Returns the share of the chosen triplets that still teach something, a scalar.

    A triplet is active if the negative is not farther than the positive by the margin;
    with the margin "soft", if it is not farther at all.
    """
    margin = 0.0 if margin == "soft" else margin
    active = triplets.positive - triplets.negative + margin > 0
    return weighted_mean(ops.cast(active, triplets.counted.dtype), triplets.counted)


def check_margin(margin) -> None:
    """Raises a ValueError unless the margin is "soft" or a number of at least 0."""
    if not (isinstance(margin, str) and margin == "soft"):
        fix = "With a negative one the negative may be nearer than the positive."
        number(margin, "margin", least=0, fix=f"Or write 'soft'. {fix}")


@at_least_float32
def weighted_mean(values, weights):
    """Returns the weighted mean, and 0 where nothing counts."""
    total = ops.sum(weights)
    safe = ops.where(total > 0, total, ops.ones_like(total))
    return ops.sum(values * weights) / safe
