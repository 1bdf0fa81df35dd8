"""The embedding network: shapes, the sphere, gradients at the center, refusals."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import input_gradient
from utils.networks.embedding import UnitLength, embedding_network


def pictures(n=6, size=16):
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (n, size, size, 3)).astype("float32")


def test_embeddings_lie_on_the_sphere():
    network = embedding_network((16, 16, 3), 5, (4, 6))
    x = ops.convert_to_numpy(network(pictures()))
    assert x.shape == (6, 5)
    assert np.linalg.norm(x, axis=1) == pytest.approx(1, abs=1e-5)


def test_in_training_a_spread_network_starts_with_people_far_apart():
    keras.utils.set_random_seed(0)
    for spread, apart in ((True, True), (False, False)):
        network = embedding_network((16, 16, 3), 8, (4,), spread=spread)
        x = ops.convert_to_numpy(network(pictures(32), training=True))
        assert (x.var(axis=0).sum() > 0.8) == apart


def test_without_unit_length_the_last_layer_is_linear():
    network = embedding_network((16, 16, 3), 5, (4,), unit_length=False, spread=False)
    assert isinstance(network.layers[-1], keras.layers.Dense)
    assert network.layers[-1].use_bias


def test_unit_length_has_a_finite_gradient_at_zero():
    slope = input_gradient(
        lambda x: ops.sum(UnitLength()(x)), np.zeros((2, 3), "float32")
    )
    assert np.isfinite(ops.convert_to_numpy(slope)).all()


def test_a_saved_network_embeds_as_before(tmp_path):
    network = embedding_network((16, 16, 3), 5, (4,))
    network.save(tmp_path / "embedding.keras")
    again = keras.saving.load_model(tmp_path / "embedding.keras")
    x = pictures()
    assert ops.convert_to_numpy(again(x)) == pytest.approx(
        ops.convert_to_numpy(network(x))
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_shape": (4, 4, 3), "widths": (8, 8, 8)}, "pictures of at least"),
        ({"dimensions": 0}, "dimensions was 0"),
        ({"widths": ()}, "one width or more"),
        ({"widths": (8, 0)}, "a width in widths was 0"),
    ],
)
def test_a_network_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        embedding_network(**settings)
