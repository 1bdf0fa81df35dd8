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


def test_components_of_other_pictures_may_be_given():
    found = principal_components(IMAGES, 8)
    columns = found[1]
    assert (columns[np.abs(columns).argmax(axis=0), np.arange(8)] > 0).all()
    vae = train_part_vae(IMAGES[:64], 3, 2, 0, hidden=8, components=found)
    _, analysis, _ = vae.encoder.layers
    np.testing.assert_array_equal(analysis.get_weights()[0], columns)
    inner = train_part_vae(IMAGES[:64], 3, 2, 0, hidden=8, parts=8)
    assert inner.encoder.layers[1].get_weights()[0].shape == columns.shape


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps was 0"),
        ({"rate": 0}, "rate was 0"),
        ({"images": 255 * IMAGES}, r"not in|\[-1, 1\]"),
        ({"images": IMAGES[:, :2]}, "components are of pictures of 48 numbers"),
    ],
)
def test_what_cannot_be_trained_is_refused(change, message):
    settings = {"images": IMAGES, "latent_dim": 2, "steps": 1, "seed": 0}
    settings["components"] = principal_components(IMAGES, 5)
    with pytest.raises(ValueError, match=message):
        train_part_vae(**{**settings, **change})


def test_pictures_that_do_not_differ_enough_are_refused():
    with pytest.raises(ValueError, match="vary in 0 directions"):
        principal_components(np.zeros((20, 4, 4, 3)), 2)


@pytest.mark.parametrize("parts", [0, 48, 200, 2.5])
def test_more_parts_than_there_can_be_are_refused(parts):
    with pytest.raises(ValueError, match="parts was"):
        principal_components(IMAGES, parts)


def test_a_training_that_breaks_down_says_so():
    with (
        pytest.warns(RuntimeWarning, match="Training stopped"),
        pytest.raises(ValueError, match="broke down within 200 updates of 1000"),
    ):
        train_part_vae(IMAGES, 2, 1000, 0, hidden=8, parts=8, rate=1e9)
