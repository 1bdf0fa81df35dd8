"""Did a model do what it was asked to? On cases where the answer is known."""

import numpy as np
import pytest

from utils.data.avatars import RANGES, render, sample_factors
from utils.evaluation.disentanglement import r_squared
from utils.evaluation.steering import (
    explained,
    match,
    matched_accuracy,
    moved,
    read,
    readout_features,
    train_readout,
)

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, 4_000)
OTHER_NAMES = np.array([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])


def test_other_names_for_the_same_classes_are_all_right():
    assert np.array_equal(match(OTHER_NAMES[LABELS], LABELS), OTHER_NAMES.argsort())
    assert matched_accuracy(OTHER_NAMES[LABELS], LABELS) == 1


def test_two_codes_cannot_stand_for_one_label():
    codes = np.array([0, 0, 0, 1, 1, 2])
    labels = np.array([0, 0, 0, 0, 0, 1])
    assert match(codes, labels).tolist() == [0, -1, 1]
    merged = np.minimum(LABELS, 8)
    assert matched_accuracy(merged, LABELS) == pytest.approx(0.9, abs=0.02)
    split = LABELS + 10 * RNG.integers(0, 2, len(LABELS))
    assert matched_accuracy(split, LABELS) == pytest.approx(0.5, abs=0.03)


def test_luck_scores_what_luck_deserves():
    codes = np.random.default_rng(1).integers(0, 10, (40, 360))
    held_out = np.mean([matched_accuracy(each, LABELS[:360]) for each in codes])
    on_itself = np.mean([match(c, LABELS[:360])[c] == LABELS[:360] for c in codes])
    assert held_out == pytest.approx(0.1, abs=0.01)
    assert on_itself == pytest.approx(0.174, abs=0.01)


def test_a_change_is_explained_by_itself_and_not_by_nothing():
    true = RNG.normal(size=(5, 4, 4, 3))
    assert explained(true, true) == 1
    assert explained(0 * true, true) == 0
    assert explained(0.5 * true, true) == pytest.approx(0.75)
    assert explained(-true, true) == pytest.approx(-3)


def test_what_moved_is_told_from_what_leaked():
    before = RNG.normal(size=(6, 3))
    after = before + np.array([2.0, 0.0, 0.5])
    found = moved(before, after, 0, [1.0, 1.0, 0.25])
    assert found.asked == pytest.approx(2)
    assert found.leaked == pytest.approx(np.sqrt((0 + 2**2) / 2))
    assert moved(before, after, 2, [1.0, 1.0, 0.25]).asked == pytest.approx(0.5)


def test_a_readout_reads_avatars_it_has_not_seen_in_the_factors_units():
    names = ("shift", "skin", "background")
    train, test = sample_factors(1_500, 1), sample_factors(200, 2)
    values, truth = (
        np.stack([getattr(f, name) for name in names], 1) for f in (train, test)
    )
    readout = train_readout(render(train, 16), values, epochs=6)
    found = read(readout, render(test, 16))
    assert (r_squared(truth, found) > 0.6).all()
    bounds = np.array([RANGES[name][:2] for name in names])
    assert (found > bounds[:, 0] - 0.5).all()
    assert (found < bounds[:, 1] + 0.5).all()
    features = readout_features(readout, render(test, 16))
    assert features.shape == (len(found), 96)
    # What it reads is linear in what it sees.
    inputs = np.c_[features, np.ones(len(features))]
    rest = found - inputs @ np.linalg.lstsq(inputs, found, rcond=None)[0]
    assert np.abs(rest).max() < 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: match([0.5], [0]), "Of logits take the argmax"),
        (lambda: match([0, 1], [0]), "2 codes and 1 labels"),
        (lambda: match([-1], [0]), "integers from 0"),
        (lambda: matched_accuracy([1], [1]), "2 or more"),
        (lambda: explained(np.ones((2, 3)), np.ones((3, 2))), "same pictures"),
        (lambda: explained(np.ones(3), np.zeros(3)), "not 0"),
        (lambda: moved(np.ones((2, 3)), np.ones((2, 3)), 3, np.ones(3)), "asked was 3"),
        (lambda: moved(np.ones((2, 3)), np.ones((2, 2)), 0, np.ones(3)), "one column"),
        (lambda: train_readout(np.zeros((3, 8, 8, 3)), np.zeros((3, 1))), "never"),
        (lambda: train_readout(np.zeros((3, 8, 8, 3)), np.eye(4)), "3 pictures and"),
        (lambda: train_readout(np.zeros((3, 8, 8)), np.eye(3)), "height, width"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
