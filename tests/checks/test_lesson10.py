"""Right and wrong answers to the exercises of lesson 10, told apart by their checks."""

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops

from utils.autodiff import input_gradient, minimize, value_and_gradients
from utils.checks import lesson10
from utils.measures import textures
from utils.models import StyleTransfer
from utils.networks.features import random_filter_pyramid

# 10.1, the Gram matrix


def rows(features):
    n, h, w, c = features.shape
    return ops.reshape(features, (n, h * w, c))


def by_matmul(features):
    flat = rows(features)
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat)


def reshaped_only(features):
    n, h, w, c = features.shape
    flat = ops.reshape(features, (n, c, h * w))
    return ops.matmul(flat, ops.transpose(flat, (0, 2, 1)))


def positions_by_positions(features):
    flat = rows(features)
    return ops.matmul(flat, ops.transpose(flat, (0, 2, 1)))


def centered(features):
    flat = rows(features)
    flat = flat - ops.mean(flat, axis=1, keepdims=True)
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat)


def cosines(features):
    flat = rows(features)
    flat = flat / ops.sqrt(ops.sum(flat**2, axis=1, keepdims=True))
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat)


@right(
    matmul=by_matmul,
    einsum=lambda f: ops.einsum("nhwi,nhwj->nij", f, f),
    picture_by_picture=lambda features: ops.stack(
        [
            ops.matmul(ops.transpose(each), each)
            for each in (rows(features)[0], rows(features)[1])
        ]
    ),
    broadcast=lambda f: ops.sum(f[..., :, None] * f[..., None, :], axis=(1, 2)),
    course=textures.gram_matrix,
)
def test_a_right_gram_matrix_passes(capsys, answer):
    passes(capsys, lesson10.gram_matrix, [answer], "10.1")


@wrong(
    reshaped=(reshaped_only, "mixes the channels"),
    positions=(positions_by_positions, "positions with positions"),
    mean=(lambda f: by_matmul(f) / 12, "mean over positions"),
    divided=(lambda f: by_matmul(f) / 60, "divided by h·w·c"),
    channels=(lambda f: by_matmul(f) / 5, "number of channels"),
    centered=(centered, "covariance"),
    cosines=(cosines, "cosines"),
    diagonal=(lambda f: by_matmul(f) * np.eye(5, dtype="float32"), "off the diagonal"),
    squared=(lambda f: by_matmul(f) ** 2, "squared"),
    whole_batch=(lambda f: ops.einsum("nhwi,nhwj->ij", f, f), "its own style"),
    flat=(lambda f: ops.sum(f**2, axis=(1, 2)), "channels by channels"),
    no_gradient=(
        lambda f: ops.stop_gradient(by_matmul(f)),
        "no gradient",
    ),
    shifted=(lambda f: by_matmul(f) + 1, "as a loop"),
    nothing=(lambda f: None, "return"),
)
def test_a_wrong_gram_matrix_is_rejected(answer, message):
    is_rejected(lesson10.gram_matrix, [answer], message)


# 10.2, two style losses


def squares(f, s):
    return ops.sum((by_matmul(f) - by_matmul(s)) ** 2, axis=(1, 2))


def norms(s):
    return ops.sum(by_matmul(s) ** 2, axis=(1, 2))


def gatys(features, style_features):
    return ops.mean(squares(features, style_features)) / 120**2


def relative(features, style_features):
    return ops.mean(squares(features, style_features) / norms(style_features))


@right(
    plain=(gatys, relative),
    course=(
        textures.style_loss,
        lambda a, b: textures.style_loss(a, b, "relative"),
    ),
    scaled_first=(
        lambda a, b: ops.mean(
            ops.sum(((by_matmul(a) - by_matmul(b)) / 120) ** 2, axis=(1, 2))
        ),
        lambda a, b: ops.mean(
            ops.norm(by_matmul(a) - by_matmul(b), axis=(1, 2)) ** 2
            / ops.norm(by_matmul(b), axis=(1, 2)) ** 2
        ),
    ),
)
def test_right_style_losses_pass(capsys, answer):
    passes(capsys, lesson10.style_losses, answer, "10.2")


@wrong(
    no_two=(lambda f, s: 4 * gatys(f, s), "lacks the 2"),
    no_square=(lambda f, s: 120 * gatys(f, s), "without the square"),
    raw=(lambda f, s: 120**2 * gatys(f, s), "does not normalize"),
    positions=(lambda f, s: 25 * gatys(f, s), "positions alone"),
    mean=(lambda f, s: gatys(f, s) / 25, "mean over the Gram's entries"),
    batch_sum=(lambda f, s: 2 * gatys(f, s), "adds up the pictures"),
    content=(lambda f, s: ops.mean((f - s) ** 2), "that is content"),
    root=(lambda f, s: ops.mean(ops.sqrt(squares(f, s))) / 120, "square root"),
    vector=(lambda f, s: squares(f, s) / 120**2, "one number"),
    nothing=(lambda f, s: None, "return"),
)
def test_a_wrong_first_style_loss_is_rejected(answer, message):
    is_rejected(lesson10.style_losses, [answer, relative], message)


