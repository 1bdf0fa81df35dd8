"""The chain rule summed and sampled, where every probability can be listed."""

import itertools
import math

import keras
import numpy as np
import pytest

from utils.core.arrays import to_numpy
from utils.data.ising import all_pictures
from utils.models import AutoregressiveModel
from utils.networks import causal

LETTERS = np.array(list(itertools.product(range(3), repeat=4)), "int32")
BUILDERS = {
    "recurrent": lambda: (causal.recurrent_network(3, 6), LETTERS),
    "wavenet": lambda: (causal.wavenet(3, 6, (1, 2)), LETTERS),
    "made": lambda: (causal.made(2, 3, 8), all_pictures(2, 3)),
    "masked": lambda: (causal.masked_pixel_cnn(2, 3, 4, 1), all_pictures(2, 3)),
    "gated": lambda: (causal.gated_pixel_cnn(2, 3, 4, 2), all_pictures(2, 3)),
}
EACH = pytest.mark.parametrize("name", BUILDERS)


def model_of(name):
    """A model far from its start, and all examples there are."""
    keras.utils.set_random_seed(1)
    network, every = BUILDERS[name]()
    for variable in network.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.7))
    return AutoregressiveModel(network), every


@EACH
def test_all_examples_there_are_have_probability_1_together(name):
    model, every = model_of(name)
    assert np.exp(model.log_likelihood(every)).sum() == pytest.approx(1, abs=1e-5)


@EACH
def test_samples_follow_the_likelihood(name):
    model, every = model_of(name)
    p = np.exp(model.log_likelihood(every).astype("float64"))
    places = every.shape[1:]
    drawn = model.sample(4000, places, seed=0).reshape(4000, -1)
    base = every.max() + 1
    codes = drawn @ base ** np.arange(drawn.shape[1])
    order = every.reshape(len(every), -1) @ base ** np.arange(drawn.shape[1])
    shares = np.bincount(codes, minlength=len(every))[order] / 4000
    assert np.abs(shares - p).max() < 4 * math.sqrt(0.25 / 4000)
    assert np.abs(shares - p).sum() < 0.2


def test_the_loss_is_minus_the_mean_log_likelihood_per_place():
    model, every = model_of("wavenet")
    expected = -model.log_likelihood(every).mean() / 4
    assert model.nats(every) == pytest.approx(expected)
    model.compile()
    assert model.evaluate(every, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_weights_of_examples_count():
    model, every = model_of("made")
    model.compile()
    weights = np.arange(len(every), dtype="float32")
    found = model.evaluate(every, sample_weight=weights, batch_size=64, verbose=0)
    expected = (-model.log_likelihood(every) / 6 * weights).mean()
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_gaussian_head_is_a_gaussian():
    keras.utils.set_random_seed(0)
    model = AutoregressiveModel(causal.wavenet(None, 4, (1, 2)), head="gaussian")
    x = np.random.default_rng(0).normal(size=(3, 8)).astype("float32")
    mean, log_std = np.moveaxis(to_numpy(model(x)), -1, 0)
    z = (x - mean) / np.exp(log_std)
    expected = (-0.5 * z**2 - log_std - 0.5 * math.log(2 * math.pi)).sum(axis=1)
    assert model.log_likelihood(x) == pytest.approx(expected, rel=1e-5)
    assert model.sample(2, 5, seed=0).dtype == np.float32


def test_training_raises_the_likelihood():
    keras.utils.set_random_seed(0)
    model = AutoregressiveModel(causal.recurrent_network(2, 8))
    x = np.tile([0, 1, 1], (64, 4))
    model.compile(keras.optimizers.Adam(0.05))
    before = model.nats(x)
    history = model.fit(x, epochs=30, batch_size=64, verbose=0).history["loss"]
    assert before > 0.6
    assert history[-1] < 0.1
    assert model.nats(x) < 0.1


@pytest.mark.parametrize("name", ["recurrent", "wavenet"])
def test_samples_with_a_cache_are_those_without(name):
    model, _ = model_of(name)
    with_cache, without = (model.sample(5, 12, seed=3, cached=c) for c in (True, False))
    assert np.array_equal(with_cache, without)


def test_a_cache_spares_a_pass_through_the_network_for_every_place(monkeypatch):
    """What that saves in seconds, `benchmarks/autoregressive.py` measures."""
    model, _ = model_of("wavenet")
    passes, run = [], model.network.predict_on_batch
    monkeypatch.setattr(
        model.network, "predict_on_batch", lambda x: passes.append(1) or run(x)
    )
    model.sample(2, 12, cached=True)
    assert passes == []
    model.sample(2, 12, prompt=np.zeros((2, 3)), cached=False)
    assert len(passes) == 9


def test_temperature_0_is_greedy_and_low_temperatures_are_nearer_to_it():
    model, _ = model_of("wavenet")
    greedy = model.sample(1, 4, temperature=0)
    logits = to_numpy(model(greedy))
    assert np.array_equal(logits.argmax(axis=-1), greedy)
    agree = [
        (model.sample(500, 4, temperature=t)[:, 0] == greedy[0, 0]).mean()
        for t in (0.3, 1, 3)
    ]
    assert agree == sorted(agree, reverse=True)


def test_temperature_divides_the_logits():
    model, _ = model_of("wavenet")
    logits = to_numpy(model(np.zeros((1, 4), "int32")))[0, 0]
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum()
    first = model.sample(8000, 1, temperature=2)[:, 0]
    assert np.bincount(first, minlength=3) / 8000 == pytest.approx(expected, abs=0.025)


@pytest.mark.parametrize("name", ["recurrent", "gated"])
def test_a_prompt_stays(name):
    model, every = model_of(name)
    prompt = every[-3:].reshape(3, -1)[:, :3]
    drawn = model.sample(3, every.shape[1:], prompt=prompt, seed=0)
    assert np.array_equal(drawn.reshape(3, -1)[:, :3], prompt)


def test_one_seed_gives_the_same_samples_and_another_others():
    model, _ = model_of("recurrent")
    first, again, other = (model.sample(8, 10, seed=s) for s in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@EACH
def test_a_saved_model_comes_back(name, tmp_path):
    model, every = model_of(name)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        model.log_likelihood(every), again.log_likelihood(every)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: AutoregressiveModel(m.network, "softmax"), "no head 'softmax'"),
        (lambda m: AutoregressiveModel(m.network, "gaussian"), "two numbers for the"),
        (lambda m: AutoregressiveModel("net"), "must be a built keras.Model"),
        (lambda m: m.sample(0, 3), "n was 0"),
        (lambda m: m.sample(2), "places was None.*each axis that it leaves open"),
        (lambda m: m.sample(2, 3, temperature=-1), "temperature was -1"),
        (lambda m: m.sample(2, 3, prompt=[[1, 2]]), r"prompt has shape \(1, 2\)"),
        (lambda m: m.fit(np.array([[0, 3]])), "from 0 to 3.*from 0 to 2"),
        (lambda m: m.nats(np.array([[0.5, 1]])), "whole numbers"),
        (lambda m: m.nats(np.array([0, 1])), r"shape \(2,\) is not"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    model, _ = model_of("wavenet")
    model.compile()
    with pytest.raises(ValueError, match=message):
        call(model)
