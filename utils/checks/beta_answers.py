"""What β does to a VAE on Gaussian data: the optimum, and what learners predict."""

import numpy as np

from utils.checks.engine.answers import Answer, close, read_pair
from utils.checks.engine.feedback import Mistake
from utils.measures.rate_distortion import optimum

_PARTS = ("error", "kl")
_CASES = (
    (np.array([4.0]), 0.25, 1.0, "with β = 1 the error of a used axis is the noise."),
    (np.array([4.0, 1.0]), 0.25, 3.0, "each axis adds its own error and its own KL."),
    (
        np.array([4.0, 0.5, 0.01]),
        0.1,
        1.0,
        "an axis with less variance than β·noise is not used: its error is its "
        "variance, and its KL is 0.",
    ),
    (np.array([1.0, 2.0]), 0.5, 10.0, "with a large β no axis is used at all."),
    (np.array([3.0, 0.2]), 0.1, 0.01, "with a small β the error is small, not 0."),
)


def check_prediction(answer: Answer) -> None:
    """Raises a Mistake unless both numbers are the optimum's."""
    for variances, noise, beta, shows in _CASES:
        exact = optimum(variances, noise, beta)
        value = answer(variances.copy(), noise, beta)
        predicted = read_pair(value, answer.name, _PARTS)
        if all(map(_near, predicted, exact)):
            continue
        for wrong, message in _WRONG:
            if all(map(_near, predicted, wrong(variances, noise, beta))):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns error = {predicted[0]:.4g} and kl = "
            f"{predicted[1]:.4g} for variances {variances.tolist()}, noise = {noise} "
            f"and beta = {beta}, but {exact[0]:.4g} and {exact[1]:.4g} are right: "
            f"{shows}"
        )


def _near(value, exact) -> bool:
    return close(value, exact) or abs(value - exact) < 1e-9


def _parts(variances, noise, beta):
    errors = np.minimum(variances, beta * noise)
    return errors, 0.5 * np.log(variances / errors)


def _unclipped(variances, noise, beta):
    errors = np.full(len(variances), beta * noise)
    return errors.sum(), (0.5 * np.log(variances / errors)).sum()


_WRONG = (
    (
        lambda v, n, b: optimum(v, n, b)[::-1],
        "returns its two numbers in the other order: error first, then kl.",
    ),
    (
        _unclipped,
        "gives an axis with less variance than β·noise a larger error than its whole "
        "variance, and a negative KL: such an axis is not used; "
        "`np.minimum(variances, beta * noise)`.",
    ),
    (
        lambda v, n, b: (b * n * len(v), optimum(v, n, b)[1]),
        "has an error above an axis' variance: an unused axis errs by its variance.",
    ),
    (
        lambda v, n, b: optimum(v, n, 1 / b),
        "has β the wrong way round: a large β makes codes expensive, so the error "
        "grows and the KL shrinks.",
    ),
    (
        lambda v, n, b: optimum(v, n, 1.0),
        "does not use beta: the error of a used axis is β·noise.",
    ),
    (
        lambda v, n, b: optimum(v, 1.0, b),
        "does not use noise: the error of a used axis is β·noise.",
    ),
    (
        lambda v, n, b: optimum(v, np.sqrt(n), b),
        "takes the standard deviation of the noise: its variance is what is given.",
    ),
    (
        lambda v, n, b: optimum(v, n**2, b),
        "squares the noise: it is a variance already.",
    ),
    (
        lambda v, n, b: (optimum(v, n, b)[0], 2 * optimum(v, n, b)[1]),
        "lacks the ½ in front of the logarithm.",
    ),
    (
        lambda v, n, b: (optimum(v, n, b)[0], b * optimum(v, n, b)[1]),
        "multiplies the KL by β: asked for is the KL itself; β is its price.",
    ),
    (
        lambda v, n, b: (optimum(v, n, b)[0] / (2 * n), optimum(v, n, b)[1]),
        "returns the error as it stands in the loss, over 2·noise: asked for is the "
        "squared error itself.",
    ),
    (
        lambda v, n, b: (optimum(v, n, b)[0], optimum(v, n, b)[1] / np.log(2)),
        "returns the KL in bits: nats take `np.log`.",
    ),
    (
        lambda v, n, b: tuple(part.mean() for part in _parts(v, n, b)),
        "averages over the axes: both are sums, as in the VAE's loss.",
    ),
    (
        lambda v, n, b: (
            optimum(v, n, b)[0],
            (0.5 * np.log(1 + v / (b * n))).sum(),
        ),
        "has log(1 + λ/(β·noise)), which is the information in a channel of fixed "
        "noise: here the error e is chosen best, and the KL is ½·log(λ/e).",
    ),
)
