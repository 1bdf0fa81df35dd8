"""Exercise 10.3: the content loss, and its gradient by hand."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.checks.lesson10.gram_matrix import features


def _loss(f, p):
    return 0.5 * ((f - p) ** 2).sum()


def _of_loss(formula, message) -> Wrong:
    return Wrong(lambda f, p: formula(f - p), message, part="loss")


def _of_gradient(formula, message) -> Wrong:
    return Wrong(formula, message, part="gradient")


def _outlier() -> np.ndarray:
    f = features(4, 1, 3, 2, 2)
    f[0, 1, 1, 0] = -300.0
    return f


content_loss = Check(
    "10.3",
    "the content loss and its gradient",
    "content_loss(features, content) -> loss, gradient",
    exact=lambda f, p: (_loss(f, p), f - p),
    tensors=True,
    cases=(
        Case(
            features(0, 1, 3, 2, 4),
            features(1, 1, 3, 2, 4),
            shows="differentiate half a squared difference for one activation.",
        ),
        Case(features(2, 3, 2, 1, 3) - 1, 2 * features(3, 3, 2, 1, 3)),
        Case(features(5, 2, 1, 1, 1), features(6, 2, 1, 1, 1)),
        Case(features(7, 1, 2, 2, 2), features(7, 1, 2, 2, 2), shows="equal pictures."),
        Case(_outlier(), features(8, 1, 3, 2, 2)),
    ),
    mistakes=(
        _of_loss(lambda d: (d**2).sum(), "returns a loss that lacks the ½."),
        _of_loss(
            lambda d: (d**2).mean(),
            "returns a loss that is the mean, and lacks the ½: take ½ of the sum.",
        ),
        _of_loss(
            lambda d: 0.5 * (d**2).mean(),
            "returns a loss that is the mean: take the sum over all activations.",
        ),
        _of_loss(
            lambda d: 0.5 * (d**2).sum() / len(d),
            "returns a loss that is the mean over the pictures: take the sum over all "
            "activations.",
        ),
        _of_loss(
            lambda d: 0.5 * np.abs(d).sum(),
            "returns a loss that adds absolute values: square the differences.",
        ),
        _of_loss(
            lambda d: 0.5 * np.sqrt((d**2).sum()),
            "returns a loss that takes a square root: leave it out.",
        ),
        _of_loss(
            lambda d: -0.5 * (d**2).sum(),
            "returns a loss that has its sign flipped: it is not negative.",
        ),
        _of_loss(
            lambda d: 0.5 * d.sum() ** 2,
            "returns a loss that squares the sum: square each difference first, then "
            "add. (`**` binds after the brackets of `ops.sum`.)",
        ),
        _of_loss(
            lambda d: 0.5 * d.sum(),
            "returns a loss that adds the differences: square each first.",
        ),
        _of_gradient(lambda f, p: p, "returns the content for a gradient: take F − P."),
        _of_gradient(
            lambda f, p: _loss(f, p) * (f - p),
            "returns a gradient that is multiplied by the loss: take F − P alone.",
        ),
        _of_gradient(
            lambda f, p: p - f,
            "returns a gradient that points the other way: it is uphill, F − P.",
        ),
        _of_gradient(
            lambda f, p: 2 * (f - p),
            "returns a gradient that is twice too large: the ½ cancels the 2.",
        ),
        _of_gradient(
            lambda f, p: 0.5 * (f - p),
            "returns a gradient that is half: the derivative of a square brings a 2.",
        ),
        _of_gradient(
            lambda f, p: (f - p) * (f > 0),
            "returns a gradient that is 0 where F is negative: that is the slope with "
            "respect to what goes *into* a ReLU. Here F is what comes out, and nothing "
            "is cut.",
        ),
        _of_gradient(
            lambda f, p: f, "returns a gradient that forgets the content: take F − P."
        ),
        _of_gradient(
            lambda f, p: np.sign(f - p),
            "returns a gradient that is the slope of absolute values: take F − P.",
        ),
        _of_gradient(
            lambda f, p: (f - p) ** 2,
            "returns the squared difference for a gradient: differentiate it.",
        ),
        _of_gradient(
            lambda f, p: (f - p) / f.size,
            "returns a gradient that is divided by the number of activations.",
        ),
        _of_gradient(
            lambda f, p: (f - p).sum(),
            "returns a gradient of one number: there is one slope per activation, do "
            "not add them up.",
        ),
    ),
)
