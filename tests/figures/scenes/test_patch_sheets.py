"""Sheets of patches, and receptive fields on a photograph."""

import numpy as np
import pytest

from utils import figures
from utils.figures.scenes.patch_sheets import patch_block

rng = np.random.default_rng(0)
NINE = rng.uniform(-1, 1, (9, 5, 5, 3))
PICTURE = rng.uniform(-1, 1, (20, 30, 3))


def test_nine_patches_stand_three_by_three_in_their_order():
    block = patch_block(NINE)
    assert block.shape == (17, 17, 3)
    assert np.array_equal(block[:5, 6:11], NINE[1])
    assert np.array_equal(block[12:, :5], NINE[6])
    assert (block[5] == 1).all()


def test_missing_patches_stay_white():
    block = patch_block(NINE[:2])
    assert block.shape == (17, 17, 3)
    assert (block[6:] == 1).all()


def test_a_sheet_shows_each_unit_under_its_name():
    figure = figures.patch_sheet({"unit 3": NINE, "unit 7": NINE[::-1]}, title="Edges")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["unit 3", "unit 7"]
    shown = np.asarray(figure.axes[0].images[0].get_array())
    assert shown == pytest.approx((patch_block(NINE) + 1) / 2)


def test_a_picture_may_stand_beside_the_patches():
    figure = figures.patch_sheet(
        {"a": NINE, "b": NINE}, beside={"a": NINE[0], "b": NINE[1]}
    )
    assert len(figure.axes) == 4
    shown = np.asarray(figure.axes[2].images[0].get_array())
    assert shown == pytest.approx((NINE[1] + 1) / 2)


def test_boxes_lie_on_the_photograph_and_what_they_hold_beside_it():
    boxes = {"small": ((2, 6), (10, 14)), "large": ((0, 12), (5, 17))}
    figure = figures.fields_on_picture(PICTURE, boxes)
    small, large, whole = figure.axes
    assert np.asarray(small.images[0].get_array()) == pytest.approx(
        (PICTURE[2:6, 10:14] + 1) / 2
    )
    corners = [patch.get_xy() for patch in whole.patches]
    assert corners == [(9.5, 1.5), (4.5, -0.5)]
    assert [patch.get_width() for patch in whole.patches] == [4, 12]
    assert large.get_title(loc="left") == "large: 12×12"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.patch_sheet({}), "there are no units"),
        (lambda: figures.patch_sheet({"a": NINE * 3}), r"not in \[-1, 1\]"),
        (
            lambda: figures.patch_sheet({"a": NINE}, beside={"b": NINE[0]}),
            "beside names",
        ),
        (lambda: figures.fields_on_picture(PICTURE, {}), "there are no boxes"),
        (
            lambda: figures.fields_on_picture(PICTURE, {"a": ((0, 21), (0, 5))}),
            "the picture has 20 rows",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
