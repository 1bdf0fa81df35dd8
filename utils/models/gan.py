"""The generative adversarial network: two players that take turns."""

import difflib
from numbers import Integral

import keras
from keras import ops

from utils.autodiff import input_gradient, minimize, portable_train_step
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
        packing: how many examples D judges at a time (Lin et al. 2018); D's input is
            then `packing` times as wide along its last axis.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown.

    Source: Goodfellow et al. 2014, "Generative adversarial nets", algorithm 1.
    """

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
        for name, value in (
            ("discriminator_steps", discriminator_steps),
            ("packing", packing),
        ):
            if not isinstance(value, Integral) or value < 1:
                raise ValueError(
                    f"{name} was {value!r}, but must be an integer of at least 1."
                )
        check_players(generator, discriminator, packing)
        super().__init__(generator, discriminator, **kwargs)
        self.objective = _objective(objective)
        self.discriminator_steps = int(discriminator_steps)
        self.penalty = penalty_weights(penalty)
        self.packing = int(packing)

    @portable_train_step
    def train_step(self, data):
        """D up `discriminator_steps` times, then G down once."""
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        for _ in range(self.discriminator_steps):
            self.update_discriminator(real)
        self.update_generator(real)
        return self.logs()

    def update_discriminator(self, real):
        """D's turn: one step up on V(D, G), with new generated examples."""
        latent = self.draw_latent(ops.shape(real)[0])
        fake = ops.stop_gradient(self(latent, training=True))
        loss = minimize(
            lambda: self.discriminator_loss(real, fake),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )
        self.log(discriminator_loss=loss)

    def update_generator(self, real):
        """G's turn: one step down on its loss, with new latent vectors."""
        latent = self.draw_latent(ops.shape(real)[0])
        loss = minimize(
            lambda: self.generator_loss(real, self(latent, training=True)),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )
        self.log(generator_loss=loss)

    def discriminator_loss(self, real, fake):
        """What D lowers on a batch of real and generated examples, penalty included."""
        real_logits, fake_logits = self.judge(real), self.judge(fake)
        self.log(
            discriminator_real=self.objective.output(real_logits),
            discriminator_generated=self.objective.output(fake_logits),
        )
        loss = self.objective.discriminator_loss(real_logits, fake_logits)
        for name, weight in self.penalty.items():
            loss = loss + weight * self.penalty_value(name, real, fake)
        return loss

    def generator_loss(self, real, fake):
        """What G lowers; `real` matters to the relativistic objective alone."""
        return self.objective.generator_loss(self.judge(real), self.judge(fake))

    def penalty_value(self, name, real, fake):
        """Returns a penalty on the slope of D: at real, generated or points between."""
        # Integers have no gradient, and float16 does not mix with float32.
        real = ops.cast(real, fake.dtype)
        if name == "r1":
            return r1_penalty(input_gradient(self.judge, real))
        if name == "r2":
            return r2_penalty(input_gradient(self.judge, fake))
        shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        share = keras.random.uniform(shape, dtype=fake.dtype, seed=self.seed_generator)
        between = share * real + (1 - share) * fake
        return gradient_penalty(input_gradient(self.judge, between))

    def judge(self, examples):
        """D's logits while it trains; with packing, one for each pack of examples."""
        return self.discriminator(pack(examples, self.packing), training=True)

    def get_config(self):
        """The arguments of `__init__`; an objective of your own is not saved."""
        if self.objective is not OBJECTIVES.get(self.objective.name):
            raise ValueError(
                f"The objective {self.objective.name!r} is your own, and functions are "
                "not saved. Save `gan.generator` and `gan.discriminator` instead."
            )
        return {
            **super().get_config(),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "objective": self.objective.name,
            "discriminator_steps": self.discriminator_steps,
            "penalty": dict(self.penalty),
            "packing": self.packing,
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        players = {
            player: keras.saving.deserialize_keras_object(config[player])
            for player in ("generator", "discriminator")
        }
        return cls(**{**config, **players})


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
    if not isinstance(objective, str) or objective not in OBJECTIVES:
        raise ValueError(
            f"objective was {objective!r}, but must be one of "
            f"{', '.join(map(repr, OBJECTIVES))}{_near_match(objective, OBJECTIVES)}."
        )
    return OBJECTIVES[objective]


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
        if name not in PENALTY_WEIGHTS:
            raise ValueError(
                f"penalty was {name!r}, but must be None or one of "
                f"{', '.join(map(repr, PENALTY_WEIGHTS))}"
                f"{_near_match(name, PENALTY_WEIGHTS)}."
            )
        if not weight >= 0:
            raise ValueError(
                f"The weight of the penalty {name!r} was {weight}, but must be at "
                "least 0."
            )
    return dict(penalty)


def _near_match(name, allowed):
    near = difflib.get_close_matches(str(name), allowed, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
