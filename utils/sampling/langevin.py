"""Langevin dynamics: gradient ascent with just the noise that makes it a draw."""

import math

from utils.core.validation import number
from utils.sampling.ascent import ascend


def langevin(score, x, steps, step_size, temperature=1.0, bounds=None, seed=0):
    """Draws from p(x) ∝ exp(score(x) / temperature) by steps of Langevin dynamics.

    x ← x + (step_size/2)·∇score(x) + √(step_size·temperature)·ε. Exact for many and
    small steps: on a Gaussian with variance s² it ends with s²/(1 − step_size/(4·s²)),
    for a score −x²/(2·s²) at temperature 1.

    Args:
        score: as in `ascend`.
        x: where to start, array `(n, ...)`.
        steps: how many, at least 0.
        step_size: positive; small beside the variance of p.
        temperature: at least 0; at 0 it is plain ascent.
        bounds: as in `ascend`.
        seed: int, for the noise.

    Returns:
        NumPy array of the shape of x.

    Raises:
        ValueError: if an argument is out of range.

    Source: Langevin (1908); Roberts and Tweedie (1996); Welling and Teh (2011).
    """
    number(temperature, "temperature", least=0)
    noise = math.sqrt(number(step_size, "step_size", above=0) * temperature)
    return ascend(score, x, steps, step_size / 2, noise, bounds, seed)
