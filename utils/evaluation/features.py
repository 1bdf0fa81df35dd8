"""Features of examples, checked: what every judge of two samples starts from."""

import numpy as np
from keras import ops

#: Numbers in one block of distances, 64 MiB as float64.
BLOCK = 2**23


def check_features(real_features, fake_features, least: int = 2):
    """Returns both sets of features as float64 arrays that belong together.

    Args:
        real_features: `(n, d)`, NumPy array or tensor.
        fake_features: `(m, d)`.
        least: how many rows each must have.

    Raises:
        ValueError: for other shapes, too few rows, or values that are not finite.
    """
    sets = {
        name: np.asarray(ops.convert_to_numpy(values), dtype="float64")
        for name, values in (("real", real_features), ("generated", fake_features))
    }
    for name, values in sets.items():
        if values.ndim != 2 or values.shape[1] < 1:
            raise ValueError(
                f"The {name} features have shape {values.shape}: give one row an "
                "example, (n, d). Pictures become rows by `digit_features(images)`, or "
                "by `images.reshape(len(images), -1)`."
            )
        if len(values) < least:
            raise ValueError(
                f"There are {len(values)} {name} features, but this judge needs "
                f"{least} or more."
            )
        broken = ~np.isfinite(values).all(axis=1)
        if broken.any():
            raise ValueError(
                f"{broken.sum()} of {len(values)} {name} features hold NaN or "
                "infinity: the generator has diverged, or was given bad input."
            )
    real, fake = sets.values()
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"The real features have {real.shape[1]} columns and the generated ones "
            f"{fake.shape[1]}: both must come from the same network."
        )
    return real, fake


def blocks(rows: int, columns: int):
    """Yields slices of the rows so that a block of distances stays small."""
    step = max(1, BLOCK // columns)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
