"""Integrals against closed forms and SciPy: nine digits, quickly, or a warning."""

import math
import time
import warnings
from itertools import pairwise

import numpy as np
import pytest
from keras import ops
from scipy.integrate import IntegrationWarning, quad
from scipy.stats import norm, t

from utils.measures.divergences import js_divergence, kl_divergence
from utils.measures.f_gan import F_DIVERGENCES
from utils.measures.gaussian_kl import gaussian_kl
from utils.measures.integrate import integrate

NAMES = sorted(F_DIVERGENCES)


def exact(name: str, mean_p, std_p, mean_q, std_q):
    """The closed forms of two Gaussians (of all but JS, which has none)."""
    if name in ("neyman", "reverse-kl"):
        other = {"neyman": "pearson", "reverse-kl": "kl"}[name]
        return exact(other, mean_q, std_q, mean_p, std_p)
    shift, a, b = mean_p - mean_q, std_p**2, std_q**2
    if name == "kl":
        return gaussian_kl(mean_p, std_p, mean_q, std_q)
    if name == "pearson":
        root = math.sqrt(a * (2 * b - a))
        return b / root * math.exp(shift**2 / (2 * b - a)) - 1
    if name == "squared-hellinger":
        overlap = math.sqrt(2 * std_p * std_q / (a + b))
        return 2 - 2 * overlap * math.exp(-(shift**2) / (4 * (a + b)))
    assert name == "total-variation"
    if std_p == std_q:
        return 2 * norm.cdf(abs(shift) / (2 * std_p)) - 1
    # The densities cross twice; between the crossings one exceeds the other.
    crossings = np.roots(
        [b - a, -2 * b * shift, b * shift**2 - 2 * a * b * math.log(std_q / std_p)]
    )
    inside = [norm(m, s).cdf(crossings) for m, s in ((shift, std_p), (0, std_q))]
    return abs(np.diff(inside[0])[0] - np.diff(inside[1])[0])


def line(mean, std):
    return lambda x: -0.5 * ((x - mean) / std) ** 2 - np.log(std * np.sqrt(2 * np.pi))


@pytest.mark.parametrize(
    ("mean", "std", "js", "total_variation"),
    [
        (0.5, 1, 0.030311, 0.197413),
        (1, 1, 0.111421, 0.382925),
        (2, 1, 0.336831, 0.682689),
        (3, 1, 0.526777, 0.866386),
        (4, 1, 0.632720, 0.954500),
        (6, 1, 0.689298, 0.997300),
        (0, 2, 0.092733, 0.322675),
    ],
)
def test_the_table_of_shifted_and_wider_gaussians(mean, std, js, total_variation):
    p, q, bounds = line(0, 1), line(mean, std), (-20, 26)
    assert integrate("js", p, q, bounds) == pytest.approx(js, abs=1e-6)
    measured = integrate("total-variation", p, q, bounds)
    assert measured == pytest.approx(total_variation, abs=1e-6)
    wanted = gaussian_kl(0, 1, mean, std)
    assert integrate("kl", p, q, bounds) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    "case",
    [
        (0, 1, 1, 1),
        (0, 1, 0.3, 1.25),
        (0, 0.01, 0.005, 0.012),
        (0, 0.01, 0.02, 0.01),
        (3.3333, 1e-3, 3.334, 1.1e-3),
        (0, 1, 1e-5, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"js", "total-variation"}))
def test_it_is_good_to_nine_digits(name, case):
    measured = integrate(name, line(*case[:2]), line(*case[2:]), (-20, 20.5))
    # The closed forms themselves lose digits as 1 − (1 − tiny).
    digits = 1e-15 if case[2] != 1e-5 else 1e-14
    assert measured == pytest.approx(exact(name, *case), rel=1e-9, abs=digits)


@pytest.mark.parametrize("std", [1, 0.05])
def test_the_kinks_of_total_variation_cost_digits(std):
    p, q = line(0, std), line(0.4 * std, 1.1 * std)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)
        measured = integrate("total-variation", p, q, (-20, 20.5))
    wanted = exact("total-variation", 0, std, 0.4 * std, 1.1 * std)
    assert measured == pytest.approx(wanted, rel=1e-8)


def test_a_very_wide_against_a_very_narrow_gaussian():
    value = integrate("kl", line(0, 1), line(0, 0.01), (-20, 20))
    assert value == pytest.approx(gaussian_kl(0, 1, 0, 0.01), rel=1e-9)
    assert integrate("pearson", line(0, 1), line(0, 0.01), (-20, 20)) == math.inf


