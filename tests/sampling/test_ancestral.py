"""Denoising step by step, with the exact noise predictor of Gaussians and mixtures."""

import numpy as np
import pytest

from utils.data.mixtures import gaussian, ring
from utils.evaluation.coverage import mode_coverage
from utils.measures.noisy_mixtures import noisy_score
from utils.sampling.ancestral import (
    ancestral,
    cosine_schedule,
    linear_schedule,
    thinned,
)

NOISE = np.random.default_rng(0).standard_normal((4_000, 2))


def exact_noise(mixture):
    """E[z | x_t] = −b·∇ log p_t."""
    return lambda x, alpha_bar: (
        -np.sqrt(1 - alpha_bar)
        * noisy_score(mixture, x, np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar))
    )


def test_the_schedules_are_the_published_ones():
    linear = linear_schedule(1000)
    assert linear[-1] == pytest.approx(4.04e-5, rel=2e-3)
    assert linear[499] == pytest.approx(0.0786, rel=2e-3)
    assert (linear < 0.5).argmax() + 1 == 260
    assert cosine_schedule(999)[499] == pytest.approx(0.5)


def test_a_linear_schedule_of_few_steps_never_reaches_noise():
    assert linear_schedule(50)[-1] == pytest.approx(0.603, abs=1e-3)
    assert linear_schedule(100)[-1] == pytest.approx(0.364, abs=1e-3)


def test_thinned_keeps_the_ends():
    schedule = linear_schedule(1000)
    few = thinned(schedule, 20)
    assert len(few) == 20
    assert (few[0], few[-1]) == (schedule[0], schedule[-1])
    np.testing.assert_array_equal(thinned(schedule, 1), schedule[-1:])


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_of_a_standard_gaussian_every_eta_keeps_the_variance(eta):
    predict = exact_noise(gaussian([0.0, 0.0], 1.0))
    found = ancestral(predict, NOISE[:2_000], linear_schedule(1000), eta)
    assert found.std() == pytest.approx(1.0, abs=0.03)


def test_without_noise_of_its_own_ddim_is_the_flow_of_a_gaussian():
    found = ancestral(
        exact_noise(gaussian([3.0, -1.0], 0.5)), NOISE, cosine_schedule(400), eta=0.0
    )
    np.testing.assert_allclose(found, [3.0, -1.0] + 0.5 * NOISE, atol=0.02)


def test_with_the_exact_noise_all_modes_of_the_ring_are_found():
    schedule = thinned(linear_schedule(1000), 50)
    for eta, low in ((0.0, 0.97), (1.0, 0.985)):
        found = ancestral(exact_noise(ring()), NOISE, schedule, eta)
        coverage = mode_coverage(found, ring())
        assert coverage.modes == 8
        assert coverage.high_quality > low


def test_the_seed_matters_to_ddpm_alone():
    predict, schedule = exact_noise(ring()), cosine_schedule(5)
    for eta, same in ((0.0, True), (1.0, False)):
        one, other = (ancestral(predict, NOISE[:9], schedule, eta, s) for s in (0, 1))
        assert np.array_equal(one, other) == same


@pytest.mark.parametrize(
    "schedule", [[0.5, 0.6], [1.0, 0.5], [0.5, 0.0], [[0.5, 0.4]], [0.5, 0.5]]
)
def test_a_schedule_that_does_not_fall_between_1_and_0_is_refused(schedule):
    with pytest.raises(ValueError, match="must be ᾱ that fall all the way"):
        ancestral(exact_noise(ring()), NOISE, schedule)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="eta was 2"):
        ancestral(exact_noise(ring()), NOISE, cosine_schedule(3), eta=2)
    with pytest.raises(ValueError, match="steps was 0"):
        cosine_schedule(0)
    with pytest.raises(ValueError, match="at most 10"):
        thinned(cosine_schedule(10), 11)
    with pytest.raises(ValueError, match="NaN"):
        ancestral(exact_noise(ring()), NOISE * np.nan, cosine_schedule(3))
