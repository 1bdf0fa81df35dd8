"""The one batched forward pass, and rows of a large matrix block by block."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras import ops

from utils.core.arrays import to_numpy

#: Numbers in one block of a large matrix, 64 MiB as float64.
BLOCK = 2**23


def in_batches(function: Callable, *arrays, size: int = 1000, dtype: str | None = None):
    """Returns what a function makes of arrays, batch by batch, as NumPy.

    A batch is filled up to a power of two, or to `size`, by repeating its first row,
    and the surplus is cut off again: JAX compiles anew for each size it meets.

    Args:
        function: from tensors `(b, ...)` to a tensor `(b, ...)`, each row by itself.
        *arrays: `(n, ...)` each, arrays or tensors, with the same n of at least 1.
        size: rows in a batch, at least 1.
        dtype: of the tensors; Keras' default float type if None.

    Returns:
        NumPy array `(n, ...)`.

    Raises:
        ValueError: if there is no row, or the arrays differ in length.
    """
    dtype = dtype or keras.config.floatx()
    arrays = [to_numpy(each, dtype=dtype) for each in arrays]
    rows = {len(each) for each in arrays}
    if len(rows) != 1 or rows == {0}:
        raise ValueError(
            f"Arrays of {', '.join(map(str, sorted(rows)))} rows were given: give at "
            "least one row, and as many of each."
        )
    parts = []
    for start in range(0, *rows, size):
        batch = [each[start : start + size] for each in arrays]
        n = len(batch[0])
        missing = min(size, filled_up(n)) - n
        filled = [np.concatenate([each, each[:1].repeat(missing, 0)]) for each in batch]
        made = function(*map(ops.convert_to_tensor, filled))
        parts.append(ops.convert_to_numpy(made)[:n])
    return np.concatenate(parts)


def filled_up(n: int) -> int:
    """Returns the power of two that n rows are filled up to, at least n."""
    return 1 << (n - 1).bit_length()


def standard_normal(n: int, dimensions: int, seed: int) -> np.ndarray:
    """Returns n draws from N(0, I), NumPy `(n, dimensions)`, the same for a seed.

    On JAX a draw of each new size would compile for a second: some rows too many.
    """
    draws = keras.random.normal((filled_up(n), dimensions), seed=seed)
    return ops.convert_to_numpy(draws)[:n]


def blocks(rows: int, columns: int, numbers: int | None = None) -> Iterator[slice]:
    """Yields slices of rows so that a block of the matrix stays small.

    Args:
        rows, columns: of the whole matrix.
        numbers: in one block at most, but for a row, which is never cut; None for
            `BLOCK`.
    """
    step = max(1, (numbers or BLOCK) // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
