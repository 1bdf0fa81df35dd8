"""Gradients on TensorFlow: tapes, which `fit` compiles into a graph."""

import contextlib

import tensorflow as tf


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
