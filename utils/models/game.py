"""What every game between a generator and a discriminator needs around its rules."""

from numbers import Integral

import keras
import numpy as np
from keras import ops

from utils.models.base import check_examples, variables_kept
from utils.models.optimizers import PlayerOptimizers
from utils.models.stop_when_not_finite import StopWhenNotFinite

_SAMPLE_BATCH = 1000


def check_players(generator, discriminator, packing=1):
    """Raises a ValueError unless the two networks fit together.

    Args:
        generator: built `keras.Model` from `(n, latent_dim)`.
        discriminator: built `keras.Model` to `(n, 1)`.
        packing: how many examples the discriminator sees at a time.
    """
    for player, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(
                f"The {player} was {network!r}, but must be a built keras.Model: let "
                "it start with keras.Input(shape)."
            )
    latent, made = generator.input_shape[1:], generator.output_shape[1:]
    seen, output = discriminator.input_shape[1:], discriminator.output_shape[1:]
    if len(latent) != 1 or latent[0] is None or latent[0] < 1:
        raise ValueError(
            f"The generator takes inputs of shape {latent}, but a latent vector has "
            "the shape (latent_dim,) with latent_dim >= 1. Start it with "
            "keras.Input((latent_dim,))."
        )
    packed = (*made[:-1], made[-1] * packing)
    if seen != packed:
        packs = f", times packing={packing} along the last axis: {packed}"
        raise ValueError(
            f"The generator makes examples of shape {made}"
            f"{packs if packing > 1 else ''}, but the discriminator takes {seen}. "
            f"Give the discriminator keras.Input({packed})."
        )
    if output != (1,):
        raise ValueError(
            f"The discriminator returns shape {output}, but must return one logit an "
            "example: end it with keras.layers.Dense(1)."
        )