@wrong(
    generated=(lambda f, s: ops.mean(squares(f, s) / norms(f)), "generated picture"),
    norm=(lambda f, s: ops.mean(squares(f, s) / ops.sqrt(norms(s))), "not by its"),
    root=(lambda f, s: ops.mean(ops.sqrt(squares(f, s) / norms(s))), "square root"),
    gatys=(gatys, "first normalization again"),
    raw=(lambda f, s: ops.mean(squares(f, s)), "does not normalize"),
    batch_sum=(lambda f, s: 2 * relative(f, s), "adds up the pictures"),
    means=(
        lambda f, s: ops.mean(squares(f, s)) / ops.mean(norms(s)),
        "picture by picture",
    ),
    numpy=(
        lambda f, s: float(ops.convert_to_numpy(ops.stop_gradient(relative(f, s)))),
        "no gradient",
    ),
    half=(lambda f, s: 0.5 * relative(f, s), "check the two Grams"),
)
def test_a_wrong_second_style_loss_is_rejected(answer, message):
    is_rejected(lesson10.style_losses, [gatys, answer], message)


# 10.3, the content loss and its gradient


def content(features, content):
    return 0.5 * ops.sum((features - content) ** 2), features - content


def content_by_autodiff(features, content):
    loss = 0.5 * ops.sum((features - content) ** 2)
    slope = input_gradient(lambda f: 0.5 * ops.sum((f - content) ** 2), features)
    return loss, ops.stop_gradient(slope)


def with_gradient(formula):
    return lambda f, p: (content(f, p)[0], formula(f, p))


def with_loss(formula):
    return lambda f, p: (formula(f - p), f - p)


@right(
    by_hand=content,
    autodiff=content_by_autodiff,
    a_list=lambda f, p: list(content(f, p)),
    numpy=lambda f, p: tuple(map(ops.convert_to_numpy, content(f, p))),
)
def test_a_right_content_loss_passes(capsys, answer):
    passes(capsys, lesson10.content_loss, [answer], "10.3")


@wrong(
    no_half=(with_loss(lambda d: ops.sum(d**2)), "lacks the ½"),
    mean=(with_loss(lambda d: ops.mean(d**2)), "is the mean, and lacks"),
    half_mean=(with_loss(lambda d: 0.5 * ops.mean(d**2)), "is the mean: take"),
    absolute=(with_loss(lambda d: 0.5 * ops.sum(ops.abs(d))), "absolute"),
    root=(with_loss(lambda d: 0.5 * ops.sqrt(ops.sum(d**2))), "square root"),
    negative=(with_loss(lambda d: -0.5 * ops.sum(d**2)), "sign flipped"),
    third=(with_loss(lambda d: ops.sum(d**2) / 3), "½Σ"),
    downhill=(with_gradient(lambda f, p: p - f), "the other way"),
    twice=(with_gradient(lambda f, p: 2 * (f - p)), "twice too large"),
    half_slope=(with_gradient(lambda f, p: 0.5 * (f - p)), "is half"),
    rectified=(with_gradient(lambda f, p: ops.where(f > 0, f - p, 0)), "ReLU"),
    no_content=(with_gradient(lambda f, p: f), "forgets the content"),
    sign=(with_gradient(lambda f, p: ops.sign(f - p)), "absolute values"),
    added=(with_gradient(lambda f, p: ops.sum(f - p)), "do not add"),
    other=(with_gradient(lambda f, p: (f - p) + 1), "raising F"),
    loss_only=(lambda f, p: content(f, p)[0], "two things"),
    nothing=(lambda f, p: None, "two things"),
)
def test_a_wrong_content_loss_is_rejected(answer, message):
    is_rejected(lesson10.content_loss, [answer], message)


# 10.4, the loop


def loop(loss, picture, steps, rate, low=-1.0, high=1.0, sign=1):
    x = ops.convert_to_tensor(picture)
    for _ in range(steps):
        slope = ops.stop_gradient(input_gradient(loss, x))
        x = ops.clip(ops.stop_gradient(x) - sign * rate * slope, low, high)
    return x


def shortest_loop(loss, picture, steps, rate):
    x = ops.convert_to_tensor(picture)
    for _ in range(steps):
        x = ops.clip(x - rate * input_gradient(loss, x), -1, 1)
    return x


