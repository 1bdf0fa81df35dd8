"""One imperative train step under `fit`, on the backend that Keras runs on."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import minimize, portable_train_step

RATE = 0.05
X = np.linspace(-1, 2, 24, dtype="float32").reshape(12, 2)


class Slope(keras.Model):
    """Lowers ½ E[(w·x - 1)²], with an SGD of its own and one metric."""

    def __init__(self):
        super().__init__()
        self.w = self.add_weight(shape=(2, 1), initializer="ones", name="w")
        self.loss = keras.metrics.Mean(name="loss")
        self.built = True

    @property
    def metrics(self):
        return [self.loss]

    @portable_train_step
    def train_step(self, data):
        """Lowers the loss once."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.loss.update_state(
            minimize(
                lambda: ops.mean((ops.matmul(x, self.w) - 1) ** 2) / 2,
                [self.w],
                self.optimizer,
            )
        )
        return {"loss": self.loss.result()}


def compiled(model_class=Slope, **settings):
    model = model_class()
    optimizer = keras.optimizers.SGD(RATE)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, **settings)
    return model


def descended(batches):
    """The weights and losses of the same descent in NumPy."""
    w, losses = np.ones((2, 1)), []
    for x in batches:
        residual = x @ w - 1
        losses.append(float(np.mean(residual**2) / 2))
        w = w - RATE * x.T @ residual / len(x)
    return w, losses


def weights(model):
    return ops.convert_to_numpy(model.w)


def batches(size=4):
    return [X[start : start + size] for start in range(0, len(X), size)]


@pytest.mark.parametrize("settings", [{}, {"run_eagerly": True}], ids=["", "eager"])
def test_fit_descends_as_the_formula_does(settings):
    model = compiled(**settings)
    history = model.fit(X, batch_size=4, epochs=2, shuffle=False, verbose=0)
    expected, losses = descended(2 * batches())
    np.testing.assert_allclose(weights(model), expected, rtol=1e-5)
    means = [np.mean(losses[:3]), np.mean(losses[3:])]
    np.testing.assert_allclose(history.history["loss"], means, rtol=1e-5)
    assert int(model.optimizer.iterations) == 6


def test_a_last_partial_batch_counts_as_a_step():
    model = compiled()
    model.fit(X, batch_size=5, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended(batches(5))[0], rtol=1e-5)


def test_a_step_by_hand_changes_the_model_in_place():
    model = compiled()
    losses = [float(model.train_step(x)["loss"]) for x in batches()]
    expected, each = descended(batches())
    np.testing.assert_allclose(weights(model), expected, rtol=1e-5)
    np.testing.assert_allclose(losses, np.cumsum(each) / [1, 2, 3], rtol=1e-5)


def test_train_on_batch_descends_too():
    model = compiled()
    for x in batches():
        logs = model.train_on_batch(x, return_dict=True)
    assert set(logs) == {"loss"}
    np.testing.assert_allclose(weights(model), descended(batches())[0], rtol=1e-5)


def test_a_step_keeps_its_name_and_documentation():
    assert Slope.train_step.__name__ == "train_step"
    assert Slope.train_step.__doc__ == "Lowers the loss once."


def test_a_subclass_may_go_on_where_its_parent_stops():
    class TwoSteps(Slope):
        @portable_train_step
        def train_step(self, data):
            super().train_step(data)
            return super().train_step(data)

    model = compiled(TwoSteps)
    model.fit(X, batch_size=12, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended([X, X])[0], rtol=1e-5)


def test_a_step_that_raises_does_not_hinder_the_next():
    class Fails(Slope):
        @portable_train_step
        def train_step(self, data):
            super().train_step(data)
            raise RuntimeError("too late")

    model = compiled(Fails)
    with pytest.raises(RuntimeError, match="too late"):
        model.train_step(X)
    Slope.train_step(model, X)
    np.testing.assert_allclose(weights(model), descended([X, X])[0], rtol=1e-5)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x,), lambda x: [x]])
def test_data_may_be_a_bare_tensor_a_tuple_or_a_list(wrap):
    model = compiled()
    for x in batches():
        model.train_step(wrap(ops.convert_to_tensor(x)))
    np.testing.assert_allclose(weights(model), descended(batches())[0], rtol=1e-5)


class Batches(keras.utils.PyDataset):
    """The batches in their order, as a Keras data set."""

    def __len__(self):
        return len(batches())

    def __getitem__(self, index):
        return (batches()[index],)


@pytest.mark.parametrize(
    "data", [lambda: ((x,) for x in batches()), Batches], ids=["generator", "PyDataset"]
)
def test_fit_reads_data_sets_that_yield_batches(data):
    model = compiled(run_eagerly=True)
    model.fit(data(), steps_per_epoch=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended(batches())[0], rtol=1e-5)


def test_a_torch_loader_yields_lists():
    torch = pytest.importorskip("torch", reason="reads a torch loader")
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(X))
    loader = torch.utils.data.DataLoader(dataset, batch_size=4)
    assert isinstance(next(iter(loader)), list)
    model = compiled(run_eagerly=True)
    model.fit(loader, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended(batches())[0], rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="reads a tf.data set"
)
def test_a_tensorflow_data_set_yields_tensors():
    import tensorflow as tf

    model = compiled()
    data = tf.data.Dataset.from_tensor_slices(X).batch(4)
    model.fit(data, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended(batches())[0], rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="Keras refuses it on PyTorch, and unrolls it on JAX",
)
def test_eight_steps_an_execution_equal_eight_executions():
    model = compiled(steps_per_execution=8)
    model.fit(X, batch_size=1, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), descended(2 * batches(1))[0], rtol=1e-5)
