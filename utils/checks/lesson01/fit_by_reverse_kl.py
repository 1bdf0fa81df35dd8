"""Exercise 1.5: where a descent on the reverse KL of a Gaussian ends."""

from functools import cache

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from utils.checks.engine import Case, Check, Wrong
from utils.data.mixtures import GaussianMixture

_GRID = np.linspace(-40, 40, 8_001)
_UNDEFINED = (np.nan, np.nan)


class Density:
    """The log-density of a mixture on a line, at points of any shape but a column.

    Args:
        means, stds, weights: of its modes.
    """

    def __init__(self, means, stds, weights=None):
        self.mixture = GaussianMixture(means, stds, weights=weights)

    def __call__(self, x):
        if np.ndim(x) > 1 and np.shape(x)[-1] == 1:
            # Most densities of the course return (n,) for it, and minus log q of
            # (n, 1) makes (n, n) of that.
            raise ValueError(
                f"log_p takes points (n,), but was given shape {np.shape(x)}"
            )
        return self.mixture.log_density(np.ravel(x)).reshape(np.shape(x))


def reverse_kl(log_p: Density, mean: float, std: float) -> float:
    """KL(q‖p) of q = N(mean, std²), as a sum over a fine grid."""
    log_q = norm.logpdf(_GRID, mean, std)
    terms = np.exp(log_q) * (log_q - log_p(_GRID))
    return float(terms.sum() * (_GRID[1] - _GRID[0]))


@cache
def descend(log_p: Density, mean: float, std: float) -> tuple[float, float]:
    """Returns the mean and the standard deviation at the end of a descent."""
    found = minimize(
        lambda v: reverse_kl(log_p, v[0], np.exp(v[1])),
        [mean, np.log(std)],
        method="Nelder-Mead",
    )
    return float(found.x[0]), float(np.exp(found.x[1]))


def _forward(log_p, mean, std):
    """The mean and the standard deviation of the density itself."""
    p = log_p.mixture
    weights, means, variances = p.weights, p.means[:, 0], p.covariances[:, 0, 0]
    center = weights @ means
    return center, np.sqrt(weights @ (variances + means**2) - center**2)


def _other_mode(log_p, mean, std):
    means = log_p.mixture.means[:, 0]
    if len(means) == 1:
        return _UNDEFINED
    here, _ = descend(log_p, mean, std)
    return descend(log_p, float(means[np.abs(means - here).argmax()]), 0.5)


def _spread(change):
    """The right mean beside something else for the standard deviation."""

    def wrong(log_p, mean, std):
        right_mean, right_std = descend(log_p, mean, std)
        return right_mean, change(right_std)

    return wrong


_MODES = Density([-2.0, 2.0], 0.6, [0.6, 0.4])

fit_by_reverse_kl = Check(
    "1.5",
    "fit by reverse KL",
    "fit_by_reverse_kl(log_p, mean, std) -> mean, std",
    exact=descend,
    least=0.06,
    seconds=120,
    cases=(
        Case(_MODES, -1.5, 0.7, shows="search near the start until KL falls no more."),
        Case(_MODES, 1.5, 0.7),
        Case(Density([-3.0, 1.0], np.array([0.5, 0.9]), [0.3, 0.7]), -2.8, 0.5),
        Case(Density([3.0], 0.5), 1.0, 1.0, shows="of a single mode q becomes it."),
        Case(Density([-4.0], 1.8), 5.0, 0.6, shows="it may start far out in a tail."),
        Case(
            Density([0.0, 0.0], np.array([0.4, 2.0]), [0.6, 0.4]),
            0.3,
            1.0,
            shows="of a peak with wide tails reverse KL keeps the peak.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda log_p, mean, std: (mean, std),
            "returns the start: let the search run, and return what it found.",
        ),
        Wrong(
            _forward,
            "fits the mean and the standard deviation of the whole density: that is "
            "forward KL(p‖q), which covers both modes. Take the mean under q: the sum "
            "of q·(log q − log p).",
        ),
        Wrong(_spread(np.log), "returns log std: take `np.exp` of it."),
        Wrong(_spread(np.square), "returns the variance: take its square root."),
        Wrong(
            lambda log_p, mean, std: (mean, descend(log_p, mean, std)[1]),
            "searches std alone, and the mean stays where it starts: search over both, "
            "`[mean, np.log(std)]`.",
            when=lambda value, log_p, mean, std: (
                value[0] == mean and abs(value[1] - std) > 1e-3
            ),
        ),
        Wrong(
            lambda log_p, mean, std: (descend(log_p, mean, std)[0], std),
            "finds the mean, but std has not moved from the start: search over both, "
            "`[mean, np.log(std)]`.",
        ),
        Wrong(
            lambda log_p, mean, std: descend(log_p, 0.0, 1.0),
            "starts somewhere else than at the mean and std that it is given, so that "
            "it may end on another mode: begin the search there.",
        ),
        Wrong(
            _other_mode,
            "takes the other mode, not the one on whose side it starts: begin the "
            "search at the mean and std that it is given.",
        ),
        Wrong(
            lambda *arguments: _UNDEFINED,
            "returns NaN or infinity: the search ran away. Search over log std, so "
            "that std stays positive, and keep the grid wide enough.",
            when=lambda fit, *arguments: not np.isfinite(fit).all(),
        ),
        Wrong(
            _spread(np.negative),
            "returns a std that is not positive: search over its logarithm, and return "
            "`np.exp` of that.",
            when=lambda fit, log_p, mean, std: (
                fit[1] <= 0
                and abs(fit[1] - np.log(descend(log_p, mean, std)[1])) > 0.06
            ),
        ),
        Wrong(
            _spread(lambda std: 0.02),
            "returns a std that shrinks to a point: maximizing the mean of log p alone "
            "does that. The term q·log q, minus the entropy, keeps q wide.",
            when=lambda fit, log_p, mean, std: (
                0 < fit[1] < 0.2 * descend(log_p, mean, std)[1]
            ),
        ),
        Wrong(
            lambda *arguments: (0.0, 1e3),
            "runs away, as when KL is maximized. Minimize q·(log q − log p).",
            when=lambda fit, log_p, mean, std: (
                fit[1] > 10 * descend(log_p, mean, std)[1] or abs(fit[0]) > 20
            ),
        ),
    ),
    behaves=lambda answer: " (from −1.5 it takes the left mode, from +1.5 the right)",
)
