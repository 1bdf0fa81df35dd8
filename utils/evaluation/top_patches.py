"""What excites a unit: the patches of real pictures to which it answers most."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer
from utils.networks.features import layer_named, unit_indices
from utils.networks.receptive_fields import (
    ReceptiveField,
    input_sizes,
    receptive_field,
)

Box = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class TopPatches:
    """The patches that excite one unit most, the most exciting first.

    Attributes:
        patches: float32 `(n, height, width, channels)`, each as large as the receptive
            field.
        values: the unit's activation on each, `(n,)`, descending.
        pictures: index of the picture that each comes from.
        boxes: where in that picture it lies, `((top, bottom), (left, right))` each.
    """

    patches: np.ndarray
    values: np.ndarray
    pictures: tuple[int, ...]
    boxes: tuple[Box, ...]


def activation_maps(
    model: keras.Model, layer: str, pictures: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Returns what a layer answers to each picture as a whole.

    Args:
        model: takes pictures of any size, or of the size that all of them have.
        layer: name of the layer.
        pictures: arrays `(height, width, channels)`, which may differ in size.

    Returns:
        One array `(rows, columns, units)` a picture.

    Raises:
        ValueError: if there are no pictures, or one is not of this shape.
    """
    below = keras.Model(model.inputs[0], layer_named(model, layer).output)
    return [
        ops.convert_to_numpy(below(each[None], training=False))[0]
        for each in _checked(pictures, model)
    ]


def top_patches(
    model: keras.Model,
    layer: str,
    units: Sequence[int],
    pictures: Sequence[np.ndarray],
    n: int = 9,
) -> dict[int, TopPatches]:
    """Finds for each unit the n patches of the pictures that excite it most.

    A unit of a convolution stands at every position of its map. The patch that belongs
    to a position is its receptive field, computed from the layers. Two patches of one
    picture lie more than half a side apart (else all nine would be one edge, a pixel
    apart), and none reaches over the border.

    Args:
        model: a network that takes pictures of any size, one layer after another.
        layer: name of a convolutional layer, or of one that follows it.
        units: indices of channels of this layer.
        pictures: arrays `(height, width, channels)`, which may differ in size.
        n: patches a unit, 1 or more; fewer come back where the pictures hold fewer.

    Returns:
        `{unit: TopPatches}`.

    Raises:
        ValueError: for no pictures, pictures of another shape or smaller than the
            receptive field, an unknown layer, units that it does not have, or n < 1.

    Source: Zeiler and Fergus (2014), Visualizing and understanding convolutional
    networks, figure 2.
    """
    integer(n, "n")
    units = unit_indices(model, layer, units)
    pictures = _checked(pictures, model)
    fields = [receptive_field(model, layer, each.shape) for each in pictures]
    searched = [
        _Searched(number, picture, field, _inside(field, picture.shape))
        for number, (picture, field) in enumerate(zip(pictures, fields, strict=True))
    ]
    searched = [each for each in searched if each.has_room()]
    if not searched:
        raise ValueError(
            f"A unit of {layer!r} sees {fields[0].size} pixels, and every picture is "
            "smaller: give larger pictures."
        )
    maps = activation_maps(model, layer, [each.picture for each in searched])
    return {
        unit: _top_of_unit([each[..., unit] for each in maps], searched, n)
        for unit in units
    }


@dataclass(frozen=True)
class _Searched:
    """A picture, and the positions whose whole field lies within it."""

    number: int
    picture: np.ndarray
    field: ReceptiveField
    inside: tuple[slice, slice]

    def has_room(self) -> bool:
        return all(positions.start < positions.stop for positions in self.inside)


def _checked(pictures: Sequence[np.ndarray], model: keras.Model) -> list[np.ndarray]:
    """The pictures as float32, each of a shape that the model takes."""
    if len(pictures) == 0:
        raise ValueError("There are no pictures: give one or more.")
    arrays = []
    for number, picture in enumerate(pictures):
        array = finite(to_numpy(picture, f"Picture {number}", "float32"), "A picture")
        if array.ndim != 3:
            raise ValueError(
                f"Picture {number} has shape {array.shape}: each must be (height, "
                "width, channels)."
            )
        input_sizes(model, array.shape)
        arrays.append(array)
    return arrays


def _inside(field: ReceptiveField, shape) -> tuple[slice, slice]:
    """The positions whose whole field lies within the picture."""
    bounds = []
    for size, jump, start, length in zip(
        field.size, field.jump, field.start, shape, strict=False
    ):
        first = max(-(start // jump), 0)
        last = (length - size - start) // jump
        bounds.append(slice(first, max(last + 1, 0)))
    return tuple(bounds)


def _top_of_unit(maps, searched: list[_Searched], n: int) -> TopPatches:
    found = []
    for values, each in zip(maps, searched, strict=True):
        apart = [
            max(size // (2 * jump), 1)
            for size, jump in zip(each.field.size, each.field.jump, strict=True)
        ]
        found += [
            (value, each, each.field.box(position))
            for value, position in _peaks(values, each.inside, apart, n)
        ]
    found = sorted(found, key=lambda each: -each[0])[:n]
    patches = [
        each.picture[slice(*rows), slice(*columns)]
        for _, each, (rows, columns) in found
    ]
    return TopPatches(
        patches=np.stack(patches).astype("float32"),
        values=np.array([value for value, _, _ in found]),
        pictures=tuple(each.number for _, each, _ in found),
        boxes=tuple(box for _, _, box in found),
    )


def _peaks(values: np.ndarray, inside, apart, n: int) -> list[tuple[float, tuple]]:
    """The n highest places of one map that are not close to each other."""
    left = np.full(values.shape, -np.inf)
    left[inside] = values[inside]
    peaks = []
    while len(peaks) < n and np.isfinite(left.max(initial=-np.inf)):
        row, column = (int(i) for i in np.unravel_index(left.argmax(), left.shape))
        peaks.append((float(left[row, column]), (row, column)))
        left[
            max(row - apart[0], 0) : row + apart[0] + 1,
            max(column - apart[1], 0) : column + apart[1] + 1,
        ] = -np.inf
    return peaks
