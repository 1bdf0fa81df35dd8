"""Right and wrong answers to the exercises of lesson 08, told apart by their checks.

What the catalogs know is tested in `test_catalog.py`; here stands what they do not.
"""

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.optimize import brentq
from sklearn.metrics import roc_curve

from utils.checks import ExerciseError, lesson08
from utils.data.avatars import identities
from utils.evaluation.verification import equal_error_rate
from utils.measures.pair_distances import chi_square_features
from utils.measures.triplets import triplet_loss
from utils.models import SiameseModel, TripletModel
from utils.networks.embedding import embedding_network

# 8.2, the triplet loss


def squares(a, b):
    return ops.sum(ops.square(a - b), axis=-1)


def triplet(anchor, positive, negative, margin):
    gaps = squares(anchor, positive) - squares(anchor, negative)
    return ops.mean(ops.relu(gaps + margin))


def by_the_product(anchor, positive, negative, margin):
    # |p|² - 2·a·p - |n|² + 2·a·n: the anchor's length drops out.
    gap = ops.sum(positive**2 - negative**2 - 2 * anchor * (positive - negative), -1)
    return ops.mean(ops.maximum(gap + margin, 0.0))


def by_einsum(anchor, positive, negative, margin):
    near, far = anchor - positive, anchor - negative
    gap = ops.einsum("ij,ij->i", near, near) - ops.einsum("ij,ij->i", far, far)
    return ops.mean(ops.where(gap + margin > 0, gap + margin, 0.0))


def by_the_hinge_of_keras(anchor, positive, negative, margin):
    gap = squares(anchor, positive) - squares(anchor, negative) + margin
    return keras.losses.Hinge()(ops.ones_like(gap), 1 - gap)


def with_numpy(anchor, positive, negative, margin):
    a, p, n = map(ops.convert_to_numpy, (anchor, positive, negative))
    gaps = np.square(a - p).sum(-1) - np.square(a - n).sum(-1)
    return np.maximum(gaps + margin, 0).mean()


@right(
    by_the_product,
    by_einsum,
    by_the_hinge_of_keras,
    definition=triplet,
    course=triplet_loss,
    other_names=lambda a, p, n, m: triplet(a, p, n, m),
    by_len=lambda a, p, n, m: (
        ops.sum(ops.relu(squares(a, p) - squares(a, n) + m)) / len(a)
    ),
)
def test_a_right_triplet_loss_passes(capsys, answer):
    passes(capsys, lesson08.triplet_loss, answer, "8.2")


@wrong(
    numpy=(with_numpy, "no gradient"),
    anchor_stopped=(
        lambda a, p, n, m: triplet(ops.stop_gradient(a), p, n, m),
        "no gradient arrives at anchor",
    ),
    half_stopped=(
        lambda a, p, n, m: ops.mean(
            ops.relu(squares(a, p) - squares(ops.stop_gradient(a), n) + m)
        ),
        "gradient with respect to anchor holds",
    ),
    through_logarithms=(
        lambda a, p, n, m: ops.mean(
            ops.relu(
                ops.exp(ops.log(squares(a, p))) - ops.exp(ops.log(squares(a, n))) + m
            )
        ),
        "not finite where two embeddings are equal",
    ),
    half_the_gap=(
        lambda a, p, n, m: ops.mean(ops.relu((squares(a, p) - squares(a, n)) / 2 + m)),
        "work the first triplet out by hand",
    ),
    three_times=(
        lambda a, p, n, m: 3 * triplet(a, p, n, m),
        "3 times the right number each time",
    ),
    made_for_four=(
        lambda a, p, n, m: ops.sum(ops.relu(squares(a, p) - squares(a, n) + m)) / 4,
        "a batch of one triplet",
    ),
)
def test_a_wrong_triplet_loss_is_rejected(answer, message):
    is_rejected(lesson08.triplet_loss, answer, message)


# 8.3, the hardest pairs of a batch


def hardest(labels, distances):
    same = labels[:, None] == labels[None]
    positive = np.where(same, distances, -np.inf).max(axis=1)
    return positive, np.where(same, np.inf, distances).min(axis=1)


def hardest_with_keras(labels, distances):
    labels, distances = map(ops.convert_to_tensor, (labels, distances))
    same = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(labels, 0))
    positive = ops.max(ops.where(same, distances, 0.0), axis=1)
    return [positive, ops.min(ops.where(same, np.inf, distances), axis=1)]


