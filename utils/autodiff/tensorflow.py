"""Gradients on TensorFlow: tapes, which `fit` compiles into a graph."""

import contextlib
import functools

import tensorflow as tf
from keras.src.trainers.data_adapters import array_data_adapter


def _let_fit_return_at_once():
    """Arrays are batched by tf.data, without its tuner.

    The tuner looks again after 10, 20, 40, … ms, and an iterator is deleted only once
    it has woken: 3.4 s of work returned after 5.15. Batches stay as they were. Keras
    has no public setting for it.
    """
    adapter = array_data_adapter.ArrayDataAdapter
    tuned = getattr(adapter, "get_tf_dataset", None)
    if tuned is None or hasattr(tuned, "__wrapped__"):
        return

    @functools.wraps(tuned)
    def untuned(self):
        options = tf.data.Options()
        options.autotune.enabled = False
        return tuned(self).with_options(options)

    adapter.get_tf_dataset = untuned


_let_fit_return_at_once()


def accelerator():
    """The first GPU that TensorFlow sees."""
    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        return None
    details = tf.config.experimental.get_device_details(devices[0])
    return details.get("device_name", "GPU")


def compute_in_full_float32():
    """A GPU rounds the factors of matrix products and convolutions unless told."""
    tf.config.experimental.enable_tensor_float_32_execution(False)


@contextlib.contextmanager
def full_precision():
    """The same for a while."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    compute_in_full_float32()
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def use_deterministic_kernels():
    """Operations without such a kernel raise, and say so."""
    tf.config.experimental.enable_op_determinism()


def random_state():
    """None: each draw has a seed."""


def value_and_gradients(loss_fn, variables):
    """A tape that watches these variables alone: all others are constants."""
    tensors = [variable.value for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        loss = loss_fn()
    return loss, tape.gradient(loss, tensors, unconnected_gradients="zero")


def compiled_value_and_gradients(loss_fn, variables):
    """A graph, which reads the variables anew at each call."""
    return tf.function(lambda: value_and_gradients(loss_fn, variables))


def replicas():
    """Under `tf.distribute` gradients are summed, so each replica takes its share."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def apply(optimizer, gradients, variables):
    """One optimizer step."""
    optimizer.apply(gradients, variables)


def input_gradient(score_fn, x):
    """A tape inside the caller's tape, so that the result can be differentiated."""
    x = tf.convert_to_tensor(x)  # a Keras variable cannot be watched
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        scores = score_fn(x)
    gradient = tape.gradient(scores, x, unconnected_gradients="zero")
    return tf.convert_to_tensor(gradient)  # `ops.take` leaves indexed slices


def portable_train_step(train_step):
    """The trainer calls `train_step(self, data)` here as it stands."""
    return train_step
