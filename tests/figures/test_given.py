import keras
import numpy as np
import pytest

from utils.figures.given import (
    as_array,
    as_bounds_1d,
    as_bounds_2d,
    as_finite,
    as_images,
    as_line,
    as_points,
    as_probabilities,
    evaluate_1d,
    evaluate_2d,
)


@pytest.mark.parametrize(
    "values",
    [
        [1.0, 2.0],
        np.array([1, 2]),
        keras.ops.convert_to_tensor([1.0, 2.0]),
        keras.Variable([1.0, 2.0]),
        [keras.ops.convert_to_tensor(1.0), keras.Variable(2.0)],
    ],
    ids=["list", "integers", "tensor", "variable", "list of tensors"],
)
def test_numbers_of_every_kind_become_an_array(values):
    array = as_array(values, "values")
    assert isinstance(array, np.ndarray)
    assert array.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("values", [["a"], [[1, 2], [3]], {"x": 1}])
def test_what_is_not_numbers_is_refused_by_name(values):
    with pytest.raises(ValueError, match="scores must be an array of numbers"):
        as_array(values, "scores")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_counted(bad):
    with pytest.raises(ValueError, match="1 values that are NaN or infinite, of 3"):
        as_finite([0.0, bad, 1.0], "points")


def test_an_empty_array_is_refused():
    with pytest.raises(ValueError, match="points is empty"):
        as_finite([], "points")


def test_a_column_is_a_line():
    assert as_line(np.ones((3, 1)), "x").shape == (3,)
    with pytest.raises(ValueError, match=r"\(3, 2\): expected \(n,\) or \(n, 1\)"):
        as_line(np.ones((3, 2)), "x")


@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 2, 1)])
def test_points_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(n, 2\)"):
        as_points(np.zeros(shape), "real")


@pytest.mark.parametrize("shape", [(8, 8), (5, 8, 8), (5, 8, 8, 2)])
def test_images_of_another_rank_or_other_channels_are_refused(shape):
    with pytest.raises(ValueError, match="1 or 3 channels"):
        as_images(np.zeros(shape))


def test_bytes_for_images_are_refused_with_the_fix():
    with pytest.raises(ValueError, match=r"0 to 255.*127\.5 - 1"):
        as_images(np.array([0.0, 255.0]).reshape(1, 1, 2, 1))


def test_images_with_nan_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        as_images(np.full((1, 2, 2, 1), np.nan))


def test_rounding_beyond_the_range_of_images_is_forgiven():
    assert as_images(np.full((1, 2, 2, 1), 1.0000001)).max() == 1.0


def test_logits_for_probabilities_are_refused_with_the_fix():
    with pytest.raises(ValueError, match=r"-3 to 2.*keras\.ops\.sigmoid"):
        as_probabilities([-3.0, 2.0])


def test_bounds_must_ascend():
    assert as_bounds_1d([0, 2]) == (0.0, 2.0)
    for bad in [(1, 0), (0, 0), (0, 1, 2)]:
        with pytest.raises(ValueError, match="low < high"):
            as_bounds_1d(bad)


def test_one_pair_of_bounds_serves_both_axes():
    assert as_bounds_2d((0, 1)) == ((0.0, 1.0), (0.0, 1.0))
    assert as_bounds_2d(((0, 1), (2, 3))) == ((0.0, 1.0), (2.0, 3.0))
    with pytest.raises(ValueError, match="two such pairs"):
        as_bounds_2d((1, 2, 3))


def test_a_function_is_known_on_a_grid_of_the_line():
    values = evaluate_1d(lambda column: 2 * column, (-1, 1), points=5)
    assert values.tolist() == [-2.0, -1.0, 0.0, 1.0, 2.0]


def test_a_function_of_tensors_is_known_on_a_grid():
    values = evaluate_1d(lambda x: keras.ops.sigmoid(x), (-1, 1), points=3)
    assert values[1] == pytest.approx(0.5)


def test_rows_of_a_grid_in_the_plane_go_up_and_columns_go_right():
    values = evaluate_2d(lambda p: p[:, 0] + 10 * p[:, 1], ((0, 2), (0, 1)), side=3)
    assert values.tolist() == [[0, 1, 2], [5, 6, 7], [10, 11, 12]]


def test_a_function_that_gives_two_numbers_a_point_is_refused():
    with pytest.raises(ValueError, match="one number a point"):
        evaluate_2d(lambda p: p, (0, 1), side=4)
