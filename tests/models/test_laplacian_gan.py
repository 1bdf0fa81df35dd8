"""One level of a pyramid of GANs: it keeps the coarse picture, and learns details."""

import keras
import numpy as np
import pytest
from keras import layers

from utils.models import GAN
from utils.models.laplacian_gan import DetailGAN, sample_pyramid
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.laplacian import detail_generator, down, haar_split
from utils.networks.mlp import mlp_generator

RNG = np.random.default_rng(0)
SHAPE = (8, 8, 1)
COARSE = RNG.uniform(-1, 1, (6, 4, 4, 1)).astype("float32")


def build(shape=SHAPE, rate=2e-3, **settings):
    keras.utils.set_random_seed(0)
    gan = DetailGAN(
        detail_generator(shape, 3, 4), convolutional_discriminator(shape, 4), **settings
    )
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.0) for _ in range(2)))
    return gan


def test_whatever_the_weights_the_coarse_picture_is_in_the_fine_one():
    gan = build((8, 8, 3))
    coarse = RNG.uniform(-1, 1, (5, 4, 4, 3)).astype("float32")
    made = gan.in_batches(lambda z, c: gan([z, c]), RNG.normal(size=(5, 3)), coarse)
    np.testing.assert_allclose(down(made), coarse, atol=1e-5)
    assert np.abs(haar_split(made)[1]).max() > 0.01


def test_samples_follow_their_coarse_pictures_and_the_seed():
    gan = build()
    made = gan.sample(COARSE, seed=1)
    assert made.shape == (6, *SHAPE)
    assert np.abs(made).max() <= 1
    np.testing.assert_array_equal(made, gan.sample(COARSE, seed=1))
    assert np.any(made != gan.sample(COARSE, seed=2))


def test_a_saved_level_draws_the_same(tmp_path):
    gan = build(penalty={"r1": 0.1})
    gan.save(tmp_path / "level.keras")
    again = keras.saving.load_model(tmp_path / "level.keras")
    np.testing.assert_allclose(
        again.sample(COARSE, 1), gan.sample(COARSE, 1), atol=1e-6
    )


def test_details_that_follow_from_the_coarse_picture_are_learned():
    coarse = RNG.choice([-0.5, 0.5], (640, 2, 2, 1)).astype("float32")
    stripes = np.tile([[0.3], [-0.3]], (2, 4))[None, :, :, None].astype("float32")
    fine = coarse.repeat(2, axis=1).repeat(2, axis=2)
    images = fine + stripes * np.sign(fine)
    gan = build((4, 4, 1), rate=0.01, penalty={"r1": 0.05})
    history = gan.fit(images, batch_size=64, epochs=10, verbose=0).history
    assert set(history) == set(DetailGAN.LOGS)
    made = gan.sample(coarse[:100]) - fine[:100]
    wanted = (stripes * np.sign(fine))[:100]
    assert np.square(made - wanted).mean() < 0.6 * np.square(wanted).mean()


def test_a_pyramid_is_drawn_from_coarse_to_fine():
    coarsest = GAN(
        convolutional_generator((4, 4, 1), 3, 4),
        convolutional_discriminator((4, 4, 1), 4),
    )
    levels = sample_pyramid(coarsest, [build(), build((16, 16, 1))], 7, seed=1)
    assert [each.shape for each in levels] == [
        (7, side, side, 1) for side in (4, 8, 16)
    ]
    np.testing.assert_array_equal(levels[1], build().sample(levels[0], 2))


def test_a_generator_that_doubles_no_coarse_picture_is_refused():
    z, same = keras.Input((3,)), keras.Input(SHAPE)
    drawn = mlp_generator(SHAPE, 3, (4,))(z)
    generator = keras.Model([z, same], layers.Add()([drawn, same]))
    with pytest.raises(ValueError, match=r"takes \[\(8, 8, 1\)\], but must"):
        DetailGAN(generator, convolutional_discriminator(SHAPE, 4))
    with pytest.raises(ValueError, match="must be even"):
        detail_generator((5, 4, 1))
    with pytest.raises(ValueError, match="The pictures: shape"):
        build().sample(COARSE[..., 0])
