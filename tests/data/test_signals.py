"""Signals: the real one as it is, and spikes where the labels say."""

import numpy as np
import pytest
from matplotlib import cbook

from utils.data.signals import RATE, electroencephalogram, spiky_signals


def test_the_electroencephalogram_is_ten_seconds_of_four_electrodes():
    recorded = electroencephalogram()
    assert recorded.shape == (10 * RATE, 4)
    assert recorded.dtype == np.float32
    assert recorded.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert recorded.std(axis=0) == pytest.approx(1, rel=1e-4)


def test_a_matplotlib_without_the_recording_says_so(monkeypatch):
    def missing(name):
        raise FileNotFoundError(name)

    monkeypatch.setattr(cbook, "get_sample_data", missing)
    with pytest.raises(ValueError, match="without its sample"):
        electroencephalogram()


def test_drawn_signals_are_standardized_and_labeled():
    signals, labels = spiky_signals(50, 400, seed=0)
    assert signals.shape == (50, 400, 1)
    assert labels.shape == (50, 400)
    assert signals.mean(axis=(1, 2)) == pytest.approx(0, abs=1e-5)
    assert signals.std(axis=(1, 2)) == pytest.approx(1, rel=1e-4)
    assert set(np.unique(labels)) == {0, 1}


def test_a_signal_curves_most_where_a_spike_is():
    signals, labels = spiky_signals(200, 400, seed=0)
    bent = np.abs(np.diff(signals[..., 0], 2))
    inside = labels[:, 1:-1] > 0
    assert bent[inside].mean() > 3 * bent[~inside].mean()


def test_the_background_is_mostly_slow():
    signals, labels = spiky_signals(200, 400, seed=0, most=0)
    power = np.abs(np.fft.rfft(signals[..., 0])) ** 2
    mean = power.mean(axis=0)
    assert labels.sum() == 0
    assert mean[5:20].mean() > 10 * mean[-50:].mean()


def test_one_seed_gives_the_same_signals():
    first, second = (spiky_signals(3, 100, seed=4)[0] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, spiky_signals(3, 100, seed=5)[0])


@pytest.mark.parametrize("arguments", [(0, 400, 0), (5, 79, 0), (5, 400, 0, -1)])
def test_wrong_requests_are_refused(arguments):
    with pytest.raises(ValueError, match="must be an integer of at least"):
        spiky_signals(*arguments)
