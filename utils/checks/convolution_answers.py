"""Facts about shapes, parameters and receptive fields, and what learners get."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from utils.checks.engine.answers import Answer, read_array, read_number
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.networks.convolution_arithmetic import convolution

# One case for what each of the wrong answers below gets wrong.
_SETTINGS = (
    ((14, 14, 3), 16, 5, 1, "valid"),
    ((14, 1), 16, 5, 1, "valid"),
    ((14, 14, 14, 1), 16, 5, 1, "valid"),
    ((20, 13, 2), 7, 3, 2, "valid"),
    ((11, 3), 4, 4, 3, "valid"),
    ((9, 10, 3), 5, 3, 1, "same"),
    ((10, 7, 6, 2), 3, 2, 2, "same"),
    ((16, 16, 4), 6, 1, 1, "valid"),
)
_STEPS = (
    ([(3, 1)], "one convolution of 3 sees 3 pixels."),
    ([(3, 1), (3, 1), (3, 1)], "each further 3 adds 2 pixels."),
    ([(7, 2), (2, 2), (5, 1), (2, 2), (3, 1)], "this is the network of the lesson."),
    ([(2, 2), (2, 2), (2, 2)], "each layer doubles size and jump."),
    ([(1, 3), (4, 1)], "a kernel of 1 adds nothing, but its stride counts."),
    ([], "without layers a unit is a pixel: size 1, jump 1."),
)


@dataclass(frozen=True)
class Wrong:
    """What a learner may compute instead of the right thing.

    Attributes:
        formula: function of the same arguments.
        message: what the mistake is and what to try, after "`function` ".
    """

    formula: Callable
    message: str


def check_count(answer: Answer) -> None:
    """Raises a Mistake unless shape and parameters are those of the layer."""
    for setting in _SETTINGS:
        exact = convolution(*setting)
        shape, parameters = _read_count(answer(*setting), answer.name)
        given = (
            f"{setting[1]} kernels of size {setting[2]} with stride {setting[3]} and "
            f"padding {setting[4]!r} on {setting[0]}"
        )
        if shape != exact.output_shape:
            _tell(answer, WRONG_SHAPES, shape, setting)
            raise Mistake(
                f"`{answer.name}` returns the shape {_short(shape)} for {given}, but "
                f"{exact.output_shape} is right: count the places of the kernel along "
                "each axis on paper."
            )
        if parameters != exact.parameters:
            _tell(answer, WRONG_PARAMETERS, parameters, setting)
            raise Mistake(
                f"`{answer.name}` returns {parameters:g} parameters for {given}, but "
                f"{exact.parameters} is right: a kernel has a weight for each of its "
                "values and each channel, and one bias."
            )


def check_field(answer: Answer) -> None:
    """Raises a Mistake unless size and jump follow the recursion."""
    for steps, shows in _STEPS:
        exact = _field(steps)
        size, jump = _read_field(answer(list(steps)), answer.name)
        if (size, jump) == exact:
            continue
        for wrong in WRONG_FIELDS:
            if (size, jump) == wrong.formula(steps):
                raise Mistake(f"`{answer.name}` {wrong.message}")
        raise Mistake(
            f"`{answer.name}` returns size {size:g} and jump {jump:g} for {steps}, but "
            f"{exact[0]} and {exact[1]} are right: {shows}"
        )


def _tell(answer: Answer, wrongs, value, setting) -> None:
    for wrong in wrongs:
        if value == wrong.formula(*setting):
            raise Mistake(f"`{answer.name}` {wrong.message}")


def _read_count(value, name: str) -> tuple[tuple[float, ...], float]:
    """Returns what was returned as a shape and a number."""
    if value is None:
        read_array(value, name)
    try:
        shape, parameters = value
        iter(shape)
    except (TypeError, ValueError) as error:
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return two things, the "
            "shape and the number of parameters: end with `return (*places, filters), "
            "parameters`."
        ) from error
    sizes = tuple(read_number(size, f"{name} (shape)") for size in shape)
    return sizes, read_number(parameters, f"{name} (parameters)")


def _read_field(value, name: str) -> tuple[float, float]:
    if value is None:
        read_array(value, name)
    try:
        size, jump = value
    except (TypeError, ValueError) as error:
        raise Mistake(
            f"`{name}` returns {describe(value)}, but must return two numbers: end "
            "with `return size, jump`."
        ) from error
    return read_number(size, f"{name} (size)"), read_number(jump, f"{name} (jump)")


def _short(shape) -> str:
    return str(tuple(float(np.round(size, 3)) for size in shape)).replace(".0", "")


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


WRONG_SHAPES = (
    Wrong(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
        ),
        "leaves out the channels: the output has one channel for each kernel, so the "
        "shape ends with `filters`.",
    ),
    Wrong(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
            shape[-1],
        ),
        "keeps the channels of the input: the output has one channel for each kernel, "
        "`filters`.",
    ),
    Wrong(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
            shape[-1] * filters,
        ),
        "multiplies the channels by the kernels: a kernel covers all channels at once "
        "and makes one output channel.",
    ),
    Wrong(
        lambda shape, filters, kernel, stride, padding: (
            *(_right_places(n, kernel, stride, padding) for n in shape),
            filters,
        ),
        "slides the kernel along the channels too: the last number of `input_shape` is "
        "no axis, a kernel covers all channels at once.",
    ),
    Wrong(
        lambda shape, filters, kernel, stride, padding: (
            filters,
            *(_right_places(n, kernel, stride, padding) for n in shape[:-1]),
        ),
        "puts the channels first: here they come last, after the sizes.",
    ),
    Wrong(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) // s),
        "is one place short: with n − k = 0 the kernel still has one place, so it is "
        "(n − k) // stride + 1.",
    ),
    Wrong(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) / s + 1),
        "does not round: a place where only a part of the kernel fits does not count, "
        "so divide with `//`.",
    ),
    Wrong(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else -(-(n - k) // s) + 1),
        'rounds up where padding is "valid": a place where only a part of the kernel '
        "fits does not count, so round down with `//`.",
    ),
    Wrong(
        _places(lambda n, k, s, p: -(-n // s) if p == "same" else n - k + 1),
        "forgets the stride: (n − k) // stride + 1.",
    ),
    Wrong(
        _places(lambda n, k, s, p: n if p == "same" else (n - k) // s + 1),
        'forgets the stride where padding is "same": ⌈n / stride⌉ places.',
    ),
    Wrong(
        _places(lambda n, k, s, p: n // s if p == "same" else (n - k) // s + 1),
        'rounds down where padding is "same": there are ⌈n / stride⌉ places, '
        "`-(-n // stride)`.",
    ),
    Wrong(
        _places(lambda n, k, s, p: (n + 2 * (k // 2) * (p == "same") - k) // s + 1),
        'pads ⌊kernel/2⌋ zeros at each end where padding is "same", which is too many '
        "for an even kernel: there are ⌈n / stride⌉ places, `-(-n // stride)`.",
    ),
    Wrong(
        _places(lambda n, k, s, p: (n - k) // s + 1),
        'ignores the padding: with "same" there are ⌈n / stride⌉ places.',
    ),
)
WRONG_PARAMETERS = (
    Wrong(
        _parameters(lambda k, axes, c, f: k**axes * c * f),
        "leaves out the biases: each kernel has one more parameter.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: (k**axes + 1) * f),
        "leaves out the channels: a kernel has weights for each channel of the input.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: (k**2 * c + 1) * f),
        "takes kernel² whatever the number of axes: it is kernel to the power of how "
        "many axes there are.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: (k * c + 1) * f),
        "takes the kernel's size along one axis only: it is kernel to the power of how "
        "many axes there are.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: (k * axes * c + 1) * f),
        "multiplies the kernel's size by the number of axes: it is kernel *to the "
        "power of* how many axes there are.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: k**axes * c * f + 1),
        "has one bias for the whole layer: each kernel has its own.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: (k**axes + 1) * c * f),
        "has a bias for each channel of each kernel: a kernel adds up over all "
        "channels first, and has one bias.",
    ),
    Wrong(
        _parameters(lambda k, axes, c, f: k**axes * c + 1),
        "counts one kernel: there are `filters` of them.",
    ),
    Wrong(
        lambda shape, filters, *rest: (
            convolution(shape, filters, *rest).parameters
            * prod(convolution(shape, filters, *rest).output_shape[:-1])
        ),
        "counts the weights again at each place: the same weights slide over all "
        "places.",
    ),
)


def _field(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        size, jump = size + (kernel - 1) * jump, jump * stride
    return size, jump


def _jump(steps):
    return prod(stride for _, stride in steps)


def _own_stride_first(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        jump *= stride
        size += (kernel - 1) * jump
    return size, jump


def _kernel_times_jump(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        size, jump = size + kernel * jump, jump * stride
    return size, jump


WRONG_FIELDS = (
    Wrong(
        lambda steps: _field(steps)[::-1],
        "returns the jump before the size: return size, then jump.",
    ),
    Wrong(
        lambda steps: (1 + sum(kernel - 1 for kernel, _ in steps), _jump(steps)),
        "forgets the jump in the size: after a stride, each further neighbor lies "
        "`jump` pixels on, so a layer adds (kernel − 1)·jump.",
    ),
    Wrong(
        _own_stride_first,
        "uses a layer's own stride for its own kernel: a kernel reaches over the "
        "outputs of the layers below, so add to the size first, then update the jump.",
    ),
    Wrong(
        lambda steps: _field(steps[::-1]),
        "walks from the top down: the steps are given from the input up.",
    ),
    Wrong(
        _kernel_times_jump,
        "adds kernel·jump: the first of the kernel's neighbors is seen already, so a "
        "layer adds (kernel − 1)·jump.",
    ),
    Wrong(
        lambda steps: (_field(steps)[0] - 1, _field(steps)[1]),
        "starts with size 0: a unit without layers below it is one pixel.",
    ),
    Wrong(
        lambda steps: (sum(kernel for kernel, _ in steps), _jump(steps)),
        "adds the kernels up: neighbors overlap, so a layer adds (kernel − 1)·jump.",
    ),
    Wrong(
        lambda steps: (prod(kernel for kernel, _ in steps), _jump(steps)),
        "multiplies the kernels: neighbors overlap, so a layer adds (kernel − 1)·jump.",
    ),
    Wrong(
        lambda steps: (_field(steps)[0], steps[-1][1] if steps else 1),
        "returns the stride of the last layer as the jump: strides multiply.",
    ),
    Wrong(
        lambda steps: (_field(steps)[0], sum(stride for _, stride in steps)),
        "adds the strides up: they multiply.",
    ),
)
