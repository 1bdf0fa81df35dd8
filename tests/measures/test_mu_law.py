"""μ-law against the numbers of the textbook."""

import numpy as np
import pytest

from utils.measures import mu_law


def test_companding_of_three_samples():
    found = mu_law.compand([0.01, -0.1, 0.5])
    assert found == pytest.approx([0.228477, -0.590990, 0.875703], abs=5e-7)


def test_expanding_undoes_it():
    x = np.linspace(-1, 1, 101)
    assert mu_law.expand(mu_law.compand(x, 64), 64) == pytest.approx(x)


def test_silence_is_the_level_just_above_the_middle():
    assert mu_law.encode(0.0) == 128
    assert mu_law.encode([-1.0, 1.0]).tolist() == [0, 255]


@pytest.mark.parametrize("levels", [2, 16, 64, 256])
def test_a_level_stands_for_a_sample_of_that_level(levels):
    symbols = np.arange(levels)
    samples = mu_law.decode(symbols, levels)
    assert np.array_equal(mu_law.encode(samples, levels), symbols)
    assert np.array_equal(np.digitize(samples, mu_law.edges(levels)), symbols)


def test_the_largest_step_is_248_times_the_smallest():
    steps = np.diff(mu_law.decode(np.arange(256)))
    assert steps.max() / steps[127] == pytest.approx(247.8, abs=0.1)


def test_a_soft_sound_keeps_more_than_with_even_steps():
    soft = np.random.default_rng(0).normal(scale=0.01, size=100_000)

    def ratio(rounded):
        return 10 * np.log10((soft**2).mean() / ((soft - rounded) ** 2).mean())

    assert ratio(mu_law.decode(mu_law.encode(soft))) == pytest.approx(35.5, abs=0.1)
    even = np.round((soft + 1) / 2 * 255) / 255 * 2 - 1
    assert ratio(even) == pytest.approx(12.9, abs=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mu_law.encode([2.0]), r"not in \[-1, 1\]"),
        (lambda: mu_law.encode([0.0], 1), "levels was 1"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
