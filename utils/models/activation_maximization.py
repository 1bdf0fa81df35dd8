"""The picture that a unit would like best: climb the gradient of its activation."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from utils.core.validation import integer, number
from utils.networks.features import unit_indices
from utils.networks.receptive_fields import receptive_field
from utils.sampling.ascent import ascent_step


def maximize_activation(
    model: keras.Model,
    layer: str,
    units: Sequence[int],
    steps: int = 100,
    step_size: float = 0.1,
    decay: float = 0.03,
    smooth: float = 1.5,
    fade: float = 0.2,
    seed: int = 0,
) -> np.ndarray:
    """Makes for each unit a picture that excites it, starting from faint noise.

    x ← clip((1 − decay)·x + step_size·`even_direction`(d activation / d x)).
    The picture is as large as the unit's receptive field, so the unit sees all of it;
    where the network takes pictures of one size, gray lies around it.
    The steps are smooth, and after each the colors fade a little: photographs are
    smooth and mostly gray, and a climb that does not know it finds colored noise, which
    excites a unit more than any object.

    Args:
        model: a network that takes pictures, one layer after another.
        layer: a convolutional layer, or one that follows it, or its name; better before
            a ReLU, where a silent unit still has a gradient.
        units: indices of channels of this layer, one picture each.
        steps: 1 or more.
        step_size: how far a pixel moves in the root mean square, positive.
        decay: share of the picture that fades in a step, in [0, 1).
        smooth: of `even_direction`, 0 or more.
        fade: share of the color, what sets the channels apart, that a step takes, in
            [0, 1).
        seed: int, of the noise.

    Returns:
        float32 `(units, height, width, channels)` in [-1, 1].

    Raises:
        ValueError: for a number out of range, an unknown layer, or units that it does
            not have.

    Source: Erhan et al. (2009), Visualizing higher-layer features of a deep network;
    Yosinski et al. (2015) for the decay; Olah, Mordvintsev and Schubert (2017) for the
    smooth step.
    """
    steps = integer(steps, "steps")
    number(step_size, "step_size", above=0)
    number(smooth, "smooth", least=0)
    for name, share in (("decay", decay), ("fade", fade)):
        number(share, name, least=0, below=1)
    score, shape = _score(model, getattr(layer, "name", layer), units)
    x = np.random.default_rng(seed).normal(0, 0.05, shape).astype("float32")
    for step in range(steps):
        x = ascent_step(
            score,
            x,
            step_size,
            bounds=(-1, 1),
            direction=lambda gradient: even_direction(gradient, smooth),
            decay=decay,
        )
        if step < steps - 1:  # the last word is the unit's
            x = x - fade * (x - ops.mean(x, axis=-1, keepdims=True))
    return ops.convert_to_numpy(x)


def even_direction(gradient, smooth: float = 0.0) -> np.ndarray:
    """Divides the gradient of each picture by its root mean square.

    A step along it has the same size however steep the score is. Before that, each wave
    that the gradient is made of is divided by its frequency, in waves per pixel, to a
    power.

    Args:
        gradient: `(n, height, width, channels)`.
        smooth: the power; 0 leaves the waves as they are.

    Returns:
        float32 of the same shape.
    """
    gradient = ops.convert_to_numpy(gradient)
    axes = tuple(range(1, gradient.ndim))
    if smooth:
        sides = axes[:-1]
        waves = [np.fft.fftfreq(gradient.shape[axis]) for axis in sides]
        frequency = np.linalg.norm(np.meshgrid(*waves, indexing="ij"), axis=0)
        frequency = np.maximum(frequency, 1 / max(gradient.shape[1:-1]))
        spectrum = np.fft.fftn(gradient, axes=sides)
        spectrum = spectrum / frequency[None, ..., None] ** smooth
        gradient = np.fft.ifftn(spectrum, axes=sides).real
    size = np.sqrt(np.mean(gradient**2, axis=axes, keepdims=True))
    return (gradient / (size + 1e-8)).astype("float32")


def _score(model, layer, units):
    """The answer of each unit in the middle of its map, and the shape of pictures."""
    size, input_shape = receptive_field(model, layer).size, model.input_shape[1:]
    # As large as the input where that is fixed, and else as what a unit sees.
    whole = [side or seen for side, seen in zip(input_shape, size, strict=False)]
    below = keras.Model(model.inputs[0], model.get_layer(layer).output)
    *map_size, count = below.compute_output_shape((1, *whole, input_shape[-1]))[1:]
    middle = tuple(side // 2 for side in map_size)
    field = receptive_field(model, layer, (*whole, input_shape[-1])).box(middle)
    field = [
        seen if side else (0, all_of_it)
        for side, seen, all_of_it in zip(input_shape, field, whole, strict=False)
    ]
    gray = [
        (begin, side - end) for (begin, end), side in zip(field, whole, strict=True)
    ]
    chosen = np.eye(count, dtype="float32")[unit_indices(model, layer, units)]

    def score(x):
        activations = below(ops.pad(x, [(0, 0), *gray, (0, 0)]), training=False)
        return ops.sum(
            ops.multiply(activations[(slice(None), *middle)], chosen), axis=-1
        )

    sides = [end - begin for begin, end in field]
    return score, (len(chosen), *sides, input_shape[-1])
