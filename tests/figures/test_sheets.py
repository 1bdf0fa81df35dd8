"""Sheets of faces: every picture at its place, named rows, refusals."""

import numpy as np
import pytest

from utils import figures

rng = np.random.default_rng(0)
PICTURES = rng.uniform(-1, 1, (12, 8, 8, 3))
PERSONS = np.repeat([4, 7, 9], 4)


def test_a_contact_sheet_has_one_row_a_person():
    figure = figures.contact_sheet(PICTURES, PERSONS, 2, 3, title="Two people")
    assert [ax.get_ylabel() for ax in figure.axes] == ["person 4", "person 7"]
    shown = np.asarray(figure.axes[1].images[0].get_array())
    assert shown[:, 9:17] == pytest.approx((PICTURES[5] + 1) / 2)
    assert shown.shape[1] == 3 * 8 + 2


def test_everybody_on_a_contact_sheet_has_as_many_pictures():
    figure = figures.contact_sheet(PICTURES[:10], PERSONS[:10])
    widths = {ax.images[0].get_array().shape[1] for ax in figure.axes}
    assert widths == {2 * 8 + 1}


def test_a_factor_sheet_names_every_row_beside_its_pictures():
    names = ["skin", "eye_size", "nose"]
    rows = {name: PICTURES[4 * i : 4 * i + 4] for i, name in enumerate(names)}
    figure = figures.factor_sheet(rows, title="Three factors")
    first, second = figure.axes
    assert [text.get_text() for text in first.get_yticklabels()] == ["skin", "eye size"]
    assert [text.get_text() for text in second.get_yticklabels()] == ["nose"]
    shown = np.asarray(first.images[0].get_array())
    assert shown[9:, :8] == pytest.approx((PICTURES[4] + 1) / 2)
    # The shorter panel is as tall, so that its pictures are as large.
    assert second.images[0].get_array().shape == shown.shape


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"persons": PERSONS[:3]}, "12 pictures"),
        ({"people": 0}, "at least one"),
        ({"columns": 0}, "at least one"),
        ({"pictures": PICTURES[0]}, "expected"),
    ],
)
def test_wrong_contact_sheets_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        figures.contact_sheet(**({"pictures": PICTURES, "persons": PERSONS} | options))


@pytest.mark.parametrize(
    ("rows", "panels"),
    [({}, 2), ({"a": PICTURES, "b": PICTURES[:3]}, 2), ({"a": PICTURES}, 0)],
)
def test_wrong_factor_sheets_are_refused(rows, panels):
    with pytest.raises(ValueError, match="as many"):
        figures.factor_sheet(rows, panels)
