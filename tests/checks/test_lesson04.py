"""Right and wrong answers to the exercises of lesson 04, told apart by their checks."""

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from sklearn.datasets import load_digits

from utils.autodiff import input_gradient
from utils.checks import lesson04
from utils.measures.elbo import kl_to_standard_normal, reparametrize
from utils.sampling.ascent import ascend

# 4.1, the two terms


def reconstruction(x, made):
    return ops.mean(0.5 * ops.sum(ops.square(x - made), axis=-1))


def kl(mean, log_variance):
    terms = mean**2 + ops.exp(log_variance) - 1 - log_variance
    return 0.5 * ops.mean(ops.sum(terms, axis=1))


def summed(x, made):
    return 0.5 * ops.sum((x - made) ** 2) / x.shape[0]


def kl_with_sigma(mean, log_variance):
    sigma = ops.exp(0.5 * log_variance)
    terms = ops.square(sigma) + ops.square(mean) - 1 - 2 * ops.log(sigma)
    return ops.mean(ops.sum(terms, axis=-1) / 2)


def terms(mean, log_variance):
    return mean**2 + ops.exp(log_variance) - 1 - log_variance


@right(
    shown=(reconstruction, kl),
    summed=(summed, kl_with_sigma),
    course=(reconstruction, lambda m, v: ops.mean(kl_to_standard_normal(m, v))),
    other_names=(lambda a, b: reconstruction(a, b), lambda mu, s: kl(mu, s)),
)
def test_right_terms_pass(capsys, answer):
    passes(capsys, lesson04.vae_loss, tuple(answer), "4.1")


@wrong(
    mean=(lambda x, m: 0.5 * ops.mean((x - m) ** 2), "over the pixels too"),
    keras=(lambda x, m: ops.mean((x - m) ** 2), "over the pixels too, and lacks"),
    no_half=(lambda x, m: 2 * reconstruction(x, m), "lacks the ½"),
    sum_of_all=(lambda x, m: 0.5 * ops.sum((x - m) ** 2), "over the batch as well"),
    sign=(lambda x, m: -reconstruction(x, m), "sign flipped"),
    absolute=(
        lambda x, m: 0.5 * ops.mean(ops.sum(ops.abs(x - m), axis=-1)),
        "absolute",
    ),
    root=(
        lambda x, m: 0.5 * ops.mean(ops.sqrt(ops.sum((x - m) ** 2, axis=-1))),
        "square root",
    ),
    vector=(lambda x, m: 0.5 * ops.sum((x - m) ** 2, axis=-1), "shape"),
    no_gradient=(
        lambda x, m: ops.stop_gradient(reconstruction(x, m)),
        "no gradient arrives",
    ),
    nothing=(lambda x, m: None, "lacks the word `return`"),
)
def test_a_wrong_reconstruction_is_rejected(answer, message):
    is_rejected(lesson04.vae_loss, (answer, kl), message)


@wrong(
    mean=(lambda m, v: 0.5 * ops.mean(terms(m, v)), "1/latent size"),
    sum_of_all=(lambda m, v: 0.5 * ops.sum(terms(m, v)), "over the batch as well"),
    no_half=(lambda m, v: 2 * kl(m, v), "lacks the ½"),
    sign=(lambda m, v: -kl(m, v), "sign flipped"),
    log_sigma=(lambda m, v: kl(m, 2 * v), "for log σ"),
    half_log=(lambda m, v: kl(m, 0.5 * v), "σ in place of σ²"),
    sigma=(
        lambda m, v: 0.5 * ops.mean(ops.sum(m**2 + ops.exp(v / 2) - 1 - v, axis=-1)),
        "σ in place of σ²",
    ),
    no_one=(
        lambda m, v: 0.5 * ops.mean(ops.sum(m**2 + ops.exp(v) - v, axis=-1)),
        "lacks the −1",
    ),
    no_mean=(lambda m, v: kl(0 * m, v), "does not look at the mean"),
    reversed=(
        lambda m, v: 0.5 * ops.mean(ops.sum((m**2 + 1) / ops.exp(v) - 1 + v, axis=-1)),
        "other way round",
    ),
    plus=(lambda m, v: kl(m, v) + ops.mean(ops.sum(v, axis=-1)), "adds log σ²"),
    constant=(lambda m, v: 3.0, "is [0-9.]+: work the first"),
)
def test_a_wrong_kl_term_is_rejected(answer, message):
    is_rejected(lesson04.vae_loss, (reconstruction, answer), message)


