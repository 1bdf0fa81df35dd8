"""Exercise 5.4: what β does to a VAE on Gaussian data."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.measures.rate_distortion import optimum


def _kl_at(variances, errors):
    return (0.5 * np.log(variances / errors)).sum()


def _with_errors(errors):
    """Both numbers for other errors, a function of variances, noise and beta."""

    def predicted(variances, noise, beta):
        each = errors(variances, noise, beta) * np.ones(len(variances))
        return each.sum(), _kl_at(variances, each)

    return predicted


def _changed(change):
    """The right pair with something done to it."""
    return lambda v, n, b: change(*optimum(v, n, b), v, n, b)


predict_beta = Check(
    "5.4",
    "predict what β does",
    "predict_beta(variances, noise, beta) -> error, kl",
    exact=optimum,
    cases=(
        Case(
            np.array([4.0]),
            0.3,
            1.0,
            shows="with β = 1 the error of a used axis is the noise.",
        ),
        Case(
            np.array([4.0, 1.0]),
            0.3,
            3.0,
            shows="each axis adds its own error and its own KL.",
        ),
        Case(
            np.array([4.0, 0.5, 0.01]),
            0.1,
            1.0,
            shows="an axis with less variance than β·noise is not used: its error is "
            "its variance, and its KL is 0.",
        ),
        Case(
            np.array([1.0, 2.0]),
            0.5,
            10.0,
            shows="with a large β no axis is used at all.",
        ),
        Case(
            np.array([3.0, 0.2]),
            0.1,
            0.01,
            shows="with a small β the error is small, not 0.",
        ),
        Case(
            np.array([0.6, 0.6, 0.2, 900.0, 1e-5]),
            0.2,
            2.0,
            shows="axes may be alike, or one far wider than the others.",
        ),
    ),
    mistakes=(
        Wrong(
            _changed(lambda error, kl, v, n, b: (kl, error)),
            "returns its two numbers in the other order: error first, then kl.",
        ),
        Wrong(
            _with_errors(lambda v, n, b: b * n),
            "gives an axis with less variance than β·noise a larger error than its "
            "whole variance, and a negative KL: such an axis is not used; "
            "`np.minimum(variances, beta * noise)`.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (b * n * len(v), kl)),
            "has an error above an axis' variance: an unused axis errs by its "
            "variance.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n, 1 / b),
            "has β the wrong way round: a large β makes codes expensive, so the error "
            "grows and the KL shrinks.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n, 1.0),
            "does not use beta: the error of a used axis is β·noise.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, 1.0, b),
            "does not use noise: the error of a used axis is β·noise.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, np.sqrt(n), b),
            "takes the standard deviation of the noise: its variance is what is given.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n**2, b),
            "squares the noise: it is a variance already.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n, b**2),
            "squares β: it is a price, and the error of a used axis is β·noise.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n, np.sqrt(b)),
            "takes the square root of β: the error of a used axis is β·noise.",
        ),
        Wrong(
            lambda v, n, b: optimum(v, 2 * n, b),
            "has used axes err by 2·β·noise: a ½ was lost in the derivative, of "
            "β·½·log(λ/e).",
        ),
        Wrong(
            lambda v, n, b: optimum(v, n / 2, b),
            "has used axes err by half of β·noise: a 2 was lost in the derivative, of "
            "e/(2·noise).",
        ),
        Wrong(
            _with_errors(lambda v, n, b: min(v.min(), b * n)),
            "uses one error for all axes: each has its own, and an unused axis does "
            "not lower that of the others.",
        ),
        Wrong(
            _with_errors(lambda v, n, b: np.where(v > n, b * n, v)),
            "calls an axis unused if its variance is below the noise: it is where the "
            "variance is below β·noise.",
        ),
        Wrong(
            _with_errors(lambda v, n, b: np.maximum(v, b * n)),
            "takes the larger of variance and β·noise: the error is the smaller.",
        ),
        Wrong(
            lambda v, n, b: optimum(v[:1] * 0 + v.sum(), n, b),
            "adds the variances up before it compares: compare axis by axis, then add.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (b * n * (v > b * n).sum(), kl)),
            "leaves out the error of unused axes: it is their variance.",
        ),
        Wrong(
            _changed(
                lambda error, kl, v, n, b: (
                    error,
                    np.abs(0.5 * np.log(v / (b * n))).sum(),
                )
            ),
            "takes the absolute value for the KL of an unused axis: it is 0.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error, _kl_at(v, b * n))),
            "counts a negative KL for unused axes: it is 0 there.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error, 2 * kl)),
            "lacks the ½ in front of the logarithm.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error, -kl)),
            "has the sign of the KL flipped: it is ½·log(λ/e), and never negative.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error, b * kl)),
            "multiplies the KL by β: asked for is the KL itself; β is its price.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error / (2 * n), kl)),
            "returns the error as it stands in the loss, over 2·noise: asked for is "
            "the squared error itself.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error, kl / np.log(2))),
            "returns the KL in bits: nats take `np.log`.",
        ),
        Wrong(
            _changed(lambda error, kl, v, n, b: (error / len(v), kl / len(v))),
            "averages over the axes: both are sums, as in the VAE's loss.",
        ),
        Wrong(
            lambda v, n, b: (
                np.minimum(v, b * n),
                0.5 * np.log(v / np.minimum(v, b * n)),
            ),
            "returns numbers for each axis: add both up over the axes, `np.sum`.",
        ),
        Wrong(
            _changed(
                lambda error, kl, v, n, b: (error, 0.5 * np.log(1 + v / (b * n)).sum())
            ),
            "has log(1 + λ/(β·noise)), which is the information in a channel of fixed "
            "noise: here the error e is chosen best, and the KL is ½·log(λ/e).",
        ),
    ),
)
