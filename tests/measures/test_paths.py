"""Paths and predictions: derivatives against differences, conversions against truth."""

import numpy as np
import pytest
from keras import ops

from utils.measures.paths import (
    PATHS,
    PREDICTIONS,
    STRAIGHT,
    VARIANCE_PRESERVING,
    converted,
    data_and_noise,
    path_named,
    target,
)

TIMES = np.array([0.1, 0.37, 0.5, 0.9])
DATA, NOISE = np.random.default_rng(0).normal(size=(2, 4, 3))
T = TIMES[:, None]


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_leads_from_noise_to_data(path):
    np.testing.assert_allclose(path.at(DATA, NOISE, 0.0), NOISE, atol=1e-12)
    np.testing.assert_allclose(path.at(DATA, NOISE, 1.0), DATA, atol=1e-12)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_the_slopes_are_the_derivatives(path):
    for function, slope in ((path.a, path.a_slope), (path.b, path.b_slope)):
        difference = (function(TIMES + 1e-6) - function(TIMES - 1e-6)) / 2e-6
        np.testing.assert_allclose(slope(TIMES), difference, atol=1e-9)


def test_the_variance_preserving_path_keeps_unit_variance():
    squares = VARIANCE_PRESERVING.a(TIMES) ** 2 + VARIANCE_PRESERVING.b(TIMES) ** 2
    np.testing.assert_allclose(squares, 1.0)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_every_prediction_tells_data_and_noise(path, prediction):
    predicted = target(prediction, path, DATA, NOISE, T)
    found = data_and_noise(prediction, path, predicted, path.at(DATA, NOISE, T), T)
    np.testing.assert_allclose(found, (DATA, NOISE), atol=1e-12)


@pytest.mark.parametrize("wanted", PREDICTIONS)
@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_one_kind_of_prediction_becomes_any_other(prediction, wanted):
    path = VARIANCE_PRESERVING
    predicted = target(prediction, path, DATA, NOISE, T)
    found = converted(prediction, wanted, path, predicted, path.at(DATA, NOISE, T), T)
    np.testing.assert_allclose(found, target(wanted, path, DATA, NOISE, T), atol=1e-12)


def test_the_straight_velocity_is_data_minus_noise():
    np.testing.assert_allclose(
        target("velocity", STRAIGHT, DATA, NOISE, T), DATA - NOISE
    )


def test_v_is_the_velocity_of_the_variance_preserving_path_up_to_a_factor():
    velocity, v = (
        target(kind, VARIANCE_PRESERVING, DATA, NOISE, T) for kind in ("velocity", "v")
    )
    np.testing.assert_allclose(velocity, -np.pi / 2 * v)


def test_tensors_are_converted_like_arrays():
    tensors = [ops.convert_to_tensor(each, "float32") for each in (DATA, NOISE, T)]
    for path in PATHS.values():
        found = target("velocity", path, *tensors)
        assert ops.is_tensor(found)
        np.testing.assert_allclose(
            ops.convert_to_numpy(found),
            target("velocity", path, DATA, NOISE, T),
            rtol=1e-5,
            atol=1e-6,
        )


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"no path 'strait'. Did you mean 'straight'"):
        path_named("strait")
    with pytest.raises(ValueError, match="no prediction 'eps'"):
        target("eps", STRAIGHT, DATA, NOISE, T)
