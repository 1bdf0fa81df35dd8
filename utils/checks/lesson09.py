"""Checks of lesson 09, What ConvNets see."""

from collections.abc import Callable

from utils.checks import convolution_answers, patch_answers
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise


@exercise("9.1", "shape and parameters")
def count(count: Callable) -> None:
    """Both, along one, two and three axes, with stride and with padding.

    Args:
        count: function `(input_shape, filters, kernel, stride, padding) -> (shape,
            parameters)`.
    """
    convolution_answers.check_count(
        Answer(count, "count(input_shape, filters, kernel, stride, padding)")
    )


@exercise("9.2", "the receptive field")
def field(field: Callable) -> None:
    """Size and jump after any number of layers.

    Args:
        field: function `([(kernel, stride), ...]) -> (size, jump)`.
    """
    convolution_answers.check_field(Answer(field, "field(steps)"))


@exercise("9.3", "the top patches of a unit")
def best_patches(best_patches: Callable) -> None:
    """The patches of the highest places, in their order, cut where they lie.

    Args:
        best_patches: function `(values, picture, size, jump, n) -> patches (n, size,
            size, channels)`.
    """
    patch_answers.check_best_patches(
        Answer(best_patches, "best_patches(values, picture, size, jump, n)")
    )


@exercise("9.4", "one step up")
def step_up(step_up: Callable) -> None:
    """Up the gradient, as far for every picture, and within the range of pixels.

    Args:
        step_up: function `(pictures, score, rate) -> pictures`.
    """
    patch_answers.check_step_up(Answer(step_up, "step_up(pictures, score, rate)"))
