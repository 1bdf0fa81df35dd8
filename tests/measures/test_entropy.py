"""Entropies against closed forms, SciPy and enumeration."""

import math

import numpy as np
import pytest
import scipy.stats

from utils.measures.entropy import (
    context_floor,
    entropy,
    entropy_rate,
    memory_floors,
    stationary,
)

CHAIN = np.array([[0.8, 0.15, 0.05], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])


def test_entropy_is_that_of_scipy():
    p = [0.5, 0.25, 0.25, 0.0]
    assert entropy(p) == pytest.approx(scipy.stats.entropy(p))
    assert entropy([0.25] * 4) == pytest.approx(math.log(4))
    assert entropy([1.0]) == 0


def test_the_stationary_law_does_not_change():
    pi = stationary(CHAIN)
    assert pi @ CHAIN == pytest.approx(pi)
    assert pi == pytest.approx([0.45045, 0.315315, 0.234234], abs=1e-6)


def test_the_entropy_rate_of_a_chain():
    assert entropy_rate(CHAIN) == pytest.approx(0.802742, abs=5e-7)
    assert entropy_rate(np.full((3, 3), 1 / 3)) == pytest.approx(math.log(3))
    assert entropy_rate([[0, 1], [1, 0]]) == 0


def test_a_hidden_chain_is_bounded_from_above_by_its_contexts():
    moods = np.array([[0.95, 0.05], [0.05, 0.95]])
    letters = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]])
    transitions = letters.T[:, :, None] * moods
    floors = memory_floors(transitions, 7)
    assert floors[[0, 1, 3, 7]] == pytest.approx(
        [1.054920, 0.968987, 0.924718, 0.915169], abs=5e-7
    )


def test_with_one_letter_of_memory_a_chain_is_known():
    transitions = np.zeros((3, 3, 3))
    for letter in range(3):
        transitions[letter, :, letter] = CHAIN[:, letter]
    floors = memory_floors(transitions, 2)
    assert floors[0] == pytest.approx(1.063144, abs=5e-7)
    assert floors[1:] == pytest.approx(entropy_rate(CHAIN))


def test_a_context_that_shows_nothing_costs_the_mutual_information():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    p = np.array([0.45, 0.05, 0.05, 0.45])
    blind, seeing = (context_floor(x, p, c) for c in ([[], []], [[], [0]]))
    assert seeing == pytest.approx(entropy(p))
    assert blind == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: entropy([0.5, 0.6]), "sum to 1"),
        (lambda: stationary([[0.5, 0.5]]), r"must be \(k, k\)"),
        (lambda: stationary(np.eye(2)), "parts that never meet"),
        (lambda: memory_floors(np.eye(2), 1), "must be .letters, states"),
        (lambda: context_floor([[0], [1]], [0.5, 0.5], [[0]]), "without the place"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
