"""Kept weights: rounded once, known by digest and answer, remade by their script."""

import importlib

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.course import results
from utils.course.folder import Course, find_course
from utils.course.results import load_results
from utils.networks import trained_weights
from utils.networks.trained_weights import MOST_BYTES, load_trained, save_trained
from utils.networks.unet import patch_unet

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
    ],
)
def test_kept_pictures_are_of_the_network_on_their_card(name, build):
    assert load_trained(build(), name)["scores"]["core minutes"] > 1


def test_a_small_set_is_remade_by_its_script_with_the_same_scores(tmp_path, benchmark):
    """Up to what other hardware rounds differently."""
    card = load_results("weights")["embedding_small"]
    if not card["software"].endswith(keras.backend.backend()):
        pytest.skip("another backend begins with other weights")
    remade = benchmark("kept_weights").make("embedding_small", tmp_path)
    assert remade["scores"] == pytest.approx(card["scores"], abs=0.02)