# 4.2, the reparametrization


@right(
    shown=lambda mean, log_variance, noise: mean + ops.exp(0.5 * log_variance) * noise,
    root=lambda m, v, e: m + e * ops.sqrt(ops.exp(v)),
    minus=lambda m, v, e: m - ops.exp(v / 2) * e,
    course=reparametrize,
)
def test_a_right_draw_passes(capsys, answer):
    passes(capsys, lesson04.reparametrize, answer, "4.2")


@wrong(
    variance=(lambda m, v, e: m + ops.exp(v) * e, "by the variance"),
    double=(lambda m, v, e: m + ops.exp(2 * v) * e, r"exp\(2·log_variance\)"),
    logarithm=(lambda m, v, e: m + v * e, "out of the logarithm"),
    half_logarithm=(lambda m, v, e: m + 0.5 * v * e, "forgets the exponential"),
    width_one=(lambda m, v, e: m + e, "width 1"),
    no_mean=(lambda m, v, e: ops.exp(0.5 * v) * e, "leaves out the mean"),
    no_noise=(lambda m, v, e: m + ops.exp(0.5 * v), "leaves out the noise"),
    the_mean=(lambda m, v, e: m + 0 * v * e, "returns the mean"),
    stretched=(lambda m, v, e: (m + e) * ops.exp(0.5 * v), "stretches the mean"),
    own_noise=(
        lambda m, v, e: (
            m + ops.exp(0.5 * v) * keras.random.normal(ops.shape(m), seed=1)
        ),
        "noise of its own",
    ),
    no_gradient=(
        lambda m, v, e: reparametrize(m, ops.stop_gradient(v), e),
        "does not arrive at log σ²",
    ),
    averaged=(lambda m, v, e: ops.mean(reparametrize(m, v, e), axis=0), "shape"),
    nothing=(lambda m, v, e: None, "return"),
)
def test_a_wrong_draw_is_rejected(answer, message):
    is_rejected(lesson04.reparametrize, answer, message)


# 4.3, ascent


def climb(score, x, steps, step_size):
    for _ in range(steps):
        x = x + step_size * input_gradient(score, x)
    return x


def climb_in_numpy(score, x, steps, step_size):
    x = np.array(x)
    for _ in range(steps):
        x += step_size * ops.convert_to_numpy(input_gradient(score, x))
    return x


def climb_recursively(score, x, steps, step_size):
    if not steps:
        return x
    moved = x + step_size * input_gradient(score, x)
    return climb_recursively(score, moved, steps - 1, step_size)


def climb_with(change):
    """A loop with another step: change(score, x, start, size) is what x becomes."""

    def climbing(score, x, steps, step_size):
        start = x
        for _ in range(steps):
            x = change(score, x, start, step_size)
        return x

    return climbing


def slope(score, x):
    return input_gradient(score, x)


@right(shown=climb, numpy=climb_in_numpy, recursive=climb_recursively, course=ascend)
def test_a_right_ascent_passes(capsys, answer):
    passes(capsys, lesson04.climb, answer, "4.3")


