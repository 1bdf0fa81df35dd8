"""A mixture of Gaussians under noise: all that a network could learn, in closed form.

Data x from Σ_k w_k·N(μ_k, σ_k²·I) and noise z from N(0, I) make x_t = a·x + b·z. Then
x_t is a mixture too, Σ_k w_k·N(a·μ_k, s_k²·I) with s_k² = a²σ_k² + b², and component k
has had its share r_k in a point: its responsibility.
"""

import itertools
import math

import numpy as np

from utils.core.arrays import squared_distances
from utils.core.validation import integer, number
from utils.measures.paths import STRAIGHT, Path

#: Where the integral over time is cut: late on the path the field is steep.
CUTS = (0.0, 0.5, 0.9, 0.99, 1.0)


def responsibilities(mixture, x, a: float, b: float) -> np.ndarray:
    """Returns r_k = w_k·N(x; a·μ_k, s_k²) / Σ_j w_j·N(x; a·μ_j, s_j²), `(n, k)`.

    Args:
        mixture: with `means` `(k, d)`, `weights` `(k,)`, and `std`, a number or `(k,)`.
        x: noisy points `(n, d)`.
        a, b: how much of the data and of the noise is in them, not both 0.

    Raises:
        ValueError: for components that are not round, or points of another dimension.
    """
    x, variance = _points(mixture, x), _variances(mixture, a, b)
    squares = squared_distances(x, a * mixture.means) / variance
    with np.errstate(divide="ignore"):  # a weight of 0 stays one
        logs = np.log(mixture.weights) - 0.5 * (
            squares + mixture.dimensions * np.log(variance)
        )
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def denoised(mixture, x, a: float, b: float) -> np.ndarray:
    """Returns E[x | x_t] = Σ_k r_k·[μ_k + (a·σ_k²/s_k²)·(x_t − a·μ_k)], `(n, d)`.

    No other guess of the data has a smaller mean squared error. Arguments as in
    `responsibilities`.
    """
    x, r = _points(mixture, x), responsibilities(mixture, x, a, b)
    gain = a * _std(mixture) ** 2 / _variances(mixture, a, b)
    return r @ ((1 - a * gain)[:, None] * mixture.means) + (r @ gain)[:, None] * x


def noisy_score(mixture, x, a: float, b: float) -> np.ndarray:
    """Returns ∇ log p_t(x) = Σ_k r_k·(a·μ_k − x)/s_k², `(n, d)`.

    Tweedie's formula says the same as `denoised`: E[x | x_t] = (x_t + b²·∇ log p_t)/a.
    Arguments as in `responsibilities`.
    """
    x, r = _points(mixture, x), responsibilities(mixture, x, a, b)
    variance = _variances(mixture, a, b)
    return a * (r / variance) @ mixture.means - (r @ (1 / variance))[:, None] * x


def velocity(mixture, x, t: float, path: Path = STRAIGHT) -> np.ndarray:
    """Returns v(x, t) = E[dx_t/dt | x_t = x] = a'·E[x | x_t] + b'·E[z | x_t], `(n, d)`.

    E[z | x_t] is −b·∇ log p_t, which needs no division. Moving points along v turns
    N(0, I) at t = 0 into the mixture at t = 1.

    Args:
        mixture, x: as in `responsibilities`.
        t: in [0, 1].
        path: of `paths.PATHS`.

    Raises:
        ValueError: as `responsibilities`, or for a time outside [0, 1].
    """
    a, b = path.a(number(t, "t", least=0, most=1)), path.b(t)
    data = denoised(mixture, x, a, b)
    noise = -b * noisy_score(mixture, x, a, b)
    return path.a_slope(t) * data + path.b_slope(t) * noise


def velocity_divergence(mixture, x, t: float, path: Path = STRAIGHT) -> np.ndarray:
    """Returns Σ_i ∂v_i/∂x_i of `velocity`, `(n,)`.

    Let d_k and g_k be the denoised point and the score of component k alone. Then the
    derivative of Σ_k r_k·d_k has the trace Σ_k r_k·(tr d_k' + d_k·g_k) − E[x]·∇ log p.
    """
    a, b = path.a(number(t, "t", least=0, most=1)), path.b(t)
    x, r = _points(mixture, x), responsibilities(mixture, x, a, b)
    variance = _variances(mixture, a, b)[:, None]
    gain = a * _std(mixture)[:, None] ** 2 / variance
    way = x[:, None] - a * mixture.means
    scores, data = -way / variance, mixture.means + gain * way

    def trace(parts, slopes):
        each = slopes[:, 0] * mixture.dimensions + (parts * scores).sum(axis=-1)
        means = [np.einsum("nk,nkj->nj", r, part) for part in (parts, scores)]
        return (r * each).sum(axis=1) - (means[0] * means[1]).sum(axis=1)

    of_data, of_score = trace(data, gain), trace(scores, -1 / variance)
    return path.a_slope(t) * of_data - path.b_slope(t) * b * of_score


