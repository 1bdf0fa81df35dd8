"""Error rates of scores: scikit-learn's ROC, Gaussian scores in closed form, ties."""

import numpy as np
import pytest
from keras import ops
from scipy.stats import norm
from sklearn.metrics import roc_auc_score, roc_curve

from utils.core.arrays import squared_distances
from utils.evaluation.one_shot import n_way_accuracy, n_way_trials
from utils.evaluation.verification import (
    det,
    equal_error_rate,
    error_rates,
    frr_at_far,
    pair_scores,
    roc,
    threshold_at_equal_error,
    threshold_at_far,
)

# d': equal error rate Φ(-d'/2), area Φ(d'/√2), 5-way and 20-way accuracy.
GAUSSIAN = {
    1: (0.30854, 0.76025, 0.49370, 0.22840),
    2: (0.15866, 0.92135, 0.78784, 0.55799),
    3: (0.06681, 0.98305, 0.94531, 0.84678),
    4: (0.02275, 0.99766, 0.99156, 0.97018),
}


def gaussian_scores(d, n=20_001):
    """Quantiles, so that the sample is as near to the distribution as it can be."""
    quantiles = norm.ppf((np.arange(n) + 0.5) / n)
    return d + quantiles, quantiles


def random_scores(seed, ties):
    rng = np.random.default_rng(seed)
    genuine, impostor = rng.normal(1, 1, 60), rng.normal(0, 1, 90)
    return (np.round(genuine), np.round(impostor)) if ties else (genuine, impostor)


@pytest.mark.parametrize("d", GAUSSIAN)
def test_gaussian_scores_have_the_closed_form(d):
    scores = gaussian_scores(d)
    error, area, _, _ = GAUSSIAN[d]
    assert equal_error_rate(*scores) == pytest.approx(error, abs=1e-4)
    assert roc(*scores).area == pytest.approx(area, abs=1e-4)
    assert threshold_at_equal_error(*scores) == pytest.approx(d / 2, abs=1e-3)
    assert frr_at_far(*scores, 0.01) == pytest.approx(
        norm.cdf(norm.ppf(0.99) - d), abs=1e-3
    )


@pytest.mark.parametrize("d", GAUSSIAN)
@pytest.mark.parametrize("ways", [5, 20])
def test_gaussian_scores_have_the_n_way_accuracy_of_the_integral(d, ways):
    rng = np.random.default_rng(ways)
    trials = 40_000
    genuine, others = rng.normal(d, 1, trials), rng.normal(size=(trials, ways - 1))
    exact = GAUSSIAN[d][2 if ways == 5 else 3]
    error = np.sqrt(exact * (1 - exact) / trials)
    assert n_way_accuracy(genuine, others) == pytest.approx(exact, abs=4 * error)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_roc_is_scikit_learns(seed, ties):
    genuine, impostor = random_scores(seed, ties)
    labels = np.r_[np.ones(len(genuine)), np.zeros(len(impostor))]
    scores = np.r_[genuine, impostor]
    far, accepted, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    ours = roc(genuine, impostor)
    assert ours.false_accepts == pytest.approx(far)
    assert ours.false_rejects == pytest.approx(1 - accepted)
    assert ours.thresholds[1:] == pytest.approx(thresholds[1:])
    assert ours.area == pytest.approx(roc_auc_score(labels, scores))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_equal_error_rate_is_where_the_polyline_meets_the_diagonal(seed, ties):
    genuine, impostor = random_scores(seed, ties)
    curve = roc(genuine, impostor)
    rate = equal_error_rate(genuine, impostor)
    assert np.interp(
        rate, curve.false_accepts - curve.false_rejects + rate, curve.false_accepts
    ) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("genuine", "impostor", "rate"),
    [
        ([2, 3], [0, 1], 0.0),
        ([0, 1], [2, 3], 1.0),
        ([1, 1, 1], [1, 1], 0.5),
        ([5], [5], 0.5),
        ([1, 0], [0, -1], 0.25),
        ([0, 1, 2, 3], [-1, 0, 1, 2], 3 / 8),
        ([0, 2], [1], 0.5),
    ],
)
def test_equal_error_rates_by_hand(genuine, impostor, rate):
    assert equal_error_rate(genuine, impostor) == pytest.approx(rate)


def test_thresholds_keep_what_they_promise():
    genuine, impostor = random_scores(0, ties=True)
    for far in (0.0, 0.05, 0.3, 1.0):
        threshold = threshold_at_far(genuine, impostor, far)
        accepts, rejects = error_rates(genuine, impostor, threshold)
        assert accepts <= far
        assert rejects == pytest.approx(frr_at_far(genuine, impostor, far))
    assert threshold_at_far([0.0], [1.0], 0.0) == np.inf


