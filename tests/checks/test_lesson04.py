"""Right and wrong answers to the exercises of lesson 04, told apart by their checks."""

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from sklearn.datasets import load_digits

from utils.autodiff import input_gradient, minimize
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


@right(
    shown=(reconstruction, kl),
    summed=(summed, kl_with_sigma),
    course=(reconstruction, lambda m, v: ops.mean(kl_to_standard_normal(m, v))),
    other_names=(lambda a, b: reconstruction(a, b), lambda mu, s: kl(mu, s)),
    by_einsum=(
        lambda x, m: ops.einsum("ij,ij->", x - m, x - m) / (2 * ops.shape(x)[0]),
        lambda m, v: -0.5 * ops.mean(ops.sum(1 + v - m**2 - ops.exp(v), axis=-1)),
    ),
    by_len=(
        lambda x, m: 0.5 * ops.sum((x - m) ** 2) / len(x),
        lambda m, v: 0.5 * ops.sum(m**2 + ops.exp(v) - 1 - v) / len(m),
    ),
)
def test_right_terms_pass(capsys, answer):
    passes(capsys, lesson04.vae_loss, tuple(answer), "4.1")


@wrong(
    vector=(lambda x, m: 0.5 * ops.sum((x - m) ** 2, axis=-1), "shape"),
    third=(lambda x, m: reconstruction(x, m) / 3, "0.3333 times the right number"),
    made_for_three=(lambda x, m: 0.5 * ops.sum((x - m) ** 2) / 3, "batch of one"),
    in_range=(
        lambda x, m: reconstruction(ops.clip(x, -3, 3), m),
        "one is far off",
    ),
    no_gradient=(
        lambda x, m: ops.stop_gradient(reconstruction(x, m)),
        "no gradient arrives",
    ),
    half_a_gradient=(
        lambda x, m: reconstruction(x, ops.stop_gradient(m)),
        "no gradient arrives at made",
    ),
    both=(lambda x, m: (reconstruction(x, m), 0.0), "must return one number"),
)
def test_a_wrong_reconstruction_is_rejected(answer, message):
    is_rejected(lesson04.vae_loss, (answer, kl), message)


@wrong(
    constant=(lambda m, v: 3.0, "same whatever it is given"),
    clipped=(lambda m, v: kl(m, ops.clip(v, -10, 2)), "tiny or wide"),
    safe_logarithm=(
        lambda m, v: kl(m, v) + ops.mean(ops.sum(v - ops.log(ops.exp(v) + 1e-6), -1)),
        "costs nothing",
    ),
    no_gradient=(
        lambda m, v: kl(m, ops.stop_gradient(v)),
        "no gradient arrives at log_variance",
    ),
    per_code=(lambda m, v: kl(m[None, 0], v[None, 0]), "first row of mean and"),
    vector=(lambda m, v: 0.5 * ops.sum(m**2 + ops.exp(v) - 1 - v, axis=-1), "shape"),
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
    own_noise=(
        lambda m, v, e: (
            m + ops.exp(0.5 * v) * keras.random.normal(ops.shape(m), seed=1)
        ),
        "noise of its own",
    ),
    other_noise_each_time=(
        lambda m, v, e: m + ops.exp(0.5 * v) * keras.random.normal(ops.shape(m)),
        "noise of its own",
    ),
    no_gradient=(
        lambda m, v, e: reparametrize(m, ops.stop_gradient(v), e),
        "no gradient arrives at log_variance",
    ),
    mirrored_without_gradient=(
        lambda m, v, e: reparametrize(ops.stop_gradient(m), v, -e),
        "no gradient arrives at mean",
    ),
    averaged=(lambda m, v, e: ops.mean(reparametrize(m, v, e), axis=0), "shape"),
    clipped=(
        lambda m, v, e: reparametrize(m, v, ops.clip(e, -6, 6)),
        "noise far out",
    ),
    tiny_clouds_widened=(
        lambda m, v, e: m + (ops.exp(0.5 * v) + 1e-2) * e,
        "to the width σ",
    ),
    negative=(lambda m, v, e: -reparametrize(m, v, e), "where .* is right"),
)
def test_a_wrong_draw_is_rejected(answer, message):
    is_rejected(lesson04.reparametrize, answer, message)


# 4.4, ascent


def climb(score, x, steps, step_size):
    for _ in range(steps):
        x = x + step_size * input_gradient(score, x)
    return x


def climb_in_numpy(score, x, steps, step_size):
    x = np.array(ops.convert_to_numpy(x))
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
    passes(capsys, lesson04.climb, answer, "4.4")


