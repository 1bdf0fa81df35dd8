"""Right and wrong answers to 11.1, 11.2 and 11.4, told apart by their checks."""

import itertools

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from skimage.metrics import peak_signal_noise_ratio

from utils.checks import lesson11

CALLS = itertools.count(1)

# 11.1, the best constants


def by_cumsum(values, probabilities):
    order = np.argsort(values)
    half = np.searchsorted(np.cumsum(probabilities[order]), 0.5)
    return np.sum(values * probabilities), values[order][half]


def by_trying_all(values, probabilities):
    costs = [sum(probabilities * abs(values - a)) for a in values]
    return np.average(values, weights=probabilities), values[int(np.argmin(costs))]


def by_loops(values, probabilities):
    mean = seen = 0.0
    for value, p in zip(values, probabilities, strict=True):
        mean += p * value
    for value, p in sorted(zip(values, probabilities, strict=True)):
        seen += p
        if seen >= 0.5:
            return mean, value


def by_minimizing(values, probabilities):
    grid = np.unique(np.append(values, np.linspace(values.min(), values.max(), 999)))
    cost = np.abs(grid[:, None] - values) @ probabilities
    return values @ probabilities, grid[cost.argmin()]


@right(by_cumsum, by_trying_all, by_loops, by_minimizing)
def test_right_constants_pass(capsys, answer):
    passes(capsys, lesson11.best_constants, answer, "11.1")


