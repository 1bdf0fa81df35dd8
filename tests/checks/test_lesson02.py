"""Right and wrong answers to the exercises of lesson 02, told apart by their checks."""

import numpy as np
import pytest
from answer_tables import stub
from keras import ops

from utils.checks import ExerciseError, lesson02
from utils.measures.divergences import js_divergence, js_from_logits

LOG_2 = np.log(2)


def numbers(tensor):
    return ops.convert_to_numpy(tensor).astype("float64")


# 2.1


@pytest.mark.parametrize(
    "answer",
    [
        lambda log_p, log_q: ops.sigmoid(log_p - log_q),
        lambda log_p, log_q: 1 / (1 + ops.exp(log_q - log_p)),
        lambda log_p, log_q: np.exp(
            numbers(log_p) - np.logaddexp(numbers(log_p), numbers(log_q))
        ),
        lambda log_p, log_q: ops.softmax(ops.stack([log_p, log_q]), axis=0)[0],
    ],
)
def test_a_right_discriminator_passes(capsys, answer):
    lesson02.optimal_discriminator(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 2.1 passed")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda log_p, log_q: ops.sigmoid(log_q - log_p), "p and q swapped"),
        (lambda log_p, log_q: log_p - log_q, "returns the logit"),
        (lambda log_p, log_q: ops.exp(log_p - log_q), "density ratio"),
        (
            lambda log_p, log_q: ops.sigmoid(ops.exp(log_p) - ops.exp(log_q)),
            r"sigmoid of p - q",
        ),
        (lambda log_p, log_q: log_p / (log_p + log_q), "divides the logarithms"),
        (lambda log_p, log_q: ops.log_sigmoid(log_p - log_q), "returns log D"),
        (
            lambda log_p, log_q: ops.cast(log_p > log_q, "float32"),
            "decides for one side",
        ),
        (lambda log_p, log_q: ops.tanh(log_p - log_q), "tanh"),
        (
            lambda log_p, log_q: ops.exp(log_p) / (ops.exp(log_p) + ops.exp(log_q)),
            r"exp\(-800\)",
        ),
        (lambda log_p, log_q: ops.mean(log_p - log_q), "one number a point"),
        (lambda log_p, log_q: 0.5 + 0 * log_p, r"p/\(p \+ q\) is"),
        (lambda log_p, log_q: None, "returns None"),
        (lambda log_q, log_p: ops.sigmoid(log_p - log_q), "exchanged the order"),
        (stub, "○ Exercise 2.1 is not attempted yet"),
    ],
)
def test_a_wrong_discriminator_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson02.optimal_discriminator(answer)


# 2.2


def value(real_logits, fake_logits):
    on_real = -ops.mean(ops.softplus(-real_logits))
    return on_real - ops.mean(ops.softplus(fake_logits))


def by_log_sigmoid(real_logits, fake_logits):
    on_real, on_fake = ops.log_sigmoid(real_logits), ops.log_sigmoid(-fake_logits)
    return LOG_2 + 0.5 * ops.mean(on_real) + 0.5 * ops.mean(on_fake)


