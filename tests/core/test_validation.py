"""Every refusal says what was given, what is allowed, and the fix."""

import keras
import numpy as np
import pytest

from utils.core import validation


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("mnst", " Did you mean 'mnist'?"),
        ("MNIST", " Did you mean 'mnist'?"),
        ("q", ""),
    ],
)
def test_a_near_name_is_proposed_and_a_far_one_is_not(name, guess):
    assert validation.did_you_mean(name, ["mnist", "uci"]) == guess


def test_the_proposed_name_is_spelled_as_it_is_known():
    assert validation.did_you_mean("r1", ["R1", "R2"]) == " Did you mean 'R1'?"


def test_one_of_returns_what_is_known():
    assert validation.one_of("a", ["a", "b"], "letter") == "a"


@pytest.mark.parametrize("value", ["c", 3, None, ["a"], np.zeros(2)])
def test_one_of_refuses_the_rest_and_lists_what_there_is(value):
    with pytest.raises(ValueError, match=r"no letter .* Choose one of 'a', 'b'\."):
        validation.one_of(value, ["a", "b"], "letter")


@pytest.mark.parametrize("value", [1, np.int64(5), np.uint8(5)])
def test_whole_numbers_come_back_as_int(value):
    assert type(validation.integer(value, "n", most=5)) is int


@pytest.mark.parametrize("value", [0, 6, 2.0, True, "2", None, np.array([1])])
def test_other_values_are_no_integers(value):
    with pytest.raises(ValueError, match=r"n was .* integer of at least 1 and at most"):
        validation.integer(value, "n", most=5)


@pytest.mark.parametrize("value", [0.0, 1, np.float32(0.5), np.array(0.5)])
def test_numbers_come_back_as_float(value):
    assert validation.number(value, "share", least=0, most=1) == float(value)


@pytest.mark.parametrize(
    "value", [-0.1, 1.1, np.nan, np.inf, "0.5", None, True, [1, 2]]
)
def test_other_values_are_no_numbers(value):
    with pytest.raises(ValueError, match=r"share was .* at least 0 and at most 1"):
        validation.number(value, "share", least=0, most=1)


@pytest.mark.parametrize("value", [0, 2])
def test_open_ends_are_not_allowed_themselves(value):
    with pytest.raises(ValueError, match="above 0 and below 2"):
        validation.number(value, "rate", above=0, below=2)


def test_an_interval_comes_back_as_two_floats():
    assert validation.interval([np.int64(-1), 1], "bounds") == (-1.0, 1.0)


@pytest.mark.parametrize(
    "value", [(1, -1), (1, 1), (0, np.nan), (0, np.inf), (0, 1, 2), (0,), 3, "ab", None]
)
def test_other_values_are_no_intervals(value):
    with pytest.raises(ValueError, match=r"bounds were .*\(low, high\), low < high"):
        validation.interval(value, "bounds")


@pytest.mark.parametrize("values", [[np.nan], [np.inf, 0], []])
def test_finite_refuses_nan_infinity_and_nothing(values):
    with pytest.raises(ValueError, match="The points: "):
        validation.finite(np.array(values), "The points")


@pytest.mark.parametrize("values", [["a"], [None], [1j]])
def test_text_objects_and_complex_numbers_are_named(values):
    with pytest.raises(ValueError, match="The points: the type"):
        validation.finite(np.array(values), "The points")


@pytest.mark.parametrize("shape", [(3,), (None,), ("d",), ("height", "width", 1)])
def test_rows_of_the_shape_asked_for_pass(shape):
    values = np.zeros((2, 3)) if len(shape) == 1 else np.zeros((2, 5, 4, 1))
    assert validation.rows(values, "x", shape) is values


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((2, 4), r"x: shape \(2, 4\) is not \(n, 3\) with at least one point\.$"),
        ((0, 3), "at least one point"),
        ((3,), r"For one point write point\[None\]"),
        ((), r"shape \(\)"),
    ],
)
def test_other_rows_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        validation.rows(np.zeros(given), "x", (3,), "point")


def test_bytes_are_told_how_to_become_pictures():
    with pytest.raises(ValueError, match=r"x / 127\.5 - 1"):
        validation.pictures(np.full((1, 2, 2, 1), 255, "uint8"))


def test_one_picture_is_told_its_batch_axis():
    with pytest.raises(ValueError, match=r"picture\[None\]"):
        validation.pictures(np.zeros((4, 4, 1)), shape=(4, 4, 1))


@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (2, 5, 4, 1), (2, 4, 4)])
def test_other_shapes_are_not_pictures(shape):
    with pytest.raises(ValueError, match=r"is not \(n, 4, 4, 1\)"):
        validation.pictures(np.zeros(shape), shape=(4, 4, 1))


def test_a_built_model_passes_and_others_are_told_to_start_with_an_input():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert validation.built_model(network, "critic") is network
    for other in (None, keras.Sequential([keras.layers.Dense(1)]), np.zeros(2)):
        with pytest.raises(ValueError, match=r"The critic was .*keras\.Input"):
            validation.built_model(other, "critic")
