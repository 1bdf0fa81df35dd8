import itertools

import numpy as np
import pytest

from utils.experiments.many_runs import best_so_far, expected_best, setting_importance

SCORES = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]


@pytest.mark.parametrize("n", range(1, 8))
def test_the_expected_best_is_the_mean_over_all_choices(n):
    bests = [min(some) for some in itertools.combinations(SCORES, n)]
    assert expected_best(SCORES, n) == pytest.approx(np.mean(bests))


def test_one_run_has_the_mean_and_all_runs_the_best():
    assert expected_best(SCORES, 1) == pytest.approx(np.mean(SCORES))
    assert expected_best(SCORES, 7) == 1.0


def test_a_failed_run_counts_until_it_cannot_be_all_there_is():
    scores = [2.0, np.inf, 1.0, np.inf]
    assert expected_best(scores, 2) == np.inf
    bests = [min(some) for some in itertools.combinations(scores, 3)]
    assert expected_best(scores, 3) == pytest.approx(np.mean(bests))


@pytest.mark.parametrize(
    ("scores", "n", "message"),
    [
        (SCORES, 0, "n was 0"),
        (SCORES, 8, "at most 7"),
        ([1.0, np.nan], 1, "np.inf"),
        ([], 1, "at least one run"),
        ([[1.0]], 1, "at least one run"),
    ],
)
def test_what_has_no_best_is_refused(scores, n, message):
    with pytest.raises(ValueError, match=message):
        expected_best(scores, n)


def test_the_best_so_far_only_falls():
    assert best_so_far(SCORES).tolist() == [3, 1, 1, 1, 1, 1, 1]


def test_the_setting_that_decides_is_found():
    rng = np.random.default_rng(0)
    settings = [
        {"rate": float(10 ** rng.uniform(-4, -2)), "kind": str(rng.choice(["a", "b"]))}
        for _ in range(60)
    ]
    scores = [(np.log10(one["rate"]) + 3) ** 2 for one in settings]
    found = setting_importance(settings, scores, splits=3)
    assert list(found) == ["rate", "kind"]
    assert found["rate"] > 0.5 > 0.1 > abs(found["kind"])
