"""What the past of a Gaussian sound tells about its next sample."""

import math

import numpy as np
from scipy.special import ndtr

from utils.core.validation import finite, integer, number, rows
from utils.measures.mu_law import edges


def prediction_errors(autocovariance, memory: int) -> np.ndarray:
    """Returns the variance that is left after 0, 1, … samples of memory.

    E_0 = r_0 and E_k = E_(k−1)·(1 − κ_k²), with the reflection κ_k of Levinson's
    recursion: no function of the last k samples does better on a Gaussian sound.

    Args:
        autocovariance: E[x_t·x_(t−k)] for k = 0, 1, …, more than `memory` of them.
        memory: the largest number of samples.

    Returns:
        float64 `(memory + 1,)`, in the units of the sound, squared.

    Raises:
        ValueError: for too few covariances.

    Source: Levinson (1947); Durbin (1960).
    """
    r = finite(autocovariance, "The autocovariance")
    memory = integer(memory, "memory", least=0, most=len(r) - 1)
    weights, errors = np.zeros(0), [float(r[0])]
    for k in range(1, memory + 1):
        reflection = (r[k] - weights @ r[k - 1 : 0 : -1]) / errors[-1]
        weights = np.append(weights - reflection * weights[::-1], reflection)
        errors.append(errors[-1] * (1 - reflection**2))
    return np.array(errors)


def linear_predictor(x, order: int) -> tuple[np.ndarray, float]:
    """Solves for the weights that predict a sample best from those before it.

    x_t ≈ Σ_k a_k·x_(t−k), k = 1 … order, with the least squared error over all places
    that have so much past: the normal equations, which are solved, not descended.

    Args:
        x: sounds `(n, length)`.
        order: how many samples of the past, less than `length`.

    Returns:
        The weights a_1, a_2, … `(order,)`, float64, and the root of the mean squared
        error on these sounds, from sample `order` + 1 on, > 0.

    Raises:
        ValueError: for another shape or order, numbers that are not finite, or sounds
            that are foreseen without an error: their density would be infinite.

    Source: Atal and Hanauer (1971), linear prediction of speech; Makhoul (1975).
    """
    x = rows(finite(x, "The sounds"), "The sounds", ("length",)).astype("float64")
    order = integer(order, "order", most=x.shape[1] - 1)
    products = np.zeros((order + 1, order + 1))
    for sound in x:
        seen = np.lib.stride_tricks.sliding_window_view(sound, order + 1)
        products += seen.T @ seen
    products /= len(x) * (x.shape[1] - order)
    past, now = products[:-1, :-1], products[:-1, -1]
    weights = np.linalg.lstsq(past, now, rcond=None)[0]
    error = products[-1, -1] - weights @ now
    if error <= 1e-12 * products[-1, -1]:
        raise ValueError(
            f"{order} samples foresee the sounds without an error, so that their "
            "density would be infinite: add a little noise, or take a lower order."
        )
    return weights[::-1].copy(), math.sqrt(error)


def quantized_floor(error: float, std: float, levels: int = 256) -> float:
    """Returns the nats per μ-law sample that no model undercuts.

    E over m of H(level of m + e), e ~ N(0, error²), where the prediction m spreads as
    N(0, std² − error²). The past is taken as it was before rounding: a model that
    reads levels has a higher floor, which `utils.measures.particle_filter` computes.

    Args:
        error: standard deviation of what cannot be foreseen, in (0, std].
        std: of the sound, in units of its full scale.
        levels: of μ-law.

    Raises:
        ValueError: for a number out of range.
    """
    number(std, "std", above=0)
    number(error, "error", above=0, most=std * (1 + 1e-9))
    spread = math.sqrt(max(std**2 - error**2, 0.0))
    nodes, weights = np.polynomial.hermite_e.hermegauss(201)
    ends = np.concatenate([[-np.inf], edges(levels), [np.inf]])
    p = np.diff(ndtr((ends - spread * nodes[:, None]) / error), axis=1)
    surprise = -p * np.log(np.where(p > 0, p, 1.0))
    return float(weights @ surprise.sum(axis=1) / weights.sum())
