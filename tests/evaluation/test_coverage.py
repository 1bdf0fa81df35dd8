"""Coverage: the answers that are known beforehand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from utils.data.mixtures import GaussianMixture, gaussian, grid, ring
from utils.evaluation.coverage import Coverage, asked_coverage, mode_coverage

MIXTURES = pytest.mark.parametrize("mixture", [ring(), grid()], ids=["ring", "grid"])


@MIXTURES
def test_a_perfect_sampler_puts_98_889_percent_within_three_sigmas(mixture):
    coverage = mode_coverage(mixture.sample(200_000, seed=0), mixture)
    exact = 1 - math.exp(-4.5)
    assert exact == pytest.approx(0.98889, abs=1e-5)
    assert coverage.high_quality == pytest.approx(exact, abs=0.001)
    assert coverage.modes == len(mixture.means)


@pytest.mark.parametrize(
    ("mixture", "floor", "spread"), [(ring(), 0.0015, 0.0008), (grid(), 0.0049, 0.0014)]
)
def test_the_floor_of_reverse_kl_with_2500_samples(mixture, floor, spread):
    values = [
        mode_coverage(mixture.sample(2500, seed), mixture).reverse_kl
        for seed in range(100)
    ]
    assert np.mean(values) == pytest.approx(floor, abs=3 * spread / 10)
    assert np.std(values) == pytest.approx(spread, rel=0.3)


@MIXTURES
def test_samples_on_the_means_themselves_cover_evenly(mixture):
    samples = np.repeat(mixture.means, 10, axis=0)
    expected = Coverage(modes=len(mixture.means), high_quality=1.0, reverse_kl=0.0)
    measured = mode_coverage(samples, mixture)
    assert measured.modes == expected.modes
    assert measured.high_quality == expected.high_quality
    assert measured.reverse_kl == pytest.approx(expected.reverse_kl, abs=1e-15)


@MIXTURES
def test_one_collapsed_mode_has_a_reverse_kl_of_log_k(mixture):
    samples = np.tile(mixture.means[3], (2500, 1))
    coverage = mode_coverage(samples, mixture)
    assert coverage.modes == 1
    assert coverage.high_quality == 1.0
    assert coverage.reverse_kl == pytest.approx(math.log(len(mixture.means)))


@given(covered=st.integers(1, 25), repeats=st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_k_of_k_modes_have_a_reverse_kl_of_log_k_over_k(covered, repeats):
    mixture = grid()
    samples = np.repeat(mixture.means[:covered], repeats, axis=0)
    coverage = mode_coverage(samples, mixture)
    assert coverage.modes == covered
    assert coverage.reverse_kl == pytest.approx(math.log(25 / covered), abs=1e-12)


@MIXTURES
def test_samples_off_all_modes_cover_nothing(mixture):
    coverage = mode_coverage(np.full((100, 2), 0.6), mixture)
    assert coverage == Coverage(modes=0, high_quality=0.0, reverse_kl=math.inf)


def test_one_good_sample_is_enough_for_a_mode_and_a_bad_one_is_not():
    mixture = ring()
    good, bad = mixture.means[0], mixture.means[1] + [0.05, 0]
    coverage = mode_coverage([good, bad, bad, bad], mixture)
    assert coverage.modes == 1
    assert coverage.high_quality == 0.25
    assert coverage.reverse_kl == pytest.approx(math.log(8))


@pytest.mark.parametrize("sigmas", [1, 2, 3, 5])
def test_the_radius_counts_in_standard_deviations(sigmas):
    mixture = gaussian([0.0, 0.0], 0.1)
    inside, outside = [0.1 * sigmas * 0.999, 0], [0, 0.1 * sigmas * 1.001]
    assert mode_coverage([inside, outside], mixture, sigmas).high_quality == 0.5
    share = mode_coverage(mixture.sample(50_000, seed=1), mixture, sigmas).high_quality
    assert share == pytest.approx(1 - math.exp(-(sigmas**2) / 2), abs=0.01)
    on_the_circle = mode_coverage([[0.5 * sigmas, 0]], gaussian([0, 0], 0.5), sigmas)
    assert on_the_circle.high_quality == 1


def test_too_little_variance_scores_above_a_perfect_sampler():
    narrow = GaussianMixture(ring().means, 0.005)
    assert mode_coverage(narrow.sample(5000, seed=2), ring()).high_quality > 0.993


def test_unequal_weights_are_what_a_perfect_sampler_is_measured_against():
    mixture = GaussianMixture([[0, 0], [5, 0]], 0.1, weights=[0.9, 0.1])
    assert mode_coverage(mixture.sample(20_000, seed=3), mixture).reverse_kl < 0.001
    even = np.repeat(mixture.means, 100, axis=0)
    wanted = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert mode_coverage(even, mixture).reverse_kl == pytest.approx(wanted)


def test_each_mode_is_measured_by_its_own_width():
    mixture = GaussianMixture([[0, 0], [1, 0]], [0.01, 1.0])
    coverage = mode_coverage([[0.2, 0.0]], mixture)
    assert coverage == Coverage(1, 1.0, pytest.approx(math.log(2)))


def test_the_order_of_the_samples_does_not_matter():
    samples = grid().sample(500, seed=4)
    shuffled = np.random.default_rng(5).permutation(samples)
    assert mode_coverage(samples, grid()) == mode_coverage(shuffled, grid())


def test_a_line_and_tensors_work_as_well():
    line = GaussianMixture([-2.0, 2.0], 0.1)
    assert mode_coverage([-2.0, 2.0, 0.0], line).modes == 2
    assert mode_coverage([[-2.0], [2.0]], line).high_quality == 1
    samples = ring().sample(100, seed=6)
    tensor = ops.convert_to_tensor(samples)
    assert mode_coverage(tensor, ring()) == mode_coverage(samples, ring())


def test_the_parts_are_plain_numbers():
    coverage = mode_coverage(ring().sample(100, seed=7), ring())
    assert type(coverage.modes) is int
    assert type(coverage.high_quality) is float
    assert type(coverage.reverse_kl) is float


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((0, 2)), "The samples: shape .* is empty"),
        ([[0.0, math.nan], [0.0, 0.0]], "1 of 4 are NaN"),
        ([[0.0, math.inf], [math.nan, 0.0]], "2 of 4 are NaN"),
        (np.zeros((5, 3)), r"give points \(n, 2\)"),
        (np.zeros(2), r"give points \(n, 2\)"),
        (np.zeros((5, 2, 2)), "one per row"),
    ],
)
def test_samples_that_cannot_be_judged_are_refused(samples, message):
    with pytest.raises(ValueError, match=message):
        mode_coverage(samples, ring())


@pytest.mark.parametrize("sigmas", [0, -3, math.nan])
def test_a_radius_that_is_not_positive_is_refused(sigmas):
    with pytest.raises(ValueError, match="sigmas"):
        mode_coverage(ring().sample(10, seed=8), ring(), sigmas)


def test_a_perfect_sampler_that_is_asked_has_its_recall_and_a_spread_of_one():
    mixture = ring(std=0.05)
    points = mixture.sample(100_000, seed=0)
    asked = mixture.nearest(points)[0]
    judged = asked_coverage(points, asked, mixture)
    assert judged.recall == pytest.approx(1 - math.exp(-4.5), abs=0.002)
    assert judged.spread == pytest.approx(1, abs=0.01)
    half = mixture.means[asked] + (points - mixture.means[asked]) / 2
    narrow = asked_coverage(ops.convert_to_tensor(half), asked, mixture)
    assert narrow.recall > 0.9999
    assert narrow.spread == pytest.approx(0.5, abs=0.01)


def test_a_sampler_that_does_not_listen_finds_one_mode_in_k():
    mixture = ring(std=0.05)
    asked = np.arange(80_000) % 8
    judged = asked_coverage(mixture.sample(80_000, seed=0), asked, mixture)
    assert judged.recall == pytest.approx(0.98889 / 8, abs=0.005)
    assert judged.spread == pytest.approx(1, abs=0.02)
    away = asked_coverage(mixture.means[[1]], [0], mixture)
    assert (away.recall, math.isnan(away.spread)) == (0, True)


def test_a_mode_that_is_none_is_refused():
    with pytest.raises(ValueError, match="run from 8 to 8"):
        asked_coverage(ring().sample(2, seed=0), 8, ring())
