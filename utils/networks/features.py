"""Feature networks: pictures in [-1, 1] in, named activations out.

Style is read off the activations of some network. Which one is a choice: random filters
at several levels, VGG19, or a network of the learner's own. Each does its own
preprocessing, so that all of them take the same pictures.
"""

import os
import warnings
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from utils.core.validation import built_model, channels_last, integer, one_of
from utils.networks.random_filters import random_waves

VGG19_LAYERS = (
    "block1_conv1",
    "block2_conv1",
    "block3_conv1",
    "block4_conv1",
    "block4_conv2",
    "block5_conv1",
)


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class ReflectionPadding2D(layers.Layer):
    """Continues a picture `(n, h, w, c)` over each edge by its mirror image.

    Zeros around a picture would be an edge that no painter has drawn.

    Args:
        size: pixels on each side; the picture must be larger.
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, pictures):
        for axis in (1, 2):
            pictures = self._pad(pictures, axis)
        return pictures

    def compute_output_shape(self, input_shape):
        n, height, width, channels = input_shape
        more = 2 * self.size
        sides = [side + more if side else None for side in (height, width)]
        return (n, *sides, channels)

    def get_config(self):
        return {**super().get_config(), "size": self.size}

    def _pad(self, pictures, axis):
        def cut(start, stop):
            index = [slice(None)] * 4
            index[axis] = slice(start, stop)
            return pictures[tuple(index)]

        before = ops.flip(cut(1, self.size + 1), axis)
        after = ops.flip(cut(-self.size - 1, -1), axis)
        return ops.concatenate([before, pictures, after], axis)


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class CaffePreprocessing(layers.Layer):
    """Turns pictures in [-1, 1] into what VGG19 was trained on.

    Pixels from 0 to 255, blue first, minus the mean color of ImageNet: the same as
    `keras.applications.vgg19.preprocess_input` of pixels in [0, 255].
    """

    MEAN = (103.939, 116.779, 123.68)  # blue, green, red

    def call(self, pictures):
        mean = ops.convert_to_tensor(self.MEAN, dtype=self.compute_dtype)
        return ops.flip((pictures + 1.0) * 127.5, -1) - mean

    def compute_output_shape(self, input_shape):
        return input_shape


def random_filter_pyramid(filters=64, size=9, levels=4, seed=0, channels=3):
    """Builds a feature network without download and without training.

    A `filter_pyramid` of `random_waves`.

    Args:
        filters: per level, 1 or more.
        size: of a filter in pixels, odd, at least 3.
        levels: 1 to 6.
        seed: int, for the filters.
        channels: of the pictures, 1 or 3.

    Returns:
        As `filter_pyramid`.

    Raises:
        ValueError: if an argument is out of range.

    Source: Ustyuzhaninov, Brendel, Gatys and Bethge (2016), "Texture synthesis using
    shallow convolutional networks with random filters".
    """
    _check_pyramid(filters, size, levels)
    weights = random_waves(filters, size, channels, seed)
    return filter_pyramid(weights, levels, "random_filter_pyramid")


def filter_pyramid(filters, levels=4, name="filter_pyramid"):
    """Builds a feature network of given filters, the same at every level.

    "level_1" is the picture, convolved and rectified; "level_2" is half of it, and so
    on. It is halved by overlapping averages of weights 1, 3, 3, 1, which leave no
    blocks. The colors of the picture themselves, in [0, 1], are the last channels.

    Args:
        filters: `(size, size, channels, count)`, the size odd.
        levels: 1 to 6.
        name: of the network.

    Returns:
        A `keras.Model` from pictures `(n, height, width, channels)` in [-1, 1] to
        `{name: activations (n, height', width', count + channels)}`.

    Raises:
        ValueError: for filters of another shape, or too many levels.
    """
    if np.ndim(filters) != 4:
        raise ValueError(
            f"The filters have shape {np.shape(filters)}, but must be "
            "(size, size, channels, count), such as those of random_waves."
        )
    size, _, channels, count = filters.shape
    _check_pyramid(count, size, levels)
    picture = inputs = keras.Input((None, None, channels), name="picture")
    outputs = {}
    for level in range(1, levels + 1):
        if level > 1:
            picture = _half(picture)
        padded = ReflectionPadding2D(size // 2, name=f"padded_{level}")(picture)
        layer = layers.Conv2D(
            count, size, use_bias=False, activation="relu", name=f"filters_{level}"
        )
        fires = layer(padded)
        layer.set_weights([filters])
        # The filters are blind to an even color, so the colors go along.
        colors = layers.Rescaling(0.5, 0.5, name=f"colors_{level}")(picture)
        outputs[f"level_{level}"] = layers.Concatenate(name=f"level_{level}")(
            [fires, colors]
        )
    return keras.Model(inputs, outputs, name=name)


def _half(picture):
    """Averages neighbors by 1, 3, 3, 1 in both directions, and takes every second."""
    picture = ReflectionPadding2D(1)(picture)
    for _ in range(2):
        picture = layers.AveragePooling2D(2, strides=1)(picture)
    return layers.AveragePooling2D(2)(picture)


def _check_pyramid(filters, size, levels):
    channels_last("A filter pyramid")
    integer(filters, "filters")
    integer(levels, "levels", most=6)
    if integer(size, "size", least=3) % 2 == 0:
        raise ValueError(f"size was {size}, but must be odd: 3, 5, 7 or 9.")


def layer_named(model: keras.Model, name: str) -> keras.Layer:
    """Returns the layer of that name.

    Args:
        model: built, with layers of its own: not a `TripletModel`, but its `embedding`.
        name: of the layer; not the layer itself.

    Raises:
        ValueError: if the model is none or not built, or has no such layer.
    """
    built_model(model, "network")
    nested = [
        each.name
        for each in model.layers
        if isinstance(each, keras.Model) and name in [own.name for own in each.layers]
    ]
    fix = ""
    if isinstance(name, keras.Layer):
        fix = f"Give its name: {name.name!r}."
    elif nested:
        fix = (
            f"{nested[0]!r} has one: give that network, model.get_layer({nested[0]!r})."
        )
    one_of(name, [each.name for each in model.layers], f"layer of {model.name!r}", fix)
    return model.get_layer(name)


def unit_indices(model: keras.Model, layer: str, units) -> list[int]:
    """Returns the indices of units of a layer, checked.

    Args:
        model: built.
        layer: name of one of its layers.
        units: indices of the layer's channels, one or more, in any order.

    Raises:
        ValueError: if there is no such layer, or `units` is no sequence of its units.
    """
    count = layer_named(model, layer).output.shape[-1]
    whole = np.ndim(units) == 1 and len(units) > 0
    if whole and all(isinstance(u, int | np.integer) and 0 <= u < count for u in units):
        return [int(unit) for unit in units]
    raise ValueError(
        f"The layer {layer!r} has units 0 to {count - 1}, not {units!r}: give a list "
        "of these, such as [0]."
    )


def layer_features(model, names, preprocessing=None):
    """Builds a feature network of any network's layers.

    Args:
        model: built `keras.Sequential` or functional `keras.Model` of one input.
        names: of the layers to read, one or more.
        preprocessing: `keras.layers.Layer` that turns pictures in [-1, 1] into what the
            model takes, or None where it takes them as they are.

    Returns:
        A `keras.Model` from pictures to `{name: activations}`; it shares the layers of
        the model, which it does not change.

    Raises:
        ValueError: for a model without one input, or an unknown layer (it names the
            nearest).
    """
    names = [names] if isinstance(names, str) else list(names)
    outputs = {name: layer_named(model, name).output for name in names}
    if not names or len(model.inputs) != 1:
        raise ValueError(
            "A feature network needs at least one layer name and a model with one "
            f"input; got {len(names)} names, and {len(model.inputs)} inputs of "
            f"{model.name!r}."
        )
    inner = keras.Model(model.inputs[0], outputs)
    if preprocessing is None:
        return inner
    inputs = keras.Input(model.input_shape[1:], name="picture")
    return keras.Model(inputs, inner(preprocessing(inputs)))


def vgg19_features(names=VGG19_LAYERS, weights="imagenet"):
    """Builds the network that style transfer was invented with.

    Its weights, 80 MB, come from Keras' server into Keras' own cache. Where they cannot
    be had, a warning says so in one sentence, and the random pyramid takes its place.

    Args:
        names: of its layers, such as "block1_conv1" to "block5_conv4".
        weights: "imagenet", or None for random ones.

    Returns:
        A `keras.Model` from pictures `(n, height, width, 3)` in [-1, 1] to
        `{name: activations}`.

    Raises:
        ValueError: for an unknown layer.

    Source: Simonyan and Zisserman (2015); Gatys, Ecker and Bethge (2015).
    """
    channels_last("VGG19")
    picture = keras.Input((None, None, 3), name="picture")
    try:
        model = keras.applications.VGG19(
            include_top=False,
            weights=weights,
            input_tensor=CaffePreprocessing(name="preprocessing")(picture),
        )
    except Exception as error:  # whatever a download may end in
        warnings.warn(
            "VGG19's weights are not in Keras' cache and cannot be downloaded "
            f"({type(error).__name__}): the random filter pyramid takes its place.",
            RuntimeWarning,
            stacklevel=2,
        )
        return random_filter_pyramid()
    return layer_features(model, names)


def vgg19_is_cached():
    """Whether `vgg19_features` would find its weights in Keras' own cache."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    name = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
    return (Path(home) / "models" / name).exists()
