"""A square to draw on: what arrives from the browser is what the model is asked."""

import numpy as np
import pytest

from utils import figures

START = np.ones((8, 8, 1), "float32")


def made(calls):
    """A model of two answers that keeps what it was asked."""

    def answer(sketch):
        calls.append(sketch)
        return np.concatenate([sketch, -sketch]).repeat(3, axis=-1)

    return answer


def test_a_drawing_reaches_the_model_and_its_answers_the_figure():
    calls = []
    pad = figures.sketch_pad(made(calls), START)
    np.testing.assert_array_equal(calls[0][0], START)
    before = pad.picture.value
    pad.ink.value = "9" + 62 * "0" + "3"
    assert calls[-1].shape == (1, 8, 8, 1)
    assert calls[-1][0, 0, 0, 0] == -1
    assert calls[-1][0, 7, 7, 0] == pytest.approx(1 - 2 * 3 / 9)
    assert (calls[-1] == 1).sum() == 62
    assert pad.picture.value != before
    assert "<img" in pad.without_python()


def test_what_is_no_drawing_is_told_in_the_widget():
    pad = figures.sketch_pad(made([]), START)
    pad.ink.value = "12"
    assert "has 2 signs, but must have 64" in pad.message.value


def test_the_square_holds_its_script_and_the_first_sketch():
    square = figures.sketch_pad(made([]), START).children[0].children[0].value
    assert 'data-pixels="8"' in square
    assert square.count("setPointerCapture") == 3
    assert "<script" not in square


def test_a_sketch_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="The sketch: shape"):
        figures.sketch_pad(made([]), np.ones((8, 8, 3)))
