"""One interface for gradients on three backends: TensorFlow, JAX and PyTorch.

These nine names are all that the course needs of a backend, and only the modules
in this folder import one. The backend is the one that Keras runs on
(`KERAS_BACKEND`, read once, when Keras is imported).

Two environment variables, read here once, matter on a GPU alone. By default matrix
products and convolutions are computed in full float32, which some backends do not do
of themselves: they round the factors to ten bits (TF32), faster and with errors of
1e-3. `COURSE_PRECISION=fast` allows that. `COURSE_DETERMINISTIC=1` asks for kernels
that add in the same order each time, where the backend has them; on a CPU every run
of one seed is the same to the bit as it is.
"""

import importlib
import os
import warnings

import keras

from utils.core.validation import one_of

BACKENDS = ("tensorflow", "jax", "torch")

if keras.backend.backend() not in BACKENDS:
    raise ValueError(
        f"Keras runs on {keras.backend.backend()!r}, but the course trains on "
        f"{', '.join(BACKENDS)} only. Set KERAS_BACKEND to one of them before "
        "Keras is imported."
    )

_backend = importlib.import_module(f"{__name__}.{keras.backend.backend()}")

_precision = os.environ.get("COURSE_PRECISION", "full")
one_of(_precision, ("full", "fast"), "COURSE_PRECISION")
if _precision == "full":
    _backend.compute_in_full_float32()
else:
    warnings.warn(
        "COURSE_PRECISION=fast: on a GPU, matrix products and convolutions may be "
        "rounded to ten bits (TF32). Claims of the lessons are made for full float32.",
        RuntimeWarning,
        stacklevel=2,
    )

_deterministic = os.environ.get("COURSE_DETERMINISTIC", "0")
one_of(_deterministic, ("0", "1"), "COURSE_DETERMINISTIC")
if _deterministic == "1":
    _backend.use_deterministic_kernels()


def accelerator() -> str | None:
    """Returns what this backend computes on beside the CPU, as "NVIDIA H100", or None.

    Results of one seed are the same to the bit on a CPU alone.
    """
    return _backend.accelerator()


def full_precision():
    """Returns a context in which products are computed in full float32.

    An exercise's check runs in it, so that no verdict depends on `COURSE_PRECISION`.
    """
    return _backend.full_precision()


def random_state():
    """Returns how far the backend's own generator has come, or None if it has none.

    TensorFlow and JAX draw from seeds that Keras hands them; PyTorch shuffles data by
    a generator of its own.
    """
    return _backend.random_state()


def set_random_state(state):
    """Lets the backend's own generator go on from what `random_state` returned."""
    if state is not None:
        _backend.set_random_state(state)


def value_and_gradients(loss_fn, variables):
    """Returns a loss and its gradient with respect to each variable.

    Args:
        loss_fn: function of no arguments that returns a scalar tensor.
        variables: list of `keras.Variable`.

    Returns:
        `(loss, gradients)`; a variable that the loss does not use gets zeros. What the
        loss changes on the way (moving statistics, seeds, metrics) is kept.
    """
    return _backend.value_and_gradients(loss_fn, list(variables))


def compiled_value_and_gradients(loss_fn, variables):
    """Returns `value_and_gradients` of one loss, compiled, to be called many times.

    Args:
        loss_fn: function of no arguments that returns a scalar tensor. Only these
            variables may change between two calls: whatever else it reads may be taken
            as it is at the first one.
        variables: list of `keras.Variable`.

    Returns:
        Function of no arguments, which returns `(loss, gradients)` at the present
        values of the variables. On PyTorch it runs as it stands.
    """
    return _backend.compiled_value_and_gradients(loss_fn, list(variables))


def minimize(loss_fn, variables, optimizer):
    """Takes one optimizer step on a loss, changing exactly these variables.

    Args:
        loss_fn: function of no arguments that returns a scalar tensor.
        variables: list of `keras.Variable` to update.
        optimizer: `keras.optimizers.Optimizer` built on these variables (an unbuilt
            one is built on them at its first step).

    Returns:
        The loss before the update.
    """
    variables = list(variables)
    scale = optimizer.scale_loss(1.0) / _backend.replicas()
    scaled_loss, gradients = value_and_gradients(lambda: loss_fn() * scale, variables)
    _backend.apply(optimizer, gradients, variables)
    return scaled_loss / scale


def input_gradient(score_fn, x):
    """Returns d sum(score_fn(x)) / d x, which can itself be differentiated.

    Args:
        score_fn: function of a tensor like `x`; one score (or several) an example.
        x: tensor or array `(n, ...)`.

    Returns:
        Tensor of the shape of `x`.
    """
    return _backend.input_gradient(score_fn, keras.ops.convert_to_tensor(x))


def portable_train_step(train_step):
    """Lets `fit` run an imperative `train_step(self, data)` on all three backends.

    Args:
        train_step: method `(self, data) -> logs` that updates variables through
            `minimize` and returns `{metric name: metric.result()}`.

    Returns:
        The method as the backend's trainer calls it. Called by hand with the data
        alone, it updates the model in place, on every backend.
    """
    return _backend.portable_train_step(train_step)


__all__ = [
    "accelerator",
    "compiled_value_and_gradients",
    "full_precision",
    "input_gradient",
    "minimize",
    "portable_train_step",
    "random_state",
    "set_random_state",
    "value_and_gradients",
]
