"""The kernel distance: the definition pair by pair, and that it has no bias."""

import itertools

import numpy as np
import pytest

from utils.evaluation.mmd import squared_mmd


def by_pairs(real, fake):
    def kernel(x, y):
        return (x @ y / len(x) + 1) ** 3

    def within(points):
        pairs = itertools.combinations(points, 2)
        return np.mean([kernel(x, y) for x, y in pairs])

    return (
        within(real)
        + within(fake)
        - 2 * np.mean([kernel(x, y) for x in real for y in fake])
    )


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_definition_pair_by_pair(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(12, 3)), rng.normal(0.5, 2, size=(9, 3))
    expected = by_pairs(real, fake)
    assert squared_mmd(real, fake) == pytest.approx(expected, rel=1e-9)
    monkeypatch.setattr("utils.core.batches.BLOCK", 20)
    assert squared_mmd(real, fake) == pytest.approx(expected, rel=1e-9)


def test_two_samples_of_one_distribution_are_0_apart_on_average():
    rng = np.random.default_rng(0)
    values = [
        squared_mmd(rng.normal(size=(40, 4)), rng.normal(size=(40, 4)))
        for _ in range(400)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert min(values) < 0 < max(values)


def test_another_mean_another_spread_and_another_skew_are_seen():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(2_000, 4))
    same = squared_mmd(real, rng.normal(size=(2_000, 4)))
    skewed = rng.exponential(size=(2_000, 4)) - 1
    for other in (real + 0.3, 1.4 * real, skewed):
        assert squared_mmd(real, other) > 10 * abs(same)


def test_a_single_example_is_refused():
    with pytest.raises(ValueError, match="1 generated features"):
        squared_mmd(np.zeros((5, 2)), np.zeros((1, 2)))
