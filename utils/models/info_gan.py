"""A GAN whose latent vector holds a code that can be read off the picture again."""

import math

import keras
import numpy as np
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import built_model, class_labels, integer, number
from utils.measures.information import categorical_bound, gaussian_bound
from utils.models.gan import GAN
from utils.networks.conditional import features_and_logit


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class InfoGAN(GAN):
    """Trains G against D, and together with a recognizer Q that reads its code.

    The latent vector is (noise, c): c is one of k categories, all equally probable, as
    a one-hot vector, and numbers from U(−1, 1). G and Q go down together on

    G's loss − weight·L,   L = E[log Q(c | G(z, c))] + H(c) ≤ I(c; G(z, c)) ≤ H(c).

    Args:
        generator: built `keras.Model` from `(n, noise + categories + numbers)`.
        discriminator: built `keras.Model` from examples to logits `(n, 1)`.
        recognizer: Q, a built `keras.Model` from examples to `(n, categories +
            numbers)`: logits of the category, and the mean of each number; `(n,
            categories + 2·numbers)` if it learns log σ² of each as well. It may start
            from what the last layer of D sees, a `keras.Sequential`, nearly as in the
            paper: then all other layers of D are Q's too, and climb the bound in D's
            turn.
        categories: k, at least 2; 0 for none.
        numbers: continuous codes, at least 0.
        weight: of the bound in G's loss, at least 0; with 0 Q alone climbs it.
        std: σ of the numbers where Q does not learn it, positive.
        **kwargs: of `GAN`.

    Raises:
        ValueError: if the networks do not fit together, or an argument is out of range.

    Source: Chen et al. (2016), "InfoGAN: interpretable representation learning by
    information maximizing generative adversarial nets".
    """

    NETWORKS = (*GAN.NETWORKS, "recognizer")
    SETTINGS = (*GAN.SETTINGS, "categories", "numbers", "weight", "std")
    LOGS = (*GAN.LOGS, "bound")

    def __init__(
        self,
        generator,
        discriminator,
        recognizer,
        categories,
        numbers=0,
        weight=1.0,
        std=1.0,
        **kwargs,
    ):
        number(weight, "weight", least=0)
        number(std, "std", above=0)
        networks = generator, discriminator, recognizer
        features, learned = check_recognizer(*networks, categories, numbers)
        super().__init__(generator, discriminator, **kwargs)
        self.recognizer = recognizer
        self.features = features  # None where Q looks at the examples themselves
        self.categories, self.numbers = categories, numbers
        self.weight, self.std = weight, std
        self.noise_dim = self.latent_dim - categories - numbers
        self.learns_std = learned

    @property
    def code_entropy(self):
        """H(c) = log k + numbers·log 2 in nats: what the bound cannot pass."""
        return math.log(self.categories or 1) + self.numbers * math.log(2)

    def variables_of(self, player):
        """The recognizer learns together with the generator."""
        reader = self.recognizer.trainable_variables if player == "generator" else []
        return super().variables_of(player) + reader

    def draw_latent(self, n):
        """Draws n latent vectors: noise, a category as a one-hot vector, numbers."""
        draws = {"dtype": self.variable_dtype, "seed": self.seed_generator}
        parts = [keras.random.normal((n, self.noise_dim), **draws)]
        if self.categories:
            category = keras.random.randint(
                (n,), 0, self.categories, seed=self.seed_generator
            )
            parts.append(ops.one_hot(category, self.categories, dtype=parts[0].dtype))
        if self.numbers:
            shape = (n, self.numbers)
            parts.append(keras.random.uniform(shape, -1.0, 1.0, **draws))
        return ops.concatenate(parts, axis=-1)

    def judging_loss(self, real, fake, latent):
        """What D lowers: its loss, less the weighted bound if Q shares its layers."""
        loss = super().judging_loss(real, fake, latent)
        if self.features is None or not self.weight:
            return loss
        return loss - self.weight * self.bound(latent, fake, training=True)

    def latent_loss(self, real, latent):
        """What G and Q lower together: G's loss, less the weighted bound."""
        fake = self(latent, training=True)
        # With weight 0 the recognizer learns to read all the same; G does not listen.
        seen = fake if self.weight else ops.stop_gradient(fake)
        bound = self.bound(latent, seen, training=True)
        self.log(ops.shape(fake)[0], bound=bound)
        return self.generator_loss(real, fake) - (self.weight or 1.0) * bound

    def bound(self, latent, fake, training=False):
        """Returns L of generated examples and the latent vectors they came from.

        Args:
            latent: `(n, latent_dim)`.
            fake: G of it, `(n, ...)`.
            training: of Q.

        Returns:
            Scalar tensor, in nats.
        """
        codes, read = (
            ops.split(x, [self.categories, self.categories + self.numbers], axis=-1)
            for x in (
                self.in_full(latent)[:, self.noise_dim :],
                self.in_full(self.read(fake, training)),
            )
        )
        bound = 0.0
        if self.categories:
            bound = categorical_bound(read[0], ops.argmax(codes[0], axis=-1))
        if self.numbers:
            fixed = ops.full_like(read[1], 2 * math.log(self.std))
            log_variance = read[2] if self.learns_std else fixed
            bound = bound + gaussian_bound(read[1], log_variance, codes[1])
        return bound

    def latent_vectors(self, n, seed=0, category=None, numbers=None):
        """Returns latent vectors with the codes asked for, NumPy `(n, latent_dim)`.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same noise, and the same numbers.
            category: one for all, or `(n,)`; None for all in turn, 0, 1, ….
            numbers: `(numbers,)` for all, or `(n, numbers)`; None draws them.

        Raises:
            ValueError: if n is not an integer of at least 1, or there is no such code.
        """
        noise = standard_normal(integer(n, "n"), self.noise_dim, seed)
        parts = [noise]
        if self.categories:
            category = np.arange(n) % self.categories if category is None else category
            each = np.broadcast_to(class_labels(category, self.categories), n)
            parts.append(np.eye(self.categories)[each])
        if self.numbers:
            if numbers is None:
                shape = (n, self.numbers)
                numbers = np.random.default_rng(seed).uniform(-1, 1, shape)
            parts.append(np.broadcast_to(numbers, (n, self.numbers)))
        return np.concatenate(parts, axis=-1).astype(noise.dtype)

    def sample(self, n, seed=0, category=None, numbers=None):
        """Generates examples, of the codes asked for; as in `latent_vectors`.

        Returns:
            NumPy array `(n, ...)`.
        """
        latent = self.latent_vectors(n, seed, category, numbers)
        return self.in_batches(self, latent)

    def recognize(self, x):
        """Returns what Q reads off examples, NumPy `(n, ...)` as it comes out of Q."""
        return self.in_batches(self.read, x)

    def read(self, x, training=False):
        """What Q says of examples `(n, ...)`, a tensor."""
        if self.features is not None:
            x = self.features(x, training=training)
        return self.recognizer(x, training=training)


