"""The classifier of digits: what it knows, that it repeats itself, what it refuses."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from utils.data.digits import load
from utils.evaluation.digit_classifier import (
    classifier_accuracy,
    digit_classifier,
    digit_features,
    train_classifier,
)
from utils.evaluation.frechet import frechet_feature_distance


@pytest.fixture(scope="module")
def digits():
    return load("uci")


def test_it_classifies_over_98_percent_of_the_held_out_digits(digits):
    assert classifier_accuracy(digits.test_pictures, digits.test_labels) > 0.98


def test_the_features_of_its_own_digits_have_mean_0_and_spread_1(digits):
    features = digit_features(digits.train_pictures)
    assert features.shape == (1437, 32)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(features.std(axis=0), 1, atol=1e-4)


def test_it_learned_from_the_training_digits_of_the_course_alone(digits):
    # Over these, and over no others, the means are 0 to rounding.
    held_out = digit_features(digits.test_pictures)
    assert abs(held_out.mean(axis=0)).max() > 1e-2


def test_the_same_seed_trains_the_same_classifier(digits, assert_repeated):
    few, labels = digits.train_pictures[:200], digits.train_labels[:200]
    first, second = (train_classifier(few, labels, epochs=1) for _ in range(2))
    other = train_classifier(few, labels, epochs=1, seed=1)
    images = digits.test_pictures[:10]
    same = digit_features(images, first)
    assert_repeated(digit_features(images, second), same)
    assert abs(same - digit_features(images, other)).max() > 0.1
    assert digit_classifier() is digit_classifier()


def test_what_is_in_memory_at_once_changes_nothing(
    digits, assert_repeated, monkeypatch
):
    few, labels = digits.train_pictures[:200], digits.train_labels[:200]
    trained = train_classifier(few, labels, epochs=2)
    monkeypatch.setattr("utils.evaluation.digit_classifier._AT_ONCE", 2 * 64)
    piecemeal = train_classifier(few, labels, epochs=2)
    images = digits.test_pictures[:10]
    seen = [digit_features(images, each) for each in (piecemeal, trained)]
    assert_repeated(*seen)


def test_blur_and_noise_move_digits_away_from_digits(digits):
    real, held_out = map(digit_features, (digits.train_pictures, digits.test_pictures))
    floor = frechet_feature_distance(real, held_out)
    blurred = gaussian_filter(digits.test_pictures, (0, 0.8, 0.8, 0))
    noise = np.random.default_rng(0).uniform(-1, 1, digits.test_pictures.shape)
    assert floor < 0.5
    assert frechet_feature_distance(real, digit_features(blurred)) > 3 * floor
    assert frechet_feature_distance(real, digit_features(noise)) > 10 * floor


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((3, 64)), r"\(n, height, width, channels\)"),
        (np.zeros((0, 8, 8, 1)), "at least one picture"),
        (np.zeros((3, 28, 28, 1)), "Train one for them"),
        (np.full((3, 8, 8, 1), 255), "not in"),
        (np.full((3, 8, 8, 1), np.nan), "NaN"),
    ],
)
def test_pictures_it_cannot_classify_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        digit_features(images)


@pytest.mark.parametrize(
    "labels", [np.zeros(9, int), np.zeros(10), np.full(10, -1), np.eye(10, dtype=int)]
)
@pytest.mark.parametrize("function", [train_classifier, classifier_accuracy])
def test_labels_that_do_not_fit_are_refused(digits, function, labels):
    with pytest.raises(ValueError, match="one integer from 0 per picture"):
        function(digits.train_pictures[:10], labels)
