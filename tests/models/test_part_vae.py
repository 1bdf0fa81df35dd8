"""A VAE between principal components."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from utils.models.part_vae import principal_components, train_part_vae

RNG = np.random.default_rng(0)
SIDES = RNG.normal(size=(3, 48)) * np.array([[4.0], [2.0], [1.0]])
IMAGES = np.tanh(0.1 * RNG.normal(size=(200, 3)) @ SIDES).reshape(200, 4, 4, 3)


def test_the_components_are_those_of_sklearn():
    mean, columns, spread = principal_components(IMAGES, 5)
    expected = PCA(5).fit(IMAGES.reshape(200, -1))
    assert mean == pytest.approx(expected.mean_, abs=1e-6)
    assert abs(np.sum(columns.T * expected.components_, axis=1)) == pytest.approx(
        np.ones(5), abs=1e-3
    )
    assert spread**2 == pytest.approx(
        expected.explained_variance_ * 199 / 200, rel=1e-3
    )


def test_the_vae_takes_and_makes_pictures_and_learns_between_two_looks():
    errors = []

    def look(vae):
        errors.append(np.square(vae.reconstruct(IMAGES) - IMAGES).mean())

    settings = {"beta": 0.1, "parts": 10, "hidden": 32}
    vae = train_part_vae(IMAGES, 3, 120, 0, look=look, looks=(1, 120), **settings)
    assert errors[1] < 0.5 * errors[0]
    assert vae.encode(IMAGES).shape == (200, 3)
    error = np.square(vae.reconstruct(IMAGES) - IMAGES).mean()
    assert error < 0.3 * IMAGES.var(axis=0).mean()


@pytest.mark.parametrize("parts", [0, 48, 200, 2.5])
def test_more_parts_than_there_can_be_are_refused(parts):
    with pytest.raises(ValueError, match="parts was"):
        principal_components(IMAGES, parts)