class Game(keras.Model):
    """A generator against a discriminator; subclasses write `train_step`.

    It compiles two optimizers, keeps the means that `fit` logs, draws latent vectors,
    samples, saves, and looks at the data before a training starts.
    """

    LOGS = (
        "discriminator_loss",
        "generator_loss",
        "discriminator_real",
        "discriminator_generated",
    )

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = generator.input_shape[-1]
        self.seed_generator = keras.random.SeedGenerator()
        self.means = {name: keras.metrics.Mean(name=name) for name in self.LOGS}
        self.built = True

    @property
    def metrics(self):
        """The means in the logs, and no others: `History` then holds epoch means."""
        return list(self.means.values())

    def log(self, **values):
        """Adds values to the means of these names.

        Raises:
            ValueError: if there is no mean of such a name.
        """
        for name, value in values.items():
            if name not in self.means:
                raise ValueError(
                    f"log was given {name!r}, but this game keeps the means of "
                    f"{', '.join(self.means)}. Use one of these names."
                )
            self.means[name].update_state(value)

    def logs(self):
        """Returns the mean of each log since the epoch began."""
        return {name: mean.result() for name, mean in self.means.items()}

    def call(self, latent, training=False):
        """G(z): the examples that latent vectors `(n, latent_dim)` stand for."""
        return self.generator(latent, training=training)

    def draw_latent(self, n):
        """Draws n latent vectors, new ones at every step."""
        return keras.random.normal((n, self.latent_dim), seed=self.seed_generator)

    def sample(self, n, seed=0):
        """Generates examples.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same latent vectors.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: if n is not an integer of at least 1.
        """
        if not isinstance(n, Integral) or n < 1:
            raise ValueError(f"n was {n!r}, but must be an integer of at least 1.")
        latent = keras.random.normal((n, self.latent_dim), seed=seed)
        batches = [
            ops.convert_to_numpy(self(latent[start : start + _SAMPLE_BATCH]))
            for start in range(0, n, _SAMPLE_BATCH)
        ]
        return np.concatenate(batches)

    def compile(
        self,
        generator_optimizer="adam",
        discriminator_optimizer="adam",
        jit_compile="auto",
        **kwargs,
    ):
        """Gives each player an optimizer.

        Args:
            generator_optimizer: name of a Keras optimizer, or one.
            discriminator_optimizer: another one.
            jit_compile: as in Keras; True is refused on PyTorch, where compiling two
                players takes minutes.
            **kwargs: `run_eagerly`, `steps_per_execution`, ... of `keras.Model`.

        Raises:
            ValueError: if the players share an optimizer; on PyTorch with jit_compile.
        """
        if jit_compile is True and keras.backend.backend() == "torch":
            raise ValueError(
                "jit_compile=True was given, but on PyTorch compiling the two players "
                "takes minutes. Leave it at 'auto'."
            )
        players = {
            "generator": generator_optimizer,
            "discriminator": discriminator_optimizer,
        }
        variables = {player: self.variables_of(player) for player in players}
        optimizer = PlayerOptimizers(players, variables)
        # Keras would wrap both optimizers in one that scales a single loss.
        kwargs["auto_scale_loss"] = False
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self._compile_arguments = {"jit_compile": jit_compile, **kwargs}

    def variables_of(self, player):
        """Returns what "generator" or "discriminator" updates."""
        return getattr(self, player).trainable_variables

    def get_compile_config(self):
        """What `compile_from_config` needs to compile again."""
        if not self.compiled:
            return None
        optimizers = {
            f"{player}_optimizer": keras.optimizers.serialize(optimizer)
            for player, optimizer in self.optimizer.players.items()
        }
        return {**optimizers, **self._compile_arguments}

    def compile_from_config(self, config):
        """Compiles with fresh, built optimizers, whose state loading then restores."""
        self.compile(
            **{
                name: keras.optimizers.deserialize(value)
                if name.endswith("_optimizer")
                else value
                for name, value in config.items()
            }
        )

    def save_own_variables(self, store):
        """Saves how far the noise and the Dropout seeds have come: Keras does not."""
        for i, seed in enumerate(self._seeds()):
            store[str(i)] = ops.convert_to_numpy(seed)

    def load_own_variables(self, store):
        """Goes on with them where the saved game stopped."""
        for i, seed in enumerate(self._seeds()):
            seed.assign(store[str(i)])

    def _seeds(self):
        weights = set(map(id, self.weights))
        return [state for state in self.variables if id(state) not in weights]

    def fit(self, x=None, *args, callbacks=None, **kwargs):
        """Trains as `keras.Model.fit` does, and stops when a loss is not finite.

        Args:
            x: real examples: an array `(n, ...)`, or whatever `fit` takes.
            callbacks: list of Keras callbacks.
            *args: as in `keras.Model.fit`.
            **kwargs: as in `keras.Model.fit`.

        Returns:
            `keras.callbacks.History` with the mean of each log per epoch.

        Raises:
            ValueError: if an array of examples has another shape than the generator's,
                holds NaN or infinity, or pictures outside [-1, 1]; if examples come
                in a list or a dict; or with validation data.
        """
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            self.evaluate()
        if isinstance(x, (list, tuple, dict)):
            raise ValueError(
                f"The real examples came in a {type(x).__name__}, but must be one "
                "array (n, ...) or a data set that yields batches. Give the array "
                "itself, or np.stack(examples)."
            )
        if isinstance(x, np.ndarray):
            self._check_examples(x)
        callbacks = [*(callbacks or []), StopWhenNotFinite()]
        variables = [*self.variables, *self.metrics_variables]
        if self.compiled:
            variables += self.optimizer.variables
        with variables_kept(variables):
            return super().fit(x, *args, callbacks=callbacks, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Refuses: a player's loss on held-out data says nothing of the samples.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "A game was given examples to evaluate on, but each player's loss depends "
            "on how good the other is. Leave validation data out, and judge "
            "`gan.sample(n)` with a measure of utils.evaluation."
        )

    def _check_examples(self, x):
        check_examples(x, self.generator.output_shape[1:], "the generator makes")
