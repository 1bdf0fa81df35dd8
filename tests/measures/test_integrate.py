"""Quadrature against closed forms: 1e-8 on a line, 1e-5 in a plane, and quickly."""

import math
import time
import warnings
from itertools import pairwise

import numpy as np
import pytest
from keras import ops
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm, t

from utils.measures.divergences import js_divergence, kl_divergence
from utils.measures.f_gan import F_DIVERGENCES
from utils.measures.gaussian_kl import gaussian_kl, gaussian_kl_full
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


def plane(means, std):
    """Equal round Gaussians in a plane, without the course's own mixtures."""
    means = np.asarray(means, dtype="float64")

    def log_density(x):
        squares = ((x[:, None] - means) ** 2).sum(axis=-1)
        logs = -0.5 * squares / std**2 - np.log(2 * np.pi * std**2 * len(means))
        return np.logaddexp.reduce(logs, axis=1)

    return log_density


def circle(modes):
    angles = 2 * np.pi * np.arange(modes) / modes
    return np.c_[np.cos(angles), np.sin(angles)]


@pytest.mark.parametrize(
    ("mean", "js", "total_variation"),
    [
        (0.5, 0.030311, 0.197413),
        (1, 0.111421, 0.382925),
        (2, 0.336831, 0.682689),
        (3, 0.526777, 0.866386),
        (4, 0.632720, 0.954500),
        (6, 0.689298, 0.997300),
    ],
)
def test_the_table_of_shifted_gaussians(mean, js, total_variation):
    p, q, bounds = line(0, 1), line(mean, 1), (-12, 12 + mean)
    assert integrate("js", p, q, bounds) == pytest.approx(js, abs=1e-6)
    measured = integrate("total-variation", p, q, bounds)
    assert measured == pytest.approx(total_variation, abs=1e-6)
    assert integrate("kl", p, q, bounds) == pytest.approx(mean**2 / 2, rel=1e-8)


def test_the_row_of_the_wider_gaussian():
    p, q, bounds = line(0, 1), line(0, 2), (-30, 30)
    assert integrate("js", p, q, bounds) == pytest.approx(0.092733, abs=1e-6)
    assert integrate("kl", p, q, bounds) == pytest.approx(math.log(2) - 3 / 8, rel=1e-8)
    assert integrate("total-variation", p, q, bounds) == pytest.approx(
        0.322675, abs=1e-6
    )


@pytest.mark.parametrize(
    "case",
    [
        (0, 1, 1, 1),
        (0, 1, 0.3, 1.25),
        (0, 0.01, 0.005, 0.012),
        (0, 0.01, 0.02, 0.01),
        (3.3333, 1e-4, 3.3334, 1.1e-4),
        (-7.77, 1e-6, -7.77, 1.1e-6),
        (0, 1, 1e-5, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"js"}))
def test_a_line_is_good_to_eight_digits(name, case):
    measured = integrate(name, line(*case[:2]), line(*case[2:]), (-20, 20.5))
    # The closed forms themselves lose digits as 1 − (1 − tiny).
    digits = 1e-15 if case[2] != 1e-5 else 1e-14
    assert measured == pytest.approx(exact(name, *case), rel=1e-8, abs=digits)


def test_a_very_wide_against_a_very_narrow_gaussian():
    value = integrate("kl", line(0, 1), line(0, 0.01), (-20, 20))
    assert value == pytest.approx(gaussian_kl(0, 1, 0, 0.01), rel=1e-8)
    assert integrate("pearson", line(0, 1), line(0, 0.01), (-20, 20)) == math.inf


def test_heavy_tails_are_good_to_eight_digits():
    p, q = t(3), t(5)

    def hellinger(x):
        return (np.sqrt(p.pdf(x)) - np.sqrt(q.pdf(x))) ** 2

    ends = [0, 0.5, 2, 10, 100, 1000]
    half = sum(quad(hellinger, *pair, epsabs=1e-14)[0] for pair in pairwise(ends))
    measured = integrate("squared-hellinger", p.logpdf, q.logpdf, (-1000, 1000))
    assert measured == pytest.approx(2 * half, rel=1e-8)


