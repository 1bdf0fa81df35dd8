"""A VAE of answers to a source, where a source has several right ones."""

import keras
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import built_model, channels_last
from utils.core.validation import pictures as check_pictures
from utils.models.base import check_targets
from utils.models.vae import VAE
from utils.networks.conditional import attach


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class ConditionalVAE(VAE):
    """Minimizes a bound of −log p(y | x), p(y | x) = ∫ N(z; 0, I) p(y | x, z) dz.

    loss = E[−log p(y | x, z)] + β·KL(q(z | x, y) ‖ N(0, I)), z drawn from q(z | x, y):
    the loss of a VAE of targets y whose encoder and decoder see the source x too. The
    code z says which of the right answers it is, so the decoder cannot do without it.

    Args:
        encoder: built `keras.Model` from the target's channels and behind them the
            source's, `(n, height, width, target + source)`, to `(n, 2 * latent_dim)`.
        decoder: built `keras.Model` from the source's channels and behind them the code
            as planes, `(n, height, width, source + latent_dim)`, to targets, such as
            `networks.unet.plain_unet`.
        likelihood, variance, beta: as in `VAE`.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown or
            out of range.

    Source: Sohn, Lee and Yan (2015), "Learning structured output representation using
    deep conditional generative models".
    """

    UNWEIGHTED = "every pair counts once"

    def check_coder(self, encoder, decoder):
        """Returns latent_dim; raises a ValueError unless the networks fit together."""
        channels_last("A VAE of pictures")
        (*sides, seen), (*given, planes), made = (
            shape[1:]
            for shape in (
                built_model(encoder, "encoder").input_shape,
                built_model(decoder, "decoder").input_shape,
                decoder.output_shape,
            )
        )
        source, returned = seen - made[-1], encoder.output_shape[1:]
        latent_dim = planes - source
        wanted = (2 * latent_dim,)
        fits = tuple(sides) == tuple(given) == made[:-1]
        if not fits or min(source, latent_dim) < 1 or returned != wanted:
            raise ValueError(
                f"The encoder turns {(*sides, seen)} into {returned}, and the decoder "
                f"{(*given, planes)} into {made}. The encoder must take target and "
                "source, the decoder source and code as planes, both of one height and "
                "width, and the encoder return two numbers for each of the code."
            )
        return latent_dim

    def call(self, x, training=False):
        """One answer to each source `(n, height, width, channels)`, drawn anew."""
        shape = (ops.shape(x)[0], self.latent_dim)
        draws = {"dtype": self.variable_dtype, "seed": self.seed_generator}
        return self.answer(x, keras.random.normal(shape, **draws), training)

    def answer(self, x, code, training=False):
        """Returns the decoder's answer to sources x, given codes `(n, latent_dim)`."""
        return self.decoder(attach(x, code), training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Reconstruction of y plus β times KL, in nats per pair."""
        x, y = self.in_full(x), self.in_full(y)
        pair = ops.concatenate([y, x], axis=-1)
        mean, log_variance = self.posterior(pair, training=training)
        made = self.answer(x, self.drawn_code(mean, log_variance), training)
        return super().compute_loss(x=y, y_pred=(made, mean, log_variance))

    def encode(self, x, y):
        """Returns the means of q(z | x, y), NumPy `(n, latent_dim)`."""

        def codes(x, y):
            return self.encoder(ops.concatenate([y, x], axis=-1), training=False)

        return self.in_batches(codes, x, y)[:, : self.latent_dim]

    def decode(self, x, codes):
        """Returns the answers to sources that codes stand for, NumPy."""
        return self.in_batches(self.answer, x, codes)

    def reconstruct(self, x, y):
        """Returns decode(x, encode(x, y)), NumPy, as the targets."""
        return self.decode(x, self.encode(x, y))

    def sample(self, sources, seed=0):
        """Draws one answer to each source, with z from N(0, I).

        Arguments, result and errors as in `Pix2Pix.sample`.
        """
        self.check_examples(sources)
        return self.decode(
            sources, standard_normal(len(sources), self.latent_dim, seed)
        )

    def check_examples(self, x):
        """Raises a ValueError unless sources are pictures that the decoder takes."""
        *sides, planes = self.decoder.input_shape[1:]
        check_pictures(x, "The sources", (*sides, planes - self.latent_dim))

    def fit(self, x=None, y=None, *args, **kwargs):
        """Trains on sources x and their targets y.

        Raises:
            ValueError: as in `CourseModel.fit`, and for targets that are missing or no
                such pictures.
        """
        check_targets(x, y, self.decoder.output_shape[1:])
        return super().fit(x, y, *args, **kwargs)
