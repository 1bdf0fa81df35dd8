"""Exercise 4.1: the two terms of a VAE's loss."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import MATMUL, Case, Check, Wrong, exercise
from utils.checks.engine.logits import check_gradients


def normal(seed: int, *shape: int, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    """Draws an array of this shape from N(mean, std²)."""
    return np.random.default_rng(seed).normal(mean, std, shape).astype("float32")


def _outlier(array: np.ndarray, value: float) -> np.ndarray:
    array[-1, 0] = value
    return array


def _squares(x, made):
    return ((x - made) ** 2).sum(axis=1)


def _reconstruction(x, made):
    return 0.5 * _squares(x, made).mean()


def _terms(mean, log_variance):
    return 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)


def _kl(mean, log_variance):
    return _terms(mean, log_variance).sum(axis=1).mean()


def _changed_kl(formula) -> Callable:
    """The KL term with another summand, a function of μ and log σ²."""
    return lambda m, v: 0.5 * formula(m, v).sum(axis=1).mean()


_X, _MADE = normal(0, 3, 6, std=0.6), normal(1, 3, 6, std=0.6)
_MEAN, _LOG_VARIANCE = normal(2, 5, 3), normal(3, 5, 3, mean=-0.5, std=0.7)
_SIGMA_FOR_VARIANCE = (
    "uses σ in place of σ²: the variance is exp(log_variance), without a ½."
)

_reconstruction_loss = Check(
    "4.1",
    "the two terms of the VAE",
    "reconstruction_loss(x, made)",
    exact=_reconstruction,
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(_X, _MADE, shows="work the first example out by hand and compare."),
        Case(normal(4, 1, 2), normal(5, 1, 2), shows="a batch of one is a batch."),
        Case(np.repeat(normal(6, 1, 4), 7, axis=0), normal(7, 7, 4)),
        Case(_outlier(normal(8, 2, 5), 60.0), normal(9, 2, 5), shows="one is far off."),
        Case(normal(8, 2, 3), normal(8, 2, 3), shows="of equal pictures it is 0."),
    ),
    mistakes=(
        Wrong(
            lambda x, m: 0.5 * np.mean((x - m) ** 2),
            "takes the mean over the pixels too: a log-likelihood is a sum over all "
            "numbers of an example (`axis=-1`), then a mean over examples.",
        ),
        Wrong(
            lambda x, m: np.mean((x - m) ** 2),
            "takes the mean over the pixels too, and lacks the ½: sum over the numbers "
            "of an example (`axis=-1`), then take the mean over examples.",
        ),
        Wrong(
            lambda x, m: 0.5 * (x - m).sum(axis=1).mean(),
            "does not square the differences: they would cancel.",
        ),
        Wrong(
            lambda x, m: 0.5 * ((x - m) ** 2).sum(axis=0).mean(),
            "sums over the examples and averages over the pixels: the other way round, "
            "`axis=-1`.",
        ),
        Wrong(
            lambda x, m: _squares(x, m).mean(),
            "lacks the ½ of the Gaussian, −log N = ½·(x − m)² + …: with it the KL term "
            "would weigh half of what it should.",
        ),
        Wrong(
            lambda x, m: 0.5 * _squares(x, m).sum(),
            "sums over the batch as well, so that it grows with the batch: take the "
            "mean over examples.",
        ),
        Wrong(
            lambda x, m: -_reconstruction(x, m),
            "has its sign flipped: this is log p, and a loss is −log p.",
        ),
        Wrong(
            lambda x, m: 0.5 * np.abs(x - m).sum(axis=1).mean(),
            "takes absolute differences: the Gaussian wants squares.",
        ),
        Wrong(
            lambda x, m: 0.5 * np.sqrt(_squares(x, m)).mean(),
            "takes a square root at the end: the Gaussian wants the squared distance.",
        ),
        Wrong(
            lambda x, m: 0.5 * ((x - m).sum(axis=1) ** 2).mean(),
            "squares the sum: square each difference first, then add. (`**` binds "
            "after the brackets of `ops.sum`.)",
        ),
    ),
    behaves=lambda answer: check_gradients(answer, _reconstruction, _X, _MADE),
)
_kl_term = Check(
    "4.1",
    "the two terms of the VAE",
    "kl_term(mean, log_variance)",
    exact=_kl,
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(_MEAN, _LOG_VARIANCE, shows="work the first code out by hand."),
        Case(normal(4, 1, 2), abs(normal(5, 1, 2)), shows="a batch of one is a batch."),
        Case(np.repeat(normal(6, 1, 4), 7, axis=0), normal(7, 7, 4)),
        Case(_outlier(normal(8, 3, 1), 40.0), normal(9, 3, 1), shows="μ²/2 is right."),
        Case(
            np.zeros((2, 5), "float32"),
            np.zeros((2, 5), "float32"),
            shows="a code that is N(0, 1) already costs nothing.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda m, v: _terms(m, v).mean(),
            "takes the mean over latent dimensions, which weakens it by 1/latent size: "
            "sum over them (`axis=-1`), then take the mean over the batch.",
        ),
        Wrong(
            lambda m, v: _terms(m, v).sum(),
            "sums over the batch as well: sum over latent dimensions alone "
            "(`axis=-1`), then take the mean.",
        ),
        Wrong(lambda m, v: 2 * _kl(m, v), "lacks the ½ in front."),
        Wrong(
            lambda m, v: -_kl(m, v),
            "has its sign flipped: a KL divergence is never negative.",
        ),
        Wrong(
            lambda m, v: _kl(m, 2 * v),
            "takes log_variance for log σ: it is log σ², so σ² is exp(log_variance).",
        ),
        Wrong(lambda m, v: _kl(m, 0.5 * v), _SIGMA_FOR_VARIANCE),
        Wrong(
            _changed_kl(lambda m, v: m**2 + np.exp(0.5 * v) - 1 - v),
            _SIGMA_FOR_VARIANCE,
        ),
        Wrong(
            _changed_kl(lambda m, v: m**2 + np.exp(2 * v) - 1 - v),
            "squares the variance: σ² is exp(log_variance), as it is.",
        ),
        Wrong(
            _changed_kl(lambda m, v: m + np.exp(v) - 1 - v),
            "does not square the mean: a code at −1 is as far from 0 as one at 1.",
        ),
        Wrong(
            lambda m, v: _kl(m, v) + (m.shape[1] - 1) / 2,
            "subtracts the 1 once per code: each latent dimension has its own.",
        ),
        Wrong(
            _changed_kl(lambda m, v: m**2 + np.exp(v) - v),
            "lacks the −1: it must be 0 where the code is N(0, 1) already.",
        ),
        Wrong(
            lambda m, v: _kl(0 * m, v),
            "does not look at the mean: a code far from 0 has to cost μ²/2.",
        ),
        Wrong(
            _changed_kl(lambda m, v: np.abs(m) + np.exp(v) - 1 - v),
            "takes |μ| in place of μ².",
        ),
        Wrong(
            _changed_kl(lambda m, v: (m**2 + 1) / np.exp(v) - 1 + v),
            "is the KL the other way round, KL(N(0, 1) ‖ q): the code's own "
            "distribution q comes first.",
        ),
        Wrong(
            _changed_kl(lambda m, v: m**2 + np.exp(v) - 1 + v),
            "adds log σ² where it is subtracted.",
        ),
        Wrong(
            _changed_kl(lambda m, v: m**2 + v - 1 - np.log(np.where(v > 0, v, np.nan))),
            "takes log_variance for σ² itself: the encoder returns log σ², so σ² is "
            "exp(log_variance).",
        ),
    ),
    edges=(
        Case(
            normal(0, 3, 2),
            np.array([[-40.0, 4.0], [0.0, -30.0], [6.0, -8.0]], "float32"),
            shows="clouds may be tiny or wide: do not clip, and add no small number.",
        ),
    ),
    behaves=lambda answer: check_gradients(answer, _kl, _MEAN, _LOG_VARIANCE),
)


@exercise("4.1", "the two terms of the VAE", seconds=60)
def vae_loss(reconstruction_loss: Callable, kl_term: Callable) -> None:
    """½·Σ (x − made)² and ½·Σ (μ² + σ² − 1 − log σ²), by value and by gradient.

    Args:
        reconstruction_loss: function `(x, made) -> scalar` of tensors `(n, d)`.
        kl_term: function `(mean, log_variance) -> scalar` of tensors `(n, d)`.
    """
    _reconstruction_loss.examine(reconstruction_loss)
    _kl_term.examine(kl_term)
