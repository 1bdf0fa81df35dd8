"""Mutual information, InfoGAN's bound and MIG against closed forms."""

import math

import numpy as np
import pytest
from keras import ops
from scipy.stats import norm

from utils.measures.information import (
    categorical_bound,
    gaussian_bound,
    mutual_information,
    mutual_information_gap,
)

TEN = np.arange(10)


def confused(error):
    """Joint table of ten codes that are read wrongly with some probability."""
    return np.eye(10) * (1 - error - error / 9) + error / 9


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (np.eye(10), 2.302585),
        (np.ones((10, 10)), 0.0),
        (confused(0.05), 1.994209),
        (confused(0.5), 0.510826),
        (np.eye(10)[:, np.minimum(TEN, 8)], 2.163956),  # two modes merged
        (np.eye(10)[:, TEN // 2], math.log(5)),
        (7 * np.eye(10), 2.302585),
    ],
)
def test_the_information_of_a_table(table, expected):
    assert mutual_information(table) == pytest.approx(expected, abs=1e-6)
    assert mutual_information(table.T) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        (np.full((10, 10), 0.1), 0.0),
        (confused(0.05), 2.251292),
        (np.eye(10) * (1 - 1e-9) + 1e-12, math.log(10)),
        (confused(0.05)[::-1], math.log(0.05 / 9) + math.log(10)),
    ],
)
def test_the_bound_of_a_reader(q, expected):
    made = categorical_bound(ops.convert_to_tensor(np.log(q) + 3.0), TEN)
    assert float(made) == pytest.approx(expected, abs=1e-5)


def test_the_bound_takes_the_entropy_of_other_codes():
    shares = np.array([0.6, 0.3, 0.1])
    codes = np.repeat([0, 1, 2], [6, 3, 1])
    logits = np.broadcast_to(np.log(shares), (10, 3))  # a reader that sees nothing
    entropy = float(-shares @ np.log(shares))
    assert float(categorical_bound(logits, codes, entropy)) == pytest.approx(
        0, abs=1e-6
    )


@pytest.mark.parametrize("std", [1.0, 0.5, 0.1])
def test_the_bound_of_a_number_is_that_of_scipy(std):
    rng = np.random.default_rng(0)
    codes, mean = rng.uniform(-1, 1, (2, 50, 3))
    log_q = norm(mean, std).logpdf(codes).sum(axis=1).mean()
    made = gaussian_bound(mean, np.full_like(mean, 2 * math.log(std)), codes)
    assert float(made) == pytest.approx(log_q + 3 * math.log(2), rel=1e-5)


def test_a_gaussian_reader_that_sees_nothing_stays_below_zero():
    codes = np.linspace(-1, 1, 20_001)[:, None]
    made = gaussian_bound(0 * codes, 0 * codes - math.log(3), codes)
    assert float(made) == pytest.approx(-0.176485, abs=1e-3)


def test_the_gap_is_between_codes_and_in_units_of_each_factor():
    information = [[1.0, 0.2], [0.4, 2.0], [0.1, 0.5]]
    assert mutual_information_gap(information, [1.0, 2.5]) == pytest.approx(0.6)
    assert mutual_information_gap([[1.0], [1.0]], [1.0]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mutual_information([1, 2]), "one row for each a"),
        (lambda: mutual_information([[1, -2], [3, 4]]), "at least 0"),
        (lambda: mutual_information(np.zeros((2, 2))), "the sum 0"),
        (lambda: mutual_information_gap([[1.0, 2.0]], [1.0, 1.0]), "two codes or more"),
        (lambda: mutual_information_gap(np.eye(2), [1.0, 0.0]), "never changes"),
        (lambda: mutual_information_gap(np.eye(2), [1.0]), r"shape \(2, 2\)"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
