"""The trainings of lesson 07: settings, shapes, and that they follow a seed."""

import numpy as np
import pytest

from utils.data.mixtures import ring
from utils.models.steering_recipes import (
    RULES,
    train_picture_conditional,
    train_picture_infogan,
    train_point_conditional,
    train_point_infogan,
)

PICTURES = np.random.default_rng(0).uniform(-1, 1, (128, 8, 8, 1)).astype("float32")
LABELS = (np.arange(128) % 3).astype("int32")
TRAININGS = {
    "points": lambda seed: train_point_conditional(ring(3, std=0.1), 2, seed),
    "pictures": lambda seed: train_picture_conditional(
        PICTURES, LABELS, 2, seed, width=4
    ),
    "code of points": lambda seed: train_point_infogan(ring(3, std=0.1), 4, 2, seed),
    "code of pictures": lambda seed: train_picture_infogan(
        PICTURES, 4, 2, seed, width=4
    ),
    "code and numbers, layers shared": lambda seed: train_picture_infogan(
        PICTURES, 4, 2, seed, numbers=2, width=4, shared=True
    ),
}
EACH = pytest.mark.parametrize("training", TRAININGS)


@EACH
def test_both_players_take_the_steps_asked_for_from_a_rate_that_falls(training):
    gan = TRAININGS[training](0)
    for player in gan.optimizer.players.values():
        assert int(player.iterations) == 2
        rates = [float(player._learning_rate(step)) for step in (0, 1, 2)]
        assert rates == pytest.approx([2e-3, 1e-3, 0], abs=1e-8)
        assert player.beta_1 == 0


@EACH
def test_one_seed_gives_one_model_and_another_seed_another(training):
    first, again, other = (TRAININGS[training](seed).sample(3) for seed in (3, 3, 1))
    # Once in hundreds of trainings TensorFlow sums in another order, on a busy machine.
    # Adam makes a step of 2e-3 of the smallest gradient, rounded otherwise or not.
    np.testing.assert_allclose(first, again, rtol=0, atol=2e-3)
    assert np.abs(first - other).max() > 0.05


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_tells_d_in_its_own_way(rule):
    told = {"planes": (True, False), "projection": (True, False)}
    expected = told.get(rule, (False, rule == "classifier"))
    for gan in (
        train_point_conditional(ring(3, std=0.1), 1, 0, rule),
        train_picture_conditional(PICTURES, LABELS, 1, 0, rule, width=4),
    ):
        assert (gan.told, gan.asked, gan.classes) == (*expected, 3)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: train_point_conditional(ring(), 0, 0), "steps was 0"),
        (lambda: train_point_conditional(ring(), 1, 0, "plane"), "mean 'planes'"),
        (lambda: train_picture_infogan(PICTURES[:9], 4, 1, 0), "pictures / 64 was 0"),
        (lambda: train_point_infogan(ring(), 1, 1, 0), "categories was 1"),
    ],
)
def test_what_cannot_be_trained_is_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()
