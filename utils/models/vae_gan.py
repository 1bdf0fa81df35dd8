"""A VAE whose reconstructions are judged by a discriminator and not by pixels."""

import keras
from keras import ops

from utils.autodiff import minimize, portable_train_step
from utils.measures.adversarial import OBJECTIVES
from utils.measures.elbo import kl_to_standard_normal, reparametrize
from utils.models.autoencoder import check_coder
from utils.models.game import Game, check_players


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
            if not weight >= 0:
                raise ValueError(f"{name} was {weight!r}, but must be at least 0.")
        check_players(generator, discriminator)
        check_coder(encoder, generator, code_parts=2)
        super().__init__(generator, discriminator, **kwargs)
        self.encoder = encoder
        self.similarity = similarity
        self.beta = beta
        last_but_one = discriminator.layers[-1].input
        self.judge = keras.Model(discriminator.inputs[0], last_but_one)

    def variables_of(self, player):
        """The encoder learns together with the generator."""
        coder = self.encoder.trainable_variables if player == "generator" else []
        return coder + super().variables_of(player)

    @portable_train_step
    def train_step(self, data):
        """D up once on V(D, G), then encoder and generator down once."""
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        objective = OBJECTIVES["non-saturating"]
        fake = ops.stop_gradient(self(self.draw_latent(ops.shape(real)[0])))
        loss = minimize(
            lambda: objective.discriminator_loss(
                self.discriminator(real), self.discriminator(fake)
            ),
            self.variables_of("discriminator"),
            self.optimizer["discriminator"],
        )
        self.log(discriminator_loss=loss)
        latent = self.draw_latent(ops.shape(real)[0])
        minimize(
            lambda: (
                self.coding_loss(real)
                + self.adversarial_loss(self(latent, training=True))
            ),
            self.variables_of("generator"),
            self.optimizer["generator"],
        )
        return self.logs()

    def adversarial_loss(self, fake):
        """−E[log D(G(z))], a scalar in nats."""
        loss = OBJECTIVES["non-saturating"].generator_loss(
            None, self.discriminator(fake)
        )
        self.log(generator_loss=loss)
        return loss

    def coding_loss(self, real):
        """Reconstruction in D's features, and β times KL, weighted, a scalar."""
        mean, log_variance = ops.split(self.encoder(real, training=True), 2, axis=-1)
        noise = self.draw_latent(ops.shape(real)[0])
        made = self(reparametrize(mean, log_variance, noise), training=True)
        errors = ops.square(ops.stop_gradient(self.judge(real)) - self.judge(made))
        kl = ops.mean(kl_to_standard_normal(mean, log_variance))
        reconstruction = ops.mean(errors)
        self.log(reconstruction=reconstruction, kl=kl)
        return self.similarity * reconstruction + self.beta * kl

    def reconstruct(self, x):
        """Returns G(μ(x)) for examples `(n, ...)`, NumPy."""
        mean, _ = ops.split(self.encoder(ops.convert_to_tensor(x)), 2, axis=-1)
        return ops.convert_to_numpy(self(mean))

    def get_config(self):
        """The arguments of `__init__`."""
        networks = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("encoder", "generator", "discriminator")
        }
        return {
            **super().get_config(),
            **networks,
            "similarity": self.similarity,
            "beta": self.beta,
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        networks = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("encoder", "generator", "discriminator")
        }
        return cls(**{**config, **networks})
