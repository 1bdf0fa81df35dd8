"""The most likely Gaussian, and the identity of likelihood, KL and entropy."""

import numpy as np

from utils.checks.engine.answers import Answer, read_array, read_number
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.checks.values import WrongValue, recognize
from utils.measures.divergences import kl_divergence
from utils.measures.likelihood import maximum_likelihood

_TOLERANCE = {"rtol": 1e-4, "atol": 1e-6}


def check_fit(answer: Answer) -> None:
    """Raises a Mistake unless this is the mean and the covariance, divided by n."""
    for seed, n, d in ((0, 7, 3), (1, 40, 2), (2, 5, 1)):
        rng = np.random.default_rng(seed)
        mixing = rng.normal(size=(d, d))
        x = rng.normal(size=(n, d)) @ mixing + rng.normal(1, 2, d)
        mean, covariance = _read_fit(answer(x.copy()), answer.name, n, d)
        _check_mean(answer.name, mean, x)
        _check_covariance(answer.name, covariance, x)


def _read_fit(value, name: str, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    if value is None:
        read_array(value, name)
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return two arrays: end with "
            "`return mean, covariance`."
        )
    mean, covariance = (
        read_array(part, f"{name} ({which})")
        for part, which in zip(value, ("mean", "covariance"), strict=True)
    )
    if mean.shape == (d, d) and covariance.shape == (d,) and d > 1:
        raise Mistake(
            f"`{name}` returns the covariance first: end with "
            "`return mean, covariance`."
        )
    _check_shapes(name, mean.shape, covariance.shape, n, d)
    return mean, covariance


def _check_shapes(name, mean, covariance, n, d) -> None:
    if mean != (d,):
        why = {
            (): "the mean over everything: take one for each column, `axis=0`",
            (n,): "a mean for each point: average over the points, `axis=0`",
            (1, d): "a row too many: leave `keepdims` out",
        }.get(mean, "one number for each column is asked for")
        raise Mistake(
            f"`{name}` returns a mean of shape {mean} for data {(n, d)}, but {(d,)} is "
            f"asked for: {why}."
        )
    if covariance != (d, d):
        why = {
            (n, n): "`np.cov` takes variables in rows: give it `x.T`; or turn the "
            "product round, `centered.T @ centered`",
            (d,): "these are the variances alone: a covariance also says how two "
            "columns go together, `centered.T @ centered`",
            (): "NumPy drops the axes of a single column: use "
            "`centered.T @ centered`, or `np.atleast_2d`",
        }.get(covariance, "use `centered.T @ centered`")
        raise Mistake(
            f"`{name}` returns a covariance of shape {covariance} for data {(n, d)}, "
            f"but {(d, d)} is asked for: {why}."
        )


def _check_mean(name: str, mean: np.ndarray, x: np.ndarray) -> None:
    if np.allclose(mean, x.mean(axis=0), **_TOLERANCE):
        return
    if np.allclose(mean, np.median(x, axis=0), **_TOLERANCE):
        raise Mistake(
            f"`{name}` returns the median: the likelihood of a Gaussian is highest at "
            "the mean."
        )
    if np.allclose(mean, x.sum(axis=0), **_TOLERANCE):
        raise Mistake(f"`{name}` returns the sum of the points: divide it by n.")
    raise Mistake(
        f"`{name}` returns the mean {np.round(mean, 3).tolist()} where the columns "
        f"average to {np.round(x.mean(axis=0), 3).tolist()}: `x.mean(axis=0)`."
    )


def _check_covariance(name: str, covariance: np.ndarray, x: np.ndarray) -> None:
    n = len(x)
    _, exact = maximum_likelihood(x)
    if np.allclose(covariance, exact, **_TOLERANCE):
        return
    deviation = np.sqrt(np.diag(exact))
    for wrong, message in (
        (
            exact * n / (n - 1),
            "divides by n − 1. That is unbiased, but the likelihood is highest with "
            "n: `np.cov(x.T, bias=True)`, or divide by len(x).",
        ),
        (exact * n, "adds the outer products up: divide the sum by n."),
        (
            exact + np.outer(x.mean(axis=0), x.mean(axis=0)),
            "does not subtract the mean: the covariance is the mean of "
            "(x − μ)(x − μ)ᵀ.",
        ),
        (
            np.diag(np.diag(exact)),
            "leaves out how two columns go together: there are numbers off the "
            "diagonal, the means of their products.",
        ),
        (
            exact / np.outer(deviation, deviation),
            "returns correlations, which have forgotten the spread: do not divide by "
            "the standard deviations.",
        ),
        (
            np.linalg.inv(exact),
            "returns the inverse, the precision matrix: the covariance itself is asked "
            "for.",
        ),
        (np.sqrt(np.abs(exact)), "takes square roots: a covariance is in squares."),
    ):
        if np.allclose(covariance, wrong, **_TOLERANCE):
            raise Mistake(f"`{name}` {message}")
    raise Mistake(
        f"`{name}` returns a covariance that starts with {covariance.flat[0]:.4g} "
        f"where {exact.flat[0]:.4g} is right: the mean of (x − μ)(x − μ)ᵀ over the "
        "points."
    )


_PARTS = ("log_likelihood", "kl", "entropy")
# The last face of the first die never comes up.
_ROLLS = (
    (np.array([0, 0, 1, 2, 1, 0, 2, 1, 1, 0]), np.array([0.2, 0.4, 0.3, 0.1])),
    (np.array([3, 3, 1, 0, 2, 3]), np.array([0.1, 0.2, 0.3, 0.4])),
    (np.array([1, 1, 1]), np.array([0.5, 0.5])),
)


