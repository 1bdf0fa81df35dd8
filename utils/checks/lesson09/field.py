"""Exercise 9.2: how many pixels a unit sees, and how far its neighbor lies."""

from math import prod

from utils.checks.engine import Case, Check, Wrong


def _field(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        size, jump = size + (kernel - 1) * jump, jump * stride
    return size, jump


def _jump(steps):
    return prod(stride for _, stride in steps)


def _walked(rule):
    """Another rule for size and jump, of both and a layer's kernel and stride."""

    def wrong(steps):
        size, jump = 1, 1
        for kernel, stride in steps:
            size, jump = rule(size, jump, kernel, stride)
        return size, jump

    return wrong


_OTHER_RULES = (
    (
        lambda size, jump, k, s: (size + (k - 1) * jump * s, jump * s),
        "uses a layer's own stride for its own kernel: a kernel reaches over the "
        "outputs of the layers below, so add to the size first, then update the jump.",
    ),
    (
        lambda size, jump, k, s: (size + k * jump, jump * s),
        "adds kernel·jump: the first of the kernel's neighbors is seen already, so a "
        "layer adds (kernel − 1)·jump.",
    ),
    (
        lambda size, jump, k, s: (size + (k - 1) * s, jump * s),
        "adds (kernel − 1)·stride: the jump is what the strides below multiply to.",
    ),
    (
        lambda size, jump, k, s: (size + (k - 1) * jump, jump + s),
        "adds the strides to the jump: they multiply.",
    ),
    (
        lambda size, jump, k, s: (size + (s - 1) * jump, jump * k),
        "takes the stride for the kernel: a step is (kernel, stride).",
    ),
    (
        lambda size, jump, k, s: (size + 2 * (k - 1) * jump, jump * s),
        "counts both sides of a kernel: it has kernel − 1 gaps in all.",
    ),
    (
        lambda size, jump, k, s: (max(size, 1 + (k - 1) * jump), jump * s),
        "keeps the widest layer: each adds to the size.",
    ),
)


field = Check(
    "9.2",
    "the receptive field",
    "field(steps) -> size, jump",
    exact=_field,
    cases=(
        Case([(3, 1)], shows="one convolution of 3 sees 3 pixels."),
        Case([(3, 1), (3, 1), (3, 1)], shows="each further 3 adds 2 pixels."),
        Case(
            [(7, 2), (2, 2), (5, 1), (2, 2), (3, 1)],
            shows="this is the network of the lesson.",
        ),
        Case([(2, 2), (2, 2), (2, 2)], shows="each layer doubles size and jump."),
        Case(
            [(1, 3), (4, 1)], shows="a kernel of 1 adds nothing, but its stride counts."
        ),
        Case([], shows="without layers a unit is a pixel: size 1, jump 1."),
    ),
    mistakes=(
        Wrong(
            lambda steps: (1 + sum(kernel - 1 for kernel, _ in steps), _jump(steps)),
            "forgets the jump in the size: after a stride, each further neighbor lies "
            "`jump` pixels on, so a layer adds (kernel − 1)·jump.",
        ),
        *(Wrong(_walked(rule), message) for rule, message in _OTHER_RULES),
        Wrong(
            lambda steps: _field(steps[::-1]),
            "walks from the top down: the steps are given from the input up.",
        ),
        Wrong(
            lambda steps: (_field(steps)[0] - 1, _field(steps)[1]),
            "starts with size 0: a unit without layers below it is one pixel.",
        ),
        Wrong(
            lambda steps: (sum(kernel for kernel, _ in steps), _jump(steps)),
            "adds the kernels up: neighbors overlap, so a layer adds (kernel − "
            "1)·jump.",
        ),
        Wrong(
            lambda steps: (prod(kernel for kernel, _ in steps), _jump(steps)),
            "multiplies the kernels: neighbors overlap, so a layer adds (kernel − "
            "1)·jump.",
        ),
        Wrong(
            lambda steps: (_field(steps)[0], steps[-1][1] if steps else 1),
            "returns the stride of the last layer as the jump: strides multiply.",
        ),
        Wrong(
            lambda steps: (_field(steps)[0], 0),
            "starts with jump 0, and products stay 0: without layers it is 1.",
        ),
        Wrong(
            lambda steps: (_field(steps)[0], sum(stride for _, stride in steps)),
            "adds the strides up: they multiply.",
        ),
    ),
)
