"""Exercise 12.2: from noise to data by Euler steps."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.sampling.ode import solve_ode, uniform_times


def _field(x, t):
    if not np.ndim(x):
        raise TypeError("velocity takes the points first, then the time")
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


def _until_one(velocity, z, steps):
    t = 0.0
    while t < 1:
        z, t = z + velocity(z, t) / steps, t + 1 / steps
    return z


def _lost(velocity, z, steps, keeps):
    """Each step from z, or from 0."""
    x = z
    for t in uniform_times(steps)[:-1]:
        x = keeps * z + velocity(x, t) / steps
    return x


_Z = np.array([[0.3, -1.0], [2.0, 0.5], [2.0, 0.5], [-40.0, 7.0]])

euler = Check(
    "12.2",
    "from noise to data by Euler steps",
    "euler(velocity, z, steps)",
    exact=solve_ode,
    cases=(
        Case(_field, _Z, 4, shows="the times are 0, 1/4, 2/4 and 3/4."),
        Case(_turning, _Z, 3, shows="the times are 0, 1/3 and 2/3."),
        Case(
            _turning,
            _Z[:1],
            10,
            shows="there are ten steps here.",
        ),
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
            _until_one,
            "adds up 1/steps until it is 1: ten times 0.1 is less than 1 in a float, "
            "and an eleventh step follows. Count the steps, `range(steps)`.",
        ),
        Wrong(
            lambda v, z, n: solve_ode(v, z, n, "heun"),
            "is Heun's rule, two looks for each step: Euler takes one.",
        ),
        Wrong(
            lambda v, z, n: z + v(z, 0.0),
            "takes a single step whatever `steps` is: a loop over steps is missing.",
        ),
        Wrong(
            lambda v, z, n: _walk(
                v, z, uniform_times(n)[:-1] + 0.5 / n, np.full(n, 1 / n)
            ),
            "looks at the field in the middle of a step: Euler takes its beginning.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, np.ones(n), np.full(n, 1 / n)),
            "asks for the velocity at t = 1 all the way: let t grow with each step.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[:-1], np.full(n, 1 / n**2)),
            "takes steps of length 1/steps²: each is 1/steps long.",
        ),
        Wrong(
            lambda v, z, n: _walk(v, z, uniform_times(n)[1:-1], np.full(n - 1, 1 / n)),
            "leaves the first step out: `range(steps)` begins at 0.",
        ),
        Wrong(
            lambda v, z, n: z + v(z, 0.0) / n,
            "stops after one of its steps: does `return` stand inside the loop?",
        ),
        Wrong(
            lambda v, z, n: solve_ode(v, z, n) - z,
            "returns how far the points went: they begin at z.",
        ),
        Wrong(
            lambda v, z, n: _lost(v, z, n, keeps=1),
            "begins each step at z again: x = x + h·v.",
        ),
        Wrong(
            lambda v, z, n: _lost(v, z, n, keeps=0),
            "forgets where it was: x = x + h·v, not x = h·v.",
        ),
    ),
    edges=(
        Case(_field, _Z, 1, shows="one step is z + v(z, 0)."),
        Case(lambda x, t: x[..., ::-1] * t, np.ones((2, 3, 3)), 5, shows="any shape."),
    ),
)
