import numpy as np
import pytest
from scipy import stats

from utils import figures
from utils.figures.scenes.densities import best_bandwidth


def gaussian(x, mean, std):
    return stats.norm(mean, std).pdf(x)


def test_a_smoothed_density_integrates_to_one():
    points = np.random.default_rng(0).normal(size=200)
    grid = np.linspace(-8, 8, 801)
    assert np.trapezoid(figures.smooth_density(points, grid), grid) == pytest.approx(1)


def test_a_smoothed_density_agrees_with_scipy_at_the_same_bandwidth():
    points = np.random.default_rng(1).normal(size=500)
    grid = np.linspace(-3, 3, 61)
    factor = best_bandwidth(points) / points.std(ddof=1)
    expected = stats.gaussian_kde(points, factor)(grid)
    assert figures.smooth_density(points, grid) == pytest.approx(expected)


@pytest.mark.parametrize("gap", [0.0, 4.0, 12.0])
def test_one_bump_stays_one_and_two_stay_two(gap):
    rng = np.random.default_rng(2)
    means = rng.choice([0.0, gap], 1_000)
    grid = np.linspace(-4, 16, 801)
    exact = (gaussian(grid, 0.0, 0.5) + gaussian(grid, gap, 0.5)) / 2
    smooth = figures.smooth_density(rng.normal(means, 0.5), grid)
    assert np.trapezoid(np.abs(smooth - exact), grid) < 0.15


def test_points_in_one_place_become_a_narrow_bump():
    density = figures.smooth_density(np.zeros(10), np.linspace(-3, 3, 301))
    assert np.isfinite(density).all()
    assert density.argmax() == 150


def test_one_point_becomes_a_narrow_bump():
    density = figures.smooth_density([1.0], np.linspace(-3, 3, 301))
    assert density.argmax() == 200
