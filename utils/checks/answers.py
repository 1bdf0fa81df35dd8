"""Calling a learner's function as its exercise asks, and reading what it returns."""

import inspect
import math

import keras
import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.feedback import Mistake
from utils.checks.learners_code import describe, where_raised


class Answer:
    """A learner's function, called with the exercise's arguments in their order.

    Arguments go by name where the function has these names, whatever their order
    there, and by position where it has names of its own.

    Args:
        function: what the learner handed in.
        header: what the exercise asks for, as "squared_distance(a, b)".

    Raises:
        Mistake: if it is not a function, or cannot be called so.
    """

    def __init__(self, function, header: str):
        self.name, _, arguments = header.rstrip(")").partition("(")
        self.arguments = tuple(filter(None, arguments.split(", ")))
        if isinstance(function, type | keras.Model) or not callable(function):
            raise Mistake(
                f"the check was given {describe(function)} for `{self.name}`, but "
                "needs the function itself: hand it in by its name, without "
                "parentheses behind it."
            )
        self._function = function
        signature = inspect.signature(function)
        self._by_name = _accepts(signature, **dict.fromkeys(self.arguments))
        if not self._by_name and not _accepts(signature, *self.arguments):
            raise Mistake(
                f"`{self.name}` is defined with the arguments {signature}, but is "
                f"called as `{header}`: write `def {header}:`."
            )

    def __call__(self, *values):
        if self._by_name:
            return self._function(**dict(zip(self.arguments, values, strict=True)))
        return self._function(*values)

    def number(self, *arrays) -> float:
        """Returns the one number that the function makes of tensors of these values.

        Raises:
            Mistake: if it returns anything but one number.
        """
        return read_number(self(*map(_tensor, arrays)), self.name)

    def gradients(self, *arrays) -> list[np.ndarray]:
        """Returns the gradient of that number with respect to each of the arrays.

        Raises:
            Mistake: if the function leaves `keras.ops`, so that there is none.
        """
        variables = [keras.Variable(array, dtype="float32") for array in arrays]
        try:
            _, gradients = value_and_gradients(
                lambda: self(*map(ops.convert_to_tensor, variables)), variables
            )
        except Exception as error:
            place = where_raised(error)
            where = f" (it breaks off at `{place.code}`)" if place else ""
            raise Mistake(
                f"the value of `{self.name}` is right, but it has no gradient, and "
                f"`minimize` follows the gradient{where}: stay with `keras.ops` from "
                "the arguments to the result, without NumPy, `float()` or `.numpy()`."
            ) from error
        return [ops.convert_to_numpy(gradient) for gradient in gradients]


def read_number(value, name: str) -> float:
    """Returns what a function returned as a float.

    Args:
        value: Python, NumPy or Keras number; what a learner's function returned.
        name: the function's name, for the messages.

    Raises:
        Mistake: if the value is anything but one number.
    """
    if isinstance(value, tuple | list):
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return one number: add the "
            "parts up to a single loss."
        )
    array = read_array(value, name)
    if array.shape:
        raise Mistake(
            f"`{name}` returns an array of shape {array.shape}, where one number is "
            "asked for: reduce it, with `ops.mean(...)` without `axis` for an average, "
            "or `len(...)` for a count."
        )
    return float(array)


def read_pair(value, name: str, parts: tuple[str, str]) -> tuple[float, float]:
    """Returns what a function returned as two floats.

    Args:
        value: a tuple, list, named tuple or array of two numbers.
        name: the function's name, for the messages.
        parts: the names of the two numbers.

    Raises:
        Mistake: if the value is anything but two numbers.
    """
    if value is None:
        read_array(value, name)
    try:
        first, second = value
    except (TypeError, ValueError) as error:
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return two numbers: end "
            f"with `return {parts[0]}, {parts[1]}`."
        ) from error
    return tuple(
        read_number(number, f"{name} ({part})")
        for number, part in zip((first, second), parts, strict=True)
    )


def read_array(value, name: str) -> np.ndarray:
    """Returns what a function returned as a NumPy array of numbers.

    Raises:
        Mistake: if the value is None or holds anything but numbers.
    """
    if value is None:
        raise Mistake(
            f"`{name}` returns None: its last line probably computes the result but "
            "lacks the word `return`."
        )
    try:
        array = np.asarray(ops.convert_to_numpy(value))
    except Exception as error:
        raise Mistake(_not_a_number(value, name)) from error
    if array.dtype.kind not in "biuf":
        raise Mistake(_not_a_number(value, name))
    return array


def close(value: float, exact: float, tolerance: float = 1e-4) -> bool:
    """Whether two numbers agree as far as float32 can tell; NaN agrees with nothing."""
    return math.isclose(value, exact, rel_tol=tolerance, abs_tol=tolerance / 100)


def _not_a_number(value, name: str) -> str:
    return f"`{name}` returns {describe(value)}, but must return numbers."


def _tensor(array):
    return ops.convert_to_tensor(array, dtype="float32")


def _accepts(signature, *values, **named_values) -> bool:
    try:
        signature.bind(*values, **named_values)
    except TypeError:
        return False
    return True
