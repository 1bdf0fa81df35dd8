"""Codes in the plane, written as labels."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Ellipse

from utils.figures import codes_2d

CODES = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, -1.0]])


def test_each_label_stands_where_its_code_lies():
    (ax,) = codes_2d(CODES, [7, 3, 7]).axes
    assert [text.get_text() for text in ax.texts] == ["7", "3", "7"]
    assert [text.get_position() for text in ax.texts] == [tuple(c) for c in CODES]
    shades = [text.get_color() for text in ax.texts]
    assert shades[0] == shades[2] != shades[1]


def test_every_code_lies_inside_the_axes():
    (ax,) = codes_2d(CODES, [1, 2, 3], title="three").axes
    for (low, high), column in zip(
        (ax.get_xlim(), ax.get_ylim()), CODES.T, strict=True
    ):
        assert low < column.min() <= column.max() < high


def test_labels_are_counted():
    with pytest.raises(ValueError, match="2 labels for 3 codes"):
        codes_2d(CODES, [1, 2])


def test_ten_digits_have_ten_colors():
    (ax,) = codes_2d(np.random.default_rng(0).normal(size=(10, 2)), range(10)).axes
    assert len({to_hex(text.get_color()) for text in ax.texts}) == 10


def test_clouds_are_ellipses_of_one_standard_deviation_inside_the_axes():
    spreads = np.array([[1.0, 0.5], [0.25, 0.1], [2.0, 3.0]])
    (ax,) = codes_2d(CODES, [1, 2, 3], spreads=spreads).axes
    clouds = [patch for patch in ax.patches if isinstance(patch, Ellipse)]
    assert [tuple(cloud.center) for cloud in clouds] == [tuple(code) for code in CODES]
    assert [(cloud.width, cloud.height) for cloud in clouds] == [
        tuple(2 * spread) for spread in spreads
    ]
    low, high = ax.get_ylim()
    assert low < (CODES - spreads)[:, 1].min() < (CODES + spreads)[:, 1].max() < high


def test_every_code_has_a_spread():
    with pytest.raises(ValueError, match="spreads has 2 vectors for 3 points"):
        codes_2d(CODES, [1, 2, 3], spreads=CODES[:2])