@wrong(
    descent=(climb_with(lambda f, x, s, h: x - h * slope(f, x)), "goes down"),
    still=(lambda score, x, steps, step_size: x, "leaves the examples"),
    one_step=(lambda f, x, n, h: x + h * slope(f, x), "one step only"),
    at_start=(climb_with(lambda f, x, s, h: x + h * slope(f, s)), "slope of the start"),
    too_many=(lambda f, x, n, h: climb(f, x, n + 1, h), "too many"),
    too_few=(lambda f, x, n, h: climb(f, x, n - 1, h), "too few"),
    no_size=(climb_with(lambda f, x, s, h: x + slope(f, x)), "does not use step_size"),
    mean=(
        climb_with(lambda f, x, s, h: x + h * slope(f, x) / len(s)),
        "number of examples",
    ),
    sign=(climb_with(lambda f, x, s, h: x + h * ops.sign(slope(f, x))), "sign of"),
    the_score=(climb_with(lambda f, x, s, h: x + h * f(x)), "adds the score"),
    one_point=(lambda f, x, n, h: climb(f, x, n, h)[0], "shape"),
    half=(lambda f, x, n, h: climb(f, x, n, h / 2), "should arrive at"),
    nothing=(lambda f, x, n, h: None, "return"),
)
def test_a_wrong_ascent_is_rejected(answer, message):
    is_rejected(lesson04.climb, answer, message)


# 4.4, one round


def labeled(real, dreams, first=1.0, second=0.0):
    examples = np.concatenate([real, dreams])
    labels = np.concatenate([np.full(len(real), first), np.full(len(dreams), second)])
    return examples, labels


def one_round(discriminator, real, start, dream):
    dreams = dream(discriminator, start)
    discriminator.fit(*labeled(real, dreams), verbose=0)
    return dreams


def by_batches(discriminator, real, start, dream):
    dreams = dream(discriminator, start)
    examples, labels = labeled(real, dreams)
    order = np.random.default_rng(0).permutation(len(examples))
    discriminator.train_on_batch(examples[order], labels[order, None])
    return dreams


def one_after_the_other(discriminator, real, start, dream):
    dreams = dream(discriminator, start)
    discriminator.fit(dreams, np.zeros(len(dreams)), verbose=0)
    discriminator.fit(real, np.ones(len(real)), verbose=0)
    return dreams


def trained_on(*parts, first=1.0, second=0.0):
    """A round that trains on other parts, or with other labels."""

    def answer(discriminator, real, start, dream):
        dreams = dream(discriminator, start)
        named = {"real": real, "dreams": dreams, "start": start}
        chosen = [named[part] for part in parts]
        discriminator.fit(*labeled(*chosen, first=first, second=second), verbose=0)
        return dreams

    return answer


def trained_first(discriminator, real, start, dream):
    discriminator.fit(*labeled(real, start), verbose=0)
    return dream(discriminator, start)


def never_dreamt(discriminator, real, start, dream):
    discriminator.fit(*labeled(real, start), verbose=0)
    return start


def mixed_up(discriminator, real, start, dream):
    dreams = dream(discriminator, start)
    examples, labels = labeled(real, dreams)
    discriminator.fit(examples, np.roll(labels, 5), verbose=0)
    return dreams


def returns(what):
    def answer(discriminator, real, start, dream):
        dreams = one_round(discriminator, real, start, dream)
        return {"real": real, "model": discriminator, "half": dreams[:9]}.get(what)

    return answer


@right(shown=one_round, batches=by_batches, separately=one_after_the_other)
def test_a_right_round_passes(capsys, answer):
    passes(capsys, lesson04.one_round, answer, "4.4")


@wrong(
    swapped=(trained_on("real", "dreams", first=0.0, second=1.0), "swaps the labels"),
    signs=(trained_on("real", "dreams", second=-1.0), "probabilities"),
    wrong_order=(trained_on("dreams", "real"), "swaps the labels"),
    positives=(trained_on("real", "real", second=1.0), "like everything"),
    negatives=(trained_on("dreams", "dreams", first=0.0), "dislike everything"),
    start=(trained_on("real", "start"), "on `start`"),
    dreams_later=(trained_first, "before it dreams"),
    no_dreams=(never_dreamt, "never calls `dream`"),
    no_training=(lambda d, real, start, dream: dream(d, start), "does not train D"),
    dream_of_real=(
        lambda d, real, start, dream: one_round(d, real, real, dream),
        "something else than `start`",
    ),
    other_judge=(lambda d, real, start, dream: dream(real, start), "in place of the"),
    mixed=(mixed_up, "the wrong label"),
    real=(returns("real"), "must return the dreams"),
    part=(returns("half"), "must return the dreams"),
    nothing=(returns("nothing"), "return"),
)
def test_a_wrong_round_is_rejected(answer, message):
    is_rejected(lesson04.one_round, answer, message)


