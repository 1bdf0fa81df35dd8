"""Calling a learner's function as its exercise asks, and reading what it returns."""

import copy
import inspect
import re
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.engine.comparison import as_one, close
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe, where_raised
from utils.core.arrays import concrete, is_tensor

__all__ = [
    "Answer",
    "as_tensors",
    "close",
    "copied",
    "filled_by_hand",
    "read_array",
    "read_like",
    "read_number",
    "read_pair",
    "read_parts",
    "read_truth",
]


class Answer:
    """A learner's function, called by position with copies of the arguments.

    Args:
        function: what the learner handed in.
        header: what the exercise asks for, as "squared_distance(a, b)", or with the
            names of several results, "fit_gaussian(x) -> mean, covariance".
        changes: the arguments that it is meant to change, as a model that it trains.

    Attributes:
        function: the same function, called without copies and questions.

    Raises:
        Mistake: if it is not a function, cannot be called so, or has the arguments in
            another order.
    """

    def __init__(self, function, header: str, changes: Sequence[str] = ()):
        name, arguments, parts = re.fullmatch(
            r"(\w+)\((.*?)\)(?: -> (.*))?", header
        ).groups()
        self.name = name
        self.arguments = tuple(filter(None, arguments.split(", ")))
        self.parts = tuple(parts.split(", ")) if parts else ()
        if isinstance(function, type | keras.Model) or not callable(function):
            raise Mistake(
                f"the check was given {describe(function)} for `{self.name}`, but "
                "needs the function itself: hand it in by its name, without "
                "parentheses behind it."
            )
        self.function, self._changes = function, changes
        self._check_signature(function, f"{name}({arguments})")

    def _check_signature(self, function, header: str) -> None:
        try:
            signature = inspect.signature(function)
        except ValueError:  # some functions of NumPy have none
            return
        try:
            signature.bind(*self.arguments)
        except TypeError:
            raise Mistake(
                f"`{self.name}` is defined with the arguments {signature}, but is "
                f"called as `{header}`: write `def {header}:`."
            ) from None
        names = tuple(signature.parameters)[: len(self.arguments)]
        if names != self.arguments and set(names) == set(self.arguments):
            raise Mistake(
                f"`{self.name}` has exchanged the order of its arguments, "
                f"({', '.join(names)}): it is called by position, so write "
                f"`def {header}:`."
            )

    def __call__(self, *values):
        handed = copied(values)
        weights = [_weights(value) for value in values]
        result = self.function(*handed)
        for name, given, value, before in zip(
            self.arguments, handed, values, weights, strict=True
        ):
            if name not in self._changes and not _unchanged(given, value, before):
                written = "trains" if before is not None else "writes into"
                raise Mistake(
                    f"`{self.name}` {written} its argument {name}: whoever calls it "
                    "finds other numbers there afterwards. Work on a copy (for an "
                    f"array, `{name} = {name}.copy()`), or make a new one."
                )
        return result

    def number(self, *arrays) -> float:
        """Returns the one number that the function makes of tensors of these values.

        Raises:
            Mistake: if it returns anything but one number.
        """
        return read_number(self(*as_tensors(arrays)), self.name)

    def gradients(self, *arrays) -> list[np.ndarray]:
        """Returns the gradient of that number with respect to each of the arrays.

        Raises:
            Mistake: if the function leaves `keras.ops`, so that there is none.
        """
        variables = [keras.Variable(array, dtype="float32") for array in arrays]
        try:
            _, gradients = value_and_gradients(
                lambda: self.function(*map(ops.copy, variables)),
                variables,
            )
        except Exception as error:
            place = where_raised(error)
            where = f" (it breaks off at `{place.code}`)" if place else ""
            raise Mistake(
                f"the value of `{self.name}` is right, but it has no gradient, and "
                f"training follows the gradient{where}: stay with `keras.ops` from "
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
            "parts up."
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


def read_truth(value, name: str) -> bool:
    """Returns what a function returned as True or False.

    Raises:
        Mistake: if it is neither, be it a number.
    """
    try:
        array = np.asarray(ops.convert_to_numpy(value))
    except Exception:
        array = np.array(None)
    if array.dtype.kind == "b" and not array.shape:
        return bool(array)
    number = array.dtype.kind in "iuf" and not array.shape
    what = f"the number {float(array):.3g}" if number else describe(value)
    cure = ": compare it with a threshold" if number else ""
    raise Mistake(f"`{name}` returns {what}, but must return True or False{cure}.")


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
    if array.dtype.kind == "c":
        raise Mistake(
            f"`{name}` returns complex numbers: rounding leaves an imaginary part in "
            "the roots and eigenvalues of a matrix that is not symmetric. Take `.real`."
        )
    if array.dtype.kind not in "biuf":
        raise Mistake(_not_a_number(value, name))
    return array


def filled_by_hand(model: keras.Model) -> bool:
    """Whether some kernel holds one and the same number: no training ends there."""
    return any(
        weight.ndim > 1 and weight.size > 1 and not np.ptp(weight)
        for weight in model.get_weights()
    )


def copied(values: Sequence) -> tuple:
    """Returns copies that can be written into; functions and models stay themselves."""
    return tuple(map(_copied, values))


def as_tensors(values: Sequence) -> tuple:
    """Returns the same with tensors for arrays: float32, or int32 for integers."""
    return tuple(map(_tensor, values))


def read_like(exact, value, answer: Answer):
    """Returns what a function returned as what the exact one did: number, array, tuple.

    Raises:
        Mistake: if it holds anything but numbers, or as many parts as are asked for.
    """
    if answer.parts:
        found = read_parts(value, answer.name, answer.parts)
        return as_one(found, exact)
    if isinstance(value, tuple | list | dict) and not np.shape(exact):
        return read_number(value, answer.name)
    return as_one(_array_or_number(value, answer.name), exact)


def _array_or_number(value, name: str):
    array = read_array(value, name)
    return array if array.shape else float(array)


def read_parts(value, name: str, parts: Sequence[str]) -> tuple:
    """Returns what a function returned as a tuple of numbers and arrays.

    Args:
        value: a tuple, list, named tuple or array of as many.
        name: the function's name, for the messages.
        parts: the names of what it returns.

    Raises:
        Mistake: if it is anything else.
    """
    if value is None:
        read_array(value, name)
    try:
        if isinstance(value, dict | str | set):
            raise TypeError(value)
        found = tuple(value)
    except Exception:
        found = ()
    if len(found) != len(parts):
        kind = "dict" if isinstance(value, dict) else ""
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return {len(parts)} results"
            f"{', not a dict' if kind else ''}: end with `return {', '.join(parts)}`."
        )
    for each, part in zip(found, parts, strict=True):
        if each is None:
            raise Mistake(
                f"`{name}` returns None for {part}: give it a value on every way "
                "through the function."
            )
    return tuple(
        _array_or_number(each, f"{name} ({part})")
        for each, part in zip(found, parts, strict=True)
    )


