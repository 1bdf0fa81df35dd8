"""The trainings of lesson 11b: settings, shapes, and that they follow a seed."""

import numpy as np
import pytest

from utils.models.hybrid_recipes import train_detail_gan, train_recurrent_gan
from utils.networks.laplacian import down

PICTURES = np.random.default_rng(0).uniform(-1, 1, (128, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize(
    ("train", "asked"),
    [
        (lambda: train_detail_gan(PICTURES, 2, seed=3), down(PICTURES[:5])),
        (lambda: train_recurrent_gan(PICTURES, 3, 2, seed=3), 5),
    ],
    ids=["details", "strokes"],
)
def test_a_game_with_r1_takes_the_steps_asked_for_and_follows_its_seed(train, asked):
    first, again = train(), train()
    assert first.penalty == {"r1": 0.05}
    for player in first.optimizer.players.values():
        assert int(player.iterations) == 2
        assert player.beta_1 == 0
    made = first.sample(asked, seed=1)
    assert made.shape == (5, 8, 8, 1)
    np.testing.assert_array_equal(made, again.sample(asked, seed=1))
