"""What a figure is given: tensors of any backend in, checked NumPy arrays out."""

from collections.abc import Callable, Sequence

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, pictures

Bounds1D = tuple[float, float]
Bounds2D = tuple[tuple[float, float], tuple[float, float]]


def as_finite(values, name: str) -> np.ndarray:
    """Returns a float array with at least one value, and none of them NaN or infinite.

    Raises:
        ValueError: if it is empty, or holds a NaN or an infinity.
    """
    return finite(to_numpy(values, name), name)


def as_line(values, name: str) -> np.ndarray:
    """Returns one-dimensional points, given as (n,) or (n, 1), as an array (n,).

    Raises:
        ValueError: if the shape is another one, or a value is not finite.
    """
    array = as_finite(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(
            f"{name} has shape {array.shape}: expected (n,) or (n, 1), "
            "points on a line."
        )
    return array


def as_points(values, name: str) -> np.ndarray:
    """Returns points in the plane as an array (n, 2).

    Raises:
        ValueError: if the shape is another one, or a value is not finite.
    """
    array = as_finite(values, name)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(
            f"{name} has shape {array.shape}: expected (n, 2), points in the plane."
        )
    return array


def as_arrows(arrows, points: np.ndarray, name: str = "arrows") -> np.ndarray:
    """Returns one vector per point, of the shape of `points`.

    Raises:
        ValueError: if there are more or fewer vectors than points.
    """
    check = as_line if points.ndim == 1 else as_points
    vectors = check(arrows, name)
    if vectors.shape != points.shape:
        raise ValueError(
            f"{name} has {len(vectors)} vectors for {len(points)} points: give one "
            "vector per point."
        )
    return vectors


def as_images(images, name: str = "images") -> np.ndarray:
    """Returns images (n, height, width, 1 or 3) with pixels in [-1, 1].

    Raises:
        ValueError: if rank, channels or range differ, or a pixel is not finite.
    """
    array = pictures(to_numpy(images, name), name)
    if array.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name} has {array.shape[-1]} channels: 1 (gray) or 3 (red, green, blue) "
            "can be drawn."
        )
    return np.clip(array, -1.0, 1.0)


def one_each(texts: Sequence | None, count: int, what: str, of: str) -> list[str]:
    """Returns one text each, and empty ones where none are given.

    Raises:
        ValueError: if there are more or fewer than `count`.
    """
    if texts is None:
        return [""] * count
    if len(texts) != count:
        raise ValueError(
            f"{len(texts)} {what} for {count} {of}: give as many {what} as {of}."
        )
    return [str(text) for text in texts]


def as_probabilities(values, name: str = "discriminator") -> np.ndarray:
    """Returns an array of probabilities.

    Raises:
        ValueError: if a value lies outside [0, 1], as logits do.
    """
    array = as_finite(values, name)
    low, high = array.min(), array.max()
    if low < -1e-6 or high > 1 + 1e-6:
        raise ValueError(
            f"{name} gives values from {low:.4g} to {high:.4g}: expected "
            "probabilities in [0, 1]; a discriminator that returns logits needs "
            "keras.ops.sigmoid around it."
        )
    return np.clip(array, 0.0, 1.0)


def evaluate_1d(function: Callable, bounds: Bounds1D, points: int = 241) -> np.ndarray:
    """Returns a function on an even grid, to keep what D was at this moment.

    Args:
        function: takes a column (points, 1), returns one number per row, as an array
            or a tensor (points,) or (points, 1).
        bounds: the two ends of the grid.
        points: how many values.

    Returns:
        The values, an array (points,).
    """
    column = np.linspace(*bounds, points, dtype="float32")[:, None]
    return _one_a_row(function(column), points)


def evaluate_2d(
    function: Callable, bounds: Bounds1D | Bounds2D, side: int = 96
) -> np.ndarray:
    """Returns a function on an even grid in the plane, to keep what D was.

    Args:
        function: takes points (side * side, 2), returns one number per point.
        bounds: `(low, high)` for both axes, or `((low, high), (low, high))`.
        side: points along each axis.

    Returns:
        An array (side, side); row i stands at the i-th value of x2, from the bottom.
    """
    horizontal, vertical = as_bounds_2d(bounds)
    x, y = np.meshgrid(np.linspace(*horizontal, side), np.linspace(*vertical, side))
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype("float32")
    return _one_a_row(function(points), side * side).reshape(side, side)


def _one_a_row(values, rows: int) -> np.ndarray:
    array = to_numpy(values, "the values of the function")
    if array.size != rows:
        raise ValueError(
            f"the function gave shape {array.shape} for {rows} points: it must "
            "return one number per point, (n,) or (n, 1)."
        )
    return array.reshape(rows)


def as_bounds_1d(bounds) -> Bounds1D:
    """Returns `(low, high)` as two floats.

    Raises:
        ValueError: if they are not two finite numbers in ascending order.
    """
    ends = as_finite(bounds, "bounds")
    if ends.shape != (2,) or ends[0] >= ends[1]:
        raise ValueError(f"bounds are {bounds}: expected (low, high), low < high.")
    return float(ends[0]), float(ends[1])


def as_bounds_2d(bounds) -> Bounds2D:
    """Returns the bounds of both axes; one pair stands for both.

    Raises:
        ValueError: if they are neither one pair nor two pairs in ascending order.
    """
    ends = as_finite(bounds, "bounds")
    if ends.shape == (2,):
        ends = np.stack([ends, ends])
    if ends.shape != (2, 2):
        raise ValueError(
            f"bounds are {bounds}: expected (low, high) or two such pairs."
        )
    return as_bounds_1d(ends[0]), as_bounds_1d(ends[1])


def bounds_around(*clouds: np.ndarray, margin: float = 0.15) -> Bounds1D:
    """Returns an interval that holds all values, with a margin on both sides."""
    low = min(cloud.min() for cloud in clouds)
    high = max(cloud.max() for cloud in clouds)
    room = margin * (high - low) or 1.0
    return float(low - room), float(high + room)


def refuse_values_without_bounds(discriminator) -> None:
    """Refuses values on a grid of which nobody said where it lies.

    Raises:
        ValueError: if the discriminator is an array.
    """
    if discriminator is not None and not callable(discriminator):
        raise ValueError(
            "the discriminator is given as values on a grid, but not where the grid "
            "lies: give bounds=(low, high) as well, or a function."
        )
