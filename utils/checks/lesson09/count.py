"""Exercise 9.1: the shape of a convolution's output, and its parameters."""

from functools import partial
from math import prod

from utils.checks.engine import Case, Check, Wrong
from utils.networks.convolution_arithmetic import convolution

_of_shape = partial(Wrong, part="shape")
_of_parameters = partial(Wrong, part="parameters")


def _exact(*setting):
    layer = convolution(*setting)
    return layer.output_shape, layer.parameters


def _places(formula):
    """A wrong shape from a formula for the places along one axis."""

    def shape(input_shape, filters, kernel, stride, padding):
        places = (formula(n, kernel, stride, padding) for n in input_shape[:-1])
        return (*places, filters)

    return shape


def _right_places(n, kernel, stride, padding):
    return -(-n // stride) if padding == "same" else (n - kernel) // stride + 1


def _parameters(formula):
    """Wrong parameters from kernel size, number of axes, channels and filters."""

    def parameters(input_shape, filters, kernel, stride, padding):
        return formula(kernel, len(input_shape) - 1, input_shape[-1], filters)

    return parameters


_SHAPES = (
    _of_shape(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
        ),
        "leaves out the channels: the output has one channel for each kernel, so the "
        "shape ends with `filters`.",
    ),
    _of_shape(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
            shape[-1],
        ),
        "keeps the channels of the input: the output has one channel for each kernel, "
        "`filters`.",
    ),
    _of_shape(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
            shape[-1] * filters,
        ),
        "multiplies the channels by the kernels: a kernel covers all channels at once "
        "and makes one output channel.",
    ),
    _of_shape(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape),
            filters,
        ),
        "slides the kernel along the channels too: the last number of `input_shape` is "
        "no axis, a kernel covers all channels at once.",
    ),
    _of_shape(
        lambda shape, filters, kernel, stride, padding: (
            filters,
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
        ),
        "puts the channels first: here they come last, after the sizes.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) // s),
        "is one place short: with n − k = 0 the kernel still has one place, so it is "
        "(n − k) // stride + 1.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) / s + 1),
        "does not round: a place where only a part of the kernel fits does not count, "
        "so divide with `//`.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else -(-(n - k) // s) + 1),
        'rounds up where padding is "valid": a place where only a part of the kernel '
        "fits does not count, so round down with `//`.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else n - k + 1),
        "forgets the stride: (n − k) // stride + 1.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: n if p == "same" else (n - k) // s + 1),
        'forgets the stride where padding is "same": ⌈n / stride⌉ places.',
    ),
    _of_shape(
        _places(lambda n, k, s, p: n // s if p == "same" else (n - k) // s + 1),
        'rounds down where padding is "same": there are ⌈n / stride⌉ places, '
        "`-(-n // stride)`.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: (n + 2 * (k // 2) * (p == "same") - k) // s + 1),
        'pads ⌊kernel/2⌋ zeros at each end where padding is "same", which is too many '
        "for an even kernel: there are ⌈n / stride⌉ places, `-(-n // stride)`.",
    ),
    _of_shape(
        _places(lambda n, k, s, p: (n - k) // s + 1),
        'ignores the padding: with "same" there are ⌈n / stride⌉ places.',
    ),
)
_PARAMETERS = (
    _of_parameters(
        _parameters(lambda k, axes, c, f: k**axes * c * f),
        "leaves out the biases: each kernel has one more parameter.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k**axes + 1) * f),
        "leaves out the channels: a kernel has weights for each channel of the input.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k ** (axes + 1) + 1) * f),
        "takes the channels for one more axis: kernel to the power of the axes, times "
        "the channels.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k**2 * c + 1) * f),
        "takes kernel² whatever the number of axes: it is kernel to the power of how "
        "many axes there are.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k * c + 1) * f),
        "takes the kernel's size along one axis only: it is kernel to the power of how "
        "many axes there are.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k * axes * c + 1) * f),
        "multiplies the kernel's size by the number of axes: it is kernel *to the "
        "power of* how many axes there are.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: k**axes * c * f + 1),
        "has one bias for the whole layer: each kernel has its own.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: (k**axes + 1) * c * f),
        "has a bias for each channel of each kernel: a kernel adds up over all "
        "channels first, and has one bias.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: k**axes * c * f + c),
        "has a bias for each channel of the input: each kernel has one.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: k ** (axes + 1) * c * f + f),
        "counts the channels among the axes: it is kernel to the power of how many "
        "axes there are, without them.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: k**axes * (c + 1) * f),
        "has a bias for each weight of a kernel's first channel: each kernel has one.",
    ),
    _of_parameters(
        lambda shape, filters, *rest: prod(shape) * filters + filters,
        "counts a weight for each pixel, as a dense layer has: a kernel is small, and "
        "the same at all places.",
    ),
    _of_parameters(
        lambda shape, filters, kernel, stride, padding: (
            (kernel ** (len(shape) - 1) * shape[-1] // stride + 1) * filters
        ),
        "divides the weights by the stride: it says where the kernel is laid, not how "
        "many weights it has.",
    ),
    _of_parameters(
        _parameters(lambda k, axes, c, f: k**axes * c + 1),
        "counts one kernel: there are `filters` of them.",
    ),
    _of_parameters(
        lambda shape, filters, *rest: (
            convolution(shape, filters, *rest).parameters
            * prod(convolution(shape, filters, *rest).output_shape[:-1])
        ),
        "counts the weights again at each place: the same weights slide over all "
        "places.",
    ),
)


count = Check(
    "9.1",
    "shape and parameters",
    "count(input_shape, filters, kernel, stride, padding) -> shape, parameters",
    exact=_exact,
    cases=(
        Case(
            (14, 14, 3), 16, 5, 1, "valid", shows="count the kernel's places on paper."
        ),
        Case((14, 1), 16, 5, 1, "valid", shows="along one axis a kernel is a row."),
        Case((14, 14, 14, 1), 16, 5, 1, "valid", shows="there are three axes here."),
        Case((20, 13, 2), 7, 3, 2, "valid", shows="axes may differ in size."),
        Case((11, 3), 4, 4, 3, "valid", shows="a part of a kernel is no place."),
        Case((9, 10, 3), 5, 3, 1, "same", shows="the picture is padded here."),
        Case((10, 7, 6, 2), 3, 2, 2, "same", shows="padding and a stride together."),
        Case((16, 16, 4), 6, 1, 1, "valid", shows="a kernel of size 1 sees one place."),
        Case((5, 5, 1), 1, 5, 3, "valid", shows="the kernel fits just once."),
    ),
    mistakes=(*_SHAPES, *_PARAMETERS),
)
