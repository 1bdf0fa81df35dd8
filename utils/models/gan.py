"""The generative adversarial network: two players that take turns."""

import keras
from keras import ops

from utils.autodiff import input_gradient, minimize, portable_train_step
from utils.core.validation import integer, number, one_of
from utils.measures.adversarial import (
    OBJECTIVES,
    Objective,
    gradient_penalty,
    r1_penalty,
    r2_penalty,
)
from utils.models.game import Game, check_players

# The weights of the papers: γ of Mescheder et al. 2018, λ of Gulrajani et al. 2017.
PENALTY_WEIGHTS = {"r1": 10.0, "r2": 10.0, "gradient": 10.0}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class GAN(Game):
    """Trains a generator against a discriminator.

    Each step D goes up `discriminator_steps` times on V(D, G), with new generated
    examples each time, and then G goes down once.

    Args:
        generator: built `keras.Model` from `(n, latent_dim)` to examples `(n, ...)`.
        discriminator: built `keras.Model` from examples to logits `(n, 1)`; real = 1.
        objective: name in `OBJECTIVES`, or an `Objective` of your own.
        discriminator_steps: updates of D before each update of G, at least 1.
        penalty: None; "r1", "r2" or "gradient" with the weight of its paper; or
            `{name: weight}` for one or several.
        packing: how many examples D sees at a time (Lin et al. 2018); D's input is
            then `packing` times as wide along its last axis.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown.

    Source: Goodfellow et al. 2014, "Generative adversarial nets", algorithm 1.
    """

    SETTINGS = ("discriminator_steps", "penalty", "packing")

    def __init__(
        self,
        generator,
        discriminator,
        objective="non-saturating",
        discriminator_steps=1,
        penalty=None,
        packing=1,
        **kwargs,
    ):
        discriminator_steps = integer(discriminator_steps, "discriminator_steps")
        packing = integer(packing, "packing")
        self.check_players(generator, discriminator, packing)
        super().__init__(generator, discriminator, **kwargs)
        self.objective = _objective(objective)
        self.discriminator_steps = discriminator_steps
        self.penalty = penalty_weights(penalty)
        self.packing = packing

    def check_players(self, generator, discriminator, packing):
        """Raises a ValueError unless the two networks fit together."""
        check_players(generator, discriminator, packing)

    @portable_train_step
    def train_step(self, data):
        """D up `discriminator_steps` times, then G down once."""
        real, told = self.examples_of(data), self.told_with(data)
        for _ in range(self.discriminator_steps):
            self.update_discriminator(real, *told)
        self.update_generator(real, *told)
        return self.logs()

    def told_with(self, data):
        """What the players are told of each example in a batch: here nothing.

        A subclass returns a tuple, such as `(labels,)`, which every method below is
        handed after the examples.
        """
        return ()

    def update_discriminator(self, real, *told):
        """D's turn: one step up on V(D, G), with new generated examples."""
        n = ops.shape(real)[0]
        latent = self.draw_latent(n, *told)
        fake = ops.stop_gradient(self(latent, training=True))
        loss = minimize(
            lambda: self.judging_loss(real, fake, latent, *told),
            self.variables_of("discriminator"),
            self.optimizer["discriminator"],
        )
        self.log(n, discriminator_loss=loss)

    def update_generator(self, real, *told):
        """G's turn: one step down on its loss, with new latent vectors."""
        n = ops.shape(real)[0]
        latent = self.draw_latent(n, *told)
        loss = minimize(
            lambda: self.latent_loss(real, latent, *told),
            self.variables_of("generator"),
            self.optimizer["generator"],
        )
        self.log(n, generator_loss=loss)

    def judging_loss(self, real, fake, latent, *told):
        """What D lowers, knowing the latent vectors: a subclass may add a term here."""
        return self.discriminator_loss(real, fake, *told)

    def latent_loss(self, real, latent, *told):
        """What G lowers, from its latent vectors: a subclass may add a term here."""
        return self.generator_loss(real, self(latent, training=True), *told)

    def discriminator_loss(self, real, fake, *told):
        """What D lowers on a batch of real and generated examples, penalty included."""
        real_logits, fake_logits = (self.logits_of(x, *told) for x in (real, fake))
        self.log(
            discriminator_real=self.objective.output(real_logits),
            discriminator_generated=self.objective.output(fake_logits),
        )
        loss = self.objective.discriminator_loss(real_logits, fake_logits)
        for name, weight in self.penalty.items():
            loss = loss + weight * self.penalty_value(name, real, fake, *told)
        return loss

    def generator_loss(self, real, fake, *told):
        """What G lowers; `real` matters to the relativistic objective alone."""
        real_logits, fake_logits = (self.logits_of(x, *told) for x in (real, fake))
        return self.objective.generator_loss(real_logits, fake_logits)

    def penalty_value(self, name, real, fake, *told):
        """Returns a penalty on the slope of D: at real, generated or points between.

        The slope is that of D in what it sees at once: with packing, in a whole pack.
        """
        # In full precision: in float16 the sum of squares over a picture overflows.
        real, fake = (pack(self.in_full(x), self.packing) for x in (real, fake))

        def slope(x):
            return input_gradient(lambda x: self.logits_of_packs(x, *told), x)

        if name == "r1":
            return r1_penalty(slope(real))
        if name == "r2":
            return r2_penalty(slope(fake))
        shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        share = keras.random.uniform(shape, dtype=real.dtype, seed=self.seed_generator)
        return gradient_penalty(slope(share * real + (1 - share) * fake))

    def logits_of(self, examples, *told):
        """D's logits while it trains; with packing, one per pack of examples."""
        return self.logits_of_packs(pack(examples, self.packing), *told)

    def logits_of_packs(self, packs):
        """D's logits while it trains, one for each thing that D sees at once."""
        return self.in_full(self.discriminator(packs, training=True))

    def updates_per_turn(self, player):
        """`discriminator_steps` for D, one for G."""
        return self.discriminator_steps if player == "discriminator" else 1

    def get_config(self):
        """The arguments of `__init__`; an objective of your own is not saved."""
        if self.objective is not OBJECTIVES.get(self.objective.name):
            raise ValueError(
                f"The objective {self.objective.name!r} is your own, and functions are "
                "not saved. Save `gan.generator` and `gan.discriminator` instead."
            )
        return {**super().get_config(), "objective": self.objective.name}


