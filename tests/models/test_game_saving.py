"""Games on disk: the same samples, the same optimizers, on any backend."""

import importlib.util
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import ops

from utils.measures.adversarial import OBJECTIVES, Objective
from utils.models import GAN

ROOT = Path(__file__).parents[2]
SAVED = Path(__file__).parent / "saved"
BACKENDS = ("tensorflow", "jax", "torch")
OTHERS = [name for name in BACKENDS if name != keras.backend.backend()]


def reloaded(gan, folder):
    path = folder / "gan.keras"
    gan.save(path)
    return keras.saving.load_model(path)


def assert_same_state(one, other):
    assert len(one) == len(other) > 20
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loaded_game_draws_the_same_samples(make_gan, points, train, tmp_path):
    gan = make_gan()
    train(gan, points)
    again = reloaded(gan, tmp_path)
    np.testing.assert_array_equal(gan.sample(7, seed=3), again.sample(7, seed=3))


def test_loading_brings_back_all_state(
    make_stateful_gan, points, train, state_of, tmp_path
):
    gan = make_stateful_gan()
    train(gan, points)
    again = reloaded(gan, tmp_path)
    for player, rate in (("generator", 0.01), ("discriminator", 0.02)):
        optimizer = again.optimizer[player]
        assert int(optimizer.iterations) == 4
        assert float(optimizer.learning_rate) == pytest.approx(rate)
    assert_same_state(state_of(gan), state_of(again))


def test_loading_brings_back_the_settings(make_gan, tmp_path):
    settings = {
        "objective": "least-squares",
        "discriminator_steps": 3,
        "penalty": {"r1": 0.5, "gradient": 2.0},
        "packing": 2,
    }
    again = reloaded(make_gan(**settings), tmp_path)
    assert again.objective is OBJECTIVES["least-squares"]
    for name in ("discriminator_steps", "penalty", "packing"):
        assert getattr(again, name) == settings[name]
    assert again.run_eagerly


def test_loading_brings_back_schedules_and_averages(make_gan, points, train, tmp_path):
    falling = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)
    optimizers = keras.optimizers.SGD(falling), keras.optimizers.Adam(0.1, use_ema=True)
    gan = make_gan(optimizers=optimizers)
    train(gan, points)
    again = reloaded(gan, tmp_path)
    assert float(again.optimizer["generator"].learning_rate) == pytest.approx(0.05)
    assert again.optimizer["discriminator"].use_ema


def test_a_game_that_was_never_compiled_is_saved_as_well(make_gan, tmp_path):
    gan = GAN(*(make_gan().generator, make_gan().discriminator))
    again = reloaded(gan, tmp_path)
    assert not again.compiled
    np.testing.assert_array_equal(gan.sample(4), again.sample(4))
    again.compile(run_eagerly=True)
    again.fit(np.zeros((4, 2), "float32"), verbose=0)


def test_weights_alone_can_be_carried_over(make_gan, points, train, tmp_path):
    trained, fresh = make_gan(seed=0), make_gan(seed=1)
    train(trained, points)
    trained.save_weights(tmp_path / "gan.weights.h5")
    fresh.load_weights(tmp_path / "gan.weights.h5")
    np.testing.assert_array_equal(trained.sample(4), fresh.sample(4))


def test_a_file_holds_every_number_once(make_stateful_gan, tmp_path):
    gan = make_stateful_gan()
    gan.save(tmp_path / "gan.keras")
    stored = 0

    def count(_, item):
        nonlocal stored
        stored += getattr(item, "size", 0)

    with zipfile.ZipFile(tmp_path / "gan.keras") as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as file:
        file.visititems(count)
    players = gan.optimizer.players.values()
    kept = [*gan.variables, *(v for player in players for v in player.variables)]
    assert stored == sum(ops.convert_to_numpy(variable).size for variable in kept)


def test_an_objective_of_ones_own_is_not_saved(make_gan, tmp_path):
    own = Objective("mine", *(lambda real, fake: ops.mean(fake - real),) * 2)
    with pytest.raises(ValueError, match=r"'mine' is your own.*Save `gan.generator`"):
        make_gan(objective=own).save(tmp_path / "gan.keras")


def forward(path, latent):
    """What the generator in a file makes of latent vectors, in NumPy alone."""
    with zipfile.ZipFile(path) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as file:
        layers = file["generator/layers"]
        kernels = [np.array(layers[f"{name}/vars/0"]) for name in ("dense", "dense_1")]
        bias = np.array(layers["dense_1/vars/1"])
        gamma, beta, mean, variance = (
            np.array(layers[f"batch_normalization/vars/{i}"]) for i in range(4)
        )
    hidden = (latent @ kernels[0] - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    return np.where(hidden > 0, hidden, 0.2 * hidden) @ kernels[1] + bias


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_game_saved_on_any_backend_loads_and_trains_on_this_one(
    points, train, backend
):
    """The files of `saved/` were written by `write_saved_games.py` beside them."""
    path = SAVED / f"{backend}.keras"
    gan = keras.saving.load_model(path)
    latent = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    made = ops.convert_to_numpy(gan.generator(latent))
    np.testing.assert_allclose(made, forward(path, latent), rtol=1e-4, atol=1e-5)
    assert [int(o.iterations) for o in gan.optimizer.players.values()] == [4, 4]
    gan.run_eagerly = True
    train(gan, points[:16])
    assert [int(o.iterations) for o in gan.optimizer.players.values()] == [5, 5]


PROGRAM = """
import sys, keras, numpy as np
made = keras.saving.load_model(sys.argv[1])(np.load(sys.argv[2]))
np.save(sys.argv[3], keras.ops.convert_to_numpy(made))
"""


@pytest.mark.parametrize("backend", OTHERS)
def test_a_generator_saved_here_loads_on_another_backend(make_gan, tmp_path, backend):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed in this environment")
    generator = make_gan().generator
    latent = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    files = [str(tmp_path / n) for n in ("generator.keras", "latent.npy", "made.npy")]
    generator.save(files[0])
    np.save(files[1], latent)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path}
    program = [sys.executable, "-c", PROGRAM, *files]
    subprocess.run(program, env=environment, check=True, capture_output=True)
    made = ops.convert_to_numpy(generator(latent))
    np.testing.assert_allclose(np.load(files[2]), made, rtol=1e-5, atol=1e-6)
