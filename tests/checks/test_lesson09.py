"""Right and wrong answers to the exercises of lesson 09, told apart by their checks."""

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import layers, ops

from utils.autodiff import input_gradient
from utils.checks import lesson09
from utils.models.activation_maximization import even_direction
from utils.networks.convolution_arithmetic import convolution
from utils.networks.receptive_fields import receptive_field
from utils.sampling.ascent import ascent_step

# 9.1, shape and parameters


def by_formula(input_shape, filters, kernel, stride, padding):
    *sizes, channels = input_shape
    if padding == "same":
        places = [-(-n // stride) for n in sizes]
    else:
        places = [(n - kernel) // stride + 1 for n in sizes]
    return (*places, filters), (kernel ** len(sizes) * channels + 1) * filters


def by_counting(input_shape, filters, kernel, stride, padding):
    shape = []
    for n in input_shape[:-1]:
        last = n if padding == "same" else n - kernel + 1
        shape.append(len(range(0, last, stride)))
    weights = input_shape[-1]
    for _ in shape:
        weights *= kernel
    return [*shape, filters], filters * weights + filters


def by_keras(input_shape, filters, kernel, stride, padding):
    kind = (layers.Conv1D, layers.Conv2D, layers.Conv3D)[len(input_shape) - 2]
    layer = kind(filters, kernel, stride, padding)
    layer.build((None, *input_shape))
    shape = layer.compute_output_shape((None, *input_shape))
    return shape[1:], layer.count_params()


def by_course(*setting):
    counted = convolution(*setting)
    return np.array(counted.output_shape), counted.parameters


def with_places(places):
    """An answer whose places along an axis come from another formula."""

    def answer(input_shape, filters, kernel, stride, padding):
        shape = [places(n, kernel, stride, padding) for n in input_shape[:-1]]
        return (*shape, filters), by_formula(
            input_shape, filters, kernel, stride, padding
        )[1]

    return answer


def with_parameters(parameters):
    """An answer whose parameters come from another formula."""

    def answer(input_shape, filters, kernel, stride, padding):
        shape, _ = by_formula(input_shape, filters, kernel, stride, padding)
        axes, channels = len(input_shape) - 1, input_shape[-1]
        return shape, parameters(kernel, axes, channels, filters)

    return answer


def changed(change):
    """The right answer, changed."""
    return lambda *setting: change(*by_formula(*setting), setting)


@right(
    formula=by_formula,
    counting=by_counting,
    keras=by_keras,
    course=by_course,
    other_names=lambda shape, n, k, s, how: by_formula(shape, n, k, s, how),
)
def test_a_right_count_passes(capsys, answer):
    passes(capsys, lesson09.count, answer, "9.1")


@wrong(
    no_channels=(changed(lambda s, p, _: (s[:-1], p)), "leaves out the channels"),
    input_channels=(
        changed(lambda s, p, given: ((*s[:-1], given[0][-1]), p)),
        "keeps the channels of the input",
    ),
    multiplied=(
        changed(lambda s, p, given: ((*s[:-1], s[-1] * given[0][-1]), p)),
        "multiplies the channels",
    ),
    channels_first=(changed(lambda s, p, _: ((s[-1], *s[:-1]), p)), "channels first"),
    one_short=(
        with_places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) // s),
        "one place short",
    ),
    fractions=(
        with_places(lambda n, k, s, p: -(-n // s) if p == "same" else (n - k) / s + 1),
        "does not round",
    ),
    rounds_up=(
        with_places(
            lambda n, k, s, p: -(-n // s) if p == "same" else -((k - n) // s) + 1
        ),
        "rounds up",
    ),
    no_stride=(
        with_places(lambda n, k, s, p: -(-n // s) if p == "same" else n - k + 1),
        "forgets the stride",
    ),
    same_without_stride=(
        with_places(lambda n, k, s, p: n if p == "same" else (n - k) // s + 1),
        "where padding is",
    ),
    same_rounds_down=(
        with_places(lambda n, k, s, p: n // s if p == "same" else (n - k) // s + 1),
        "rounds down where",
    ),
    half_a_kernel_each_side=(
        with_places(
            lambda n, k, s, p: (n + (2 * (k // 2) if p == "same" else 0) - k) // s + 1
        ),
        "too many for an even kernel",
    ),
    no_padding=(
        with_places(lambda n, k, s, p: (n - k) // s + 1),
        "ignores the padding",
    ),
    no_bias=(
        with_parameters(lambda k, axes, c, f: k**axes * c * f),
        "leaves out the biases",
    ),
    one_bias=(
        with_parameters(lambda k, axes, c, f: k**axes * c * f + 1),
        "one bias for the whole layer",
    ),
    channels_forgotten=(
        with_parameters(lambda k, axes, c, f: (k**axes + 1) * f),
        "weights for each channel",
    ),
    always_a_square=(
        with_parameters(lambda k, axes, c, f: (k * k * c + 1) * f),
        "whatever the number of axes",
    ),
    one_side=(
        with_parameters(lambda k, axes, c, f: (k * c + 1) * f),
        "along one axis only",
    ),
    times_axes=(
        with_parameters(lambda k, axes, c, f: (k * axes * c + 1) * f),
        "to the power",
    ),
    bias_a_channel=(
        with_parameters(lambda k, axes, c, f: (k**axes + 1) * c * f),
        "a bias for each channel",
    ),
    one_kernel=(
        with_parameters(lambda k, axes, c, f: k**axes * c + 1),
        "counts one kernel",
    ),
    at_each_place=(
        changed(lambda s, p, _: (s, p * int(np.prod(s[:-1])))),
        "again at each place",
    ),
    something_else=(with_parameters(lambda *_: 7), "is right"),
    shape_only=(changed(lambda s, p, _: p), "must return two things"),
    nothing=(lambda *setting: None, "return"),
)
def test_a_wrong_count_is_rejected(answer, message):
    is_rejected(lesson09.count, answer, message)


# 9.2, the receptive field


def in_a_loop(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        size += (kernel - 1) * jump
        jump *= stride
    return size, jump


def from_the_top(steps):
    """Backwards: what one pixel above needs below."""
    size, jump = 1, 1
    for kernel, stride in reversed(steps):
        size = (size - 1) * stride + kernel
        jump *= stride
    return size, jump


def as_a_sum(steps):
    jumps = np.cumprod([1, *(stride for _, stride in steps)])
    return 1 + sum((k - 1) * j for (k, _), j in zip(steps, jumps, strict=False)), jumps[
        -1
    ]


def from_keras(steps):
    if not steps:
        return 1, 1
    model = keras.Sequential([keras.Input((200, 1))])
    for kernel, stride in steps:
        model.add(layers.Conv1D(1, kernel, stride))
    found = receptive_field(model, model.layers[-1].name)
    return found.size[0], found.jump[0]


def with_own_stride(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        jump *= stride
        size += (kernel - 1) * jump
    return size, jump


def kernel_times_jump(steps):
    size, jump = 1, 1
    for kernel, stride in steps:
        size += kernel * jump
        jump *= stride
    return size, jump


@right(loop=in_a_loop, top=from_the_top, total=as_a_sum, keras=from_keras)
def test_a_right_field_passes(capsys, answer):
    passes(capsys, lesson09.field, answer, "9.2")


@wrong(
    swapped=(lambda steps: in_a_loop(steps)[::-1], "jump before the size"),
    no_jump=(
        lambda steps: (1 + sum(k - 1 for k, _ in steps), in_a_loop(steps)[1]),
        "forgets the jump",
    ),
    own_stride=(with_own_stride, "own stride for its own kernel"),
    reversed_steps=(lambda steps: in_a_loop(steps[::-1]), "from the top down"),
    kernel_times_jump=(kernel_times_jump, "adds kernel·jump"),
    starts_at_zero=(
        lambda steps: (in_a_loop(steps)[0] - 1, in_a_loop(steps)[1]),
        "starts with size 0",
    ),
    kernels_added=(
        lambda steps: (sum(k for k, _ in steps), in_a_loop(steps)[1]),
        "adds the kernels",
    ),
    kernels_multiplied=(
        lambda steps: (int(np.prod([k for k, _ in steps])), in_a_loop(steps)[1]),
        "multiplies the kernels",
    ),
    last_stride=(
        lambda steps: (in_a_loop(steps)[0], steps[-1][1] if steps else 1),
        "stride of the last layer",
    ),
    strides_added=(
        lambda steps: (in_a_loop(steps)[0], sum(s for _, s in steps)),
        "adds the strides",
    ),
    empty=(
        lambda steps: in_a_loop(steps) if steps else (0, 0),
        "without layers a unit is a pixel",
    ),
    size_only=(lambda steps: in_a_loop(steps)[0], "must return two numbers"),
    nothing=(lambda steps: None, "return"),
)
def test_a_wrong_field_is_rejected(answer, message):
    is_rejected(lesson09.field, answer, message)


# 9.3, the top patches of a unit


def cut(picture, places, size):
    return np.stack([picture[i : i + size, j : j + size] for i, j in places])


def sorted_places(values, n):
    order = np.argsort(values, axis=None)[::-1][:n]
    return np.stack(np.unravel_index(order, values.shape), axis=1)


def by_sorting(values, picture, size, jump, n):
    return cut(picture, sorted_places(values, n) * jump, size)


def one_by_one(values, picture, size, jump, n):
    left, patches = np.array(values, dtype="float64"), []
    for _ in range(n):
        i, j = np.unravel_index(left.argmax(), left.shape)
        patches.append(picture[i * jump : i * jump + size, j * jump : j * jump + size])
        left[i, j] = -np.inf
    return np.array(patches)


def by_python_lists(values, picture, size, jump, n):
    places = [
        (value, i * jump, j * jump)
        for i, row in enumerate(values)
        for j, value in enumerate(row)
    ]
    chosen = sorted(places, reverse=True)[:n]
    return [picture[i : i + size, j : j + size] for _, i, j in chosen]


def with_keras(values, picture, size, jump, n):
    return ops.convert_to_tensor(by_sorting(values, picture, size, jump, n))


@right(
    sorting=by_sorting, one_by_one=one_by_one, lists=by_python_lists, keras=with_keras
)
def test_right_patches_pass(capsys, answer):
    passes(capsys, lesson09.best_patches, answer, "9.3")


@wrong(
    worst=(lambda v, p, s, j, n: by_sorting(-v, p, s, j, n), "least"),
    best_last=(lambda *a: by_sorting(*a)[::-1], "most exciting one last"),
    absolute=(lambda v, p, s, j, n: by_sorting(abs(v), p, s, j, n), "absolute value"),
    reading_order=(
        lambda v, p, s, j, n: cut(
            p, np.array(sorted(sorted_places(v, n).tolist())) * j, s
        ),
        "in the order of the picture",
    ),
    no_jump=(
        lambda v, p, s, j, n: by_sorting(v, p, s, 1, n),
        "cuts at the place in the map",
    ),
    size_for_jump=(
        lambda v, p, s, j, n: by_sorting(v, p, s, s, n),
        "not one size",
    ),
    swapped=(
        lambda v, p, s, j, n: cut(p, sorted_places(v, n)[:, ::-1] * j, s),
        "swaps rows and columns",
    ),
    one=(lambda v, p, s, j, n: by_sorting(v, p, s, j, 1), "n are asked for"),
    no_channels=(lambda *a: by_sorting(*a)[..., 0], "drops the channels"),
    centered=(
        lambda v, p, s, j, n: cut(
            p, np.maximum(sorted_places(v, n) * j - s // 2, 0), s
        ),
        "begins",
    ),
    places=(lambda v, p, s, j, n: sorted_places(v, n), "is right"),
    nothing=(lambda *a: None, "return"),
)
def test_wrong_patches_are_rejected(answer, message):
    is_rejected(lesson09.best_patches, answer, message)


# 9.4, one step up


def scaled(pictures, score, rate, axis=(1, 2, 3)):
    gradient = ops.convert_to_numpy(input_gradient(score, pictures))
    return rate * gradient / np.sqrt(np.mean(gradient**2, axis, keepdims=True) + 1e-12)


def in_numpy(pictures, score, rate):
    start = ops.convert_to_numpy(pictures)
    return np.clip(start + scaled(pictures, score, rate), -1, 1)


def in_keras(pictures, score, rate):
    gradient = input_gradient(score, pictures)
    squares = ops.mean(ops.square(gradient), axis=(1, 2, 3), keepdims=True)
    return ops.clip(pictures + rate * gradient / (ops.sqrt(squares) + 1e-8), -1, 1)


def one_picture_at_a_time(pictures, score, rate):
    gradients = ops.convert_to_numpy(input_gradient(score, pictures))
    moved = []
    for picture, gradient in zip(
        ops.convert_to_numpy(pictures), gradients, strict=True
    ):
        rms = max(np.sqrt((gradient**2).mean()), 1e-8)
        moved.append(np.minimum(np.maximum(picture + rate * gradient / rms, -1), 1))
    return np.stack(moved)


def with_the_course(pictures, score, rate):
    return ascent_step(score, pictures, rate, 0.0, (-1, 1), even_direction)


def step(change):
    """A step of another kind: from the pictures, the raw gradient and the rate."""

    def answer(pictures, score, rate):
        gradient = ops.convert_to_numpy(input_gradient(score, pictures))
        return change(ops.convert_to_numpy(pictures), gradient, rate)

    return answer


def rms(g, axis=(1, 2, 3)):
    return np.sqrt(np.mean(g**2, axis=axis, keepdims=True)) + 1e-8


@right(
    numpy=in_numpy,
    keras=in_keras,
    one_by_one=one_picture_at_a_time,
    course=with_the_course,
)
def test_a_right_step_passes(capsys, answer):
    passes(capsys, lesson09.step_up, answer, "9.4")


@wrong(
    down=(step(lambda x, g, r: np.clip(x - r * g / rms(g), -1, 1)), "goes down"),
    unclipped=(step(lambda x, g, r: x + r * g / rms(g)), "leaves the range"),
    clipped_at_zero=(
        step(lambda x, g, r: np.clip(x + r * g / rms(g), 0, 1)),
        r"clips to \[0, 1\]",
    ),
    raw=(step(lambda x, g, r: np.clip(x + r * g, -1, 1)), "gradient as it is"),
    whole_batch=(
        step(lambda x, g, r: np.clip(x + r * g / rms(g, None), -1, 1)),
        "each picture has its own",
    ),
    mean_square=(
        step(lambda x, g, r: np.clip(x + r * g / rms(g) ** 2, -1, 1)),
        "take its root",
    ),
    norm=(
        step(lambda x, g, r: np.clip(x + r * g / (rms(g) * g[0].size ** 0.5), -1, 1)),
        "divides by the norm",
    ),
    largest=(
        step(
            lambda x, g, r: np.clip(
                x + r * g / abs(g).max(axis=(1, 2, 3), keepdims=True), -1, 1
            )
        ),
        "largest slope",
    ),
    sign=(step(lambda x, g, r: np.clip(x + r * np.sign(g), -1, 1)), "only the sign"),
    no_rate=(step(lambda x, g, r: np.clip(x + g / rms(g), -1, 1)), "forgets the rate"),
    step_alone=(
        step(lambda x, g, r: np.clip(r * g / rms(g), -1, 1)),
        "the step alone",
    ),
    unchanged=(step(lambda x, g, r: x), "as they were"),
    no_floor=(
        step(
            lambda x, g, r: np.clip(
                x + r * g / np.sqrt((g**2).mean(axis=(1, 2, 3), keepdims=True)), -1, 1
            )
        ),
        "NaN where the gradient is 0",
    ),
    one_picture=(step(lambda x, g, r: x[0]), "returns the shape"),
    half=(step(lambda x, g, r: np.clip(x + 0.5 * r * g / rms(g), -1, 1)), "is right"),
    nothing=(lambda pictures, score, rate: None, "return"),
)
def test_a_wrong_step_is_rejected(answer, message):
    is_rejected(lesson09.step_up, answer, message)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (lesson09.count, "9.1"),
        (lesson09.field, "9.2"),
        (lesson09.best_patches, "9.3"),
        (lesson09.step_up, "9.4"),
    ],
)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, check, number):
    monkeypatch.delenv("COURSE_STRICT")
    check(stub)
    assert f"○ Exercise {number} is not attempted yet" in capsys.readouterr().out