def _copied(value):
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return ops.copy(value)
    if isinstance(value, tuple):
        return copied(value)
    if isinstance(value, list | dict | set):
        return copy.deepcopy(value)
    return value


def _weights(value):
    if not isinstance(value, keras.Model) or not value.built:
        return None
    return [weight.copy() for weight in value.get_weights()]


def _unchanged(given, value, weights) -> bool:
    """Whether what was handed over still holds what it held; mends a model that not."""
    if weights is not None:
        if all(map(_equal, value.get_weights(), weights)):
            return True
        value.set_weights(weights)
        return False
    if isinstance(value, np.ndarray):
        return _equal(given, value)
    if isinstance(value, list | tuple):
        return len(given) == len(value) and all(
            _unchanged(one, other, None)
            for one, other in zip(given, value, strict=True)
        )
    # Elsewhere than on PyTorch a tensor cannot be written into.
    if is_tensor(value) and keras.backend.backend() == "torch":
        numbers = concrete(given)
        return numbers is None or _equal(numbers, concrete(value))
    if isinstance(value, dict | set | int | float | str):
        return given == value
    return True


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    floats = one.dtype.kind == "f" and other.dtype.kind == "f"
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=floats)


def _tensor(value):
    if not isinstance(value, np.ndarray | list):
        return value
    kind = np.asarray(value).dtype.kind
    return ops.convert_to_tensor(value, dtype="int32" if kind in "iub" else "float32")


def _not_a_number(value, name: str) -> str:
    if value is Ellipsis:
        return f"`{name}` returns `...`: put your code in its place."
    if inspect.isroutine(value):
        return (
            f"`{name}` returns {describe(value)}, but must return numbers: call it, "
            "with its arguments in parentheses."
        )
    if inspect.isgenerator(value):
        return f"`{name}` has `yield` where it must have `return`."
    return f"`{name}` returns {describe(value)}, but must return numbers."
