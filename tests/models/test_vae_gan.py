"""The hybrid: what each player updates, what it logs, and that it saves whole."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.models import VAEGAN
from utils.networks.mlp import mlp

POINTS = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")


def hybrid(**arguments):
    keras.utils.set_random_seed(0)
    model = VAEGAN(mlp(2, 6, (8,)), mlp(3, 2, (8,)), mlp(2, 1, (8,)), **arguments)
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    return model


def weights(model):
    return {
        name: np.concatenate([w.ravel() for w in getattr(model, name).get_weights()])
        for name in ("encoder", "generator", "discriminator")
    }


def test_all_three_networks_learn_and_all_terms_are_logged():
    model = hybrid()
    before = weights(model)
    history = model.fit(POINTS, batch_size=32, epochs=2, verbose=0).history
    after = weights(model)
    assert all(np.any(before[name] != after[name]) for name in before)
    assert set(history) == set(VAEGAN.LOGS)
    assert np.isfinite(list(history.values())).all()


@pytest.mark.parametrize(
    ("still", "moving"),
    [("generator", {"discriminator"}), ("discriminator", {"encoder", "generator"})],
)
def test_a_player_moves_its_own_networks_alone(still, moving):
    model = hybrid()
    model.optimizer[still].learning_rate = 0.0
    before = weights(model)
    model.fit(POINTS, batch_size=32, verbose=0)
    after = weights(model)
    assert {name for name in before if np.any(before[name] != after[name])} == moving


def test_without_weight_on_the_codes_the_encoder_stands_still():
    model = hybrid(similarity=0.0, beta=0.0)
    before = weights(model)["encoder"]
    model.fit(POINTS, batch_size=32, verbose=0)
    np.testing.assert_array_equal(weights(model)["encoder"], before)


def test_the_loss_of_codes_is_the_error_in_ds_features_and_the_kl():
    model = hybrid(similarity=2.0, beta=0.5)
    # A posterior without spread draws its mean; the formula can be written out.
    kernel, bias = model.encoder.layers[-1].get_weights()
    kernel[:, 3:], bias[3:] = 0, -30
    model.encoder.layers[-1].set_weights([kernel, bias])
    mean = ops.convert_to_numpy(model.encoder(POINTS))[:, :3]
    features = keras.Model(
        model.discriminator.inputs[0], model.discriminator.layers[-1].input
    )
    real, made = (
        ops.convert_to_numpy(features(x)) for x in (POINTS, model.reconstruct(POINTS))
    )
    kl = 0.5 * ((mean**2).sum(axis=1) + 3 * (np.exp(-30) - 1 + 30))
    expected = 2 * np.mean((real - made) ** 2) + 0.5 * kl.mean()
    loss = model.coding_loss(ops.convert_to_tensor(POINTS))
    assert float(loss) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("networks", "arguments", "message"),
    [
        ((mlp(2, 3), mlp(3, 2), mlp(2, 1)), {}, "encoder returns"),
        ((mlp(2, 6), mlp(3, 2), mlp(3, 1)), {}, "discriminator takes"),
        ((mlp(2, 6), mlp(3, 2), mlp(2, 1)), {"beta": -1}, "beta was -1"),
        ((mlp(2, 6), mlp(3, 2), mlp(2, 1)), {"similarity": -1}, "similarity was -1"),
    ],
)
def test_what_does_not_fit_is_refused(networks, arguments, message):
    with pytest.raises(ValueError, match=message):
        VAEGAN(*networks, **arguments)
