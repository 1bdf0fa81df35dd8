"""Which triplets of a batch to learn from: random, semi-hard, or the hardest."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from utils.core.arrays import at_least_float32, concrete, is_tensor
from utils.measures.pair_distances import euclidean_distance, squared_distance

_LARGEST = 2**31 - 1  # of the whole numbers that stand for distances


class Triplets(NamedTuple):
    """The distances of the triplets that were chosen, each tensor of the same shape.

    Attributes:
        positive: d(anchor, positive).
        negative: d(anchor, negative).
        counted: 1.0 for a triplet, 0.0 where there is none to choose.
    """

    positive: object
    negative: object
    counted: object


def batch_hard(labels, embeddings, squared=True) -> Triplets:
    """Takes for each anchor its farthest positive and its nearest negative.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
        embeddings: `(n, d)`.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        `Triplets` `(n,)`, one per anchor; those without a partner are not counted.

    Raises:
        ValueError: as `check_batch`.

    Source: Hermans, Beyer, Leibe (2017).
    """
    labels, embeddings = check_batch(labels, embeddings)
    same = labels[:, None] == labels[None]
    # Choosing needs no gradient and no exact distance; the chosen pairs get both. An
    # anchor among its own positives does no harm: at distance 0 it never is too far.
    distances = _order_of_distances(embeddings)
    farthest = ops.argmax(ops.where(same, distances, -_LARGEST), axis=1)
    nearest = ops.argmin(ops.where(same, _LARGEST, distances), axis=1)
    pictures = _how_often(labels)
    counted = ops.logical_and(pictures > 1, pictures < ops.shape(labels)[0])
    return _of_each_anchor(embeddings, farthest, nearest, counted, squared)


def semi_hard(labels, embeddings, squared=True) -> Triplets:
    """Takes for each positive pair the nearest negative that is farther away.

    Where no negative is farther than the positive, it takes the farthest there is.
    Memory grows with n³: for batches of up to about 256.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
        embeddings: `(n, d)`.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        `Triplets` `(n, n)`: anchors down, positives across.

    Raises:
        ValueError: as `check_batch`.

    Source: Schroff, Kalenichenko, Philbin (2015).
    """
    labels, embeddings = check_batch(labels, embeddings)
    same, different = pair_masks(labels)
    distance = squared_distance if squared else euclidean_distance
    # Pair by pair, so that two equal pictures are at exactly the same distance.
    distances = distance(embeddings[:, None], embeddings[None])
    fixed = ops.stop_gradient(distances)
    farther = ops.logical_and(
        different[:, None, :], fixed[:, None, :] > fixed[..., None]
    )
    nearest = ops.argmin(ops.where(farther, fixed[:, None, :], np.inf), axis=2)
    farthest = ops.argmax(ops.where(different, fixed, -1.0), axis=1)
    chosen = ops.where(ops.any(farther, axis=2), nearest, farthest[:, None])
    negative = ops.take_along_axis(distances, chosen, axis=1)
    counted = ops.logical_and(same, ops.any(different, axis=1)[:, None])
    return Triplets(distances, negative, ops.cast(counted, embeddings.dtype))


def random_triplets(labels, embeddings, seed, squared=True) -> Triplets:
    """Takes for each anchor any positive and any negative, all equally likely.

    Args:
        labels: `(n,)`, who is on each picture: numbers or names.
        embeddings: `(n, d)`.
        seed: int, or a `keras.random.SeedGenerator` for new draws at each step.
        squared: whether distances are squared Euclidean, or Euclidean.

    Returns:
        `Triplets` `(n,)`, one per anchor; those without a partner are not counted.

    Raises:
        ValueError: as `check_batch`.
    """
    labels, embeddings = check_batch(labels, embeddings)
    same, different = pair_masks(labels)
    lots = keras.random.uniform(ops.shape(same), seed=seed)
    positive = ops.argmax(ops.where(same, lots, -1.0), axis=1)
    negative = ops.argmax(ops.where(different, lots, -1.0), axis=1)
    counted = ops.logical_and(ops.any(same, axis=1), ops.any(different, axis=1))
    return _of_each_anchor(embeddings, positive, negative, counted, squared)


def pair_masks(labels):
    """Says which pairs of a batch are of one person, and which are of two.

    Args:
        labels: `(n,)` or `(n, 1)`, who is on each picture: numbers or names.

    Returns:
        Two boolean tensors `(n, n)`; a picture with itself is neither.
    """
    labels = _one_row(labels)
    equal = labels[:, None] == labels[None]
    itself = ops.eye(ops.shape(labels)[0], dtype="bool")
    return ops.logical_and(equal, ops.logical_not(itself)), ops.logical_not(equal)


def check_batch(labels, embeddings):
    """Returns labels `(n,)` and embeddings `(n, d)`, if they make a triplet.

    The embeddings come back in float32 or float64: half precision cannot order their
    distances. Inside a compiled function labels have no values yet: then only shapes
    are checked, and a batch without a triplet has a loss of 0.

    Raises:
        ValueError: for embeddings that are not `(n, d)`, another number of labels, no
            person with two pictures, or a single person.
    """
    embeddings, labels = _as_floats(embeddings), _one_row(labels)
    if len(embeddings.shape) != 2:
        raise ValueError(
            f"The embeddings have shape {tuple(embeddings.shape)}, but must be (n, d): "
            "one row per picture."
        )
    sizes = labels.shape[0], embeddings.shape[0]
    if None not in sizes and sizes[0] != sizes[1]:
        raise ValueError(
            f"{sizes[0]} labels were given for {sizes[1]} embeddings: give one label "
            "per picture, a number or a name. (One-hot rows: labels.argmax(axis=1).)"
        )
    numbers = concrete(labels)
    if numbers is None:
        return labels, embeddings
    _, counts = np.unique(numbers, return_counts=True)
    if len(counts) < 2 or counts.max() < 2:
        raise ValueError(
            f"The batch has {len(counts)} person(s), with at most "
            f"{counts.max(initial=0)} picture(s) of one, but a triplet needs two "
            "pictures of one person and one of another. Draw batches of several people "
            "with several pictures each: utils.data.pk_batches.PKBatches."
        )
    return labels, embeddings


def _order_of_distances(embeddings):
    """Whole numbers that lie in each row in the order of the distances; no gradient.

    |x|² - 2·a·x: the anchor's own |a|² is the same all along its row. Centered first:
    far from the origin digits would be lost. In steps of 2^-30 of the largest, finer
    than float32 itself; the largest whole number is found several times as fast.
    """
    x = ops.stop_gradient(embeddings)
    x = x - ops.mean(x, axis=0)
    lengths = ops.sum(ops.square(x), axis=1)
    scale = 2.0**30 / (3.0 * ops.maximum(ops.max(lengths), 1e-20))
    products = ops.matmul(-2.0 * scale * x, ops.transpose(x))
    return ops.cast(scale * lengths + products, "int32")


@at_least_float32
def _as_floats(embeddings):
    return embeddings


def _one_row(labels):
    if not is_tensor(labels):
        # Numbered anew: JAX would cut long numbers short, and names are none.
        labels = np.unique(np.asarray(labels), return_inverse=True)[1]
    return ops.reshape(ops.convert_to_tensor(labels), (-1,))


def _how_often(labels):
    """How many pictures of each picture's person there are; no (n, n) matrix."""
    in_order = ops.sort(labels)
    after = ops.searchsorted(in_order, labels, side="right")
    return ops.cast(after - ops.searchsorted(in_order, labels), "int32")


def _of_each_anchor(embeddings, positive, negative, counted, squared) -> Triplets:
    distance = squared_distance if squared else euclidean_distance
    # Taken together: each time costs a scattered gradient.
    rows = ops.stack([positive, negative])
    both = distance(embeddings, ops.take(embeddings, rows, axis=0))
    return Triplets(both[0], both[1], ops.cast(counted, embeddings.dtype))
