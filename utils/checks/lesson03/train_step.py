"""Exercise 3.3: a train step, watched as it draws, updates and logs.

By hand, with optimizers that only take notes (`rehearsal.py`); then where its updates
point (`directions.py`), and what is left of it under `fit` (`under_fit.py`).
"""

import keras
import numpy as np
from keras import ops

from utils.checks.engine import Mistake, close, describe, exercise
from utils.checks.engine.answers import read_number
from utils.checks.engine.directions import (
    check_discriminator_direction,
    check_generator_direction,
    loss_of_step,
)
from utils.checks.engine.recording import (
    BATCH,
    PLAYERS,
    Step,
    real_examples,
    rehearse,
)
from utils.checks.engine.under_fit import check_fit
from utils.measures.adversarial import logistic_discriminator_loss
from utils.models.game import Game


@exercise("3.3", "your own train_step", seconds=300)
def train_step(model_class: type) -> None:
    """D up on V, G down, once each, alone, each with new noise; by hand and in `fit`.

    Args:
        model_class: class that inherits from `Game` and defines `train_step`.
    """
    _check_class(model_class)
    model, steps = rehearse(model_class)
    _check_updates(model, steps[0])
    _check_fresh_noise(steps)
    check_discriminator_direction(model, steps[0])
    check_generator_direction(model, steps[0])
    _check_examples(steps[0])
    _check_logs(model, steps[0])
    check_fit(model_class)


def _check_class(model_class) -> None:
    """Raises a Mistake unless this is a `Game` class with a train step of its own."""
    if isinstance(model_class, Game):
        raise Mistake(
            "the check was given a model, but needs the class, to build small models "
            f"of its own: write `{type(model_class).__name__}` without the brackets."
        )
    if not (isinstance(model_class, type) and issubclass(model_class, Game)):
        raise Mistake(
            f"the check was given {describe(model_class)}, but needs a class that "
            "inherits from `Game`: begin with `class MyGAN(Game):`."
        )
    if model_class.train_step is keras.Model.train_step:
        raise Mistake(
            f"`{model_class.__name__}` has no `train_step` of its own: define "
            "`def train_step(self, data):` inside the class, indented."
        )


def _check_updates(model, step: Step) -> None:
    """Each player is updated once, by its own optimizer, without the other."""
    if not step.updates:
        raise Mistake(
            "`train_step` updates no player: call `minimize(loss_fn, variables, "
            'optimizer)` with `self.optimizer["discriminator"]`, and again with '
            '`self.optimizer["generator"]`.'
        )
    for update in step.updates:
        _check_variables(model, update)
    for player in PLAYERS:
        times = sum(update.optimizer == player for update in step.updates)
        if times == 0:
            raise Mistake(
                f"the {player} is never updated: call `minimize` with "
                f"`self.{player}.trainable_variables` and "
                f'`self.optimizer["{player}"]` as well.'
            )
        if times > 1:
            raise Mistake(
                f"the {player} is updated {times} times in one step: here the players "
                "take turns, one update each."
            )


def _check_fresh_noise(steps: list[Step]) -> None:
    """The generator is used, and each step draws new latent vectors."""
    if not all(step.latents for step in steps):
        raise Mistake(
            "the generator makes nothing in `train_step`: `self(self.draw_latent(n))` "
            "gives n generated examples."
        )
    first, second = (list(map(_numbers, step.latents)) for step in steps[:2])
    if any(np.array_equal(a, b) for a in first for b in second):
        raise Mistake(
            "every step draws the same noise, so that the players only ever meet the "
            "same few examples: draw it inside `train_step` with "
            "`self.draw_latent(n)`; a fixed seed (as in `self.sample`) repeats itself."
        )


def _check_examples(step: Step) -> None:
    """Each player meets as many new generated examples as real ones, and D all these.

    It comes after the directions, which tell more where an update is wrong as well.
    """
    latents = list(map(_numbers, step.latents))
    if _different(np.concatenate(latents)) < 2 * BATCH:
        fewest = min(map(_different, latents))
        if fewest < BATCH:
            raise Mistake(
                f"the generator makes only {fewest} different "
                f"{'example' if fewest == 1 else 'examples'} for {BATCH} real ones: "
                "draw as many latent vectors as there are real examples, "
                "`self.draw_latent(n)` with `n = ops.shape(data)[0]`."
            )
        raise Mistake(
            "both players meet the same noise: the discriminator has just learned "
            "these very examples. Draw new latent vectors for the generator's update, "
            "with a second `self.draw_latent(n)`."
        )
    seen = np.concatenate(step.judged)
    met = sum(np.isclose(row, seen).all(axis=1).any() for row in real_examples())
    if met < BATCH:
        raise Mistake(
            f"the discriminator meets {met} of the {BATCH} real examples: hand it all "
            "of `data`."
        )


def _numbers(latent) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(latent))


def _different(rows: np.ndarray) -> int:
    return len(np.unique(rows, axis=0))


def _check_logs(model, step: Step) -> None:
    """The step returns both losses under their names."""
    if not isinstance(step.logs, dict):
        raise Mistake(
            f"`train_step` returns {describe(step.logs)}, but `fit` wants the logs: "
            "end with `return self.logs()`."
        )
    for player in PLAYERS:
        name = f"{player}_loss"
        if name not in step.logs:
            raise Mistake(
                f"the logs lack {name!r}: they hold {', '.join(map(repr, step.logs))}. "
                f"Call `self.log({name}=...)` and end with `return self.logs()`."
            )
        if read_number(step.logs[name], "train_step") == 0:
            raise Mistake(
                f"{name!r} stays 0 in the logs: hand the number that `minimize` "
                f"returns to `self.log({name}=...)`."
            )
    _check_logs_not_swapped(model, step)


def _check_variables(model, update) -> None:
    player = update.optimizer
    other = PLAYERS[1 - PLAYERS.index(player)]
    given = {id(variable) for variable in update.variables}
    own = {id(variable) for variable in getattr(model, player).trainable_variables}
    others = {id(variable) for variable in getattr(model, other).trainable_variables}
    if given & others and not given & own:
        raise Mistake(
            f'`self.optimizer["{player}"]` updates the {other}: the optimizers, or the '
            "variables, are swapped in that call of `minimize`."
        )
    if given & others:
        raise Mistake(
            f"the {player}'s update also moves the {other}, which then works against "
            f"itself: hand `self.{player}.trainable_variables` to `minimize`, not the "
            "variables of the whole model."
        )
    if given != own:
        raise Mistake(
            f"the {player}'s update moves {len(given)} of its {len(own)} variables: "
            f"hand all of `self.{player}.trainable_variables` to `minimize`."
        )


def _check_logs_not_swapped(model, step: Step) -> None:
    logged = {
        player: read_number(step.logs[f"{player}_loss"], "train_step")
        for player in PLAYERS
    }
    for latent in step.latents:
        loss = loss_of_step(model, logistic_discriminator_loss, latent)
        exact = read_number(loss, "train_step")
        if close(logged["generator"], exact) and not close(
            logged["discriminator"], exact
        ):
            raise Mistake(
                "the logs are swapped: 'generator_loss' holds the discriminator's "
                "loss. Exchange the names in `self.log(...)`."
            )
