"""How probable a flow finds data: back to the noise, and by how much space shrank."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from keras import ops

from utils.autodiff import input_gradient
from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, rows
from utils.sampling.ode import check_times, solve_ode

LOG_2_PI = float(np.log(2 * np.pi))


class OdeLikelihood(NamedTuple):
    """Log-likelihoods in nats, and how far the solver may be off.

    Attributes:
        nats: log p(x), float64 `(n,)`.
        error: how much each changed from half as many steps, `(n,)`. The solver's error
            alone: a network's wrong field does not show in it.
    """

    nats: np.ndarray
    error: np.ndarray


def ode_log_likelihood(
    velocity: Callable, divergence: Callable, x, times=100, method: str = "rk4"
) -> OdeLikelihood:
    """Returns log p(x) = log N(z; 0, I) − ∫₀¹ div v(x_t, t) dt, along x_t back from x.

    Args:
        velocity: function `(x, t)` of NumPy `(n, d)` and a number.
        divergence: function `(x, t)` to `(n,)`, the trace of the velocity's derivative;
            see `divergence_of`.
        x: points `(n, d)`; flatten pictures.
        times: from 0 to 1, at least two steps, an even number of them; or how many.
        method: as in `sampling.ode`.

    Returns:
        `OdeLikelihood`.

    Raises:
        ValueError: for times that do not run from 0 to 1, or an odd number of steps.

    Source: Chen et al. (2018), Neural ordinary differential equations, theorem 1.
    """
    x = to_numpy(x, "The points")
    x = finite(rows(x, "The points", (None,), "point"), "The points")
    times = check_times(times)
    if times[0] != 0 or times[-1] != 1 or len(times) % 2 == 0:
        raise ValueError(
            f"{len(times) - 1} steps from {times[0]:g} to {times[-1]:g} were given, "
            "but they must run from 0 to 1, and be an even number: half as many tell "
            "the error."
        )

    def field(state, t):
        # The last column adds up the divergence.
        point = state[:, :-1]
        return np.c_[velocity(point, t), divergence(point, t)]

    def nats(times):
        state = solve_ode(field, np.c_[x, np.zeros(len(x))], times[::-1], method)
        noise, gained = state[:, :-1], state[:, -1]
        base = -0.5 * (np.square(noise).sum(axis=1) + x.shape[1] * LOG_2_PI)
        return base + gained

    fine = nats(times)
    return OdeLikelihood(fine, np.abs(fine - nats(times[::2])))


def divergence_of(velocity: Callable, probes: int | None = None, seed: int = 0):
    """Returns the divergence of a field as a function, by automatic differentiation.

    Exactly, Σ_i ∂v_i/∂x_i, one gradient for each coordinate; or by Hutchinson's
    estimate, the mean of ε·∂(ε·v)/∂x over random signs ε, where there are too many
    coordinates. It is right on average; the same signs serve the whole way of a point.

    Args:
        velocity: function `(x, t)` of a tensor `(n, d)` and a number, to a tensor; each
            row by itself.
        probes: how many ε; None for the exact trace.
        seed: int, for them.

    Returns:
        Function `(x, t)` from NumPy `(n, d)` to NumPy `(n,)`.

    Raises:
        ValueError: for less than one probe.

    Source: Hutchinson (1990); Grathwohl et al. (2019).
    """
    if probes is not None:
        integer(probes, "probes")

    def directions(shape):
        if probes is None:
            return [np.broadcast_to(axis, shape) for axis in np.eye(shape[1])]
        rng = np.random.default_rng(seed)
        return rng.choice([-1.0, 1.0], (probes, *shape))

    def divergence(x, t):
        total = 0.0
        for direction in directions(np.shape(x)):
            along = ops.convert_to_tensor(direction.astype("float32"))
            slope = input_gradient(
                lambda x, along=along: ops.sum(along * velocity(x, t), axis=-1),
                np.asarray(x, dtype="float32"),
            )
            total = total + np.sum(direction * ops.convert_to_numpy(slope), axis=1)
        return total / (1 if probes is None else probes)

    return divergence
