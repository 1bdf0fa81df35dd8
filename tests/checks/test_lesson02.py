"""Right and wrong answers to the exercises of lesson 02, told apart by their checks.

What the catalogs know is tested in `test_catalog.py`; here stands what they do not.
"""

import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.optimize import minimize_scalar

from utils.checks import lesson02
from utils.measures.divergences import js_divergence, js_from_logits
from utils.models.meter import DivergenceMeter
from utils.networks.mlp import mlp

LOG_2 = np.log(2)


def numbers(tensor):
    return np.asarray(ops.convert_to_numpy(tensor), dtype="float64")


# 2.1, the optimal discriminator


def clipped(log_p, log_q):
    return 1 / (1 + np.exp(-(log_p - log_q).clip(-700, 700)))


def one_maximum(log_p, log_q):
    top = max(np.max(log_p), np.max(log_q))
    p, q = np.exp(log_p - top), np.exp(log_q - top)
    return p / (p + q)


@right(
    sigmoid=lambda log_p, log_q: ops.sigmoid(log_p - log_q),
    fraction=lambda log_p, log_q: 1 / (1 + ops.exp(log_q - log_p)),
    logaddexp=lambda log_p, log_q: np.exp(log_p - np.logaddexp(log_p, log_q)),
    softmax=lambda log_p, log_q: ops.softmax(ops.stack([log_p, log_q]), axis=0)[0],
    methods_of_arrays=clipped,
    cast=lambda log_p, log_q: (
        1 / (1 + np.exp(log_q.astype("float64") - log_p.astype("float64")))
    ),
    own_maxima=lambda log_p, log_q: (
        np.exp(log_p - np.maximum(log_p, log_q))
        / (
            np.exp(log_p - np.maximum(log_p, log_q))
            + np.exp(log_q - np.maximum(log_p, log_q))
        )
    ),
)
def test_a_right_discriminator_passes(capsys, answer):
    passes(capsys, lesson02.optimal_discriminator, answer, "2.1")


@wrong(
    one_maximum=(one_maximum, "one maximum for all points"),
    plain=(
        lambda log_p, log_q: np.exp(log_p) / (np.exp(log_p) + np.exp(log_q)),
        r"exp\(-800\)",
    ),
    nan_to_half=(
        lambda log_p, log_q: np.nan_to_num(
            np.exp(log_p) / (np.exp(log_p) + np.exp(log_q)), nan=0.5
        ),
        "is ½ far out in the tails",
    ),
    half=(lambda log_p, log_q: 0.5 + 0 * log_p, "same whatever it is given"),
    clipped_early=(
        lambda log_p, log_q: ops.sigmoid(np.clip(log_p - log_q, -1, 1)),
        "is right",
    ),
    a_column=(
        lambda log_p, log_q: ops.sigmoid(log_p - log_q)[:, None],
        r"shape \(4, 1\) .* an axis of length 1 too many",
    ),
)
def test_a_wrong_discriminator_is_named(answer, message):
    is_rejected(lesson02.optimal_discriminator, answer, message)


# 2.2, JS from logits


def value(real_logits, fake_logits):
    on_real = -ops.mean(ops.softplus(-real_logits))
    return on_real - ops.mean(ops.softplus(fake_logits))


def by_log_sigmoid(real_logits, fake_logits):
    on_real, on_fake = ops.log_sigmoid(real_logits), ops.log_sigmoid(-fake_logits)
    return LOG_2 + 0.5 * ops.mean(on_real) + 0.5 * ops.mean(on_fake)


def unsafe(real_logits, fake_logits):
    on_real = ops.mean(ops.log(ops.sigmoid(real_logits)))
    return LOG_2 + (on_real + ops.mean(ops.log(1 - ops.sigmoid(fake_logits)))) / 2


def unsafe_but_clipped(real_logits, fake_logits):
    real, fake = (ops.clip(x, -15, 15) for x in (real_logits, fake_logits))
    return unsafe(real, fake)


def through_numpy(real_logits, fake_logits):
    return float(js_from_logits(numbers(real_logits), numbers(fake_logits)))


def real_half_stopped(real_logits, fake_logits):
    return js_from_logits(ops.stop_gradient(real_logits), fake_logits)


@right(
    by_log_sigmoid,
    course=js_from_logits,
    softplus=lambda real_logits, fake_logits: (
        LOG_2 + value(real_logits, fake_logits) / 2
    ),
    other_names=lambda r, f: by_log_sigmoid(r, f),
    counted_by_len=lambda r, f: (
        LOG_2
        - (sum(ops.softplus(-x[0]) for x in r) / len(r)) / 2
        - (sum(ops.softplus(x[0]) for x in f) / len(f)) / 2
    ),
)
def test_a_right_reading_passes(capsys, answer):
    passes(capsys, lesson02.js_reading, answer, "2.2")