@pytest.mark.parametrize("n", [5, 7, 10, 20, 50, 100, 200])
def test_a_round_share_of_impostors_is_allowed_to_the_last_one(n):
    impostor = np.arange(n) / n
    genuine = np.arange(n) / n + 1 / (2 * n)
    for k in range(n + 1):
        threshold = threshold_at_far(genuine, impostor, k / n)
        assert (impostor >= threshold).sum() == k
        # A genuine score stands above each impostor's, that of the first refused too.
        assert frr_at_far(genuine, impostor, k / n) == max(n - k - 1, 0) / n
    assert set(roc(genuine, impostor).false_accepts) == {k / n for k in range(n + 1)}
    assert set(roc(genuine, impostor).false_rejects) == {k / n for k in range(n + 1)}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32"])
def test_scores_may_be_tensors_of_any_type(dtype):
    genuine, impostor = np.array([2, 3, 5]), np.array([0, 1, 3, 2])
    as_given = (ops.convert_to_tensor(x, dtype) for x in (genuine, impostor))
    assert equal_error_rate(*as_given) == equal_error_rate(genuine, impostor)
    embeddings = np.array([[0], [1], [3]])
    for x in (embeddings.astype(dtype), ops.convert_to_tensor(embeddings, dtype)):
        assert pair_scores(x, [0, 0, 1])[1].tolist() == [-9, -4]


def test_a_threshold_at_equal_error_errs_equally_on_both_kinds():
    genuine, impostor = gaussian_scores(2.0)
    threshold = threshold_at_equal_error(genuine, impostor)
    assert np.subtract(*error_rates(genuine, impostor, threshold)) == pytest.approx(
        0, abs=1e-3
    )
    assert 1 < threshold_at_equal_error([2.0, 3.0], [0.0, 1.0]) <= 2


def test_gaussian_scores_are_a_line_of_slope_minus_one_on_normal_axes():
    accepts, rejects = det(*gaussian_scores(2.0))
    middle = np.abs(accepts + 1) < 1
    assert rejects[middle] == pytest.approx(-2 - accepts[middle], abs=0.02)


def test_scores_that_a_threshold_parts_leave_no_det_curve():
    assert [len(rates) for rates in det([2, 3], [0, 1])] == [0, 0]


@pytest.mark.parametrize(
    ("genuine", "impostor", "message"),
    [
        ([], [1.0], "no genuine scores.*one person"),
        ([1.0], [], "no impostor scores.*two people"),
        ([1.0, np.nan], [1.0], "genuine scores: 1 of 2 are NaN"),
        ([1.0], [np.inf, 0], "impostor scores: 1 of 2"),
    ],
)
@pytest.mark.parametrize("measure", [roc, equal_error_rate, threshold_at_equal_error])
def test_scores_that_are_none_are_refused(measure, genuine, impostor, message):
    with pytest.raises(ValueError, match=message):
        measure(genuine, impostor)


def test_a_rate_outside_0_and_1_is_refused():
    with pytest.raises(ValueError, match=r"far was 1\.5.*at most 1"):
        threshold_at_far([1.0], [0.0], 1.5)
    with pytest.raises(ValueError, match="threshold is NaN"):
        error_rates([1.0], [0.0], np.nan)


def test_pairs_are_scored_once_each():
    x, people = np.array([[0.0], [1.0], [3.0]]), ["Ann", "Ann", "Bob"]
    genuine, impostor = pair_scores(x, people)
    assert genuine == pytest.approx([-1])
    assert impostor == pytest.approx([-9, -4])


def test_squared_distances_survive_far_from_the_origin():
    x = np.random.default_rng(0).normal(size=(6, 4))
    expected = np.square(x[:, None] - x[None]).sum(axis=-1)
    assert squared_distances(x + 1e6, x + 1e6) == pytest.approx(expected, abs=1e-7)


def test_trials_hold_the_right_person_and_each_other_one_once():
    people = np.repeat(np.arange(6), 3)
    x = 10.0 ** people[:, None]  # the score tells who it was
    genuine, impostor = n_way_trials(x, people, ways=6, trials=50)
    assert genuine.tolist() == [0] * 50
    assert impostor.shape == (50, 5)
    assert (impostor < 0).all()
    assert all(len(set(row)) == 5 for row in impostor)
    assert n_way_accuracy(genuine, impostor) == 1.0


def test_ties_share_a_trial():
    assert n_way_accuracy([1.0, 1.0], [[1, 0], [1, 1]]) == pytest.approx(
        (1 / 2 + 1 / 3) / 2
    )
    assert n_way_accuracy([0.0], [[1, 0]]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: n_way_trials(np.eye(3), [0, 0, 1], ways=3), "with 2 people"),
        (lambda: n_way_trials(np.eye(3), [0, 1, 2], ways=2), "0 have two pictures"),
        (lambda: n_way_accuracy([1.0], [1.0]), r"must be \(trials,\)"),
        (lambda: n_way_accuracy([np.nan], [[1.0]]), "hold NaN"),
        (lambda: pair_scores(np.eye(3), [0, 1, 2]), "0 pairs of one person"),
        (lambda: pair_scores(np.eye(3), [0, 0]), "one of each per picture"),
        (lambda: pair_scores([[np.nan], [0]], [0, 0]), "diverged"),
    ],
)
def test_embeddings_that_make_no_pairs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
