"""Facts about a train step as `fit` runs it, compiled by the backend."""

import inspect

import keras

from utils.checks.engine.feedback import Mistake
from utils.checks.engine.recording import (
    BATCH,
    PLAYERS,
    build,
    moved_by_fit,
    real_examples,
)
from utils.checks.engine.traceback import describe_error


def check_fit(model_class: type) -> None:
    """Under `fit`, as the backend compiles it, all of this holds as well."""
    _check_portable(model_class)
    model = build(model_class)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    try:
        history = model.fit(real_examples(), batch_size=BATCH, epochs=3, verbose=0)
        # Neither player has moved and the batch is the same: noise is all that differs.
        if len(set(history.history["generator_loss"])) == 1:
            raise Mistake(
                "under `fit` every step draws the same noise, though it does not by "
                "hand: a random generator that is no attribute of the model is frozen "
                "when the step is compiled. Draw with `self.draw_latent(n)`."
            )
        for player, other in (PLAYERS, PLAYERS[::-1]):
            moved = moved_by_fit(model, {player: 0.1, other: 0.0})
            _check_moved(moved, player, other)
    except Exception as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake(
            "`train_step` works by hand, but not under `fit`, where the "
            f"{keras.backend.backend()} backend compiles it: {describe_error(error)}. "
            "Inside it, keep to `keras.ops`, `minimize` and `self.draw_latent(n)`, "
            "without `float()`, `.numpy()` or `if` on tensors; a batch holds "
            "`ops.shape(real)[0]` examples."
        ) from error


def _check_portable(model_class: type) -> None:
    """On JAX the trainer calls `train_step(state, data)`, which the decorator takes."""
    if keras.backend.backend() != "jax":
        return
    signature = inspect.signature(model_class.train_step, follow_wrapped=False)
    try:
        signature.bind("self", "state", "data")
    except TypeError as error:
        raise Mistake(
            "`train_step` lacks its decorator: write `@portable_train_step` in the "
            "line above `def train_step(self, data):`; without it `fit` cannot run the "
            "step on JAX."
        ) from error


def _check_moved(moved: set[str], player: str, other: str) -> None:
    if player not in moved:
        raise Mistake(
            f"under `fit` the {player} does not move, though it does by hand: update "
            "it with `minimize` and its optimizer, in every step."
        )
    if other in moved:
        raise Mistake(
            f"the {other} moves although its learning rate is 0: something besides "
            f'`self.optimizer["{other}"]` changes its variables.'
        )