def test_modes_too_narrow_for_any_grid_are_all_found():
    """Disjoint modes measure like the discrete distributions of their weights."""
    centers = np.array([-7.3, -1.11, 0.017, 4.4, 9.9])
    weights = np.array([0.1, 0.3, 0.2, 0.15, 0.25])
    other = np.array([0.2, 0.2, 0.2, 0.2, 0.2])

    def bumps(weights):
        logs = [np.log(w) for w in weights]
        return lambda x: np.logaddexp.reduce(
            [w + line(c, 1e-4)(x) for w, c in zip(logs, centers, strict=True)]
        )

    for name, discrete in (("kl", kl_divergence), ("js", js_divergence)):
        value = integrate(name, bumps(weights), bumps(other), (-12, 12))
        assert value == pytest.approx(discrete(weights, other), rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_uniform_densities_with_edges(name):
    def uniform(low, high):
        inside = -np.log(high - low)
        return lambda x: np.where((x > low) & (x < high), inside, -np.inf)

    p, q, bounds = uniform(0, 1), uniform(0, 2), (-1.3, 3)
    wanted = {
        "kl": math.log(2),
        "reverse-kl": math.inf,
        "js": js_divergence([1, 0], [0.5, 0.5]),
        "pearson": 1.0,
        "neyman": math.inf,
        "squared-hellinger": 2 - math.sqrt(2),
        "total-variation": 0.5,
    }
    assert integrate(name, p, q, bounds) == pytest.approx(wanted[name], rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_equal_densities_are_zero_apart(name):
    assert integrate(name, line(0.3, 1), line(0.3, 1), (-12, 12)) == 0
    flat = plane([[0.3, 0.1]], 1)
    assert integrate(name, flat, flat, ((-9, 9), (-9, 9))) == 0


@pytest.mark.parametrize("name", ["kl", "reverse-kl"])
def test_a_plane_with_full_covariances_is_good_to_five_digits(name):
    p = multivariate_normal([0, 0], [[1, 0.3], [0.3, 0.5]])
    q = multivariate_normal([1, 0.3], [[1, 0.7], [0.7, 1.4]])
    first, second = (p, q) if name == "kl" else (q, p)
    wanted = gaussian_kl_full(first.mean, first.cov, second.mean, second.cov)
    measured = integrate(name, p.logpdf, q.logpdf, ((-12, 12), (-12, 13)))
    assert measured == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", ["pearson", "neyman", "squared-hellinger"])
def test_independent_axes_multiply(name):
    """1 + chi-square, and 1 − H²/2, are products over independent axes."""
    p, q = plane([[0, 0]], 1), plane([[0.7, -0.4]], 1.1)
    axes = [exact(name, 0, 1, mean, 1.1) for mean in (0.7, -0.4)]
    if name == "squared-hellinger":
        wanted = 2 - 2 * np.prod([1 - axis / 2 for axis in axes])
    else:
        wanted = np.prod([1 + axis for axis in axes]) - 1
    measured = integrate(name, p, q, ((-13, 13), (-13, 13)))
    assert measured == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", ["js", "total-variation"])
def test_a_shift_in_a_plane_measures_like_its_length_on_a_line(name):
    shift = math.hypot(1.2, 0.5)
    measured = integrate(
        name, plane([[0, 0]], 1), plane([[1.2, 0.5]], 1), ((-10, 11), (-10, 11))
    )
    on_the_line = integrate(name, line(0, 1), line(shift, 1), (-12, 13))
    assert measured == pytest.approx(on_the_line, rel=1e-5)


@pytest.mark.parametrize(("modes", "covered"), [(8, 1), (8, 4), (8, 7)])
@pytest.mark.parametrize("half_width", [1.5, 4])
def test_a_ring_with_missing_modes_measures_like_its_weights(
    modes, covered, half_width
):
    means = circle(modes)
    bounds = ((-half_width, half_width),) * 2
    value = integrate("js", plane(means, 0.01), plane(means[:covered], 0.01), bounds)
    generated = np.where(np.arange(modes) < covered, 1 / covered, 0)
    wanted = js_divergence(np.full(modes, 1 / modes), generated)
    assert value == pytest.approx(wanted, rel=1e-5)


def test_a_kink_along_the_edges_of_the_boxes_is_seen():
    """|p − q| bends along a line: worst where that line runs parallel to the boxes."""
    rng = np.random.default_rng(0)
    for shift, low, high in rng.uniform((0.2, -11, 9), (2, -8, 12), (12, 3)):
        p, q = plane([[0, 0]], 1), plane([[shift, 0]], 1)
        measured = integrate("total-variation", p, q, ((low, high),) * 2)
        wanted = exact("total-variation", 0, 1, shift, 1)
        assert measured == pytest.approx(wanted, rel=1e-5)
        p, q = line(0, 0.01 * shift), line(0.02, 0.01)
        measured = integrate("total-variation", p, q, (low, high))
        wanted = exact("total-variation", 0, 0.01 * shift, 0.02, 0.01)
        assert measured == pytest.approx(wanted, rel=1e-8)


def test_a_needle_in_a_plane_is_found():
    p = multivariate_normal([0.3, 0], np.diag([1e-6, 1.0]))
    q = multivariate_normal([0.3, 0], np.diag([1e-6, 4.0]))
    measured = integrate("kl", p.logpdf, q.logpdf, ((-20, 20), (-20, 20)))
    assert measured == pytest.approx(math.log(2) - 3 / 8, rel=1e-5)


def test_a_line_takes_milliseconds_and_a_plane_less_than_two_seconds():
    def fastest(repeats, *arguments):
        spans = []
        for _ in range(repeats):
            start = time.perf_counter()
            integrate(*arguments)
            spans.append(time.perf_counter() - start)
        return min(spans)

    for std in (1, 0.01):
        assert fastest(5, "js", line(0, std), line(std, std), (-10, 10)) < 0.05
    side = np.arange(-4, 5, 2.0)
    means = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    grid, generated = plane(means[:5], 0.05), plane(means[:4], 0.05)
    assert fastest(2, "js", grid, generated, ((-6, 6), (-6, 6))) < 2


def test_float32_log_densities_are_taken_for_what_they_are():
    def tensor(mean):
        return lambda x: ops.convert_to_tensor(line(mean, 1)(x).astype("float32"))

    value = integrate("js", tensor(0), tensor(1), (-12, 13))
    assert value == pytest.approx(0.111421, rel=1e-4)


def test_what_cannot_be_resolved_warns_with_its_error():
    def disk(center, radius):
        inside = -np.log(np.pi * radius**2)
        return lambda x: np.where(
            ((x - center) ** 2).sum(axis=-1) < radius**2, inside, -np.inf
        )

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = integrate("js", disk(0, 1), disk(0.3, 1.2), ((-2, 2), (-2, 2)))
    assert "only good to about" in str(caught[0].message)
    assert 0.15 < value < 0.2


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((1, -1), "low < high"),
        ((-math.inf, math.inf), "give finite ones"),
        ((0, math.nan), "give finite ones"),
        ((-1, 0, 1), r"bounds have shape \(3,\)"),
        (((-1, 1),) * 3, r"bounds have shape \(3, 2\)"),
    ],
)
def test_bounds_that_are_none_are_refused(bounds, message):
    with pytest.raises(ValueError, match=message):
        integrate("js", line(0, 1), line(1, 1), bounds)


def test_bounds_that_cut_off_a_density_are_refused():
    with pytest.raises(ValueError, match=r"log_q adds up to 0\.5 within the bounds"):
        integrate("js", line(-3, 0.1), line(0, 1), (-10, 0))


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
