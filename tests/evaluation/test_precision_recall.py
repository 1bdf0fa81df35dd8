"""Improved precision and recall: explicit loops, and the cases that are known."""

import numpy as np
import pytest

from utils.evaluation.precision_recall import precision_recall


def share_inside(points, centers, k):
    """The definition, one distance at a time."""
    radii = []
    for i, center in enumerate(centers):
        others = [np.linalg.norm(center - c) for j, c in enumerate(centers) if j != i]
        radii.append(sorted(others)[k - 1])
    inside = [
        any(
            np.linalg.norm(point - center) <= radius
            for center, radius in zip(centers, radii, strict=True)
        )
        for point in points
    ]
    return sum(inside) / len(inside)


@pytest.mark.parametrize("seed", range(30))
def test_it_counts_as_explicit_loops_do(seed):
    rng = np.random.default_rng(seed)
    d, k = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    real = rng.normal(size=(int(rng.integers(k + 1, 30)), d))
    fake = rng.normal(0.5, 1.2, size=(int(rng.integers(k + 1, 30)), d))
    precision, recall = precision_recall(real, fake, k)
    assert precision == share_inside(fake, real, k)
    assert recall == share_inside(real, fake, k)


def test_small_blocks_count_as_one_large_one_does(monkeypatch):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(100, 4)), rng.normal(size=(70, 4)) + 0.3
    whole = precision_recall(real, fake)
    monkeypatch.setattr("utils.core.batches.BLOCK", 150)
    assert precision_recall(real, fake) == whole


def test_swapping_the_sets_swaps_the_two_numbers():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(60, 3)), rng.normal(0.7, 0.5, size=(80, 3))
    assert precision_recall(real, fake) == precision_recall(fake, real)[::-1]


def test_far_samples_have_neither_and_copies_have_both():
    real = np.random.default_rng(2).normal(size=(50, 3))
    assert precision_recall(real, real + 100) == (0.0, 0.0)
    assert precision_recall(real, real.copy()) == (1.0, 1.0)
    assert precision_recall(real + 1e6, real + 1e6) == (1.0, 1.0)


def test_a_point_on_the_edge_of_a_ball_lies_inside():
    real, fake = np.array([[0.0], [1.0], [2.0]]), np.array([[3.0], [4.0]])
    assert precision_recall(real, fake, 1) == (1 / 2, 1 / 3)


def test_one_mode_of_two_has_precision_without_recall():
    rng = np.random.default_rng(3)
    near = rng.normal(size=(200, 2))
    real = np.concatenate([near, rng.normal(50, 1, size=(200, 2))])
    precision, recall = precision_recall(real, rng.normal(size=(400, 2)))
    assert precision > 0.9
    assert 0.4 < recall <= 0.5


@pytest.mark.parametrize("k", [0, -1, 2.5, None])
def test_a_k_that_is_no_neighbor_is_refused(k):
    with pytest.raises(ValueError, match="k was"):
        precision_recall(np.eye(5), np.eye(5), k)


def test_more_neighbors_than_examples_are_refused():
    with pytest.raises(ValueError, match="3 real features, but 4 or more"):
        precision_recall(np.eye(3), np.zeros((9, 3)), k=3)
