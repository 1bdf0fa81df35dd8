"""Feed-forward style: a network learns to lower the loss of style transfer."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.models import FeedForwardStyle, StyleTransfer
from utils.networks.features import random_filter_pyramid
from utils.networks.image_transform import NoiseBeside, image_transform_network

RNG = np.random.default_rng(0)
PHOTOGRAPHS = RNG.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
STYLE = (0.8 * np.sign(np.sin(np.arange(20) * 1.5)))[:, None, None] * np.ones(
    (1, 24, 3)
)
STYLE = STYLE.astype("float32")


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    features = random_filter_pyramid(4, 3, 2)
    return FeedForwardStyle(
        image_transform_network(4, 1), features, STYLE, variation_weight=0.1
    )


def test_the_painter_keeps_the_size_and_the_range():
    painted = image_transform_network(4, 1).predict(
        3 * PHOTOGRAPHS[:1, :, :12], verbose=0
    )
    assert painted.shape == (1, 16, 12, 3)
    assert np.abs(painted).max() <= 1


def test_training_lowers_the_loss_and_only_the_painter_learns(model):
    before = model.features.get_weights()
    model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(PHOTOGRAPHS, batch_size=4, epochs=12, verbose=0).history
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert all(map(np.array_equal, before, model.features.get_weights()))


def test_its_loss_is_that_of_style_transfer(model):
    painted = model.repaint(PHOTOGRAPHS[:2])
    slow = [
        StyleTransfer(model.features, content, STYLE, start=each).costs()
        for content, each in zip(PHOTOGRAPHS, painted, strict=False)
    ]
    assert model.style_losses(PHOTOGRAPHS[:2]) == pytest.approx(
        [each.style for each in slow], rel=1e-3
    )
    loss = model.compute_loss(PHOTOGRAPHS[:2], y_pred=painted)
    expected = np.mean(
        [0.03 * each.content + each.style + 0.1 * each.variation for each in slow]
    )
    assert float(loss) == pytest.approx(expected, rel=1e-3)


def test_the_painters_noise_is_the_same_in_each_picture_and_each_tile():
    both = ops.convert_to_numpy(NoiseBeside(tile=8)(PHOTOGRAPHS[:2]))
    assert np.array_equal(both[..., :3], PHOTOGRAPHS[:2])
    noise = both[..., 3:]
    assert np.array_equal(noise[0], noise[1])
    assert np.array_equal(noise[0, :8, :8], noise[0, 8:, 8:])
    assert noise.std() == pytest.approx(np.sqrt(1 / 3), abs=0.05)


def test_the_palette_does_not_depend_on_the_photographs_contrast():
    network = image_transform_network(4, 0)
    dull = network.predict(0.3 * PHOTOGRAPHS[:1], verbose=0)
    assert dull.std() == pytest.approx(
        network.predict(PHOTOGRAPHS[:1], verbose=0).std(), rel=0.1
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image_transform_network(0), "width was 0"),
        (lambda: image_transform_network(4, -1), "blocks was -1"),
    ],
)
def test_wrong_painters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_sides_that_do_not_divide_are_refused(model):
    model.compile("sgd")
    for use in (model.repaint, model.style_losses, model.fit):
        for wrong in (PHOTOGRAPHS[:, :15], PHOTOGRAPHS[:, :12]):
            with pytest.raises(ValueError, match="divisible by 4 and at least 16"):
                use(wrong)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (PHOTOGRAPHS[:0], r"shape \(0, 16, 16, 3\)"),
        (PHOTOGRAPHS[0], r"picture\[None\]"),
        (PHOTOGRAPHS[..., :1], r"is not \(n, height, width, 3\)"),
        (127 * (PHOTOGRAPHS + 1), r"x / 127\.5 - 1"),
        (np.nan * PHOTOGRAPHS, "NaN"),
    ],
)
def test_what_is_no_picture_is_neither_repainted_nor_learned_from(
    model, pictures, message
):
    model.compile("sgd")
    for use in (model.repaint, model.fit):
        with pytest.raises(ValueError, match=message):
            use(pictures)


def test_pictures_too_small_for_the_features_are_refused():
    model = FeedForwardStyle(
        image_transform_network(4, 0), random_filter_pyramid(2), np.zeros((64, 64, 3))
    )
    with pytest.raises(ValueError, match=r"16×16 pixels.*fewer levels"):
        model.style_losses(PHOTOGRAPHS)


def test_in_half_precision_it_learns():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        features = random_filter_pyramid(4, 3, 2)
        model = FeedForwardStyle(image_transform_network(4, 0), features, STYLE)
        model.compile(keras.optimizers.Adam(0.01))
        losses = model.fit(PHOTOGRAPHS, batch_size=4, epochs=6, verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert losses["loss"][-1] < losses["loss"][0]
    assert model.repaint(PHOTOGRAPHS[:1]).dtype == "float32"


def test_weights_of_pictures_are_refused(model):
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"whole pictures.*Leave it out"):
        model.fit(PHOTOGRAPHS, sample_weight=np.ones(8), verbose=0)


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="no layer 'level_9'"):
        FeedForwardStyle(
            image_transform_network(4, 0),
            random_filter_pyramid(4, 3, 2),
            STYLE,
            content_layer="level_9",
        )


def test_it_is_not_saved_but_its_painter_is(model, tmp_path):
    with pytest.raises(ValueError, match=r"is not saved.*Save its painter, model\.p"):
        model.save(tmp_path / "model.keras")
    model.painter.save(tmp_path / "painter.keras")
    loaded = keras.saving.load_model(tmp_path / "painter.keras")
    photo = np.zeros((1, 16, 16, 3), "float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(loaded(photo)),
        ops.convert_to_numpy(model.painter(photo)),
        atol=1e-6,
    )
