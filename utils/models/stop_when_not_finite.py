"""Stopping a training that has broken down, with a sentence that says what to try."""

import math
import warnings

import keras

_ADVICE = {
    "generator_loss": (
        "The generator's loss is {value}. Try a smaller learning rate for the "
        "generator, or a gradient penalty on the discriminator (penalty='r1')."
    ),
    "discriminator_loss": (
        "The discriminator's loss is {value}. Try a smaller learning rate for the "
        "discriminator, or a smaller penalty weight."
    ),
    "loss": (
        "The loss is {value}. Try a smaller learning rate, or examples of a smaller "
        "scale: divided by their standard deviation."
    ),
}


class StopWhenNotFinite(keras.callbacks.Callback):
    """Stops `fit` with a warning when a loss is NaN or infinite.

    Looked at each `every` steps and at the end of each epoch: the logs are running
    means, in which a NaN stays, and reading them at every step would cost time.
    """

    def __init__(self, every=50):
        super().__init__()
        self.every = every
        self._next_look = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._next_look = 0

    def on_train_batch_end(self, batch, logs=None):
        # Not batch % every: with steps_per_execution=8 the batches are 7, 15, 23, ...
        if batch >= self._next_look:
            self._next_look = batch + self.every
            self._look_at(logs)

    def on_epoch_end(self, epoch, logs=None):
        if not self.model.stop_training:
            self._look_at(logs)

    def _look_at(self, logs):
        # D comes first: when its loss has broken, G's has broken because of it.
        for name in ("discriminator_loss", "generator_loss", "loss"):
            value = float(keras.ops.convert_to_numpy((logs or {}).get(name, 0.0)))
            if not math.isfinite(value):
                self.model.stop_training = True
                warnings.warn(
                    f"Training stopped. {_ADVICE[name].format(value=value)} The "
                    "weights are lost: build the model anew.",
                    RuntimeWarning,
                    stacklevel=2,
                )
                return
