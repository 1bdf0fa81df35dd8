"""The Kullback-Leibler divergence of two Gaussians, in closed form.

NumPy in, NumPy float64 out; a tensor in, a tensor of its dtype out, with gradients.
"""

import numpy as np

from utils.core.arrays import as_floats, concrete, expm1, log


def gaussian_kl(mean_p, std_p, mean_q, std_q):
    """Returns the KL divergence of N(mean_p, std_p²) from N(mean_q, std_q²), in nats.

    KL = Σ log(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½, over the last axis.

    Args:
        mean_p, mean_q: means, numbers or arrays `(..., d)`, d independent dimensions.
        std_p, std_q: standard deviations > 0, numbers or arrays that broadcast with
            the means. For covariance matrices there is `gaussian_kl_full`.

    Returns:
        A scalar for numbers and for vectors `(d,)`; `(...)` for leading axes.

    Raises:
        ValueError: for a standard deviation that is not positive and finite, or a
            matrix beside a mean vector.

    Source: Kullback (1959), Information theory and statistics, chapter 9.
    """
    xp, arrays = as_floats(mean_p, std_p, mean_q, std_q)
    check_shapes(
        "mean_p, std_p, mean_q and std_q",
        arrays,
        "give numbers, or arrays (..., d) of one shape.",
    )
    mean_p, std_p, mean_q, std_q = arrays
    check_std("std_p", std_p, mean_p)
    check_std("std_q", std_q, mean_q)
    log_ratio = log(std_p) - log(std_q)
    distance = (mean_p - mean_q) / std_q
    # expm1 keeps the digits that σ_p²/σ_q² − 1 loses where the two are nearly equal.
    terms = 0.5 * (expm1(2 * log_ratio) - 2 * log_ratio + distance**2)
    return xp.sum(terms, axis=-1) if len(terms.shape) else terms


def gaussian_kl_full(mean_p, covariance_p, mean_q, covariance_q):
    """Returns the KL divergence of two Gaussians with full covariances, in nats.

    KL = ½·[tr(C_q⁻¹C_p) + (μ_p − μ_q)ᵀC_q⁻¹(μ_p − μ_q) − d + log(det C_q/det C_p)],
    through the Cholesky factors C = LLᵀ.

    Args:
        mean_p, mean_q: means `(..., d)`.
        covariance_p, covariance_q: covariances `(..., d, d)`, symmetric, positive
            definite.

    Returns:
        An array of shape `(...)`.

    Raises:
        ValueError: for a covariance that is not square, symmetric and positive
            definite (it names the eigenvalue), or a mean that does not fit it.

    Source: Kullback (1959), Information theory and statistics, chapter 9.
    """
    xp, arrays = as_floats(mean_p, covariance_p, mean_q, covariance_q)
    mean_p, covariance_p, mean_q, covariance_q = arrays
    check_covariance("covariance_p", covariance_p, mean_p)
    check_covariance("covariance_q", covariance_q, mean_q)
    factor_p = xp.linalg.cholesky(covariance_p)
    factor_q = xp.linalg.cholesky(covariance_q)
    spread = xp.linalg.solve(factor_q, factor_p)
    distance = xp.linalg.solve(factor_q, (mean_p - mean_q)[..., None])[..., 0]
    log_ratio = _log_diagonal(xp, factor_p) - _log_diagonal(xp, factor_q)
    trace = xp.sum(spread**2, axis=(-2, -1)) - mean_p.shape[-1]
    return 0.5 * (trace + xp.sum(distance**2, axis=-1)) - xp.sum(log_ratio, axis=-1)


def _log_diagonal(xp, factor):
    return log(xp.diagonal(factor, axis1=-2, axis2=-1))


def check_shapes(what: str, arrays, fix: str) -> None:
    """Raises a ValueError unless the shapes of arrays broadcast.

    Args:
        what: their names, for the message.
        arrays: tensors or arrays.
        fix: what to give, after the colon.
    """
    shapes = [tuple(array.shape) for array in arrays]
    if any(None in shape for shape in shapes):  # not known yet, in a compiled function
        return
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"{what} have the shapes {shapes}, which do not fit together: {fix}"
        ) from None


def check_std(name: str, std, mean) -> None:
    """Raises a ValueError unless `std` is positive, finite and fits its mean.

    Args:
        name: of the argument, for the message.
        std: tensor or array, a number or one per axis.
        mean: tensor or array that it stands beside.
    """
    if len(std.shape) > len(mean.shape) > 0:
        raise ValueError(
            f"{name} has shape {tuple(std.shape)} beside a mean of shape "
            f"{tuple(mean.shape)}: give one standard deviation per dimension, or use "
            "gaussian_kl_full(mean_p, covariance_p, mean_q, covariance_q)."
        )
    numbers = concrete(std)
    if numbers is not None and not ((numbers > 0) & (numbers < np.inf)).all():
        bad = numbers[~((numbers > 0) & (numbers < np.inf))].flat[0]
        raise ValueError(
            f"{name} holds {bad:g}: a standard deviation is positive and finite."
        )


def check_covariance(name: str, covariance, mean) -> None:
    """Raises a ValueError unless `covariance` is positive definite and fits its mean.

    Args:
        name: of the argument, for the message.
        covariance: `(..., d, d)` tensor or array.
        mean: `(..., d)` tensor or array that it stands beside.
    """
    shape = tuple(covariance.shape)
    if len(shape) < 2 or len(mean.shape) < 1 or shape[-2:] != (mean.shape[-1],) * 2:
        raise ValueError(
            f"{name} has shape {shape} beside a mean of shape {tuple(mean.shape)}: for "
            "a mean (..., d) give a covariance (..., d, d)."
        )
    numbers = concrete(covariance)
    if numbers is None:
        return
    if not np.allclose(numbers, np.swapaxes(numbers, -1, -2), rtol=1e-5, atol=1e-8):
        raise ValueError(f"{name} is not symmetric: use (C + C.T)/2.")
    eigenvalues = np.linalg.eigvalsh(numbers)
    smallest = eigenvalues.min()
    if not smallest > np.finfo("float64").eps * eigenvalues.max():
        raise ValueError(
            f"{name} is not positive definite: its smallest eigenvalue is "
            f"{smallest:.3g}. Add a small multiple of the identity."
        )
