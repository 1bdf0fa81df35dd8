"""How much of which wave is where: features of a picture that nobody has trained."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, number

#: Waves a pixel of the shortest, and how much longer each next one is.
_SHORTEST, _LONGER = 0.25, 2**0.5


def gabor_magnitudes(pictures, cells=8, scales=6, directions=8, bandwidth=0.25):
    """Measures waves of many lengths and directions in each cell of a picture.

    A Gabor filter answers to one wave; the magnitude of its complex answer does not ask
    where in its window the crest lies, so it hardly changes when the picture moves by a
    pixel. The shortest wave has 4 pixels, each next one √2 times as many. What a filter
    answers is divided by its spread over the cells: brightness and contrast go.

    Args:
        pictures: `(n, height, width, 1)`, sides divisible by the cells.
        cells: rows and columns that a picture is divided into, 2 or more.
        scales: lengths of waves, 1 or more.
        directions: of the waves, evenly over 180 degrees, 1 or more.
        bandwidth: standard deviation of a filter over frequencies, as a share of its
            own frequency.

    Returns:
        float32 `(n, scales·directions·cells²)`: square roots of the mean magnitude in
        each cell over that spread, at least 0.

    Raises:
        ValueError: for pictures of another shape, or a number out of range.

    Source: Daugman (1985); Liu and Wechsler (2002), magnitudes of Gabor filters for
    faces.
    """
    pictures = to_numpy(pictures, "The pictures")
    _check(pictures, cells, scales, directions, bandwidth)
    n, height, width, _ = pictures.shape
    margin = max(height, width) // 4  # the FFT would join the left side to the right
    size = height + 2 * margin, width + 2 * margin
    filters = _filters(size, scales, directions, bandwidth)
    blocks = (-1, cells, height // cells, cells, width // cells)
    magnitudes = np.empty((n, scales * directions, cells, cells), dtype="float32")
    for i, picture in enumerate(pictures[..., 0]):
        wide = np.pad(picture - picture.mean(), margin, mode="edge")
        answers = np.fft.ifft2(np.fft.fft2(wide) * filters)
        inside = answers[:, margin : margin + height, margin : margin + width]
        magnitudes[i] = abs(inside).reshape(blocks).mean(axis=(2, 4))
    spread = magnitudes.std(axis=(2, 3), keepdims=True)
    # A picture of one color has no waves, and no spread either.
    return np.sqrt(magnitudes / np.where(spread > 1e-9, spread, 1.0)).reshape(n, -1)


def _filters(size, scales, directions, bandwidth):
    """A Gaussian around one frequency each, `(scales·directions, height, width)`."""
    down = np.fft.fftfreq(size[0])[:, None]
    right = np.fft.fftfreq(size[1])
    filters = []
    for frequency in _SHORTEST / _LONGER ** np.arange(scales):
        for angle in np.pi * np.arange(directions) / directions:
            y, x = frequency * np.sin(angle), frequency * np.cos(angle)
            distance = ((down - y) ** 2 + (right - x) ** 2) / (
                bandwidth * frequency
            ) ** 2
            filters.append(np.exp(-distance / 2))
    return np.array(filters)


def _check(pictures, cells, scales, directions, bandwidth):
    if pictures.ndim != 4 or pictures.shape[-1] != 1:
        raise ValueError(
            f"The pictures have shape {pictures.shape}, but must be (n, height, width, "
            "1): make colored ones gray by their mean over the last axis; for one "
            "picture write picture[None]."
        )
    if integer(cells, "cells", least=2) and any(
        side % cells or not side for side in pictures.shape[1:3]
    ):
        raise ValueError(
            f"{cells} cells a side were asked for, of pictures of "
            f"{pictures.shape[1]}×{pictures.shape[2]} pixels: give a number by "
            "which both sides can be divided."
        )
    integer(scales, "scales")
    integer(directions, "directions")
    number(bandwidth, "bandwidth", above=0, below=1)
    finite(pictures, "The pictures")
