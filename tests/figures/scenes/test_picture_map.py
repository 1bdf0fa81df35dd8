"""Pictures laid out in the plane."""

import numpy as np
import pytest

from utils import figures


def test_every_picture_lies_inside_at_its_point():
    rng = np.random.default_rng(0)
    points, pictures = rng.normal(size=(5, 2)), rng.uniform(-1, 1, (5, 8, 8, 3))
    figure = figures.picture_map(points, pictures, groups=[0, 0, 1, 1, 2], title="Map")
    ax = figure.axes[0]
    boxes = [artist for artist in ax.artists if hasattr(artist, "xybox")]
    assert np.allclose([box.xy for box in boxes], points)
    assert ax.get_xlim()[0] < points[:, 0].min()
    frames = [box.patch.get_edgecolor() for box in boxes]
    assert frames[0] == frames[1] != frames[2]
    assert len(figures.to_png(figure)) > 1_000


def test_gray_pictures_without_groups_have_no_frames():
    figure = figures.picture_map(np.eye(2), np.zeros((2, 4, 4, 1)))
    assert len(figures.to_png(figure)) > 1_000


def test_points_and_pictures_must_be_as_many():
    with pytest.raises(ValueError, match="3 points for 2 pictures"):
        figures.picture_map(np.zeros((3, 2)), np.zeros((2, 4, 4, 1)))