@pytest.mark.parametrize(
    "answer",
    [
        js_from_logits,
        by_log_sigmoid,
        lambda real_logits, fake_logits: LOG_2 + value(real_logits, fake_logits) / 2,
    ],
)
def test_a_right_reading_passes(capsys, answer):
    lesson02.js_reading(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 2.2 passed")


def pooled(real_logits, fake_logits):
    each = ops.concatenate(
        [ops.log_sigmoid(real_logits), ops.log_sigmoid(-fake_logits)]
    )
    return LOG_2 + ops.mean(each)


def unsafe(real_logits, fake_logits):
    on_real = ops.mean(ops.log(ops.sigmoid(real_logits)))
    return LOG_2 + (on_real + ops.mean(ops.log(1 - ops.sigmoid(fake_logits)))) / 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (value, "returns V itself"),
        (lambda r, f: value(r, f) / 2, "log 2 is missing"),
        (lambda r, f: LOG_2 + value(r, f), "Halve V as well"),
        (lambda r, f: 2 * LOG_2 + value(r, f), "is 2 JS"),
        (lambda r, f: LOG_2 - value(r, f) / 2, "sign of V flipped"),
        (lambda r, f: value(r, f) / 2 - LOG_2, "subtracts log 2"),
        (lambda r, f: LOG_2 + value(f, r) / 2, "real and generated swapped"),
        (pooled, "one pool of all logits"),
        (lambda r, f: js_from_logits(r, f) / LOG_2, "in bits"),
        (lambda r, f: ops.sqrt(js_from_logits(r, f)), "square root"),
        (
            lambda r, f: js_from_logits(ops.sigmoid(r), ops.sigmoid(f)),
            "sigmoid twice",
        ),
        (
            lambda r, f: (
                LOG_2
                + ops.sum(ops.log_sigmoid(r)) / 2
                + ops.sum(ops.log_sigmoid(-f)) / 2
            ),
            "adds the examples up",
        ),
        (unsafe, "±10 000"),
        (lambda r, f: ops.log_sigmoid(r), "one number is asked for"),
        (
            lambda fake_logits, real_logits: js_from_logits(real_logits, fake_logits),
            "exchanged the order",
        ),
        (stub, "○ Exercise 2.2 is not attempted yet"),
    ],
)
def test_a_wrong_reading_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson02.js_reading(answer)


# 2.3


def on_a_grid(t):
    u = np.linspace(0, 40, 400_001)
    t = numbers(t)
    return np.array([(u * each - (np.sqrt(u) - 1) ** 2).max() for each in t])


@pytest.mark.parametrize(
    "answer",
    [
        lambda t: t / (1 - t),
        lambda t: 1 / (1 - t) - 1,
        on_a_grid,
        lambda t: -numbers(t) / (numbers(t) - 1),
    ],
)
def test_a_right_conjugate_passes(capsys, answer):
    lesson02.hellinger_conjugate(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 2.3 passed")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda t: 1 / (1 - t) ** 2, "the u where the top is"),
        (lambda t: t / (1 - t) ** 2, "has still to be subtracted"),
        (lambda t: t**2 / (1 - t) ** 2, r"is f\(u\) at the top"),
        (lambda t: (t + t**2) / (1 - t) ** 2, r"adds f\(u\)"),
        (lambda t: -t / (1 - t), "sign flipped"),
        (lambda t: 1 / (1 - t), "√u at the top"),
        (lambda t: t**2 / 4 + t, "Pearson"),
        (lambda t: ops.exp(t - 1), "KL"),
        (lambda t: 0 * t, "that is the top"),
        (lambda t: None, "returns None"),
        (stub, "○ Exercise 2.3 is not attempted yet"),
    ],
)
def test_a_wrong_conjugate_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson02.hellinger_conjugate(answer)


# 2.4


def modes(k, K, halved=2, missing=1, on_fake=1, on_real=1, base=1):
    p, q = 1 / K, 1 / k
    m = (p + q) / 2
    real = k * p * np.log(p / m) + missing * (K - k) * p * LOG_2
    return (on_real * real + on_fake * np.log(q / m)) / halved / base


def by_probabilities(k, K):
    return js_divergence(np.full(K, 1 / K), np.r_[np.full(k, 1 / k), np.zeros(K - k)])