def _shares(rolls, q):
    return np.bincount(rolls, minlength=len(q)) / len(rolls)


def _entropy(rolls, q):
    seen = _shares(rolls, q)
    seen = seen[seen > 0]
    return -np.sum(seen * np.log(seen))


def _log_likelihood(rolls, q):
    return np.mean(np.log(q[rolls]))


def _kl(rolls, q):
    return kl_divergence(_shares(rolls, q), q)


_EXACT = dict(zip(_PARTS, (_log_likelihood, _kl, _entropy), strict=True))
_WRONG_NUMBERS = {
    "log_likelihood": (
        WrongValue(
            lambda r, q: len(r) * _log_likelihood(r, q),
            "adds the log-likelihoods up: the identity is about their mean.",
        ),
        WrongValue(
            lambda r, q: -_log_likelihood(r, q),
            "returns minus the log-likelihood, a loss: leave the minus out.",
        ),
        WrongValue(
            lambda r, q: np.mean(np.log(q)),
            "averages log q over the faces: average over the rolls, "
            "`np.log(q[rolls])`.",
        ),
        WrongValue(
            lambda r, q: np.log(np.mean(q[r])),
            "takes the logarithm of the mean: take the mean of the logarithms.",
        ),
        WrongValue(
            lambda r, q: np.prod(q[r]),
            "returns the likelihood, a product: take logarithms, then their mean.",
        ),
        WrongValue(
            lambda r, q: _log_likelihood(r, q) / np.log(2),
            "returns the log-likelihood in bits: nats take `np.log`.",
        ),
        WrongValue(_kl, "returns the KL first: the order is "),
        WrongValue(_entropy, "returns the entropy first: the order is "),
    ),
    "kl": (
        WrongValue(
            lambda r, q: -_kl(r, q),
            "returns minus the KL: p̂ stands above q in the logarithm.",
        ),
        WrongValue(
            lambda r, q: kl_divergence(q, _shares(r, q)),
            "returns KL(q‖p̂): the mean is taken under the data, p̂·log(p̂/q).",
        ),
        WrongValue(
            lambda r, q: -_log_likelihood(r, q),
            "returns the cross-entropy for KL: p̂ belongs above q in the logarithm.",
        ),
        WrongValue(
            lambda r, q: len(r) * _kl(r, q),
            "uses counts for p̂: divide them by the number of rolls.",
        ),
        WrongValue(
            lambda r, q: _kl(r, q) / np.log(2),
            "returns the KL in bits: nats take `np.log`.",
        ),
        WrongValue(_entropy, "returns the entropy before the KL: the order is "),
    ),
    "entropy": (
        WrongValue(
            lambda r, q: -_entropy(r, q),
            "returns Σ p̂·log p̂: the entropy is minus that, and positive.",
        ),
        WrongValue(
            lambda r, q: -np.sum(q * np.log(q)),
            "returns the entropy of the model: the identity holds with that of the "
            "data, p̂.",
        ),
        WrongValue(
            lambda r, q: -_log_likelihood(r, q),
            "returns the cross-entropy for the entropy: p̂ stands inside the logarithm "
            "too, −Σ p̂·log p̂.",
        ),
        WrongValue(
            lambda r, q: _entropy(r, q) / np.log(2),
            "returns the entropy in bits: nats take `np.log`.",
        ),
        WrongValue(
            lambda r, q: np.log(len(q)),
            "returns the entropy of a fair die: take that of the shares p̂.",
        ),
    ),
}


def check_identity(answer: Answer) -> str:
    """Compares the three numbers, and returns how near to 0 they add up.

    Raises:
        Mistake: if one is another number.
    """
    worst = 0.0
    for rolls, q in _ROLLS:
        numbers = _read_three(answer(rolls.copy(), q.copy()), answer.name)
        for part, value in zip(_PARTS, numbers, strict=True):
            _check_part(answer.name, part, value, rolls, q)
        worst = max(worst, abs(sum(numbers)))
    return f" (the three add up to 0 within {max(worst, 1e-16):.0e})"


def _read_three(value, name: str) -> list[float]:
    if value is None:
        read_array(value, name)
    try:
        parts = list(value)
    except TypeError:
        parts = []
    if len(parts) != 3:
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return three numbers: end "
            "with `return log_likelihood, kl, entropy`."
        )
    return [
        read_number(part, f"{name} ({which})")
        for part, which in zip(parts, _PARTS, strict=True)
    ]


def _check_part(name: str, part: str, value: float, rolls, q) -> None:
    expected = float(_EXACT[part](rolls, q))
    if abs(value - expected) <= 1e-5 + 1e-4 * abs(expected):
        return
    if not np.isfinite(value):
        raise Mistake(
            f"`{name}` returns {part} = {value} where a face never came up: 0·log 0 is "
            "NaN for NumPy. Leave the faces with p̂ = 0 out of the sums."
        )
    order = "log_likelihood, kl, entropy."
    try:
        recognize(name, value, _WRONG_NUMBERS[part], rolls, q)
    except Mistake as mistake:
        text = str(mistake)
        raise Mistake(text + order if text.endswith(" is ") else text) from None
    raise Mistake(
        f"`{name}` returns {part} = {value:.4g} for rolls {rolls.tolist()} and q = "
        f"{q.tolist()}, but {expected:.4g} is right: work it out by hand for one face."
    )
