"""Shapes and counts of convolutions: the worked examples, and Keras itself."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.networks.convolution_arithmetic import convolution

LAYERS = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}


@pytest.mark.parametrize(
    ("input_shape", "output_shape", "parameters", "operations"),
    [
        ((14, 14, 3), (10, 10, 16), 1_216, 120_000),
        ((14, 1), (10, 16), 96, 800),
        ((14, 14, 14, 1), (10, 10, 10, 16), 2_016, 2_000_000),
    ],
)
def test_sixteen_filters_of_five_in_one_two_and_three_dimensions(
    input_shape, output_shape, parameters, operations
):
    counted = convolution(input_shape, 16, 5)
    assert counted.output_shape == output_shape
    assert counted.parameters == parameters
    assert counted.operations == operations


def random_setting(rng):
    """A convolution that Keras accepts: strides and dilation not both above 1."""
    axes = int(rng.integers(1, 4))
    kernel = [int(k) for k in rng.integers(1, 5, axes)]
    strides, dilation = [1] * axes, [1] * axes
    if rng.random() < 0.5:
        strides = [int(rng.integers(1, 4))] * axes
    else:
        dilation = [int(d) for d in rng.integers(1, 4, axes)]
    groups = int(rng.integers(1, 4))
    sizes = [
        d * (k - 1) + 1 + int(rng.integers(0, 9))
        for k, d in zip(kernel, dilation, strict=True)
    ]
    return (*sizes, groups * int(rng.integers(1, 4))), {
        "filters": groups * int(rng.integers(1, 5)),
        "kernel_size": tuple(kernel),
        "strides": tuple(strides),
        "padding": str(rng.choice(["valid", "same", "causal"][: 2 + (axes == 1)])),
        "dilation_rate": tuple(dilation),
        "groups": groups,
        "use_bias": bool(rng.integers(2)),
    }


@pytest.mark.parametrize("seed", range(200))
def test_keras_builds_the_same_shape_with_as_many_parameters(seed):
    input_shape, settings = random_setting(np.random.default_rng(seed))
    layer = LAYERS[len(input_shape) - 1](**settings)
    with keras.StatelessScope(initialize_variables=False):  # shapes without values
        layer.build((None, *input_shape))
    counted = convolution(input_shape, **settings)
    assert layer.compute_output_shape((None, *input_shape))[1:] == counted.output_shape
    assert layer.count_params() == counted.parameters


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_each_multiplication_of_a_plain_loop_is_counted(axes):
    sizes, kernel, strides, channels, filters = (7, 6, 5)[:axes], (3, 2, 2), 2, 4, 6
    places = [range(0, n - k + 1, strides) for n, k in zip(sizes, kernel, strict=False)]
    offsets = [range(k) for k in kernel[:axes]]
    multiplications = sum(
        1
        for _ in itertools.product(
            *places, *offsets, range(channels // 2), range(filters)
        )
    )
    counted = convolution((*sizes, channels), filters, kernel[:axes], strides, groups=2)
    assert counted.operations == multiplications


def test_a_convolution_multiplies_weights_by_what_lies_under_them():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 5, 2)).astype("float32")
    layer = layers.Conv2D(3, (3, 2))
    out = layer(x[None])
    kernel, bias = layer.get_weights()
    corner = [(x[2:5, 1:3] * kernel[..., f]).sum() + bias[f] for f in range(3)]
    assert ops.convert_to_numpy(out)[0, 2, 1] == pytest.approx(corner, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((14, 14, 14, 14, 1), 16, 5), "one, two or three axes"),
        (((14,), 16, 5), "one, two or three axes"),
        (((14, 0), 16, 5), "each at least 1"),
        (((14, 1), 0, 5), "filters was 0"),
        (((14, 1), 2.5, 5), "filters was 2.5"),
        (((14, 1), 16, (5, 5)), r"kernel_size was \(5, 5\) for 1 axes"),
        (((14, 1), 16, 5, 0), "strides was 0"),
        (((14, 1), 16, 5, 1, "full"), "'valid', 'same', 'causal'"),
        (((14, 14, 1), 16, 5, 1, "causal"), "no padding along 2 axes 'causal'"),
        (((14, 1), 16, 5, 1, "valid", 0), "dilation_rate was 0"),
        (((14, 1), 16, 5, 1, "valid", 4), "reaches over 17 values"),
        (((14, 3), 16, 5, 1, "valid", 1, 2), "2 groups do not divide 3 channels"),
        (((14, 4), 15, 5, 1, "valid", 1, 2), "and 15 filters"),
    ],
)
def test_impossible_convolutions_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        convolution(*arguments)
