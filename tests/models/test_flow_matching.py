"""Flow and denoiser: the loss against its floor, conversions, guidance, refusals."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.data.mixtures import GaussianMixture, gaussian, grid, standardized
from utils.measures.noisy_mixtures import flow_matching_floor, velocity
from utils.models import Denoiser, FlowMatching
from utils.models.flow_recipes import (
    point_pairs,
    train_picture_flow,
    train_point_denoiser,
    train_point_flow,
)
from utils.networks.velocity import picture_mlp, velocity_mlp
from utils.sampling.ode import solve_ode

POINTS = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
LABELS = np.arange(64) % 3


@keras.saving.register_keras_serializable(package="tests")
class ExactField(keras.layers.Layer):
    """The velocity of N(0, s²) in closed form, as a network would return it."""

    def __init__(self, std=0.5, **kwargs):
        super().__init__(**kwargs)
        self.std = std

    def call(self, x, t):
        variance = ops.square(t * self.std) + ops.square(1 - t)
        return x * (t * self.std**2 - (1 - t)) / variance


def exact_network(std=0.5):
    x, t = keras.Input((2,)), keras.Input((1,))
    return keras.Model([x, t], ExactField(std)(x, t))


def small(cls=FlowMatching, classes=None, **settings):
    keras.utils.set_random_seed(0)
    network = velocity_mlp(2, (8,), 1, classes=classes)
    return cls(network, classes=classes, **settings)


def compiled(model, rate=0.01, **settings):
    model.compile(keras.optimizers.Adam(rate), **settings)
    return model


def test_the_loss_of_the_exact_field_is_the_floor():
    model = compiled(FlowMatching(exact_network()))
    x = gaussian([0.0, 0.0], 0.5).sample(50_000, 0)
    loss = model.evaluate(x, batch_size=5_000, verbose=0)
    assert loss == pytest.approx(np.pi / 2, rel=0.02)


def test_samples_of_the_exact_field_have_the_spread_of_the_data():
    model = FlowMatching(exact_network())
    found = model.sample(500, steps=32, method="rk4")
    np.testing.assert_allclose(found, 0.5 * model.noise(500), atol=1e-4)
    field = model.field()(POINTS, 0.7)
    exact = velocity(gaussian([0.0, 0.0], 0.5), POINTS, 0.7)
    np.testing.assert_allclose(field, exact, rtol=1e-4, atol=1e-5)


def test_a_short_training_comes_near_the_floor():
    mixture = standardized(GaussianMixture([[-2.0, 0.0], [1.0, 1.0]], 0.8))
    flow = train_point_flow(mixture, 120, 0, times="uniform")
    loss = flow.evaluate(mixture.sample(20_000, 1), batch_size=4096, verbose=0)
    floor = flow_matching_floor(mixture, nodes=20, times=8)
    assert floor * 0.97 < loss < floor * 1.15


@pytest.mark.parametrize("cls", [FlowMatching, Denoiser])
@pytest.mark.parametrize("run_eagerly", [True, False])
def test_two_steps_draw_different_noise_and_times(cls, run_eagerly):
    model = compiled(small(cls), 0.0, run_eagerly=run_eagerly)
    losses = model.fit(POINTS, batch_size=64, epochs=2, verbose=0).history["loss"]
    assert losses[0] != losses[1]


def test_pairs_bring_their_noise():
    model = small()
    pairs = np.stack([POINTS, 2 * POINTS], axis=1)
    data, noise, t = map(ops.convert_to_numpy, model(pairs))
    np.testing.assert_array_equal(noise, POINTS)
    np.testing.assert_array_equal(data, 2 * POINTS)
    assert t.shape == (64, 1)


def test_pairs_of_pictures_may_hold_noise_beyond_white():
    pictures = np.zeros((128, 2, 4, 4, 1), "float32")
    pictures[:, 0] = 3.0
    flow = train_picture_flow(pictures, 1, 0, network=picture_mlp((4, 4, 1), 8, 1))
    assert flow.example_shape == (4, 4, 1)


@pytest.mark.parametrize("times", ["uniform", "late", "logit-normal"])
def test_times_lie_between_noise_and_data(times):
    t = ops.convert_to_numpy(small(times=times).draw_times(4_000))
    assert t.min() >= 0
    assert t.max() <= 1
    late = {"uniform": 0.1, "late": 0.5 * (0.1 + 1 - np.log(0.1) / np.log(5e-3))}
    if times in late:
        assert (t > 0.9).mean() == pytest.approx(late[times], abs=0.03)
    else:
        assert (t > 0.5).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("prediction", ["noise", "data", "v", "velocity"])
def test_a_denoiser_of_any_kind_samples_and_has_a_velocity(prediction):
    model = small(Denoiser, prediction=prediction)
    for eta in (0.0, 1.0):
        assert np.isfinite(model.sample(5, steps=4, eta=eta)).all()
    assert model.field()(POINTS, 0.5).shape == POINTS.shape


def test_a_denoiser_of_velocity_and_one_of_v_differ_by_a_factor_in_their_loss():
    losses = {}
    for prediction in ("v", "velocity"):
        model = compiled(small(Denoiser, prediction=prediction), 0.0)
        model.network.set_weights([0 * w for w in model.network.get_weights()])
        losses[prediction] = model.evaluate(POINTS, batch_size=64, verbose=0)
    ratio = losses["velocity"] / losses["v"]
    assert ratio == pytest.approx(np.pi**2 / 4, rel=0.2)  # other noise


def test_ddim_follows_the_velocity():
    model = small(Denoiser, prediction="v")
    ddim = model.sample(20, seed=1, steps=60, eta=0.0)
    t = np.linspace(1 / 61, 1, 60)
    np.testing.assert_allclose(
        ddim, solve_ode(model.field(), model.noise(20, 1), t), atol=0.1
    )


def test_a_label_left_out_is_the_last_one():
    model = small(classes=3, label_drop=0.2)
    labels = ops.convert_to_numpy(model.dropped(np.zeros(4_000)))
    assert set(labels.tolist()) == {0, 3}
    assert (labels == 3).mean() == pytest.approx(0.2, abs=0.03)


def test_guidance_goes_on_from_blind_to_told():
    model = small(classes=3)
    blind = model.field()(POINTS, 0.4)
    told = model.field(1)(POINTS, 0.4)
    for w in (0.0, 0.5, 1.0, 4.0):
        found = model.field(1, guidance=w)(POINTS, 0.4)
        np.testing.assert_allclose(found, blind + w * (told - blind), atol=1e-5)


def test_each_example_may_ask_for_a_label_of_its_own():
    field = small(classes=3).field(LABELS)(POINTS, 0.4)
    for label in range(3):
        alone = small(classes=3).field(label)(POINTS, 0.4)
        np.testing.assert_allclose(
            field[label == LABELS], alone[label == LABELS], atol=1e-6
        )


def test_labels_are_learned_from():
    model = compiled(small(classes=3))
    history = model.fit(POINTS, LABELS, batch_size=32, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_sample_weights_count():
    model = compiled(small(), 0.0)
    weights = np.zeros(64)
    assert model.evaluate(POINTS, sample_weight=weights, verbose=0) == 0


def test_the_same_seed_gives_the_same_samples_of_any_batch():
    model = small()
    np.testing.assert_array_equal(model.sample(5, 3, 2), model.sample(5, 3, 2))
    assert not np.allclose(model.sample(5, 3, 2), model.sample(5, 4, 2))


@pytest.mark.parametrize("cls", [FlowMatching, Denoiser])
def test_a_saved_model_samples_and_trains_on_as_before(cls, tmp_path):
    model = compiled(small(cls, classes=3, times="late", label_drop=0.2))
    model.fit(POINTS, LABELS, batch_size=32, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.times, loaded.classes, loaded.label_drop) == ("late", 3, 0.2)
    np.testing.assert_array_equal(
        loaded.sample(4, labels=2, steps=3), model.sample(4, labels=2, steps=3)
    )
    losses = [
        each.fit(POINTS, LABELS, batch_size=32, shuffle=False, verbose=0).history[
            "loss"
        ]
        for each in (model, loaded)
    ]
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_half_precision_trains():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = compiled(small())
    finally:
        keras.config.set_dtype_policy("float32")
    losses = model.fit(POINTS, batch_size=32, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert model.sample(3, steps=2).dtype == "float32"


def test_recipes_deal_out_the_noise_where_asked():
    points, epochs = point_pairs(standardized(grid()), 3, 0)
    pairs, _ = point_pairs(standardized(grid()), 3, 0, coupling=32)
    assert (points.shape, epochs, pairs.shape) == ((768, 2), 1, (768, 2, 2))
    np.testing.assert_array_equal(pairs[:, 1], points)
    assert np.isfinite(train_point_denoiser(standardized(grid()), 2, 0).sample(3)).all()


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"has 2 inputs, but must have 3"):
        FlowMatching(velocity_mlp(2, (8,)), classes=3)
    with pytest.raises(ValueError, match=r"must be a built keras.Model"):
        FlowMatching(None)
    with pytest.raises(ValueError, match=r"There is no way to draw times 'early'"):
        small(times="early")
    with pytest.raises(ValueError, match=r"no prediction 'eps'"):
        small(Denoiser, prediction="eps")
    with pytest.raises(ValueError, match=r"label_drop was 1"):
        small(classes=3, label_drop=1.0)
    with pytest.raises(ValueError, match=r"but was given no labels"):
        compiled(small(classes=3)).fit(POINTS, verbose=0)
    with pytest.raises(ValueError, match=r"run from 0 to 3, but must lie from 0 to 2"):
        compiled(small(classes=3)).fit(POINTS, np.arange(64) % 4, verbose=0)
    with pytest.raises(ValueError, match=r"the network is told none"):
        small().sample(3, labels=1)
    with pytest.raises(ValueError, match=r"n was 0"):
        small().sample(0)
    with pytest.raises(ValueError, match=r"steps was 0"):
        small().sample(2, steps=0)
    with pytest.raises(ValueError, match=r"guidance was nan"):
        small(classes=3).sample(2, labels=1, guidance=float("nan"))
    with pytest.raises(ValueError, match=r"the network takes \(2,\)"):
        compiled(small()).fit(POINTS[:, :1], verbose=0)
    with pytest.raises(ValueError, match=r"NaN"):
        compiled(small()).fit(POINTS * np.nan, verbose=0)
