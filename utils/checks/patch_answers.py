"""Facts about top patches and a step up a gradient, and what learners do instead."""

from collections.abc import Callable

import numpy as np
from keras import ops

from utils.checks.convolution_answers import Wrong
from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake

_TOLERANCE = 1e-3


def check_best_patches(answer: Answer) -> None:
    """Raises a Mistake unless the patches are those of the highest places, in order."""
    for seed, (rows, columns, size, jump, n, channels) in enumerate(
        ((5, 7, 4, 3, 3, 3), (6, 4, 1, 1, 4, 1), (4, 4, 9, 2, 16, 3))
    ):
        rng = np.random.default_rng(seed)
        # Values of both signs, none twice, and a picture in which wrong places lie too.
        values = rng.permutation(rows * columns).reshape(rows, columns) - 12.5
        side = max(rows, columns) * max(size, jump) + size
        picture = rng.uniform(-1, 1, (side, side, channels)).astype("float32")
        arguments = values, picture, size, jump, n
        given = read_array(answer(*arguments), answer.name)
        exact = _best(*arguments)
        if given.shape != exact.shape:
            _tell(answer, WRONG_PATCHES, given, arguments)
            raise Mistake(
                f"`{answer.name}` returns the shape {given.shape} for n = {n} patches "
                f"of {size}×{size} pixels in {channels} channels, but {exact.shape} is "
                "right: cut `picture[top : top + size, left : left + size]`, and stack."
            )
        if not np.allclose(given, exact):
            _tell(answer, WRONG_PATCHES, given, arguments)
            raise Mistake(
                f"`{answer.name}` returns other patches than the {n} with the highest "
                f"values, best first (a map of {rows}×{columns}, a field of {size} and "
                f"a jump of {jump}): the field of row i and column j begins at pixel "
                "(i·jump, j·jump)."
            )


