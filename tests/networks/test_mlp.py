"""The plain multilayer perceptron."""

import numpy as np
import pytest
from keras import ops

from utils.networks.mlp import mlp, mlp_generator


def test_it_computes_what_its_weights_say():
    model = mlp(2, 1, hidden=(3,))
    x = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    first, bias, last, shift = model.get_weights()
    inner = x @ first + bias
    expected = np.where(inner > 0, inner, 0.2 * inner) @ last + shift
    np.testing.assert_allclose(ops.convert_to_numpy(model(x)), expected, rtol=1e-5)


def test_without_hidden_layers_it_is_a_linear_map():
    assert len(mlp(3, 2, hidden=()).get_weights()) == 2


@pytest.mark.parametrize(
    ("widths", "named"),
    [
        ({"inputs": 0}, "inputs was"),
        ({"outputs": -1}, "outputs was"),
        ({"hidden": (8, 0)}, "hidden was 0"),
        ({"hidden": (8, 2.5)}, r"hidden was 2\.5"),
    ],
)
def test_a_width_that_is_no_positive_integer_is_refused(widths, named):
    with pytest.raises(ValueError, match=named):
        mlp(**{"inputs": 2, "outputs": 1, **widths})


def test_a_generator_of_pictures_keeps_to_their_shape_and_range():
    latent = 9 * np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    made = ops.convert_to_numpy(mlp_generator((4, 6, 3), 5, hidden=(8,))(latent))
    assert made.shape == (3, 4, 6, 3)
    assert np.abs(made).max() <= 1
