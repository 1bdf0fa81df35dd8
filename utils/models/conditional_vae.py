"""A VAE of answers to a source, where a source has several right ones."""

import keras
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.batches import standard_normal
from utils.core.validation import built_model, channels_last, rows
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

    def check_coder(self, encoder, decoder):
        """Returns latent_dim; raises a ValueError unless the networks fit together."""
        channels_last("A VAE of pictures")
        pair, planes, made = (
            shape[1:]
            for shape in (
                built_model(encoder, "encoder").input_shape,
                built_model(decoder, "decoder").input_shape,
                decoder.output_shape,
            )
        )
        returned, shapes = encoder.output_shape[1:], (pair, planes, made)
        if all(len(x) == 3 and isinstance(x[-1], int) for x in shapes):
            source = pair[-1] - made[-1]
            latent_dim = planes[-1] - source
            fits = pair[:-1] == planes[:-1] == made[:-1]
            if fits and min(source, latent_dim) > 0 and returned == (2 * latent_dim,):
                return latent_dim
        raise ValueError(
            f"The encoder turns {pair} into {returned}, and the decoder {planes} into "
            f"{made}. The encoder must take target and source, the decoder source and "
            "code as planes, both of one height and width, and the encoder return two "
            "numbers for each of the code."
        )

    def call(self, x, training=False):
        """One answer to each source `(n, height, width, channels)`, drawn anew.

        None while it trains: Keras hands it to `compute_loss`, which looks at others.
        """
        if training:
            return None
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
        coded = made, mean, log_variance
        return super().compute_loss(x=y, y_pred=coded, sample_weight=sample_weight)

    def encode(self, x, y):
        """Returns the means of q(z | x, y), NumPy `(n, latent_dim)`.

        Raises:
            ValueError: if x are no such sources, or y no such targets.
        """
        self.check_examples(x)
        self.check_answers(x, y)

        def codes(x, y):
            return self.encoder(ops.concatenate([y, x], axis=-1), training=False)

        return self.in_batches(codes, x, y)[:, : self.latent_dim]

    def decode(self, x, codes):
        """Returns the answers to sources that codes `(n, latent_dim)` stand for, NumPy.

        Raises:
            ValueError: if the sources or the codes have another shape.
        """
        self.check_examples(x)
        codes = rows(to_numpy(codes, "The codes"), "The codes", (self.latent_dim,))
        return self.in_batches(self.answer, x, codes)

    def reconstruct(self, x, y):
        """Returns decode(x, encode(x, y)), NumPy, as the targets."""
        return self.decode(x, self.encode(x, y))

    def sample(self, sources, seed=0):
        """Draws one answer to each source, with z from N(0, I).

        Arguments, result and errors as in `Pix2Pix.sample`.
        """
        codes = standard_normal(len(sources), self.latent_dim, seed)
        return self.decode(sources, codes)

    def check_examples(self, x):
        """Raises a ValueError unless sources are pictures that the decoder takes."""
        *sides, planes = self.decoder.input_shape[1:]
        check_pictures(x, "The sources", (*sides, planes - self.latent_dim))

    def check_answers(self, x, y):
        """Raises a ValueError for targets that are missing, or no such pictures."""
        check_targets(x, y, self.decoder.output_shape[1:])
