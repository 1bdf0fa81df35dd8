"""A VAE whose reconstructions are compared by a discriminator, not by pixels."""

import keras
from keras import ops

from utils.autodiff import minimize, portable_train_step
from utils.core.validation import number
from utils.measures.adversarial import OBJECTIVES
from utils.measures.elbo import kl_to_standard_normal, reparametrize
from utils.models.autoencoder import check_coder
from utils.models.game import Game, check_players
from utils.models.gan import GAN

_OBJECTIVE = OBJECTIVES["non-saturating"]


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class VAEGAN(Game):
    """Trains a generator as the decoder of a VAE and as a player of a GAN at once.

    D goes up on V(D, G). Then encoder and generator go down together on

    similarity·E‖f(x) − f(G(z_x))‖² + beta·KL(q(z | x) ‖ N(0, I)) − E[log D(G(z))]

    with z_x from q(z | x), z from N(0, I), and f the input of D's last layer, mean
    square over its features. So pixels are compared by what D has learned to look at.

    Args:
        encoder: built `keras.Model` from examples to `(n, 2 * latent_dim)`.
        generator: built `keras.Model` from `(n, latent_dim)` to examples.
        discriminator: built `keras.Sequential` from examples to logits `(n, 1)` that
            ends in a layer of its own for the logit.
        similarity: weight of the reconstruction, at least 0.
        beta: weight of the KL term, at least 0.

    Raises:
        ValueError: if the networks do not fit together, or a weight is negative.

    Source: Larsen et al. (2016), "Autoencoding beyond pixels using a learned similarity
        metric".
    """

    NETWORKS = ("encoder", "generator", "discriminator")
    SETTINGS = ("similarity", "beta")
    LOGS = ("discriminator_loss", "generator_loss", "reconstruction", "kl")

    def __init__(
        self,
        encoder,
        generator,
        discriminator,
        similarity=1.0,
        beta=0.01,
        **kwargs,
    ):
        for name, weight in (("similarity", similarity), ("beta", beta)):
            number(weight, name, least=0)
        check_players(generator, discriminator)
        check_coder(encoder, generator, code_parts=2)
        super().__init__(generator, discriminator, **kwargs)
        self.encoder = encoder
        self.similarity = similarity
        self.beta = beta
        last_but_one = discriminator.layers[-1].input
        self.features = keras.Model(discriminator.inputs[0], last_but_one)

    def variables_of(self, player):
        """The encoder learns together with the generator."""
        coder = self.encoder.trainable_variables if player == "generator" else []
        return coder + super().variables_of(player)

    @portable_train_step
    def train_step(self, data):
        """D up once on V(D, G), then encoder and generator down once."""
        real = self.examples_of(data)
        self.update_discriminator(real)
        self.update_generator(real)
        return self.logs()

    update_discriminator, judging_loss = GAN.update_discriminator, GAN.judging_loss

    def discriminator_loss(self, real, fake):
        """What D lowers on a batch of real and generated examples: -V(D, G)."""
        return _OBJECTIVE.discriminator_loss(self.logits_of(real), self.logits_of(fake))

    def update_generator(self, real):
        """The turn of encoder and generator: one step down on both their losses."""
        latent = self.draw_latent(ops.shape(real)[0])
        minimize(
            lambda: (
                self.coding_loss(real)
                + self.adversarial_loss(self(latent, training=True))
            ),
            self.variables_of("generator"),
            self.optimizer["generator"],
        )

    def adversarial_loss(self, fake):
        """−E[log D(G(z))], a scalar in nats."""
        loss = _OBJECTIVE.generator_loss(None, self.logits_of(fake))
        self.log(ops.shape(fake)[0], generator_loss=loss)
        return loss

    def coding_loss(self, real):
        """Reconstruction in D's features, and β times KL, weighted, a scalar."""
        n = ops.shape(real)[0]
        codes = self.in_full(self.encoder(real, training=True))
        mean, log_variance = ops.split(codes, 2, axis=-1)
        code = reparametrize(mean, log_variance, self.draw_latent(n))
        wanted, made = (
            self.in_full(self.features(x, training=True))
            for x in (real, self(code, training=True))
        )
        reconstruction = ops.mean(ops.square(ops.stop_gradient(wanted) - made))
        kl = ops.mean(kl_to_standard_normal(mean, log_variance))
        self.log(n, reconstruction=reconstruction, kl=kl)
        return self.similarity * reconstruction + self.beta * kl

    def logits_of(self, examples):
        """D's logits while it trains."""
        return self.in_full(self.discriminator(examples, training=True))

    def encode(self, x):
        """Returns the means μ(x) of the codes of examples `(n, ...)`, NumPy."""
        return self.in_batches(self.encoder, x)[:, : self.latent_dim]

    def decode(self, codes):
        """Returns G(z) for codes `(n, latent_dim)`, NumPy."""
        return self.in_batches(self, codes)

    def reconstruct(self, x):
        """Returns G(μ(x)) for examples `(n, ...)`, NumPy."""
        return self.decode(self.encode(x))
