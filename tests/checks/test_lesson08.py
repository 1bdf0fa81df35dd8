"""Right and wrong answers to the exercises of lesson 08, told apart by their checks."""

import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from sklearn.metrics import roc_curve

from utils.checks import ExerciseError, lesson08
from utils.checks.head_answers import WRONG_HEADS
from utils.checks.score_answers import WRONG_RATES
from utils.checks.triplet_answers import WRONG_HARDEST, WRONG_TRIPLET_LOSSES
from utils.data.avatars import identities
from utils.evaluation.verification import equal_error_rate
from utils.measures.pair_distances import chi_square_features
from utils.measures.triplets import triplet_loss
from utils.models import SiameseModel, TripletModel
from utils.networks.embedding import embedding_network

# 8.1, the triplet loss


def squares(a, b):
    return ops.sum(ops.square(a - b), axis=-1)


def triplet(anchor, positive, negative, margin):
    gaps = squares(anchor, positive) - squares(anchor, negative)
    return ops.mean(ops.relu(gaps + margin))


def by_the_product(anchor, positive, negative, margin):
    # |p|² - 2·a·p - |n|² + 2·a·n: the anchor's length drops out.
    gap = ops.sum(positive**2 - negative**2 - 2 * anchor * (positive - negative), -1)
    return ops.mean(ops.maximum(gap + margin, 0.0))


def root(anchor, positive, negative, margin):
    near, far = (ops.sqrt(squares(anchor, x)) for x in (positive, negative))
    return ops.mean(ops.relu(near - far + margin))


def with_numpy(anchor, positive, negative, margin):
    a, p, n = map(ops.convert_to_numpy, (anchor, positive, negative))
    gaps = np.square(a - p).sum(-1) - np.square(a - n).sum(-1)
    return np.maximum(gaps + margin, 0).mean()


@right(
    definition=triplet,
    product=by_the_product,
    course=triplet_loss,
    other_names=lambda a, p, n, m: triplet(a, p, n, m),
)
def test_a_right_triplet_loss_passes(capsys, answer):
    passes(capsys, lesson08.triplet_loss, answer, "8.1")


@wrong(
    swapped=(lambda a, p, n, m: triplet(a, n, p, m), "positive and negative swapped"),
    minus_margin=(lambda a, p, n, m: triplet(a, p, n, -m), "subtracts the margin"),
    no_margin=(lambda a, p, n, m: triplet(a, p, n, 0), "leaves the margin out"),
    no_hinge=(
        lambda a, p, n, m: ops.mean(squares(a, p) - squares(a, n) + m),
        r"no max\(…, 0\)",
    ),
    mean_first=(
        lambda a, p, n, m: ops.relu(ops.mean(squares(a, p) - squares(a, n)) + m),
        r"mean before max|no max",
    ),
    sum=(lambda a, p, n, m: 4 * triplet(a, p, n, m), "adds the triplets up"),
    euclidean=(root, "Euclidean distance"),
    mean_of_squares=(
        lambda a, p, n, m: triplet(a / 2**0.5, p / 2**0.5, n / 2**0.5, m),
        "mean over the numbers",
    ),
    from_the_positive=(
        lambda a, p, n, m: ops.mean(ops.relu(squares(a, p) - squares(p, n) + m)),
        "from the positive to the negative",
    ),
    numpy=(with_numpy, "no gradient"),
    fixed_margin=(lambda a, p, n, m: triplet(a, p, n, 0.2), "margin = 0.5"),
    vector=(
        lambda a, p, n, m: ops.relu(squares(a, p) - squares(a, n) + m),
        r"shape \(4,\)",
    ),
    nothing=(lambda a, p, n, m: None, "lacks the word `return`"),
    stub=(stub, "○ Exercise 8.1 is not attempted yet"),
)
def test_a_wrong_triplet_loss_is_rejected(answer, message):
    is_rejected(lesson08.triplet_loss, answer, message)


# 8.2, the hardest pairs of a batch


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


def hardest_in_one_array(labels, distances):
    return np.stack(hardest(labels, distances))


def hardest_in_a_loop(labels, distances):
    positive, negative = [], []
    for label, row in zip(labels, distances, strict=True):
        positive.append(row[labels == label].max())
        negative.append(row[labels != label].min())
    return np.array(positive), np.array(negative)


@right(
    numpy=hardest,
    keras=hardest_with_keras,
    masked=hardest_with_masked_arrays,
    one_array=hardest_in_one_array,
)
def test_right_hardest_pairs_pass(capsys, answer):
    passes(capsys, lesson08.hardest, answer, "8.2")


def a_thousand_for_infinity(labels, distances):
    same = labels[:, None] == labels[None]
    return hardest(labels, distances)[0], np.where(same, 1e3, distances).min(axis=1)


def masked_by_product(labels, distances):
    different = labels[:, None] != labels[None]
    return hardest(labels, distances)[0], (distances * different).min(axis=1)


def anybody(labels, distances):
    return distances.max(axis=1), hardest(labels, distances)[1]


