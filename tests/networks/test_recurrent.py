"""The recurrent generator: a canvas, and strokes by the same weights."""

import keras
import numpy as np
import pytest
from keras import ops

import utils.models  # noqa: F401 (registers the layer)
from utils.networks.mlp import mlp
from utils.networks.recurrent import canvases, recurrent_generator

SHAPE = (2, 2, 1)
LATENT = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def array(tensor):
    return ops.convert_to_numpy(tensor)


def build(strokes):
    keras.utils.set_random_seed(0)
    return recurrent_generator(SHAPE, 3, strokes, hidden=6)


def test_more_strokes_have_no_more_weights_and_begin_alike():
    two, four = build(2), build(4)
    assert two.count_params() == four.count_params()
    for early, late in zip(canvases(two, LATENT), canvases(four, LATENT), strict=False):
        np.testing.assert_allclose(early, late, atol=1e-6)


def test_every_stroke_adds_what_the_writer_makes_of_the_canvas():
    generator = build(3)
    *before, strokes, _, _ = generator.layers
    h = ops.convert_to_tensor(LATENT)
    for layer in before:
        h = layer(h)
    canvas = np.zeros((5, 4), "float32")
    for drawn in canvases(generator, LATENT):
        seen = array(strokes.read(np.tanh(canvas)))
        seen = np.where(seen > 0, seen, 0.2 * seen)
        canvas = canvas + array(strokes.write(np.concatenate([array(h), seen], axis=1)))
        np.testing.assert_allclose(
            drawn.reshape(5, 4), np.tanh(canvas), rtol=1e-4, atol=1e-5
        )


def test_the_last_canvas_is_the_picture_also_after_saving(tmp_path):
    generator = build(3)
    *earlier, last = canvases(generator, LATENT)
    assert len(earlier) == 2
    assert last.shape == (5, *SHAPE)
    np.testing.assert_allclose(last, array(generator(LATENT)), atol=1e-6)
    generator.save(tmp_path / "generator.keras")
    again = keras.saving.load_model(tmp_path / "generator.keras")
    np.testing.assert_allclose(array(again(LATENT)), last, atol=1e-6)


def test_what_draws_no_strokes_is_refused():
    with pytest.raises(ValueError, match="strokes was 0"):
        build(0)
    with pytest.raises(ValueError, match="no layer Strokes"):
        canvases(mlp(3, 4), LATENT)