def check_step_up(answer: Answer) -> None:
    """Raises a Mistake unless the step follows the scaled gradient and is clipped."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, 4, 5, 3)).astype("float32")
    weights[1] *= 20  # the second picture's score is far steeper
    pictures = rng.uniform(-0.4, 0.4, weights.shape).astype("float32")

    def score(x):
        # Not x * weights: a tensor of PyTorch with a gradient refuses an array.
        return ops.sum(ops.multiply(x, weights), axis=(1, 2, 3))

    for rate in (0.05, 3.0):  # a small step; one that leaves the range
        value = answer(ops.convert_to_tensor(pictures), score, rate)
        given = read_array(value, answer.name)
        if given.shape != pictures.shape:
            raise Mistake(
                f"`{answer.name}` returns the shape {given.shape} for pictures of "
                f"shape {pictures.shape}: return all pictures, after the step."
            )
        exact = _step(pictures, weights, rate)
        if np.allclose(given, exact, atol=_TOLERANCE):
            continue
        _tell(answer, WRONG_STEPS, given, (pictures, weights, rate))
        moved, right = (np.abs(each - pictures).mean() for each in (given, exact))
        raise Mistake(
            f"`{answer.name}` moves the pixels by {moved:.3g} on average with the rate "
            f"{rate}, but {right:.3g} is right: divide the gradient of "
            "each picture by the root of its mean square, multiply by the rate, add, "
            "and clip."
        )
    flat = answer(ops.convert_to_tensor(pictures), lambda x: 0 * score(x), 0.05)
    if not np.isfinite(read_array(flat, answer.name)).all():
        raise Mistake(
            f"`{answer.name}` returns NaN where the gradient is 0 everywhere: add a "
            "small number such as 1e-8 to the root mean square before dividing by it."
        )


def _tell(answer: Answer, wrongs, given, arguments) -> None:
    for wrong in wrongs:
        other = wrong.formula(*arguments)
        if np.shape(other) == given.shape and np.allclose(
            given, other, atol=_TOLERANCE
        ):
            raise Mistake(f"`{answer.name}` {wrong.message}")


def _cut(picture, places, size):
    """Patches from their first pixels."""
    return np.stack([picture[i : i + size, j : j + size] for i, j in places])


def _places(values, order):
    return np.stack(np.unravel_index(order, values.shape), axis=1)


def _best(values, picture, size, jump, n):
    order = np.argsort(-values, axis=None)[:n]
    return _cut(picture, _places(values, order) * jump, size)


def _ordered(order: Callable):
    """Patches in a wrong order, or of the wrong places."""

    def wrong(values, picture, size, jump, n):
        return _cut(picture, _places(values, order(values, n)) * jump, size)

    return wrong


def _swapped(values, picture, size, jump, n):
    places = _places(values, np.argsort(-values, axis=None)[:n]) * jump
    return _cut(picture, places[:, ::-1], size)


def _without_jump(values, picture, size, jump, n):
    return _cut(picture, _places(values, np.argsort(-values, axis=None)[:n]), size)


def _size_for_jump(values, picture, size, jump, n):
    order = np.argsort(-values, axis=None)[:n]
    return _cut(picture, _places(values, order) * size, size)


def _centered(values, picture, size, jump, n):
    places = _places(values, np.argsort(-values, axis=None)[:n]) * jump - size // 2
    return _cut(picture, np.maximum(places, 0), size)


WRONG_PATCHES = (
    Wrong(
        _ordered(lambda values, n: np.argsort(values, axis=None)[:n]),
        "returns the patches that excite the unit least: `np.argsort` sorts upwards, "
        "so take the last n, in reverse order.",
    ),
    Wrong(
        _ordered(lambda values, n: np.argsort(values, axis=None)[-n:]),
        "returns the right patches, but the most exciting one last: reverse the order.",
    ),
    Wrong(
        _ordered(lambda values, n: np.argsort(-np.abs(values), axis=None)[:n]),
        "sorts by absolute value: a strongly negative answer is no excitement.",
    ),
    Wrong(
        _ordered(lambda values, n: np.sort(np.argsort(-values, axis=None)[:n])),
        "returns the right patches in the order of the picture: the most exciting one "
        "comes first.",
    ),
    Wrong(
        lambda *arguments: _best(*arguments[:4], 1),
        "returns one patch: n are asked for.",
    ),
    Wrong(
        lambda *arguments: _best(*arguments)[..., 0],
        "drops the channels: keep the last axis of the picture.",
    ),
    Wrong(
        _without_jump,
        "cuts at the place in the map, not in the picture: multiply row and column by "
        "the jump.",
    ),
    Wrong(
        _size_for_jump,
        "multiplies by the size of the field: neighbors lie one jump apart, not one "
        "size.",
    ),
    Wrong(
        _swapped,
        "swaps rows and columns: `np.unravel_index` returns the row first.",
    ),
    Wrong(
        _centered,
        "centers the patch on (i·jump, j·jump): the field *begins* there.",
    ),
)


def _rms(gradient, axes=(1, 2, 3)):
    return np.sqrt(np.mean(gradient**2, axis=axes, keepdims=True))


def _step(x, g, rate):
    return np.clip(x + rate * g / _rms(g), -1, 1)


WRONG_STEPS = (
    Wrong(
        lambda x, g, rate: np.clip(x - rate * g / _rms(g), -1, 1),
        "goes down the gradient: the score is to grow, so add the step.",
    ),
    Wrong(
        lambda x, g, rate: x + rate * g / _rms(g),
        "leaves the range of pixels: clip to [−1, 1] after the step.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + rate * g / _rms(g), 0, 1),
        "clips to [0, 1]: pixels lie in [−1, 1] here.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + rate * g, -1, 1),
        "uses the gradient as it is: a loud unit takes a hundred times the step of a "
        "quiet one. Divide by the root of its mean square.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + rate * g / _rms(g, None), -1, 1),
        "takes one root mean square for the whole batch: each picture has its own, so "
        "take the mean over axis=(1, 2, 3) with keepdims=True.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + rate * g / _rms(g) ** 2, -1, 1),
        "divides by the mean square: take its root.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(
            x + rate * g / (_rms(g) * np.sqrt(g[0].size)), -1, 1
        ),
        "divides by the norm, the root of the *sum* of squares: with the mean a step "
        "does not shrink as pictures grow.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(
            x + rate * g / np.abs(g).max(axis=(1, 2, 3), keepdims=True), -1, 1
        ),
        "divides by the largest slope: one outlier would decide the step. Divide by "
        "the root of the mean square.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + rate * np.sign(g), -1, 1),
        "keeps only the sign of the gradient: divide it by the root of its mean square "
        "instead.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(x + g / _rms(g), -1, 1),
        "forgets the rate.",
    ),
    Wrong(
        lambda x, g, rate: np.clip(rate * g / _rms(g), -1, 1),
        "returns the step alone: add it to the pictures.",
    ),
    Wrong(
        lambda x, g, rate: x,
        "returns the pictures as they were: is the result of the step returned?",
    ),
)
