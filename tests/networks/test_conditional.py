"""Networks that are told a label: each rule against its formula, saved and loaded."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.networks.conditional import (
    AttachLabel,
    attach,
    beside_input,
    by_projection,
    with_classifier,
)
from utils.networks.mlp import mlp

X = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
Y = np.array([0, 2, 1, 2], "int32")
ONE_HOT = np.eye(3, dtype="float32")[Y]


def array(tensor):
    return ops.convert_to_numpy(tensor)


def test_a_label_beside_a_vector_is_one_hot():
    made = array(AttachLabel(3)(X, Y))
    np.testing.assert_array_equal(made, np.concatenate([X, ONE_HOT], axis=1))


def test_a_label_beside_a_picture_is_a_plane_of_ones():
    pictures = np.random.default_rng(1).normal(size=(4, 5, 6, 2)).astype("float32")
    layer = AttachLabel(3)
    made = array(layer(pictures, Y))
    assert made.shape == layer.compute_output_shape(pictures.shape) == (4, 5, 6, 5)
    np.testing.assert_array_equal(made[..., :2], pictures)
    expected = np.broadcast_to(ONE_HOT[:, None, None], (4, 5, 6, 3))
    np.testing.assert_array_equal(made[..., 2:], expected)


def test_numbers_beside_a_picture_are_flat_planes():
    pictures = np.random.default_rng(1).normal(size=(4, 5, 6, 2)).astype("float32")
    made = array(attach(pictures, X))
    np.testing.assert_array_equal(made[..., :2], pictures)
    np.testing.assert_array_equal(made[:, 3, 1, 2:], X)
    assert np.ptp(made[..., 2:], axis=(1, 2)).max() == 0
    np.testing.assert_array_equal(array(attach(X, X)), np.concatenate([X, X], axis=1))
    inputs = keras.Input((None, None, 2)), keras.Input((2,))
    model = keras.Model(inputs, attach(*inputs))
    np.testing.assert_array_equal(array(model([pictures, X])), made)


def hidden_of(network):
    """What the last layer of a network of one hidden layer sees."""
    return array(network.layers[0](X))


def beside(network):
    return array(network(np.concatenate([X, ONE_HOT], axis=1)))


def projected(network, told):
    (vectors,) = told.get_layer("label_vectors").get_weights()
    match = (vectors[Y] * hidden_of(network)).sum(axis=1, keepdims=True)
    return array(network(X)) + match


def test_each_rule_is_its_formula_and_survives_a_file(tmp_path):
    keras.utils.set_random_seed(0)
    wide, narrow = mlp(5, 1, (4,)), mlp(2, 1, (4,))
    asked = with_classifier(narrow, 3)
    kernel, bias = asked.layers[-2].get_weights()
    named = hidden_of(narrow) @ kernel + bias
    told = by_projection(narrow, 3)
    for network, inputs, expected in (
        (beside_input(wide, 3), [X, Y], beside(wide)),
        (told, [X, Y], projected(narrow, told)),
        (asked, X, np.concatenate([array(narrow(X)), named], axis=1)),
    ):
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        for each in (network, again):
            np.testing.assert_allclose(array(each(inputs)), expected, rtol=1e-4)


@pytest.mark.parametrize("rule", [beside_input, by_projection])
def test_d_sees_the_label(rule):
    told = rule(mlp(2 if rule is by_projection else 5, 1, (4,)), 3)
    assert len(np.unique(array(told([0 * X + 1, Y])))) == 3


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: AttachLabel(1), "classes was 1, but must be an integer of at least 2"),
        (lambda: beside_input(mlp(3, 1), 3), r"takes \(3,\), but 3 of its numbers"),
        (lambda: beside_input("D", 3), "network was 'D', but must be a built"),
        (
            lambda: by_projection(beside_input(mlp(5, 1), 3), 3),
            "built keras.Sequential",
        ),
        (lambda: with_classifier(mlp(2, 1), 2.5), "classes was 2.5"),
    ],
)
def test_what_cannot_be_told_a_label_is_refused(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()
