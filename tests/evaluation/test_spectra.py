"""Pitch and spectra of sounds that are known."""

import numpy as np
import pytest
from scipy.signal import lfilter

from utils.data import sounds
from utils.evaluation.spectra import log_spectral_distance, pitch, spectrogram


@pytest.mark.parametrize("hertz", [110.0, 197.53, 330.5])
def test_the_pitch_of_a_tone_with_overtones(hertz):
    t = np.arange(4000) / sounds.RATE
    tone = sum(np.sin(2 * np.pi * k * hertz * t) / k for k in (1, 2, 3))
    assert pitch(tone[None]) == pytest.approx(hertz, rel=0.005)


def test_a_plucked_string_has_the_pitch_of_its_period():
    strings = sounds.plucked_strings(8, 4000, seed=0)
    assert pitch(strings) == pytest.approx(sounds.RATE / 40.5, rel=0.001)


def test_what_never_repeats_itself_has_no_peak():
    assert pitch(np.ones((1, 300))) == sounds.RATE / 200


def test_the_spectrogram_shows_a_tone_at_its_frequency_and_its_power():
    tone = 0.5 * np.cos(2 * np.pi * 1000 * np.arange(8000) / sounds.RATE)
    frequencies, times, decibels = spectrogram(tone[None])
    assert decibels.shape == (len(frequencies), len(times))
    assert frequencies[decibels.mean(axis=1).argmax()] == 1000
    # A Hann window shows the amplitude's half: 20·log10(.25).
    assert decibels.max() == pytest.approx(20 * np.log10(0.25), abs=0.01)
    assert times[-1] < 1


def test_twice_as_loud_is_six_decibels_at_every_place():
    noise = np.random.default_rng(0).normal(size=(4, 4000))
    distance = log_spectral_distance(2 * noise, noise)
    assert distance == pytest.approx(20 * np.log10(2))
    assert log_spectral_distance(noise, noise) == 0


def test_a_constant_is_not_heard_and_a_filter_is():
    noise = np.random.default_rng(0).normal(size=(4, 4000))
    assert log_spectral_distance(noise + 3, noise) < 0.05
    assert log_spectral_distance(noise + 3, noise, lowest=0) > 1
    dull = lfilter([0.5, 0.5], [1.0], noise, axis=1)
    assert log_spectral_distance(dull, noise) > 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pitch(np.zeros((2, 100))), "100 samples, but must have 202"),
        (lambda: spectrogram(np.zeros(600)), "The sounds"),
        (
            lambda: log_spectral_distance(np.ones((1, 9000)), np.ones((1, 8000))),
            "of one length",
        ),
        (lambda: log_spectral_distance(np.ones((1, 600)), [[1.0]], -1), "lowest was"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
