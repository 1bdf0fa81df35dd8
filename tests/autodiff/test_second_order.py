"""Gradients of slopes in double precision, against finite differences.

`ops.tanh`, `matmul` and `mean` round to float32 on two of the backends: these networks
are made of operations that keep the precision they are given.
"""

import contextlib

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import input_gradient, value_and_gradients

STEP = 1e-6


@pytest.fixture
def double_precision():
    """JAX computes in float32 unless told otherwise; the others as they are asked."""
    with contextlib.ExitStack() as stack:
        if keras.backend.backend() == "jax":
            import jax

            stack.enter_context(jax.enable_x64(True))
        yield


def bend(t):
    """t / √(1 + t²), which saturates as tanh does."""
    return t / ops.sqrt(1 + t * t)


def product(x, w):
    """The matrix product."""
    return ops.einsum("ij,jk->ik", x, w)


def slope_loss(x, w, v):
    """E[(‖∇ₓ D(x)‖ - 1)²] of D(x) = bend(x W) v."""

    def score(inputs):
        return product(bend(product(inputs, w)), v)

    norms = ops.sqrt(ops.sum(input_gradient(score, x) ** 2, axis=1))
    return ops.sum((norms - 1) ** 2) / len(x)


def finite_differences(loss, variable):
    """Central differences, one entry of the variable at a time."""
    start = ops.convert_to_numpy(variable).copy()
    slopes = np.empty_like(start)
    for index in np.ndindex(start.shape):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[index] += sign * STEP
            variable.assign(moved)
            ends.append(float(ops.convert_to_numpy(loss())))
        slopes[index] = (ends[0] - ends[1]) / (2 * STEP)
    variable.assign(start)
    return slopes


@pytest.mark.usefixtures("double_precision")
def test_gradients_of_slopes_match_finite_differences():
    rng = np.random.default_rng(0)
    x = ops.convert_to_tensor(rng.normal(size=(5, 3)))
    w = keras.Variable(rng.normal(size=(3, 2)), dtype="float64")
    v = keras.Variable(rng.normal(size=(2, 1)), dtype="float64")
    loss, gradients = value_and_gradients(lambda: slope_loss(x, w, v), [w, v])
    assert keras.backend.standardize_dtype(loss.dtype) == "float64"
    for variable, gradient in zip([w, v], gradients, strict=True):
        expected = finite_differences(lambda: slope_loss(x, w, v), variable)
        np.testing.assert_allclose(
            ops.convert_to_numpy(gradient), expected, rtol=1e-7, atol=1e-8
        )


@pytest.mark.usefixtures("double_precision")
def test_an_input_gradient_matches_finite_differences():
    rng = np.random.default_rng(1)
    w = ops.convert_to_tensor(rng.normal(size=(3, 1)))
    x = keras.Variable(rng.normal(size=(2, 3)), dtype="float64")

    def score(inputs):
        return bend(product(bend(inputs), w))

    gradient = ops.convert_to_numpy(input_gradient(score, x))
    expected = finite_differences(lambda: ops.sum(score(x.value)), x)
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)
