"""Gabor magnitudes: against filters in space, and what they do not see."""

import numpy as np
import pytest
from scipy.signal import fftconvolve

from utils.data.pictures import photograph
from utils.networks.gabor import gabor_magnitudes

FACE = photograph("chelsea", 64).mean(axis=-1)[None, ..., None]


def in_space(picture, frequency, angle, bandwidth, cells):
    """The filter that `gabor_magnitudes` writes over frequencies, written over pixels.

    The Fourier transform of a Gaussian of deviation b is one of 1/(2πb), moved to a
    frequency by a complex wave.
    """
    y, x = np.mgrid[-60:61, -60:61]
    spread = 1 / (2 * np.pi * bandwidth * frequency)
    window = np.exp(-(y**2 + x**2) / (2 * spread**2)) / (2 * np.pi * spread**2)
    phase = 2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle))
    wide = np.pad(picture - picture.mean(), 64, mode="edge")
    answer = fftconvolve(wide, window * np.exp(1j * phase), mode="same")[64:-64, 64:-64]
    side = len(picture) // cells
    return abs(answer).reshape(cells, side, cells, side).mean(axis=(1, 3))


@pytest.mark.parametrize(("scale", "direction"), [(0, 0), (1, 3), (2, 5), (3, 6)])
def test_each_filter_is_a_complex_wave_under_a_gaussian(scale, direction):
    ours = gabor_magnitudes(FACE, cells=4, scales=4).reshape(4, 8, 4, 4)
    exact = in_space(
        FACE[0, ..., 0], 0.25 / 2 ** (scale / 2), np.pi * direction / 8, 0.25, 4
    )
    # The margin is 16 pixels there and 64 here: the longest waves notice.
    assert ours[scale, direction] == pytest.approx(
        np.sqrt(exact / exact.std()), rel=[0.01, 0.02, 0.05, 0.1][scale]
    )


def test_each_filter_finds_its_own_wave():
    y, x = np.mgrid[:64, :64]
    picture, places = np.zeros((64, 64)), {}
    for scale, direction, place in ((0, 0, (1, 6)), (2, 2, (6, 6)), (3, 5, (4, 1))):
        angle, center = np.pi * direction / 8, 8 * np.array(place) + 4
        wave = np.cos(
            2
            * np.pi
            * 0.25
            / 2 ** (scale / 2)
            * (x * np.cos(angle) + y * np.sin(angle))
        )
        distance = (y - center[0]) ** 2 + (x - center[1]) ** 2
        picture += np.exp(-distance / 100) * wave
        places[8 * scale + direction] = place
    found = gabor_magnitudes(picture[None, ..., None]).reshape(48, 8, 8)
    for which, place in places.items():
        assert np.unravel_index(found[which].argmax(), (8, 8)) == place


def test_light_and_contrast_change_nothing():
    same = gabor_magnitudes(0.3 * FACE - 0.5)
    assert same == pytest.approx(gabor_magnitudes(FACE), rel=1e-3, abs=1e-3)


def test_one_color_has_no_waves():
    assert gabor_magnitudes(np.full((1, 16, 16, 1), 0.4), cells=4).max() < 1e-6


@pytest.mark.parametrize(
    ("pictures", "arguments", "message"),
    [
        (np.zeros((2, 16, 16, 3)), {}, "make colored ones gray"),
        (np.zeros((16, 16)), {}, r"must be \(n, height, width, 1\)"),
        (np.zeros((1, 20, 16, 1)), {}, "8 cells a side .* 20×16"),
        (np.zeros((1, 16, 16, 1)), {"cells": 1}, "cells was 1"),
        (np.zeros((1, 16, 16, 1)), {"scales": 0}, "scales was 0"),
        (np.zeros((1, 16, 16, 1)), {"bandwidth": 1.5}, r"bandwidth was 1\.5"),
        (np.full((1, 16, 16, 1), np.nan), {}, "NaN or infinite"),
    ],
)
def test_what_cannot_be_measured_is_refused(pictures, arguments, message):
    with pytest.raises(ValueError, match=message):
        gabor_magnitudes(pictures, **arguments)
