"""The variational autoencoder: codes with noise, near a standard normal."""

import keras
import numpy as np
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import integer, number, one_of
from utils.measures.elbo import (
    bernoulli_reconstruction,
    gaussian_reconstruction,
    kl_to_standard_normal,
    reparametrize,
)
from utils.models.autoencoder import Autoencoder

LIKELIHOODS = ("gaussian", "bernoulli")
LEARNED = "learned"
#: Codes 150 times as wide as the prior; an encoder of examples near 1 starts near 0.
LARGEST_LOG_VARIANCE = 10.0


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class VAE(Autoencoder):
    """Minimizes an upper bound of −log p(x), p(x) = ∫ N(z; 0, I) p(x | z) dz.

    loss = E[−log p(x | z)] + β·KL(q(z | x) ‖ N(0, I)) with z drawn from
    q(z | x) = N(μ(x), diag(σ²(x))): both terms in nats per example, summed over the
    numbers of an example and over latent dimensions, averaged over the batch.

    Args:
        encoder: built `keras.Model` from examples `(n, ...)` to `(n, 2 * latent_dim)`:
            the mean and the log-variance of the code side by side.
        decoder: built `keras.Model` from `(n, latent_dim)` to examples; the generator
            of a GAN fits.
        likelihood: "gaussian": x is the decoder's output and noise; "bernoulli": the
            output is how white a pixel is, and all numbers lie in [-1, 1].
        variance: of that Gaussian noise; "learned" (one number for all pixels), or
            a positive number. A Bernoulli likelihood has none.
        beta: weight of the KL term, at least 0; 1 for the bound.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown or
            out of range.

    Source: Kingma and Welling (2014), "Auto-encoding variational Bayes"; Higgins et al.
    (2017) for β.
    """

    SETTINGS = ("likelihood", "variance", "beta")
    LOGS = ("reconstruction", "kl")
    CODE_PARTS = 2

    def __init__(
        self,
        encoder,
        decoder,
        likelihood="gaussian",
        variance=LEARNED,
        beta=1.0,
        **kwargs,
    ):
        _check_arguments(likelihood, variance, beta)
        super().__init__(encoder, decoder, **kwargs)
        self.likelihood = likelihood
        self.variance = variance
        self.beta = beta
        learned = likelihood == "gaussian" and variance == LEARNED
        self.noise_log_variance = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(
                0.0 if variance == LEARNED else np.log(variance)
            ),
            trainable=learned,
            name="noise_log_variance",
        )
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        """Returns decoder(z), μ and log σ² for examples, z drawn from q(z | x)."""
        mean, log_variance = self.posterior(x, training=training)
        code = self.drawn_code(mean, log_variance)
        return self.decoder(code, training=training), mean, log_variance

    def drawn_code(self, mean, log_variance):
        """Returns z drawn from N(μ, σ²), `(n, latent_dim)`."""
        noise = keras.random.normal(
            ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator
        )
        return reparametrize(mean, log_variance, noise)

    def posterior(self, x, training=False):
        """Returns the mean and the log-variance of q(z | x), `(n, latent_dim)` each."""
        codes = self.in_full(self.encoder(x, training=training))
        return ops.split(codes, 2, axis=-1)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Reconstruction plus β times KL, in nats per example."""
        made, mean, log_variance = y_pred
        reconstruction = self.reconstruction_loss(self.in_full(x), self.in_full(made))
        terms = {
            "reconstruction": self.weighted(reconstruction, sample_weight),
            "kl": self.weighted(
                kl_to_standard_normal(mean, log_variance), sample_weight
            ),
        }
        self.log(**terms)
        return ops.mean(terms["reconstruction"] + self.beta * terms["kl"])

    def reconstruction_loss(self, x, made):
        """Returns −log p(x | z) for examples and decoder outputs `(n, ...)`, `(n,)`."""
        if self.likelihood == "bernoulli":
            return bernoulli_reconstruction(x, made)
        return gaussian_reconstruction(x, made, self.noise_log_variance)

    @property
    def noise_std(self):
        """Standard deviation of the Gaussian likelihood, a float."""
        return float(np.exp(0.5 * ops.convert_to_numpy(self.noise_log_variance)))

    def encode(self, x):
        """Returns the means of q(z | x), NumPy `(n, latent_dim)`."""
        return self.in_batches(self.encoder, x)[:, : self.latent_dim]

    def sample(self, n, seed=0, noise=False):
        """Generates examples: decoder(z) with z from N(0, I).

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same examples.
            noise: whether to draw from p(x | z) itself, and not to take its mean.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: if n is not an integer of at least 1.
        """
        made = self.decode(standard_normal(integer(n, "n"), self.latent_dim, seed))
        if not noise:
            return made
        rng = np.random.default_rng(seed)
        if self.likelihood == "bernoulli":
            return np.where(rng.random(made.shape) < (made + 1) / 2, 1, -1).astype(
                made.dtype
            )
        return made + self.noise_std * rng.standard_normal(made.shape, made.dtype)

    def check_examples(self, x):
        """Raises a ValueError unless encoder and likelihood take an array."""
        super().check_examples(x)
        spread = self.in_batches(self.encoder, x[:256])[:, self.latent_dim :].max()
        if spread > LARGEST_LOG_VARIANCE:
            raise ValueError(
                f"The encoder's log-variance reaches {spread:.3g} on examples between "
                f"{x.min():g} and {x.max():g}, but its exponential must stay finite. "
                "The scale of the examples is the cause: divide them by their standard "
                f"deviation, {x.std():.3g}, or let the encoder start with "
                f"keras.layers.Rescaling({1 / x.std():.3g})."
            )
        if self.likelihood == "bernoulli" and (x.min() < -1 or x.max() > 1):
            raise ValueError(
                f"The examples lie in [{x.min():g}, {x.max():g}], but a Bernoulli "
                "likelihood takes numbers in [-1, 1], black to white: scale them, or "
                "use likelihood='gaussian'."
            )


def _check_arguments(likelihood, variance, beta):
    one_of(likelihood, LIKELIHOODS, "likelihood")
    if variance != LEARNED:
        if likelihood == "bernoulli":
            raise ValueError(
                f"variance was {variance!r}, but a Bernoulli likelihood has none: "
                "leave it out, or use likelihood='gaussian'."
            )
        number(variance, "variance", above=0, fix="Or leave it 'learned'.")
    number(beta, "beta", least=0)
