"""One formula for two kinds of numbers: NumPy arrays and the backend's tensors.

A divergence is needed twice. As an exact value it is wanted in float64, which JAX does
not have by default; as a loss it must keep the dtype, the device and the gradients of a
tensor. So the rule of every measure is: NumPy (or plain numbers) in, NumPy float64 out;
a tensor anywhere in, a tensor of its own float dtype out, but float32 for less: sums of
squares overflow in half precision, and a small epsilon is 0 in it.
"""

import functools
import warnings

import keras
import numpy as np
from keras import ops

from utils.core.validation import numeric


def is_tensor(value) -> bool:
    """Returns whether a value is a tensor or a variable of the Keras backend in use."""
    return isinstance(value, keras.Variable) or ops.is_tensor(value)


def namespace(*values):
    """Returns `keras.ops` where a value is a tensor, else `numpy`: names they share."""
    return ops if any(is_tensor(value) for value in values) else np


def as_floats(*values):
    """Returns the namespace and the values as its floating-point arrays.

    Args:
        *values: numbers, sequences, NumPy arrays or tensors of any shape.

    Returns:
        `(numpy, [float64 arrays])`, or, where any value is a tensor, `(keras.ops,
        [tensors])` in the float dtype that the tensors promote to, at least float32.

    Raises:
        ValueError: for what is neither a tensor nor an array of numbers.
    """
    tensors = [value for value in values if is_tensor(value)]
    if not tensors:
        return np, [to_numpy(value, "an argument") for value in values]
    dtype = _float_dtype(tensors)
    return ops, [ops.convert_to_tensor(value, dtype=dtype) for value in values]


def at_least_float32(measure):
    """Lets a function of tensors compute in float32 where it is given less.

    Arrays, lists and tensors among the arguments become tensors of one float dtype:
    that to which the tensors promote (or, where there is none, the arrays), and no
    less than float32. Numbers, names and None stay what they are.
    """

    @functools.wraps(measure)
    def of_floats(*arguments, **named):
        given = [*arguments, *named.values()]
        arrays = [each for each in given if getattr(each, "shape", ())]
        tensors = [each for each in given if is_tensor(each)]
        dtype = _float_dtype(tensors or list(map(ops.convert_to_tensor, arrays)))

        def as_float(value):
            if hasattr(value, "shape") or isinstance(value, list | tuple):
                return ops.convert_to_tensor(value, dtype=dtype)
            return value

        return measure(
            *map(as_float, arguments),
            **{name: as_float(value) for name, value in named.items()},
        )

    return of_floats


def _float_dtype(tensors) -> str:
    # Not `keras.backend.result_type`: with PyTorch it makes float32 of float64.
    dtypes = {keras.backend.standardize_dtype(each.dtype) for each in tensors}
    return "float64" if "float64" in dtypes else "float32"


def concrete(value) -> np.ndarray | None:
    """Returns a tensor's numbers; None inside a compiled function: none there yet."""
    try:
        with warnings.catch_warnings():
            # TensorFlow warns of NumPy's rules just before it says that it cannot.
            warnings.simplefilter("ignore", DeprecationWarning)
            return np.asarray(ops.convert_to_numpy(value), dtype="float64")
    except (NotImplementedError, TypeError):
        return None


def _either(name: str):
    """Returns the function of that name for NumPy and tensors; limits do not warn."""

    def apply(*values):
        xp = namespace(*values)
        with np.errstate(divide="ignore", over="ignore"):
            result = getattr(xp, name)(*values)
        return result[()] if xp is np else result  # numbers in, a number out

    return apply


exp, expm1, log, log1p, sqrt = map(_either, ("exp", "expm1", "log", "log1p", "sqrt"))
tanh, sign, maximum, minimum = map(_either, ("tanh", "sign", "maximum", "minimum"))
where = _either("where")


def log_sigmoid(x):
    """Returns log σ(x) of a logit, for any logit; log(1 − σ(x)) is log σ(−x)."""
    return -softplus(-x)


def softplus(x):
    """Returns log(1 + exp(x)) without overflow: -log(1 - sigmoid(x)) of a logit."""
    return ops.softplus(x) if is_tensor(x) else np.logaddexp(0.0, x)


def log_safe(x):
    """Returns log(x), and -inf at 0 with a gradient of 0 there instead of NaN."""
    return where(x > 0, log(where(x > 0, x, 1.0)), -np.inf)


def xlogx(x):
    """Returns x·log(x), with 0·log 0 = 0."""
    return x * log(where(x > 0, x, 1.0))


def to_numpy(values, what: str = "x", dtype: str = "float64") -> np.ndarray:
    """Returns an array, a tensor, or lists of either, as a NumPy array.

    Args:
        values: what a caller handed in.
        what: its name, for the message.
        dtype: of the result.

    Raises:
        ValueError: if it holds anything but real numbers in a rectangle.
    """
    try:
        array = np.asarray(_without_tensors(values))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{what} must be an array of numbers, but was {type(values).__name__}: "
            f"{error}."
        ) from error
    return numeric(array, what).astype(dtype)


def _without_tensors(values):
    if is_tensor(values):
        return ops.convert_to_numpy(values)
    if isinstance(values, list | tuple):
        return [_without_tensors(each) for each in values]
    return values


def squared_distances(a, b) -> np.ndarray:
    """Returns |a_i - b_j|² in float64, `(n, m)`, for `(n, d)` and `(m, d)`."""
    a, b = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    center = a.mean(axis=0)
    a, b = a - center, b - center  # far from the origin digits would be lost
    lengths = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)
    return np.maximum(lengths - 2 * a @ b.T, 0.0)
