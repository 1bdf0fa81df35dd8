"""Facts about a Gaussian fitted by reverse KL, and what learners fit instead."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from utils.checks.engine.answers import Answer, read_pair
from utils.checks.engine.feedback import Mistake
from utils.data.mixtures import GaussianMixture

# How far from the least KL (nats), and from its mean and std, an answer may end.
_SLACK = 0.01
_NEAR = 0.15
_GRID = np.linspace(-40, 40, 8_001)


@dataclass(frozen=True)
class Case:
    """A density and a start, from which a descent on reverse KL has one way to go.

    Attributes:
        mixture: the density, on a line.
        start: mean and standard deviation.
    """

    mixture: GaussianMixture
    start: tuple[float, float]

    def log_density(self, x):
        """The log-density at numbers of any shape."""
        return self.mixture.log_density(np.ravel(x)).reshape(np.shape(x))

    def reverse_kl(self, mean: float, std: float) -> float:
        """KL(q‖p) of q = N(mean, std²), as a sum over a fine grid."""
        log_q = norm.logpdf(_GRID, mean, std)
        terms = np.exp(log_q) * (log_q - self.mixture.log_density(_GRID))
        return float(terms.sum() * (_GRID[1] - _GRID[0]))

    def best(self, start=None) -> tuple[float, float]:
        """The mean and the standard deviation at the end of the descent."""
        mean, std = start or self.start
        found = minimize(
            lambda v: self.reverse_kl(v[0], np.exp(v[1])),
            [mean, np.log(std)],
            method="Nelder-Mead",
        )
        return float(found.x[0]), float(np.exp(found.x[1]))

    def moments(self) -> tuple[float, float]:
        """The mean and the standard deviation of the density: the forward fit."""
        weights, means = self.mixture.weights, self.mixture.means[:, 0]
        mean = weights @ means
        spread = self.mixture.covariances[:, 0, 0] + means**2
        return float(mean), float(np.sqrt(weights @ spread - mean**2))


def cases() -> list[Case]:
    """Returns the cases an answer must get right."""
    bumps = GaussianMixture([-2.0, 2.0], 0.6, weights=[0.6, 0.4])
    uneven = GaussianMixture([-3.0, 1.0], np.array([0.5, 0.9]), weights=[0.3, 0.7])
    return [
        Case(bumps, (-1.5, 0.7)),
        Case(bumps, (1.5, 0.7)),
        Case(uneven, (-2.8, 0.5)),
        Case(GaussianMixture([3.0], 0.5), (1.0, 1.0)),
    ]


def check_reverse_fit(answer: Answer) -> str:
    """Fits each case, and returns a remark on the bumps that were chosen.

    Raises:
        Mistake: if a fit is not where a descent on reverse KL ends.
    """
    for case in cases():
        fit = read_pair(
            answer(case.log_density, *case.start), answer.name, ("mean", "std")
        )
        _check(answer.name, case, fit)
    return " (from −1.5 it takes the left bump, from +1.5 the right one)"


def _check(name: str, case: Case, fit: tuple[float, float]) -> None:
    mean, std = fit
    best = case.best()
    if not np.isfinite(fit).all():
        raise Mistake(
            f"`{name}` returns {mean:g} and {std:g}: the search ran away. Search over "
            "log std, so that std stays positive, and keep the grid wide enough."
        )
    least = case.reverse_kl(*best)
    if std > 0 and _same(fit, best) and case.reverse_kl(*fit) <= least + _SLACK:
        return
    _recognize(name, case, fit, best)
    value = case.reverse_kl(*fit)
    raise Mistake(
        f"`{name}` returns mean {mean:.3f} and std {std:.3f} from the start "
        f"{case.start}, with KL(q‖p) = {value:.3f}; a descent reaches {least:.3f} at "
        f"mean {best[0]:.3f}, std {best[1]:.3f}: search longer, and take the whole "
        "sum of q·(log q − log p)·step."
    )


def _recognize(name: str, case: Case, fit, best) -> None:
    """Raises a Mistake that names what was fitted instead."""
    mean, std = fit
    other = _other_bump(case, best)
    for wrong, message in (
        (case.start, "returns the start: let the search run, and return what it found"),
        (
            case.moments(),
            "fits the mean and the standard deviation of the whole density: that is "
            "forward KL(p‖q), which covers both bumps. Take the mean under q: the sum "
            "of q·(log q − log p)",
        ),
        (best[::-1], "returns the std before the mean: `return mean, std`"),
        ((best[0], np.log(best[1])), "returns log std: take `np.exp` of it"),
        ((best[0], best[1] ** 2), "returns the variance: take its square root"),
        (
            other,
            "takes the other bump, not the one on whose side it starts: begin the "
            "search at the mean and std that it is given",
        ),
    ):
        if wrong is not None and _same(fit, wrong, 0.05):
            raise Mistake(f"`{name}` {message}.")
    if not std > 0:
        raise Mistake(
            f"`{name}` returns std = {std:.3g}, but a standard deviation is positive: "
            "search over its logarithm, and return `np.exp` of that."
        )
    if std < 0.2 * best[1]:
        raise Mistake(
            f"`{name}` returns std = {std:.3g}, which shrinks to a point: maximizing "
            "the mean of log p alone does that. The term q·log q, minus the entropy, "
            "keeps q wide."
        )
    if std > 10 * best[1] or abs(mean) > 20:
        raise Mistake(
            f"`{name}` returns mean {mean:.3g} and std {std:.3g}: it runs away, as "
            "when KL is maximized. Minimize q·(log q − log p)."
        )


def _other_bump(case: Case, best) -> tuple[float, float] | None:
    means = case.mixture.means[:, 0]
    if len(means) == 1:
        return None
    away = means[np.abs(means - best[0]).argmax()]
    return case.best((away, 0.5))


def _same(fit, other, near: float = _NEAR) -> bool:
    return all(abs(a - b) <= near for a, b in zip(fit, other, strict=True))
