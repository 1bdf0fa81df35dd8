"""What a convolution makes of a shape, and what it costs: in 1, 2 or 3 dimensions."""

from dataclasses import dataclass
from math import prod

from utils.core.validation import integer, one_of

PADDINGS = ("valid", "same", "causal")


@dataclass(frozen=True)
class Convolution:
    """A convolutional layer, counted.

    Attributes:
        output_shape: sizes along the axes, then the number of filters.
        parameters: weights and biases.
        operations: multiplications for one example; each is followed by an addition.
    """

    output_shape: tuple[int, ...]
    parameters: int
    operations: int


def convolution(
    input_shape: tuple[int, ...],
    filters: int,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
    groups: int = 1,
    use_bias: bool = True,
) -> Convolution:
    """Counts shape, parameters and multiplications of a convolution in Keras.

    Along each axis a kernel of size k with dilation d reaches over d·(k − 1) + 1
    values. Without padding it has (n − reach) // stride + 1 places, with padding
    ⌈n / stride⌉. A filter has a weight for each value of the kernel and each channel of
    its group, and each place of each filter multiplies all of them once. The places may
    lie on a line, in the plane or in space: the count is the same.

    Args:
        input_shape: one example without the batch: sizes along one, two or three axes,
            then channels, as `(14, 14, 3)`; each at least 1.
        filters: how many, at least 1, a multiple of `groups`.
        kernel_size, strides, dilation_rate: one number for all axes, or one an axis,
            each at least 1.
        padding: "valid" (none), "same", or, along one axis only, "causal".
        groups: parts that the channels are split into, each with filters of its own.
        use_bias: whether each filter has a bias.

    Returns:
        A `Convolution`.

    Raises:
        ValueError: if a number is out of range, the padding is unknown, `groups` does
            not divide, or the kernel does not fit into the input.

    Source: Dumoulin and Visin (2016), A guide to convolution arithmetic.
    """
    sizes, channels = _check_input(input_shape)
    axes = len(sizes)
    kernel = one_an_axis("kernel_size", kernel_size, axes)
    strides = one_an_axis("strides", strides, axes)
    dilation = one_an_axis("dilation_rate", dilation_rate, axes)
    _check_padding(padding, axes)
    _check_groups(filters, channels, groups)
    places = tuple(
        places_along(*each, padding)
        for each in zip(sizes, kernel, strides, dilation, strict=True)
    )
    weights = prod(kernel) * (channels // groups) * filters
    return Convolution(
        output_shape=(*places, filters),
        parameters=weights + filters * use_bias,
        operations=prod(places) * weights,
    )


def places_along(size: int, kernel: int, stride: int, dilation: int, padding: str):
    """Returns how many places a kernel has along one axis.

    Args:
        size: of the input along the axis.
        kernel, stride, dilation: of the layer along the axis.
        padding: "valid", "same" or "causal".

    Raises:
        ValueError: if the kernel does not fit into the input.
    """
    if padding != "valid":
        return -(-size // stride)
    reach = dilation * (kernel - 1) + 1
    if reach > size:
        raise ValueError(
            f"A kernel of size {kernel} with dilation {dilation} reaches over {reach} "
            f"values, but the input has {size} along this axis: take a smaller kernel, "
            'a larger input, or padding="same".'
        )
    return (size - reach) // stride + 1


def one_an_axis(name: str, value, axes: int) -> tuple[int, ...]:
    """Returns a setting as one integer an axis.

    Args:
        name: of the setting, for the message.
        value: an integer, or one an axis.
        axes: how many there are.

    Raises:
        ValueError: if there are more or fewer, or one is below 1.
    """
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(values) != axes or any(not _is_count(each) for each in values):
        raise ValueError(
            f"{name} was {value!r} for {axes} axes: give one whole number of at least "
            "1, or one an axis."
        )
    return values


def _check_input(shape) -> tuple[tuple[int, ...], int]:
    shape = tuple(shape)
    if not 2 <= len(shape) <= 4 or any(not _is_count(size) for size in shape):
        raise ValueError(
            f"input_shape was {shape}, but one example has one, two or three axes and "
            "then channels, each at least 1: (14, 1), (14, 14, 3) or (14, 14, 14, 1)."
        )
    return shape[:-1], shape[-1]


def _check_padding(padding: str, axes: int) -> None:
    allowed = PADDINGS if axes == 1 else PADDINGS[:2]
    one_of(padding, allowed, f"padding along {axes} axes")


def _check_groups(filters: int, channels: int, groups: int) -> None:
    integer(filters, "filters")
    integer(groups, "groups")
    if channels % groups or filters % groups:
        raise ValueError(
            f"{groups} groups do not divide {channels} channels and {filters} filters: "
            "each group must get as many of both."
        )


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