def hardest_with_masked_arrays(labels, distances):
    same = np.equal.outer(labels, labels)
    return (
        np.ma.array(distances, mask=~same).max(axis=1).filled(),
        np.ma.array(distances, mask=same).min(axis=1).filled(),
    )


def hardest_by_where(labels, distances):
    same = np.subtract.outer(labels, labels) == 0
    return (
        distances.max(axis=1, where=same, initial=0),
        distances.min(axis=1, where=~same, initial=np.inf),
    )


def hardest_on_a_copy(labels, distances):
    same, d = labels[:, None] == labels[None], distances.copy()
    positive = (d * same).max(axis=1)
    d[same] = np.inf
    return positive, d.min(axis=1)


def hardest_in_one_array(labels, distances):
    return np.stack(hardest(labels, distances))


@right(
    hardest_on_a_copy,
    hardest_by_where,
    numpy=hardest,
    keras=hardest_with_keras,
    masked=hardest_with_masked_arrays,
    one_array=hardest_in_one_array,
)
def test_right_hardest_pairs_pass(capsys, answer):
    passes(capsys, lesson08.hardest, answer, "8.3")


def hardest_in_a_loop(labels, distances):
    positive, negative = [], []
    for label, row in zip(labels, distances, strict=True):
        positive.append(row[labels == label].max())
        negative.append(row[labels != label].min())
    return np.array(positive), np.array(negative)


def filled_with(number):
    def answer(labels, distances):
        same = labels[:, None] == labels[None]
        return (
            hardest(labels, distances)[0],
            np.where(same, number, distances).min(axis=1),
        )

    return answer


def indices_without_the_anchor(labels, distances):
    same = labels[:, None] == labels[None]
    others = same & ~np.eye(len(labels), dtype=bool)
    return (
        np.where(others, distances, -np.inf).argmax(axis=1),
        np.where(same, np.inf, distances).argmin(axis=1),
    )


def no_labels_at_all(labels, distances):
    away = np.where(np.eye(len(labels)) > 0, np.inf, distances)
    return distances.max(axis=1), away.min(axis=1)


