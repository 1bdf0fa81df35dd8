"""Losses on embeddings against explicit loops, closed forms and finite differences."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import value_and_gradients
from utils.measures.contrastive import balanced_pairs, contrastive_loss
from utils.measures.mining import Triplets, batch_hard, random_triplets, semi_hard
from utils.measures.pair_distances import (
    absolute_features,
    chi_square_features,
    euclidean_distance,
    mean_pairwise_distance,
    pairwise_squared_distances,
    squared_distance,
)
from utils.measures.triplets import (
    active_fraction,
    batch_hard_triplet_loss,
    random_triplet_loss,
    semi_hard_triplet_loss,
    triplet_loss,
)


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def number(tensor):
    return float(numbers(tensor))


def random_batch(seed):
    """Several people, some with one picture only, some pictures twice."""
    rng = np.random.default_rng(seed)
    n, d = rng.integers(6, 20), rng.integers(1, 9)
    labels = rng.integers(0, 5, n)
    labels[:3] = 0, 0, 1
    embeddings = rng.normal(size=(n, d)).astype("float32")
    embeddings[1] = embeddings[0]  # one person, twice the same picture
    embeddings[3] = embeddings[2]  # maybe two people who look the same
    return labels, embeddings


def distance_by_hand(a, b, squared):
    square = sum((float(x) - float(y)) ** 2 for x, y in zip(a, b, strict=True))
    return square if squared else square**0.5


def partners(labels, anchor):
    others = [k for k in range(len(labels)) if k != anchor]
    same = [k for k in others if labels[k] == labels[anchor]]
    return same, [k for k in others if labels[k] != labels[anchor]]


def hinge_by_hand(gap, margin):
    return np.logaddexp(0, gap) if margin == "soft" else max(gap + margin, 0.0)


def batch_hard_by_hand(labels, embeddings, margin, squared):
    losses = []
    for a in range(len(labels)):
        same, different = partners(labels, a)
        if not same or not different:
            continue
        d = [distance_by_hand(embeddings[a], each, squared) for each in embeddings]
        gap = max(d[p] for p in same) - min(d[n] for n in different)
        losses.append(hinge_by_hand(gap, margin))
    return np.mean(losses)


def semi_hard_by_hand(labels, embeddings, margin, squared):
    losses = []
    for a in range(len(labels)):
        same, different = partners(labels, a)
        if not different:
            continue
        d = [distance_by_hand(embeddings[a], each, squared) for each in embeddings]
        for p in same:
            farther = [d[n] for n in different if d[n] > d[p]]
            negative = min(farther) if farther else max(d[n] for n in different)
            losses.append(hinge_by_hand(d[p] - negative, margin))
    return np.mean(losses)


@pytest.mark.parametrize(
    ("loss", "by_hand"),
    [
        (batch_hard_triplet_loss, batch_hard_by_hand),
        (semi_hard_triplet_loss, semi_hard_by_hand),
    ],
)
@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("margin", [0.0, 0.3, "soft"])
@pytest.mark.parametrize("seed", range(4))
def test_a_mined_loss_is_the_loop(seed, margin, squared, loss, by_hand):
    labels, x = random_batch(seed)
    expected = by_hand(labels, x, margin, squared)
    found = number(loss(labels, x, margin, squared))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_known_batch_of_nine():
    # The case in the tests of pytorch-metric-learning (Musgrave et al. 2020).
    x = np.arange(9, dtype="float32")[:, None]
    labels = np.array([0, 0, 1, 1, 0, 2, 1, 1, 1])
    hardest = batch_hard(labels, x, squared=False)
    counted = numbers(hardest.counted) > 0
    assert np.flatnonzero(counted).tolist() == [0, 1, 2, 3, 4, 6, 7, 8]
    anchors = np.flatnonzero(counted)
    farthest = np.array([4, 4, 8, 8, 0, 2, 2, 2])
    assert (
        numbers(hardest.positive)[counted].tolist() == abs(anchors - farthest).tolist()
    )
    nearest = numbers(hardest.negative)[counted]
    assert nearest.tolist() == [2, 1, 1, 1, 1, 1, 2, 3]


def test_random_triplets_are_possible_ones_and_new_at_each_step():
    labels, x = (
        np.array([0, 0, 0, 1, 1, 2]),
        np.arange(6.0, dtype="float32")[:, None] ** 2,
    )
    seed = keras.random.SeedGenerator(0)
    seen = set()
    for _ in range(30):
        chosen = random_triplets(labels, x, seed, squared=False)
        assert numbers(chosen.counted).tolist() == [1, 1, 1, 1, 1, 0]
        for a in range(5):
            same, different = partners(labels, a)
            near, far = (float(numbers(part)[a]) for part in chosen[:2])
            assert near in [abs(a**2 - k**2) for k in same]
            assert far in [abs(a**2 - k**2) for k in different]
        seen.add(tuple(numbers(chosen.negative)))
    assert len(seen) > 20


def test_random_triplets_cost_between_nothing_and_the_hardest():
    labels, x = random_batch(3)
    easy = number(random_triplet_loss(labels, x, 0.3, seed=1))
    assert 0 <= easy <= number(batch_hard_triplet_loss(labels, x, 0.3))


@pytest.mark.parametrize(
    ("far", "margin", "loss"), [(0.7, 0.2, 0.0), (0.6, 0.2, 0.1), (0.5, 0.0, 0.0)]
)
def test_the_triplet_inequality(far, margin, loss):
    points = [[[0.0]], [[0.5**0.5]], [[far**0.5]]]
    assert number(triplet_loss(*np.float32(points), margin)) == pytest.approx(
        loss, abs=1e-6
    )


def test_triplet_loss_of_euclidean_distances():
    points = np.float32([[[0, 0]], [[3, 4]], [[0, 6]]])
    assert number(triplet_loss(*points, 2.0, squared=False)) == pytest.approx(1.0)
    soft = number(triplet_loss(*points, "soft", squared=False))
    assert soft == pytest.approx(np.log1p(np.exp(-1.0)))


def test_when_everything_is_one_point_the_loss_is_exactly_the_margin():
    labels, zeros = np.repeat(np.arange(4), 3), np.zeros((12, 5), "float32")
    for loss in (batch_hard_triplet_loss, semi_hard_triplet_loss, random_triplet_loss):
        assert number(loss(labels, zeros, 0.37)) == pytest.approx(0.37, abs=1e-7)
    assert number(mean_pairwise_distance(zeros)) == 0
    assert number(triplet_loss(zeros, zeros, zeros, 0.0)) == 0


def test_contrastive_loss_by_hand():
    # Hadsell, Chopra, LeCun 2006: half of d² for one person, of (m - d)² for two.
    same, d = np.array([1, 1, 0, 0]), np.float32([0.5, 2.0, 0.25, 3.0])
    expected = np.mean([0.125, 2.0, 0.5 * 0.75**2, 0.0])
    assert number(contrastive_loss(same, d, 1.0)) == pytest.approx(expected)
    weighted = number(contrastive_loss(same, d, 1.0, np.float32([1, 0, 3, 0])))
    assert weighted == pytest.approx((0.125 + 3 * 0.5 * 0.75**2) / 4)


def test_distances_by_hand():
    a, b = np.float32([[0, 0], [1, 1]]), np.float32([[3, 4], [1, 1]])
    assert numbers(squared_distance(a, b)).tolist() == [25, 0]
    assert numbers(euclidean_distance(a, b)).tolist() == [5, 0]
    assert numbers(pairwise_squared_distances(a, b)).tolist() == [[25, 2], [13, 0]]
    assert numbers(pairwise_squared_distances(a)).tolist() == [[0, 2], [2, 0]]


def test_pair_features_by_hand():
    a, b = np.float32([0, 1, 3, 0]), np.float32([0, 3, 1, 2])
    assert numbers(absolute_features(a, b)).tolist() == [0, 2, 2, 2]
    assert numbers(chi_square_features(a, b)).tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("features", [absolute_features, chi_square_features])
def test_pair_features_are_finite_with_their_gradient(features):
    rows = np.float32([[0, 0, 1, -1, 1e-20], [0, 2, 1, 1, 0]])
    a, b = (keras.Variable(row) for row in rows)
    value, gradients = value_and_gradients(lambda: ops.sum(features(a, b)), [a, b])
    assert np.isfinite(number(value))
    assert all(np.isfinite(numbers(gradient)).all() for gradient in gradients)


LOSSES = {
    "batch-hard": batch_hard_triplet_loss,
    "semi-hard": semi_hard_triplet_loss,
    "random": random_triplet_loss,
}


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_are_finite_at_zero_distance(loss, squared):
    labels = np.repeat(np.arange(3), 2)
    for start in (np.zeros((6, 4)), np.repeat(np.eye(3, 4), 2, axis=0)):
        x = keras.Variable(start, dtype="float32")
        _, gradients = value_and_gradients(
            lambda x=x: loss(labels, x, 0.5, squared=squared), [x]
        )
        assert np.isfinite(numbers(gradients[0])).all()


@pytest.mark.parametrize("loss", ["batch-hard", "semi-hard"])
def test_gradients_are_the_slopes_of_the_loop(loss):
    labels, x = random_batch(5)
    x = x + np.random.default_rng(9).normal(0, 0.1, x.shape)  # nothing twice: no corner
    by_hand = {"batch-hard": batch_hard_by_hand, "semi-hard": semi_hard_by_hand}[loss]
    variable = keras.Variable(x, dtype="float32")
    _, (gradient,) = value_and_gradients(
        lambda: LOSSES[loss](labels, variable, 0.3), [variable]
    )
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = np.zeros(x.shape)
        moved[index] = 1e-5
        up, down = (by_hand(labels, x + s * moved, 0.3, True) for s in (1, -1))
        slopes[index] = (up - down) / 2e-5
    assert numbers(gradient) == pytest.approx(slopes, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("loss", ["batch-hard", "semi-hard"])
def test_every_dtype_finds_the_triplets_of_the_loop(loss, dtype):
    """2³⁰ is infinite in float16, and so is the square of 300."""
    labels = np.repeat(np.arange(16), 4)
    x = np.random.default_rng(0).normal(0, 60, (64, 8))
    x = ops.cast(ops.convert_to_tensor(x.astype("float32")), dtype)
    exact = numbers(ops.cast(x, "float32"))
    by_hand = {"batch-hard": batch_hard_by_hand, "semi-hard": semi_hard_by_hand}[loss]
    value = number(LOSSES[loss](labels, x, 0.2))
    assert value == pytest.approx(by_hand(labels, exact, 0.2, True), rel=1e-5)


def test_the_other_losses_survive_half_precision():
    x = ops.cast(ops.convert_to_tensor(np.float32([[0.0], [300.0]])), "float16")
    assert number(squared_distance(x[0], x[1])) == 90_000
    assert number(mean_pairwise_distance(x)) == 90_000
    assert number(triplet_loss(x[:1], x[1:], x[:1], 0.0)) == 90_000
    far = ops.cast(ops.convert_to_tensor([300.0]), "float16")
    assert number(contrastive_loss([True], far)) == 45_000


def test_a_batch_far_from_the_origin_keeps_its_hardest_triplets():
    labels, x = random_batch(6)
    x = np.round(x * 8) / 8  # exact in float32, also after the shift
    near = number(batch_hard_triplet_loss(labels, x, 0.3))
    shifted = number(batch_hard_triplet_loss(labels, x + 2**17, 0.3))
    assert shifted == pytest.approx(near)


@pytest.mark.parametrize("labels", [[2**40, 2**40, 2**41], ["ann", "ann", "bob"]])
def test_long_numbers_and_names_are_labels_too(labels):
    x = np.float32([[0], [1], [5]])
    for loss in (batch_hard_triplet_loss, semi_hard_triplet_loss):
        expected = number(loss([0, 0, 1], x, 30.0))
        assert number(loss(labels, x, 30.0)) == pytest.approx(expected)
    assert numbers(balanced_pairs(labels)[0]).sum() == 2


def test_the_mean_pairwise_distance_is_the_mean_over_pairs():
    x = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    pairs = [np.square(a - b).sum() for k, a in enumerate(x) for b in x[:k]]
    assert number(mean_pairwise_distance(x)) == pytest.approx(np.mean(pairs), rel=1e-5)


def test_the_active_fraction_counts_what_still_costs():
    triplets = Triplets(*np.float32([[1, 1, 1, 1], [0.5, 1.1, 1.3, 0.0], [1, 1, 1, 0]]))
    assert number(active_fraction(triplets, 0.2)) == pytest.approx(2 / 3)
    assert number(active_fraction(triplets, "soft")) == pytest.approx(1 / 3)


def test_balanced_pairs_weigh_both_kinds_equally():
    same, weights = map(numbers, balanced_pairs(np.array([0, 0, 0, 1, 2, 3])))
    assert weights[same > 0].sum() == pytest.approx(1)
    assert weights[same == 0].sum() == pytest.approx(1)
    assert np.diag(weights).tolist() == [0] * 6


def test_semi_hard_marks_pairs_of_one_person():
    chosen = semi_hard(np.array([0, 0, 1]), np.float32([[0], [1], [5]]))
    assert numbers(chosen.counted).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(
    ("labels", "shape", "margin", "message"),
    [
        ([0, 1, 2], (3, 2), 0.2, "3 person.*at most 1 picture.*PKBatches"),
        ([0, 0, 0], (3, 2), 0.2, "1 person"),
        ([0, 0], (3, 2), 0.2, "2 labels were given for 3 embeddings"),
        (np.eye(3), (3, 2), 0.2, r"9 labels were given.*argmax"),
        ([0, 0, 1], (3,), 0.2, r"shape \(3,\), but must be \(n, d\)"),
        ([0, 0, 1], (3, 2), -0.1, "margin was -0.1.*nearer than the positive"),
        ([0, 0, 1], (3, 2), float("nan"), "margin was nan"),
        ([0, 0, 1], (3, 2), "hard", "margin was 'hard'.*'soft'"),
    ],
)
def test_what_makes_no_triplet_is_refused(loss, labels, shape, margin, message):
    with pytest.raises(ValueError, match=message):
        loss(np.array(labels), np.zeros(shape, "float32"), margin)


def test_a_compiled_batch_without_a_triplet_costs_nothing(monkeypatch):
    monkeypatch.setattr("utils.measures.mining.concrete", lambda values: None)
    x = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    for labels in ([0, 0, 0, 0], [0, 1, 2, 3]):
        for loss in LOSSES.values():
            assert number(loss(labels, x, 0.3)) == 0


def test_a_triplet_of_three_shapes_and_a_margin_of_zero_are_refused():
    with pytest.raises(ValueError, match="the same one"):
        triplet_loss(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((1, 3)))
    with pytest.raises(ValueError, match="margin was 0"):
        contrastive_loss([1], [0.0], margin=0)
