"""Running a learner's `train_step` under observation: what it draws and updates."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from utils.core.arrays import concrete
from utils.networks.mlp import mlp

PLAYERS = ("discriminator", "generator")
LATENT_DIM, FEATURES, HIDDEN = 3, 2, (16,)
BATCH = 13  # not what a learner would write into the step by chance


@dataclass(frozen=True)
class Update:
    """One call of an optimizer.

    Attributes:
        optimizer: whose it is, "generator" or "discriminator".
        variables: the variables it was asked to update.
        gradient: all gradients, joined into one vector.
    """

    optimizer: str
    variables: list
    gradient: np.ndarray


@dataclass
class Step:
    """What one `train_step` did.

    Attributes:
        latents: the inputs of the generator, `(n, LATENT_DIM)` each, in turn.
        judged: the inputs of the discriminator, `(n, FEATURES)` each, in turn, but
            for those that G's update runs through: JAX does not show them.
        updates: the calls of the optimizers, in turn.
        logs: what it returned.
    """

    latents: list = field(default_factory=list)
    judged: list = field(default_factory=list)
    updates: list = field(default_factory=list)
    logs: object = None


class _Watched(keras.layers.Layer):
    """Shows what passes through a network, and leaves it as it is."""

    def __init__(self, show: Callable):
        super().__init__()
        self.show = show

    def call(self, inputs):
        self.show(inputs)
        return inputs


class _Noted(keras.optimizers.SGD):
    """Shows the updates it is asked for, and makes none."""

    def __init__(self, show: Callable):
        super().__init__(learning_rate=0.0)
        self.show = show

    def apply(self, grads, trainable_variables=None):
        self.show(list(grads), list(trainable_variables or self._trainable_variables))


def real_examples() -> np.ndarray:
    """Returns a batch of points `(BATCH, FEATURES)` all over the plane."""
    points = np.random.default_rng(0).normal(size=(BATCH, FEATURES))
    return (2 * points).astype("float32")


def build(model_class: type, show_latent=None, show_judged=None):
    """Returns a model of the class with two small networks, the same each time.

    D is not calibrated: its logits on real and on generated examples differ widely,
    so that the gradients of different losses do as well.

    Args:
        model_class: the learner's.
        show_latent: function that is shown what goes into the generator; or None.
        show_judged: one that is shown what goes into the discriminator; or None.
    """
    generator = _watched(mlp(LATENT_DIM, FEATURES, HIDDEN), show_latent)
    discriminator = _watched(mlp(FEATURES, 1, HIDDEN), show_judged)
    rng = np.random.default_rng(2)
    for network in (generator, discriminator):
        for variable in network.trainable_variables:
            scale = (2 / variable.shape[0]) ** 0.5
            variable.assign(scale * rng.normal(size=variable.shape))
    return model_class(generator, discriminator)


def _watched(network, show: Callable | None):
    if show is None:
        return network
    entrance = keras.Input(network.input_shape[1:])
    return keras.Sequential([entrance, _Watched(show), network])


def rehearse(model_class: type, steps: int = 2):
    """Runs train steps by hand on one batch, with optimizers that only take notes.

    Nothing moves, so that every gradient can be computed again afterwards.

    Returns:
        The model, and a `Step` for each.
    """
    record = [Step()]  # takes what passes while the networks are built
    model = build(
        model_class,
        lambda latent: record[-1].latents.append(latent),
        lambda examples: record[-1].judged.append(_rows(examples)),
    )

    def noted(player):
        return _Noted(
            lambda gradients, variables: record[-1].updates.append(
                Update(player, variables, flat(gradients))
            )
        )

    model.compile(noted("generator"), noted("discriminator"))
    record.clear()
    for _ in range(steps):
        record.append(Step())
        record[-1].logs = model.train_step(ops.convert_to_tensor(real_examples()))
    record.append(Step())  # takes the notes of whoever uses the generator later
    return model, record[:steps]


def _rows(examples) -> np.ndarray:
    numbers = concrete(examples)
    return np.zeros((0, FEATURES)) if numbers is None else numbers


def flat(gradients) -> np.ndarray:
    """Returns gradients as one vector; those that are missing count as zero."""
    parts = [ops.convert_to_numpy(g).ravel() for g in gradients if g is not None]
    return np.concatenate(parts or [np.zeros(1)])


def moved_by_fit(model, learning_rates: dict[str, float]) -> set[str]:
    """Fits one step with these learning rates, and returns the players that moved."""
    for player, learning_rate in learning_rates.items():
        model.optimizer[player].learning_rate = learning_rate
    before = {player: getattr(model, player).get_weights() for player in PLAYERS}
    model.fit(real_examples(), batch_size=BATCH, verbose=0)
    after = {player: getattr(model, player).get_weights() for player in PLAYERS}
    return {
        player
        for player in PLAYERS
        if any(map(np.any, map(np.subtract, after[player], before[player])))
    }
