"""Right and wrong answers to the exercises of lesson 07, told apart by their checks."""

import itertools

import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from scipy.optimize import linear_sum_assignment
from scipy.special import log_softmax, softmax

from utils.checks import lesson07

CALLS = itertools.count(1)

# 7.1, a label as planes


def by_broadcast(pictures, labels, classes):
    planes = np.eye(classes)[labels][:, None, None]
    planes = np.broadcast_to(planes, (*pictures.shape[:3], classes))
    return np.concatenate([pictures, planes], axis=-1)


def by_writing(pictures, labels, classes):
    n, height, width, channels = pictures.shape
    made = np.zeros((n, height, width, channels + classes))
    made[..., :channels] = pictures
    for row, label in enumerate(labels):
        made[row, :, :, channels + label] = 1
    return made


def by_tile(pictures, labels, classes):
    n, height, width, _ = pictures.shape
    hot = (labels[:, None] == np.arange(classes)).astype("float32")
    planes = np.tile(hot, (1, height * width)).reshape(n, height, width, classes)
    return np.concatenate([pictures, planes], axis=3)


def by_two_repeats(pictures, labels, classes):
    planes = ops.one_hot(labels, classes)[:, None, None]
    planes = ops.repeat(ops.repeat(planes, pictures.shape[1], 1), pictures.shape[2], 2)
    return ops.concatenate([pictures, ops.cast(planes, "float32")], axis=-1)


@right(by_broadcast, by_writing, by_tile, by_two_repeats)
def test_right_planes_pass(capsys, answer):
    passes(capsys, lesson07.attach_label, answer, "7.1")


@wrong(
    published=(
        lambda x, y, k: np.concatenate(
            [
                x,
                np.repeat(np.eye(k)[y][:, :, None, None], x.shape[1] * x.shape[2])
                .reshape(-1, *x.shape[1:3], k)
            ],
            axis=-1,
        ),
        "scrambles the labels",
    ),
    number=(
        lambda x, y, k: np.concatenate([x, 0 * x[..., :1] + y[:, None, None, None]], 3),
        "one plane",
    ),
    added=(lambda x, y, k: x + y[:, None, None, None], "shape"),
    soft=(lambda x, y, k: by_broadcast(x, y, k) * 0.9, "is right"),
    picture_alone=(lambda x, y, k: x, "shape"),
    last_label=(lambda x, y, k: by_broadcast(x, 0 * y + y[-1], k), "is right"),
    ten_planes=(lambda x, y, k: by_broadcast(x, y, 10), "shape"),
    binary=(lambda x, y, k: by_broadcast(np.sign(x), y, k), "is right"),
    shuffled=(
        lambda x, y, k: by_broadcast(x, np.roll(y, next(CALLS)), k),
        "random numbers",
    ),
    nothing=(lambda *given: None, "return"),
)  # fmt: skip
def test_wrong_planes_are_rejected(answer, message):
    is_rejected(lesson07.attach_label, answer, message)


# 7.2, InfoGAN's bound


def bound_in_keras(logits, codes):
    classes = logits.shape[-1]
    log_q = ops.log_softmax(logits, axis=-1) * ops.one_hot(codes, classes)
    return ops.mean(ops.sum(log_q, axis=-1)) + ops.log(float(classes))


def bound_by_take(logits, codes):
    logits = ops.cast(logits, "float32")
    own = ops.take_along_axis(logits, ops.expand_dims(codes, 1), axis=1)[:, 0]
    return ops.mean(own - ops.logsumexp(logits, axis=1)) + np.log(logits.shape[1])


def bound_in_numpy(logits, codes):
    logits, codes = ops.convert_to_numpy(logits), ops.convert_to_numpy(codes)
    logs = log_softmax(logits.astype("float64"), axis=1)
    return np.mean([row[code] + np.log(len(row)) for row, code in zip(logs, codes)])  # noqa: B905


@right(bound_in_keras, bound_by_take)
def test_a_right_bound_passes(capsys, answer):
    passes(capsys, lesson07.infogan_bound, answer, "7.2")


