"""Exercise 9.4: one step up the gradient of a score, as far for every picture."""

from collections.abc import Callable

import numpy as np
from keras import ops

from utils.checks.engine import Case, Check, Wrong


class _Linear:
    """A score whose gradient is known: Σ weights·x for each picture."""

    def __init__(self, seed: int, *shape: int, steep: float = 20.0):
        self.weights = np.random.default_rng(seed).normal(0.2, 1.0, shape)
        self.weights[1:] *= steep  # the score of all but the first is far steeper

    def __call__(self, x):
        # Not x * weights: a tensor of PyTorch with a gradient refuses an array.
        weights = ops.convert_to_tensor(self.weights, "float32")
        return ops.sum(ops.multiply(x, weights), axis=(1, 2, 3))


def _rms(gradient, axes=(1, 2, 3)):
    return np.sqrt(np.mean(gradient**2, axis=axes, keepdims=True))


def _step(x, g, rate):
    return np.clip(x + rate * g / (_rms(g) + 1e-8), -1, 1)


def _step_of(formula: Callable, message: str) -> Wrong:
    """A wrong step, from pictures, gradient and rate."""
    return Wrong(lambda x, score, rate: formula(x, score.weights, rate), message)


def _case(seed: int, shape: tuple, rate: float, shows: str = "", **score) -> Case:
    pictures = np.random.default_rng(seed).uniform(-0.4, 0.4, shape)
    return Case(pictures, _Linear(seed, *shape, **score), rate, shows=shows)


def _flat() -> Case:
    case = _case(4, (2, 2, 3, 1), 0.05)
    case.arguments[1].weights[...] = 0.0
    case.mistakes = (
        Wrong(
            lambda x, score, rate: np.full_like(x, np.nan),
            "returns NaN where the gradient is 0 everywhere: add a small number such "
            "as 1e-8 to the root mean square before dividing by it.",
            when=lambda value, *given: not np.isfinite(value).all(),
        ),
    )
    return case


step_up = Check(
    "9.4",
    "one step up",
    "step_up(pictures, score, rate)",
    exact=lambda x, score, rate: _step(x, score.weights, rate),
    tensors=True,
    tolerance=1e-3,
    cases=(
        _case(
            0, (2, 4, 5, 3), 0.05, "compare the first picture's step with one by hand."
        ),
        _case(1, (2, 4, 5, 3), 3.0, "a large step leaves the range of pixels."),
        _case(2, (1, 3, 2, 3), 0.5, "there is one picture here."),
        _case(
            3,
            (3, 2, 2, 2),
            0.2,
            "the score may be steeper in one picture than in another.",
            steep=1e4,
        ),
    ),
    mistakes=(
        _step_of(
            lambda x, g, rate: np.clip(x - rate * g / _rms(g), -1, 1),
            "goes down the gradient: the score is to grow, so add the step.",
        ),
        _step_of(
            lambda x, g, rate: x + rate * g / _rms(g),
            "leaves the range of pixels: clip to [−1, 1] after the step.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * g / _rms(g), 0, 1),
            "clips to [0, 1]: pixels lie in [−1, 1] here.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * g, -1, 1),
            "uses the gradient as it is: a loud unit takes a hundred times the step "
            "of a quiet one. Divide by the root of its mean square.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * g / _rms(g, None), -1, 1),
            "takes one root mean square for the whole batch: each picture has its "
            "own, so take the mean over axis=(1, 2, 3) with keepdims=True.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * g / _rms(g) ** 2, -1, 1),
            "divides by the mean square: take its root.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(
                x + rate * g / (_rms(g) * np.sqrt(g[0].size)), -1, 1
            ),
            "divides by the norm, the root of the *sum* of squares: with the mean a "
            "step does not shrink as pictures grow.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(
                x + rate * g / np.abs(g).max(axis=(1, 2, 3), keepdims=True), -1, 1
            ),
            "divides by the largest slope: one outlier would decide the step. Divide "
            "by the root of the mean square.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * np.sign(g), -1, 1),
            "keeps only the sign of the gradient: divide it by the root of its mean "
            "square instead.",
        ),
        *(
            _step_of(
                lambda x, g, rate, scale=scale: np.clip(x + rate * g / scale(g), -1, 1),
                message,
            )
            for scale, message in (
                (
                    lambda g: np.abs(g).mean(axis=(1, 2, 3), keepdims=True),
                    "divides by the mean slope: take the root of the mean square.",
                ),
                (
                    lambda g: 1 / _rms(g),
                    "multiplies by the root of the mean square: divide by it.",
                ),
                (
                    lambda g: _rms(g, -1),
                    "takes a root mean square for each pixel: each picture has one.",
                ),
                (
                    lambda g: _rms(g, 0) if len(g) > 1 else np.full_like(g, np.nan),
                    "takes the mean square over the batch, axis 0: each picture has "
                    "its own, axis=(1, 2, 3).",
                ),
            )
        ),
        _step_of(
            lambda x, g, rate: x + np.clip(rate * g / _rms(g), -1, 1),
            "clips the step: clip the sum, after the step.",
        ),
        _step_of(
            lambda x, g, rate: np.clip((x + rate * g) / _rms(g), -1, 1),
            "divides the pixels as well: parentheses stand around rate·gradient alone.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(
                x + rate * (g - g.mean(axis=(1, 2, 3), keepdims=True)) / _rms(g), -1, 1
            ),
            "subtracts the mean slope: take the gradient as it is.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + g / _rms(g), -1, 1),
            "forgets the rate.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(rate * g / _rms(g), -1, 1),
            "returns the step alone: add it to the pictures.",
        ),
        _step_of(
            lambda x, g, rate: x,
            "returns the pictures as they were: is the result of the step returned?",
        ),
        _step_of(
            lambda x, g, rate: np.clip(
                x + rate * g / g.std(axis=(1, 2, 3), keepdims=True), -1, 1
            ),
            "divides by the standard deviation, which takes the mean slope away first: "
            "take the root of the mean square.",
        ),
        _step_of(
            lambda x, g, rate: np.clip(x + rate * g / _rms(g, (1, 2)), -1, 1),
            "takes a root mean square for each channel: one for each picture is "
            "asked for, over all axes but the first.",
        ),
    ),
    edges=(_flat(),),
)
