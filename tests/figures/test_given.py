import keras
import numpy as np
import pytest

from utils.figures.given import (
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

PIXELS = [[-1.0, 0.0], [1.0, 0.0]]


def gray(pixels):
    return np.reshape(pixels, (1, 2, 2, 1))


@pytest.mark.parametrize(
    "images",
    [
        gray(PIXELS),
        gray(PIXELS).astype("float16"),
        gray(PIXELS).astype("int8"),
        gray(PIXELS).tolist(),
        keras.ops.convert_to_tensor(gray(PIXELS), "float32"),
        keras.ops.convert_to_tensor(gray(PIXELS), "bfloat16"),
        keras.Variable(gray(PIXELS)),
        [keras.ops.convert_to_tensor(gray(PIXELS)[0])],
    ],
    ids=[
        "array",
        "float16",
        "integers",
        "list",
        "tensor",
        "bfloat16",
        "variable",
        "tensors",
    ],
)
def test_images_of_every_kind_are_the_same_images(images):
    array = as_images(images)
    assert array.dtype == "float64"
    assert np.array_equal(array, gray(PIXELS))


BLACK = np.zeros((1, 2, 2, 1))


@pytest.mark.parametrize(
    ("check", "values", "message"),
    [
        (as_finite, ["a"], "text|type"),
        (as_finite, [[1, 2], [3]], "scores must be an array of numbers"),
        (as_finite, {"x": 1}, "scores.*cannot be computed with"),
        (as_finite, [0.0, np.nan, 1.0], "scores: 1 of 3 are NaN or infinite"),
        (as_finite, [0.0, np.inf, 1.0], "scores: 1 of 3 are NaN or infinite"),
        (as_finite, [], "scores.*is empty"),
        (as_line, np.ones((3, 2)), r"\(3, 2\): expected \(n,\) or \(n, 1\)"),
        (as_points, np.zeros(4), r"expected \(n, 2\)"),
        (as_points, np.zeros((4, 3)), r"expected \(n, 2\)"),
        (as_points, np.zeros((4, 2, 1)), r"expected \(n, 2\)"),
        (as_images, BLACK[0, ..., 0], r"scores: shape \(2, 2\)"),
        (as_images, BLACK[0], r"write picture\[None\]"),
        (as_images, np.zeros((5, 8, 8, 2)), "2 channels.*gray"),
        (as_images, BLACK + 255, r"255 to 255.*127\.5 - 1"),
        (as_images, (BLACK + 255).astype("uint8"), r"255 to 255.*127\.5 - 1"),
        (as_images, BLACK * np.nan, "NaN"),
        (as_probabilities, [-3.0, 2.0], r"-3 to 2.*keras\.ops\.sigmoid"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(check, values, message):
    with pytest.raises(ValueError, match=message) as error:
        check(values, "scores")
    assert "scores" in str(error.value)


def test_a_column_is_a_line():
    assert as_line(np.ones((3, 1)), "x").shape == (3,)


def test_rounding_beyond_the_range_of_images_is_forgiven():
    assert as_images(np.full((1, 2, 2, 1), 1.0000001)).max() == 1.0


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
    with pytest.raises(ValueError, match="one number per point"):
        evaluate_2d(lambda p: p, (0, 1), side=4)
