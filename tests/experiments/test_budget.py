import math
import time
from types import SimpleNamespace

import pytest

from utils.experiments.budget import Budget


def trained(budget, epochs, calls, together=1):
    """Learning rates per epoch of a training without a model, until it is stopped."""
    optimizer = SimpleNamespace(learning_rate=0.1)
    budget.set_model(SimpleNamespace(optimizer=optimizer, stop_training=False))
    budget.on_train_begin()
    rates = []
    for epoch in range(epochs):
        budget.on_epoch_begin(epoch)
        rates.append(optimizer.learning_rate)
        for call in range(calls):
            budget.on_train_batch_end((call + 1) * together - 1)
            if budget.model.stop_training:
                return rates
    return rates


def test_the_rate_falls_along_a_cosine_to_the_last_step():
    budget = Budget(1.0, steps=40)
    rates = trained(budget, 100, 5, together=2)
    assert budget.taken == 40
    cosine = [0.05 * (1 + math.cos(math.pi * share)) for share in (0, 0.25, 0.5, 0.75)]
    assert rates == pytest.approx(cosine)


def test_the_clock_starts_after_the_first_call_and_counts_seconds_of_a_core(
    monkeypatch,
):
    ticks = iter([100.0, 100.0, 101.0, 102.5, 104.0])
    monkeypatch.setattr(time, "process_time", lambda: next(ticks))
    budget = Budget(4.0)
    rates = trained(budget, 10, 2)
    assert (budget.taken, budget.spent) == (4, 4.0)
    assert rates == pytest.approx([0.1, 0.05 * (1 + math.cos(math.pi / 4))])


def test_both_players_of_a_game_slow_down():
    players = {name: SimpleNamespace(learning_rate=0.2) for name in "GD"}
    budget = Budget(1.0, steps=2)
    budget.set_model(
        SimpleNamespace(optimizer=SimpleNamespace(players=players), stop_training=False)
    )
    budget.on_train_begin()
    budget.on_epoch_begin(0)
    budget.on_train_batch_end(0)
    budget.on_epoch_begin(1)
    assert [one.learning_rate for one in players.values()] == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize("seconds", [0, -1, float("inf")])
def test_a_budget_is_positive(seconds):
    with pytest.raises(ValueError, match="budget was"):
        Budget(seconds)
