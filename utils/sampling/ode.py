"""Moving along a field: dx/dt = v(x, t), one step after another."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from utils.core.validation import finite, integer, number, one_of


def euler_step(velocity: Callable, x, start: float, end: float):
    """Returns x + h·v(x, t), h = end − start: one evaluation, error of order h."""
    return x + (end - start) * velocity(x, start)


def heun_step(velocity: Callable, x, start: float, end: float):
    """Returns x + h·(v₁ + v₂)/2, with v₂ where an Euler step ends: order h²."""
    h, first = end - start, velocity(x, start)
    return x + h / 2 * (first + velocity(x + h * first, end))


def rk4_step(velocity: Callable, x, start: float, end: float):
    """Returns x + h·(v₁ + 2v₂ + 2v₃ + v₄)/6: four evaluations, order h⁴."""
    h, middle = end - start, (start + end) / 2
    v1 = velocity(x, start)
    v2 = velocity(x + h / 2 * v1, middle)
    v3 = velocity(x + h / 2 * v2, middle)
    v4 = velocity(x + h * v3, end)
    return x + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)


STEPS = {"euler": euler_step, "heun": heun_step, "rk4": rk4_step}


def uniform_times(steps: int) -> np.ndarray:
    """Returns 0, 1/steps, …, 1: as many steps of one length.

    Raises:
        ValueError: for less than one step.
    """
    return np.linspace(0.0, 1.0, integer(steps, "steps") + 1)


def crowding_times(steps: int, std: float) -> np.ndarray:
    """Returns times whose steps shrink toward 1, where the field is steep.

    1 − t = std·sinh(u) with u in even steps: fine below std, and geometric above.

    Args:
        steps: at least 1.
        std: of the narrowest mode, positive.
    """
    number(std, "std", above=0)
    u = np.linspace(np.arcsinh(1 / std), 0.0, integer(steps, "steps") + 1)
    times = 1 - std * np.sinh(u)
    times[[0, -1]] = 0.0, 1.0  # but for rounding they are
    return times


def ode_states(velocity: Callable, x, times, method: str = "euler") -> Iterator:
    """Yields x at each time, from the first, where it is as given.

    Args:
        velocity: function `(x, t)` of an array or tensor `(n, ...)` and a number; it
            returns the like of x.
        x: where to start.
        times: at least two numbers that rise all the way, or fall all the way (back
            from data to noise); or a whole number of equal steps from 0 to 1.
        method: "euler", "heun" or "rk4".

    Yields:
        The like of x.

    Raises:
        ValueError: for another method, less than one step, or times that stand still or
            turn round.
    """
    step = STEPS[one_of(method, STEPS, "method")]
    times = check_times(times)
    return _states(velocity, x, times, step)


def solve_ode(velocity: Callable, x, times, method: str = "euler"):
    """Returns where points are at the last time. Arguments as in `ode_states`."""
    for state in ode_states(velocity, x, times, method):
        x = state
    return x


def check_times(times) -> np.ndarray:
    """Returns times as an array of floats, equal steps from 0 to 1 for a whole number.

    Raises:
        ValueError: as `ode_states`.
    """
    if np.ndim(times) == 0:
        return uniform_times(times)
    times = finite(np.asarray(times, dtype="float64"), "The times")
    ways = np.diff(times) if times.ndim == 1 else np.zeros(1)
    if not len(ways) or not ((ways > 0).all() or (ways < 0).all()):
        raise ValueError(
            f"The times were {times}, but must be at least two that rise all the way, "
            "or fall all the way: np.linspace(0, 1, steps + 1), or a number of steps."
        )
    return times


def _states(velocity, x, times, step):
    yield x
    for start, end in itertools.pairwise(times):
        x = step(velocity, x, float(start), float(end))
        yield x