@wrong(
    swapped=(lambda v, p: by_cumsum(v, p)[::-1], "in another order"),
    exchanged=(lambda p, v: by_cumsum(v, p), "exchanged|broke off"),
    one=(lambda v, p: v @ p, "for_l2|two|results|return"),
    nan=(lambda v, p: (v @ p, np.nan), "NaN|is right"),
    in_place=(lambda v, p: (v @ p, v.sort() or by_cumsum(v, p)[1]), "writes into"),
    drawn=(lambda v, p: (v @ p, v[next(CALLS) % len(v)]), "random|is right"),
    typed=(lambda v, p: (0.4, 1.0), "is right"),
    half_of_the_list=(lambda v, p: (v @ p, np.sort(v)[len(v) // 2]), "is right"),
    most_likely=(lambda v, p: (v @ p, v[p.argmax()]), "the most probable value"),
    without_outlier=(
        lambda v, p: (v[abs(v) < 10] @ p[abs(v) < 10], by_cumsum(v, p)[1]),
        "lies far out|is right",
    ),
    mean_twice=(lambda v, p: (v @ p, v @ p), "the mean for absolute values"),
    unsorted=(lambda v, p: (v @ p, v[np.searchsorted(p.cumsum(), 0.5)]), "sort the"),
    length=(lambda v, p: (v @ p / len(v), by_cumsum(v, p)[1]), "divides"),
    nothing=(lambda *given: None, "return"),
)
def test_wrong_constants_are_rejected(answer, message):
    is_rejected(lesson11.best_constants, answer, message)


# 11.2, pix2pix's generator loss


def by_log_sigmoid(discriminate, source, made, target, weight):
    fooled = -ops.mean(ops.log_sigmoid(discriminate(source, made)))
    return fooled + weight * ops.mean(ops.abs(target - made))


def by_softplus(discriminate, source, made, target, weight):
    away = ops.where(made > target, made - target, target - made)
    return ops.mean(ops.softplus(-discriminate(source, made))) + weight * ops.mean(away)


def by_keras_losses(discriminate, source, made, target, weight):
    logits = discriminate(source, made)
    entropy = ops.mean(
        ops.binary_crossentropy(ops.ones_like(logits), logits, from_logits=True)
    )
    return entropy + weight * ops.mean(keras.losses.mean_absolute_error(target, made))


@right(by_log_sigmoid, by_softplus, by_keras_losses)
def test_a_right_loss_passes(capsys, answer):
    passes(capsys, lesson11.pix2pix_generator_loss, answer, "11.2")


def mae(x, y):
    return ops.mean(ops.abs(x - y))


def fooled(logits):
    return -ops.mean(ops.log_sigmoid(logits))


@wrong(
    weight_first=(
        lambda d, x, g, y, w: w * fooled(d(x, g)) + mae(g, y),
        "λ on the adversarial term",
    ),
    summed=(
        lambda d, x, g, y, w: fooled(d(x, g)) + w * ops.sum(ops.abs(g - y)),
        "sums absolute differences",
    ),
    fake=(
        lambda d, x, g, y, w: fooled(-d(x, g)) + w * mae(g, y),
        "wants D to say",
    ),
    source=(lambda d, x, g, y, w: fooled(d(x, g)) + w * mae(g, x), "to the source"),
    swapped_in_d=(
        lambda d, x, g, y, w: fooled(d(g, x)) + w * mae(g, y),
        "is right|broke off|Error|shape",
    ),
    detached=(
        lambda d, x, g, y, w: (
            fooled(d(x, ops.stop_gradient(g))) + w * mae(g, y)
        ),
        "gradient",
    ),
    overflow=(
        lambda d, x, g, y, w: (
            -ops.mean(ops.log(ops.sigmoid(d(x, g)))) + w * mae(g, y)
        ),
        "−1000|overflow|log_sigmoid",
    ),
    clipped=(
        lambda d, x, g, y, w: (
            -ops.mean(ops.log(ops.clip(ops.sigmoid(d(x, g)), 1e-7, 1)))
            + w * mae(g, y)
        ),
        "−1000",
    ),
    per_patch=(
        lambda d, x, g, y, w: -ops.log_sigmoid(d(x, g)) + w * mae(g, y),
        "one number",
    ),
    hundred=(lambda d, x, g, y, w: fooled(d(x, g)) + 100 * mae(g, y), "is right"),
    halves=(
        lambda d, x, g, y, w: (fooled(d(x, g)) + w * mae(g, y)) / 2,
        "half",
    ),
    numpy=(
        lambda d, x, g, y, w: float(by_log_sigmoid(d, x, g, y, w)),
        "gradient",
    ),
    probabilities=(
        lambda d, x, g, y, w: (
            ops.mean(ops.binary_crossentropy(ops.ones_like(d(x, g)), d(x, g)))
            + w * mae(g, y)
        ),
        "from_logits=True",
    ),
    huber=(
        lambda d, x, g, y, w: fooled(d(x, g)) + w * keras.losses.Huber()(y, g),
        "is right",
    ),
    nothing=(lambda *given: None, "return"),
)  # fmt: skip
def test_a_wrong_loss_is_rejected(answer, message):
    is_rejected(lesson11.pix2pix_generator_loss, answer, message)


# 11.4, PSNR


def by_squares(target, made, peak):
    return 10 * np.log10(peak**2 / np.mean((target - made) ** 2))


def by_rmse(target, made, peak):
    rmse = np.linalg.norm(target - made) / np.sqrt(target.size)
    return 20 * np.log10(peak / rmse)


def by_scikit_image(target, made, peak):
    return peak_signal_noise_ratio(target, made, data_range=peak)


def by_keras(target, made, peak):
    error = ops.mean(ops.square(target - made))
    return 10 * (2 * np.log10(peak) - ops.log10(error))


@right(by_squares, by_rmse, by_scikit_image, by_keras)
def test_a_right_psnr_passes(capsys, answer):
    passes(capsys, lesson11.psnr, answer, "11.4")


@wrong(
    no_peak=(lambda x, y, p: by_squares(x, y, 1), "6.02"),
    mean_of_decibels=(
        lambda x, y, p: np.mean([by_squares(*each, p) for each in zip(x, y)]),  # noqa: B905
        "each picture's decibels",
    ),
    natural=(
        lambda x, y, p: 10 * np.log(p**2 / np.mean((x - y) ** 2)),
        "natural logarithm",
    ),
    root=(lambda x, y, p: by_squares(x, y, p) / 2, "roots"),
    sums=(lambda x, y, p: 10 * np.log10(p**2 / np.sum((x - y) ** 2)), "sums"),
    in_place=(
        lambda x, y, p: by_squares(np.subtract(x, y, out=x), 0, p),
        "writes into its argument",
    ),
    first=(lambda x, y, p: by_squares(x[0], y[0], p), "first picture"),
    largest=(lambda x, y, p: by_squares(x, y, x.max()), "largest pixel"),
    no_sign=(lambda x, y, p: abs(by_squares(x, y, p)), "is right"),
    rounded=(lambda x, y, p: round(by_squares(x, y, p), 1), "round|is right"),
    typed=(lambda x, y, p: 26.0206, "is right|same"),
    per_picture=(
        lambda x, y, p: 10 * np.log10(p**2 / ((x - y) ** 2).mean(axis=(1, 2, 3))),
        "one number",
    ),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_psnr_is_rejected(answer, message):
    is_rejected(lesson11.psnr, answer, message)


@pytest.mark.parametrize("name", lesson11.__all__)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, name):
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    getattr(lesson11, name)(stub)
    assert capsys.readouterr().out.startswith("○ Exercise 11.")
