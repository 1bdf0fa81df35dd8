"""The objectives of two players, and the penalties on a slope."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import input_gradient
from utils.measures.adversarial import (
    OBJECTIVES,
    Objective,
    gradient_penalty,
    logistic_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
    r1_penalty,
    r2_penalty,
)

LOG2 = np.log(2)


def number(tensor):
    return float(ops.convert_to_numpy(tensor))


def logits(seed, n=64, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 2, (n, 1)).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, "float64")))


def test_the_contract_names_five_objectives():
    names = [
        "minimax",
        "non-saturating",
        "least-squares",
        "wasserstein",
        "relativistic",
    ]
    assert list(OBJECTIVES) == names
    assert [OBJECTIVES[name].name for name in names] == names


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("minimax", 2 * LOG2, -LOG2),
        ("non-saturating", 2 * LOG2, LOG2),
        ("least-squares", 0.5, 0.5),
        ("wasserstein", 0, 0),
        ("relativistic", LOG2, LOG2),
    ],
)
def test_losses_of_an_undecided_discriminator(name, discriminator, generator):
    zeros = np.zeros((8, 1), "float32")
    objective = OBJECTIVES[name]
    assert number(objective.discriminator_loss(zeros, zeros)) == pytest.approx(
        discriminator
    )
    assert number(objective.generator_loss(zeros, zeros)) == pytest.approx(generator)


def test_the_logistic_loss_is_minus_v():
    real, fake = logits(0, mean=1), logits(1, mean=-1)
    v = np.log(sigmoid(real)).mean() + np.log(1 - sigmoid(fake)).mean()
    assert number(logistic_discriminator_loss(real, fake)) == pytest.approx(
        -v, rel=1e-5
    )


def test_the_logistic_loss_is_twice_the_binary_cross_entropy_of_keras():
    real, fake = logits(0), logits(1)
    labels = np.r_[np.ones((64, 1)), np.zeros((64, 1))].astype("float32")
    keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = 2 * number(keras_loss(labels, np.r_[real, fake]))
    assert number(logistic_discriminator_loss(real, fake)) == pytest.approx(
        expected, rel=1e-5
    )


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("size", [-1e4, 1e4])
def test_losses_are_finite_at_huge_logits(name, size):
    real, fake = np.full((4, 1), size, "float32"), np.full((4, 1), -size, "float32")
    objective = OBJECTIVES[name]
    assert np.isfinite(number(objective.discriminator_loss(real, fake)))
    assert np.isfinite(number(objective.generator_loss(real, fake)))


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (minimax_generator_loss, lambda d: -d),
        (non_saturating_generator_loss, lambda d: d - 1),
    ],
)
def test_the_slope_of_a_generator_loss_by_the_logit(loss, slope):
    fake = logits(2, n=16)
    gradient = input_gradient(lambda x: loss(None, x), fake)
    np.testing.assert_allclose(
        16 * ops.convert_to_numpy(gradient), slope(sigmoid(fake)), atol=1e-5
    )


def test_the_relativistic_loss_depends_on_differences_alone():
    real, fake = logits(3), logits(4)
    loss = OBJECTIVES["relativistic"].discriminator_loss
    assert number(loss(real + 7, fake + 7)) == pytest.approx(
        number(loss(real, fake)), rel=1e-4
    )


def test_the_relativistic_players_have_one_loss_with_the_sides_exchanged():
    real, fake = logits(3), logits(4)
    objective = OBJECTIVES["relativistic"]
    assert number(objective.generator_loss(real, fake)) == pytest.approx(
        number(objective.discriminator_loss(fake, real))
    )


def test_the_wasserstein_loss_is_the_difference_of_the_means():
    real, fake = logits(5), logits(6)
    loss = OBJECTIVES["wasserstein"].discriminator_loss(real, fake)
    assert number(loss) == pytest.approx(fake.mean() - real.mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "real", "fake", "discriminator", "generator"),
    [
        ("minimax", 1e4, -1e4, 0, 0),
        ("minimax", -1e4, 1e4, 2e4, -1e4),
        ("non-saturating", 1e4, -1e4, 0, 1e4),
        ("non-saturating", -1e4, 1e4, 2e4, 0),
        ("least-squares", 1, 0, 0, 0.5),
        ("least-squares", 0, 1, 1, 0),
        ("wasserstein", 1e4, -1e4, -2e4, 1e4),
        ("relativistic", 1e4, -1e4, 0, 2e4),
        ("relativistic", -1e4, 1e4, 2e4, 0),
    ],
)
def test_losses_of_a_sure_discriminator(name, real, fake, discriminator, generator):
    real, fake = np.full((4, 1), real, "float32"), np.full((4, 1), fake, "float32")
    objective = OBJECTIVES[name]
    assert number(objective.discriminator_loss(real, fake)) == pytest.approx(
        discriminator
    )
    assert number(objective.generator_loss(real, fake)) == pytest.approx(generator)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("size", [-1e4, 0, 1e4])
def test_slopes_point_where_the_player_wants_to_go_and_stay_finite(name, size):
    real, fake = np.full((4, 1), size, "float32"), np.full((4, 1), -size, "float32")
    objective = OBJECTIVES[name]
    slopes = [
        input_gradient(lambda x: objective.discriminator_loss(x, fake), real),
        input_gradient(lambda x: -objective.discriminator_loss(real, x), fake),
        input_gradient(lambda x: objective.generator_loss(real, x), fake),
    ]
    for slope in map(ops.convert_to_numpy, slopes):
        assert np.isfinite(slope).all()
        if name != "least-squares":
            # D raises real and lowers generated logits, G raises generated ones;
            # least squares want them at the labels 1 and 0 instead.
            assert (slope <= 0).all()


def test_the_squares_are_those_of_the_distances_to_the_labels():
    real, fake = logits(7), logits(8)
    objective = OBJECTIVES["least-squares"]
    assert number(objective.discriminator_loss(real, fake)) == pytest.approx(
        (np.mean((real - 1) ** 2) + np.mean(fake**2)) / 2, rel=1e-5
    )
    assert number(objective.generator_loss(real, fake)) == pytest.approx(
        np.mean((fake - 1) ** 2) / 2, rel=1e-5
    )


@pytest.mark.parametrize("name", sorted(set(OBJECTIVES) - {"relativistic"}))
def test_the_two_groups_need_not_be_of_one_size(name):
    real, fake = logits(9), logits(10)
    loss = OBJECTIVES[name].discriminator_loss
    assert number(loss(np.r_[real, real], fake)) == pytest.approx(
        number(loss(real, fake)), rel=1e-5
    )


def test_an_output_is_a_probability_where_the_objective_has_one():
    score = ops.convert_to_tensor(np.float32(3))
    assert number(OBJECTIVES["non-saturating"].output(score)) == pytest.approx(
        sigmoid(3)
    )
    assert number(OBJECTIVES["wasserstein"].output(score)) == 3
    own = Objective("own", lambda real, fake: 0.0, lambda real, fake: 0.0)
    assert number(own.output(score)) == 3


def test_an_objective_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        OBJECTIVES["minimax"].name = "other"


SLOPE = np.array([[3.0], [4.0]], "float32")  # D(x) = 3 x1 + 4 x2 has slope 5


def slopes_of_a_linear_discriminator(n=6):
    points = np.random.default_rng(0).normal(size=(n, 2)).astype("float32")
    return input_gradient(lambda x: ops.matmul(x, SLOPE), points)


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [(r1_penalty, 25 / 2), (r2_penalty, 25 / 2), (gradient_penalty, (5 - 1) ** 2)],
)
def test_penalties_on_a_linear_discriminator(penalty, expected):
    value = number(penalty(slopes_of_a_linear_discriminator()))
    assert value == pytest.approx(expected, rel=1e-5)


def test_penalties_of_pictures_sum_over_all_pixels():
    gradients = np.ones((3, 2, 2, 1), "float32")
    assert number(r1_penalty(gradients)) == pytest.approx(2)
    assert number(gradient_penalty(gradients)) == pytest.approx(1)


def test_the_gradient_penalty_has_a_finite_slope_where_the_gradient_is_zero():
    slope = input_gradient(gradient_penalty, np.zeros((4, 2), "float32"))
    assert np.isfinite(ops.convert_to_numpy(slope)).all()


def test_the_slope_of_the_gradient_penalty_has_its_closed_form():
    slope = input_gradient(gradient_penalty, SLOPE.T)
    expected = 2 * (5 - 1) * SLOPE.T / 5
    np.testing.assert_allclose(ops.convert_to_numpy(slope), expected, rtol=1e-5)


def test_a_flat_discriminator_pays_no_r1_and_a_gradient_penalty_of_one():
    flat = np.zeros((3, 2), "float32")
    assert number(r1_penalty(flat)) == 0
    assert number(gradient_penalty(flat)) == pytest.approx(1, abs=1e-5)


def test_penalties_and_losses_survive_half_precision():
    """The epsilon of the norm is 0 in float16, 300² infinite."""
    flat = ops.cast(ops.zeros((4, 2)), "float16")
    slope = input_gradient(gradient_penalty, np.zeros((4, 2), "float16"))
    assert np.isfinite(ops.convert_to_numpy(slope)).all()
    assert number(r1_penalty(flat + 300)) == 90_000
    huge = ops.cast(ops.full((64, 1), 300.0), "float16")
    for objective in OBJECTIVES.values():
        assert np.isfinite(number(objective.discriminator_loss(huge, -huge)))
        assert np.isfinite(number(objective.generator_loss(huge, -huge)))
