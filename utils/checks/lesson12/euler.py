"""Exercise 12.2: from noise to data by Euler steps."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.sampling.ode import solve_ode, uniform_times


def _field(x, t):
    return (1.0 + t) * x - 3.0 * t**2


def _turning(x, t):
    return np.stack([x[:, 1] + t, -x[:, 0] * (2.0 - t)], axis=1)


def _walk(velocity, z, times, steps):
    """Euler with any times to look at and any step lengths."""
    for t, h in zip(times, steps, strict=True):
        z = z + h * velocity(z, t)
    return z


def _late(velocity, z, steps):
    times = uniform_times(steps)
    return _walk(velocity, z, times[1:], np.diff(times))


def _one_more(velocity, z, steps):
    times = uniform_times(steps)
    return _walk(velocity, z, times, np.full(steps + 1, 1 / steps))


def _one_less(velocity, z, steps):
    times = uniform_times(steps)
    return _walk(velocity, z, times[:-2], np.full(steps - 1, 1 / steps))


def _linspace(velocity, z, steps):
    if steps < 2:
        return np.full_like(z, np.nan)
    times = np.linspace(0, 1, steps)
    return _walk(velocity, z, times, np.full(steps, 1 / (steps - 1)))


def _linspace_pairs(velocity, z, steps):
    if steps < 2:
        return np.full_like(z, np.nan)
    times = np.linspace(0, 1, steps)
    return _walk(velocity, z, times[:-1], np.diff(times))


def _crowded(velocity, z, steps):
    return _walk(velocity, z, np.linspace(0, 1, steps), np.full(steps, 1 / steps))


_Z = np.array([[0.3, -1.0], [2.0, 0.5], [2.0, 0.5], [-40.0, 7.0]])

euler = Check(
    "12.2",
    "from noise to data by Euler steps",
    "euler(velocity, z, steps)",
    exact=solve_ode,
    cases=(
        Case(_field, _Z, 4, shows="the times are 0, 1/4, 2/4 and 3/4."),
        Case(_turning, _Z, 3, shows="the times are 0, 1/3 and 2/3."),
        Case(_turning, _Z[:1], 10),
        Case(_field, _Z[1:, :1], 2, shows="the times are 0 and 1/2."),
    ),
    mistakes=(
        Wrong(
            _late,
            "looks at the field where a step ends: Euler's rule takes v at the time "
            "where the step begins, t = i/steps for i from 0.",
        ),
        Wrong(
            _one_more,
            "takes one step too many, and so ends beyond t = 1: `range(steps)`.",
        ),
        Wrong(
            _one_less,
            "takes one step too few, and so stops before t = 1: `range(steps)`.",
        ),
        Wrong(
            _linspace,
            "has steps of length 1/(steps − 1): N steps need N + 1 times, "
            "`np.linspace(0, 1, steps + 1)`.",
        ),
        Wrong(
            _linspace_pairs,
            "takes steps − 1 longer steps: `np.linspace(0, 1, steps)` holds both ends; "
            "N steps need N + 1 times.",
        ),
        Wrong(
            _crowded,
            "takes its times from `np.linspace(0, 1, steps)`, which reach 1 with the "
            "last step: t is i/steps, and the last step begins at 1 − 1/steps.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[:0:-1], np.full(n, -1 / n)),
            "runs from t = 1 to 0: noise is at t = 0 and the data at 1.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[:0:-1], np.full(n, 1 / n)),
            "counts the time down from 1 while it steps ahead: t grows from 0.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[:-1], np.full(n, -1 / n)),
            "steps against the field: x + h·v, not x − h·v.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, np.zeros(n), np.full(n, 1 / n)),
            "asks for the velocity at t = 0 all the way: let t grow with each step.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, range(n), np.full(n, 1 / n)),
            "hands the number of the step to the field as its time: t is i/steps.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[:-1], np.ones(n)),
            "takes steps of length 1: each is 1/steps long.",
        ),
        Wrong(
            lambda v, z, n: z + sum(v(z, t) for t in uniform_times(n)[:-1]) / n,
            "asks for the velocity at z all the way: ask where the point is now.",
        ),
        Wrong(
            lambda v, z, n: solve_ode(v, z, n, "heun"),
            "is Heun's rule, two looks for each step: Euler takes one.",
        ),
        Wrong(
            lambda v, z, n: z + v(z, 0.0),
            "takes a single step whatever `steps` is: a loop over steps is missing.",
        ),
    ),
    edges=(
        Case(_field, _Z, 1, shows="one step is z + v(z, 0)."),
        Case(lambda x, t: x[..., ::-1] * t, np.ones((2, 3, 3)), 5, shows="any shape."),
    ),
)
