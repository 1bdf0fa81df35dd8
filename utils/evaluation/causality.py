"""What a network's outputs depend on: change one input, and look what moves."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.batches import in_batches
from utils.core.validation import integer


def influence(network, x, levels: int | None = None, seed: int = 0) -> np.ndarray:
    """Returns which outputs move when one input changes.

    Each input is given another value, one at a time, and the outputs are compared with
    what they were. Where outputs are cut off, as by a ReLU, one example may hide what
    another shows: give several.

    Args:
        network: from `(n, *places)` to `(n, *places, outputs)`.
        x: examples `(n, *places)`, NumPy.
        levels: kinds of symbols, of which another is taken; None for numbers, to which
            noise is added.
        seed: int, for the changes.

    Returns:
        bool `(places, places)`, counted row by row: entry (i, j) says that input j
        moves output i.

    Raises:
        ValueError: for no example, or less than two levels.
    """
    x = to_numpy(x, "The examples")
    flat = x.reshape(len(x), -1)
    rng, places = np.random.default_rng(seed), flat.shape[1]
    if levels is None:
        changed = flat + rng.normal(size=flat.shape)
    else:
        step = rng.integers(1, integer(levels, "levels", least=2), flat.shape)
        changed = (flat + step) % levels
    copies = np.repeat(flat[:, None], places + 1, axis=1)  # the last one is unchanged
    each = np.arange(places)
    copies[:, each, each] = changed
    outputs = in_batches(network, copies.reshape(-1, *x.shape[1:]))
    outputs = outputs.reshape(len(x), places + 1, places, -1)
    moved = np.abs(outputs[:, :-1] - outputs[:, -1:]).max(axis=(0, -1)).T
    # A sum of other numbers in the same places rounds alike: what stays, stays.
    least = 1e-5 * np.abs(outputs).max()
    return moved > least


def leaks(network, x, levels: int | None = None) -> list[tuple[int, int]]:
    """Returns the pairs (output, input) in which an output sees itself or a later one.

    None, `[]`, for a network whose likelihood means something: the chain rule needs
    each place to be predicted from earlier ones alone. Arguments as for `influence`.
    """
    forbidden = np.triu(influence(network, x, levels))
    return [(int(i), int(j)) for i, j in np.argwhere(forbidden)]


def unseen(network, x, levels: int | None = None) -> list[tuple[int, int]]:
    """Returns the pairs (output, earlier input) of which the output sees nothing.

    Its blind spots. Arguments as for `influence`.
    """
    seen = influence(network, x, levels)
    before = np.tril(np.ones_like(seen), -1)
    return [(int(i), int(j)) for i, j in np.argwhere(before & ~seen)]
