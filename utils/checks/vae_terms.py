"""Facts about the two terms of a VAE's loss and its draw, and what learners write."""

import keras
import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.losses import WrongLoss, check_gradients, check_value

_RNG = np.random.default_rng(4)
_X = _RNG.uniform(-1, 1, (4, 6)).astype("float32")
_MADE = _RNG.uniform(-1, 1, (4, 6)).astype("float32")
_MEAN = _RNG.normal(0, 1, (4, 3)).astype("float32")
_LOG_VARIANCE = _RNG.normal(-0.5, 0.7, (4, 3)).astype("float32")
_NOISE = _RNG.normal(0, 1, (4, 3)).astype("float32")


def check_reconstruction(answer: Answer) -> None:
    """Raises a Mistake unless the loss is ½·Σ (x − made)², a mean over the batch."""
    formula = "the mean over examples of ½·Σ (x − made)²"
    check_value(answer, formula, _reconstruction, WRONG_RECONSTRUCTIONS, _X, _MADE)
    check_gradients(answer, _reconstruction, _X, _MADE)


def check_kl(answer: Answer) -> None:
    """Raises a Mistake unless the term is the KL to N(0, I), a mean over the batch."""
    formula = "the mean over examples of ½·Σ (μ² + σ² − 1 − log σ²)"
    check_value(answer, formula, _kl, WRONG_KLS, _MEAN, _LOG_VARIANCE)
    zeros = np.zeros((2, 5), "float32")
    check_value(answer, formula, _kl, WRONG_KLS, zeros, zeros)
    check_gradients(answer, _kl, _MEAN, _LOG_VARIANCE)


def check_draw(answer: Answer) -> None:
    """Raises a Mistake unless the draw is μ + σ·ε, with gradients to μ and to σ."""
    arguments = _MEAN, _LOG_VARIANCE, _NOISE
    drawn = read_array(answer(*map(ops.convert_to_tensor, arguments)), answer.name)
    if drawn.shape != _MEAN.shape:
        raise Mistake(
            f"`{answer.name}` returns an array of shape {drawn.shape} for codes of "
            f"shape {_MEAN.shape}: it returns one code an example, without a mean or "
            "a sum."
        )
    if not np.allclose(drawn, _drawn(*arguments), rtol=1e-4, atol=1e-5) and not (
        np.allclose(drawn, _drawn(_MEAN, _LOG_VARIANCE, -_NOISE), rtol=1e-4, atol=1e-5)
    ):
        _explain_draw(answer, drawn, arguments)
    _check_draws_gradient(answer)


def _explain_draw(answer, drawn, arguments) -> None:
    for wrong, message in WRONG_DRAWS:
        if np.allclose(drawn, wrong(*arguments), rtol=1e-4, atol=1e-5):
            raise Mistake(f"`{answer.name}` {message}")
    without = read_array(
        answer(*map(ops.convert_to_tensor, (_MEAN, _LOG_VARIANCE, 0 * _NOISE))),
        answer.name,
    )
    if not np.allclose(without, _MEAN, atol=1e-5):
        raise Mistake(
            f"`{answer.name}` does not return the mean where the noise is 0: does it "
            "draw noise of its own? Use the argument `noise`, which is drawn already."
        )
    raise Mistake(
        f"`{answer.name}` returns {drawn[0, 0]:.4g} for μ = {_MEAN[0, 0]:.4g}, "
        f"log σ² = {_LOG_VARIANCE[0, 0]:.4g} and ε = {_NOISE[0, 0]:.4g}, but μ + σ·ε "
        f"is {_drawn(*arguments)[0, 0]:.4g}: σ is the square root of the variance, "
        "exp(½·log σ²)."
    )


def _check_draws_gradient(answer: Answer) -> None:
    variables = [keras.Variable(array) for array in (_MEAN, _LOG_VARIANCE)]
    noise = ops.convert_to_tensor(_NOISE)
    try:
        _, gradients = value_and_gradients(
            lambda: ops.sum(answer(*map(ops.convert_to_tensor, variables), noise)),
            variables,
        )
        gradients = [ops.convert_to_numpy(gradient) for gradient in gradients]
    except Exception as error:
        raise Mistake(_no_gradient(answer.name, "μ or log σ²")) from error
    expected = np.ones_like(_MEAN), 0.5 * (_drawn(_MEAN, _LOG_VARIANCE, _NOISE) - _MEAN)
    for name, gradient, slope in zip(("μ", "log σ²"), gradients, expected, strict=True):
        if not np.allclose(np.abs(gradient), np.abs(slope), rtol=1e-3, atol=1e-5):
            raise Mistake(_no_gradient(answer.name, name))


def _no_gradient(name: str, argument: str) -> str:
    return (
        f"the value of `{name}` is right, but its gradient does not arrive at "
        f"{argument}, and the encoder learns from nothing else: stay with `keras.ops`, "
        "without NumPy, `float()` or `ops.stop_gradient`."
    )


def _reconstruction(x, made):
    return 0.5 * np.sum((x - made) ** 2, axis=1).mean()


def _kl_terms(mean, log_variance):
    return 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)


def _kl(mean, log_variance):
    return _kl_terms(mean, log_variance).sum(axis=1).mean()


def _drawn(mean, log_variance, noise):
    return mean + np.exp(0.5 * log_variance) * noise


