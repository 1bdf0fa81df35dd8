"""The recipe for GANs on points in the plane."""

import numpy as np
import pytest
from keras import ops

from utils.data.mixtures import ring
from utils.models.point_gan import train_point_gan


def turns(gan):
    """Updates of both players."""
    return [int(gan.optimizer[p].iterations) for p in ("generator", "discriminator")]


def test_it_trains_the_asked_number_of_steps_with_both_players():
    assert turns(train_point_gan(ring(), 12, seed=0)) == [12, 12]


def test_many_steps_are_split_into_epochs_of_equal_length(monkeypatch):
    monkeypatch.setattr("utils.models.point_gan.LONGEST_EPOCH", 4)
    assert turns(train_point_gan(ring(), 9, seed=0)) == [9, 9]  # 3 epochs of 3, not 4


def rates(gan, step):
    """Learning rates of both players at a step."""
    players = ("generator", "discriminator")
    return [float(gan.optimizer[p]._learning_rate(step)) for p in players]


def test_the_learning_rate_falls_to_zero_from_where_it_was_set():
    gan = train_point_gan(ring(), 10, seed=0, rate=1e-3)
    assert rates(gan, 0) == pytest.approx([1e-3, 1e-3])
    assert rates(gan, 10) == pytest.approx([0, 0], abs=1e-9)


def test_with_an_average_the_learning_rate_stops_at_a_twentieth():
    gan = train_point_gan(ring(), 10, seed=0, rate=1e-3, average=0.9)
    assert rates(gan, 10) == pytest.approx([5e-5, 5e-5])


def test_with_an_average_the_generator_alone_ends_as_the_mean_of_its_past():
    gan = train_point_gan(ring(), 3, seed=0, average=0.5)
    averages = gan.optimizer["generator"]._model_variables_moving_average
    for weight, mean in zip(gan.generator.trainable_variables, averages, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (weight, mean)))
    assert not gan.optimizer["discriminator"].use_ema


def test_a_penalty_counts_in_units_of_the_variance_of_the_data():
    gan = train_point_gan(ring(radius=10, std=0.1), 1, seed=0, penalty={"r1": 0.1})
    assert gan.penalty["r1"] == pytest.approx(0.1 * 10**2 / 2, rel=0.1)


def test_a_penalty_may_be_named_alone():
    gan = train_point_gan(ring(radius=10, std=0.1), 1, seed=0, penalty="r1")
    assert gan.penalty["r1"] == pytest.approx(10 * 10**2 / 2, rel=0.1)


def test_the_same_seed_gives_the_same_samples():
    first, second = (train_point_gan(ring(), 5, seed=3).sample(10) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_packing_reaches_the_networks():
    gan = train_point_gan(ring(), 2, seed=0, packing=2)
    assert gan.discriminator.input_shape == (None, 4)


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="steps was 0, but at least 1"):
        train_point_gan(ring(), 0, seed=0)
