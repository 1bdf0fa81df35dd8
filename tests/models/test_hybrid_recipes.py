"""The trainings of lesson 11b: settings, shapes, and that they follow a seed."""

import numpy as np
import pytest

from utils.models.hybrid_recipes import (
    train_detail_gan,
    train_one_gan,
    train_recurrent_gan,
)
from utils.networks.laplacian import down
from utils.networks.recurrent import canvases

PICTURES = np.random.default_rng(0).uniform(-1, 1, (128, 8, 8, 1)).astype("float32")
TRAININGS = {
    "one": lambda seed: train_one_gan(PICTURES, 2, seed),
    "details": lambda seed: train_detail_gan(PICTURES, 2, seed),
    "strokes": lambda seed: train_recurrent_gan(PICTURES, 3, 2, seed),
}


@pytest.mark.parametrize("training", TRAININGS)
def test_a_game_with_r1_takes_the_steps_asked_for_and_follows_its_seed(training):
    first, again, other = (TRAININGS[training](seed) for seed in (3, 3, 1))
    assert first.penalty == {"r1": 0.05}
    for player in first.optimizer.players.values():
        assert int(player.iterations) == 2
        assert player.beta_1 == 0
    asked = down(PICTURES[:5]) if training == "details" else 5
    made = [gan.sample(asked, seed=1) for gan in (first, again, other)]
    assert made[0].shape == (5, 8, 8, 1)
    np.testing.assert_array_equal(made[0], made[1])
    assert np.any(made[0] != made[2])


def test_a_recurrent_gan_draws_as_many_canvases_as_strokes():
    gan = train_recurrent_gan(PICTURES, 3, 2, seed=0, penalty=0)
    assert gan.penalty == {"r1": 0}
    assert len(canvases(gan.generator, np.zeros((2, 16), "float32"))) == 3