def itself(labels, distances):
    return hardest(labels, distances)[0], distances.min(axis=1)


def neighbors_only(labels, distances):
    away = distances + np.where(np.eye(len(labels)) > 0, np.inf, 0)
    return hardest(labels, distances)[0], away.min(axis=1)


def easiest(labels, distances):
    same = labels[:, None] == labels[None]
    others = same & ~np.eye(len(labels), dtype=bool)
    positive = np.where(others, distances, np.inf).min(axis=1)
    return positive, np.where(same, -np.inf, distances).max(axis=1)


@wrong(
    swapped=(lambda labels, d: hardest(labels, d)[::-1], "in the other order"),
    product=(masked_by_product, "multiplying by a mask"),
    anybody=(anybody, "farthest picture of anybody"),
    itself=(itself, "the anchor itself|multiplying by a mask"),
    neighbors=(neighbors_only, "nearest picture of anybody"),
    easiest=(easiest, "takes the easiest pairs"),
    small_infinity=(a_thousand_for_infinity, "size of the numbers"),
    one_for_all=(
        lambda labels, d: (hardest(labels, d)[0].max(), hardest(labels, d)[1].min()),
        r"shape",
    ),
    whole_batch=(
        lambda labels, d: tuple(
            np.full(len(d), f(x))
            for f, x in zip((np.max, np.min), hardest(labels, d), strict=True)
        ),
        "hardest pair of the whole batch",
    ),
    loop=(hardest_in_a_loop, "loops over anchors"),
    one_only=(lambda labels, d: hardest(labels, d)[0], "two arrays"),
    nothing=(lambda labels, d: None, "lacks the word `return`"),
    stub=(stub, "○ Exercise 8.2 is not attempted yet"),
)
def test_wrong_hardest_pairs_are_rejected(answer, message):
    is_rejected(lesson08.hardest, answer, message)


# 8.3, the equal error rate


def nearest_rates(genuine, impostor):
    thresholds = np.append(np.unique(np.concatenate([genuine, impostor])), np.inf)
    far = np.array([np.mean(impostor >= t) for t in thresholds])
    frr = np.array([np.mean(genuine < t) for t in thresholds])
    best = np.argmin(np.abs(far - frr))
    return (far[best] + frr[best]) / 2


def with_scikit_learn(genuine, impostor):
    labels = np.r_[np.ones(len(genuine)), np.zeros(len(impostor))]
    far, accepted, _ = roc_curve(
        labels, np.r_[genuine, impostor], drop_intermediate=False
    )
    gap = far - (1 - accepted)
    after = np.argmax(gap >= 0)
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    return far[after - 1] + share * (far[after] - far[after - 1])


def without_infinity(genuine, impostor):
    thresholds = np.concatenate([genuine, impostor])
    rates = [(np.mean(impostor >= t), np.mean(genuine < t)) for t in thresholds]
    return np.mean(min(rates, key=lambda pair: abs(pair[0] - pair[1])))


@right(
    nearest=nearest_rates,
    scikit_learn=with_scikit_learn,
    course=equal_error_rate,
    without_infinity=without_infinity,
)
def test_a_right_equal_error_rate_passes(capsys, answer):
    passes(capsys, lesson08.error_rate, answer, "8.3")


def fixed_grid(genuine, impostor):
    rates = [
        (np.mean(impostor >= t), np.mean(genuine < t)) for t in np.linspace(0, 1, 201)
    ]
    return np.mean(min(rates, key=lambda pair: abs(pair[0] - pair[1])))


def as_distances(genuine, impostor):
    return equal_error_rate(-genuine, -impostor)


