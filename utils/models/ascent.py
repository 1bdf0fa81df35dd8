"""Climbing a score by its gradient: to a peak, or, with noise, all over the hill."""

import math

import keras
from keras import ops

from utils.autodiff import input_gradient


def ascend(score, x, steps, step_size, noise=0.0, bounds=None, seed=0):
    """Moves examples uphill: x ← x + step_size·∇score(x) + noise·ε, again and again.

    Args:
        score: function from a tensor `(n, ...)` to one score an example.
        x: where to start, array `(n, ...)`.
        steps: how many, at least 0. Each costs one pass forward through the network of
            the score and one back.
        step_size: positive.
        noise: standard deviation of what is added after each step, at least 0.
        bounds: None, or `(low, high)` that no number leaves.
        seed: int, for the noise.

    Returns:
        NumPy array of the shape of x.

    Raises:
        ValueError: if an argument is out of range.
    """
    _check(steps, step_size, noise, bounds)
    generator = keras.random.SeedGenerator(seed)
    x = ops.convert_to_tensor(x, dtype=keras.config.floatx())
    for _ in range(steps):
        x = x + step_size * ops.stop_gradient(input_gradient(score, x))
        if noise:
            x = x + noise * keras.random.normal(ops.shape(x), seed=generator)
        if bounds:
            x = ops.clip(x, *bounds)
    return ops.convert_to_numpy(x)


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
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature was {temperature}, but must be at least 0.")
    noise = math.sqrt(max(step_size, 0.0) * temperature)
    return ascend(score, x, steps, step_size / 2, noise, bounds, seed)


def _check(steps, step_size, noise, bounds):
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps was {steps!r}, but must be an integer of at least 0.")
    if not 0 < step_size < math.inf:
        raise ValueError(f"step_size was {step_size}, but must be positive.")
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise was {noise}, but must be at least 0.")
    if bounds is not None and not bounds[0] < bounds[1]:
        raise ValueError(f"bounds were {bounds}, but must be (low, high), low < high.")