def denoising_floor(mixture, a: float, b: float, nodes: int = 80) -> float:
    """Returns the least mean squared error of any denoiser, E|x − E[x | x_t]|².

    It is E|x|² − E|E[x | x_t]|² (the law of total variance), by quadrature.

    Args:
        mixture: as in `responsibilities`, in one or two dimensions.
        a, b: as in `responsibilities`.
        nodes: of Gauss–Hermite quadrature by axis and component, at least 1.

    Raises:
        ValueError: for more dimensions.
    """
    made = _mean_square(mixture, lambda x: denoised(mixture, x, a, b), a, b, nodes)
    return mean_square(mixture) - made


def path_energy(mixture, path: Path = STRAIGHT, nodes: int = 40, times: int = 40):
    """Returns ∫ E|v(x_t, t)|² dt, what moving along the exact field costs, a float.

    Args:
        mixture: as in `denoising_floor`. For a product of mixtures on lines, as the
            grid, add up those of the lines.
        path: of `paths.PATHS`.
        nodes: as in `denoising_floor`.
        times: nodes of Gauss–Legendre quadrature in each of four stretches of time.
    """
    return _over_time(
        lambda t: _mean_square(
            mixture,
            lambda x: velocity(mixture, x, t, path),
            path.a(t),
            path.b(t),
            nodes,
        ),
        times,
    )


def flow_matching_floor(mixture, path: Path = STRAIGHT, nodes: int = 40, times=40):
    """Returns the least flow-matching loss, ∫ E|a'x + b'z − v(x_t, t)|² dt, a float.

    The loss of the exact field: no network has less. Summed over the coordinates; floor
    and `path_energy` add up to ∫ E|a'x + b'z|² dt. Arguments as in `path_energy`.
    """
    square = mean_square(mixture)

    def target_square(t):
        slopes = path.a_slope(t), path.b_slope(t)
        return slopes[0] ** 2 * square + slopes[1] ** 2 * mixture.dimensions

    return _over_time(target_square, times) - path_energy(mixture, path, nodes, times)


def mean_square(mixture) -> float:
    """Returns E|x|² of a mixture of round Gaussians."""
    squares = np.square(mixture.means).sum(axis=1)
    spreads = mixture.dimensions * _std(mixture) ** 2
    return float(mixture.weights @ (squares + spreads))


def _over_time(function, times: int) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(integer(times, "times"))
    return sum(
        (end - start) / 2 * weight * function(start + (end - start) * (node + 1) / 2)
        for start, end in itertools.pairwise(CUTS)
        for node, weight in zip(nodes, weights, strict=True)
    )


def _mean_square(mixture, function, a, b, nodes) -> float:
    """E|f(x_t)|², by Gauss–Hermite quadrature around each component."""
    if mixture.dimensions > 2:
        raise ValueError(
            f"The mixture has {mixture.dimensions} dimensions, but quadrature is for "
            "one or two: draw points and take a mean, or add up the lines of a product."
        )
    node, weight = np.polynomial.hermite_e.hermegauss(integer(nodes, "nodes"))
    axes = np.meshgrid(*[node] * mixture.dimensions, indexing="ij")
    ways = np.stack(axes, axis=-1).reshape(-1, mixture.dimensions)
    weights = weight / math.sqrt(2 * math.pi)
    if mixture.dimensions == 2:
        weights = np.outer(weights, weights).ravel()
    spreads = np.sqrt(_variances(mixture, a, b))
    return float(
        sum(
            share * weights @ np.square(function(a * mean + s * ways)).sum(axis=1)
            for mean, s, share in zip(
                mixture.means, spreads, mixture.weights, strict=True
            )
        )
    )


def _variances(mixture, a, b) -> np.ndarray:
    variances = a**2 * _std(mixture) ** 2 + b**2
    if not (variances > 0).all():
        raise ValueError(f"a was {a!r} and b {b!r}: not both can be 0.")
    return variances


def _std(mixture) -> np.ndarray:
    std = mixture.std
    if std is None or np.ndim(std) > 1:
        raise ValueError(
            "The closed forms are for round components: give the mixture std as one "
            "number, or one number per component."
        )
    return np.broadcast_to(np.asarray(std, dtype="float64"), (len(mixture.means),))


def _points(mixture, x) -> np.ndarray:
    x = np.asarray(x, dtype="float64")
    if x.ndim != 2 or x.shape[1] != mixture.dimensions:
        raise ValueError(
            f"The points have shape {x.shape}, but must be (n, {mixture.dimensions})."
        )
    return x