def pack(examples, packing):
    """Joins `packing` examples along the last axis into one (Lin et al. 2018).

    Args:
        examples: `(n, ..., d)` tensor.
        packing: examples in a pack, at least 1.

    Returns:
        `(packs, ..., packing * d)` with packs = n / packing, rounded up: the last pack
        is filled with the first examples.
    """
    if packing == 1:
        return examples
    n = ops.shape(examples)[0]
    first = ops.arange(-(-n // packing)) * packing
    return ops.concatenate(
        [ops.take(examples, (first + i) % n, axis=0) for i in range(packing)], axis=-1
    )


def _objective(objective):
    if isinstance(objective, Objective):
        return objective
    return OBJECTIVES[one_of(objective, OBJECTIVES, "objective")]


def penalty_weights(penalty):
    """Returns `{name: weight}` for what `GAN(penalty=...)` may be given.

    Raises:
        ValueError: if a penalty is unknown, or its weight below 0.
    """
    if penalty is None:
        return {}
    if isinstance(penalty, str):
        penalty = {penalty: PENALTY_WEIGHTS.get(penalty, 1.0)}
    if not isinstance(penalty, dict):
        raise ValueError(
            f"penalty was {penalty!r}, but must be None, a name or {{name: weight}}. "
            "For several penalties give {'r1': 1.0, 'r2': 1.0}."
        )
    for name, weight in penalty.items():
        one_of(name, PENALTY_WEIGHTS, "penalty", "Or None, for no penalty.")
        number(weight, f"The weight of the penalty {name!r}", least=0)
    return dict(penalty)