@wrong(
    distances=(as_distances, "1 minus the rate"),
    percent=(lambda g, i: 100 * equal_error_rate(g, i), "returns percent"),
    threshold=(WRONG_RATES[2][0], "returns the threshold"),
    least_mean=(WRONG_RATES[3][0], "smallest mean of FAR and FRR"),
    least_pooled=(WRONG_RATES[4][0], "share of wrong verdicts among all"),
    middle=(WRONG_RATES[5][0], "middle of the two means"),
    area=(WRONG_RATES[6][0], "area under the ROC"),
    twice=(lambda g, i: 2 * equal_error_rate(g, i), "adds FAR and FRR"),
    grid=(fixed_grid, "middle of the two means|negative|equally many"),
    both=(lambda g, i: (0.1, 0.1), "must return one number"),
    nothing=(lambda g, i: None, "lacks the word `return`"),
    stub=(stub, "○ Exercise 8.3 is not attempted yet"),
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
    return ops.matmul(features, ops.reshape(weights, (-1, 1))) + bias


def head_with_epsilon(a, b, weights, bias):
    return ops.sum(weights * (a - b) ** 2 / (a + b + 1e-7), axis=-1) + bias


def head_without_guard(a, b, weights, bias):
    return ops.sum(weights * (a - b) ** 2 / (a + b), axis=-1) + bias


def head_with_where_outside(a, b, weights, bias):
    features = (a - b) ** 2 / (a + b)
    return ops.sum(weights * ops.where(a + b > 0, features, 0.0), axis=-1) + bias


def head_with_ones_at_zero(a, b, weights, bias):
    features = (a - b) ** 2 / ops.maximum(a + b, 1e-9)
    return ops.sum(weights * ops.where(a + b > 0, features, 1.0), axis=-1) + bias


@right(
    definition=head,
    product=head_as_a_product,
    epsilon=head_with_epsilon,
)
def test_a_right_head_passes(capsys, answer):
    passes(capsys, lesson08.chi_square_head, answer, "8.4")


@wrong(
    absolute=(
        lambda a, b, w, c: ops.sum(w * ops.abs(a - b), axis=-1) + c,
        "absolute differences",
    ),
    not_squared=(
        lambda a, b, w, c: ops.sum(w * ops.abs(a - b) / (a + b), axis=-1) + c,
        "does not square the difference",
    ),
    no_division=(
        lambda a, b, w, c: ops.sum(w * (a - b) ** 2, axis=-1) + c,
        "leaves out the division",
    ),
    sum_squared=(
        lambda a, b, w, c: ops.sum(w * ((a - b) / (a + b)) ** 2, axis=-1) + c,
        "squares the sum as well",
    ),
    no_bias=(lambda a, b, w, c: head(a, b, w, 0.0), "leaves the bias out"),
    no_weights=(
        lambda a, b, w, c: head(a, b, ops.ones_like(w), c),
        "leaves the weights out",
    ),
    probability=(
        lambda a, b, w, c: ops.sigmoid(head(a, b, w, c)),
        "returns probabilities",
    ),
    mean=(lambda a, b, w, c: head(a, b, w / 3, c), "takes the mean over the features"),
    at_least_one=(
        lambda a, b, w, c: (
            ops.sum(w * (a - b) ** 2 / ops.maximum(a + b, 1.0), axis=-1) + c
        ),
        "divides by at least 1",
    ),
    nan=(head_without_guard, "NaN where a = b = 0"),
    gradient=(head_with_where_outside, "gradient is NaN"),
    one_at_zero=(head_with_ones_at_zero, "not where a = b = 0"),
    features=(
        lambda a, b, w, c: w * chi_square_features(a, b) + c,
        r"shape \(3, 3\)",
    ),
    nothing=(lambda a, b, w, c: None, "lacks the word `return`"),
    stub=(stub, "○ Exercise 8.4 is not attempted yet"),
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
        lambda logs, margin: logs["mean_distance"][-1] < 0.05,
        lambda logs, margin: np.bool_(logs["mean_distance"][-1] < margin / 10),
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
    the_least=(lambda logs, m: min(logs["mean_distance"]) < 0.1, "last values"),
    activity=(lambda logs, m: logs["active_fraction"][-1] == 0, "is the sign"),
    always=(lambda logs, m: True, "here the loss falls"),
    never=(lambda logs, m: False, "stuck at the margin"),
    a_number=(lambda logs, m: logs["mean_distance"][-1], "True or False"),
    a_list=(lambda logs, m: np.array(logs["loss"]) > m, "True or False"),
    nothing=(lambda logs, m: None, "True or False"),
    stub=(stub, "○ Exercise 8.5 is not attempted yet"),
)
def test_a_wrong_reading_is_rejected(answer, message):
    def check(reading):
        lesson08.collapse(reading, model_of(one_point), model_of(apart))

    is_rejected(check, answer, message)


COLLAPSED, MENDED = model_of(one_point), model_of(apart)


@pytest.mark.parametrize(
    ("collapsing", "mended", "message"),
    [
        (MENDED, MENDED, "`collapsing` does not collapse"),
        (COLLAPSED, COLLAPSED, "`mended` has collapsed"),
        (COLLAPSED, model_of(anywhere), "`mended` is not mended.*Train longer"),
        (COLLAPSED, model_of(lambda n: np.full((n, 2), np.nan)), "diverged"),
        (model_of(lambda n: np.full((n, 2), np.nan)), MENDED, "diverged"),
        (model_of(one_point, steps=0), MENDED, "never trained"),
        (lambda: None, MENDED, "returns None.*trained TripletModel"),
        (COLLAPSED, lambda: {"loss": [0.3]}, "trained TripletModel"),
        (
            COLLAPSED,
            lambda: SiameseModel(embedding_network((32, 32, 3), 4, (4,))),
            "trained TripletModel",
        ),
        (stub, MENDED, "○ Exercise 8.5 is not attempted yet"),
        (COLLAPSED, stub, "○ Exercise 8.5 is not attempted yet"),
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


@pytest.mark.parametrize(
    "rows", [WRONG_TRIPLET_LOSSES, WRONG_HARDEST, WRONG_RATES, WRONG_HEADS]
)
def test_every_known_mistake_has_a_message_of_its_own(rows):
    assert len({message for _, message in rows}) == len(rows) >= 5
