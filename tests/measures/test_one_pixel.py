"""One pixel with two right colors: against brute force, limits and symmetry."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from utils.measures.divergences import js_divergence
from utils.measures.one_pixel import (
    adversarial_answer,
    best_constants,
    distance_to_pixel,
    pixel_js,
)

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_no_constant_is_better_than_the_best_ones(n):
    values, p = RNG.normal(size=n), RNG.dirichlet(np.ones(n))
    mean, median = best_constants(values, p)
    tried = np.append(np.linspace(-3, 3, 6_001), values)[:, None]
    for best, power in ((mean, 2), (median, 1)):
        costs = (np.abs(tried - values) ** power) @ p
        assert (np.abs(best - values) ** power) @ p <= costs.min() + 1e-6
        assert (np.abs(best - values) ** power) @ p == pytest.approx(
            costs.min(), abs=1e-6
        )


def test_of_two_medians_the_lower_one_is_given():
    assert best_constants([1, -1], [0.5, 0.5]) == (0, -1)
    assert best_constants([1, -1], [0.7, 0.3]) == pytest.approx((0.4, 1))


@pytest.mark.parametrize("distance", ["L1", "L2"])
@pytest.mark.parametrize("share", [0.5, 0.7])
def test_the_distance_is_the_integral(distance, share):
    power = int(distance[1])
    for a in (-0.3, 0.0, 1.0):
        expected, _ = quad(
            lambda x, a=a: (
                abs(x - a) ** power
                * (share * norm.pdf(x, 1, 0.2) + (1 - share) * norm.pdf(x, -1, 0.2))
            ),
            -4,
            4,
            points=[-1, a, 1],
        )
        found = distance_to_pixel(a, distance, share)
        assert found == pytest.approx(expected, abs=1e-7)


def test_js_is_that_of_the_densities_and_depends_on_no_sign():
    x = np.linspace(-3, 3, 6_001)
    p = (norm.pdf(x, 1, 0.2) + norm.pdf(x, -1, 0.2)) / 2
    for a in (0.0, 0.64, 1.0):
        q = norm.pdf(x, a, 0.2)
        exact = js_divergence(p / p.sum(), q / q.sum())
        assert float(pixel_js(a)) == pytest.approx(float(exact), abs=1e-6)
        assert float(pixel_js(-a)) == pytest.approx(float(pixel_js(a)), abs=1e-9)
    # Far apart, one of two colors that never meet: lesson 02's numbers.
    assert float(pixel_js(1, std=0.05)) == pytest.approx(0.215762, abs=1e-5)
    assert float(pixel_js(0, std=0.05)) == pytest.approx(math.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("distance", "weight", "expected"),
    [
        ("L1", 0, 1.0),
        ("L1", 1, 0.916),
        ("L1", 10, 0.717),
        ("L1", 100, 0.505),
        ("L2", 0, 1.0),
        ("L2", 0.5, 0.752),
        ("L2", 0.62, 0.644),
        ("L2", 0.63, 0.0),
        ("L2", 100, 0.0),
    ],
)
def test_with_l2_the_answer_jumps_to_the_mean_and_with_l1_it_never_does(
    distance, weight, expected
):
    found = adversarial_answer(weight, distance)
    assert found == pytest.approx(expected, abs=1.1e-3)
    tried = np.linspace(0, 1.1, 111)
    costs = pixel_js(tried) + weight * distance_to_pixel(tried, distance)
    best = pixel_js(found) + weight * distance_to_pixel(found, distance)
    assert best <= costs.min() + 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: best_constants([1, 2], [1]), "one probability"),
        (lambda: best_constants([1, 2], [0.5, 0.6]), "add up to 1.1"),
        (lambda: best_constants([1, 2], [1.5, -0.5]), "at least 0"),
        (lambda: best_constants([np.nan], [1]), "NaN"),
        (lambda: distance_to_pixel(0, "L3"), "no distance 'L3'"),
        (lambda: pixel_js(0, std=1), "std was 1"),
        (lambda: adversarial_answer(-1, "L1"), "weight was -1"),
        (lambda: adversarial_answer(1, "L1", share=2), "share was 2"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