@wrong(
    never_negative=(
        lambda r, f: ops.maximum(js_from_logits(r, f), 0),
        "cuts negative readings off",
    ),
    elementwise=(
        lambda r, f: LOG_2 + ops.mean(ops.log_sigmoid(r) + ops.log_sigmoid(-f)) / 2,
        "shapes that do not go together, .*5.*3.*: print them",
    ),
    unsafe=(unsafe, "±10,000"),
    unsafe_but_clipped=(unsafe_but_clipped, "levels off for logits of ±10,000"),
    through_numpy=(through_numpy, "no gradient"),
    stopped=(real_half_stopped, "no gradient arrives at real_logits"),
    a_value_called=(lambda r, f: ops.mean(r)(f), "a value where a function is called"),
)
def test_a_wrong_reading_is_named(answer, message):
    is_rejected(lesson02.js_reading, answer, message)


# 2.5, a conjugate


def on_a_grid(t):
    u = np.linspace(0, 40, 400_001)
    return np.array([(u * each - (np.sqrt(u) - 1) ** 2).max() for each in t])


def by_search(t):
    found = [
        minimize_scalar(
            lambda u, each=each: (np.sqrt(u) - 1) ** 2 - u * each,
            bounds=(0, 60),
            method="bounded",
            options={"xatol": 1e-10},
        )
        for each in t
    ]
    return np.array([-each.fun for each in found])


def in_float64(t):
    t = t.astype("float64")
    return t / (1 - t)


@right(
    on_a_grid,
    by_search,
    in_float64,
    other_form=lambda t: 1 / (1 - t) - 1,
    with_ops=lambda t: ops.divide(t, ops.subtract(1.0, t)),
)
def test_a_right_conjugate_passes(capsys, answer):
    passes(capsys, lesson02.hellinger_conjugate, answer, "2.5")


@wrong(
    zero=(lambda t: 0 * t, "does not use `t`"),
    square_root=(lambda t: np.sqrt(1 - t) - 1, "is right"),
    a_list=(lambda t: [str(x) for x in t], "must return numbers"),
    a_function=(lambda t: lambda u: u * t, "call it, with its arguments"),
    dots=(lambda t: ..., r"returns `\.\.\.`: put your code in its place"),
)
def test_a_wrong_conjugate_is_named(answer, message):
    is_rejected(lesson02.hellinger_conjugate, answer, message)


# 2.3, k of K modes


def modes(k, K):
    p, q = 1 / K, 1 / k
    r = (p + q) / 2
    real = k * p * np.log(p / r) + (K - k) * p * LOG_2
    return (real + np.log(q / r)) / 2


def by_probabilities(k, K):
    return js_divergence(np.full(K, 1 / K), np.r_[np.full(k, 1 / k), np.zeros(K - k)])


@right(
    modes,
    by_probabilities,
    float32=lambda k, K: np.float32(modes(k, K)),
    tensor=lambda k, K: ops.convert_to_tensor(modes(k, K)),
)
def test_a_right_closed_form_passes(capsys, answer):
    passes(capsys, lesson02.js_of_modes, answer, "2.3")


@wrong(
    other_places=(lambda a, b: abs(modes(b, a)), "is right"),
    shifted=(lambda k, K: modes(k, K) + 0.1, "0.1 too large each time"),
    third=(lambda k, K: modes(k, K) / 3, "0.3333 times the right number"),
    two=(lambda k, K: [modes(k, K)] * 2, "add the parts up"),
    whole_numbers=(lambda k, K: modes(k, K) if k == 3 else 0, "is right"),
)
def test_a_wrong_closed_form_is_named(answer, message):
    is_rejected(lesson02.js_of_modes, answer, message)


def test_an_unforeseen_slip_does_not_give_the_derivation_away():
    is_rejected(lesson02.js_of_modes, lambda k, K: k / K, r"^((?!log\().)*$")


# 2.4, over-reading


def by_nearest_point(real, fake):
    """Over-reads without any training: a point is what its nearest neighbor is."""
    known = np.concatenate([numbers(real), numbers(fake)])

    def discriminator(x):
        distances = np.linalg.norm(numbers(x)[:, None] - known[None], axis=-1)
        is_real = distances.argmin(axis=1) < len(real)
        return ops.convert_to_tensor(np.where(is_real, 8.0, -8.0)[:, None], "float32")

    return discriminator


