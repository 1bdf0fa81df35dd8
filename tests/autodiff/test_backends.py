"""Which backends the course runs on."""

import importlib
import importlib.util
import sys

import keras
import pytest

import utils.autodiff


def test_three_backends_are_known():
    assert utils.autodiff.BACKENDS == ("tensorflow", "jax", "torch")
    assert keras.backend.backend() in utils.autodiff.BACKENDS


def test_an_accelerator_has_a_name_and_a_cpu_none():
    found = utils.autodiff.accelerator()
    assert found is None or len(found) > 2


def test_a_backend_without_gradients_is_refused_with_the_way_out(monkeypatch):
    # Keras itself starts on NumPy only where JAX is installed.
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(ValueError, match=r"'numpy', but .* Set KERAS_BACKEND") as error:
        importlib.reload(utils.autodiff)
    assert "tensorflow, jax, torch" in str(error.value)


def test_a_course_without_tensorflow_does_not_ask_for_it():
    if importlib.util.find_spec("tensorflow"):
        pytest.skip("TensorFlow is installed here, and Keras itself imports it")
    import utils.models  # noqa: F401

    assert "tensorflow" not in sys.modules
