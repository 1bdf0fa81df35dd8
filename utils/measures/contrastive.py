"""The contrastive loss: pull the pairs of one person together, push others apart."""

from keras import ops

from utils.core.arrays import at_least_float32
from utils.core.validation import number
from utils.measures.mining import pair_masks
from utils.measures.triplets import weighted_mean


@at_least_float32
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
    number(
        margin,
        "margin",
        above=0,
        fix="Pairs of two people are pushed apart as far as the margin.",
    )
    pull = same * ops.square(euclidean_distances)
    push = (1 - same) * ops.square(ops.relu(margin - euclidean_distances))
    losses = 0.5 * (pull + push)
    return ops.mean(losses) if weights is None else weighted_mean(losses, weights)


def balanced_pairs(labels):
    """Says which pairs of a batch are of one person, and weighs both kinds equally.

    A batch has far more pairs of two people than of one: unweighted, a model could
    call everybody different and be nearly always right.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.

    Returns:
        `same` `(n, n)`, 1 for one person; `weights` `(n, n)` that sum to 1 for each
        kind there is, and are 0 for a picture with itself. Both float32.
    """
    masks = [ops.cast(mask, "float32") for mask in pair_masks(labels)]
    weights = [mask / ops.maximum(ops.sum(mask), 1.0) for mask in masks]
    return masks[0], weights[0] + weights[1]