@pytest.mark.parametrize(
    "answer", [modes, by_probabilities, lambda k, K: np.float32(modes(k, K))]
)
def test_a_right_closed_form_passes(capsys, answer):
    lesson02.js_of_modes(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 2.4 passed")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda k, K: modes(k, K, halved=1), "sum of both KLs"),
        (lambda k, K: modes(k, K, missing=0), "leaves the missing heaps out"),
        (lambda k, K: np.log(K / k), "reverse KL"),
        (lambda k, K: modes(k, K, base=LOG_2), "in bits"),
        (lambda k, K: (1 - k / K) * LOG_2, "share of the missing heaps"),
        (lambda k, K: modes(k, K, on_fake=0), r"KL\(p‖mixture\) only"),
        (lambda k, K: modes(k, K, on_real=0), r"KL\(q‖mixture\) only"),
        (lambda k, K: np.sqrt(max(modes(k, K), 0)), "square root"),
        (lambda k, K: modes(k, K) + 0.1, r"returns .* is right"),
        (lambda k, K: [modes(k, K)] * 2, "array of shape"),
        (lambda K, k: modes(k, K), "exchanged the order"),
        (stub, "○ Exercise 2.4 is not attempted yet"),
    ],
)
def test_a_wrong_closed_form_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson02.js_of_modes(answer)


# 2.5


def by_nearest_point(real, fake):
    """Over-reads without any training: a point is what its nearest neighbor is."""
    known = np.concatenate([numbers(real), numbers(fake)])

    def discriminator(x):
        distances = np.linalg.norm(numbers(x)[:, None] - known[None], axis=-1)
        is_real = distances.argmin(axis=1) < len(real)
        return ops.convert_to_tensor(np.where(is_real, 8.0, -8.0)[:, None], "float32")

    return discriminator


def readings(discriminator, real, fake, new_real, new_fake):
    return (
        float(js_from_logits(discriminator(real), discriminator(fake))),
        float(js_from_logits(discriminator(new_real), discriminator(new_fake))),
    )


def gap_above(threshold):
    def noticed(discriminator, real, fake, new_real, new_fake):
        own, new = readings(discriminator, real, fake, new_real, new_fake)
        return own - new > threshold

    return noticed


def as_a_share(discriminator, real, fake, new_real, new_fake):
    own, new = readings(discriminator, real, fake, new_real, new_fake)
    return bool(new < 0.8 * own - 0.05)


@pytest.mark.parametrize("noticed", [gap_above(0.1), gap_above(0.05), as_a_share])
def test_an_over_reader_that_is_noticed_passes(capsys, noticed):
    lesson02.over_reading(by_nearest_point, noticed)
    assert capsys.readouterr().out.startswith("✓ Exercise 2.5 passed")


def own_only(discriminator, real, fake, new_real, new_fake):
    return readings(discriminator, real, fake, new_real, new_fake)[0] > 0.3


def undecided(real, fake):
    return lambda x: 0 * x[:, :1]


GOOD = gap_above(0.1)


@pytest.mark.parametrize(
    ("over_reader", "noticed", "message"),
    [
        (undecided, GOOD, "reads 0.000 nats.*more than 0.5"),
        (lambda real, fake: None, GOOD, "returns None, but must return a discrim"),
        (lambda real, fake: 0.6, GOOD, "returns 0.6, but must return a discrim"),
        (lambda real, fake: lambda x: x, GOOD, "one logit a point"),
        (lambda real, fake: lambda x: x[:, :1] / 0, GOOD, "NaN or infinite"),
        (by_nearest_point, lambda *_: True, "suspects the best D"),
        (by_nearest_point, lambda *_: False, "trusts a D"),
        (by_nearest_point, own_only, "suspects the best D.*distance of 6"),
        (by_nearest_point, lambda *a: not GOOD(*a), "suspects the best D"),
        (by_nearest_point, lambda *a: None, "returns None, but must return True"),
        (by_nearest_point, lambda *a: readings(*a)[0], "returns the number"),
        (stub, GOOD, "○ Exercise 2.5 is not attempted yet"),
        (by_nearest_point, stub, "○ Exercise 2.5 is not attempted yet"),
    ],
)
def test_what_does_not_over_read_or_notice_is_named(over_reader, noticed, message):
    with pytest.raises(ExerciseError, match=message):
        lesson02.over_reading(over_reader, noticed)


def test_at_quick_the_verdict_on_the_reading_is_left_open(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    lesson02.over_reading(undecided, GOOD)
    assert "needs laptop" in capsys.readouterr().out