def in_blocks_of_two(labels, distances):
    d = distances.reshape(len(labels) // 2, 2, -1)
    return d.max(axis=2).ravel(), d.min(axis=2).ravel()


@wrong(
    a_thousand=(filled_with(1e3), "smaller than some distances.*size of the numbers"),
    four=(filled_with(4), "smaller than some distances"),
    indices=(indices_without_the_anchor, "returns where the hardest pairs stand"),
    no_labels=(no_labels_at_all, "of anybody"),
    blocks=(in_blocks_of_two, "broke off in line .*reshape"),
    one_half=(lambda labels, d: hardest(labels, np.triu(d)), "is right"),
    roots=(
        lambda labels, d: tuple(np.sqrt(part) for part in hardest(labels, d)),
        "takes the square root of distances",
    ),
    one_for_all=(
        lambda labels, d: (hardest(labels, d)[0].max(), hardest(labels, d)[1].min()),
        "one number for all",
    ),
    columns=(
        lambda labels, d: tuple(part[:, None] for part in hardest(labels, d)),
        "an axis of length 1 too many",
    ),
    loop=(hardest_in_a_loop, "loops over anchors"),
    one_only=(lambda labels, d: hardest(labels, d)[0], "must return 2 results"),
)
def test_wrong_hardest_pairs_are_rejected(answer, message):
    is_rejected(lesson08.hardest, answer, message)


# 8.1, the equal error rate


def all_thresholds(genuine, impostor):
    return np.append(np.unique(np.concatenate([genuine, impostor])), np.inf)


def nearest_rates(genuine, impostor):
    thresholds = all_thresholds(genuine, impostor)
    far = np.array([np.mean(impostor >= t) for t in thresholds])
    frr = np.array([np.mean(genuine < t) for t in thresholds])
    best = np.argmin(np.abs(far - frr))
    return (far[best] + frr[best]) / 2


def sk_curve(genuine, impostor, **settings):
    labels = np.r_[np.ones(len(genuine)), np.zeros(len(impostor))]
    far, accepted, _ = roc_curve(labels, np.r_[genuine, impostor], **settings)
    return far, 1 - accepted


def with_scikit_learn(genuine, impostor):
    far, frr = sk_curve(genuine, impostor, drop_intermediate=False)
    gap = far - frr
    after = np.argmax(gap >= 0)
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    return far[after - 1] + share * (far[after] - far[after - 1])


def by_root_finding(genuine, impostor):
    far, frr = sk_curve(genuine, impostor)
    return brentq(lambda x: np.interp(x, far, frr) - x, 0, 1)


def without_infinity(genuine, impostor):
    thresholds = np.concatenate([genuine, impostor])
    rates = [(np.mean(impostor >= t), np.mean(genuine < t)) for t in thresholds]
    return np.mean(min(rates, key=lambda pair: abs(pair[0] - pair[1])))


def in_pure_python(genuine, impostor):
    def rates(t):
        far = sum(score >= t for score in impostor) / len(impostor)
        return far, sum(score < t for score in genuine) / len(genuine)

    thresholds = [*genuine, *impostor, float("inf")]
    return sum(min(map(rates, thresholds), key=lambda r: abs(r[0] - r[1]))) / 2


@right(
    without_infinity,
    by_root_finding,
    in_pure_python,
    nearest=nearest_rates,
    scikit_learn=with_scikit_learn,
    course=equal_error_rate,
)
def test_a_right_equal_error_rate_passes(capsys, answer):
    passes(capsys, lesson08.error_rate, answer, "8.1")


def over(thresholds):
    def answer(genuine, impostor):
        rates = [
            (np.mean(impostor >= t), np.mean(genuine < t))
            for t in thresholds(genuine, impostor)
        ]
        return np.mean(min(rates, key=lambda pair: abs(pair[0] - pair[1])))

    return answer


def between_extremes(n):
    def thresholds(genuine, impostor):
        scores = np.concatenate([genuine, impostor])
        return np.linspace(scores.min(), scores.max(), n)

    return over(thresholds)


def far_alone_of_scikit_learn(genuine, impostor):
    far, frr = sk_curve(genuine, impostor)
    return far[np.nanargmin(np.abs(frr - far))]


def threshold_alone(genuine, impostor):
    thresholds = all_thresholds(genuine, impostor)
    gaps = [abs(np.mean(impostor >= t) - np.mean(genuine < t)) for t in thresholds]
    return thresholds[np.argmin(gaps)]


def larger_of_both(genuine, impostor):
    return min(
        max(np.mean(impostor >= t), np.mean(genuine < t))
        for t in all_thresholds(genuine, impostor)
    )


@wrong(
    distances=(lambda g, i: equal_error_rate(-g, -i), "1 minus the rate"),
    a_grid_of_percents=(
        over(lambda g, i: np.linspace(0, 1, 101)),
        "thresholds between 0 and 1",
    ),
    a_grid_of_halves=(
        over(lambda g, i: np.linspace(0, 1, 201)),
        "thresholds between 0 and 1",
    ),
    a_hundred=(between_extremes(100), "evenly spaced thresholds"),
    a_thousand=(between_extremes(1_000), "evenly spaced thresholds"),
    very_many=(between_extremes(20_000), "evenly spaced thresholds"),
    sklearn=(far_alone_of_scikit_learn, "leaves thresholds out"),
    threshold=(threshold_alone, "returns the threshold"),
    larger=(larger_of_both, "returns one of FAR and FRR"),
    median=(
        over(lambda g, i: [np.median(np.concatenate([g, i]))]),
        "equally many",
    ),
    both=(lambda g, i: (0.1, 0.1), "must return one number"),
)
def test_a_wrong_equal_error_rate_is_rejected(answer, message):
    is_rejected(lesson08.error_rate, answer, message)


# 8.4, the chi-square head


def head(a, b, weights, bias):
    total = a + b
    safe = ops.where(total > 0, total, ops.ones_like(total))
    return ops.sum(weights * ops.square(a - b) / safe, axis=-1) + bias


def head_as_a_product(a, b, weights, bias):
    features = chi_square_features(a, b)
    return ops.matmul(features, ops.reshape(weights, (-1, 1)))[:, 0] + bias


def head_with_epsilon(a, b, weights, bias):
    return ops.sum(weights * (a - b) ** 2 / (a + b + 1e-7), axis=-1) + bias


def head_without_a_square(a, b, weights, bias):
    return ops.sum(weights * (a + b - 4 * a * b / (a + b + 1e-12)), axis=-1) + bias


def head_without_guard(a, b, weights, bias):
    return ops.sum(weights * (a - b) ** 2 / (a + b), axis=-1) + bias


def head_with_where_outside(a, b, weights, bias):
    features = (a - b) ** 2 / (a + b)
    return ops.sum(weights * ops.where(a + b > 0, features, 0.0), axis=-1) + bias


def head_with_ones_at_zero(a, b, weights, bias):
    features = (a - b) ** 2 / ops.maximum(a + b, 1e-9)
    return ops.sum(weights * ops.where(a + b > 0, features, 1.0), axis=-1) + bias


def head_with_numpy(a, b, weights, bias):
    a, b, weights = map(ops.convert_to_numpy, (a, b, weights))
    sums = np.where(a + b > 0, a + b, 1)
    return ((a - b) ** 2 / sums) @ weights + bias


@right(
    head_without_a_square,
    definition=head,
    product=head_as_a_product,
    epsilon=head_with_epsilon,
    divide_no_nan=lambda a, b, w, c: (
        ops.matmul(ops.divide_no_nan((a - b) ** 2, a + b), w) + c
    ),
)
def test_a_right_head_passes(capsys, answer):
    passes(capsys, lesson08.chi_square_head, answer, "8.4")


@wrong(
    nan=(head_without_guard, "NaN where a = b = 0"),
    gradient=(head_with_where_outside, "gradient is NaN"),
    one_at_zero=(head_with_ones_at_zero, "not where a = b = 0"),
    floor=(
        lambda a, b, w, c: (
            ops.sum(w * (a - b) ** 2 / ops.maximum(a + b, 1e-3), axis=-1) + c
        ),
        r"not where a \+ b is small",
    ),
    numpy=(head_with_numpy, "no gradient"),
    weights_squared=(lambda a, b, w, c: head(a, b, w**2, c), "squares weights"),
    bias_subtracted=(lambda a, b, w, c: head(a, b, w, -c), "sign of bias flipped"),
    column=(
        lambda a, b, w, c: head(a, b, w, c)[:, None],
        r"shape \(3, 1\).*an axis of length 1 too many",
    ),
    features=(lambda a, b, w, c: w * chi_square_features(a, b) + c, "per feature"),
)
def test_a_wrong_head_is_rejected(answer, message):
    is_rejected(lesson08.chi_square_head, answer, message)


# 8.5, collapse, read off the log, and mended


def read(logs, margin):
    at_margin = abs(logs["loss"][-1] - margin) < 0.05 * margin + 0.01
    return at_margin and logs["mean_distance"][-1] < 0.1


class Known(TripletModel):
    """A model whose embeddings are given, so that nothing has to be trained."""

    def __init__(self, make, steps=50):
        super().__init__(embedding_network((32, 32, 3), 4, (4,)))
        self.make = make
        self.compile("sgd")
        self.optimizer.build(self.embedding.trainable_variables)
        self.optimizer.iterations.assign(steps)

    def embed(self, pictures):
        return np.asarray(self.make(len(pictures)), "float32")


PERSONS = identities(40, 4, seed=885).labels


def apart(n):
    """Everybody in a place of their own."""
    return np.eye(40)[PERSONS]


def one_point(n):
    return np.ones((n, 40)) + 1e-3 * apart(n)


def anywhere(n):
    return np.random.default_rng(0).normal(size=(n, 8))


def model_of(make, **settings):
    return lambda: Known(make, **settings)


@pytest.mark.parametrize(
    "reading",
    [
        read,
        lambda logs, margin: np.bool_(
            logs["loss"][-1] >= 0.9 * margin and logs["mean_distance"][-1] < margin / 10
        ),
        lambda logs, margin: (
            logs["active_fraction"][-1] > 0.99 and logs["mean_distance"][-1] < 0.05
        ),
    ],
)
def test_a_right_reading_and_two_right_trainings_pass(capsys, reading):
    lesson08.collapse(reading, model_of(one_point), model_of(apart))
    line = capsys.readouterr().out
    assert line.startswith("✓ Exercise 8.5 passed")
    assert "equal error rate 0.0% after" in line


def test_a_model_with_its_logs_passes_too(capsys):

    def collapsing():
        return Known(one_point), {"loss": [0.3]}

    lesson08.collapse(read, collapsing, model_of(apart))
    assert capsys.readouterr().out.startswith("✓")


@wrong(
    loss_alone=(lambda logs, m: abs(logs["loss"][-1] - m) < 0.02, "look at both"),
    a_fixed_margin=(
        lambda logs, m: (
            abs(logs["loss"][-1] - 0.3) < 0.02 and logs["mean_distance"][-1] < 0.1
        ),
        "compare with the margin that was given",
    ),
    the_first=(lambda logs, m: logs["mean_distance"][0] < 0.25, "not at the first"),
    both_at_first=(
        lambda logs, m: read({key: log[:1] for key, log in logs.items()}, m),
        "not at the first",
    ),
    the_least=(lambda logs, m: min(logs["mean_distance"]) < 0.1, "last values"),
    the_least_at_the_margin=(
        lambda logs, m: (
            abs(logs["loss"][-1] - m) < 0.1 * m and min(logs["mean_distance"]) < 0.1
        ),
        "look at the last distance",
    ),
    distance_alone=(
        lambda logs, m: logs["mean_distance"][-1] < m / 10,
        "both belong to the sign",
    ),
    distance_below_the_margin=(
        lambda logs, m: logs["mean_distance"][-1] < m,
        "far below the margin",
    ),
    once_at_the_margin=(
        lambda logs, m: (
            min(abs(loss - m) for loss in logs["loss"]) < 0.02 * m
            and logs["mean_distance"][-1] < 0.1
        ),
        "both belong to the sign",
    ),
    large_at_a_small_margin=(
        lambda logs, m: (
            abs(logs["loss"][-1] - m) < 0.1 and logs["mean_distance"][-1] < 0.1
        ),
        "the margin is small here",
    ),
    pops=(lambda logs, m: logs["loss"].pop() > m, "writes into its argument logs"),
    activity=(lambda logs, m: logs["active_fraction"][-1] == 0, "is the sign"),
    active=(lambda logs, m: logs["active_fraction"][-1] == 1, "has only begun"),
    always=(lambda logs, m: True, "here the loss falls"),
    never=(lambda logs, m: False, "stuck at the margin"),
    a_number=(lambda logs, m: logs["mean_distance"][-1], "True or False.*threshold"),
    a_list=(lambda logs, m: np.array(logs["loss"]) > m, "True or False"),
    nothing=(lambda logs, m: None, "True or False"),
)
def test_a_wrong_reading_is_rejected(answer, message):
    def check(reading):
        lesson08.collapse(reading, model_of(one_point), model_of(apart))

    is_rejected(check, answer, message)


COLLAPSED, MENDED = model_of(one_point), model_of(apart)


def set_to_constants():
    model = COLLAPSED()
    model.embedding.set_weights([0 * w for w in model.embedding.get_weights()])
    return model


@pytest.mark.parametrize(
    ("collapsing", "mended", "message"),
    [
        (MENDED, MENDED, "`collapsing` does not collapse"),
        (COLLAPSED, COLLAPSED, "`mended` has collapsed"),
        (COLLAPSED, model_of(anywhere), "`mended` is not mended.*Train longer"),
        (COLLAPSED, model_of(lambda n: np.full((n, 2), np.nan)), "diverged"),
        (model_of(lambda n: np.full((n, 2), np.nan)), MENDED, "diverged"),
        (model_of(one_point, steps=0), MENDED, "never trained"),
        (set_to_constants, MENDED, "`collapsing` has a layer .* are all one number"),
        (lambda: None, MENDED, "returns None.*trained TripletModel"),
        (COLLAPSED, lambda: {"loss": [0.3]}, "trained TripletModel"),
        (COLLAPSED, lambda: (MENDED(), 1), "returns a tuple.*trained TripletModel"),
        (
            COLLAPSED,
            lambda: SiameseModel(embedding_network((32, 32, 3), 4, (4,))),
            "trained TripletModel",
        ),
    ],
)
def test_what_is_no_collapse_or_no_cure_is_named(collapsing, mended, message):
    with pytest.raises(ExerciseError, match=message):
        lesson08.collapse(read, collapsing, mended)


def test_at_quick_the_verdict_on_trainings_is_left_open(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    lesson08.collapse(read, MENDED, COLLAPSED)
    assert "needs laptop" in capsys.readouterr().out


def test_pictures_of_another_size_are_named():
    model = TripletModel(embedding_network((16, 16, 3), 4, (4,)))
    model.compile("sgd")
    model.optimizer.build(model.embedding.trainable_variables)
    model.optimizer.iterations.assign(3)
    with pytest.raises(ExerciseError, match=r"avatars are \(32, 32, 3\)"):
        lesson08.collapse(read, lambda: model, MENDED)
