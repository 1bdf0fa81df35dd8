"""Kept weights: rounded once, known by digest and answer, remade by their script."""

import importlib

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.course import results
from utils.course.folder import Course, find_course
from utils.course.results import load_results
from utils.data.avatars import render, sample_factors
from utils.data.translations import hair_answers, painted_avatars
from utils.evaluation.translation import valid_share
from utils.models.part_vae import part_vae, principal_components
from utils.models.steering_recipes import PICTURE_NOISE, picture_generator
from utils.models.translation_recipes import CODES, WIDTH
from utils.networks import trained_weights
from utils.networks.conditional import attach, beside_input
from utils.networks.dcgan import convolutional_generator
from utils.networks.image_transform import image_transform_network
from utils.networks.trained_weights import MOST_BYTES, load_trained, save_trained
from utils.networks.unet import patch_unet, plain_unet

ROOT = find_course().root


def network(activation="tanh", width=4, seed=0):
    keras.utils.set_random_seed(seed)
    hidden = [layers.Dense(width, activation), layers.BatchNormalization()]
    return keras.Sequential([keras.Input((3,)), *hidden, layers.Dense(2)])


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a script of benchmarks/."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


@pytest.fixture
def kept(tmp_path, monkeypatch, benchmark):
    """A course with one set of weights, "small"; gives the network it is of."""
    for module in (results, trained_weights):
        monkeypatch.setattr(module, "find_course", lambda: Course(tmp_path))
    recorder = benchmark("record")
    monkeypatch.setattr(recorder, "RESULTS", tmp_path / "results")
    (tmp_path / "results" / "weights").mkdir(parents=True)
    trained = network()
    written = save_trained(trained, tmp_path / "results" / "weights" / "small.npz")
    card = {"network": "network()", "script": "benchmarks/kept_weights.py small"}
    recorder.record("weights", ("small",), card | written)
    return trained


def test_a_set_gives_another_network_the_same_answers(kept):
    other, x = network(seed=1), np.ones((5, 3), "float32")
    card = load_trained(other, "small")
    assert card["script"] == "benchmarks/kept_weights.py small"
    answers = (ops.convert_to_numpy(each(x)) for each in (other, kept))
    np.testing.assert_array_equal(*answers)
    rounded = network().get_weights()[0].astype("float16")
    np.testing.assert_array_equal(other.get_weights()[0], rounded)


@pytest.mark.parametrize("other", [{"activation": "relu"}, {"width": 5}])
def test_another_network_is_refused_and_keeps_its_weights(kept, other):
    given = network(**other, seed=1)
    before = given.get_weights()
    with pytest.raises(ValueError, match=r"another network.*build it as network\(\)"):
        load_trained(given, "small")
    for mine, theirs in zip(given.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_network_that_is_told_time_and_label_is_known_by_its_answer(tmp_path):
    keras.utils.set_random_seed(0)
    told = patch_unet((4, 4, 1), 4, 1, classes=3)
    told.set_weights([np.ones_like(w) for w in told.get_weights()])
    one = save_trained(told, tmp_path / "told.npz")["probe"]
    label = next(each for each in told.layers if isinstance(each, layers.Embedding))
    label.set_weights([np.arange(4 * 16.0).reshape(4, 16)])
    assert (
        np.abs(np.subtract(save_trained(told, tmp_path / "o.npz")["probe"], one)).max()
        > 0.1
    )


def test_a_network_of_pictures_of_any_size_is_known_by_its_answer(tmp_path):
    painter = image_transform_network(2, 0)
    written = save_trained(painter, tmp_path / "painter.npz")
    waves = np.sin(np.arange(2 * 16 * 16 * 3.0)).reshape(2, 16, 16, 3)
    answer = ops.convert_to_numpy(painter(waves.astype("float32"))).ravel()
    assert written["probe"][0] == pytest.approx(answer[0], abs=1e-5)
    assert written["probe"][-1] == pytest.approx(answer[-1], abs=1e-5)


@pytest.mark.usefixtures("kept")
def test_a_changed_file_and_an_unknown_set_are_told(tmp_path):
    with pytest.raises(ValueError, match=r"set of weights.*small"):
        load_trained(network(), "smaller")
    path = tmp_path / "results" / "weights" / "small.npz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not the file that its card"):
        load_trained(network(), "small")


def test_weights_too_many_or_too_large_are_not_kept(tmp_path):
    with pytest.raises(ValueError, match="at most 1048576"):
        save_trained(network(width=200_000), tmp_path / "wide.npz")
    large = network()
    large.set_weights([1e5 * np.ones_like(w) for w in large.get_weights()])
    with pytest.raises(ValueError, match="65,504"):
        save_trained(large, tmp_path / "large.npz")
    assert not list(tmp_path.iterdir())


def test_the_kept_sets_are_small_and_each_has_its_card():
    files = list((ROOT / "results" / "weights").glob("*.npz"))
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= 12 * MOST_BYTES
    assert {path.stem for path in files} == set(load_results("weights"))


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("avatars_flow", lambda: patch_unet((32, 32, 3))),
        ("digits", lambda: convolutional_generator((28, 28, 1))),
    ],
)
def test_kept_pictures_are_of_the_network_on_their_card(name, build):
    assert load_trained(build(), name)["scores"]["core minutes"] > 1


def test_kept_digits_come_as_asked():
    generator = beside_input(picture_generator((28, 28, 1), 10), 10)
    load_trained(generator, "digits_asked")
    # 0 is a ring, and 1 a stroke: the middle is empty or full.
    noise = np.random.default_rng(0).normal(size=(40, PICTURE_NOISE)).astype("float32")
    middle = [
        generator.predict([noise, np.full(40, digit)], verbose=0)[:, 12:16, 13:15]
        for digit in (0, 1)
    ]
    assert middle[0].mean() < -0.7
    assert middle[1].mean() > 0.2


def test_a_kept_vae_of_faces_draws_faces_that_it_has_not_seen():
    components = principal_components(render(sample_factors(1_500, 0)), 400)
    vae, coder = part_vae(components, (32, 32, 3), 64, 480)
    error = load_trained(coder.encoder, "faces_encoder")["scores"]
    assert error == load_trained(coder.decoder, "faces_decoder")["scores"]
    new = render(sample_factors(400, 201))
    found = np.sqrt(np.square(vae.reconstruct(new) - new).mean())
    assert found == pytest.approx(error["error of unseen faces"], abs=1e-3)


def test_a_kept_decoder_colors_sketches_as_its_card_says():
    painted = painted_avatars(100, 8, "sketch", 32, still=True)
    decoder = plain_unet((32, 32, 1 + CODES), WIDTH)
    scores = load_trained(decoder, "sketch_vae")["scores"]
    codes = np.random.default_rng(0).normal(size=(100, CODES)).astype("float32")
    made = decoder.predict(attach(painted.sources, codes), verbose=0)
    answers, hair = hair_answers(painted)
    found = valid_share(made, hair, answers, 0.2)
    assert found == pytest.approx(scores["hair valid"], abs=0.03)


def test_a_small_set_is_remade_by_its_script_with_the_same_scores(tmp_path, benchmark):
    """Up to what other hardware rounds differently."""
    card = load_results("weights")["embedding_small"]
    if not card["software"].endswith(keras.backend.backend()):
        pytest.skip("another backend begins with other weights")
    made = benchmark("kept_weights").make("embedding_small", tmp_path)
    remade = made["embedding_small"]
    assert remade["scores"] == pytest.approx(card["scores"], abs=0.02)
