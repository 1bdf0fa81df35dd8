"""Gradient ascent on examples: where a score would have them."""

import keras
from keras import ops

from utils.autodiff import input_gradient
from utils.core.validation import integer, interval, number


def ascent_step(score, x, step_size, noise=0.0, bounds=None, direction=None, decay=0.0):
    """Takes one step uphill: x ← (1 − decay)·x + step_size·∇score(x) + noise.

    Args:
        score: function from a tensor `(n, ...)` to one score (or several) per example.
        x: tensor or array `(n, ...)`.
        step_size: how far along the gradient.
        noise: what is added, 0 or a tensor of the shape of x.
        bounds: None, or `(low, high)` that no number leaves.
        direction: function that turns the gradient into where to step, such as one
            that divides it by its size; None for the gradient itself.
        decay: share of x that fades.

    Returns:
        Tensor of the shape of x; the gradient counts as a constant.
    """
    x = ops.convert_to_tensor(x)
    slope = ops.stop_gradient(input_gradient(score, x))
    if direction is not None:
        slope = ops.convert_to_tensor(direction(slope))
    x = (1.0 - decay) * x + step_size * slope + noise
    return ops.clip(x, *bounds) if bounds else x


def ascend(score, x, steps, step_size, noise=0.0, bounds=None, seed=0):
    """Moves examples uphill: x ← x + step_size·∇score(x) + noise·ε, again and again.

    Args:
        score: as in `ascent_step`.
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
    steps = integer(steps, "steps", least=0)
    number(step_size, "step_size", above=0)
    number(noise, "noise", least=0)
    bounds = None if bounds is None else interval(bounds, "bounds")
    generator = keras.random.SeedGenerator(seed)
    x = ops.convert_to_tensor(x, dtype=keras.config.floatx())
    for _ in range(steps):
        epsilon = keras.random.normal(ops.shape(x), seed=generator) if noise else 0.0
        x = ascent_step(score, x, step_size, noise * epsilon, bounds)
    return ops.convert_to_numpy(x)