def check_recognizer(generator, discriminator, recognizer, categories, numbers):
    """Returns where Q starts from in D, and whether it learns its numbers' spread.

    Returns:
        A `keras.Model` from examples to what D's last layer sees, or None if Q takes
        examples; and a bool.

    Raises:
        ValueError: unless Q takes one of the two, and returns as much as there are
            codes.
    """
    integer(categories, "categories", least=0)
    integer(numbers, "numbers", least=0)
    codes = categories + numbers
    if categories == 1 or codes == 0:
        raise ValueError(
            f"categories was {categories} and numbers {numbers}: give two categories "
            "or more, or a number at least; one category says nothing."
        )
    latent = built_model(generator, "generator").input_shape[-1]
    if latent <= codes:
        raise ValueError(
            f"The generator takes {latent} numbers, of which {codes} are codes: build "
            "it for noise + categories + numbers, with noise of at least 1."
        )
    made, seen, features = generator.output_shape[1:], None, None
    taken = built_model(recognizer, "recognizer").input_shape[1:]
    returned = recognizer.output_shape[1:]
    if taken != made and isinstance(discriminator, keras.Sequential):
        examples, last, _ = features_and_logit(discriminator)
        features, seen = keras.Model(examples, last), tuple(last.shape[1:])
    fits = taken == made or (taken == seen and features.input_shape[1:] == made)
    if not fits or returned not in ((codes,), (codes + numbers,)):
        raise ValueError(
            f"The recognizer turns {taken} into {returned}, but must turn what the "
            f"generator makes, {made}, into ({codes},): a logit for each category and "
            "a mean for each number; one more for each number if it learns its spread. "
            "Or it starts from what the last layer of D sees, if D is a "
            "keras.Sequential and sees one example at a time."
        )
    return features, numbers > 0 and returned == (codes + numbers,)
