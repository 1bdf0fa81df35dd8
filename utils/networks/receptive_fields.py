"""Which part of the input a unit sees, computed from the layers below it."""

from dataclasses import dataclass, field

import keras
from keras import layers

from utils.networks.convolution_arithmetic import one_an_axis
from utils.networks.features import CaffePreprocessing, layer_named

_WINDOWED = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
    layers.MaxPooling1D,
    layers.MaxPooling2D,
    layers.MaxPooling3D,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.AveragePooling3D,
)
_POINTWISE = (
    layers.InputLayer,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.ELU,
    layers.PReLU,
    layers.BatchNormalization,
    layers.Rescaling,
    layers.Normalization,
    layers.Dropout,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
    layers.SpatialDropout3D,
    layers.GaussianNoise,
    CaffePreprocessing,
)
_PADDING = (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D)
_CROPPING = (layers.Cropping1D, layers.Cropping2D, layers.Cropping3D)


@dataclass(frozen=True)
class Window:
    """One layer along one axis: which of its inputs each of its places sees.

    Attributes:
        kernel, stride, dilation: of the layer; place p sees `p·stride − before`,
            and from there every `dilation`-th value, `kernel` of them.
        before, after: how many values of padding stand around the input; negative
            where values are cut off.
        size: of the input; None where the model leaves it open.
    """

    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    size: int | None = None

    @property
    def reach(self) -> int:
        """From the first to the last value that a place sees."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def places(self) -> int | None:
        """How many there are; None where the size of the input is open."""
        if self.size is None:
            return None
        room = self.size + self.before + self.after - self.reach
        return room // self.stride + 1

    def inputs(self, places: set[int]) -> set[int]:
        """Returns which inputs these places see, without the padding."""
        seen = {
            place * self.stride - self.before + self.dilation * k
            for place in places
            for k in range(self.kernel)
        }
        return {i for i in seen if i >= 0 and (self.size is None or i < self.size)}


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of one layer see of the input, axis by axis.

    The unit at position p sees at most the values from `start + p·jump` to
    `start + p·jump + size − 1`; fewer at the border of the input, or where a stride or
    a dilation skips some.

    Attributes:
        size: from the first to the last value that a unit sees.
        jump: how far the fields of two neighbors lie apart.
        start: where the field of the first unit begins; negative with padding.
        windows: for each axis the layers, from the input up.
    """

    size: tuple[int, ...]
    jump: tuple[int, ...]
    start: tuple[int, ...]
    windows: tuple[tuple[Window, ...], ...] = field(repr=False)

    def seen(self, position: tuple[int, ...]) -> tuple[list[int], ...]:
        """Returns which inputs the unit at a position sees, a list of indices an axis.

        Args:
            position: of the unit in its layer, one index an axis, from 0.

        Raises:
            ValueError: if there is no such position.
        """
        if len(position) != len(self.windows) or any(p < 0 for p in position):
            raise ValueError(
                f"The position {tuple(position)} is none of this layer: give "
                f"{len(self.windows)} indices of at least 0."
            )
        indices = []
        for place, windows in zip(position, self.windows, strict=True):
            if windows and windows[-1].places and place >= windows[-1].places:
                raise ValueError(
                    f"There is no position {place}: the layer has "
                    f"{windows[-1].places} along this axis."
                )
            inputs = {int(place)}
            for window in reversed(windows):
                inputs = window.inputs(inputs)
            indices.append(sorted(inputs))
        return tuple(indices)

    def box(self, position: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """Returns where the field of the unit at a position begins and ends.

        Args:
            position: of the unit in its layer, one index an axis, from 0.

        Returns:
            `(begin, end)` for each axis, within the input, the end not included.

        Raises:
            ValueError: if there is no such position.
        """
        return tuple(
            (seen[0], seen[-1] + 1) if seen else (0, 0) for seen in self.seen(position)
        )


def receptive_field(
    model: keras.Model, layer: str, input_shape: tuple[int, ...] | None = None
) -> ReceptiveField:
    """Computes the receptive field of a layer from the layers up to it.

    A layer whose kernel reaches over r values, with stride s and b values of padding in
    front, makes of (size, jump, start) the field (size + (r − 1)·jump, s·jump,
    start − b·jump).

    Args:
        model: built, one layer after another, each with one input and one output.
        layer: name of the layer whose units are meant.
        input_shape: sizes of the input along its axes and channels. It is needed where
            the model leaves them open and a layer pads to "same" with a stride, for
            then the padding depends on the size.

    Returns:
        A `ReceptiveField`.

    Raises:
        ValueError: if there is no such layer, one on the way is not local (such as
            `Flatten`) or of an unknown kind, layers branch, or a size is needed.

    Source: Araujo, Norris and Sim (2019), Computing receptive fields of convolutional
    neural networks.
    """
    chain = _chain_to(model, layer)
    sizes = input_sizes(model, input_shape)
    steps = []
    for each in chain:
        if not isinstance(each, _POINTWISE):
            steps.append(_windows(each, sizes))
            sizes = [window.places for window in steps[-1]]
    axes = range(len(sizes))
    windows = tuple(tuple(step[axis] for step in steps) for axis in axes)
    grown = [_grow(along) for along in windows]
    return ReceptiveField(*zip(*grown, strict=True), windows)


def input_sizes(model: keras.Model, given: tuple[int, ...] | None) -> tuple:
    """Returns the sizes of a model's input along its axes, without the channels.

    Args:
        model: built, of one input.
        given: shape of one input, where the model leaves sizes open; None for those.

    Raises:
        ValueError: if the model takes no input of that shape.
    """
    wanted = model.input_shape[1:]
    shape = wanted if given is None else tuple(given)
    if len(shape) != len(wanted) or any(
        want not in (None, have) for want, have in zip(wanted, shape, strict=True)
    ):
        raise ValueError(
            f"The input has shape {shape}, but {model.name!r} takes {wanted}: crop or "
            "resize it, or build the network with keras.Input((None, None, channels))."
        )
    return shape[:-1]


def _grow(windows: tuple[Window, ...]) -> tuple[int, int, int]:
    """The recursion along one axis: size, jump and start."""
    size, jump, start = 1, 1, 0
    for window in windows:
        size += (window.reach - 1) * jump
        start -= window.before * jump
        jump *= window.stride
    return size, jump, start


def _chain_to(model: keras.Model, name: str) -> list[keras.Layer]:
    """Returns the layers from the input up to the one with this name."""
    layer, chain = layer_named(model, name), []
    while True:
        chain.insert(0, layer)
        below = layer.input
        tensors = below if isinstance(below, list | tuple) else [below]
        if len(tensors) != 1:
            raise ValueError(
                f"The layer {layer.name!r} has {len(tensors)} inputs: a receptive "
                "field is computed along one layer after another, without branches."
            )
        below = tensors[0]._keras_history.operation
        if below is layer or isinstance(below, layers.InputLayer):
            return chain
        layer = below


def _windows(layer, sizes) -> list[Window]:
    """Returns what a layer does along each axis to an input of these sizes."""
    if isinstance(layer, _PADDING + _CROPPING):
        # One pair of numbers an axis; along one axis Keras keeps the pair alone.
        edges = layer.padding if isinstance(layer, _PADDING) else layer.cropping
        sign = 1 if isinstance(layer, _PADDING) else -1
        edges = [edges] if len(sizes) == 1 else edges
        return [
            Window(before=sign * edge[0], after=sign * edge[1], size=size)
            for edge, size in zip(edges, sizes, strict=True)
        ]
    if not isinstance(layer, _WINDOWED):
        raise ValueError(
            f"The layer {layer.name!r} ({type(layer).__name__}) stands on the way: "
            "receptive fields are computed through convolutions, pooling, padding, "
            "cropping and layers that act on each value alone."
        )
    kernel = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", 1)
    settings = (
        one_an_axis("a setting", each, len(sizes))
        for each in (kernel, layer.strides, dilation)
    )
    return [_padded(layer, *each) for each in zip(sizes, *settings, strict=True)]


def _padded(layer, size, kernel, stride, dilation) -> Window:
    """Returns the window of a layer along one axis, with the padding it asks for."""
    missing = dilation * (kernel - 1)
    if layer.padding == "valid":
        missing = 0
    elif layer.padding == "same" and stride > 1 and size is None:
        raise ValueError(
            f"The layer {layer.name!r} pads with a stride, and the model leaves the "
            "size of its input open: give input_shape as well."
        )
    elif layer.padding == "same" and size is not None:
        last = (-(-size // stride) - 1) * stride
        missing = max(last + missing + 1 - size, 0)
    before = missing if layer.padding == "causal" else missing // 2
    return Window(kernel, stride, dilation, before, missing - before, size)
