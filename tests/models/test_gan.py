"""The generative adversarial network: its rules, its options, and that it learns."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.core.batches import standard_normal
from utils.measures.adversarial import (
    OBJECTIVES,
    Objective,
    gradient_penalty,
    r1_penalty,
    r2_penalty,
)
from utils.models import GAN
from utils.models.gan import PENALTY_WEIGHTS, pack
from utils.networks.mlp import mlp

BATCH = 16
LOGS = {
    "discriminator_loss",
    "generator_loss",
    "discriminator_real",
    "discriminator_generated",
}


def array(tensor):
    return ops.convert_to_numpy(tensor)


def linear(weights, bias=0.0):
    """A discriminator D(x) = w·x + b, whose slope is w everywhere."""
    weights = np.reshape(weights, (-1, 1)).astype("float32")
    network = keras.Sequential([keras.Input((len(weights),)), keras.layers.Dense(1)])
    network.set_weights([weights, np.array([bias], "float32")])
    return network


def test_the_defaults_are_those_of_the_papers(make_gan):
    gan = make_gan()
    assert gan.objective.name == "non-saturating"
    assert (gan.discriminator_steps, gan.penalty, gan.packing) == (1, {}, 1)


def test_integers_of_numpy_count_as_integers(make_gan):
    assert make_gan(discriminator_steps=np.int64(2)).discriminator_steps == 2


def test_the_generator_decides_how_long_a_latent_vector_is():
    gan = GAN(mlp(7, 2, (4,)), mlp(2, 1, (4,)))
    assert gan.latent_dim == 7
    assert gan.draw_latent(3).shape == (3, 7)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains_and_logs_finite_values(
    make_gan, points, train, objective
):
    gan = make_gan(objective=objective)
    kernels = [
        network.layers[0].kernel for network in (gan.generator, gan.discriminator)
    ]
    before = [array(kernel).copy() for kernel in kernels]
    history = train(gan, points[:BATCH])
    assert set(history) == LOGS
    assert np.isfinite([values[0] for values in history.values()]).all()
    for kernel, start in zip(kernels, before, strict=True):
        assert not np.array_equal(array(kernel), start)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_first_losses_are_those_of_the_objective(make_gan, points, objective):
    gan = make_gan(objective=objective)
    gan.discriminator = linear([0.5, -0.5], 0.25)
    fake = gan(gan.draw_latent(BATCH))
    real_logits, fake_logits = (
        x @ [[0.5], [-0.5]] + 0.25 for x in (points, array(fake))
    )
    losses = OBJECTIVES[objective]
    expected = losses.discriminator_loss(real_logits[:BATCH], fake_logits)
    loss = gan.discriminator_loss(points[:BATCH], fake)
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)
    expected = losses.generator_loss(real_logits[:BATCH], fake_logits)
    loss = gan.generator_loss(points[:BATCH], fake)
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)


@pytest.mark.parametrize(
    ("objective", "probability"), [("minimax", True), ("wasserstein", False)]
)
def test_the_outputs_of_d_are_logged_as_what_they_mean(
    make_gan, points, objective, probability
):
    gan = make_gan(objective=objective)
    gan.discriminator = linear([1.0, -2.0])
    fake = ops.zeros((BATCH, 2))
    gan.discriminator_loss(points[:BATCH], fake)
    scores = points[:BATCH] @ [[1.0], [-2.0]]
    real = 1 / (1 + np.exp(-scores)) if probability else scores
    logs = {name: float(value) for name, value in gan.logs().items()}
    assert logs["discriminator_real"] == pytest.approx(real.mean(), rel=1e-5)
    assert logs["discriminator_generated"] == (0.5 if probability else 0.0)


def test_an_objective_of_ones_own_is_used_as_it_is(make_gan, points, train):
    own = Objective(
        "constant",
        lambda real, fake: ops.mean(real) * 0 + 3.0,
        lambda real, fake: ops.mean(fake) * 0 + 4.0,
    )
    history = train(make_gan(objective=own), points[:BATCH])
    assert history["discriminator_loss"] == [3.0]
    assert history["generator_loss"] == [4.0]


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_d_takes_as_many_steps_as_it_is_given(make_gan, points, train, steps):
    gan = make_gan(discriminator_steps=steps)
    train(gan, points[: 2 * BATCH])
    assert int(gan.optimizer["discriminator"].iterations) == 2 * steps
    assert int(gan.optimizer["generator"].iterations) == 2


@pytest.mark.parametrize("penalty", ["r1", "r2", "gradient"])
def test_a_penalty_by_name_has_the_weight_of_its_paper(make_gan, penalty):
    assert make_gan(penalty=penalty).penalty == {penalty: 10.0}
    assert set(PENALTY_WEIGHTS) == {"r1", "r2", "gradient"}


def test_penalties_of_a_linear_d_are_known_exactly(make_gan, points):
    gan, slope = make_gan(), np.array([3.0, 4.0])
    gan.discriminator = linear(slope)
    fake = ops.ones((BATCH, 2))
    for name, expected in {"r1": 12.5, "r2": 12.5, "gradient": 16.0}.items():
        value = gan.penalty_value(name, points[:BATCH], fake)
        assert float(value) == pytest.approx(expected, rel=1e-5), name


def test_with_packing_the_slope_is_that_of_a_whole_pack(make_gan, points):
    gan = make_gan(packing=2)
    gan.discriminator = linear([3.0, 4.0, 0.0, 12.0])  # of length 13; halves 5 and 12
    fake = ops.ones((BATCH, 2))
    for name, expected in {"r1": 84.5, "r2": 84.5, "gradient": 144.0}.items():
        value = gan.penalty_value(name, points[:BATCH], fake)
        assert float(value) == pytest.approx(expected, rel=1e-5), name


def test_each_point_between_has_a_share_of_its_own(make_gan, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "utils.models.gan.input_gradient", lambda score, x: seen.append(array(x)) or x
    )
    make_gan().penalty_value("gradient", ops.ones((BATCH, 2)), ops.zeros((BATCH, 2)))
    shares = seen[0]
    assert len(np.unique(shares[:, 0])) == BATCH
    np.testing.assert_array_equal(shares[:, 0], shares[:, 1])
    assert 0 <= shares.min() < shares.max() <= 1


def test_penalties_look_at_real_generated_or_the_points_between(make_gan, points):
    # D(x) = Σ x³/3 has the slope x², which tells where it was measured.
    gan = make_gan()
    gan.logits_of_packs = lambda x: ops.sum(x**3, axis=1, keepdims=True) / 3
    real = ops.convert_to_tensor(np.abs(points[:BATCH]) + 1)
    fake = ops.zeros_like(real)
    slopes = real**2
    r1 = gan.penalty_value("r1", real, fake)
    assert float(r1) == pytest.approx(float(r1_penalty(slopes)), rel=1e-5)
    assert float(gan.penalty_value("r2", real, fake)) == 0.0
    r2 = gan.penalty_value("r2", fake, real)
    assert float(r2) == pytest.approx(float(r2_penalty(slopes)), rel=1e-5)
    between = float(gan.penalty_value("gradient", real, real))
    assert between == pytest.approx(float(gradient_penalty(slopes)), rel=1e-5)
    shares = {float(gan.penalty_value("gradient", real, fake)) for _ in range(3)}
    assert len(shares) == 3


def test_penalties_add_up_with_their_weights(make_gan, points):
    fake = ops.ones((BATCH, 2))
    losses = {}
    for penalty in ({}, {"r1": 2.0}, {"r1": 2.0, "r2": 1.0, "gradient": 0.5}):
        gan = make_gan(penalty=penalty)
        gan.discriminator = linear([3.0, 4.0])
        losses[len(penalty)] = float(gan.discriminator_loss(points[:BATCH], fake))
    assert losses[1] - losses[0] == pytest.approx(2 * 12.5, rel=1e-4)
    assert losses[3] - losses[0] == pytest.approx(3 * 12.5 + 8.0, rel=1e-4)


def test_a_penalty_makes_d_less_steep(make_gan, points, train):
    def steepness(weight):
        gan = make_gan(penalty={"r1": weight})
        train(gan, points, epochs=4)
        return float(gan.penalty_value("r1", points, points))

    assert steepness(5.0) < 0.5 * steepness(0.0)


@pytest.mark.parametrize("dtype", ["int32", "float64"])
def test_examples_of_other_types_are_penalized_too(make_gan, train, dtype):
    gan = make_gan(penalty={"r1": 1.0, "gradient": 1.0})
    history = train(gan, np.ones((BATCH, 2), dtype))
    assert np.isfinite(history["discriminator_loss"]).all()


def test_a_pack_joins_neighbors_along_the_last_axis():
    examples = np.arange(12.0).reshape(6, 2)
    packs = array(pack(examples, 3))
    np.testing.assert_array_equal(packs, [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]])


def test_a_pack_of_one_is_the_example():
    examples = np.arange(6.0).reshape(3, 2)
    assert pack(examples, 1) is examples


def test_the_last_pack_is_filled_with_the_first_examples():
    examples = np.arange(5.0).reshape(5, 1)
    packs = array(pack(examples, 3))
    np.testing.assert_array_equal(packs, [[0, 1, 2], [3, 4, 0]])


def test_a_batch_smaller_than_a_pack_repeats_its_examples():
    examples = np.arange(2.0).reshape(2, 1)
    np.testing.assert_array_equal(array(pack(examples, 5)), [[0, 1, 0, 1, 0]])


def test_pictures_are_packed_along_their_channels():
    pictures = np.random.default_rng(0).normal(size=(4, 3, 3, 2))
    packs = array(pack(pictures, 2))
    assert packs.shape == (2, 3, 3, 4)
    np.testing.assert_allclose(packs[1, ..., 2:], pictures[3], rtol=1e-6)


@pytest.mark.parametrize("rows", [7, 1])
def test_a_packed_game_trains_on_any_batch(make_gan, points, rows):
    gan = make_gan(packing=2, penalty="gradient", run_eagerly=False)
    logs = gan.train_on_batch(points[:rows], return_dict=True)
    assert np.isfinite([float(value) for value in logs.values()]).all()


def test_sampling_is_decided_by_its_seed(make_gan):
    gan = make_gan()
    first = gan.sample(5, seed=1)
    assert isinstance(first, np.ndarray)
    assert first.shape == (5, 2)
    np.testing.assert_array_equal(first, gan.sample(5, seed=1))
    assert not np.array_equal(first, gan.sample(5, seed=2))


def test_sampling_in_several_batches_is_sampling(make_gan):
    gan = make_gan()
    samples = gan.sample(2300, seed=4)
    latent = standard_normal(2300, 2, seed=4)
    np.testing.assert_allclose(samples, array(gan(latent)), rtol=1e-5, atol=1e-6)
    assert len(np.unique(samples, axis=0)) == 2300


def test_sampling_uses_the_moving_statistics(make_stateful_gan):
    gan = make_stateful_gan()
    latent = standard_normal(6, 2, seed=0)
    np.testing.assert_allclose(
        gan.sample(6), array(gan.generator(latent, training=False)), rtol=1e-6
    )


@pytest.mark.parametrize("center", [(1.5,), (1.5, -1.0)])
def test_a_gan_learns_where_a_gaussian_lies(center):
    keras.utils.set_random_seed(0)
    dimensions, rng = len(center), np.random.default_rng(0)
    real = rng.normal(center, 0.5, (2048, dimensions)).astype("float32")
    gan = GAN(mlp(2, dimensions, (16,)), mlp(dimensions, 1, (16,)), penalty={"r1": 1.0})
    gan.compile(*(keras.optimizers.Adam(0.01, beta_1=0.0) for _ in range(2)))
    assert abs(gan.sample(1000).mean(axis=0) - center).max() > 0.5
    gan.fit(real, batch_size=128, epochs=20, verbose=0)
    samples = gan.sample(1000)
    np.testing.assert_allclose(samples.mean(axis=0), center, atol=0.2)
    assert (abs(samples.std(axis=0) - 0.5) < 0.4).all()
