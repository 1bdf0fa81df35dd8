"""The battle of two adversarial models, against normal distributions."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from utils.evaluation.battle import generative_adversarial_metric, same_rejections

# Quantiles in place of draws: shares are exact to 1e-4.
REAL = norm.ppf((np.arange(10_000) + 0.5) / 10_000)


def battle(first, second):
    """Logits of a battle where G draws N(shift, 1), real is N(0, 1), D is the best."""
    by_1, by_2 = (
        [shift / 2 - x for x in (REAL, REAL + other)]
        for shift, other in ((first, second), (second, first))
    )
    return by_1[0], by_2[0], by_1[1], by_2[1]


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [(0.5, 0.9, 1), (0.9, 0.5, 2), (0.5, 0.5, 0), (0.5, 1.0, 0), (1.0, 0.5, 0)],
)
def test_the_nearer_model_wins_where_the_referees_are_alike(first, second, winner):
    found = generative_adversarial_metric(*battle(first, second))
    errors = [norm.sf(shift / 2) for shift in (first, second)]
    fooled = [norm.cdf(a / 2 - b) for a, b in ((first, second), (second, first))]
    assert found.test_ratio == pytest.approx(errors[0] / errors[1], abs=2e-3)
    assert found.samples_ratio == pytest.approx(fooled[0] / fooled[1], abs=2e-3)
    assert found.winner == winner


@pytest.mark.parametrize(("first", "second", "winner"), [(0.5, 2.0, 1), (2.0, 0.5, 2)])
def test_referees_that_reject_as_many_real_examples_are_alike(first, second, winner):
    logits = battle(first, second)
    assert generative_adversarial_metric(*logits).winner == 0
    fair = same_rejections(*logits, share=0.2)
    found = generative_adversarial_metric(*fair)
    assert found.test_ratio == pytest.approx(1, abs=1e-2)
    cut = norm.ppf(0.8)
    fooled = norm.cdf(cut - second) / norm.cdf(cut - first)
    assert found.samples_ratio == pytest.approx(fooled, abs=2e-3)
    assert found.winner == winner


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        # Nobody errs on real examples: 0 / 0.
        ((1, 1, 1, 1), (math.nan, 1, 0)),
        # A D that is never fooled makes no winner.
        ((0, 0, -1, 1), (1, 0, 0)),
        ((0, 0, 1, -1), (1, math.inf, 0)),
        ((0, 1, 1, 1), (math.inf, 1, 0)),
    ],
)
def test_an_error_of_none_gives_no_verdict(logits, expected):
    found = generative_adversarial_metric(*(np.full((5, 1), x) for x in logits))
    np.testing.assert_equal(tuple(found), expected)


def test_samples_may_differ_in_number():
    one, two = np.array([-1.0, 1.0]), np.array([-1.0, -1.0, -1.0, 1.0])
    assert generative_adversarial_metric(one, one, two, one) == (1, 0.5, 1)


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        (([1.0], [1.0, 2.0], [1.0], [1.0]), "judge the same ones"),
        (([1.0], [1.0], [np.nan], [1.0]), "NaN or infinite"),
        (([1.0], [1.0], [], [1.0]), "empty"),
    ],
)
def test_logits_that_say_nothing_are_refused(logits, message):
    with pytest.raises(ValueError, match=message):
        generative_adversarial_metric(*map(np.array, logits))
