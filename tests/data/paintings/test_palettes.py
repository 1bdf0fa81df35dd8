"""Recoloring: mean and covariance become those of the other picture."""

import numpy as np
import pytest

from utils.data.paintings.palettes import match_colors

RNG = np.random.default_rng(0)
PICTURE = RNG.normal(0.1, 0.1, (24, 24, 3)) @ RNG.normal(0.4, 0.5, (3, 3))
PALETTE = RNG.normal(0.0, 0.12, (16, 30, 3)) @ RNG.normal(0.2, 0.6, (3, 3)) - 0.1


def moments(picture):
    colors = picture.reshape(-1, 3).astype("float64")
    return colors.mean(axis=0), np.cov(colors.T, bias=True)


def test_mean_and_covariance_become_those_of_the_palette():
    recolored = match_colors(np.clip(PICTURE, -1, 1), PALETTE)
    for mine, wanted in zip(moments(recolored), moments(PALETTE), strict=True):
        assert mine == pytest.approx(wanted, abs=5e-3)


def test_a_picture_keeps_its_own_palette():
    picture = np.clip(PICTURE, -0.9, 0.9)
    assert match_colors(picture, picture[::-1]) == pytest.approx(picture, abs=1e-5)


def test_a_gray_picture_can_be_recolored():
    gray = np.repeat(PICTURE[..., :1], 3, axis=-1)
    recolored = match_colors(gray, PALETTE)
    assert np.isfinite(recolored).all()
    assert np.abs(recolored).max() <= 1


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match="height, width, 3"):
        match_colors(PICTURE[..., 0], PALETTE)
