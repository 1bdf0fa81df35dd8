"""Whether Keras can start on the backend that `KERAS_BACKEND` asks for."""

import os
from importlib.util import find_spec

from utils.core.validation import one_of
from utils.course.folder import CourseError

BACKENDS = ("tensorflow", "jax", "torch")


def backend() -> str:
    """Name the backend that Keras will run on: `KERAS_BACKEND`, or TensorFlow."""
    return os.environ.get("KERAS_BACKEND") or "tensorflow"


def check_backend() -> None:
    """Look at `KERAS_BACKEND` without starting Keras, which would take seconds.

    Raises:
        CourseError: If it names no backend that trains, or one that is not installed.
    """
    chosen = os.environ.get("KERAS_BACKEND")
    if not chosen:
        return
    try:
        one_of(chosen, BACKENDS, "backend", "KERAS_BACKEND names it.")
    except ValueError as error:
        raise CourseError(str(error)) from None
    if find_spec(chosen) is None:
        raise CourseError(
            f"KERAS_BACKEND is {chosen!r}, which is not installed here: install it, as "
            f"by pip install -e .[{chosen}], or unset KERAS_BACKEND for TensorFlow."
        )
