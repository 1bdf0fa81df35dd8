"""Signals on a line: a real electroencephalogram, and drawn ones with known spikes."""

import numpy as np
from matplotlib import cbook

from utils.core.validation import integer

#: Samples a second of the electroencephalogram, and of the drawn signals.
RATE = 80
_SLOPE = (
    1.2  # how fast the background falls with frequency: brain waves are mostly slow
)


def electroencephalogram() -> np.ndarray:
    """Reads ten seconds of four electrodes, with sharp spikes in the last four seconds.

    It comes with Matplotlib, from an example of its gallery, without any labels.

    Returns:
        float32 `(800, 4)`, each electrode with mean 0 and standard deviation 1.

    Raises:
        ValueError: if the installed Matplotlib does not bring it.
    """
    try:
        with cbook.get_sample_data("eeg.dat") as file:
            recorded = np.frombuffer(file.read(), dtype="<f8").reshape(-1, 4)
    except FileNotFoundError:
        raise ValueError(
            "This Matplotlib comes without its sample eeg.dat: install one that has "
            "it, such as 3.11."
        ) from None
    return _standardized(recorded).astype("float32")


def spiky_signals(
    n: int, length: int, seed: int, most: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Draws signals like brain waves, with sharp spikes at known places.

    The background is noise whose power falls with frequency, and a rhythm of about 10
    waves a second that comes and goes. A spike is a sharp deflection of some 60 ms, a
    slower one the other way, and a shallow return.

    Args:
        n: how many, 1 or more.
        length: samples in each, 80 (a second) or more.
        seed: int; one seed gives the same signals.
        most: how many spikes a signal has at most, 0 or more.

    Returns:
        Signals float32 `(n, length, 1)` with mean 0 and standard deviation 1, and
        labels float32 `(n, length)`, 1 in the sharp part of a spike and 0 elsewhere.

    Raises:
        ValueError: for a number out of range.
    """
    n, length = integer(n, "n"), integer(length, "length", least=RATE)
    most = integer(most, "most", least=0)
    rng = np.random.default_rng(seed)
    signals, labels = _background(n, length, rng), np.zeros((n, length))
    for signal, label in zip(signals, labels, strict=True):
        for _ in range(rng.integers(most + 1)):
            _add_spike(signal, label, rng)
    return (
        _standardized(signals.T).T[..., None].astype("float32"),
        labels.astype("float32"),
    )


def _standardized(columns: np.ndarray) -> np.ndarray:
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


def _background(n: int, length: int, rng) -> np.ndarray:
    frequencies = np.fft.rfftfreq(length, 1 / RATE)
    weights = 1 / np.maximum(frequencies, 0.8) ** _SLOPE
    noise = np.fft.irfft(weights * np.fft.rfft(rng.normal(size=(n, length))), length)
    time = np.arange(length) / RATE
    pitch, phase, slow = rng.uniform([[8], [0], [0]], [[12], [6.3], [6.3]], (3, n))[
        ..., None
    ]
    rhythm = np.sin(2 * np.pi * pitch * time + phase) * np.sin(0.8 * time + slow)
    share = rng.uniform(0.1, 0.6, (n, 1))
    return _standardized(noise.T).T + share * rhythm


def _add_spike(signal: np.ndarray, label: np.ndarray, rng) -> None:
    """A sharp bump, a broader one the other way, a shallow one the first way again."""
    t = np.arange(len(signal)) - rng.uniform(10, len(signal) - 25)
    width = rng.uniform(1.2, 2.2)
    size = rng.choice([-1, 1]) * rng.uniform(3, 6)
    signal += size * np.exp(-0.5 * (t / width) ** 2)
    signal -= (
        rng.uniform(0.5, 1)
        * size
        * np.exp(-0.5 * ((t - 3.2 * width) / (1.8 * width)) ** 2)
    )
    signal += (
        rng.uniform(0.1, 0.4)
        * size
        * np.exp(-0.5 * ((t - 9 * width) / (3 * width)) ** 2)
    )
    label[np.abs(t) < 1.5 * width] = 1