def of_arrays(function):
    """An answer in NumPy."""
    return lambda logits, codes: function(*map(ops.convert_to_numpy, (logits, codes)))


@wrong(
    per_example=(
        of_arrays(lambda z, c: log_softmax(z, 1)[np.arange(len(c)), c]),
        "one number",
    ),
    accuracy=(of_arrays(lambda z, c: np.mean(z.argmax(1) == c)), "is the accuracy"),
    clipped=(
        of_arrays(
            lambda z, c: (
                np.log(softmax(z, 1)[np.arange(len(c)), c].clip(1e-7)).mean()
                + np.log(z.shape[1])
            )
        ),
        "−1000",
    ),
    nine=(
        of_arrays(
            lambda z, c: log_softmax(z, 1)[np.arange(len(c)), c].mean() + np.log(9)
        ),
        "is right",
    ),
    floor=(
        of_arrays(lambda z, c: max(float(bound_in_numpy(z, c)), 0.0)),
        "cut off at 0",
    ),
    median=(
        of_arrays(
            lambda z, c: (
                np.median(log_softmax(z, 1)[np.arange(len(c)), c]) + np.log(z.shape[1])
            )
        ),
        "median",
    ),
    numpy=(bound_in_numpy, "gradient"),
    other_column=(
        of_arrays(lambda z, c: bound_in_numpy(z, (c + 1) % z.shape[1])),
        "is right",
    ),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_bound_is_rejected(answer, message):
    is_rejected(lesson07.infogan_bound, answer, message)


# 7.3, matched accuracy


def by_scipy(codes, labels, new_codes, new_labels, kinds):
    counts = np.zeros((kinds, kinds))
    np.add.at(counts, (codes, labels), 1)
    _, meaning = linear_sum_assignment(-counts)
    return (meaning[new_codes] == new_labels).mean()


def by_trying_all(codes, labels, new_codes, new_labels, kinds):
    from itertools import permutations

    best = max(
        permutations(range(kinds)),
        key=lambda meaning: sum(np.array(meaning)[codes] == labels),
    )
    return np.mean(np.array(best)[new_codes] == new_labels)


def by_transposed_table(codes, labels, new_codes, new_labels, kinds):
    pairs = np.bincount(labels * kinds + codes, minlength=kinds**2)
    label, code = linear_sum_assignment(pairs.reshape(kinds, kinds), maximize=True)
    meaning = dict(zip(code, label, strict=True))
    right = [meaning[c] == y for c, y in zip(new_codes, new_labels, strict=True)]
    return sum(right) / len(right)


@right(by_scipy, by_trying_all, by_transposed_table)
def test_a_right_matched_accuracy_passes(capsys, answer):
    passes(capsys, lesson07.matched_accuracy, answer, "7.3")


@wrong(
    majority_of_labels=(
        lambda c, y, d, z, k: (
            np.mean([np.bincount(d[z == label]).max(initial=0) for label in range(k)])
            / len(z)
        ),
        "is right",
    ),
    chance=(lambda c, y, d, z, k: 1 / k, "is right"),
    halves_exchanged=(lambda c, y, d, z, k: by_scipy(d, z, c, y, k), "exchanged"),
    meaning=(
        lambda c, y, d, z, k: linear_sum_assignment(np.zeros((k, k)))[1],
        "shape|one number",
    ),
    percent=(lambda *given: 100 * by_scipy(*given), "in percent"),
    rounded=(lambda *given: round(by_scipy(*given), 1), "is right"),
    per_label=(
        lambda c, y, d, z, k: by_scipy(c, y, d[z < k - 1], z[z < k - 1], k),
        "is right",
    ),
    crashes=(lambda c, y, d, z, k: by_scipy(c, y, d, z, k - 1), "broke off"),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_matched_accuracy_is_rejected(answer, message):
    is_rejected(lesson07.matched_accuracy, answer, message)


@pytest.mark.parametrize("name", lesson07.__all__)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, name):
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    getattr(lesson07, name)(stub)
    assert capsys.readouterr().out.startswith("○ Exercise 7.")
