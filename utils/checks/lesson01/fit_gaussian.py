"""Exercise 1.1: the mean and the covariance that make data most likely."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong, agree
from utils.measures.likelihood import maximum_likelihood


def _points(seed: int, n: int, d: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(1, 2, d)


def _covariance(x):
    return maximum_likelihood(x)[1]


def _correlation(x):
    deviation = np.sqrt(np.diag(_covariance(x)))
    return _covariance(x) / np.outer(deviation, deviation)


def _outlier():
    x = _points(3, 11, 2)
    x[4] = 1e4, -3e3
    return x


def _adds_on_the_diagonal(covariance, x) -> bool:
    more = covariance - _covariance(x)
    return agree(more, more[0, 0] * np.eye(len(more))) and more[0, 0] != 0


def _mean(formula, message) -> Wrong:
    return Wrong(formula, message, part="mean")


def _cov(formula, message, when=None) -> Wrong:
    return Wrong(formula, message, part="covariance", when=when)


fit_gaussian = Check(
    "1.1",
    "the most likely Gaussian",
    "fit_gaussian(x) -> mean, covariance",
    exact=maximum_likelihood,
    least=1e-8,
    cases=(
        Case(_points(0, 7, 3), shows="both are means over the points, the rows of x."),
        Case(_points(1, 40, 2)),
        Case(_points(2, 5, 1), shows="a single column is data (n, 1) too."),
        Case(_points(4, 2, 2), shows="two points are enough for both."),
        Case(np.tile(_points(5, 1, 3), (4, 1)), shows="equal points have no spread."),
        Case(_points(8, 5, 2)[[0, 1, 1, 2, 3, 4, 1]], shows="each repetition counts."),
        Case(
            np.repeat(_points(8, 3, 2), [1, 5, 2], axis=0),
            shows="a point that is there five times counts five times.",
        ),
        Case(_points(6, 1, 2), shows="of a single point the covariance is 0."),
        Case(_outlier(), shows="an outlier counts as every other point does."),
        Case(
            1e-3 * np.random.default_rng(7).normal(size=(9, 2)),
            shows="small data have a small covariance, and nothing is added to it.",
        ),
    ),
    mistakes=(
        _mean(
            lambda x: x.mean(),
            "returns the mean over everything: take one for each column, `axis=0`.",
        ),
        _mean(
            lambda x: x.mean(axis=1),
            "returns a mean for each point: average over the points, `axis=0`.",
        ),
        _mean(
            lambda x: x.mean(axis=0, keepdims=True),
            "returns the mean with a row too many: leave `keepdims` out.",
        ),
        _mean(
            lambda x: np.median(x, axis=0),
            "returns the median: the likelihood of a Gaussian is highest at the mean.",
        ),
        _mean(
            lambda x: x.sum(axis=0),
            "returns the sum of the points: divide it by n.",
        ),
        _cov(
            lambda x: np.cov(x),
            "returns a covariance of points by points: `np.cov` takes variables in "
            "rows, so give it `x.T`; or turn the product round, "
            "`centered.T @ centered`.",
            when=lambda value, x: np.shape(value) in ((len(x), len(x)), ()),
        ),
        _cov(
            lambda x: x.var(axis=0),
            "returns the variances alone: a covariance also says how two columns go "
            "together, `centered.T @ centered`.",
            when=lambda value, x: np.shape(value) == x.shape[1:],
        ),
        _cov(
            lambda x: _covariance(x) * len(x) / (len(x) - 1 or np.nan),
            "divides by n − 1. That is unbiased, but the likelihood is highest with "
            "n: `np.cov(x.T, bias=True)`, or divide by len(x).",
        ),
        _cov(
            lambda x: _covariance(x) * len(x),
            "adds the outer products up: divide the sum by n.",
        ),
        _cov(
            lambda x: _covariance(x) * len(x) / x.shape[1],
            "divides by the number of columns: divide by n, the number of rows.",
        ),
        _cov(
            lambda x: x.T @ x / len(x),
            "does not subtract the mean: the covariance is the mean of "
            "(x − μ)(x − μ)ᵀ.",
        ),
        _cov(
            lambda x: np.diag(x.var(axis=0)),
            "leaves out how two columns go together: there are numbers off the "
            "diagonal, the means of their products.",
        ),
        _cov(
            _correlation,
            "returns correlations, which have forgotten the spread: do not divide by "
            "the standard deviations.",
        ),
        _cov(
            lambda x: np.linalg.inv(_covariance(x)),
            "returns the inverse, the precision matrix: the covariance itself is asked "
            "for.",
        ),
        _cov(
            lambda x: np.sqrt(np.abs(_covariance(x))),
            "takes square roots: a covariance is in squares.",
        ),
        _cov(
            lambda x: _covariance(x) + 0.01 * np.eye(x.shape[1]),
            "adds something on the diagonal, as one does to invert a covariance: here "
            "the covariance itself is asked for.",
            when=_adds_on_the_diagonal,
        ),
    ),
)
