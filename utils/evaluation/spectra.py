"""How near drawn sounds come to true ones: their pitch, and their spectra over time."""

import math

import numpy as np
from scipy.signal import stft

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, number, rows

RATE = 8000


def pitch(sounds, longest: int = 200, shortest: int = 20, rate: int = RATE) -> float:
    """Returns the pitch of sounds in Hz: the rate divided by the lag of repetition.

    Σ x_t·x_(t−k) peaks at the period and, nearly as high, at its multiples: the first
    peak that reaches nine tenths of the highest counts, and a parabola through its
    neighbors says what lies between two samples. A period between two samples may be
    missed if high overtones are strong, and the pitch is then an octave too low: choose
    `longest` below two periods.

    Args:
        sounds: `(n, length)`, all of one pitch; longer than `longest` + 1.
        longest, shortest: lags to look at, in samples.
        rate: samples per second.

    Returns:
        A pitch; that of the longest lag where nothing repeats itself.

    Raises:
        ValueError: for another shape, too short a sound, or lags out of order.

    Source: McLeod and Wyvill (2005), a smarter way to find pitch.
    """
    sounds = _sounds(sounds, integer(longest, "longest") + 2)
    shortest = integer(shortest, "shortest", least=2, most=longest - 1)
    lags = np.arange(shortest - 1, longest + 2)
    alike = np.array([np.mean(sounds[:, lag:] * sounds[:, :-lag]) for lag in lags])
    before, here, after = alike[:-2], alike[1:-1], alike[2:]
    peaks = np.flatnonzero((here > before) & (here >= after) & (here > 0))
    if not len(peaks):
        return rate / longest
    before, here, after = before[peaks], here[peaks], after[peaks]
    between = 0.5 * (before - after) / (before - 2 * here + after)
    height = here - 0.25 * (before - after) * between
    first = np.argmax(height >= 0.9 * height.max())
    return float(rate / (lags[1 + peaks[first]] + between[first]))


def spectrogram(
    sounds, part: int = 512, rate: int = RATE
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the mean power of sounds, by frequency and time, in decibels.

    Args:
        sounds: `(n, length)`.
        part: samples that one column looks at, at most `length`.
        rate: samples per second.

    Returns:
        Frequencies in Hz, times in seconds, and decibels `(frequencies, times)`.

    Raises:
        ValueError: for another shape, or too short a sound.
    """
    sounds = _sounds(sounds, integer(part, "part", least=8))
    frequencies, times, parts = stft(
        sounds, rate, nperseg=part, boundary=None, padded=False
    )
    power = (np.abs(parts) ** 2).mean(axis=0)
    return frequencies, times, 10 * np.log10(np.maximum(power, 1e-12))


def log_spectral_distance(
    a, b, lowest: float = 60.0, part: int = 512, rate: int = RATE
) -> float:
    """Returns the root mean square difference of two spectrograms, in decibels.

    Each is the mean power of several sounds, so that two sets of the same kind differ
    by chance alone: that distance is the measure of all others.

    Args:
        a, b: sounds `(n, length)`, of one length.
        lowest: frequencies below are left out, in Hz: no one hears a constant.
        part, rate: as of `spectrogram`.

    Raises:
        ValueError: for other shapes, or two lengths.

    Source: Gray and Markel (1976), distance measures for speech processing.
    """
    number(lowest, "lowest", least=0, below=rate / 2)
    frequencies, times, first = spectrogram(a, part, rate)
    _, others, second = spectrogram(b, part, rate)
    if len(times) != len(others):
        raise ValueError(
            f"The sounds are {times[-1]:.3g} and {others[-1]:.3g} seconds long, but "
            "must be of one length: cut the longer ones."
        )
    heard = frequencies >= lowest
    return math.sqrt(np.mean((first - second)[heard] ** 2))


def _sounds(sounds, least):
    sounds = rows(
        finite(to_numpy(sounds, "The sounds"), "The sounds"), "The sounds", ("length",)
    )
    if sounds.shape[1] < least:
        raise ValueError(
            f"The sounds have {sounds.shape[1]} samples, but must have {least} or more."
        )
    return sounds.astype("float64")
