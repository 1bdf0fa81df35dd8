"""Two sets of features, real and generated, that belong together."""

from utils.core.arrays import to_numpy
from utils.core.validation import finite


def check_features(real_features, fake_features, least: int = 2):
    """Returns both sets of features as float64 arrays that belong together.

    Args:
        real_features: `(n, d)`, array or tensor of any real type.
        fake_features: `(m, d)`.
        least: how many rows each must have.

    Raises:
        ValueError: for other shapes, too few rows, or values that are not finite.
    """
    sets = {"real": real_features, "generated": fake_features}
    for name, values in sets.items():
        sets[name] = rows = to_numpy(values, f"The {name} features")
        if rows.ndim != 2 or rows.shape[1] < 1:
            raise ValueError(
                f"The {name} features have shape {rows.shape}: give one row per "
                "example, (n, d). Pictures become rows by `digit_features(images)`, or "
                "by `images.reshape(len(images), -1)`."
            )
        if len(rows) < least:
            raise ValueError(
                f"There are {len(rows)} {name} features, but {least} or more are "
                "needed."
            )
        finite(rows, f"The {name} features", "the generator may have diverged.")
    real, fake = sets.values()
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"The real features have {real.shape[1]} columns and the generated ones "
            f"{fake.shape[1]}: both must come from the same network."
        )
    return real, fake
