"""The linear autoencoder against principal components; refusals; on disk."""

import keras
import numpy as np
import pytest
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from utils.models import Autoencoder
from utils.networks.mlp import mlp


def stretched(n=512, seed=0):
    """Points in six dimensions that mostly lie near a plane."""
    rng = np.random.default_rng(seed)
    scales = [2.0, 1.5, 0.5, 0.4, 0.3, 0.2]
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    return (rng.normal(size=(n, 6)) * scales @ turn + 1.0).astype("float32")


def small(**settings):
    keras.utils.set_random_seed(0)
    return Autoencoder(mlp(6, 2, **settings), mlp(2, 6, **settings))


@pytest.fixture(scope="module")
def linear():
    """A trained linear autoencoder."""
    model = small(hidden=())
    rate = keras.optimizers.schedules.CosineDecay(0.05, 400)
    model.compile(keras.optimizers.Adam(rate))
    x = np.tile(stretched(), (400, 1))  # 400 steps on all of them
    model.fit(x, batch_size=512, shuffle=False, verbose=0)
    return model


def test_a_linear_autoencoder_spans_the_space_of_the_principal_components(linear):
    axes = linear.decoder.get_weights()[0]
    components = PCA(2).fit(stretched()).components_
    assert np.degrees(subspace_angles(axes.T, components.T)).max() < 1


def test_no_linear_autoencoder_is_better_than_principal_components(linear):
    x = stretched()
    pca = PCA(2).fit(x)
    best = np.mean((pca.inverse_transform(pca.transform(x)) - x) ** 2)
    error = np.mean((linear.reconstruct(x) - x) ** 2)
    assert best * (1 - 1e-4) < error < best * 1.05


def test_the_loss_is_the_mean_squared_error():
    model, x = small(), stretched(40)
    model.compile("sgd")
    expected = np.mean((model.reconstruct(x) - x) ** 2)
    assert model.evaluate(x, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_codes_and_reconstructions_come_in_batches_of_any_size():
    model, x = small(), stretched(2_345)
    assert model.encode(x).shape == (2_345, 2)
    one_by_one = model.decode(model.encode(x[-1:]))
    np.testing.assert_allclose(model.reconstruct(x)[-1:], one_by_one, atol=1e-5)
    with pytest.raises(ValueError, match="at least one row"):
        model.encode(x[:0])


@pytest.mark.parametrize(
    ("encoder", "decoder", "message"),
    [
        (lambda x: x, mlp(2, 6), "encoder was .* built keras.Model"),
        (mlp(6, 2), keras.Sequential(), "decoder was .* built keras.Model"),
        (mlp(6, 3), mlp(2, 6), r"encoder returns shape \(3,\).*Dense\(2\)"),
        (mlp(5, 2), mlp(2, 6), r"takes examples of shape \(5,\).*makes \(6,\)"),
        (
            mlp(6, 2),
            keras.Sequential([keras.Input((2, 2)), keras.layers.Dense(6)]),
            r"inputs of shape \(2, 2\)",
        ),
    ],
)
def test_networks_that_do_not_fit_together_are_refused(encoder, decoder, message):
    with pytest.raises(ValueError, match=message):
        Autoencoder(encoder, decoder)


class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (self.x,)


def iter_of(*batches):
    yield from ((batch,) for batch in batches)


def test_no_batch_of_a_generator_is_lost_in_looking():
    model, batches = small(), [stretched(4, seed) for seed in range(3)]
    model.compile(keras.optimizers.SGD(0.0))
    loss = model.fit(iter_of(*batches), verbose=0).history["loss"][0]
    assert loss == pytest.approx(model.evaluate(np.concatenate(batches), verbose=0))


class Text:
    """What a `tf.data.Dataset` of examples and of names says of itself."""

    class element_spec:
        dtype, shape = "<dtype: 'string'>", (None,)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        (Batches(np.full((4, 6), np.nan, "float32")), "NaN"),
        (Batches(np.ones((4, 5), "float32")), r"shape \(5,\)"),
        (Batches(np.array([["a"] * 6] * 4)), "cannot be computed with"),
        (Text(), "yields text"),
        (iter_of(np.full((4, 6), np.nan, "float32")), "NaN"),
        (iter_of(np.ones((4, 5), "float32")), r"shape \(5,\)"),
        (iter_of(), "yields no batch"),
    ],
)
def test_a_data_set_is_looked_into_before_a_training(batches, message):
    model = small()
    model.compile("sgd")
    with pytest.raises(ValueError, match=message):
        model.fit(batches, verbose=0)


def test_a_loss_that_breaks_down_stops_the_training():
    model = small()
    model.compile(keras.optimizers.SGD(1e30))
    with pytest.warns(RuntimeWarning, match="smaller learning rate"):
        history = model.fit(stretched(256), epochs=9, verbose=0)
    assert len(history.history["loss"]) < 9