def loop_on_a_variable(loss, picture, steps, rate):
    pixels = keras.Variable(picture)
    for _ in range(steps):
        _, (slope,) = value_and_gradients(
            lambda: loss(ops.convert_to_tensor(pixels)), [pixels]
        )
        pixels.assign(ops.clip(pixels - rate * slope, -1, 1))
    return ops.convert_to_numpy(pixels)


def loop_with_an_optimizer(loss, picture, steps, rate):
    pixels = keras.Variable(picture)
    optimizer = keras.optimizers.SGD(rate)
    for _ in range(steps):
        minimize(lambda: loss(ops.convert_to_tensor(pixels)), [pixels], optimizer)
        pixels.assign(ops.clip(pixels, -1, 1))
    return pixels


def one_slope(loss, picture, steps, rate):
    slope = ops.convert_to_numpy(
        ops.stop_gradient(input_gradient(loss, ops.convert_to_tensor(picture)))
    )
    return np.clip(picture - steps * rate * slope, -1, 1)


def in_place(loss, picture, steps, rate):
    picture[...] = ops.convert_to_numpy(
        ops.stop_gradient(loop(loss, picture, steps, rate))
    )
    return picture


@right(
    shortest=shortest_loop,
    tensors=loop,
    variable=loop_on_a_variable,
    optimizer=loop_with_an_optimizer,
)
def test_a_right_loop_passes(capsys, answer):
    passes(capsys, lesson10.transfer, [answer], "10.4")


@wrong(
    start=(lambda loss, x, n, r: x.copy(), "returns the start"),
    unclipped=(lambda *a: loop(*a, -9.0, 9.0), "leave"),
    other_range=(lambda *a: loop(*a, 0.0, 1.0), "clips to"),
    uphill=(lambda *a: loop(*a, sign=-1), "climbs"),
    one_less=(lambda loss, x, n, r: loop(loss, x, n - 1, r), "too few"),
    one_more=(lambda loss, x, n, r: loop(loss, x, n + 1, r), "too many"),
    one_step=(lambda loss, x, n, r: loop(loss, x, 1, r), "one step only"),
    no_rate=(lambda loss, x, n, r: loop(loss, x, n, 1.0), "forgets the rate"),
    one_slope=(one_slope, "gradient of the start"),
    in_place=(in_place, "writes into its argument picture"),
    the_loss=(
        lambda loss, x, n, r: ops.stop_gradient(loss(ops.convert_to_tensor(x))),
        "return the pixels",
    ),
    half_rate=(lambda loss, x, n, r: loop(loss, x, n, r / 2), "by hand"),
    nothing=(lambda loss, x, n, r: None, "return"),
)
def test_a_wrong_loop_is_rejected(answer, message):
    is_rejected(lesson10.transfer, [answer], message)


# 10.5, the best picture of the class


def transferred(content, style, **settings):
    settings = {"content_weight": 0.2, "content_layer": "level_2", **settings}
    model = StyleTransfer(random_filter_pyramid(24, 5, 3), content, style, **settings)
    model.fit_lbfgs(25)
    return model.picture()


@right(
    from_noise=transferred,
    from_content=lambda c, s: transferred(c, s, start="content"),
    a_batch_of_one=lambda c, s: transferred(c, s)[None],
)
def test_a_right_best_picture_passes(capsys, answer):
    passes(capsys, lesson10.best_picture, [answer], "10.5")


@wrong(
    photograph=(lambda c, s: c, "as far from the painting"),
    painting=(lambda c, s: s, "subject is lost"),
    texture=(lambda c, s: s[::-1], "subject is lost"),
    gray=(lambda c, s: 0 * c, "as far from|subject is lost"),
    out_of_range=(lambda c, s: 127.5 * (c + 1), r"in \[-1, 1\]"),
    cut=(lambda c, s: c[:32], "return a picture"),
    nothing=(lambda c, s: None, "return"),
)
def test_a_wrong_best_picture_is_rejected(monkeypatch, answer, message):
    monkeypatch.setenv("COURSE_SCALE", "laptop")
    is_rejected(lesson10.best_picture, [answer], message)


def test_at_quick_a_picture_is_enough(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    passes(capsys, lesson10.best_picture, [lambda c, s: c], "10.5")


@pytest.mark.parametrize(
    ("check", "answers", "number"),
    [
        (lesson10.gram_matrix, 1, "10.1"),
        (lesson10.style_losses, 2, "10.2"),
        (lesson10.content_loss, 1, "10.3"),
        (lesson10.transfer, 1, "10.4"),
        (lesson10.best_picture, 1, "10.5"),
    ],
)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, check, answers, number):
    monkeypatch.delenv("COURSE_STRICT")
    check(*[stub] * answers)
    assert f"○ Exercise {number} is not attempted yet" in capsys.readouterr().out
