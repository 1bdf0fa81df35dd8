"""The recipe for a VAE on points: the rival of `train_point_gan`, on its generator."""

import numpy as np
import pytest

from utils.data.mixtures import gaussian, ring
from utils.models.point_vae import train_point_vae
from utils.networks.points import point_pair


def test_its_decoder_is_the_generator_of_the_point_gan():
    vae = train_point_vae(ring(), steps=2, seed=0)
    generator, _ = point_pair(1.0)
    shapes = [w.shape for w in vae.decoder.get_weights()]
    assert shapes == [w.shape for w in generator.get_weights()]


def test_one_seed_gives_one_model_and_another_seed_another():
    first, again, other = (
        train_point_vae(ring(), steps=3, seed=seed).sample(5) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_it_learns_a_gaussian_and_takes_settings():
    data = gaussian([3.0, -1.0], 0.5)
    vae = train_point_vae(data, steps=400, seed=0, beta=0.5)
    points = vae.sample(2_000, noise=True)
    np.testing.assert_allclose(points.mean(axis=0), [3, -1], atol=0.15)
    assert vae.beta == 0.5


def test_less_than_a_step_is_refused():
    with pytest.raises(ValueError, match="steps was 0"):
        train_point_vae(ring(), steps=0, seed=0)
