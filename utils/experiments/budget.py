"""One budget for all: a training ends when its seconds of one core are spent."""

import math
import time

import keras

from utils.core.validation import integer, number


class Budget(keras.callbacks.Callback):
    """Stops a training when its time is up, and lets the learning rate fall till then.

    Seconds of a core (`time.process_time`) are counted, so that a busy machine changes
    nothing; the clock starts after the first call, which compiles. The learning
    rate of every optimizer falls along a cosine, from epoch to epoch, as the budget is
    spent: (1 + cos(π·share))/2.

    Args:
        seconds: of one core, above 0.
        steps: updates that count instead of the seconds, if given: a training of so
            many steps is the same again on another machine, one of seconds is not.

    Attributes:
        taken: steps that were taken.
        spent: seconds since the first call ended; None before that.
    """

    def __init__(self, seconds: float, steps: int | None = None):
        super().__init__()
        self.seconds = number(seconds, "budget", above=0)
        self.steps = steps if steps is None else integer(steps, "steps")
        self.taken, self.spent = 0, None

    def on_train_begin(self, logs=None):
        optimizer = self.model.optimizer
        each = getattr(optimizer, "players", {"only": optimizer}).values()
        self._rates = [(one, float(one.learning_rate)) for one in each]

    def on_epoch_begin(self, epoch, logs=None):
        fall = (1 + math.cos(math.pi * min(self.share, 1))) / 2
        for optimizer, rate in self._rates:
            optimizer.learning_rate = rate * fall
        self._before = self.taken

    def on_train_batch_end(self, batch, logs=None):
        self.taken = self._before + batch + 1  # several steps may be one call
        if self.spent is None:
            self._start = time.process_time()
        self.spent = time.process_time() - self._start
        if self.share >= 1:
            self.model.stop_training = True

    @property
    def share(self) -> float:
        """How much of the budget is spent, from 0 to a little over 1."""
        return (
            self.taken / self.steps
            if self.steps
            else (self.spent or 0.0) / self.seconds
        )
