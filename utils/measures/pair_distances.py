"""Distances of embeddings, and the features of a pair that a binary head weighs."""

from keras import ops

from utils.core.arrays import at_least_float32


@at_least_float32
def squared_distance(a, b):
    """Returns |a - b|², the squared Euclidean distance of each pair.

    Args:
        a, b: embeddings `(..., d)`, of shapes that broadcast.

    Returns:
        Tensor `(...)`, at least 0; the gradient is 0 where a = b.
    """
    return ops.sum(ops.square(ops.subtract(a, b)), axis=-1)


@at_least_float32
def euclidean_distance(a, b):
    """Returns |a - b|, with a gradient of 0 in place of NaN where a = b.

    Args:
        a, b: embeddings `(..., d)`, of shapes that broadcast.

    Returns:
        Tensor `(...)`, at least 0.
    """
    squares = squared_distance(a, b)
    apart = squares > 0
    # The slope of a root is infinite at 0: the root must not see the 0 at all.
    roots = ops.sqrt(ops.where(apart, squares, ops.ones_like(squares)))
    return ops.where(apart, roots, ops.zeros_like(squares))


@at_least_float32
def pairwise_squared_distances(a, b=None):
    """Returns |a_i - b_j|² of all pairs, by |a|² + |b|² - 2·a·b: one matrix product.

    Rounding leaves an error of about 1e-7·(|a|² + |b|²); where that matters, take
    `squared_distance` of the few pairs that count.

    Args:
        a: embeddings `(n, d)`.
        b: embeddings `(m, d)`; by default those of a.

    Returns:
        Tensor `(n, m)`, at least 0.
    """
    b = a if b is None else b
    lengths_a = ops.sum(ops.square(a), axis=1, keepdims=True)
    lengths_b = ops.sum(ops.square(b), axis=1)
    return ops.relu(lengths_a + lengths_b - 2.0 * ops.matmul(a, ops.transpose(b)))


@at_least_float32
def absolute_features(a, b):
    """Returns |a - b|, element by element: what a head may weigh.

    Args:
        a, b: embeddings `(..., d)`, of shapes that broadcast.

    Returns:
        Tensor `(..., d)`, at least 0.

    Source: Koch, Zemel, Salakhutdinov (2015).
    """
    return ops.abs(ops.subtract(a, b))


@at_least_float32
def chi_square_features(a, b):
    """Returns (a - b)² / (a + b), element by element, and 0 where a = b = 0.

    It weighs a difference against the size of what differs. Below zero, where a sum
    could vanish between two numbers that differ, |a| + |b| takes its place.

    Args:
        a, b: embeddings `(..., d)`, of shapes that broadcast; as a rule from a ReLU or
            a softplus, so not below 0.

    Returns:
        Tensor `(..., d)`, at least 0; its gradient is finite everywhere.

    Source: Taigman, Yang, Ranzato, Wolf (2014), DeepFace.
    """
    sizes = ops.add(ops.abs(a), ops.abs(b))
    # Not only at 0: the slope has the square of the sum below, which vanishes earlier.
    safe = ops.where(sizes > 1e-15, sizes, ops.ones_like(sizes))
    return ops.square(ops.subtract(a, b)) / safe


@at_least_float32
def mean_pairwise_distance(embeddings):
    """Returns the mean squared distance over all pairs of a batch `(n, d)`, a scalar.

    It is 2n/(n - 1) times the sum of the variances, and 0 where everything has
    collapsed into one point.
    """
    n = ops.cast(ops.shape(embeddings)[0], embeddings.dtype)
    variances = ops.mean(ops.square(embeddings - ops.mean(embeddings, axis=0)), axis=0)
    return 2.0 * n / ops.maximum(n - 1.0, 1.0) * ops.sum(variances)
