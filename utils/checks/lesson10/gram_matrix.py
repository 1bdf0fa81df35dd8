"""Exercise 10.1: the Gram matrix of features."""

import numpy as np
from keras import ops

from utils.checks.engine import MATMUL, Answer, Case, Check, Mistake, Wrong


def features(seed: int, *shape: int) -> np.ndarray:
    """Draws features `(n, h, w, c)`, positive and negative ones."""
    return np.random.default_rng(seed).normal(0.6, 0.9, shape)


def rows(f) -> np.ndarray:
    """The features of each position, `(n, h·w, c)`."""
    return f.reshape(len(f), -1, f.shape[-1])


def grams(f) -> np.ndarray:
    """The exact Gram matrices `(n, c, c)` of features `(n, h, w, c)`."""
    return rows(f).swapaxes(1, 2) @ rows(f)


def gradient_arrives(answer: Answer, *arrays) -> None:
    """Raises a Mistake unless a gradient arrives at the first argument."""

    def squares(*values):
        return ops.sum(ops.square(answer(*values)))

    header = f"{answer.name}({', '.join(answer.arguments)})"
    if not np.any(Answer(squares, header).gradients(*arrays)[0]):
        raise Mistake(
            f"the value of `{answer.name}` is right, but no gradient arrives at "
            f"{answer.arguments[0]}, and the pixels follow the gradient: stay with "
            "`keras.ops`, without NumPy."
        )


def _positions(f) -> int:
    return f.shape[1] * f.shape[2]


def _reshaped_only(f):
    columns = f.reshape(len(f), f.shape[-1], -1)
    return columns @ columns.swapaxes(1, 2)


def _centered(f):
    deviations = rows(f) - rows(f).mean(axis=1, keepdims=True)
    return deviations.swapaxes(1, 2) @ deviations


def _cosines(f):
    norms = np.sqrt(np.diagonal(grams(f), axis1=1, axis2=2))
    return grams(f) / norms[:, :, None] / norms[:, None, :]


def _outlier() -> np.ndarray:
    f = features(3, 2, 3, 3, 4)
    f[1, 2, 0, 1] = 50.0
    return f


gram_matrix = Check(
    "10.1",
    "the Gram matrix",
    "gram_matrix(features)",
    exact=grams,
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(features(0, 2, 4, 3, 5), shows="sum the products over all positions."),
        Case(features(1, 1, 5, 2, 3), shows="a batch of one stays a batch."),
        Case(features(2, 3, 2, 7, 2)),
        Case(np.tile(features(4, 1, 1, 1, 3), (2, 3, 2, 1)), shows="all places alike."),
        Case(_outlier(), shows="a large activation counts as it is."),
    ),
    mistakes=(
        Wrong(
            _reshaped_only,
            "reshapes (n, h, w, c) straight into (n, c, h·w): that cuts the numbers in "
            "another order and mixes the channels. Reshape to (n, h·w, c), then "
            "transpose.",
        ),
        Wrong(
            lambda f: rows(f) @ rows(f).swapaxes(1, 2),
            "compares positions with positions. Turn it round: transpose(F) times F is "
            "channels by channels.",
        ),
        Wrong(
            lambda f: grams(f).sum(axis=0),
            "returns one matrix for a whole batch: each picture has its own style. "
            "Keep the first axis.",
        ),
        Wrong(
            lambda f: (f**2).sum(axis=(1, 2)),
            "returns one number per channel: multiply each channel with every other "
            "one too, channels by channels.",
        ),
        Wrong(
            lambda f: grams(f) / _positions(f),
            "is the mean over positions: here G is the sum, so do not divide by h·w.",
        ),
        Wrong(
            lambda f: grams(f) / (_positions(f) * f.shape[-1]),
            "is divided by h·w·c: here G is the plain sum; the normalization comes "
            "with the style loss.",
        ),
        Wrong(
            lambda f: grams(f) / f.shape[-1],
            "is divided by the number of channels: here G is the plain sum.",
        ),
        Wrong(
            lambda f: rows(f).sum(axis=1)[:, :, None] * rows(f).sum(axis=1)[:, None],
            "multiplies the sums of the channels: sum the products.",
        ),
        Wrong(
            lambda f: rows(f)[:, :-1].swapaxes(1, 2) @ rows(f)[:, :-1],
            "leaves out the last position.",
        ),
        Wrong(
            _centered,
            "subtracts each channel's mean: that is h·w times the covariance. The Gram "
            "matrix takes the activations as they are.",
        ),
        Wrong(
            _cosines,
            "is scaled to ones on the diagonal: those are cosines. How strongly a "
            "channel fires belongs to the style too, so do not divide by the norms.",
        ),
        Wrong(
            lambda f: grams(f) * np.eye(f.shape[-1]),
            "is zero off the diagonal: multiply each channel with every other one, "
            "too.",
        ),
        Wrong(
            lambda f: grams(f) ** 2,
            "is squared: sum the products F_i·F_j themselves.",
        ),
        Wrong(
            lambda f: grams(np.maximum(f, 0)),
            "leaves negative activations out: not every layer ends in a ReLU. Take "
            "them as they come.",
        ),
    ),
    behaves=lambda answer: gradient_arrives(answer, features(0, 2, 4, 3, 5)),
)
