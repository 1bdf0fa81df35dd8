"""The conditional VAE: its loss, what its code is for, and pairs that are none."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.core.batches import standard_normal
from utils.models import ConditionalVAE
from utils.networks.encoders import convolutional_encoder
from utils.networks.unet import plain_unet

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
Y = RNG.uniform(-1, 1, (8, 8, 8, 3)).astype("float32")
CODES = 2


def array(tensor):
    return ops.convert_to_numpy(tensor)


class Pairs(keras.utils.PyDataset):
    """One batch of what it is given."""

    def __init__(self, *batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.batch if len(self.batch) > 1 else self.batch[0]


def build(encoder=None, decoder=None, run_eagerly=True, **settings):
    keras.utils.set_random_seed(0)
    encoder = encoder or convolutional_encoder((8, 8, 4), 2 * CODES, 4)
    decoder = decoder or plain_unet((8, 8, 1 + CODES), 4, 1)
    model = ConditionalVAE(encoder, decoder, **settings)
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=run_eagerly)
    return model


def fixed_encoder(mean, log_variance):
    """An encoder that says the same of every pair."""
    encoder = keras.Sequential(
        [keras.Input((8, 8, 4)), layers.Flatten(), layers.Dense(4)]
    )
    encoder.layers[-1].set_weights([np.zeros((256, 4)), np.r_[mean, log_variance]])
    return encoder


def test_the_loss_is_that_of_the_formula():
    mean, log_variance = (
        np.array([0.5, -1.0]),
        np.full(2, -40.0),
    )  # no noise to speak of
    model = build(fixed_encoder(mean, log_variance), variance=0.3, beta=2.0)
    planes = np.broadcast_to(mean.astype("float32"), (8, 8, 8, CODES))
    made = array(model.decoder(np.concatenate([X, planes], axis=-1)))
    squares = np.square(Y - made).sum(axis=(1, 2, 3)).mean()
    numbers = Y[0].size
    expected = squares / 0.6 + numbers / 2 * np.log(2 * np.pi * 0.3)
    kl = (np.square(mean) + np.exp(log_variance) - log_variance - 1).sum() / 2
    loss = float(
        model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True)["loss"]
    )
    assert loss == pytest.approx(expected + 2 * kl, rel=1e-4)


def test_the_encoder_sees_target_and_source():
    model = build()
    pair = np.concatenate([Y, X], axis=-1)
    expected = array(model.encoder(pair, training=False))[:, :CODES]
    np.testing.assert_allclose(model.encode(X, Y), expected, atol=1e-5)
    made = model.decode(X, model.encode(X, Y))
    np.testing.assert_allclose(model.reconstruct(X, Y), made, atol=1e-5)


def test_a_sample_is_the_decoders_answer_to_normal_codes():
    model = build()
    planes = np.broadcast_to(standard_normal(8, CODES, 5)[:, None, None], (8, 8, 8, 2))
    expected = array(model.decoder(np.concatenate([X, planes], axis=-1)))
    np.testing.assert_allclose(model.sample(X, 5), expected, atol=1e-5)
    assert np.any(model.sample(X, 5) != model.sample(X, 6))
    assert model(ops.convert_to_tensor(X)).shape == (8, 8, 8, 3)


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_every_weight_trains(run_eagerly):
    model = build(run_eagerly=run_eagerly)
    before = [np.array(array(v)) for v in model.trainable_variables]
    history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history
    assert set(history) == {"loss", *model.LOGS}
    assert np.isfinite(list(history.values())).all()
    for variable, start in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(array(variable), start), variable.path


def test_pairs_of_weight_zero_count_for_nothing():
    model = build()
    first = {"batch_size": 8, "verbose": 0, "return_dict": True}
    alone = model.evaluate(X, Y, sample_weight=np.zeros(8), **first)
    assert alone["loss"] == 0
    before = [np.array(array(v)) for v in model.trainable_variables]
    model.fit(Pairs(X, Y, np.zeros(8, "float32")), verbose=0)
    for variable, start in zip(model.trainable_variables, before, strict=True):
        np.testing.assert_array_equal(array(variable), start)


def test_a_step_runs_the_decoder_once(monkeypatch):
    model, calls = build(), []
    decoder = model.decoder.__class__.__call__

    def counted(network, *args, **kwargs):
        calls.extend([1] * (network is model.decoder))
        return decoder(network, *args, **kwargs)

    monkeypatch.setattr(model.decoder.__class__, "__call__", counted)
    model.fit(X, Y, batch_size=8, verbose=0)
    assert len(calls) == 1


def test_a_model_works_on_after_an_evaluation_that_failed():
    model = build(run_eagerly=False)
    before = model.sample(X)
    with pytest.raises(Exception, match=r"."):  # each backend's own
        model.evaluate(Pairs(X[:, :4], Y), verbose=0)
    np.testing.assert_allclose(model.sample(X), before, atol=1e-6)


def test_two_right_answers_are_both_given_and_their_mean_is_not():
    keras.utils.set_random_seed(0)
    sources = RNG.uniform(-1, 1, (512, 8, 8, 1)).astype("float32")
    color = RNG.choice([-0.8, 0.8], (512, 1, 1, 1)).astype("float32")
    targets = np.broadcast_to(color, (512, 8, 8, 3)).astype("float32")
    model = build(run_eagerly=False, variance=1.0)
    model.compile(keras.optimizers.Adam(5e-3))
    model.fit(sources, targets, batch_size=32, epochs=25, verbose=0)
    answers = model.sample(sources).mean(axis=(1, 2, 3))
    assert np.mean(np.abs(np.abs(answers) - 0.8) < 0.2) > 0.55
    assert 0.3 < np.mean(answers > 0) < 0.7


def test_a_loaded_model_goes_on_as_if_it_had_not_been_saved(tmp_path):
    settings = {"batch_size": 4, "shuffle": False, "verbose": 0}
    stopped = build(beta=0.5)
    stopped.fit(X, Y, **settings)
    stopped.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.latent_dim, loaded.beta) == (CODES, 0.5)
    for model in (stopped, loaded):
        model.fit(X, Y, **settings)
    np.testing.assert_allclose(loaded.sample(X), stopped.sample(X), atol=1e-5)


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [
        (((8, 8, 4), 3), (8, 8, 3)),  # three numbers for a code of two
        (((8, 8, 3), 4), (8, 8, 3)),  # no source
        (((8, 8, 4), 4), (8, 8, 1)),  # no code
        (((8, 8, 4), 4), (16, 16, 3)),  # another size
        (((12, 12, 4), 4), (8, 8, 3)),
    ],
)
def test_networks_that_do_not_fit_are_refused(encoder, decoder):
    encoder = convolutional_encoder(*encoder, 4)
    with pytest.raises(ValueError, match="must take target and source"):
        ConditionalVAE(encoder, plain_unet(decoder, 4, 1))


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda model: model.fit(X), "no targets"),
        (lambda model: model.fit(X, Y[..., :1]), "The targets: shape"),
        (lambda model: model.fit(X, 2 * Y), "not in"),
        (lambda model: model.fit(Y, Y), "The sources: shape"),
        (lambda model: model.fit(X, Y.tolist()), "targets"),
        (lambda model: model.fit(Pairs(X)), "no targets"),
        (lambda model: model.fit(Pairs(X, 2 * Y)), "not in"),
        (lambda model: model.evaluate(X), "no targets"),
        (lambda model: model.evaluate(X, 2 * Y), "not in"),
        (lambda model: model.sample(X[0]), "The sources: shape"),
        (lambda model: model.encode(Y, X), "The sources: shape"),
        (lambda model: model.encode(X, 2 * Y), "not in"),
        (lambda model: model.decode(X, np.zeros((8, 3))), "The codes"),
    ],
)
def test_pairs_that_are_none_are_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt(build())
