"""The picture that a unit would like best: climb the gradient of its activation."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from utils.autodiff import input_gradient
from utils.networks.receptive_fields import receptive_field


def ascent_step(
    pictures, score_fn, rate: float = 0.1, decay: float = 0.01, smooth: float = 0.0
):
    """Takes one step up the gradient of a score, and stays a picture.

    x ← clip((1 − decay)·x + rate·g / rms(g)), where g = d score / d x, and rms(g) is
    the root of its mean square over one picture: the step has the same size however
    steep the score is. The decay draws to gray whatever the score does not ask for.
    Before that, each wave that g is made of can be divided by its frequency, to a
    power: then the step is smooth.

    Args:
        pictures: array `(n, height, width, channels)` in [-1, 1].
        score_fn: function of such a tensor; one score (or several) a picture.
        rate: how far a pixel moves in the root mean square, > 0.
        decay: share of the picture that fades in a step, in [0, 1).
        smooth: the power, 0 or more; 0 leaves the gradient as it is.

    Returns:
        Array of the same shape, in [-1, 1].

    Raises:
        ValueError: for a rate, a decay or a power out of range, or another shape.

    Source: Erhan et al. (2009), Visualizing higher-layer features of a deep network;
    Yosinski et al. (2015) for the decay; Olah, Mordvintsev and Schubert (2017) for the
    smooth step.
    """
    if not rate > 0 or not 0 <= decay < 1 or not smooth >= 0:
        raise ValueError(
            f"rate was {rate}, decay {decay} and smooth {smooth}: the rate must be "
            "positive, the decay at least 0 and below 1, and smooth 0 or more."
        )
    pictures = np.asarray(pictures, dtype="float32")
    if pictures.ndim < 3:
        raise ValueError(
            f"The pictures have shape {pictures.shape}: give a batch "
            "(n, height, width, channels); for one picture write picture[None]."
        )
    gradient = ops.convert_to_numpy(input_gradient(score_fn, pictures))
    if smooth:
        gradient = _smoothed(gradient, smooth)
    axes = tuple(range(1, pictures.ndim))
    steepness = np.sqrt(np.mean(gradient**2, axis=axes, keepdims=True)) + 1e-8
    moved = (1 - decay) * pictures + rate * gradient / steepness
    return np.clip(moved, -1, 1).astype("float32")


def maximize_activation(
    model: keras.Model,
    layer: str,
    units: Sequence[int],
    steps: int = 100,
    rate: float = 0.1,
    decay: float = 0.03,
    smooth: float = 1.5,
    fade: float = 0.2,
    seed: int = 0,
) -> np.ndarray:
    """Makes for each unit a picture that excites it, starting from faint noise.

    The picture is as large as the unit's receptive field, so the unit sees all of it.
    The steps are smooth, and after each the colors fade a little: photographs are
    smooth and mostly gray, and a climb that does not know it finds colored noise, which
    excites a unit more than any object.

    Args:
        model: a network that takes pictures of any size, one layer after another.
        layer: name of a convolutional layer, or of one that follows it; better before
            a ReLU, where a silent unit still has a gradient.
        units: indices of channels of this layer, one picture each.
        steps: 1 or more.
        rate, decay, smooth: of `ascent_step`.
        fade: share of the color, what sets the channels apart, that a step takes, in
            [0, 1).
        seed: int, of the noise.

    Returns:
        float32 `(units, height, width, channels)` in [-1, 1].

    Raises:
        ValueError: for steps < 1, a fade out of range, an unknown layer, or units that
            it does not have; and as `ascent_step`.
    """
    if steps < 1 or not 0 <= fade < 1:
        raise ValueError(
            f"steps was {steps} and fade {fade}: take one step or more, and a fade of "
            "at least 0 and below 1."
        )
    size = receptive_field(model, layer).size
    below = keras.Model(model.inputs[0], model.get_layer(layer).output)
    count, channels = below.output_shape[-1], model.input_shape[-1]
    strangers = [unit for unit in units if not 0 <= unit < count]
    if strangers:
        raise ValueError(
            f"The layer {layer!r} has units 0 to {count - 1}, not {strangers}."
        )
    chosen = np.eye(count, dtype="float32")[list(units)]

    def score(x):
        activations = below(x, training=False)
        middle = tuple(n // 2 for n in activations.shape[1:-1])
        return ops.sum(ops.multiply(activations[(slice(None), *middle)], chosen), -1)

    shape = (len(chosen), *size, channels)
    pictures = np.random.default_rng(seed).normal(0, 0.05, shape).astype("float32")
    for step in range(steps):
        pictures = ascent_step(pictures, score, rate, decay, smooth)
        if step < steps - 1:  # the last word is the unit's
            gray = pictures.mean(axis=-1, keepdims=True)
            pictures = pictures - fade * (pictures - gray)
    return pictures


def _smoothed(gradient: np.ndarray, power: float) -> np.ndarray:
    """Divides each wave by its frequency, in waves a pixel, to a power."""
    axes = tuple(range(1, gradient.ndim - 1))
    waves = [np.fft.fftfreq(gradient.shape[axis]) for axis in axes]
    frequency = np.sqrt(
        sum(np.square(each) for each in np.meshgrid(*waves, indexing="ij"))
    )
    frequency = np.maximum(frequency, 1 / max(gradient.shape[1:-1]))[None, ..., None]
    spectrum = np.fft.fftn(gradient, axes=axes) / frequency**power
    return np.fft.ifftn(spectrum, axes=axes).real
