"""Counting against the definition with dictionaries, and against the floors."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from utils.data.text import markov_chain
from utils.models.ngram import NGram

RNG = np.random.default_rng(0)
CHAIN = [[0.8, 0.15, 0.05], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]


def by_definition(train, test, order, levels):
    """Witten and Bell's formula, a letter at a time."""
    after = [defaultdict(Counter) for _ in range(order + 1)]
    for k in range(order + 1):
        for i in range(k, len(train)):
            after[k][tuple(train[i - k : i])][train[i]] += 1
    logs = []
    for i in range(order, len(test)):
        p = 1 / levels
        for k in range(order + 1):
            counts = after[k].get(tuple(test[i - k : i]))
            if counts:
                kinds = len(counts)
                p = (counts[test[i]] + kinds * p) / (counts.total() + kinds)
        logs.append(math.log(p))
    return logs


@pytest.mark.parametrize("order", [0, 1, 2, 4])
def test_counts_follow_the_definition(order):
    train, test = RNG.integers(0, 5, 300), RNG.integers(0, 6, 80)
    found = NGram(order, 6).fit(train).log_probability(test)
    assert found == pytest.approx(
        by_definition(train.tolist(), test.tolist(), order, 6)
    )


def test_the_next_letter_has_probability_1_in_all():
    model = NGram(2, 4).fit(RNG.integers(0, 4, 50))
    texts = np.array([[3, 1, letter] for letter in range(4)])
    p = [np.exp(model.log_probability(text)[0]) for text in texts]
    assert sum(p) == pytest.approx(1)


def test_one_letter_seen_once():
    # Nothing known: 1/2. Seen once, one kind: (1 + 1·½)/(1 + 1).
    assert NGram(0, 2).fit([0]).log_probability([0]) == pytest.approx(math.log(0.75))


def test_of_a_chain_counting_is_parameters_per_twice_the_letters_above_the_floor():
    chain, excess, n = markov_chain(CHAIN), [], 1000
    for seed in range(25):
        train, test = chain.sample(1, n, seed)[0], chain.sample(1, n, seed + 100)[0]
        exact = np.log(np.take(np.array(CHAIN).ravel(), 3 * test[:-1] + test[1:]))
        model = NGram(1, 3).fit(train)
        excess.append((exact - model.log_probability(test)).mean())
    assert np.mean(excess) == pytest.approx(3 * 2 / (2 * n), rel=0.4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NGram(-1, 3), "order was -1"),
        (lambda: NGram(20, 65), "lower order"),
        (lambda: NGram(1, 3).nats([0, 1]), "counted nothing"),
        (lambda: NGram(1, 3).fit([0, 3]), "from 0 to 2"),
        (lambda: NGram(2, 3).fit([0, 1]), "more than 2"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
