"""A discriminator that generates: its negative examples are its own."""

import keras
import numpy as np
from keras import ops

from utils.autodiff import minimize, portable_train_step
from utils.core.validation import integer, interval, number
from utils.measures.adversarial import logistic_discriminator_loss
from utils.models.base import CourseModel, check_examples
from utils.models.game import check_discriminator
from utils.sampling.ascent import ascend, ascent_step


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class EnergyModel(CourseModel):
    """Trains a discriminator on negative samples that it finds by itself.

    Each step is a round of persistent contrastive divergence: negative samples climb
    D's score from where earlier ones ended (a replay buffer), some of them from noise;
    then D learns to tell them from real examples. Its score is minus an energy: real
    examples end up in its valleys.

    Args:
        discriminator: built `keras.Model` from examples to logits `(n, 1)`. While it
            learns it is in training mode; with BatchNorm or Dropout the score of an
            example would then depend on others or on chance, so leave them out.
        bounds: `(low, high)`, what the numbers of an example lie between.
        steps: of ascent in each round, at least 1.
        step_size: of ascent, positive.
        noise: standard deviation of what is added after each step of ascent; with
            √(2·step_size) it is Langevin dynamics at temperature 1.
        buffer_size: how many negative samples are kept to go on from, at least 1.
        fresh: share of negative samples that start from noise, in [0, 1].
        decay: weight of the mean squared logit, which keeps the score from growing
            without end; at least 0.

    Raises:
        ValueError: if the discriminator does not return one logit per example, or an
            argument is out of range.

    Source: Hinton (2002); Tieleman (2008) for chains that persist; Du and Mordatch
    (2019), "Implicit generation and modeling with energy-based models".
    """

    NETWORKS = ("discriminator",)
    SETTINGS = (
        "bounds",
        "steps",
        "step_size",
        "noise",
        "buffer_size",
        "fresh",
        "decay",
    )
    LOGS = ("loss", "score_real", "score_negative")
    UNWEIGHTED = "its loss compares two sets of examples, in which all count alike"

    def __init__(
        self,
        discriminator,
        bounds=(-1.0, 1.0),
        steps=20,
        step_size=0.1,
        noise=0.0,
        buffer_size=1000,
        fresh=0.05,
        decay=0.0,
        **kwargs,
    ):
        check_discriminator(discriminator)
        bounds = interval(bounds, "bounds")
        steps = integer(steps, "steps")
        buffer_size = integer(buffer_size, "buffer_size")
        number(step_size, "step_size", above=0)
        number(noise, "noise", least=0)
        number(fresh, "fresh", least=0, most=1)
        number(decay, "decay", least=0)
        super().__init__(**kwargs)
        self.discriminator = discriminator
        self.bounds = bounds
        self.steps, self.step_size, self.noise = steps, step_size, noise
        self.buffer_size, self.fresh, self.decay = buffer_size, fresh, decay
        self.example_shape = tuple(discriminator.input_shape[1:])
        self.replay_buffer = self.add_weight(
            shape=(buffer_size, *self.example_shape),
            initializer=keras.initializers.RandomUniform(*self.bounds),
            trainable=False,
            name="replay_buffer",
        )
        self.seed_generator = keras.random.SeedGenerator()

    @property
    def metrics(self):
        """The trackers of the logs, without the one loss that Keras would add."""
        return list(self.trackers.values())

    def call(self, x, training=False):
        """The score of examples `(n, ...)`: logits `(n, 1)`."""
        return self.discriminator(x, training=training)

    @portable_train_step
    def train_step(self, data):
        """One round: find negative samples, then learn to tell them from real ones."""
        real = self.examples_of(data)
        n = ops.shape(real)[0]
        negative = self.negative_samples(n)
        # In float16 Keras wraps it in one that changes state in a branch: not on JAX.
        optimizer = getattr(self.optimizer, "inner_optimizer", self.optimizer)
        loss = minimize(
            lambda: self.contrastive_loss(real, negative),
            self.discriminator.trainable_variables,
            optimizer,
        )
        self.log(n, loss=loss)
        return self.logs()

    def contrastive_loss(self, real, negative):
        """The loss of telling real from negative samples, `decay` included."""
        scores = [self.in_full(self(x, training=True)) for x in (real, negative)]
        self.log(score_real=scores[0], score_negative=scores[1])
        squares = sum(ops.mean(ops.square(score)) for score in scores)
        return logistic_discriminator_loss(*scores) + self.decay * squares

    def negative_samples(self, n):
        """Goes on with n samples of the replay buffer, which keeps what they become."""
        places = keras.random.randint(
            (n,), 0, self.buffer_size, seed=self.seed_generator
        )
        kept = ops.take(self.replay_buffer.value, places, axis=0)
        samples = self.climb(self._starts(kept))
        self.replay_buffer.assign(
            ops.scatter_update(self.replay_buffer.value, places[:, None], samples)
        )
        return samples

    def climb(self, x):
        """Moves examples up the score: `steps` steps of ascent, with `noise`."""
        x = self.in_full(x)
        # Drawn before the loop: on JAX no state may change inside it.
        shape = (self.steps, *ops.shape(x))
        noise = self.noise * keras.random.normal(
            shape, dtype=x.dtype, seed=self.seed_generator
        )

        def step(i, x):
            epsilon = ops.take(noise, i, axis=0)
            return ascent_step(self, x, self.step_size, epsilon, self.bounds)

        return ops.stop_gradient(ops.fori_loop(0, self.steps, step, x))

    def _starts(self, kept):
        shape = (ops.shape(kept)[0], *[1] * len(self.example_shape))
        anew = keras.random.uniform(shape, seed=self.seed_generator) < self.fresh
        noise = keras.random.uniform(
            ops.shape(kept), *self.bounds, dtype=kept.dtype, seed=self.seed_generator
        )
        return ops.where(anew, noise, kept)

    def sample(self, n, seed=0, steps=None):
        """Generates examples: uniform noise that climbs the score.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same examples.
            steps: of ascent; None for ten times as many as in a round.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: if n is not an integer of at least 1.
        """
        shape = (integer(n, "n"), *self.example_shape)
        start = np.random.default_rng(seed).uniform(*self.bounds, shape)
        steps = 10 * self.steps if steps is None else steps
        # All in one batch: two batches would be given the same noise.
        arguments = (steps, self.step_size, self.noise, self.bounds, seed)
        return ascend(self, start, *arguments).astype(self.variable_dtype)

    def check_examples(self, x):
        """Raises a ValueError unless D takes an array, and its bounds hold it."""
        check_examples(x, self.example_shape, "the discriminator takes")
        low, high = self.bounds
        if x.min() < low or x.max() > high:
            raise ValueError(
                f"The examples lie in [{x.min():g}, {x.max():g}], but the negative "
                f"samples in [{low:g}, {high:g}]: give the model wider bounds."
            )

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described, in files of old as well."""
        config = {"buffer_size": config.get("memory"), **config}
        config.pop("memory", None)
        return super().from_config(config)
