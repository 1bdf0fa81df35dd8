"""What is asked of a Gram matrix, and of the style loss made of two of them."""

import numpy as np
from keras import ops

from utils.checks.engine.answers import Answer, close, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.losses import WrongLoss

_RNG = np.random.default_rng(10)
FEATURES = _RNG.gamma(1.5, 0.6, (2, 4, 3, 5)).astype("float32")
STYLES = _RNG.gamma(1.0, 0.8, (2, 4, 3, 5)).astype("float32")


def grams(features) -> np.ndarray:
    """The exact Gram matrices `(n, c, c)` of features `(n, h, w, c)`."""
    rows = _rows(features)
    return rows.swapaxes(1, 2) @ rows


def _rows(features):
    n, _, _, channels = features.shape
    return np.asarray(features, dtype="float64").reshape(n, -1, channels)


def _reshaped_only(features):
    n, _, _, channels = features.shape
    columns = np.asarray(features, dtype="float64").reshape(n, channels, -1)
    return columns @ columns.swapaxes(1, 2)


def _centered(features):
    rows = _rows(features)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows.swapaxes(1, 2) @ rows


def _cosines(features):
    gram = grams(features)
    norms = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
    return gram / norms[:, :, None] / norms[:, None, :]


_POSITIONS = FEATURES.shape[1] * FEATURES.shape[2]
_WRONG_GRAMS = (
    (
        _reshaped_only,
        "reshapes (n, h, w, c) straight into (n, c, h·w): that cuts the numbers in "
        "another order and mixes the channels. Reshape to (n, h·w, c), then transpose.",
    ),
    (
        lambda f: grams(f) / _POSITIONS,
        "is the mean over positions: here G is the sum, so do not divide by h·w.",
    ),
    (
        lambda f: grams(f) / (_POSITIONS * f.shape[-1]),
        "is divided by h·w·c: here G is the plain sum; the normalization comes with "
        "the style loss.",
    ),
    (
        lambda f: grams(f) / f.shape[-1],
        "is divided by the number of channels: here G is the plain sum.",
    ),
    (
        _centered,
        "subtracts each channel's mean: that is h·w times the covariance. The Gram "
        "matrix takes the activations as they are.",
    ),
    (
        _cosines,
        "is scaled to ones on the diagonal: those are cosines. How strongly a channel "
        "fires belongs to the style too, so do not divide by the norms.",
    ),
    (
        lambda f: grams(f) * np.eye(f.shape[-1]),
        "is zero off the diagonal: multiply each channel with every other one, too.",
    ),
    (
        lambda f: grams(f) ** 2,
        "is squared: sum the products F_i·F_j themselves.",
    ),
)


def check_gram(answer: Answer) -> None:
    """Σ over positions of F_i·F_j, one matrix a picture, and a gradient behind it.

    Raises:
        Mistake: if it is another matrix.
    """
    gram = read_array(answer(ops.convert_to_tensor(FEATURES)), answer.name)
    n, height, width, channels = FEATURES.shape
    wanted = (n, channels, channels)
    if gram.shape == (channels, channels):
        raise Mistake(
            f"`{answer.name}` returns one matrix for a batch of {n} pictures: each "
            f"picture has its own style. Keep the first axis, {wanted}."
        )
    if gram.shape == (n, height * width, height * width):
        raise Mistake(
            f"`{answer.name}` returns {gram.shape}: it compares positions with "
            "positions. Turn it round: transpose(F) times F is channels by channels."
        )
    if gram.shape != wanted:
        raise Mistake(
            f"`{answer.name}` returns shape {gram.shape} for features "
            f"{FEATURES.shape}, but one matrix of channels by channels a picture is "
            f"{wanted}: reshape to (n, h·w, c) first."
        )
    if _same(gram, grams(FEATURES)):
        check_flow(answer, FEATURES)
        return
    for formula, message in _WRONG_GRAMS:
        if _same(gram, formula(FEATURES)):
            raise Mistake(f"`{answer.name}` {message}")
    raise Mistake(
        f"`{answer.name}` gives {gram[0, 0, 1]:.4g} for channels 0 and 1 of the first "
        f"picture, but Σ F_0·F_1 over its {_POSITIONS} positions is "
        f"{grams(FEATURES)[0, 0, 1]:.4g}: write the sum as a loop once and compare."
    )


def check_flow(answer: Answer, *arrays) -> None:
    """Raises a Mistake unless a gradient arrives at the first argument."""
    inner = Answer(
        lambda *values: ops.sum(ops.square(answer(*values))),
        f"{answer.name}({', '.join(answer.arguments)})",
    )
    if not np.any(inner.gradients(*arrays)[0]):
        raise Mistake(
            f"the value of `{answer.name}` is right, but no gradient arrives at "
            f"{answer.arguments[0]}, and the pixels follow the gradient: stay with "
            "`keras.ops`, without NumPy."
        )


