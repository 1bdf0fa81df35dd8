"""The networks that play in the plane."""

import numpy as np
import pytest
from keras import ops

from utils.networks.points import point_pair


def test_the_generator_makes_points_in_units_of_the_spread():
    generator, _ = point_pair(1.0)
    wide, _ = point_pair(5.0)
    wide.set_weights(generator.get_weights())
    latent = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    points, wide_points = (ops.convert_to_numpy(g(latent)) for g in (generator, wide))
    np.testing.assert_allclose(wide_points, 5 * points, rtol=1e-5, atol=1e-6)


def test_the_discriminator_sees_points_in_units_of_the_spread():
    _, discriminator = point_pair(1.0)
    _, wide = point_pair(5.0)
    wide.set_weights(discriminator.get_weights())
    points = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    logits, wide_logits = (
        ops.convert_to_numpy(d(x))
        for d, x in ((discriminator, points), (wide, 5 * points))
    )
    np.testing.assert_allclose(wide_logits, logits, rtol=1e-4, atol=1e-6)


def test_packing_widens_the_discriminator_only():
    generator, discriminator = point_pair(1.0, packing=3)
    assert generator.output_shape == (None, 2)
    assert discriminator.input_shape == (None, 6)


@pytest.mark.parametrize("spread", [0, -1.0, float("nan")])
def test_a_spread_that_is_not_positive_is_refused(spread):
    with pytest.raises(ValueError, match=r"spread was .* positive.*real\.std\(\)"):
        point_pair(spread)
