"""A training that has broken down stops, and says who broke and what to try."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

from utils.measures.adversarial import Objective
from utils.models.stop_when_not_finite import StopWhenNotFinite

BATCH = 16


def broken(discriminator=1.0, generator=1.0):
    """An objective whose losses are multiplied by something not finite."""
    return Objective(
        "broken",
        lambda real, fake: ops.mean(real) * discriminator,
        lambda real, fake: ops.mean(fake) * generator,
    )


def sentences(caught):
    return [str(w.message) for w in caught if w.category is RuntimeWarning]


@pytest.mark.parametrize(
    ("player", "value"), [("generator", np.nan), ("discriminator", np.inf)]
)
def test_a_loss_that_is_not_finite_stops_the_training(
    make_gan, points, train, player, value
):
    gan = make_gan(objective=broken(**{player: value}))
    with pytest.warns(RuntimeWarning, match=f"The {player}'s loss is") as caught:
        history = train(gan, points, epochs=5)
    assert len(history["generator_loss"]) == 1
    assert int(gan.optimizer["generator"].iterations) == 1
    (message,) = sentences(caught)
    assert message.startswith("Training stopped.")
    assert "Try a smaller learning rate" in message
    assert "build the model anew" in message


def test_the_discriminator_is_named_when_both_have_broken(make_gan, points, train):
    gan = make_gan(objective=broken(np.nan, np.nan))
    with pytest.warns(RuntimeWarning) as caught:
        train(gan, points)
    (message,) = sentences(caught)
    assert "The discriminator's loss is nan" in message


def test_weights_run_away_under_a_huge_learning_rate(make_gan, points, train):
    optimizers = (keras.optimizers.SGD(1e30), keras.optimizers.SGD(1e30))
    gan = make_gan(objective="least-squares", optimizers=optimizers)
    with pytest.warns(RuntimeWarning, match="Training stopped"):
        history = train(gan, points, epochs=5)
    assert len(history["generator_loss"]) == 1


def test_a_finite_training_warns_of_nothing(make_gan, points, train):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        history = train(make_gan(), points, epochs=2)
    assert len(history["generator_loss"]) == 2


class Model:
    """What the callback needs of a model."""

    stop_training = False


def looks(batches, every):
    """Which of these batches the callback would have stopped at."""
    stopped = []
    for batch in batches:
        callback, model = StopWhenNotFinite(every), Model()
        callback.set_model(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for earlier in batches:
                logs = {"generator_loss": np.nan if earlier == batch else 1.0}
                callback.on_train_batch_end(earlier, logs)
        stopped += [batch] if model.stop_training else []
    return stopped


def test_losses_are_looked_at_every_so_many_steps():
    assert looks(range(20), every=5) == [0, 5, 10, 15]


def test_losses_are_looked_at_with_several_steps_an_execution():
    assert looks(range(7, 200, 8), every=50) == [7, 63, 119, 175]


def test_losses_are_looked_at_when_an_epoch_ends():
    callback, model = StopWhenNotFinite(), Model()
    callback.set_model(model)
    with pytest.warns(RuntimeWarning, match="generator's loss is inf"):
        callback.on_epoch_end(0, {"generator_loss": np.inf})
    assert model.stop_training