def test_heavy_tails_are_good_to_nine_digits():
    p, q = t(3), t(5)

    def hellinger(x):
        return (np.sqrt(p.pdf(x)) - np.sqrt(q.pdf(x))) ** 2

    ends = [0, 0.5, 2, 10, 100, 1000]
    half = sum(quad(hellinger, *pair, epsabs=1e-14)[0] for pair in pairwise(ends))
    measured = integrate("squared-hellinger", p.logpdf, q.logpdf, (-1000, 1000))
    assert measured == pytest.approx(2 * half, rel=1e-9)


def test_disjoint_modes_measure_like_the_discrete_distributions_of_their_weights():
    centers = np.array([-7.3, -1.11, 0.017, 4.4, 9.9])
    weights = np.array([0.1, 0.3, 0.2, 0.15, 0.25])
    other = np.array([0.2, 0.2, 0.2, 0.2, 0.2])

    def modes(weights):
        return lambda x: np.logaddexp.reduce(
            [
                np.log(w) + line(c, 1e-3)(x)
                for w, c in zip(weights, centers, strict=True)
            ]
        )

    for name, discrete in (("kl", kl_divergence), ("js", js_divergence)):
        value = integrate(name, modes(weights), modes(other), (-12, 12))
        assert value == pytest.approx(discrete(weights, other), rel=1e-9)


def uniform(low, high):
    inside = -np.log(high - low)
    return lambda x: np.where((x > low) & (x < high), inside, -np.inf)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("kl", math.log(2)),
        ("reverse-kl", math.inf),
        ("js", js_divergence([1, 0], [0.5, 0.5])),
        ("pearson", 1.0),
        ("neyman", math.inf),
        ("squared-hellinger", 2 - math.sqrt(2)),
        ("total-variation", 0.5),
    ],
)
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_uniform_densities_with_edges_are_good_to_five_digits(name, wanted):
    value = integrate(name, uniform(0, 1), uniform(0, 2), (-1.3, 3))
    assert value == pytest.approx(wanted, rel=1e-5)


def test_what_cannot_be_resolved_warns_with_its_error():
    with pytest.warns(IntegrationWarning, match="js: .* is only good to about"):
        integrate("js", uniform(0, 1), uniform(0, 2), (-1.3, 3))


@pytest.mark.parametrize("name", NAMES)
def test_equal_densities_are_zero_apart(name):
    assert integrate(name, line(0.3, 1), line(0.3, 1), (-12, 12)) == 0


def test_a_smooth_case_takes_milliseconds():
    spans = []
    for _ in range(5):
        start = time.perf_counter()
        integrate("js", line(0, 0.1), line(0.1, 0.1), (-10, 10))
        spans.append(time.perf_counter() - start)
    assert min(spans) < 0.02


def test_float32_log_densities_are_taken_for_what_they_are():
    def tensor(mean):
        return lambda x: ops.convert_to_tensor(line(mean, 1)(x).astype("float32"))

    value = integrate("js", tensor(0), tensor(1), (-12, 13))
    assert value == pytest.approx(0.111421, rel=1e-4)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((1, -1), "low < high"),
        ((-math.inf, math.inf), "give finite ones"),
        ((0, math.nan), "give finite ones"),
        ((-1, 0, 1), r"bounds have shape \(3,\)"),
        (((-1, 1),) * 2, r"bounds have shape \(2, 2\)"),
    ],
)
def test_bounds_that_are_none_are_refused(bounds, message):
    with pytest.raises(ValueError, match=message):
        integrate("js", line(0, 1), line(1, 1), bounds)


def test_bounds_that_cut_off_a_density_are_refused():
    with pytest.raises(ValueError, match=r"log_q adds up to 0\.5 within the bounds"):
        integrate("js", line(-3, 0.1), line(0, 1), (-10, 0))


def test_a_density_too_narrow_to_be_found_is_refused():
    with pytest.raises(ValueError, match=r"log_p adds up to .*tighten the bounds"):
        integrate("js", line(0.3, 1e-7), line(0, 1), (-10, 10))


def test_a_density_that_is_not_normalized_is_refused():
    with pytest.raises(ValueError, match=r"log_p adds up to 2\.507.*normalize"):
        integrate("js", lambda x: -(x**2) / 2, line(0, 1), (-10, 10))


@pytest.mark.parametrize(
    ("log_p", "message"),
    [
        (lambda x: x[:, None], r"log_p returned shape \(\d+, 1\)"),
        (lambda x: 0.0, r"log_p returned shape \(\)"),
        (lambda x: np.full(x.shape, np.nan), "log_p returned NaN"),
        (lambda x: np.full(x.shape, np.inf), "NaN or .inf"),
    ],
)
def test_a_function_that_is_no_log_density_is_refused(log_p, message):
    with pytest.raises(ValueError, match=message):
        integrate("js", log_p, line(0, 1), (-10, 10))


def test_an_unknown_divergence_is_refused_before_any_work():
    with pytest.raises(ValueError, match="Did you mean 'pearson'"):
        integrate("pearsons", None, None, (0, 1))
