"""What holds for every model: its data, logs, weights, precision, seeds and files."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.models import GAN, VAE, VAEGAN, Autoencoder, EnergyModel, InfoGAN
from utils.models.base import CourseModel
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.encoders import convolutional_encoder
from utils.networks.mlp import mlp

ROOT = Path(__file__).parents[2]
SAVED = Path(__file__).parent / "saved"
POINTS = np.random.default_rng(0).uniform(-1, 1, (20, 2)).astype("float32")


def stateful(inputs, outputs):
    """A network with all that layers keep: moving statistics and a seed."""
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(4, activation="tanh", use_bias=False),
            layers.BatchNormalization(momentum=0.5),
            layers.Dropout(0.25, seed=1),
            layers.Dense(outputs),
        ]
    )


def plain(inputs, outputs):
    return mlp(inputs, outputs, (4,))


BUILDERS = {
    "GAN": lambda net: GAN(net(3, 2), net(2, 1), penalty={"r1": 0.1}),
    "InfoGAN": lambda net: InfoGAN(net(5, 2), net(2, 1), net(2, 4), 2, 1, std=0.5),
    "VAEGAN": lambda net: VAEGAN(net(2, 6), net(3, 2), net(2, 1)),
    "VAE": lambda net: VAE(net(2, 6), net(3, 2), beta=2.0),
    "Autoencoder": lambda net: Autoencoder(net(2, 3), net(3, 2)),
    "EnergyModel": lambda net: EnergyModel(
        net(2, 1), steps=2, buffer_size=8, noise=0.1, decay=0.1
    ),
}
ALL = pytest.mark.parametrize("kind", BUILDERS)
GAMES = ("GAN", "VAEGAN")
WEIGHTED = ("VAE", "Autoencoder")


def compiled(model, rate=0.01, run_eagerly=True):
    count = 2 if hasattr(model, "variables_of") else 1
    model.compile(
        *(keras.optimizers.Adam(rate) for _ in range(count)), run_eagerly=run_eagerly
    )
    return model


def build(kind, net=plain, rate=0.01, **settings):
    keras.utils.set_random_seed(0)
    return compiled(BUILDERS[kind](net), rate, **settings)


def fit(model, x=POINTS, **settings):
    settings = {"batch_size": 8, "shuffle": False, "verbose": 0, **settings}
    return model.fit(x, **settings).history


def state(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [np.array(ops.convert_to_numpy(variable)) for variable in variables]


# Logs: each example counts alike, in a small last batch as well.


@ALL
def test_an_epoch_mean_counts_examples_and_not_batches(kind):
    model = build(kind)
    fit(model)
    for tracker in model.metrics:
        assert float(tracker.count) == len(POINTS), tracker.name


@pytest.mark.parametrize("batch_size", [1, 3, 4, 5, 20])
def test_the_loss_of_a_vae_is_the_sum_of_its_parts_for_any_batch_size(batch_size):
    x = POINTS * np.where(np.arange(20) < 19, 1, 20)[:, None]  # the last is large
    model = build("VAE", rate=0.0)
    mean, log_variance = map(ops.convert_to_numpy, model.posterior(x))
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean()
    history = fit(model, x, batch_size=batch_size)
    evaluated = model.evaluate(x, batch_size=batch_size, verbose=0, return_dict=True)
    for logs in ({name: value[0] for name, value in history.items()}, evaluated):
        assert logs["kl"] == pytest.approx(kl, rel=1e-4)
        total = logs["reconstruction"] + 2 * logs["kl"]
        assert logs["loss"] == pytest.approx(total, rel=1e-5)


def test_the_losses_of_a_game_are_means_over_examples():
    model = build("GAN", rate=0.0)
    model.penalty = {}
    model.generator.set_weights([0 * w for w in model.generator.get_weights()])
    x = POINTS[:5] * [[1], [1], [1], [1], [30]]
    logits, zero = (
        ops.convert_to_numpy(model.discriminator(each)) for each in (x, 0 * x)
    )
    expected = np.logaddexp(0, -logits).mean() + np.logaddexp(0, zero).mean()
    history = fit(model, x.astype("float32"), batch_size=4)
    assert history["discriminator_loss"][0] == pytest.approx(expected, rel=1e-5)


def test_the_kl_of_a_hybrid_is_a_mean_over_examples():
    model = build("VAEGAN", rate=0.0)
    x = POINTS[:5] * [[1], [1], [1], [1], [30]]
    mean, log_variance = np.split(ops.convert_to_numpy(model.encoder(x)), 2, axis=1)
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean()
    history = fit(model, x.astype("float32"), batch_size=4)
    assert history["kl"][0] == pytest.approx(kl, rel=1e-4)


# Sample weights: used, or refused.


@pytest.mark.parametrize("kind", WEIGHTED)
def test_weights_of_examples_weigh_their_losses(kind):
    weights = np.repeat([2.0, 0.0], 10).astype("float32")
    x = POINTS * np.where(weights > 0, 1, 9)[:, None]
    # A posterior and a decoder without spread: nothing is left to chance.
    model = build(kind, rate=0.0)
    if kind == "VAE":
        kernel, bias = model.encoder.layers[-1].get_weights()
        kernel[:, 3:], bias[3:] = 0, -30
        model.encoder.layers[-1].set_weights([kernel, bias])
    first = model.evaluate(x[:10], verbose=0, return_dict=True)
    history = fit(model, x, sample_weight=weights)
    logs = model.evaluate(x, sample_weight=weights, verbose=0, return_dict=True)
    stream = ((x[i : i + 8], x[i : i + 8], weights[i : i + 8]) for i in (0, 8, 16))
    streamed = model.fit(stream, steps_per_epoch=3, verbose=0).history
    for name, value in first.items():
        # Twice the mean over one half is the mean over all.
        assert history[name][0] == pytest.approx(value, rel=1e-4)
        assert logs[name] == pytest.approx(value, rel=1e-4)
        assert streamed[name][0] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("kind", sorted(set(BUILDERS) - set(WEIGHTED)))
def test_weights_without_a_use_are_refused(kind):
    model, weights = build(kind), np.ones(20, "float32")
    before = model.get_weights()
    for attempt in (
        lambda: fit(model, sample_weight=weights),
        lambda: model.fit(((POINTS, POINTS, weights) for _ in range(1)), verbose=0),
    ):
        with pytest.raises(ValueError, match=f"{kind} was given sample_weight, but"):
            attempt()
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# Data: refused before anything is computed.


@ALL
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (None, "came as a NoneType"),
        (POINTS.tolist(), "came as a list"),
        ({"x": POINTS}, "came as a dict"),
        ("points", "came as a str"),
        (POINTS[:0], "is empty"),
        (POINTS[:, :1], r"shape \(1,\), but"),
        (POINTS[0], r"shape \(\), but"),
        (POINTS[None], r"shape \(20, 2\), but"),
        (POINTS * np.nan, "are NaN or infinite"),
        (POINTS + 1j, "complex.* cannot be computed with"),
        (POINTS.astype(object), "object cannot be computed with"),
        (POINTS.astype(str), "<U.* cannot be computed with"),
    ],
)
def test_what_is_no_array_of_examples_is_refused(kind, x, message):
    model = build(kind)
    with pytest.raises(ValueError, match=message):
        fit(model, x)
    steps = getattr(model.optimizer, "players", {"one": model.optimizer}).values()
    assert all(int(optimizer.iterations) == 0 for optimizer in steps)


@ALL
@pytest.mark.parametrize("dtype", ["int64", "int8", "bool", "float16", "float64"])
def test_numbers_of_every_type_train(kind, dtype):
    history = fit(build(kind), np.ones((8, 2), dtype))
    assert np.isfinite(list(history.values())).all()


PICTURES = {
    "GAN": lambda: GAN(
        convolutional_generator((16, 16, 1), 3, 4),
        convolutional_discriminator((16, 16, 1), 4),
        penalty={"r1": 1.0, "gradient": 1.0},
    ),
    "InfoGAN": lambda: InfoGAN(
        convolutional_generator((16, 16, 1), 3, 4),
        convolutional_discriminator((16, 16, 1), 4),
        keras.Sequential([keras.Input((16, 16, 1)), layers.Flatten(), layers.Dense(2)]),
        2,
    ),
    "VAEGAN": lambda: VAEGAN(
        convolutional_encoder((16, 16, 1), 6, 4),
        convolutional_generator((16, 16, 1), 3, 4),
        convolutional_discriminator((16, 16, 1), 4),
    ),
    "VAE": lambda: VAE(
        convolutional_encoder((16, 16, 1), 6, 4),
        convolutional_generator((16, 16, 1), 3, 4),
    ),
    "Autoencoder": lambda: Autoencoder(
        convolutional_encoder((16, 16, 1), 3, 4),
        convolutional_generator((16, 16, 1), 3, 4),
    ),
    "EnergyModel": lambda: EnergyModel(
        convolutional_discriminator((16, 16, 1), 4), steps=2, buffer_size=8, noise=0.1
    ),
}


@ALL
@pytest.mark.parametrize("wrap", [np.asarray, ops.convert_to_tensor])
def test_bytes_are_refused_as_pictures_in_a_tensor_too(kind, wrap):
    model = compiled(PICTURES[kind]())
    pictures = np.full((4, 16, 16, 1), 255, "uint8")
    with pytest.raises(ValueError, match=r"not in \[-1, 1\].*x / 127.5 - 1"):
        model.fit(wrap(pictures), verbose=0)


@pytest.mark.parametrize(
    ("policy", "kind"),
    [(policy, kind) for policy in ("mixed_float16", "float64") for kind in BUILDERS]
    + [("mixed_bfloat16", "GAN"), ("mixed_bfloat16", "VAE")],
)
def test_every_model_trains_on_pictures_in_every_precision(policy, kind):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        keras.utils.set_random_seed(0)
        model = compiled(PICTURES[kind](), 1e-3, run_eagerly=False)
        x = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 1))
        kernels = [np.array(ops.convert_to_numpy(v)) for v in model.trainable_variables]
        history = fit(model, x.astype("float32"), epochs=2)
        moved = [
            not np.array_equal(one, ops.convert_to_numpy(other))
            for one, other in zip(kernels, model.trainable_variables, strict=True)
        ]
    finally:
        keras.config.set_dtype_policy(before)
    assert np.isfinite(list(history.values())).all()
    assert all(moved)
    if kind != "Autoencoder":
        made = model.sample(3)
        assert made.dtype == ("float64" if policy == "float64" else "float32")
        assert np.isfinite(made).all()


# Training: modes, callbacks, interrupts.


@ALL
def test_every_network_is_trained_in_training_mode(kind):
    model = build(kind, stateful)
    kept = {
        f"{name} {variable.path}": variable
        for name in model.NETWORKS
        for layer in getattr(model, name).layers
        for variable in layer.variables
        if not variable.trainable
    }
    assert len(kept) == 3 * len(model.NETWORKS)  # two statistics and a seed each
    before = {name: np.array(ops.convert_to_numpy(v)) for name, v in kept.items()}
    fit(model, epochs=2)
    for name, variable in kept.items():
        assert not np.array_equal(before[name], ops.convert_to_numpy(variable)), name


class Mode(layers.Layer):
    """Passes its input on, and notes whether it is training."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, x, training=False):
        self.seen.append(training)
        return x