WRONG_RECONSTRUCTIONS = (
    WrongLoss(
        lambda x, m: 0.5 * np.mean((x - m) ** 2),
        "takes the mean over the pixels too: a log-likelihood is a sum over all "
        "numbers of an example (`axis=-1`), then a mean over examples.",
    ),
    WrongLoss(
        lambda x, m: np.mean((x - m) ** 2),
        "takes the mean over the pixels too, and lacks the ½: sum over the numbers of "
        "an example (`axis=-1`), then take the mean over examples.",
    ),
    WrongLoss(
        lambda x, m: np.sum((x - m) ** 2, axis=1).mean(),
        "lacks the ½ of the Gaussian, −log N = ½·(x − m)² + …: with it the KL term "
        "would weigh half of what it should.",
    ),
    WrongLoss(
        lambda x, m: 0.5 * np.sum((x - m) ** 2),
        "sums over the batch as well, so that it grows with the batch: take the mean "
        "over examples.",
    ),
    WrongLoss(
        lambda x, m: -0.5 * np.sum((x - m) ** 2, axis=1).mean(),
        "has its sign flipped: this is log p, and a loss is −log p.",
    ),
    WrongLoss(
        lambda x, m: 0.5 * np.abs(x - m).sum(axis=1).mean(),
        "takes absolute differences: the Gaussian wants squares.",
    ),
    WrongLoss(
        lambda x, m: 0.5 * np.sqrt(np.sum((x - m) ** 2, axis=1)).mean(),
        "takes a square root at the end: the Gaussian wants the squared distance.",
    ),
)

WRONG_KLS = (
    WrongLoss(
        lambda m, v: _kl_terms(m, v).mean(),
        "takes the mean over latent dimensions, which weakens it by 1/latent size: sum "
        "over them (`axis=-1`), then take the mean over the batch.",
    ),
    WrongLoss(
        lambda m, v: _kl_terms(m, v).sum(),
        "sums over the batch as well: sum over latent dimensions alone (`axis=-1`), "
        "then take the mean.",
    ),
    WrongLoss(lambda m, v: 2 * _kl(m, v), "lacks the ½ in front."),
    WrongLoss(
        lambda m, v: -_kl(m, v),
        "has its sign flipped: a KL divergence is never negative.",
    ),
    WrongLoss(
        lambda m, v: _kl(m, 2 * v),
        "takes log_variance for log σ: it is log σ², so σ² is exp(log_variance).",
    ),
    WrongLoss(
        lambda m, v: _kl(m, 0.5 * v),
        "uses σ in place of σ²: the variance is exp(log_variance), without a ½.",
    ),
    WrongLoss(
        lambda m, v: 0.5 * (m**2 + np.exp(0.5 * v) - 1 - v).sum(axis=1).mean(),
        "uses σ in place of σ²: the variance is exp(log_variance), without a ½.",
    ),
    WrongLoss(
        lambda m, v: 0.5 * (m**2 + np.exp(v) - v).sum(axis=1).mean(),
        "lacks the −1: it must be 0 where the code is N(0, 1) already.",
    ),
    WrongLoss(
        lambda m, v: _kl(0 * m, v),
        "does not look at the mean: a code far from 0 has to cost μ²/2.",
    ),
    WrongLoss(
        lambda m, v: 0.5 * (np.abs(m) + np.exp(v) - 1 - v).sum(axis=1).mean(),
        "takes |μ| in place of μ².",
    ),
    WrongLoss(
        lambda m, v: 0.5 * ((m**2 + 1) / np.exp(v) - 1 + v).sum(axis=1).mean(),
        "is the KL the other way round, KL(N(0, 1) ‖ q): the code's own distribution q "
        "comes first.",
    ),
    WrongLoss(
        lambda m, v: 0.5 * (m**2 + np.exp(v) - 1 + v).sum(axis=1).mean(),
        "adds log σ² where it is subtracted.",
    ),
)

WRONG_DRAWS = (
    (
        lambda m, v, e: m + np.exp(v) * e,
        "multiplies the noise by the variance: a draw is μ + σ·ε with "
        "σ = exp(½·log_variance).",
    ),
    (
        lambda m, v, e: m + np.exp(2 * v) * e,
        "takes exp(2·log_variance): σ is the square root of the variance, "
        "exp(½·log_variance).",
    ),
    (
        lambda m, v, e: m + v * e,
        "multiplies the noise by log σ²: take it out of the logarithm, "
        "σ = exp(½·log_variance).",
    ),
    (
        lambda m, v, e: m + 0.5 * v * e,
        "forgets the exponential: σ = exp(½·log_variance).",
    ),
    (
        lambda m, v, e: m + e,
        "adds noise of width 1 whatever the encoder says: multiply it by "
        "σ = exp(½·log_variance).",
    ),
    (
        lambda m, v, e: np.exp(0.5 * v) * e,
        "leaves out the mean: μ + σ·ε.",
    ),
    (
        lambda m, v, e: m + np.exp(0.5 * v),
        "leaves out the noise: every draw is the same. μ + σ·ε.",
    ),
    (lambda m, v, e: m, "returns the mean: that is no draw. Add σ·ε."),
    (
        lambda m, v, e: (m + e) * np.exp(0.5 * v),
        "stretches the mean as well: first σ·ε, then add μ.",
    ),
)
