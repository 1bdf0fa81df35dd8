"""The one place for words of refusal: what was given, what is allowed, and the fix.

Every function returns the value it has checked, so that a caller writes
`steps = integer(steps, "steps")`, and raises a `ValueError` of one sentence otherwise.
NumPy only: the command line uses it, and starts without Keras.
"""

import difflib
import math
from collections.abc import Iterable

import numpy as np


def did_you_mean(name, known: Iterable[str]) -> str:
    """Returns " Did you mean 'this'?" for the nearest known name, or ""."""
    spelled = {str(each).lower(): str(each) for each in known}
    near = difflib.get_close_matches(str(name).lower(), spelled, n=1)
    return f" Did you mean {spelled[near[0]]!r}?" if near else ""


def one_of(value, known: Iterable, what: str, fix: str = ""):
    """Returns a value that is among the known ones.

    Args:
        value: what was given.
        known: what is allowed, in the order in which a message lists it.
        what: what it names, as "objective": "There is no objective 'hinge'."
        fix: a last sentence, where the list alone does not help.

    Raises:
        ValueError: if it is another value, or one that cannot be compared.
    """
    known = list(known)
    if isinstance(value, str | int | float | None) and value in known:
        return value
    listed = ", ".join(map(repr, known))
    raise ValueError(
        f"There is no {what} {value!r}.{did_you_mean(value, known)} Choose one of "
        f"{listed}.{' ' + fix if fix else ''}"
    )


def integer(value, name: str, least: int = 1, most: int | None = None) -> int:
    """Returns a whole number as an `int`.

    Args:
        value: Python or NumPy integer; no `bool`, no float, whatever its value.
        name: the argument's name.
        least, most: the ends of what is allowed, both included.

    Raises:
        ValueError: if it is no integer, or lies outside.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if whole and value >= least and (most is None or value <= most):
        return int(value)
    end = "" if most is None else f" and at most {most}"
    raise ValueError(
        f"{name} was {value!r}, but must be an integer of at least {least}{end}."
    )


def number(
    value,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    fix: str = "",
) -> float:
    """Returns a finite number as a `float`.

    Args:
        value: Python or NumPy number, or an array of one.
        name: the argument's name.
        above, below: ends that are not allowed themselves.
        least, most: ends that are.
        fix: a last sentence that says what to do.

    Raises:
        ValueError: if it is no number, NaN, infinite, or lies outside.
    """
    ends = [
        (f"above {above}", above is None or (lambda x: x > above)),
        (f"at least {least}", least is None or (lambda x: x >= least)),
        (f"below {below}", below is None or (lambda x: x < below)),
        (f"at most {most}", most is None or (lambda x: x <= most)),
    ]
    ends = [(words, holds) for words, holds in ends if callable(holds)]
    try:
        given = float(value) if not isinstance(value, str | bool) else math.nan
    except (TypeError, ValueError):
        given = math.nan
    if math.isfinite(given) and all(holds(given) for _, holds in ends):
        return given
    allowed = " ".join(["a finite number", " and ".join(words for words, _ in ends)])
    raise ValueError(
        f"{name} was {value!r}, but must be {allowed.strip()}."
        f"{' ' + fix if fix else ''}"
    )


def class_labels(labels, classes: int) -> np.ndarray:
    """Returns labels that are integers from 0 to classes − 1.

    Args:
        labels: one for all, or an array of them.
        classes: how many classes there are.

    Raises:
        ValueError: if they are no integers, or one is out of range.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or not labels.size:
        raise ValueError(f"The labels are {labels!r}, but must be integers.")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"The labels run from {labels.min()} to {labels.max()}, but must lie "
            f"from 0 to {classes - 1}, for {classes} classes."
        )
    return labels


def interval(value, name: str) -> tuple[float, float]:
    """Returns two finite numbers of which the first is the smaller, as floats.

    Raises:
        ValueError: if it is anything else.
    """
    try:
        low, high = map(float, value)
    except (TypeError, ValueError):
        low = high = math.nan
    if -math.inf < low < high < math.inf:
        return low, high
    raise ValueError(f"{name} were {value!r}, but must be (low, high), low < high.")


