"""Style transfer: it lowers J by both routes, keeps pixels in range, and a film."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops

from utils.measures.textures import relative_content_loss, style_loss
from utils.models import StyleTransfer
from utils.models import style as style_module
from utils.networks.features import layer_features, random_filter_pyramid

RNG = np.random.default_rng(0)
CONTENT = RNG.uniform(-1, 1, (16, 16, 3)).astype("float32")
STYLE = np.sign(np.sin(np.arange(20) * 1.5))[:, None, None] * np.ones((20, 24, 3))
STYLE = (0.8 * STYLE).astype("float32")


@pytest.fixture(scope="module")
def features():
    return random_filter_pyramid(4, 3, 2)


def test_the_loss_is_the_weighted_sum_of_the_measures(features):
    model = StyleTransfer(
        features,
        CONTENT,
        STYLE,
        content_weight=0.5,
        style_weight=2.0,
        variation_weight=0.1,
        content_layer="level_2",
        layer_weights={"level_1": 3.0, "level_2": 1.0},
        start=STYLE[:16, :16],
    )
    mine, content, style = (
        features(each[None]) for each in (STYLE[:16, :16], CONTENT, STYLE)
    )
    expected_content = relative_content_loss(mine["level_2"], content["level_2"])
    by_layer = [style_loss(mine[k], style[k], "relative") for k in mine]
    expected_style = 0.75 * by_layer[0] + 0.25 * by_layer[1]
    losses = model.costs()
    assert losses.content == pytest.approx(float(expected_content), rel=1e-4)
    assert losses.style == pytest.approx(float(expected_style), rel=1e-4)
    total = float(model.compute_loss(y_pred=model()))
    parts = 0.5 * losses.content + 2 * losses.style + 0.1 * losses.variation
    assert total == pytest.approx(parts, rel=1e-5)


@pytest.mark.parametrize("route", ["fit", "fit_lbfgs"])
def test_both_routes_lower_the_loss_and_keep_pixels_in_range(features, route):
    model = StyleTransfer(features, CONTENT, STYLE)
    film = getattr(model, route)(12, frames=3)
    assert film[-1].loss < 0.7 * film[0].loss
    assert film[-1].loss == pytest.approx(
        float(model.compute_loss(y_pred=model())), rel=1e-3
    )
    assert np.abs(model.picture()).max() <= 1
    assert film[0].step == 0
    assert film[-1].step == 12
    assert np.array_equal(film[-1].picture, model.picture())
    assert all(a.seconds <= b.seconds for a, b in pairwise(film))


def test_the_constraint_keeps_large_steps_in_range(features):
    model = StyleTransfer(features, CONTENT, STYLE)
    model.fit(3, optimizer=keras.optimizers.SGD(1e6), frames=1)
    assert np.abs(model.picture()).max() == pytest.approx(1)


def test_only_the_pixels_learn(features):
    before = features.get_weights()
    model = StyleTransfer(features, CONTENT, STYLE)
    assert [v.name for v in model.trainable_variables] == ["pixels"]
    model.fit(2, frames=1)
    assert all(map(np.array_equal, before, features.get_weights()))


def test_the_start_is_what_was_asked_for(features):
    def start(kind, **more):
        return StyleTransfer(features, CONTENT, STYLE, start=kind, **more).picture()

    assert np.array_equal(start("content"), CONTENT)
    assert np.array_equal(start(CONTENT[::-1]), CONTENT[::-1])
    assert np.array_equal(start("noise"), start("noise"))
    assert not np.array_equal(start("noise"), start("noise", seed=1))
    assert np.array_equal(
        StyleTransfer(features, style=STYLE, start="style").picture(), STYLE
    )


def test_texture_alone_has_the_shape_asked_for(features):
    model = StyleTransfer(features, style=STYLE, shape=(12, 32))
    assert model.picture().shape == (12, 32, 3)
    assert model.costs().content == 0


def test_content_alone_comes_back_from_its_own_activations():
    features = random_filter_pyramid(8, 3, 1)
    model = StyleTransfer(features, CONTENT, content_weight=1.0)
    model.fit_lbfgs(60)
    around = [each - each.mean() for each in (model.picture(), CONTENT)]
    assert np.corrcoef(*(each.ravel() for each in around))[0, 1] > 0.9


def test_a_network_of_ones_own_with_dropout_and_batch_norm_is_read_as_it_is():
    own = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="first"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Conv2D(4, 3, activation="relu", name="second"),
        ]
    )
    before = own.get_weights()
    model = StyleTransfer(layer_features(own, ["first", "second"]), CONTENT, STYLE)
    model.fit(2, frames=1)
    assert all(map(np.array_equal, before, own.get_weights()))
    assert len(own.trainable_variables) == 6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"content": None, "style": None}, "at least one"),
        ({"content": CONTENT[..., :1]}, "open_picture"),
        ({"content": CONTENT[None]}, "open_picture"),
        ({"content": "cat.jpg"}, "open_picture"),
        ({"style": np.full((8, 8, 3), 200, dtype="uint8")}, "127.5"),
        ({"content": np.full((8, 8, 3), np.nan)}, "NaN or infinite"),
        ({"content_weight": 0}, "as None, to do without"),
        ({"style_weight": -1.0}, "style_weight was -1.0.*above 0"),
        ({"variation_weight": -0.1}, "variation_weight was -0.1.*at least 0"),
        ({"content_layer": "level2"}, "Did you mean 'level_2'.*'level_1'"),
        ({"layer_weights": {"level_3": 1.0}}, "no layer 'level_3'"),
        (
            {"layer_weights": {"level_1": 0.0}},
            "The weight of level_1 was 0.0.*leave it out",
        ),
        ({"start": "black"}, "start was 'black'"),
        ({"start": STYLE}, "resize it"),
        ({"start": "style", "style": None}, "of a picture that is given"),
    ],
)
def test_wrong_arguments_are_refused(features, settings, message):
    with pytest.raises(ValueError, match=message):
        StyleTransfer(features, **{"content": CONTENT, "style": STYLE, **settings})


def test_a_network_without_names_is_refused():
    own = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match="layer_features"):
        StyleTransfer(own, CONTENT, STYLE)


def test_a_picture_too_large_for_the_memory_is_refused_with_what_fits(
    features, monkeypatch
):
    class Memory:
        available = 2**20

    monkeypatch.setattr(style_module.psutil, "virtual_memory", Memory)
    with pytest.raises(ValueError, match=r"at most about \d+×\d+ pixels fit"):
        style_module.check_memory(features, (512, 512, 3))
    style_module.check_memory(features, (16, 16, 3))


@pytest.mark.parametrize("size", [(37, 53), (33, 17), (4, 4)])
@pytest.mark.parametrize("what", ["content", "style", "shape"])
def test_a_picture_too_small_for_the_pyramid_is_refused(size, what):
    pyramid = random_filter_pyramid(2)  # nine pixels at four levels
    small = size if what == "shape" else np.zeros((*size, 3))
    given = {"style": np.zeros((64, 64, 3)), what: small}
    with pytest.raises(ValueError, match=f"{size[0]}×{size[1]} pixels.*fewer levels"):
        StyleTransfer(pyramid, **given)


def test_an_odd_size_that_the_pyramid_can_take_is_painted():
    model = StyleTransfer(random_filter_pyramid(2), np.zeros((41, 57, 3)))
    assert model.picture().shape == (41, 57, 3)


@pytest.mark.parametrize("route", ["fit", "fit_lbfgs"])
def test_features_in_half_precision_paint_nearly_the_same(route):
    def painted():
        model = StyleTransfer(random_filter_pyramid(4, 3, 2), CONTENT, STYLE)
        film = getattr(model, route)(5, frames=1)
        return film[0].loss, film[-1].loss

    expected = painted()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        found = painted()
    finally:
        keras.config.set_dtype_policy("float32")
    assert found == pytest.approx(expected, rel=0.1)


def test_a_callback_may_come_alone(features):
    seen = keras.callbacks.History()
    StyleTransfer(features, CONTENT).fit(2, frames=1, callbacks=seen)
    assert len(seen.history["loss"]) == 1


@pytest.mark.parametrize("route", ["fit", "fit_lbfgs"])
def test_less_than_one_step_is_refused(features, route):
    model = StyleTransfer(features, CONTENT, STYLE)
    with pytest.raises(ValueError, match=r"was 0.*at least 1"):
        getattr(model, route)(0)
    with pytest.raises(ValueError, match=r"frames was 0.*at least 1"):
        getattr(model, route)(5, frames=0)


def test_the_gradient_is_that_of_central_differences(features):
    model = StyleTransfer(features, CONTENT, STYLE, start=0.5 * CONTENT)
    point = 0.5 * CONTENT.ravel().astype("float64")
    loss_and_slope = model._loss_and_slope()
    _, slope = loss_and_slope(point)
    direction = slope / np.linalg.norm(slope)
    ends = [loss_and_slope(point + s * 0.05 * direction)[0] for s in (1, -1)]
    measured = (ends[0] - ends[1]) / 0.1
    assert measured == pytest.approx(slope @ direction, rel=0.05)
    assert ops.is_tensor(model()["level_1"])


def test_what_it_has_painted_is_kept_and_not_the_model(features, tmp_path):
    model = StyleTransfer(features, CONTENT)
    with pytest.raises(ValueError, match=r"is not saved.*model\.picture"):
        model.save(tmp_path / "model.keras")


def test_the_film_counts_the_gradients_of_both_routes(features):
    adam = StyleTransfer(features, CONTENT, STYLE).fit(6, frames=3)
    assert [frame.gradients for frame in adam] == [0, 2, 4, 6]
    counted = [
        frame.gradients for frame in StyleTransfer(features, CONTENT).fit_lbfgs(5)
    ]
    assert counted[0] == 0
    assert counted[-1] >= len(counted) - 1
    assert all(before < after for before, after in pairwise(counted))
