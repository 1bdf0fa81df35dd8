"""Which noise belongs to which example: pairs on which a flow learns its way."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from utils.core.arrays import squared_distances
from utils.core.validation import finite, integer


def pairs_of(noise, data) -> np.ndarray:
    """Returns noise and data side by side, `(n, 2, ...)`, float32: noise, then data.

    Raises:
        ValueError: unless both have the same shape.
    """
    noise, data = finite(noise, "The noise"), finite(data, "The data")
    if noise.shape != data.shape:
        raise ValueError(
            f"The noise has shape {noise.shape} and the data {data.shape}: each "
            "example needs a noise of its own shape."
        )
    return np.stack([noise, data], axis=1).astype("float32")


def optimal_pairs(noise, data, chunk: int = 64) -> np.ndarray:
    """Returns pairs in which the noise of each chunk lies near its data.

    In every chunk the noise is dealt out anew so that Σ |x_i − z_i|² is as small as it
    can be (the assignment problem): optimal transport between two small samples. The
    paths of a large chunk hardly cross; it costs the cube of the chunk.

    Args:
        noise, data: `(n, ...)` each.
        chunk: examples that are dealt among themselves, at least 1; 1 changes nothing.

    Returns:
        As `pairs_of`.

    Raises:
        ValueError: as `pairs_of`, or for a chunk that is not a positive integer.

    Source: Pooladian et al. (2023); Tong et al. (2024), minibatch optimal transport.
    """
    pairs = pairs_of(noise, data)
    flat = pairs.reshape(len(pairs), 2, -1)
    for start in range(0, len(pairs), integer(chunk, "chunk")):
        part = slice(start, start + chunk)
        distances = squared_distances(flat[part, 1], flat[part, 0])
        _, nearest = linear_sum_assignment(distances)
        flat[part, 0] = flat[part, 0][nearest]
    return pairs
