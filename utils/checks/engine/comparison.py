"""Whether two answers agree, and how to show where they do not."""

import math
from collections.abc import Sequence

import numpy as np

# What float32 can tell.
TOLERANCE = 1e-4
# Where a matrix product or a convolution is involved, relative to the largest number:
# GPUs take these in TF32, with 10 bits.
MATMUL = 5e-3


def close(value: float, exact: float, tolerance: float = TOLERANCE) -> bool:
    """Whether two numbers agree as far as float32 can tell; NaN agrees with nothing."""
    return math.isclose(value, exact, rel_tol=tolerance, abs_tol=tolerance / 100)


def agree(found, exact, tolerance: float = TOLERANCE, least: float = 1e-6) -> bool:
    """Whether numbers or arrays, or tuples of them, agree in shape and value.

    Args:
        found, exact: two numbers, arrays, or tuples of them.
        tolerance: relative to an entry; `MATMUL` is relative to the largest one.
        least: an absolute difference that is as good as none.

    NaN agrees with NaN, so that what a formula does not define can be recognized.
    """
    if isinstance(exact, tuple):
        return _shape(found)[:1] == (len(exact),) and all(
            agree(one, other, tolerance, least)
            for one, other in zip(found, exact, strict=True)
        )
    return (
        _shape(found) == np.shape(exact)
        and not differs(found, exact, tolerance, least).any()
    )


def _shape(value) -> tuple:
    """The shape, or the length alone of parts that differ in shape."""
    try:
        return np.shape(value)
    except ValueError:
        return (len(value),)


def as_one(found, exact):
    """Returns one number in the shape of an array of one: NumPy drops such axes.

    Args:
        found, exact: numbers, arrays, or tuples of them.
    """
    if isinstance(exact, tuple) and isinstance(found, tuple):
        return tuple(map(as_one, found, exact)) if len(found) == len(exact) else found
    if np.size(found) == np.size(exact) == 1 and np.shape(exact):
        return np.reshape(found, np.shape(exact))
    return found


def differs(found, exact, tolerance: float = TOLERANCE, least: float = 1e-6):
    """Returns where two arrays of one shape differ, as an array of bools."""
    found = np.asarray(found, dtype="float64")
    exact = np.asarray(exact, dtype="float64")
    if tolerance >= MATMUL and np.isfinite(exact).any():
        least = max(least, tolerance * np.abs(exact[np.isfinite(exact)]).max())
    return ~np.isclose(found, exact, rtol=tolerance, atol=least, equal_nan=True)


def in_digits(*values: float) -> list[str]:
    """Returns numbers in words, with as many digits as it takes to tell them apart.

    Four, where that is enough. Equal numbers stay equal.
    """
    for digits in range(4, 18):
        words = [_number(value, digits) for value in values]
        if len(set(words)) >= len({float(value) for value in values}):
            break
    return words


def _number(value, digits: int) -> str:
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return f"{float(value):.{digits}g}"


def in_words(value) -> str:
    """Returns an argument on a few characters: numbers, short lists, or a shape."""
    if callable(value):
        return "a function"
    if isinstance(value, str | bool | int):
        return repr(value)
    array = np.asarray(value)
    if array.size > 8:
        return f"an array of shape {array.shape}"
    short = np.vectorize(lambda each: float(f"{each:.4g}"), otypes=["float64"])
    return str((short(array) if array.dtype.kind == "f" else array).tolist())


def where_they_differ(found, exact, tolerance: float, least: float) -> tuple[str, str]:
    """Returns the first number that differs, and the right one, in words."""
    if not np.shape(exact):
        value, right = in_digits(found, exact)
        return value, right
    places = np.argwhere(differs(found, exact, tolerance, least))
    index = tuple(int(i) for i in places[0])
    value, right = in_digits(np.asarray(found)[index], np.asarray(exact)[index])
    return f"{value} at [{', '.join(map(str, index))}]", right


def factor_between(found: Sequence[float], exact: Sequence[float]) -> str | None:
    """Says in words if numbers are the right ones times, or plus, one and the same.

    None if they are not, or if there are too few to tell.
    """
    found, exact = np.asarray(found, "float64"), np.asarray(exact, "float64")
    finite = np.isfinite(found) & np.isfinite(exact)
    found, exact = found[finite], exact[finite]
    known = np.abs(exact) > 1e-6
    if not found.any() and len(exact) > 2 and known.any():
        return "is 0 each time"
    if len(set(np.round(exact[known], 6))) < 2:
        return None
    ratio = found[known] / exact[known]
    if (
        ratio[0]
        and not close(ratio[0], 1)  # else what is not finite is wrong
        and np.allclose(ratio, ratio[0], rtol=1e-4, atol=0)
        and agree(found[~known], 0 * exact[~known])
    ):
        return f"is {ratio[0]:.4g} times the right number each time"
    shift = found - exact
    if abs(shift[0]) > 1e-6 and np.allclose(shift, shift[0], rtol=1e-4, atol=1e-6):
        words = "large" if shift[0] > 0 else "small"
        return f"is {abs(shift[0]):.4g} too {words} each time"
    return None
