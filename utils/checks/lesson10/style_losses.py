"""Exercise 10.2: the squared distance of two Grams, normalized in two ways."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import MATMUL, Case, Check, Wrong, exercise
from utils.checks.lesson10.gram_matrix import features, gradient_arrives, grams


def _apart(f, s):
    return grams(f) - grams(s)


def _squares(f, s):
    return (_apart(f, s) ** 2).sum(axis=(1, 2))


def _norms(s):
    return (grams(s) ** 2).sum(axis=(1, 2))


def _size(f) -> int:
    return f[0].size


def _gatys(f, s):
    return np.mean(_squares(f, s)) / (2 * _size(f)) ** 2


def _relative(f, s):
    return np.mean(_squares(f, s) / _norms(s))


_CASES = (
    Case(features(0, 2, 4, 3, 5), features(1, 2, 4, 3, 5), shows="check G and A."),
    Case(features(2, 1, 2, 3, 4), 2 * features(3, 1, 2, 3, 4)),
    Case(features(4, 3, 5, 2, 3), 0.5 * features(5, 3, 5, 2, 3)),
    Case(
        features(6, 3, 2, 2, 2) * np.array([1.0, 1.0, 9.0])[:, None, None, None],
        features(7, 3, 2, 2, 2),
        shows="one pair of the batch is far apart.",
    ),
)
_ABSOLUTE = "takes absolute differences: square them."
_SQUARE_OF_SUM = "squares the sum of the differences: square each, then add."
_SQUARE_ROOT = "takes the square root: the loss is the squared distance."
_ADDED = "adds up the pictures of the batch: take their mean."


def _behaves(answer):
    return gradient_arrives(answer, *_CASES[0].arguments)


_gatys_loss = Check(
    "10.2",
    "two style losses",
    "gatys_loss(features, style_features)",
    exact=_gatys,
    tensors=True,
    tolerance=MATMUL,
    cases=_CASES,
    mistakes=(
        Wrong(
            lambda f, s: 4 * _gatys(f, s),
            "lacks the 2 in (2·h·w·c)²: it is four times too large.",
        ),
        Wrong(
            lambda f, s: 2 * _gatys(f, s),
            "squares h·w·c without its 2: the whole of (2·h·w·c) is squared, so it is "
            "twice too large.",
        ),
        Wrong(
            lambda f, s: _gatys(f, s) * 2 * _size(f),
            "divides by 2·h·w·c, without the square: both Grams are divided by it, and "
            "then the difference is squared.",
        ),
        Wrong(
            lambda f, s: np.mean(_squares(f, s)),
            "does not normalize at all: divide by (2·h·w·c)².",
        ),
        Wrong(
            lambda f, s: _gatys(f, s) * f.shape[-1] ** 2,
            "divides by the positions alone, (2·h·w)²: the channels belong there too.",
        ),
        Wrong(
            lambda f, s: _gatys(f, s) / f.shape[-1] ** 2,
            "takes the mean over the Gram's entries: take the sum; (2·h·w·c)² is all "
            "the normalization.",
        ),
        Wrong(lambda f, s: len(f) * _gatys(f, s), _ADDED),
        Wrong(
            lambda f, s: np.mean((f - s) ** 2),
            "compares the activations place by place: that is content. Compare the "
            "Grams.",
        ),
        Wrong(
            lambda f, s: np.mean(np.sqrt(_squares(f, s))) / (2 * _size(f)), _SQUARE_ROOT
        ),
        Wrong(
            lambda f, s: _gatys(f, s) * np.prod(f.shape[1:3]) ** 2,
            "divides by (2·c)², the channels alone: the positions belong there too.",
        ),
        Wrong(
            lambda f, s: ((f - s) ** 2).sum() / len(f) / (2 * _size(f)) ** 2,
            "compares the features themselves, which is content: compare their Grams.",
        ),
        Wrong(
            lambda f, s: _gatys(f, s) / len(f) ** 2,
            "counts the batch among the sizes: only h, w and c are squared.",
        ),
        Wrong(
            lambda f, s: (
                np.mean(np.abs(_apart(f, s)).sum(axis=(1, 2))) / (2 * _size(f)) ** 2
            ),
            _ABSOLUTE,
        ),
        Wrong(
            lambda f, s: (
                np.mean(_apart(f, s).sum(axis=(1, 2)) ** 2) / (2 * _size(f)) ** 2
            ),
            _SQUARE_OF_SUM,
        ),
        Wrong(
            _relative,
            "is the second normalization: divide by (2·h·w·c)² in place of ΣA².",
        ),
    ),
    behaves=_behaves,
)
_relative_loss = Check(
    "10.2",
    "two style losses",
    "relative_loss(features, style_features)",
    exact=_relative,
    tensors=True,
    tolerance=MATMUL,
    cases=_CASES,
    mistakes=(
        Wrong(
            lambda f, s: np.mean(_squares(f, s) / _norms(f)),
            "divides by the Gram of the generated picture, which moves while you "
            "minimize: divide by the painting's, ΣA².",
        ),
        Wrong(
            lambda f, s: np.mean(_squares(f, s) / np.sqrt(_norms(s))),
            "divides by the norm of A, not by its square: then it still has a unit.",
        ),
        Wrong(lambda f, s: np.mean(np.sqrt(_squares(f, s) / _norms(s))), _SQUARE_ROOT),
        Wrong(
            _gatys,
            "is the first normalization again: divide by ΣA² in place of (2·h·w·c)².",
        ),
        Wrong(
            lambda f, s: np.mean(_squares(f, s)),
            "does not normalize at all: divide by ΣA².",
        ),
        Wrong(lambda f, s: len(f) * _relative(f, s), _ADDED),
        Wrong(
            lambda f, s: np.mean(_squares(f, s) / grams(s).sum(axis=(1, 2))),
            "divides by ΣA: square the entries of A below as well, ΣA².",
        ),
        Wrong(
            lambda f, s: np.mean(
                ((grams(f) + grams(s)) ** 2).sum(axis=(1, 2)) / _norms(s)
            ),
            "adds G and A: it is their difference that is squared.",
        ),
        Wrong(
            lambda f, s: np.mean((_apart(f, s) ** 2 / grams(s) ** 2).sum(axis=(1, 2))),
            "divides entry by entry: add up above and below, then divide once.",
        ),
        Wrong(
            lambda f, s: np.mean(_squares(f, s)) / np.mean(_norms(s)),
            "divides the mean distance by the mean norm: divide picture by picture, "
            "then take the mean.",
        ),
    ),
    behaves=_behaves,
)


@exercise("10.2", "two style losses", seconds=60)
def style_losses(gatys_loss: Callable, relative_loss: Callable) -> None:
    """The squared distance of two Grams, over (2·h·w·c)² and over ΣA².

    Args:
        gatys_loss: function `(features, style_features) -> scalar`.
        relative_loss: likewise.
    """
    _gatys_loss.examine(gatys_loss)
    _relative_loss.examine(relative_loss)
