"""What memory saves, against linear equations and closed forms."""

import math

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz

from utils.data import sounds
from utils.measures.linear_prediction import (
    linear_predictor,
    prediction_errors,
    quantized_floor,
)
from utils.measures.mu_law import encode


def test_errors_agree_with_the_normal_equations():
    r = sounds.whispered_vowel("oo").autocovariance(12)
    for k, error in enumerate(prediction_errors(r, 10)[1:], 1):
        weights = solve_toeplitz(r[:k], r[1 : k + 1])
        assert error == pytest.approx(r[0] - weights @ r[1 : k + 1], rel=1e-6)


def test_ar2_needs_two_samples_and_no_more():
    r = sounds.Ringing(np.array([1.6, -0.81])).autocovariance(10)
    errors = prediction_errors(r, 5)
    assert errors[:3] == pytest.approx([13.303052, 2.907822, 1], abs=5e-6)
    assert errors[3:] == pytest.approx(1)


def test_an_echo_saves_all_or_nothing():
    r = sounds.echo(50, 0.9).autocovariance(60)
    saved = -0.5 * np.log2(prediction_errors(r, 55) / r[0])
    assert saved[:50] == pytest.approx(0, abs=1e-9)
    assert saved[50:] == pytest.approx(1.1980, abs=5e-5)


@pytest.mark.parametrize(
    ("levels", "short", "long"), [(16, 2.938, 2.184), (64, 4.950, 4.149)]
)
def test_a_string_is_heard_between_32_and_64_samples(levels, short, long):
    string = sounds.driven_string()
    errors = np.sqrt(prediction_errors(string.autocovariance(70), 64))
    bits = [quantized_floor(errors[k], 0.2, levels) / math.log(2) for k in (32, 64)]
    assert bits == pytest.approx([short, long], abs=1e-3)


def test_without_any_past_a_loud_sound_has_the_entropy_of_its_levels():
    draws = np.random.default_rng(0).normal(scale=0.2, size=400_000).clip(-1, 1)
    shares = np.bincount(encode(draws, 16)) / len(draws)
    plugged = -np.sum(shares * np.log(np.where(shares > 0, shares, 1)))
    assert quantized_floor(0.2, 0.2, 16) == pytest.approx(plugged, abs=1e-3)


def test_the_weights_of_a_whisper_are_found_by_least_squares():
    whisper = sounds.whispered_vowel("oo")
    x = whisper.sample(200, 500, seed=0)
    weights, error = linear_predictor(x, 8)
    # Against SciPy's solution of the exact equations of Yule and Walker.
    r = whisper.autocovariance(9)
    assert weights == pytest.approx(solve_toeplitz(r[:8], r[1:9]), abs=0.06)
    assert error == pytest.approx(whisper.innovation, rel=0.01)


def test_the_predictor_has_the_least_error_of_all():
    x = np.random.default_rng(0).normal(size=(3, 60)).cumsum(axis=1)
    weights, error = linear_predictor(x, 2)

    def squared(a):
        left = x[:, 2:] - a[0] * x[:, 1:-1] - a[1] * x[:, :-2]
        return np.mean(left**2)

    assert squared(weights) == pytest.approx(error**2)
    for change in ([0.01, 0], [0, 0.01], [-0.01, 0.01]):
        assert squared(weights + change) > error**2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_predictor(np.ones((2, 5)), 5), "order was 5.*at most 4"),
        (lambda: linear_predictor(np.ones(5), 1), "The sounds"),
        (
            lambda: linear_predictor(np.sin(np.arange(40.0))[None], 2),
            "without an error.*add a little noise",
        ),
        (lambda: prediction_errors([1.0, 0.5], 2), "memory was 2.*at most 1"),
        (lambda: quantized_floor(0.3, 0.2), "error was 0.3"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