def a_meter(real, fake):
    meter = DivergenceMeter(mlp(20, 1, (4,)))
    meter.learn(real, fake, epochs=1, validation_share=0)
    return meter


def rule(decide):
    """A rule of the readings on own and on new samples."""

    def noticed(discriminator, real, fake, new_real, new_fake):
        own = float(js_from_logits(discriminator(real), discriminator(fake)))
        new = float(js_from_logits(discriminator(new_real), discriminator(new_fake)))
        return decide(own, new)

    return noticed


def concatenated(discriminator, real, fake, new_real, new_fake):
    own = numbers(discriminator(np.concatenate([real, fake])))
    new = numbers(discriminator(np.concatenate([new_real, new_fake])))
    on_own = js_from_logits(own[: len(real)], own[len(real) :])
    on_new = js_from_logits(new[: len(new_real)], new[len(new_real) :])
    return bool(on_own - on_new > 0.1)


def accuracies(discriminator, real, fake, new_real, new_fake):
    def accuracy(one, other):
        on_real, on_fake = numbers(discriminator(one)), numbers(discriminator(other))
        return (np.mean(on_real > 0) + np.mean(on_fake < 0)) / 2

    return bool(accuracy(real, fake) - accuracy(new_real, new_fake) > 0.1)


def real_half(discriminator, real, fake, new_real, new_fake):
    log_d = [
        -np.mean(np.logaddexp(0, -numbers(discriminator(x)))) for x in (real, new_real)
    ]
    return bool(log_d[0] - log_d[1] > 0.1)


def sure(discriminator, *samples):
    return bool(np.mean(abs(numbers(discriminator(samples[0])))) > 3)


GOOD = rule(lambda own, new: own - new > 0.1)


@right(
    bool=GOOD,
    numpy=rule(lambda own, new: np.bool_(new + 0.1 < own)),
    tensor=rule(lambda own, new: ops.convert_to_tensor(own - new) > 0.1),
    concatenated=concatenated,
)
def test_an_over_reader_that_is_noticed_passes(capsys, answer):
    passes(capsys, lesson02.over_reading, (by_nearest_point, answer), "2.4")


@wrong(
    half_a_nat=(rule(lambda own, new: own - new > 0.5), "trusts a D"),
    half_the_threshold=(rule(lambda own, new: own - new > 0.05), "suspects a D"),
    a_share=(rule(lambda own, new: new < own / 2), "suspects"),
    share_and_offset=(rule(lambda own, new: new < 0.8 * own - 0.05), "trusts a D"),
    below_zero=(rule(lambda own, new: new < 0), "suspects"),
    either_side=(rule(lambda own, new: abs(own - new) > 0.1), "is no over-reading"),
    accuracies=(accuracies, "suspects a D"),
    real_half=(real_half, "suspects a D"),
    never_below_zero=(rule(lambda own, new: own - max(new, 0) > 0.1), "trusts a D"),
    high=(rule(lambda own, new: own > 0.5), "suspects"),
    larger=(rule(lambda own, new: own > new), "suspects"),
    sure=(sure, "suspects the best D"),
    always=(lambda *_: True, "suspects the best D"),
    never=(lambda *_: False, "trusts a D"),
    turned=(rule(lambda own, new: not own - new > 0.1), "suspects the best D"),
    nothing=(lambda *a: None, "returns None, but must return True"),
    gap=(rule(lambda own, new: own - new), "returns the number"),
    text=(lambda *a: "yes", "returns 'yes', but must return True"),
)
def test_a_rule_that_does_not_notice_is_named(answer, message):
    is_rejected(lesson02.over_reading, (by_nearest_point, answer), message)


def undecided(real, fake):
    return lambda x: 0 * x[:, :1]


def probabilities(real, fake):
    return lambda x: ops.sigmoid(by_nearest_point(real, fake)(x))


@wrong(
    undecided=(undecided, "reads 0.000 nats.*more than 0.5"),
    probabilities=(probabilities, "return logits"),
    the_meter=(a_meter, r"returns the meter itself.*`return meter\.score`"),
    nothing=(lambda real, fake: None, "returns None, but must return a discrim"),
    a_number=(lambda real, fake: 0.6, "returns 0.6, but must return a discrim"),
    all_columns=(lambda real, fake: lambda x: x, "one logit per point"),
    infinite=(lambda real, fake: lambda x: x[:, :1] / 0, "NaN or infinite"),
)
def test_what_does_not_over_read_is_named(answer, message):
    is_rejected(lesson02.over_reading, (answer, GOOD), message)


def test_at_quick_the_verdict_on_the_reading_is_left_open(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    lesson02.over_reading(undecided, GOOD)
    assert "needs laptop" in capsys.readouterr().out
