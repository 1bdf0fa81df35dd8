"""Scores of translated pictures: against scikit-image, and cases known by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from utils.evaluation.translation import (
    colorfulness,
    diversity,
    from_valid,
    one_color_share,
    psnr,
    scores,
    shade_spread,
    ssim,
    valid_share,
)

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (4, 8, 8, 3))
Y = np.clip(X + RNG.normal(0, 0.2, X.shape), -1, 1)
PALETTE = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [0.5, 0.5, -1]])
WHOLE = np.ones((500, 8, 8))
CHOSEN = RNG.integers(0, 4, (2, 500))
MOSAIC = PALETTE[RNG.integers(0, 4, (500, 8, 8))]


def painted(choices):
    return np.broadcast_to(PALETTE[choices][:, None, None], (len(choices), 8, 8, 3))


@pytest.mark.parametrize("peak", [1.0, 2.0, 255.0])
def test_psnr_is_that_of_scikit_image(peak):
    expected = peak_signal_noise_ratio(X, Y, data_range=peak)
    assert psnr(X, Y, peak) == pytest.approx(expected)


def test_psnr_is_of_the_mean_error_and_not_a_mean_of_decibels():
    far = X.copy()
    far[0] += 1
    assert psnr(X, far) == pytest.approx(10 * np.log10(4 / 0.25))
    assert psnr(X, X) == np.inf


def test_a_perfect_sampler_is_three_decibels_below_the_mean():
    truth, drawn = map(painted, RNG.integers(0, 4, (2, 20_000)))
    mean = np.broadcast_to(PALETTE.mean(axis=0), truth.shape)
    lost = psnr(truth, mean) - psnr(truth, drawn)
    assert lost == pytest.approx(10 * np.log10(2), abs=0.1)


def test_ssim_is_one_for_equal_pictures_and_less_for_noisy_ones():
    assert ssim(X, X) == pytest.approx(1)
    assert 0.5 < ssim(X, Y) < 0.999
    assert abs(ssim(X, X[::-1])) < 0.2


def test_colorfulness_of_gray_is_zero():
    assert colorfulness(np.repeat(X[..., :1], 3, axis=-1)) == pytest.approx(0)
    assert colorfulness([[1.0, -1.0, 0.0]]) == pytest.approx(np.sqrt(2 / 3))


def test_the_nearest_valid_color_is_found():
    away, which = from_valid(PALETTE + np.array([0, 0, 0.1]), PALETTE)
    np.testing.assert_allclose(away, 0.1)
    np.testing.assert_array_equal(which, np.arange(4))


def test_a_mosaic_is_valid_in_every_pixel_and_of_one_color_in_no_region():
    plain = painted(CHOSEN[0])
    assert valid_share(plain, WHOLE, PALETTE) == 1
    assert one_color_share(plain, WHOLE, PALETTE) == 1
    assert valid_share(MOSAIC, WHOLE, PALETTE) == 1
    assert 0.25 < one_color_share(MOSAIC, WHOLE, PALETTE) < 0.4
    mean = np.broadcast_to(PALETTE.mean(axis=0), plain.shape)
    assert valid_share(mean, WHOLE, PALETTE) == 0


def test_only_pixels_that_the_region_has_whole_are_counted():
    made, region = np.zeros((2, 8, 8, 3)), np.full((2, 8, 8), 0.5)
    made[0, 0], region[0, 0] = PALETTE[0], 1
    assert valid_share(made, region, PALETTE) == 1
    assert one_color_share(made, region, PALETTE) == 1


def test_each_pixel_may_have_valid_colors_of_its_own():
    light = np.linspace(0.2, 1, 8)[:, None, None]
    own = PALETTE[:, None, None, None] * light * np.ones((500, 8, 8, 3))
    first, second = (painted(each) * light for each in CHOSEN)
    assert valid_share(first, WHOLE, own, 1e-6) == 1
    assert valid_share(first, WHOLE, PALETTE, 1e-6) < 0.2
    _, which = from_valid(first, own)
    np.testing.assert_array_equal(which[:, 0, 0], CHOSEN[0])
    assert diversity(first, second, WHOLE, own) == pytest.approx(1, abs=0.05)


def test_the_spread_of_shades_is_zero_for_one_shade_and_one_for_dots_of_all():
    shades = np.linspace(-1, 1, 9)[:, None] * np.ones(3)
    chosen = RNG.integers(0, 9, (500, 1, 1)) * np.ones((1, 8, 8), int)
    assert shade_spread(shades[chosen], WHOLE, shades) == 0
    dots = shades[RNG.integers(0, 9, (500, 8, 8))]
    assert shade_spread(dots, WHOLE, shades) == pytest.approx(1, abs=0.02)
    half = np.where(np.arange(8) < 4, 4, 5) * np.ones((500, 8, 8), int)
    expected = 0.5 / np.arange(9).std()
    assert shade_spread(shades[half], WHOLE, shades) == pytest.approx(expected)


def test_diversity_is_one_for_a_sampler_and_zero_for_one_answer():
    first, second = map(painted, RNG.integers(0, 4, (2, 3_000)))
    whole = np.ones((3_000, 8, 8))
    assert diversity(first, second, whole, PALETTE) == pytest.approx(1, abs=0.03)
    assert diversity(first, first, whole, PALETTE) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: psnr(X, Y[:3]), "must hold the same pictures"),
        (lambda: psnr(X, Y, 0), "peak was 0"),
        (lambda: psnr(X * np.nan, Y), "NaN"),
        (lambda: ssim(X[:, :4], Y[:, :4]), "windows of 7×7"),
        (lambda: colorfulness(X[..., :1]), "must have colors"),
        (lambda: from_valid(X, np.eye(4)), "The palette has shape"),
        (lambda: from_valid(X, X[:2]), r"palette has .* \('k', 4, 8, 8, 3\)"),
        (lambda: shade_spread(X, np.ones((4, 8, 7)), PALETTE), "one share per pixel"),
        (lambda: valid_share(X, np.ones((4, 8, 7)), PALETTE), "one share per pixel"),
        (lambda: valid_share(X, np.zeros((4, 8, 8)), PALETTE), "no pixel whole"),
        (lambda: valid_share(X, np.ones((4, 8, 8)), PALETTE, 0), "within was 0"),
        (lambda: shade_spread(X, np.ones((4, 8, 8)), PALETTE[:1]), "has 1 color"),
        (lambda: diversity(X, Y, np.ones((4, 8, 8)), PALETTE[:1]), "has 1 color"),
        (lambda: diversity(X, Y[:3], np.ones((4, 8, 8)), PALETTE), "same pictures"),
    ],
)
def test_what_cannot_be_scored_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_all_scores_are_of_the_pixels_of_one_region():
    rng = np.random.default_rng(1)
    regions = np.zeros((300, 8, 8, 2))
    regions[:, :5, :, 0], regions[:, 6:, :, 1] = 1, 1
    targets = rng.uniform(-1, 1, (300, 8, 8, 3))
    targets[:, :5], targets[:, 6:] = painted(CHOSEN[0])[:300, :5], PALETTE[1]
    truth = SimpleNamespace(targets=targets, regions=regions)
    made = targets.copy()
    made[:, 5] = 0  # belongs to none
    assert scores(truth, made, PALETTE) == (np.inf, 1, 1, 1)
    made[:, 6:] = 0
    found = scores(truth, made, PALETTE)
    assert found.valid == pytest.approx(5 / 7)
    assert found.one_color == 1
    assert found.colorfulness == pytest.approx(5 / 7, abs=0.05)
