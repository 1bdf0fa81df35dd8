"""A training that was done is taken up: what follows is the same, to the last bit."""

import json
import random
import time

import keras
import numpy as np
import pytest
from keras import layers

from utils.data.pk_batches import PKBatches
from utils.models import GAN, DivergenceMeter, StyleTransfer, TripletModel
from utils.models.kept_trainings import keep_trainings
from utils.models.recipes import train_with_looks
from utils.networks.features import random_filter_pyramid
from utils.networks.mlp import mlp

DATA = np.random.default_rng(0).uniform(-1, 1, (40, 2)).astype("float32")
LABELS = np.arange(40) % 8


class Film(keras.callbacks.Callback):
    """As a lesson's: a list made at the start, of what it saw on the way."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(self.model.get_weights()[0].sum())


def game():
    gan, film = GAN(mlp(3, 2, (4,)), mlp(2, 1, (4,)), penalty={"r1": 0.1}), Film()
    gan.compile(*(keras.optimizers.Adam(0.01) for _ in range(2)))
    for epochs in (1, 2):
        history = gan.fit(DATA, epochs=epochs, callbacks=[film], verbose=0)
        yield history.history, history.epoch, film.seen, gan.get_weights()
    gan.train_on_batch(DATA)
    yield gan.get_weights()


def not_built():
    hidden = [layers.Dense(8, "relu"), layers.Dropout(0.5)]
    model = keras.Sequential([*hidden, layers.Dense(8)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    for _ in range(2):
        stop = keras.callbacks.EarlyStopping(patience=1)
        settings = {"epochs": 3, "validation_split": 0.2, "verbose": 0}
        history = model.fit(DATA, LABELS, callbacks=stop, **settings).history
        yield history, stop.best, model.get_weights()


def batches_that_count():
    model = TripletModel(mlp(2, 3, (4,)))
    batches = PKBatches(DATA, LABELS, 4, 2, 5)
    track = train_with_looks(model, batches, 3, weights=lambda: model.get_weights())
    yield track, batches.epoch


def meter():
    meter = DivergenceMeter(mlp(2, 1, (4,)), "js")
    for shift in (1, 2):
        meter.learn(DATA, DATA + shift, epochs=3, batch_size=16, patience=1)
        yield meter.read(DATA, DATA + shift), meter.critic.get_weights()


def style():
    picture = np.random.default_rng(0).uniform(-1, 1, (16, 16, 3)).astype("float32")
    model = StyleTransfer(random_filter_pyramid(4, 3, 2), picture, picture[::-1])
    for route in (model.fit_lbfgs, model.fit):
        route(4, frames=2)
        yield [(frame.step, frame.loss, frame.picture) for frame in model.film]


def run(training, folder, monkeypatch, code="the cells"):
    """One process of `course run`: what the training gives, and the seconds spared."""
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "fit", keras.Model.fit)
        patched.setattr(StyleTransfer, "fit_lbfgs", StyleTransfer.fit_lbfgs)
        patched.setattr(time, "perf_counter", time.perf_counter)
        keep_trainings(folder, [code])
        keras.utils.set_random_seed(1)
        given = [*training(), random.random(), np.random.random()]  # noqa: NPY002
        given.append(keras.ops.convert_to_numpy(keras.random.uniform(())))
    told = json.loads((folder / "progress.json").read_text("utf-8"))
    return given, told["spared"]


@pytest.mark.parametrize(
    "training", [game, not_built, batches_that_count, meter, style]
)
def test_what_follows_a_training_that_was_taken_up_is_the_same(
    training, tmp_path, monkeypatch, assert_repeated
):
    unbroken, spared = run(training, tmp_path, monkeypatch)
    kept = sorted(tmp_path.glob("*.pickle"))
    assert len(kept) >= 2
    assert spared == 0
    for lost in (0, 1, len(kept)):
        for path in kept[len(kept) - lost :]:
            path.unlink()
        resumed, spared = run(training, tmp_path, monkeypatch)
        assert (spared > 0) == (lost < len(kept))
        assert sorted(tmp_path.glob("*.pickle")) == kept
        for mine, theirs in zip(
            keras.tree.flatten(resumed), keras.tree.flatten(unbroken), strict=True
        ):
            assert_repeated(mine, theirs)


def line(x=DATA, **settings):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, DATA[:, :1], verbose=0, **settings)
    yield model.get_weights()


def otherwise(data=DATA, draws=0):
    """A training that differs in one thing."""
    np.random.rand(draws)  # noqa: NPY002 (Keras shuffles by it)
    yield from line(data)


@pytest.mark.parametrize(
    "change",
    [{"data": 2 * DATA}, {"draws": 1}, {"code": "x = 1"}, {"COURSE_SEED": "1"}],
)
def test_a_training_that_starts_otherwise_is_another(tmp_path, monkeypatch, change):
    monkeypatch.setenv("COURSE_SEED", "0")
    run(line, tmp_path, monkeypatch)
    code = change.pop("code", "the cells")
    monkeypatch.setenv("COURSE_SEED", change.pop("COURSE_SEED", "0"))
    given = run(lambda: otherwise(**change), tmp_path, monkeypatch, code)
    assert given[1] == 0


def test_what_cannot_be_written_is_trained_again(tmp_path, monkeypatch):
    """A list that only a function knows of: nothing says what a training added."""
    seen = []

    def noted():
        note = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(1))
        yield from line(callbacks=[note])

    for runs in (1, 2):
        assert run(noted, tmp_path, monkeypatch)[1] == 0
        assert len(seen) == runs