@wrong(
    one_point=(lambda f, x, n, h: climb(f, x, n, h)[0], "shape"),
    half=(lambda f, x, n, h: climb(f, x, n, h / 2), "halves step_size"),
    four_steps=(lambda f, x, n, h: climb(f, x, 4, h), "where .* is right"),
    noisy=(
        climb_with(lambda f, x, s, h: x + h * slope(f, x) + 1e-3),
        "where .* is right",
    ),
    momentum=(
        climb_with(lambda f, x, s, h: x + h * slope(f, x) + 0.1 * (x - s)),
        "where .* is right",
    ),
    bounded=(
        climb_with(lambda f, x, s, h: ops.clip(x + h * slope(f, x), -4, 4)),
        "cuts x off",
    ),
    scores=(lambda f, x, n, h: f(climb(f, x, n, h)), "shape"),
    whole_way=(
        lambda f, x, n, h: ops.stack([climb(f, x, k, h) for k in range(n + 1)]),
        "shape",
    ),
)
def test_a_wrong_ascent_is_rejected(answer, message):
    is_rejected(lesson04.climb, answer, message)


# 4.5, one round


def labeled(real, negatives, first=1.0, second=0.0):
    examples = np.concatenate([real, negatives])
    labels = np.concatenate(
        [np.full(len(real), first), np.full(len(negatives), second)]
    )
    return examples, labels


def one_round(discriminator, real, start, search):
    negatives = search(discriminator, start)
    discriminator.fit(*labeled(real, negatives), verbose=0)
    return negatives


def by_batches(discriminator, real, start, search):
    negatives = search(discriminator, start)
    examples, labels = labeled(real, negatives)
    order = np.random.default_rng(0).permutation(len(examples))
    discriminator.train_on_batch(examples[order], labels[order, None])
    return negatives


def in_mixed_pieces(discriminator, real, start, search):
    negatives = search(discriminator, start)
    for k in range(min(3, len(real))):
        discriminator.train_on_batch(*labeled(real[k::3], negatives[k::3]))
    return negatives


def by_hand(discriminator, real, start, search):
    negatives = search(discriminator, start)
    examples, labels = map(ops.cast, labeled(real, negatives), ("float32", "float32"))

    def loss():
        logits = discriminator(examples)[:, 0]
        return ops.mean(ops.softplus(logits) - labels * logits)

    minimize(loss, discriminator.trainable_variables, discriminator.optimizer)
    return negatives


def one_after_the_other(discriminator, real, start, search):
    negatives = search(discriminator, start)
    discriminator.fit(negatives, np.zeros(len(negatives)), verbose=0)
    discriminator.fit(real, np.ones(len(real)), verbose=0)
    return negatives


def recompiled(loss):
    def answer(discriminator, real, start, search):
        discriminator.compile("adam", loss)
        return one_round(discriminator, real, start, search)

    return answer


def chosen(real_share=1, negative_share=1, **options):
    """A round that trains on every so many, or with other options of `fit`."""

    def answer(discriminator, real, start, search):
        negatives = search(discriminator, start)
        examples = labeled(real[::real_share], negatives[::negative_share])
        discriminator.fit(*examples, verbose=0, **options)
        return negatives

    return answer


def searches_again(discriminator, real, start, search):
    one_round(discriminator, real, start, search)
    return search(discriminator, start)


def repeated(discriminator, real, start, search):
    negatives = search(discriminator, start)
    discriminator.fit(*labeled(np.repeat(real, 2, axis=0), negatives), verbose=0)
    return negatives


def frozen(discriminator, real, start, search):
    negatives = one_round(discriminator, real, start, search)
    discriminator.trainable = False
    return negatives


def as_many_zeros_as_ones(discriminator, real, start, search):
    negatives = search(discriminator, start)
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(real))])
    discriminator.fit(np.concatenate([real, negatives]), labels, verbose=0)
    return negatives


def without_labels(discriminator, real, start, search):
    discriminator.fit(np.concatenate([real, search(discriminator, start)]), verbose=0)
    return start


def trained_on(*parts, first=1.0, second=0.0):
    """A round that trains on other parts, or with other labels."""

    def answer(discriminator, real, start, search):
        negatives = search(discriminator, start)
        named = {"real": real, "negatives": negatives, "start": start}
        chosen = [named[part] for part in parts]
        discriminator.fit(*labeled(*chosen, first=first, second=second), verbose=0)
        return negatives

    return answer


def trained_first(discriminator, real, start, search):
    discriminator.fit(*labeled(real, start), verbose=0)
    return search(discriminator, start)


def never_searched(discriminator, real, start, search):
    discriminator.fit(*labeled(real, start), verbose=0)
    return start


def mixed_up(discriminator, real, start, search):
    negatives = search(discriminator, start)
    examples, labels = labeled(real, negatives)
    discriminator.fit(examples, np.roll(labels, 5), verbose=0)
    return negatives


def returns(what):
    def answer(discriminator, real, start, search):
        negatives = one_round(discriminator, real, start, search)
        return {"real": real, "model": discriminator, "half": negatives[:9]}.get(what)

    return answer