@ALL
def test_no_network_of_a_training_step_is_in_inference_mode(kind):
    # D must be shown the very examples that G is trained on.
    modes = []

    def network(inputs, outputs):
        modes.append(Mode())
        return keras.Sequential(
            [keras.Input((inputs,)), modes[-1], layers.Dense(3), layers.Dense(outputs)]
        )

    model = build(kind, network)
    for _ in range(2):
        for mode in modes:
            mode.seen.clear()
        model.train_on_batch(POINTS)
    if kind == "EnergyModel":  # whose samples climb a D that stands still
        modes[0].seen[:] = modes[0].seen[-2:]
    assert all(mode.seen and all(mode.seen) for mode in modes)


@ALL
def test_one_callback_needs_no_list(kind, tmp_path):
    fit(build(kind), callbacks=keras.callbacks.CSVLogger(tmp_path / "log.csv"))
    assert "loss" in (tmp_path / "log.csv").read_text()
    with pytest.raises(ValueError, match="callbacks was 'csv', but must be a keras"):
        fit(build(kind), callbacks="csv")


@ALL
def test_an_interrupt_in_the_first_step_leaves_a_model_that_trains_on(kind):
    cls = type(BUILDERS[kind](plain))
    method = "train_step" if cls.train_step is not keras.Model.train_step else "call"
    calls = []

    def interrupted(self, *arguments, **settings):
        made = getattr(cls, method)(self, *arguments, **settings)
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return made

    model = build(kind, run_eagerly=False)
    model.__class__ = type(cls.__name__, (cls,), {method: interrupted})
    with pytest.raises(KeyboardInterrupt):
        fit(model)
    assert np.isfinite(np.concatenate([v.ravel() for v in state(model)])).all()
    for _ in range(2):
        assert np.isfinite(list(fit(model).values())).all()
    steps = getattr(model.optimizer, "players", {"one": model.optimizer}).values()
    # PyTorch runs as it stands: there the interrupted step was taken as well.
    assert all(int(optimizer.iterations) in (6, 7) for optimizer in steps)


