"""How probable points are under a Gaussian, or symbols, and what that is in bits.

NumPy in, NumPy float64 out; a tensor in, a tensor of its dtype out, with gradients.
"""

import math

import numpy as np
from keras import ops

from utils.core.arrays import as_floats, concrete, exp, log, to_numpy
from utils.core.validation import finite
from utils.measures.gaussian_kl import check_covariance, check_shapes, check_std

LOG_2_PI = math.log(2 * math.pi)


def gaussian_log_density(x, mean, std):
    """Returns the log-density of N(mean, diag(std²)) at points, in nats.

    log N = Σ −½·((x − μ)/σ)² − log σ − ½·log 2π, over the last axis.

    Args:
        x: points, numbers or an array `(..., d)`.
        mean, std: numbers or arrays that broadcast with x, std > 0. For covariance
            matrices there is `gaussian_log_density_full`.

    Returns:
        A scalar for numbers and for one point `(d,)`; `(...)` for leading axes.

    Raises:
        ValueError: for a standard deviation that is not positive and finite, or for
            shapes that do not fit together.

    Source: Bishop (2006), Pattern recognition and machine learning, section 2.3.
    """
    xp, arrays = as_floats(x, mean, std)
    x, mean, std = arrays
    _check_points(x, mean, std)
    check_std("std", std, x)
    terms = -0.5 * (((x - mean) / std) ** 2 + LOG_2_PI) - log(std)
    return xp.sum(terms, axis=-1) if len(terms.shape) else terms


def gaussian_log_density_full(x, mean, covariance):
    """Returns the log-density of N(mean, covariance) at points, in nats.

    log N = −½·‖L⁻¹(x − μ)‖² − Σ log L_ii − ½·d·log 2π with covariance = LLᵀ.

    Args:
        x: points `(n, d)`.
        mean: `(d,)`.
        covariance: `(d, d)`, symmetric, positive definite.

    Returns:
        An array `(n,)`.

    Raises:
        ValueError: for a covariance that is not square, symmetric and positive
            definite (it names the eigenvalue), or shapes that do not fit together.

    Source: Bishop (2006), Pattern recognition and machine learning, section 2.3.
    """
    xp, arrays = as_floats(x, mean, covariance)
    x, mean, covariance = arrays
    if len(x.shape) != 2:
        raise ValueError(
            f"The points have shape {tuple(x.shape)}: give one per row, (n, d)."
        )
    _check_points(x, mean)
    check_covariance("covariance", covariance, mean)
    factor = xp.linalg.cholesky(covariance)
    white = xp.linalg.solve(factor, xp.transpose(x - mean))
    volume = xp.sum(log(xp.diagonal(factor)))
    return -0.5 * (xp.sum(white**2, axis=0) + x.shape[-1] * LOG_2_PI) - volume


def categorical_nll(logits, symbols):
    """Returns −log softmax(logits)[symbol] in nats, one number per symbol.

    −log p = log Σ_k exp(z_k) − z_symbol: the cross-entropy with what came. A model that
    knows nothing has log k; one that knows the truth has the entropy on average.

    Args:
        logits: `(..., k)`.
        symbols: whole numbers from 0 to k − 1, `(...)`.

    Returns:
        An array `(...)`.

    Raises:
        ValueError: for shapes that do not fit, or a symbol out of range.

    Source: Bishop (2006), Pattern recognition and machine learning, section 4.3.4.
    """
    xp, (logits,) = as_floats(logits)
    symbols = symbols if xp is ops else to_numpy(symbols, "The symbols")
    _check_symbols(logits, symbols)
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)  # exp cannot overflow
    normalizer = log(xp.sum(exp(shifted), axis=-1))
    if xp is np:
        places = symbols.astype("int64")[..., None]
    else:
        places = ops.expand_dims(ops.cast(symbols, "int32"), -1)
    return normalizer - xp.take_along_axis(shifted, places, axis=-1)[..., 0]


def bits_per_dimension(log_density, dimensions: int, bin_width: float = 1.0):
    """Returns what a log-density costs in bits for each dimension, averaged.

    −mean(log p)/(d·log 2) − log₂(bin_width). Pixels come in steps: a model that spreads
    a density over a cube of that width around each gray level gives the level itself
    the probability p·widthᵈ, and needs −log₂ of it to store the picture.

    Args:
        log_density: log-densities in nats, at pixels to which uniform noise of
            `bin_width` was added; any shape.
        dimensions: numbers in one picture, at least 1.
        bin_width: distance between two gray levels, > 0; 1 for the density itself.

    Returns:
        A scalar. 17 gray levels that are all alike cost log₂ 17 = 4.09 bits.

    Raises:
        ValueError: for no log-densities, no dimensions or a width that is not positive.

    Source: Theis, van den Oord, Bethge (2016), A note on the evaluation of generative
    models, section 3.1.
    """
    xp, (values,) = as_floats(log_density)
    if 0 in tuple(values.shape):
        raise ValueError("There are no log-densities: give at least one.")
    if dimensions < 1 or not 0 < bin_width < math.inf:
        raise ValueError(
            f"{dimensions} dimensions and a bin width of {bin_width}: both must be "
            "positive."
        )
    nats = -xp.mean(values) / dimensions
    return nats / math.log(2) - math.log2(bin_width)


def maximum_likelihood(x) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean and the covariance that make points most likely.

    μ = (1/n)·Σ xᵢ and C = (1/n)·Σ (xᵢ − μ)(xᵢ − μ)ᵀ: divided by n, not n − 1.

    Args:
        x: points `(n, d)`, NumPy.

    Returns:
        The mean, float64 `(d,)`, and the covariance `(d, d)`.

    Raises:
        ValueError: for an empty sample, another shape, or numbers that are not finite.

    Source: Anderson (1958), An introduction to multivariate statistical analysis,
    theorem 3.2.1.
    """
    x = to_numpy(x, "The sample")
    if x.ndim != 2 or x.size == 0:
        raise ValueError(
            f"The sample has shape {x.shape}: give at least one point a row, (n, d)."
        )
    finite(x, "The sample")
    mean = x.mean(axis=0)
    return mean, (x - mean).T @ (x - mean) / len(x)


def _check_points(*arrays) -> None:
    if 0 in tuple(arrays[0].shape):
        raise ValueError("There are no points: give at least one.")
    check_shapes(
        "The points and the parameters",
        arrays,
        "give points (n, d) and parameters (d,).",
    )


def _check_symbols(logits, symbols) -> None:
    kinds = logits.shape[-1]
    if tuple(logits.shape[1:-1]) != tuple(symbols.shape[1:]):
        raise ValueError(
            f"Logits {tuple(logits.shape)} and symbols {tuple(symbols.shape)} were "
            "given: give (..., k) and (...)."
        )
    given = concrete(symbols)
    if given is not None and not ((given >= 0) & (given < kinds)).all():
        raise ValueError(
            f"Symbols from {given.min():.0f} to {given.max():.0f} were given, but the "
            f"logits are for 0 to {kinds - 1}."
        )