def finite(values, what: str, fix: str = "give finite numbers.") -> np.ndarray:
    """Returns an array that holds neither NaN nor infinity, and at least one number.

    Args:
        values: NumPy array of numbers.
        what: its name, as "The pictures" or "x".
        fix: what to do, after the colon.

    Raises:
        ValueError: if it is empty, holds no numbers, or any that is not finite.
    """
    values = np.asarray(values)
    numeric(values, what)
    if values.size == 0:
        raise ValueError(f"{what}: shape {values.shape} is empty; give at least one.")
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(f"{what}: {bad} of {values.size} are NaN or infinite: {fix}")
    return values


def numeric(values, what: str) -> np.ndarray:
    """Returns an array of real numbers or booleans.

    Raises:
        ValueError: if it holds text, objects or complex numbers.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "biuf" and values.dtype.name != "bfloat16":
        raise ValueError(
            f"{what}: the type {values.dtype} cannot be computed with: give real "
            'numbers, as by array.astype("float32").'
        )
    return values


def rows(values, what: str, shape, each: str = "row") -> np.ndarray:
    """Returns an array of at least one example of a shape.

    Args:
        values: NumPy array `(n, *shape)`.
        what: its name, as "The pictures".
        shape: of one example, such as `(28, 28, 1)`; a name or None in place of a
            number stands for any size, as in `("height", "width", 3)`.
        each: what one example is called.

    Raises:
        ValueError: for another shape, or no example.
    """
    values, shape = np.asarray(values), tuple(shape)

    def fits(given):
        return len(given) == len(shape) and all(
            want is None or isinstance(want, str) or want == have
            for want, have in zip(shape, given, strict=True)
        )

    if values.ndim and fits(values.shape[1:]) and len(values):
        return values
    fix = f" For one {each} write {each}[None]." if fits(values.shape) else ""
    raise ValueError(
        f"{what}: shape {values.shape} is not ({', '.join(map(str, ('n', *shape)))}) "
        f"with at least one {each}.{fix}"
    )


def pictures(values, what: str = "The pictures", shape=None) -> np.ndarray:
    """Returns pictures `(n, height, width, channels)` with pixels in [-1, 1].

    Args:
        values: NumPy array.
        what: its name.
        shape: what each picture must have, as `(height, width, channels)`; None
            stands for any size.

    Raises:
        ValueError: for another shape, no picture, bytes 0…255, NaN or infinity.
    """
    sides = ("height", "width", "channels")
    wanted = [want or side for want, side in zip(shape or sides, sides, strict=True)]
    finite(rows(values, what, wanted, "picture"), what)
    return unit_range(values, what)


def unit_range(values, what: str) -> np.ndarray:
    """Returns pixels that lie in [-1, 1], up to rounding.

    Raises:
        ValueError: if they do not, as bytes 0…255.
    """
    low, high = float(np.min(values)), float(np.max(values))
    if low < -1.001 or high > 1.001:
        raise ValueError(
            f"{what}: pixels from {low:.4g} to {high:.4g} are not in [-1, 1]: from "
            "0…255 write x / 127.5 - 1, from 0…1 write 2 * x - 1."
        )
    return values


def channels_last(what: str) -> None:
    """Makes sure that Keras takes pictures as `(n, height, width, channels)`.

    Args:
        what: is built, as "A filter pyramid".

    Raises:
        ValueError: if Keras is set to "channels_first".
    """
    import keras  # here, as below

    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            f"{what} takes pictures (n, height, width, channels), but Keras is set to "
            "channels_first: call keras.config.set_image_data_format('channels_last')."
        )


def built_model(network, what: str, kind: type | None = None):
    """Returns a Keras model whose shapes are known.

    Args:
        network: what was given.
        what: its name, as "discriminator".
        kind: the class asked for; `keras.Model` if None.

    Raises:
        ValueError: if it is no such model, or not built.
    """
    import keras  # here: this file stands below the command line, which has no Keras

    kind = kind or keras.Model
    if isinstance(network, kind) and network.built:
        return network
    raise ValueError(
        f"The {what} was {network!r}, but must be a built keras.{kind.__name__}: let "
        "it start with keras.Input(shape)."
    )
