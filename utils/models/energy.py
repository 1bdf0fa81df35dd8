"""A discriminator that generates: it learns from its own dreams."""

import keras
import numpy as np
from keras import ops

from utils.autodiff import minimize, portable_train_step
from utils.measures.adversarial import logistic_discriminator_loss
from utils.models.base import check_examples, variables_kept
from utils.models.stop_when_not_finite import StopWhenNotFinite
from utils.sampling.ascent import ascend, ascent_step


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class EnergyModel(keras.Model):
    """Trains a discriminator whose negative examples are its own.

    Each step is a round: D dreams (it climbs its own score from where earlier dreams
    ended, some of them from noise), then it learns to tell the dreams from real
    examples. Its score is minus an energy: real examples end up in its valleys.

    Args:
        discriminator: built `keras.Model` from examples to logits `(n, 1)`, without
            BatchNorm or Dropout, which would make the score of one example depend on
            others or on chance.
        bounds: `(low, high)`, what the numbers of an example lie between.
        steps: of ascent in each round, at least 1.
        step_size: of ascent, positive.
        noise: standard deviation of what is added after each step of ascent; with
            √(2·step_size) it is Langevin dynamics at temperature 1.
        memory: how many dreams are kept to go on from (a replay buffer), at least 1.
        fresh: share of dreams that start from noise, in [0, 1].
        decay: weight of the mean squared logit, which keeps the score from growing
            without end; at least 0.

    Raises:
        ValueError: if the discriminator does not return one logit an example, or an
            argument is out of range.

    Source: Hinton (2002); Tieleman (2008) for dreams that go on; Du and Mordatch
    (2019), "Implicit generation and modeling with energy-based models".
    """

    LOGS = ("loss", "score_real", "score_dreamt")

    def __init__(
        self,
        discriminator,
        bounds=(-1.0, 1.0),
        steps=20,
        step_size=0.1,
        noise=0.0,
        memory=1000,
        fresh=0.05,
        decay=0.0,
        **kwargs,
    ):
        _check_discriminator(discriminator)
        _check_arguments(bounds, steps, step_size, noise, memory, fresh, decay)
        super().__init__(**kwargs)
        self.discriminator = discriminator
        self.bounds = tuple(float(bound) for bound in bounds)
        self.steps, self.step_size, self.noise = steps, step_size, noise
        self.fresh, self.decay = fresh, decay
        self.example_shape = tuple(discriminator.input_shape[1:])
        self.memory = self.add_weight(
            shape=(memory, *self.example_shape),
            initializer=keras.initializers.RandomUniform(*self.bounds),
            trainable=False,
            name="memory",
        )
        self.seed_generator = keras.random.SeedGenerator()
        self.means = {name: keras.metrics.Mean(name=name) for name in self.LOGS}
        self.built = True

    @property
    def metrics(self):
        """The means in the logs, and no others: `History` then holds epoch means."""
        return list(self.means.values())

    def call(self, x, training=False):
        """The score of examples `(n, ...)`: logits `(n, 1)`."""
        return self.discriminator(x, training=training)

    @portable_train_step
    def train_step(self, data):
        """One round: dream, then learn to tell the dreams from real examples."""
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        dreams = self.dream(ops.shape(real)[0])
        real = ops.cast(real, dreams.dtype)
        loss = minimize(
            lambda: self.compare(real, dreams),
            self.discriminator.trainable_variables,
            self.optimizer,
        )
        self.means["loss"].update_state(loss)
        return {name: mean.result() for name, mean in self.means.items()}

    def compare(self, real, dreams):
        """The loss of telling real examples from dreams, `decay` included."""
        scores = self(real), self(dreams)
        for name, score in zip(self.LOGS[1:], scores, strict=True):
            self.means[name].update_state(score)
        squares = sum(ops.mean(ops.square(score)) for score in scores)
        return logistic_discriminator_loss(*scores) + self.decay * squares

    def dream(self, n):
        """Goes on with n dreams of the memory, which keeps what they become."""
        size = self.memory.shape[0]
        places = keras.random.randint((n,), 0, size, seed=self.seed_generator)
        dreams = self.climb(self._starts(ops.take(self.memory.value, places, axis=0)))
        kept = ops.scatter_update(self.memory.value, places[:, None], dreams)
        self.memory.assign(kept)
        return dreams

    def climb(self, x):
        """Moves examples up the score: `steps` steps of ascent, with `noise`."""
        x = ops.convert_to_tensor(x)
        # Drawn before the loop: on JAX no state may change inside it.
        shape = (self.steps, *ops.shape(x))
        noise = self.noise * keras.random.normal(shape, seed=self.seed_generator)

        def step(i, x):
            epsilon = ops.take(noise, i, axis=0)
            return ascent_step(
                self.discriminator, x, self.step_size, epsilon, self.bounds
            )

        return ops.stop_gradient(ops.fori_loop(0, self.steps, step, x))

    def _starts(self, remembered):
        shape = (ops.shape(remembered)[0], *[1] * len(self.example_shape))
        anew = keras.random.uniform(shape, seed=self.seed_generator) < self.fresh
        noise = keras.random.uniform(
            ops.shape(remembered), *self.bounds, seed=self.seed_generator
        )
        return ops.where(anew, noise, remembered)

    def sample(self, n, seed=0, steps=None):
        """Generates examples: uniform noise that climbs the score.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same examples.
            steps: of ascent; None for ten times as many as in a round.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: if n is less than 1.
        """
        if n < 1:
            raise ValueError(f"n was {n}, but at least 1 example can be sampled.")
        rng = np.random.default_rng(seed)
        start = rng.uniform(*self.bounds, (n, *self.example_shape))
        steps = 10 * self.steps if steps is None else steps
        return ascend(
            self.discriminator,
            start,
            steps,
            self.step_size,
            self.noise,
            self.bounds,
            seed,
        )

    def fit(self, x=None, *args, callbacks=None, **kwargs):
        """Trains as `keras.Model.fit` does, and stops when the loss is not finite.

        Raises:
            ValueError: if an array of examples has another shape than the
                discriminator's, holds NaN or infinity, or leaves the bounds.
        """
        if isinstance(x, np.ndarray):
            self._check_examples(x)
        callbacks = [*(callbacks or []), StopWhenNotFinite()]
        variables = [*self.variables, *self.metrics_variables]
        if self.compiled:
            self.optimizer.build(self.trainable_variables)  # the step itself may not
            variables += self.optimizer.variables
        with variables_kept(variables):
            return super().fit(x, *args, callbacks=callbacks, **kwargs)

    def _check_examples(self, x):
        check_examples(x, self.example_shape, "the discriminator takes")
        low, high = self.bounds
        if x.min() < low or x.max() > high:
            raise ValueError(
                f"The examples lie in [{x.min():g}, {x.max():g}], but the dreams in "
                f"[{low:g}, {high:g}]: give the model wider bounds."
            )

    def get_config(self):
        """The arguments of `__init__`."""
        return {
            **super().get_config(),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "bounds": list(self.bounds),
            "steps": self.steps,
            "step_size": self.step_size,
            "noise": self.noise,
            "memory": self.memory.shape[0],
            "fresh": self.fresh,
            "decay": self.decay,
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        discriminator = keras.saving.deserialize_keras_object(config["discriminator"])
        return cls(**{**config, "discriminator": discriminator})


def _check_discriminator(discriminator):
    if not isinstance(discriminator, keras.Model) or not discriminator.built:
        raise ValueError(
            f"The discriminator was {discriminator!r}, but must be a built "
            "keras.Model: let it start with keras.Input(shape)."
        )
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            f"The discriminator returns shape {discriminator.output_shape[1:]}, but "
            "must return one logit an example: end it with keras.layers.Dense(1)."
        )


def _check_arguments(bounds, steps, step_size, noise, memory, fresh, decay):
    for name, value in (("steps", steps), ("memory", memory)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(
                f"{name} was {value!r}, but must be an integer of at least 1."
            )
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise ValueError(f"bounds were {bounds}, but must be (low, high), low < high.")
    for name, value, allowed, fits in (
        ("step_size", step_size, "positive", 0 < step_size < np.inf),
        ("noise", noise, "at least 0", 0 <= noise < np.inf),
        ("fresh", fresh, "a share in [0, 1]", 0 <= fresh <= 1),
        ("decay", decay, "at least 0", 0 <= decay < np.inf),
    ):
        if not fits:
            raise ValueError(f"{name} was {value}, but must be {allowed}.")
