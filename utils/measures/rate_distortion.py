"""The best that a code can do on Gaussian data: what an error costs in nats."""

import numpy as np


def optimum(variances, noise: float, beta: float) -> tuple[float, float]:
    """Returns the squared error and the KL of the best VAE on Gaussian data.

    Axis by axis the error e lowers e/(2·noise) + β·½·log(λ/e): e = β·noise, or λ where
    that is smaller. The KL is ½·log(λ/e).

    Args:
        variances: λ of the data along its principal axes, `(d,)`.
        noise: variance of the decoder's Gaussian, > 0.
        beta: weight of the KL term, > 0.

    Returns:
        Both summed over the axes: the error, and the KL in nats.

    Source: Cover and Thomas (2006), theorem 10.3.3, reverse water-filling.
    """
    variances = np.asarray(variances, dtype="float64")
    errors = np.minimum(variances, beta * noise)
    return float(errors.sum()), float(0.5 * np.log(variances / errors).sum())
