"""How arrays become batches on TensorFlow: as Keras makes them, but without a tuner."""

import keras
import numpy as np
import pytest

import utils.autodiff  # noqa: F401

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow alone has the tuner"
)


def adapter():
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    return ArrayDataAdapter


def made(x):
    return adapter()(x, batch_size=4, shuffle=True)


def test_no_tuner_keeps_fit_from_returning():
    """It sleeps 10, 20, 40, … ms, and whoever deletes the iterator waits for it."""
    options = made(np.arange(10.0)).get_tf_dataset().options()
    assert options.autotune.enabled is False


def test_the_batches_are_those_of_keras():
    x = np.arange(10.0)
    drawn = []
    for make in (adapter().get_tf_dataset, adapter().get_tf_dataset.__wrapped__):
        keras.utils.set_random_seed(0)
        batches = [np.ravel(keras.tree.flatten(each)[0]) for each in make(made(x))]
        drawn.append(np.concatenate(batches).tolist())
    assert drawn[0] == drawn[1]
    assert sorted(drawn[0]) == x.tolist()
    assert drawn[0] != x.tolist()


def test_it_is_taken_off_once():
    from utils.autodiff import tensorflow

    before = adapter().get_tf_dataset
    tensorflow._let_fit_return_at_once()
    assert adapter().get_tf_dataset is before