def _distance(features, styles):
    return ((grams(features) - grams(styles)) ** 2).sum(axis=(1, 2))


def gatys(features, styles) -> float:
    """Σ(G − A)² / (2·h·w·c)², the mean over the pictures."""
    return float(np.mean(_distance(features, styles)) / (2 * features[0].size) ** 2)


def relative(features, styles) -> float:
    """Σ(G − A)² / ΣA², the mean over the pictures."""
    norms = (grams(styles) ** 2).sum(axis=(1, 2))
    return float(np.mean(_distance(features, styles) / norms))


_SIZE = FEATURES[0].size
_CHANNELS = FEATURES.shape[-1]
_WRONG_GATYS = (
    WrongLoss(
        lambda f, s: 4 * gatys(f, s),
        "lacks the 2 in (2·h·w·c)²: it is four times too large.",
    ),
    WrongLoss(
        lambda f, s: gatys(f, s) * 2 * _SIZE,
        "divides by 2·h·w·c, without the square: both Grams are divided by it, and "
        "then the difference is squared.",
    ),
    WrongLoss(
        lambda f, s: gatys(f, s) * (2 * _SIZE) ** 2,
        "does not normalize at all: divide by (2·h·w·c)².",
    ),
    WrongLoss(
        lambda f, s: gatys(f, s) * _CHANNELS**2,
        "divides by the positions alone, (2·h·w)²: the channels belong there too.",
    ),
    WrongLoss(
        lambda f, s: gatys(f, s) / _CHANNELS**2,
        "takes the mean over the Gram's entries: take the sum; (2·h·w·c)² is all the "
        "normalization.",
    ),
    WrongLoss(
        lambda f, s: 2 * gatys(f, s),
        "adds up the pictures of the batch: take their mean.",
    ),
    WrongLoss(
        lambda f, s: np.mean((f - s) ** 2),
        "compares the activations place by place: that is content. Compare the Grams.",
    ),
    WrongLoss(
        lambda f, s: np.mean(np.sqrt(_distance(f, s))) / (2 * _SIZE),
        "takes the square root: the loss is the squared distance.",
    ),
)
_WRONG_RELATIVE = (
    WrongLoss(
        lambda f, s: np.mean(_distance(f, s) / (grams(f) ** 2).sum(axis=(1, 2))),
        "divides by the Gram of the generated picture, which moves while you minimize: "
        "divide by the painting's, ΣA².",
    ),
    WrongLoss(
        lambda f, s: np.mean(
            _distance(f, s) / np.sqrt((grams(s) ** 2).sum(axis=(1, 2)))
        ),
        "divides by the norm of A, not by its square: then it still has a unit.",
    ),
    WrongLoss(
        lambda f, s: np.mean(
            np.sqrt(_distance(f, s) / (grams(s) ** 2).sum(axis=(1, 2)))
        ),
        "takes the square root: the loss is the squared distance.",
    ),
    WrongLoss(
        gatys,
        "is the first normalization again: divide by ΣA² in place of (2·h·w·c)².",
    ),
    WrongLoss(
        lambda f, s: np.mean(_distance(f, s)),
        "does not normalize at all: divide by ΣA².",
    ),
    WrongLoss(
        lambda f, s: 2 * relative(f, s),
        "adds up the pictures of the batch: take their mean.",
    ),
    WrongLoss(
        lambda f, s: np.mean(_distance(f, s)) / np.mean((grams(s) ** 2).sum((1, 2))),
        "divides the mean distance by the mean norm: divide picture by picture, then "
        "take the mean.",
    ),
)


def check_gatys(answer: Answer) -> None:
    """The style loss of Gatys et al., by value and with a gradient.

    Raises:
        Mistake: if it is another number.
    """
    _check_style_loss(answer, gatys, _WRONG_GATYS, "Σ(G − A)²/(2·h·w·c)²")


def check_relative(answer: Answer) -> None:
    """The style loss relative to the painting, by value and with a gradient.

    Raises:
        Mistake: if it is another number.
    """
    _check_style_loss(answer, relative, _WRONG_RELATIVE, "Σ(G − A)²/ΣA²")


def _check_style_loss(answer, exact, wrong, formula):
    value, expected = answer.number(FEATURES, STYLES), exact(FEATURES, STYLES)
    if close(value, expected):
        check_flow(answer, FEATURES, STYLES)
        return
    for other in wrong:
        if close(value, float(other.formula(FEATURES, STYLES))):
            raise Mistake(f"`{answer.name}` {other.message}")
    raise Mistake(
        f"`{answer.name}` returns {value:.4g} for two batches of features "
        f"{FEATURES.shape}, but {formula} is {expected:.4g}: check the two Grams "
        "first, then what you divide by."
    )


def _same(value, exact):
    return np.allclose(value, exact, rtol=1e-4, atol=1e-5)
