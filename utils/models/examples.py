"""What a model asks of the examples it is given, before any training starts."""

import numpy as np


def check_examples(x, shape, maker):
    """Raises a ValueError unless an array of examples fits a model.

    Args:
        x: NumPy array of examples `(n, ...)`.
        shape: what one example must look like; pictures have three axes.
        maker: what asks for that shape, such as "the generator makes".
    """
    if x.shape[1:] != shape:
        raise ValueError(
            f"The real examples have shape {x.shape[1:]}, but {maker} {shape}. Reshape "
            "the examples, or build the network for them."
        )
    if not np.isfinite(x).all():
        raise ValueError(
            "The real examples hold NaN or infinite values, but must be finite. "
            "Remove those examples."
        )
    if len(shape) == 3 and (x.min() < -1 or x.max() > 1):
        raise ValueError(
            f"The pictures lie in [{x.min():g}, {x.max():g}], but must lie in "
            "[-1, 1]. Scale them: for bytes, x / 127.5 - 1."
        )