@right(
    shown=one_round,
    batches=by_batches,
    mixed_pieces=in_mixed_pieces,
    by_hand=by_hand,
    epochs_told=chosen(epochs=1, batch_size=8),
)
def test_a_right_round_passes(capsys, answer):
    passes(capsys, lesson04.one_round, answer, "4.5")


@wrong(
    swapped=(
        trained_on("real", "negatives", first=0.0, second=1.0),
        "swaps the labels",
    ),
    signs=(trained_on("real", "negatives", second=-1.0), "probabilities"),
    wrong_order=(trained_on("negatives", "real"), "swaps the labels"),
    positives=(trained_on("real", "real", second=1.0), "like everything"),
    negatives=(trained_on("negatives", "negatives", first=0.0), "dislike everything"),
    start=(trained_on("real", "start"), "on `start`"),
    searched_later=(trained_first, "before it searches"),
    no_search=(never_searched, "never calls `search`"),
    no_training=(lambda d, real, start, search: search(d, start), "does not train D"),
    search_of_real=(
        lambda d, real, start, search: one_round(d, real, real, search),
        "something else than `start`",
    ),
    other_judge=(lambda d, real, start, search: search(real, start), "in place of the"),
    mixed=(mixed_up, "the wrong label"),
    one_after_the_other=(one_after_the_other, "one kind after the other"),
    compiled=(recompiled("binary_crossentropy"), "compiles D anew"),
    another_loss=(recompiled("mse"), "compiles D anew"),
    half_the_negatives=(chosen(negative_share=2), "23 of the 45 negatives"),
    some_real_ones=(chosen(real_share=7), "10 of the 70 real"),
    repeated=(repeated, "70 of the 70 real examples, in 140 rows"),
    epochs=(chosen(epochs=5), "for 5 epochs"),
    kept_back=(chosen(validation_split=0.5), "keeps the last examples back"),
    searches_again=(searches_again, "searches again"),
    frozen=(frozen, "leaves D frozen"),
    as_many_zeros_as_ones=(as_many_zeros_as_ones, "broke off"),
    without_labels=(without_labels, "without labels"),
    real=(returns("real"), "must return the negatives"),
    part=(returns("half"), "must return the negatives"),
    nothing=(returns("nothing"), "return"),
)
def test_a_wrong_round_is_rejected(answer, message):
    is_rejected(lesson04.one_round, answer, message)


# 4.3, two pictures


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
        passes(capsys, lesson04.fool_squared_error, (answer, target, judge), "4.3")


@pytest.fixture
def zero(pictures):
    images, labels = pictures
    return images[labels == 0][0]


@wrong(
    swapped=(lambda near, far, t: (far, near), "changed places"),
    no_stray=(lambda near, far, t: (0.99 * t, far), "not of another opinion"),
    both_spoiled=(
        lambda near, far, t: (near, np.where(np.eye(8)[..., None], 1.0, t)),
        "not of another opinion",
    ),
    all_black=(lambda near, far, t: (near, 0 * t - 1), "all of one gray"),
    gray=(lambda near, far, t: (near, 0 * t), "all of one gray"),
    turned=(lambda near, far, t: (near, far[::-1]), "spoiled too|another opinion"),
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


def test_a_digit_that_is_not_the_targets_is_rejected(paint, target, judge, zero):
    def painting(target):
        return paint(target)[0], zero

    check = lesson04.fool_squared_error
    is_rejected(check, (painting, target, judge), "it is no 7")


def test_what_the_judge_dislikes_less_is_not_well_drawn(paint, target, judge):
    check = lesson04.fool_squared_error
    harsh = (paint, target, lambda x: judge(x) - 3)
    is_rejected(check, harsh, "takes `far` for spoiled too")


def test_a_picture_that_fools_the_judge_as_well_is_named(paint, target, judge):
    noise = np.random.default_rng(0).uniform(-1, 1, target.shape)

    def painting(target):
        return paint(target)[0], noise

    def fooled(pictures):
        found = [np.allclose(each, noise, atol=1e-6) for each in pictures]
        return np.where(found, 80.0, judge(pictures))

    check = lesson04.fool_squared_error
    is_rejected(check, (painting, target, fooled), "fooled the judge as well")


def test_painting_on_the_target_itself_is_rejected(paint, target, judge):
    def painting(target):
        target[7, 0] = 1.0
        return target, paint(target)[1]

    check = lesson04.fool_squared_error
    is_rejected(check, (painting, target.copy(), judge), "target.copy")


def test_at_quick_the_judge_is_not_asked(capsys, monkeypatch, paint, target):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    check = lesson04.fool_squared_error
    passes(capsys, check, (paint, target, lambda x: np.zeros(len(x))), "4.3")
