"""Exercise 6.5: how many samples a stack of dilated causal convolutions sees."""

from math import prod

from utils.checks.engine import Case, Check, Wrong
from utils.networks import causal

samples_seen = Check(
    "6.5",
    "the receptive field",
    "samples_seen(dilations, kernel)",
    exact=causal.samples_seen,
    cases=(
        Case([1, 2, 4, 8], 2, shows="each layer adds its dilation here: 1+1+2+4+8."),
        Case([1, 1, 1], 3, shows="a kernel of 3 reaches over two gaps."),
        Case([1, 3, 9], 3, shows="here kernel and dilation both matter."),
        Case([1, 2, 4, 1, 2, 4], 2, shows="a second block adds as much as the first."),
        Case([5, 1, 1, 2], 4, shows="dilations may come in any order, and twice."),
    ),
    mistakes=(
        Wrong(
            lambda dilations, kernel: prod(dilations),
            "multiplies the dilations: each layer adds its reach to the others.",
        ),
        Wrong(
            lambda dilations, kernel: sum((kernel - 1) * d for d in dilations),
            "forgets the 1 at the start: without any layer one sample is seen.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + sum(kernel * d for d in dilations),
            "adds kernel·d: a kernel of k places has k − 1 gaps.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + (kernel - 1) * max(dilations),
            "looks at the largest dilation alone: all layers add up.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + sum(dilations),
            "leaves out the kernel: it reaches over (kernel − 1) gaps of d.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + (kernel - 1) * len(dilations),
            "leaves out the dilations: a gap is d samples wide.",
        ),
        Wrong(
            lambda dilations, kernel: kernel ** len(dilations),
            "is right only for dilations that grow by the kernel: add up "
            "(kernel − 1)·d.",
        ),
        Wrong(
            lambda dilations, kernel: 2 + sum((kernel - 1) * d for d in dilations),
            "counts one sample too many: start from 1.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + sum((kernel + 1) * d for d in dilations),
            "adds (kernel + 1)·d: a kernel of k places has k − 1 gaps.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + (kernel - 1) ** 2 * sum(dilations),
            "squares the gaps of a kernel: it has k − 1 of them.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + (kernel - 1) * prod(dilations),
            "multiplies the dilations: each layer adds its reach to the others.",
        ),
        Wrong(
            lambda dilations, kernel: prod(1 + (kernel - 1) * d for d in dilations),
            "multiplies what the layers see: each adds its gaps, `+=`.",
        ),
        Wrong(
            lambda dilations, kernel: sum(1 + (kernel - 1) * d for d in dilations),
            "counts the 1 in every layer: it stands once, at the start.",
        ),
        Wrong(
            lambda dilations, kernel: kernel + sum((kernel - 1) * d for d in dilations),
            "starts from a kernel: without any layer one sample is seen.",
        ),
        Wrong(
            lambda dilations, kernel: (
                1 + sum((kernel - 1) * (d - 1) for d in dilations)
            ),
            "adds d − 1 for each gap: a gap is d samples wide.",
        ),
        Wrong(
            lambda dilations, kernel: 1 + 2 * sum((kernel - 1) * d for d in dilations),
            "looks to both sides: a causal layer looks back alone.",
        ),
        Wrong(
            lambda dilations, kernel: 2 ** len(dilations),
            "is right only for kernels of 2 and dilations that double: add up "
            "(kernel − 1)·d.",
        ),
    ),
    edges=(
        Case([], 2, shows="without any layer one sample is seen."),
        Case([8], 1, shows="a kernel of 1 adds nothing, whatever the dilation."),
    ),
)
