"""Right and wrong answers to the exercises of lesson 10, told apart by their checks."""

import keras
import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops

from utils.autodiff import input_gradient, minimize, value_and_gradients
from utils.checks import lesson10
from utils.data.paintings.palettes import match_colors
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


@right(
    matmul=by_matmul,
    einsum=lambda f: ops.einsum("nhwi,nhwj->nij", f, f),
    picture_by_picture=lambda features: ops.stack(
        [ops.matmul(ops.transpose(each), each) for each in rows(features)]
    ),
    counted_by_len=lambda f: ops.einsum(
        "npi,npj->nij", *[ops.reshape(f, (len(f), -1, f.shape[-1]))] * 2
    ),
    broadcast=lambda f: ops.sum(f[..., :, None] * f[..., None, :], axis=(1, 2)),
    course=textures.gram_matrix,
)
def test_a_right_gram_matrix_passes(capsys, answer):
    passes(capsys, lesson10.gram_matrix, [answer], "10.1")


@wrong(
    upper_half=(lambda f: ops.triu(by_matmul(f)), r"at \[0, 1, 0\]"),
    no_gradient=(lambda f: ops.stop_gradient(by_matmul(f)), "no gradient"),
    in_numpy=(
        lambda f: (lambda x: x.swapaxes(1, 2) @ x)(ops.convert_to_numpy(rows(f))),
        "no gradient",
    ),
    shifted=(lambda f: by_matmul(f) + 1, "is 1 too large each time"),
    doubled=(lambda f: 2 * by_matmul(f), "twice the right one"),
    first_picture=(lambda f: by_matmul(f)[:1], "shape"),
    made_for_two=(
        lambda f: ops.stack([ops.transpose(rows(f)[k]) @ rows(f)[k] for k in (0, 1)]),
        "broke off|shape",
    ),
    constant=(lambda f: ops.ones((2, 5, 5)), "does not use `features`"),
    in_place=(lambda f: f.__setitem__(0, 1.0), "broke off|writes into"),
)
def test_a_wrong_gram_matrix_is_rejected(answer, message):
    is_rejected(lesson10.gram_matrix, [answer], message)


# 10.2, two style losses


def squares(f, s):
    return ops.sum((by_matmul(f) - by_matmul(s)) ** 2, axis=(1, 2))


def norms(s):
    return ops.sum(by_matmul(s) ** 2, axis=(1, 2))


def size(features):
    return 2 * int(np.prod(features.shape[1:]))


def gatys(features, style_features):
    return ops.mean(squares(features, style_features)) / size(features) ** 2


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
            ops.sum(((by_matmul(a) - by_matmul(b)) / size(a)) ** 2, axis=(1, 2))
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
    made_for_one_size=(
        lambda f, s: ops.mean(squares(f, s)) / 120**2,
        "where .* is right",
    ),
    half=(lambda f, s: gatys(f, s) / 2, "half of the right one"),
    vector=(lambda f, s: squares(f, s) / size(f) ** 2, "one number"),
    exchanged=(
        lambda style_features, features: gatys(features, style_features),
        "order",
    ),
    first_pair=(lambda f, s: gatys(f[:1], s[:1]), "first row of features and"),
    nearest_pair=(lambda f, s: ops.min(squares(f, s)) / size(f) ** 2, "check G and A"),
    the_pair=(lambda f, s: (gatys(f, s), relative(f, s)), "must return one number"),
    no_gradient=(lambda f, s: ops.stop_gradient(gatys(f, s)), "no gradient"),
)
def test_a_wrong_first_style_loss_is_rejected(answer, message):
    is_rejected(lesson10.style_losses, [answer, relative], message)


@wrong(
    numpy=(
        lambda f, s: float(ops.convert_to_numpy(ops.stop_gradient(relative(f, s)))),
        "no gradient",
    ),
    half=(lambda f, s: 0.5 * relative(f, s), "half of the right one"),
    exchanged=(lambda f, s: relative(s, f), "generated picture"),
    rooted=(lambda f, s: ops.sqrt(relative(f, s)), "square root of the right"),
    median=(lambda f, s: ops.median(squares(f, s) / norms(s)), "far apart"),
    constant=(lambda f, s: ops.ones(()), "same whatever it is given"),
    the_function=(lambda f, s: relative, "call it"),
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


@right(
    by_hand=content,
    autodiff=content_by_autodiff,
    a_list=lambda f, p: list(content(f, p)),
    numpy=lambda f, p: tuple(map(ops.convert_to_numpy, content(f, p))),
)
def test_a_right_content_loss_passes(capsys, answer):
    passes(capsys, lesson10.content_loss, [answer], "10.3")


@wrong(
    third=(lambda f, p: (2 / 3 * content(f, p)[0], f - p), "loss = .* is right"),
    loss_per_picture=(
        lambda f, p: (0.5 * ops.sum((f - p) ** 2, axis=(1, 2, 3)), f - p),
        "one number",
    ),
    shifted=(lambda f, p: (content(f, p)[0], f - p + 1), "gradient = .* is right"),
    exchanged=(lambda f, p: content(f, p)[::-1], "another order|loss, gradient"),
    clipped=(
        lambda f, p: (content(f, p)[0], ops.clip(f - p, -10, 10)),
        "gradient = .* is right",
    ),
    loss_only=(lambda f, p: content(f, p)[0], "2 results"),
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
    the_loss=(
        lambda loss, x, n, r: ops.stop_gradient(loss(ops.convert_to_tensor(x))),
        "return the pixels",
    ),
    half_rate=(lambda loss, x, n, r: loop(loss, x, n, r / 2), "halves rate"),
    five_steps=(lambda loss, x, n, r: loop(loss, x, 5, r), "where .* is right"),
    flat=(lambda *a: ops.reshape(loop(*a), (-1,)), "shape"),
    a_decay=(
        lambda loss, x, n, r: loop(loss, loop(loss, x, n - 1, r), 1, 0.9 * r),
        "by hand",
    ),
    endless=(
        lambda *a: (lambda again: again(again))(lambda again: again(again)),
        "without end",
    ),
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
    recolored=(match_colors, "matching colors is not style"),
    inverted=(lambda c, s: -c, "matching colors is not style"),
    by_rank=(
        lambda c, s: np.sort(s.ravel())[np.argsort(np.argsort(c.ravel()))].reshape(
            c.shape
        ),
        "matching colors is not style",
    ),
    averaged=(lambda c, s: (c + s) / 2, "lays the painting over"),
    mosaic=(
        lambda c, s: np.where(np.indices(c.shape).sum(axis=0) % 2, c, s),
        "puts pixels of the photograph and of the painting side by side",
    ),
    mostly_painting=(lambda c, s: 0.4 * c + 0.6 * s, "lays the painting over"),
    from_0_to_1=(lambda c, s: (c + 1) / 2, "as if they began at 0"),
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