@pytest.mark.parametrize("kind", ["GAN", "VAE", "VAEGAN"])
def test_samples_of_many_sizes_meet_few_sizes_of_network(kind, monkeypatch):
    model, seen = build(kind), set()
    network = "decoder" if kind == "VAE" else "generator"
    call = keras.Sequential.call

    def watch(self, x, *arguments, **settings):
        seen.add(int(x.shape[0]))
        return call(self, x, *arguments, **settings)

    monkeypatch.setattr(type(getattr(model, network)), "call", watch)
    for n in (100, 101, 117, 127, 128):
        assert model.sample(n).shape == (n, 2)
    assert seen == {128}
    with pytest.raises(ValueError, match=r"n was 2.5, but must be an integer"):
        model.sample(2.5)


def test_a_log_without_a_name_is_refused():
    with pytest.raises(ValueError, match=r"no log .los..*mean .loss"):
        build("EnergyModel").log(los=1.0)


# Files: whole, of old, and in a fresh process.


@ALL
def test_a_loaded_model_goes_on_as_if_it_had_not_been_saved(kind, tmp_path):
    stopped, uninterrupted = build(kind, stateful), build(kind, stateful)
    fit(stopped)
    stopped.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for name in (*loaded.SETTINGS, "dtype"):
        assert getattr(loaded, name) == getattr(stopped, name)
    fit(loaded)
    fit(uninterrupted, epochs=2)
    for one, other in zip(state(loaded), state(uninterrupted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@ALL
def test_a_killed_training_takes_up_where_its_backup_ends(kind, tmp_path):
    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        fit(build(kind, stateful), epochs=3, callbacks=[backup(), Kill()])
    resumed, uninterrupted = build(kind, stateful), build(kind, stateful)
    fit(resumed, epochs=3, callbacks=backup())
    fit(uninterrupted, epochs=3)
    for one, other in zip(state(resumed), state(uninterrupted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


OF_OLD = sorted(path.stem for path in SAVED.glob("*.keras"))


@pytest.mark.parametrize("name", OF_OLD)
def test_a_file_of_the_first_edition_loads_with_all_its_numbers(name):
    """The files of `saved/` were written before there was a `CourseModel`."""
    model = keras.saving.load_model(SAVED / f"{name}.keras")
    assert model.optimizer.built
    kind = {"tensorflow": "GAN", "jax": "GAN", "torch": "GAN"}.get(name, name)
    assert type(model).__name__ == kind
    if isinstance(model, CourseModel) and kind in BUILDERS:
        fit(model)


PROGRAM = """
import sys, keras
from utils.models import GAN
for path in sys.argv[1:]:
    print(type(keras.saving.load_model(path)).__name__)
"""


def test_a_model_of_every_kind_loads_in_a_fresh_process(tmp_path):
    files = [str(SAVED / f"{name}.keras") for name in OF_OLD]
    for name in BUILDERS.keys() - set(OF_OLD) - {"GAN"}:
        files.append(str(tmp_path / f"{name}.keras"))
        build(name).save(files[-1])
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *files],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    kinds = {"SiameseModel", "TripletModel", "DensityModel", "DivergenceMeter"}
    assert {*BUILDERS, *kinds} <= set(done.stdout.split())
