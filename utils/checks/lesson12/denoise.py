"""Exercise 12.1: the best guess of the data behind a noisy point."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.data.mixtures import GaussianMixture
from utils.measures.noisy_mixtures import denoised


def _exact(x, a, b, means, std, weights):
    return denoised(GaussianMixture(means, std, weights), x[:, None], a, b)[:, 0]


def _shares(x, a, b, means, std, weights, variance=None):
    """Responsibilities (n, k), with another variance if one is given."""
    variance = a**2 * std**2 + b**2 if variance is None else variance
    logs = np.log(weights) - 0.5 * (x[:, None] - a * means) ** 2 / variance
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _guesses(x, a, b, means, std, gain=None):
    """What each component alone would guess, (n, k)."""
    gain = a * std**2 / (a**2 * std**2 + b**2) if gain is None else gain
    return means + gain * (x[:, None] - a * means)


def _mean(shares, guesses):
    return (shares * guesses).sum(axis=1)


def _unnormalized(x, a, b, means, std, weights):
    variance = a**2 * std**2 + b**2
    heights = weights * np.exp(-0.5 * (x[:, None] - a * means) ** 2 / variance)
    return (heights * _guesses(x, a, b, means, std)).sum(axis=1)


def _densities(x, a, b, means, std, weights):
    variance = a**2 * std**2 + b**2
    return _unnormalized(x, a, b, means, std, weights) / np.sqrt(2 * np.pi * variance)


def _overflowing(x, a, b, means, std, weights):
    variance = a**2 * std**2 + b**2
    with np.errstate(all="ignore"):
        heights = weights * np.exp(-0.5 * (x[:, None] - a * means) ** 2 / variance)
        guesses = _guesses(x, a, b, means, std)
        return (heights * guesses).sum(axis=1) / heights.sum(axis=1)


def _with(variance, sign=1, logs=np.log):
    """Another s², in the responsibilities and in the guesses; or the sign of these."""

    def wrong(x, a, b, m, s, w):
        way = x[:, None] - a * m
        heights = logs(w) - 0.5 * way**2 / variance(a, b, s)
        heights = np.exp(heights - heights.max(axis=1, keepdims=True))
        shares = heights / heights.sum(axis=1, keepdims=True)
        return _mean(shares, m + sign * a * s**2 / variance(a, b, s) * way)

    return wrong


def _over_the_points(x, a, b, m, s, w):
    if len(x) < 2:
        return np.full(len(x), np.nan)
    heights = w * np.exp(-0.5 * (x[:, None] - a * m) ** 2 / _s2(a, b, s))
    return _mean(heights / heights.sum(axis=0), _guesses(x, a, b, m, s))


def _s2(a, b, s):
    return a**2 * s**2 + b**2


_MEANS, _WEIGHTS = np.array([-2.0, 1.0, 1.5]), np.array([0.4, 0.5, 0.1])
_X = np.array([-3.0, -0.7, -0.7, 0.2, 1.4, 2.5])

denoise = Check(
    "12.1",
    "the best denoiser of a mixture",
    "denoise(x, a, b, means, std, weights)",
    exact=_exact,
    cases=(
        Case(_X, 0.8, 0.6, _MEANS, 0.5, _WEIGHTS, shows="compute the r of one point."),
        Case(_X, 0.5, 0.5, _MEANS, 0.3, _WEIGHTS),
        Case(_X[:1], 0.3, 0.7, _MEANS[:2], 0.9, np.array([0.7, 0.3])),
    ),
    mistakes=(
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w), np.broadcast_to(m, (len(x), len(m)))
            ),
            "is the mean of the means, Σ r·μ: it forgets that a mode is σ wide. Add "
            "a·σ²/s²·(x − a·μ) to each μ.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w, variance=1.0), _guesses(x, a, b, m, s)
            ),
            "has responsibilities without a variance: divide the squared distance by "
            "2·s², s² = a²σ² + b².",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w, variance=b**2), _guesses(x, a, b, m, s)
            ),
            "counts the noise alone in its responsibilities: a mode seen through noise "
            "has the variance s² = a²σ² + b², not b².",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w, variance=s**2), _guesses(x, a, b, m, s)
            ),
            "has the clean modes' variance in its responsibilities: behind the noise "
            "it is s² = a²σ² + b².",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, np.ones_like(w)), _guesses(x, a, b, m, s)
            ),
            "leaves the weights out: a mode of weight 0.5 is five times as probable as "
            "one of 0.1 before we look at x. r ∝ w·N(…).",
        ),
        Wrong(
            _unnormalized,
            "does not divide by the sum of the responsibilities: for each x they must "
            "add up to 1.",
        ),
        Wrong(
            _densities,
            "weighs with densities that do not add up to 1: divide each w·N(…) by "
            "their sum over the modes.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _exact(x, b, a, m, s, w),
            "has a and b exchanged: x_t = a·data + b·noise.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w),
                _guesses(x, a, b, m, s, s**2 / (a**2 * s**2 + b**2)),
            ),
            "lacks the a in a·σ²/s²: the covariance of data and x_t is a·σ².",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w),
                m + a * s**2 / (a**2 * s**2 + b**2) * (x[:, None] - m),
            ),
            "compares x with μ where it must with a·μ: behind the path's a the modes "
            "have moved.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _guesses(x, a, b, m, s)[
                np.arange(len(x)), _shares(x, a, b, m, s, w).argmax(axis=1)
            ],
            "takes the guess of the most probable mode alone: the mean squared error "
            "is least for the mean over all modes.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: a * _exact(x, a, b, m, s, w),
            "returns a·E[data]: the data themselves are asked for, without the a.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: (x - a * _exact(x, a, b, m, s, w)) / b,
            "returns the noise, E[z | x_t]: the data are asked for.",
        ),
        *(
            Wrong(_with(variance), f"takes {said} for s² = a²σ² + b².")
            for variance, said in (
                (lambda a, b, s: a**2 * s + b**2, "a²σ + b²"),
                (lambda a, b, s: a * s**2 + b**2, "aσ² + b²"),
                (lambda a, b, s: np.sqrt(_s2(a, b, s)), "s, the square root of it,"),
                (lambda a, b, s: b**2, "b² alone"),
                (lambda a, b, s: a**2 * s**2, "a²σ² alone (or 1/a for a·σ²/s²)"),
            )
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m / a, s, w), _guesses(x, a, b, m, s)
            ),
            "compares x with μ in its responsibilities: behind the path's a the modes "
            "have moved to a·μ.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m / a, s, w),
                m + a * s**2 / _s2(a, b, s) * (x[:, None] - m),
            ),
            "compares x with μ everywhere: behind the path's a the modes have moved to "
            "a·μ.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w**2), _guesses(x, a, b, m, s)
            ),
            "counts the weights twice: they are in r once.",
        ),
        Wrong(
            _over_the_points,
            "divides by the sum over the points, axis 0: over the modes, axis 1, the r "
            "of a point add up to 1.",
        ),
        Wrong(
            _with(_s2, sign=-1),
            "has a sign wrong: a·σ²/s²·(x − a·μ) is added to μ.",
        ),
        Wrong(
            _with(_s2, logs=lambda w: w),
            "adds the weights to logarithms: add *their* logarithms.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w, variance=_s2(a, b, s) / 2),
                _guesses(x, a, b, m, s),
            ),
            "lacks the 2 under the squared distance: −(x − a·μ)²/(2·s²).",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(
                _shares(x, a, b, m, s, w, variance=-_s2(a, b, s)),
                _guesses(x, a, b, m, s),
            ),
            "has the sign of the exponent wrong: what is far away is improbable.",
        ),
        Wrong(
            lambda x, a, b, m, s, w: _mean(w, _guesses(x, a, b, m, s)),
            "weighs by w: the probability r of a mode depends on x, r ∝ w·N(…).",
        ),
        Wrong(
            lambda x, a, b, m, s, w: (a * _exact(x, a, b, m, s, w) - x) / b**2,
            "returns the score of the noisy points: the data are asked for.",
        ),
    ),
    edges=(
        Case(
            np.array([80.0, -90.0]),
            0.9,
            0.1,
            _MEANS,
            0.05,
            _WEIGHTS,
            shows="far from all modes: subtract the largest logarithm before exp.",
            mistakes=(
                Wrong(
                    _overflowing,
                    "is NaN far from all modes: there every exp(−…) is 0, and 0/0 is "
                    "NaN. Subtract the largest logarithm of a row before `np.exp`.",
                    when=lambda value, *_: np.isnan(value).any(),
                ),
            ),
        ),
    ),
)
