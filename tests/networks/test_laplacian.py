"""The pyramid and the Haar split: exact inverses, and a likelihood that adds up."""

import math

import numpy as np
import pytest
from keras import ops
from scipy.stats import multivariate_normal

from utils.networks.laplacian import (
    down,
    haar_join,
    haar_split,
    laplacian_pyramid,
    rebuild,
    up,
)

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(1, 64, 64, 1))


def entropy(covariance):
    """Of a Gaussian, in nats."""
    return 0.5 * np.linalg.slogdet(2 * math.pi * math.e * covariance)[1]


def haar_matrix(side):
    """The split as a matrix: coarse rows first. `haar_split` is linear."""
    columns = haar_split(np.eye(side**2).reshape(-1, side, side, 1))
    return np.concatenate([each.reshape(side**2, -1) for each in columns], axis=1).T


def field(side):
    """The covariance exp(−distance / 3) of a field of pixels."""
    axis = np.arange(side)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return np.exp(-distances / 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(2, 16, 8, 3), (1, 4, 4, 1)])
def test_a_rebuilt_pyramid_is_the_picture(shape, dtype):
    images = RNG.uniform(-1, 1, shape).astype(dtype)
    pyramid = laplacian_pyramid(images, 2)
    assert [each.shape[1] for each in pyramid] == [shape[1] >> k for k in (0, 1, 2)]
    again = rebuild(pyramid)
    assert again.dtype == dtype
    np.testing.assert_allclose(again, images, atol=1e-6)


def test_a_pyramid_has_a_third_more_numbers_of_which_as_many_as_pixels_are_free():
    pyramid = laplacian_pyramid(NOISE, 3)
    assert sum(each.size for each in pyramid) == 5_440
    for detail in pyramid[:-1]:
        np.testing.assert_allclose(down(detail), 0, atol=1e-12)
    assert sum(each.size for each in pyramid[1:]) == 5_440 - 4_096


def test_white_noise_has_three_quarters_of_its_energy_in_the_finest_details():
    pixels = np.eye(64).reshape(64, 8, 8, 1)
    energies = [
        np.square(each).sum(axis=0).mean() for each in laplacian_pyramid(pixels, 3)
    ]
    np.testing.assert_allclose(energies, [3 / 4, 3 / 16, 3 / 64, 1 / 64])


def test_up_of_down_is_a_projection():
    blocks = up(down(NOISE))
    np.testing.assert_allclose(up(down(blocks)), blocks)
    np.testing.assert_allclose(down(up(NOISE)), NOISE)


def test_the_haar_split_is_orthonormal_and_its_coarse_picture_twice_the_mean():
    matrix = haar_matrix(8)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(64), atol=1e-12)
    np.testing.assert_allclose(haar_split(NOISE)[0], 2 * down(NOISE))


def test_a_joined_split_is_the_picture():
    images = RNG.normal(size=(3, 8, 4, 2)).astype("float32")
    split = (ops.convert_to_tensor(each) for each in haar_split(images))
    np.testing.assert_allclose(
        ops.convert_to_numpy(haar_join(*split)), images, atol=1e-6
    )


def test_the_log_likelihood_of_a_gaussian_field_adds_up():
    covariance, x = field(8), RNG.normal(size=64)
    matrix = haar_matrix(8)
    turned, z = matrix @ covariance @ matrix.T, matrix @ x
    coarse, detail = slice(16), slice(16, None)
    slope = turned[detail, coarse] @ np.linalg.inv(turned[coarse, coarse])
    given = turned[detail, detail] - slope @ turned[coarse, detail]
    whole = multivariate_normal(cov=covariance).logpdf(x)
    parts = multivariate_normal(cov=turned[coarse, coarse]).logpdf(z[coarse])
    parts += multivariate_normal(slope @ z[coarse], given).logpdf(z[detail])
    assert parts == pytest.approx(whole, abs=1e-9)
    nats = [entropy(each) for each in (covariance, turned[coarse, coarse], given)]
    np.testing.assert_allclose(nats, [59.514836, 25.653994, 33.860842], atol=1e-6)
    blind = entropy(turned[detail, detail]) - nats[2]
    assert blind == pytest.approx(3.468303, abs=1e-6)


@pytest.mark.parametrize(
    ("images", "levels", "message"),
    [
        (np.zeros((2, 6, 4, 1)), 2, "3×2, but are cut"),
        (np.zeros((4, 4, 1)), 1, r"write picture\[None\]"),
        (np.zeros((2, 4, 4, 1)), 0, "levels was 0"),
    ],
)
def test_what_cannot_be_halved_is_refused(images, levels, message):
    with pytest.raises(ValueError, match=message):
        laplacian_pyramid(images, levels)
