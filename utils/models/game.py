"""What every game between a generator and a discriminator needs around its rules."""

import keras

from utils.core.batches import standard_normal
from utils.core.validation import built_model, channels_last, integer
from utils.models.base import CourseModel, check_examples, check_latent_input
from utils.models.player_optimizers import PlayerOptimizers

PLAYERS = ("generator", "discriminator")


class Game(CourseModel):
    """A generator against a discriminator; subclasses write `train_step`.

    It compiles two optimizers, draws latent vectors, and samples. `CourseModel` looks
    at the data before a training starts, logs and saves.
    """

    NETWORKS = PLAYERS
    LOGS = (
        "discriminator_loss",
        "generator_loss",
        "discriminator_real",
        "discriminator_generated",
    )
    UNWEIGHTED = "a game compares two sets of examples, in which all count alike"

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = generator.inputs[0].shape[-1]
        self.seed_generator = keras.random.SeedGenerator()

    @property
    def metrics(self):
        """The trackers of the logs, without the one loss that Keras would add."""
        return list(self.trackers.values())

    def call(self, latent, training=False):
        """G(z): the examples that latent vectors `(n, latent_dim)` stand for."""
        return self.generator(latent, training=training)

    def draw_latent(self, n):
        """Draws n latent vectors, new ones at every step."""
        return keras.random.normal(
            (n, self.latent_dim), dtype=self.variable_dtype, seed=self.seed_generator
        )

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
        latent = standard_normal(integer(n, "n"), self.latent_dim, seed)
        return self.in_batches(self, latent)

    def compile(
        self,
        generator_optimizer="adam",
        discriminator_optimizer="adam",
        jit_compile="auto",
        **kwargs,
    ):
        """Gives each player an optimizer.

        In mixed_float16 no loss is scaled unless an optimizer says so, as does
        `Adam(loss_scale_factor=1024)`: one scale for two losses would be wrong.

        Args:
            generator_optimizer: name of a Keras optimizer, or one.
            discriminator_optimizer: another one. A learning-rate schedule counts
                turns of the game in both, however often a player moves in a turn.
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
        optimizer = PlayerOptimizers(
            dict(
                zip(
                    PLAYERS, (generator_optimizer, discriminator_optimizer), strict=True
                )
            ),
            {player: self.variables_of(player) for player in PLAYERS},
            {player: self.updates_per_turn(player) for player in PLAYERS},
        )
        # Keras would wrap both optimizers in one that scales a single loss.
        kwargs["auto_scale_loss"] = False
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self._compile_arguments = {"jit_compile": jit_compile, **kwargs}

    def variables_of(self, player):
        """Returns what "generator" or "discriminator" updates."""
        return getattr(self, player).trainable_variables

    def updates_per_turn(self, player):
        """Returns how often a player's optimizer moves in one train step."""
        return 1

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

    def fit(self, *args, **kwargs):
        """Trains as every model of the course does, but without validation.

        Raises:
            ValueError: as in `CourseModel.fit`; with validation data; with a callback
                that sets one learning rate.
        """
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            self.evaluate()
        return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Refuses: a player's loss on held-out data says nothing of the samples.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "A game was given examples to evaluate on, but each player's loss depends "
            "on how good the other is. Leave validation data out, and measure "
            "`gan.sample(n)` by utils.evaluation."
        )

    def check_callbacks(self, callbacks):
        """Refuses the callbacks of Keras that would set a learning rate for both."""
        for callback in callbacks:
            if isinstance(
                callback,
                keras.callbacks.LearningRateScheduler
                | keras.callbacks.ReduceLROnPlateau,
            ):
                self.optimizer.refuse_one_rate(f"by {type(callback).__name__}")

    def check_examples(self, x):
        """Raises a ValueError unless real examples look like generated ones."""
        check_examples(x, self.generator.output_shape[1:], "the generator makes")


def check_players(generator, discriminator, packing=1):
    """Raises a ValueError unless the two networks fit together.

    Args:
        generator: built `keras.Model` from `(n, latent_dim)`.
        discriminator: built `keras.Model` to `(n, 1)`.
        packing: how many examples the discriminator sees at a time.
    """
    built_model(generator, "generator")
    check_discriminator(discriminator)
    made = generator.output_shape[1:]
    if len(made) > 1:
        channels_last("A game on pictures")
    check_latent_input(generator, "generator", "a latent vector")
    packed, seen = (*made[:-1], made[-1] * packing), discriminator.input_shape[1:]
    if seen != packed:
        packs = f", times packing={packing} along the last axis: {packed}"
        raise ValueError(
            f"The generator makes examples of shape {made}"
            f"{packs if packing > 1 else ''}, but the discriminator takes {seen}. "
            f"Give the discriminator keras.Input({packed})."
        )


def check_discriminator(discriminator):
    """Raises a ValueError unless a network returns one logit per example."""
    built_model(discriminator, "discriminator")
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            f"The discriminator returns shape {discriminator.output_shape[1:]}, but "
            "must return one logit per example: end it with keras.layers.Dense(1)."
        )
