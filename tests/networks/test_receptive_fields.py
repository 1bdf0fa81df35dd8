"""Receptive fields, computed and measured by where a gradient arrives."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.autodiff import input_gradient
from utils.networks.receptive_fields import receptive_field

CONVOLUTIONS = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}
MAXIMA = {1: layers.MaxPooling1D, 2: layers.MaxPooling2D, 3: layers.MaxPooling3D}
MEANS = {
    1: layers.AveragePooling1D,
    2: layers.AveragePooling2D,
    3: layers.AveragePooling3D,
}
# How large an input of so many axes may be, so that each value can be tried by itself.
SIDES = {1: (40, 61), 2: (16, 23), 3: (7, 10)}


def sequential(*members, shape=(32, 32, 1)):
    return keras.Sequential([keras.Input(shape), *members])


def random_layer(rng, axes):
    """A convolution with stride or dilation, or pooling, padded or not."""
    padding = str(rng.choice(["valid", "same"]))
    if rng.random() < 0.35:
        kind = (MAXIMA if rng.random() < 0.5 else MEANS)[axes]
        return kind(2 if axes == 3 else int(rng.integers(2, 4)), 2, padding=padding)
    if axes == 1 and rng.random() < 0.3:
        padding = "causal"
    strides = int(rng.integers(1, 3))
    return CONVOLUTIONS[axes](
        2,
        tuple(int(k) for k in rng.integers(1, 4, axes)),
        strides=strides,
        dilation_rate=1 if strides > 1 else int(rng.integers(1, 3)),
        padding=padding,
        activation="relu",
        kernel_initializer=keras.initializers.RandomUniform(0.5, 1.0),
    )


def random_network(seed):
    """A network of up to four layers that all its input fits through."""
    rng = np.random.default_rng(seed)
    axes = seed % 3 + 1
    while True:
        shape = (*(int(n) for n in rng.integers(*SIDES[axes], axes)), 1)
        members = [random_layer(rng, axes) for _ in range(int(rng.integers(2, 5)))]
        try:
            return sequential(*members, shape=shape)
        except ValueError:  # a kernel larger than what the layer below leaves
            continue


def gradient_support(model, position):
    """The inputs that a unit's gradient reaches: bool, the shape of the input.

    Each input in turn is raised over all others. All weights are positive, so the unit
    grows with it wherever it looks, through every maximum too.
    """
    shape = model.input_shape[1:-1]
    count = int(np.prod(shape))
    one_raised = 0.01 + np.eye(count, dtype="float32").reshape(count, *shape, 1)
    slope = input_gradient(lambda x: model(x)[(slice(None), *position)], one_raised)
    slope = ops.convert_to_numpy(slope).reshape(count, count)
    return np.diagonal(slope).reshape(shape) != 0


def computed_support(model, position):
    """The same, from the layers."""
    seen = receptive_field(model, model.layers[-1].name).seen(position)
    support = np.zeros(model.input_shape[1:-1], dtype=bool)
    support[np.ix_(*seen)] = True
    return support


@pytest.mark.parametrize("seed", range(20))
def test_a_gradient_arrives_exactly_where_the_layers_say(seed):
    model = random_network(seed)
    rng = np.random.default_rng(seed)
    ends = tuple(n - 1 for n in model.output_shape[1:-1])
    inside = tuple(int(rng.integers(n + 1)) for n in ends)
    for position in {inside, ends}:
        measured = gradient_support(model, position)
        assert np.array_equal(measured, computed_support(model, position))


def test_three_convolutions_of_three_see_seven():
    model = sequential(*(layers.Conv2D(1, 3, name=f"c{i}") for i in range(3)))
    found = receptive_field(model, "c2")
    assert (found.size, found.jump, found.start) == ((7, 7), (1, 1), (0, 0))
    assert receptive_field(model, "c0").size == (3, 3)


def test_a_stride_doubles_what_every_later_layer_adds():
    model = sequential(
        layers.Conv2D(1, 7, 2), layers.MaxPooling2D(2), layers.Conv2D(1, 5, name="last")
    )
    found = receptive_field(model, "last")
    assert found.size == (7 + 2 + 4 * 4,) * 2
    assert found.jump == (4, 4)
    assert found.box((1, 0)) == ((4, 29), (0, 25))


def test_padding_moves_the_first_field_out_of_the_picture():
    model = sequential(layers.Conv2D(1, 5, padding="same", name="c"))
    found = receptive_field(model, "c")
    assert found.start == (-2, -2)
    assert found.box((0, 31)) == ((0, 3), (29, 32))


def test_a_causal_layer_sees_the_past_alone():
    model = sequential(
        layers.Conv1D(1, 2, dilation_rate=4, padding="causal", name="c"), shape=(32, 1)
    )
    assert receptive_field(model, "c").seen((9,)) == ([5, 9],)


def test_explicit_padding_and_cropping_shift_the_field():
    model = sequential(
        layers.ZeroPadding2D(((3, 0), (1, 2))),
        layers.Cropping2D(((1, 0), (2, 0))),
        layers.Conv2D(1, 3, name="c"),
    )
    found = receptive_field(model, "c")
    assert found.start == (-2, 1)
    assert found.box((2, 0)) == ((0, 3), (1, 4))
    line = sequential(layers.ZeroPadding1D(2, name="p"), shape=(9, 1))
    assert receptive_field(line, "p").start == (-2,)


def test_layers_that_act_on_each_value_alone_change_nothing():
    model = sequential(
        layers.Conv2D(2, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Dropout(0.5, name="last"),
    )
    assert receptive_field(model, "last").size == (3, 3)


def test_an_open_size_is_enough_without_padding():
    model = sequential(
        layers.Conv2D(1, 3, 2), layers.Conv2D(1, 3, name="c"), shape=(None, None, 3)
    )
    assert receptive_field(model, "c").box((2, 0)) == ((4, 11), (0, 7))


def test_padding_with_a_stride_needs_the_size_of_the_input():
    model = sequential(
        layers.Conv2D(1, 3, 2, padding="same", name="c"), shape=(None, None, 3)
    )
    with pytest.raises(ValueError, match="give input_shape"):
        receptive_field(model, "c")
    assert receptive_field(model, "c", (8, 9, 3)).start == (0, -1)


def test_what_has_no_field_is_refused():
    model = sequential(
        layers.Conv2D(1, 3, name="textures"),
        layers.Flatten(),
        layers.Dense(2, name="end"),
    )
    with pytest.raises(ValueError, match="Did you mean 'textures'"):
        receptive_field(model, "texture")
    with pytest.raises(ValueError, match=r"\(Flatten\) stands on the way"):
        receptive_field(model, "end")
    with pytest.raises(ValueError, match="is none of this layer"):
        receptive_field(model, "textures").seen((1,))
    with pytest.raises(ValueError, match="has 30 along this axis"):
        receptive_field(model, "textures").seen((1, 30))


def test_branches_are_refused():
    x = keras.Input((8, 8, 1))
    both = layers.Add(name="sum")([layers.Conv2D(1, 1)(x), layers.Conv2D(1, 1)(x)])
    with pytest.raises(ValueError, match="2 inputs"):
        receptive_field(keras.Model(x, both), "sum")
