"""pix2pix: what both players lower, what they see, and pairs that are none."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.core.batches import standard_normal
from utils.models import Pix2Pix
from utils.networks.patch import patch_discriminator
from utils.networks.unet import unet

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
Y = RNG.uniform(-1, 1, (8, 8, 8, 3)).astype("float32")
NOISE = 2


def array(tensor):
    return ops.convert_to_numpy(tensor)


def build(told=True, patch=1, noise=NOISE, run_eagerly=True, **settings):
    keras.utils.set_random_seed(0)
    generator = unet((8, 8, 1 + noise), 4, 1, 3, timed=False)
    generator.layers[-1].kernel.assign(RNG.normal(0, 0.1, (3, 3, 4, 3)))
    discriminator = patch_discriminator((8, 8, 4 if told else 3), patch, 4)
    model = Pix2Pix(generator, discriminator, noise, **settings)
    model.compile(run_eagerly=run_eagerly)
    return model


@pytest.mark.parametrize(
    ("distance", "power", "told", "patch"),
    [("L1", 1, True, 1), ("L2", 2, False, 1), ("L1", 1, True, None)],
)
def test_both_losses_are_those_of_the_formula(distance, power, told, patch):
    model = build(told, patch, weight=3.0, distance=distance)
    made = model.sample(X)

    def logits(y):
        return array(model.discriminator(np.concatenate([y, X], -1) if told else y))

    loss = float(model.discriminator_loss(Y, made, X))
    expected = np.logaddexp(0, -logits(Y)).mean() + np.logaddexp(0, logits(made)).mean()
    assert loss == pytest.approx(expected, rel=1e-4)
    loss = float(model.generator_loss(ops.convert_to_tensor(Y), made, X))
    expected = np.logaddexp(0, -logits(made)).mean()
    expected += 3 * (np.abs(Y - made) ** power).mean()
    assert loss == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("run_eagerly", "patch"), [(True, 8), (False, None)])
def test_both_players_train_with_a_penalty(run_eagerly, patch):
    model = build(patch=patch, run_eagerly=run_eagerly, penalty={"r1": 0.1})
    before = [np.array(array(v)) for v in model.trainable_variables]
    history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history
    assert set(history) == set(model.LOGS)
    assert np.isfinite(list(history.values())).all()
    for variable, start in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(array(variable), start), variable.path


def test_noise_reaches_the_generator_as_planes():
    model = build()
    z = standard_normal(8, NOISE, 5)
    planes = np.broadcast_to(z[:, None, None], (8, 8, 8, NOISE))
    expected = model.generator(np.concatenate([X, planes], axis=-1))
    np.testing.assert_allclose(model.sample(X, 5), array(expected), atol=1e-5)
    assert np.any(model.sample(X, 5) != model.sample(X, 6))
    quiet = build(noise=0)
    np.testing.assert_array_equal(quiet.sample(X, 5), quiet.sample(X, 6))


def test_an_answer_that_follows_from_its_source_is_learned():
    keras.utils.set_random_seed(0)
    sources = RNG.uniform(-1, 1, (256, 8, 8, 1)).astype("float32")
    targets = np.concatenate([sources, -sources, 0 * sources], axis=-1)
    model = build(run_eagerly=False, weight=10.0, penalty={"r1": 0.01})
    model.compile(*(keras.optimizers.Adam(5e-3, beta_1=0.0) for _ in "GD"))
    model.fit(sources, targets, batch_size=16, epochs=10, verbose=0)
    assert np.abs(model.sample(sources) - targets).mean() < 0.1


def test_a_loaded_model_goes_on_as_if_it_had_not_been_saved(tmp_path):
    settings = {"batch_size": 4, "shuffle": False, "verbose": 0}
    stopped = build(weight=3.0, distance="L2")
    stopped.fit(X, Y, **settings)
    stopped.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.noise, loaded.weight, loaded.distance) == (NOISE, 3.0, "L2")
    for model in (stopped, loaded):
        model.fit(X, Y, **settings)
    np.testing.assert_allclose(loaded.sample(X), stopped.sample(X), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight": -1}, "weight was -1"),
        ({"distance": "L3"}, "no distance 'L3'"),
        ({"packing": 2}, "packing=2"),
        ({"objective": "hinge"}, "no objective"),
    ],
)
def test_unknown_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)


@pytest.mark.parametrize(
    ("planes", "seen", "message"),
    [
        ((8, 8, NOISE), (8, 8, 4), "must take the source's channels"),
        ((8, 8, 3), (8, 8, 5), r"takes \(8, 8, 5\).*\(8, 8, 4\), target and"),
        ((8, 8, 3), (4, 4, 4), r"takes \(4, 4, 4\)"),
    ],
)
def test_networks_that_do_not_fit_are_refused(planes, seen, message):
    generator = unet(planes, 4, 1, 3, timed=False)
    with pytest.raises(ValueError, match=message):
        Pix2Pix(generator, patch_discriminator(seen, 1, 4), NOISE)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda model: model.fit(X), "no targets"),
        (lambda model: model.fit(X, Y[..., :1]), "The targets: shape"),
        (lambda model: model.fit(X, 2 * Y), "not in"),
        (lambda model: model.fit(Y, Y), "The sources: shape"),
        (lambda model: model.sample(X[0]), "The sources: shape"),
        (lambda model: model.fit(X, Y.tolist()), "targets"),
        (lambda model: model.fit(X, Y, sample_weight=np.ones(8)), "sample_weight"),
    ],
)
def test_pairs_that_are_none_are_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt(build())
