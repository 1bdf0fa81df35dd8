"""Right and wrong answers to the exercises of lesson 09, told apart by their checks."""

import keras
import numpy as np
from answer_tables import is_rejected, passes, right, wrong
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


@right(
    formula=by_formula,
    counting=by_counting,
    keras=by_keras,
    course=by_course,
    other_names=lambda shape, n, k, s, how: by_formula(shape, n, k, s, how),
)
def test_a_right_count_passes(capsys, answer):
    passes(capsys, lesson09.count, answer, "9.1")


def counted(change):
    """The right answer, changed."""
    return lambda *setting: change(*by_formula(*setting))


@wrong(
    constant=(counted(lambda s, p: (s, 7)), "parameters = 7"),
    one_more_place=(
        counted(lambda s, p: ((s[0] + 1, *s[1:]), p)),
        r"shape = 11 at \[0\]",
    ),
    in_two_axes=(
        lambda shape, *rest: by_formula((*shape[:1], *shape[:1], shape[-1]), *rest),
        "whatever the number of axes",
    ),
    channels_as_an_axis=(
        lambda shape, filters, kernel, *rest: (
            by_formula(shape, filters, kernel, *rest)[0],
            (kernel ** len(shape) + 1) * filters,
        ),
        "the channels for one more axis",
    ),
    the_batch_too=(counted(lambda s, p: ((None, *s), p)), "numbers"),
    exchanged=(counted(lambda s, p: (p, s)), "another order|shape"),
    in_half=(counted(lambda s, p: (s, p / 2)), "parameters"),
    shape_only=(counted(lambda s, p: s[:1]), "must return 2 results"),
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


@right(loop=in_a_loop, top=from_the_top, total=as_a_sum, keras=from_keras)
def test_a_right_field_passes(capsys, answer):
    passes(capsys, lesson09.field, answer, "9.2")


@wrong(
    swapped=(lambda steps: in_a_loop(steps)[::-1], "return size, jump"),
    empty=(lambda steps: in_a_loop(steps) if steps else (0, 0), "a unit is a pixel"),
    jumps_added=(
        lambda steps: (
            1 + sum(k - 1 + s - 1 for k, s in steps),
            in_a_loop(steps)[1],
        ),
        "is right",
    ),
    made_for_three=(lambda steps: in_a_loop((steps * 3)[:3]), "is right"),
    without_the_last=(lambda steps: in_a_loop(steps[:-1]), "leaves out the last row"),
    size_only=(lambda steps: in_a_loop(steps)[0], "must return 2 results"),
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
    each_value_once=(
        lambda v, p, s, j, n: cut(
            p,
            [
                np.array(np.unravel_index(k, v.shape)) * j
                for k in np.unique(v, return_index=True)[1][::-1][:n]
            ],
            s,
        ),
        "two places may be excited alike",
    ),
    rectified=(
        lambda v, p, s, j, n: by_sorting(np.maximum(v, 0), p, s, j, n),
        "where .* is right",
    ),
    one_of_each_row=(
        lambda v, p, s, j, n: cut(
            p, [(i * j, v[i].argmax() * j) for i in np.argsort(-v.max(axis=1))[:n]], s
        ),
        "sort the places|shape",
    ),
    three=(lambda v, p, s, j, n: by_sorting(v, p, s, j, 3), "shape"),
    one_pixel_more=(lambda v, p, s, j, n: by_sorting(v, p, s + 1, j, n), "shape"),
    places=(lambda v, p, s, j, n: sorted_places(v, n), "is right"),
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


def raw(pictures, score, rate):
    x, g = ops.convert_to_numpy(pictures), input_gradient(score, pictures)
    g = ops.convert_to_numpy(g)
    return np.clip(x + rate * g / np.sqrt((g**2).mean((1, 2, 3), keepdims=True)), -1, 1)


@wrong(
    no_floor=(raw, "NaN where the gradient is 0"),
    one_picture=(step(lambda x, g, r: x[0]), "shape"),
    half=(
        step(lambda x, g, r: np.clip(x + 0.5 * r * g / rms(g), -1, 1)),
        "halves rate",
    ),
    per_picture_norm_of_two=(
        step(lambda x, g, r: np.clip(x + r * g / rms(g[:1]), -1, 1)),
        "is right",
    ),
    small_pictures=(
        step(lambda x, g, r: np.clip(x + r * g / (rms(g) + 0.1), -1, 1)),
        "is right",
    ),
    in_place=(lambda x, score, r: x.assign(x), "broke off"),
    the_score=(lambda x, score, r: score(x), "shape"),
)
def test_a_wrong_step_is_rejected(answer, message):
    is_rejected(lesson09.step_up, answer, message)
