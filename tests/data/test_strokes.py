"""Strokes whose causes are known."""

import numpy as np
import pytest

from utils.data.strokes import RANGES, draw_strokes, sample_strokes


def ink(pictures):
    """White pixels' worth of ink in each picture."""
    return (pictures + 1).sum(axis=(1, 2, 3)) / 2


def test_pictures_are_white_on_black_and_repeat_with_their_seed():
    one, again = sample_strokes(20, seed=3), sample_strokes(20, seed=3)
    np.testing.assert_array_equal(one.pictures, again.pictures)
    assert one.pictures.shape == (20, 16, 16, 1)
    assert one.pictures.dtype == np.float32
    assert one.pictures.min() == -1
    assert one.pictures.max() <= 1
    assert np.abs(one.pictures - sample_strokes(20, seed=4).pictures).max() == 2


def test_causes_lie_in_their_ranges_and_draw_their_pictures():
    drawn = sample_strokes(500)
    for column, (low, high) in zip(drawn.causes.T, RANGES.values(), strict=True):
        assert low <= column.min() < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < column.max() <= high
    np.testing.assert_allclose(draw_strokes(drawn.causes), drawn.pictures, atol=1e-4)


def test_a_longer_stroke_has_more_ink_and_takes_none_away():
    causes = sample_strokes(50).causes
    longer = causes + np.array([0, 0, 0, 1.0])
    assert (draw_strokes(longer) >= draw_strokes(causes)).all()
    # Two pixels long, twice as wide as the pen reaches, wherever it stands.
    added = ink(draw_strokes(longer, 24)) - ink(draw_strokes(causes, 24))
    assert added == pytest.approx(4.0, abs=0.5)


def test_a_quarter_turn_turns_the_picture():
    flat = draw_strokes([[1.0, 0.0, 0.0, 3.0]])[0, ..., 0]
    upright = draw_strokes([[0.0, 1.0, np.pi / 2, 3.0]])[0, ..., 0]
    np.testing.assert_allclose(upright, flat.T, atol=1e-6)


def test_no_stroke_leaves_the_canvas():
    pictures = sample_strokes(300).pictures
    edges = (pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1])
    assert np.mean([edge == -1 for edge in edges]) > 0.98


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_strokes(0), "n was 0"),
        (lambda: sample_strokes(1, size=4), "size was 4"),
        (lambda: draw_strokes(np.zeros((3, 3))), r"\(n, 4\)"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
