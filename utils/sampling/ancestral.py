"""Denoising step by step: DDPM, which adds new noise, and DDIM, which adds none.

A schedule is a list of ᾱ: at ᾱ a noisy example is √ᾱ·x + √(1 − ᾱ)·z. It runs from
little noise to much, as the papers count; sampling goes through it backward.
"""

from collections.abc import Callable

import numpy as np

from utils.core.validation import finite, integer, number


def linear_schedule(steps: int, first: float = 1e-4, last: float = 0.02) -> np.ndarray:
    """Returns ᾱ_s = Π (1 − β_i), β from `first` to `last` in even steps, `(steps,)`.

    Made for 1,000 steps. With fewer, the product never comes near 0: no noise at the
    end, though sampling starts from noise.

    Source: Ho, Jain and Abbeel (2020).
    """
    number(first, "first", above=0, below=1)
    number(last, "last", least=first, below=1)
    return np.cumprod(1 - np.linspace(first, last, integer(steps, "steps")))


def cosine_schedule(steps: int) -> np.ndarray:
    """Returns ᾱ_s = cos²(π/2·s/(steps + 1)), `(steps,)`: even steps of the angle.

    The variance-preserving path at even times. Source: Nichol and Dhariwal (2021),
    whose small offset keeps from 0 what we leave out at the ends.
    """
    s = np.arange(1, integer(steps, "steps") + 1)
    return np.cos(np.pi / 2 * s / (steps + 1)) ** 2


def thinned(schedule, steps: int) -> np.ndarray:
    """Returns that many ᾱ of a schedule, evenly from its first to its last.

    Raises:
        ValueError: for more steps than it has, or less than one.
    """
    schedule = check_schedule(schedule)
    integer(steps, "steps", most=len(schedule))
    places = np.linspace(len(schedule) - 1, 0, steps).round().astype(int)
    return schedule[places[::-1]]


def ancestral(
    predict_noise: Callable, z, schedule, eta: float = 1.0, seed: int = 0
) -> np.ndarray:
    """Turns noise into data along a schedule.

    From ᾱ to the next, ᾱ', with ε = predict_noise(x, ᾱ) and x̂ = (x − √(1 − ᾱ)·ε)/√ᾱ:

        x ← √ᾱ'·x̂ + √(1 − ᾱ' − σ²)·ε + σ·noise,  σ² = η²·(1 − ᾱ')/(1 − ᾱ)·(1 − ᾱ/ᾱ').

    Args:
        predict_noise: function `(x, ᾱ)` from NumPy `(n, …)` to NumPy `(n, …)`.
        z: where to start, noise `(n, …)`.
        schedule: falling ᾱ in (0, 1), `(steps,)`; sampling begins at its end.
        eta: 1 for DDPM (with the smaller of its two variances), 0 for DDIM, which draws
            nothing; or between.
        seed: int, for the noise that is added.

    Returns:
        NumPy array like z.

    Raises:
        ValueError: for a schedule that does not fall in (0, 1), or an eta outside
            [0, 1].

    Source: Ho et al. (2020); Song, Meng and Ermon (2021), equations 12 and 16.
    """
    schedule = check_schedule(schedule)
    number(eta, "eta", least=0, most=1)
    rng = np.random.default_rng(seed)
    x = finite(z, "The noise")
    for now, then in zip(schedule[::-1], [*schedule[-2::-1], 1.0], strict=True):
        noise = predict_noise(x, float(now))
        data = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
        std = eta * np.sqrt((1 - then) / (1 - now) * (1 - now / then))
        x = np.sqrt(then) * data + np.sqrt(max(1 - then - std**2, 0)) * noise
        if std > 0:
            x = x + std * rng.standard_normal(x.shape).astype(x.dtype)
    return x


def check_schedule(schedule) -> np.ndarray:
    """Returns a schedule as an array of floats.

    Raises:
        ValueError: unless it falls all the way and lies in (0, 1).
    """
    schedule = finite(np.asarray(schedule, dtype="float64"), "The schedule")
    falls = schedule.ndim == 1 and (np.diff(schedule) < 0).all()
    if not falls or schedule[0] >= 1 or schedule[-1] <= 0:
        raise ValueError(
            f"The schedule was {schedule}, but must be ᾱ that fall all the way and lie "
            "in (0, 1): cosine_schedule(steps), or linear_schedule(1000)."
        )
    return schedule