# 4.5, two pictures


@pytest.fixture(scope="module")
def pictures():
    data = load_digits()
    return (data.images[..., None] / 8 - 1).astype("float32"), data.target


@pytest.fixture(scope="module")
def judge(pictures):
    """How far a picture is from real ones: the nearest, and none has a stray pixel."""
    images, _ = pictures

    def logits(x):
        distances = ((x[:, None] - images[None]) ** 2).sum(axis=(2, 3, 4))
        return 2 - np.sort(distances, axis=1)[:, 0]

    return logits


@pytest.fixture(scope="module")
def target(pictures):
    """A seven that is not among the pictures: between two of them."""
    images, labels = pictures
    seven = images[labels == 7][0]
    return np.clip(seven + 0.1, -1, 1)


@pytest.fixture
def paint(pictures):
    def painting(target):
        near = target.copy()
        near[7, 0] = 1.0
        images, labels = pictures
        sevens = images[labels == 7]
        errors = ((sevens - target) ** 2).sum(axis=(1, 2, 3))
        return near, sevens[errors > 6][0]

    return painting


def test_two_pictures_that_fool_squared_error_pass(capsys, paint, target, judge):
    answers = (
        paint,
        lambda target: list(paint(target)),
        lambda picture: np.stack(paint(picture)),
        lambda target: (paint(target)[0].astype("float64"), paint(target)[1]),
    )
    for answer in answers:
        passes(capsys, lesson04.fool_squared_error, (answer, target, judge), "4.5")


@wrong(
    swapped=(lambda near, far, t: (far, near), "changed places"),
    no_stray=(lambda near, far, t: (0.99 * t, far), "not of another opinion"),
    both_spoiled=(
        lambda near, far, t: (near, np.where(np.eye(8)[..., None], 1.0, t)),
        "not of another opinion",
    ),
    equal=(lambda near, far, t: (near, near), "squared error is not fooled"),
    too_far=(lambda near, far, t: (-t, -t), "squared error is not fooled"),
    target_itself=(lambda near, far, t: (t, far), "`near` is the target itself"),
    too_bright=(lambda near, far, t: (near + 2, far), "black is −1"),
    no_channel=(lambda near, far, t: (near[..., 0], far), "same size"),
    one_picture=(lambda near, far, t: (near,), "return near, far"),
    nothing=(lambda near, far, t: None, "return"),
)
def test_two_pictures_that_do_not_are_rejected(paint, target, judge, answer, message):
    def painting(target):
        return answer(*paint(target), target)

    is_rejected(lesson04.fool_squared_error, (painting, target, judge), message)


def test_painting_on_the_target_itself_is_rejected(paint, target, judge):
    def painting(target):
        target[7, 0] = 1.0
        return target, paint(target)[1]

    check = lesson04.fool_squared_error
    is_rejected(check, (painting, target.copy(), judge), "target.copy")


def test_at_quick_the_judge_is_not_asked(capsys, monkeypatch, paint, target):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    check = lesson04.fool_squared_error
    passes(capsys, check, (paint, target, lambda x: np.zeros(len(x))), "4.5")


@pytest.mark.parametrize(
    ("check", "answers"),
    [
        (lesson04.vae_loss, (stub, stub)),
        (lesson04.reparametrize, (stub,)),
        (lesson04.climb, (stub,)),
        (lesson04.one_round, (stub,)),
        (lesson04.fool_squared_error, (stub, np.zeros((8, 8, 1)), np.zeros)),
    ],
)
def test_an_exercise_that_was_not_attempted_says_so(
    capsys, monkeypatch, check, answers
):
    monkeypatch.delenv("COURSE_STRICT")
    check(*answers)
    assert capsys.readouterr().out.startswith("○ Exercise 4.")
