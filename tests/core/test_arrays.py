"""NumPy stays float64, tensors keep their dtype, and half precision becomes float32."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.core.arrays import as_floats, at_least_float32, log_sigmoid


def dtype_of(value):
    return keras.backend.standardize_dtype(value.dtype)


@at_least_float32
def sum_of_squares(x, y=0, factor=1.0):
    return factor * ops.sum(x * x) + y


@pytest.mark.parametrize("given", ["float16", "bfloat16", "float32", "int32", "bool"])
def test_tensors_of_less_than_float32_are_computed_in_float32(given):
    x = ops.cast(ops.array([1.0, 0.0, 1.0]), given)
    assert dtype_of(sum_of_squares(x)) == "float32"
    assert float(sum_of_squares(x=x, factor=2)) == 4
    _, (tensor, beside) = as_floats(x, 0.5)
    assert dtype_of(tensor) == dtype_of(beside) == "float32"


def test_squares_do_not_overflow_in_half_precision():
    x = ops.cast(ops.full((100,), 1000.0), "float16")
    assert float(sum_of_squares(x)) == 1e8


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX has no float64")
def test_doubles_stay_doubles():
    x = ops.ones((3,), dtype="float64")
    assert dtype_of(sum_of_squares(x)) == "float64"
    assert dtype_of(sum_of_squares(x, ops.ones(()))) == "float64"


def test_a_tensor_and_not_the_array_beside_it_says_in_what_to_compute():
    tensor, array = ops.ones((3,)), np.ones(3)
    assert dtype_of(sum_of_squares(tensor, array)) == "float32"
    assert as_floats([1, 2])[1][0].dtype == np.float64


def test_what_holds_no_numbers_is_refused():
    with pytest.raises(ValueError, match="cannot be computed with"):
        as_floats(["a"])


@pytest.mark.parametrize("x", [-1e4, -1.0, 0.0, 3.0, 1e4])
def test_log_sigmoid_is_safe_at_any_logit(x):
    exact = -np.logaddexp(0, -x)
    assert log_sigmoid(x) == pytest.approx(exact)
    assert float(log_sigmoid(ops.convert_to_tensor(x, "float32"))) == pytest.approx(
        exact, rel=1e-6
    )
