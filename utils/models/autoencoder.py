"""An encoder and a decoder: examples to short codes, and back again."""

import keras
from keras import ops

from utils.core.validation import built_model, channels_last
from utils.models.base import CourseModel, check_examples, check_latent_input


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Autoencoder(CourseModel):
    """Learns codes from which a decoder can draw the examples again.

    It minimizes the mean squared error E‖x − decoder(encoder(x))‖² / numbers in x.
    The decoder is a generator: it makes an example of any code.

    Args:
        encoder: built `keras.Model` from examples `(n, ...)` to codes
            `(n, latent_dim)`.
        decoder: built `keras.Model` from `(n, latent_dim)` to examples.

    Raises:
        ValueError: if the networks do not fit together.

    Source: Rumelhart, Hinton and Williams (1986); Hinton and Salakhutdinov (2006).
    """

    NETWORKS = ("encoder", "decoder")
    #: How many numbers the encoder returns for each number of the code.
    CODE_PARTS = 1

    def __init__(self, encoder, decoder, **kwargs):
        latent_dim = self.check_coder(encoder, decoder)
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.latent_dim = latent_dim

    def check_coder(self, encoder, decoder):
        """Returns latent_dim; raises a ValueError unless the networks fit together."""
        return check_coder(encoder, decoder, self.CODE_PARTS)

    def call(self, x, training=False):
        """The reconstruction of examples `(n, ...)`."""
        return self.decoder(self.encoder(x, training=training), training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean squared error of the reconstruction, weighted per example."""
        errors = ops.square(self.in_full(x) - self.in_full(y_pred))
        per_example = ops.mean(errors, axis=tuple(range(1, len(errors.shape))))
        return ops.mean(self.weighted(per_example, sample_weight))

    def encode(self, x):
        """Returns the codes of examples `(n, ...)`, NumPy `(n, latent_dim)`."""
        return self.in_batches(self.encoder, x)

    def decode(self, codes):
        """Returns the examples that codes `(n, latent_dim)` stand for, NumPy."""
        return self.in_batches(self.decoder, codes)

    def reconstruct(self, x):
        """Returns decode(encode(x)), NumPy `(n, ...)`."""
        return self.decode(self.encode(x))

    def check_examples(self, x):
        """Raises a ValueError unless the encoder takes an array of examples."""
        check_examples(x, self.encoder.input_shape[1:], "the encoder takes")


def check_coder(encoder, decoder, code_parts):
    """Returns latent_dim of an encoder and a decoder that fit together.

    Args:
        encoder: built `keras.Model` to `(n, code_parts * latent_dim)`.
        decoder: built `keras.Model` from `(n, latent_dim)`.
        code_parts: numbers that the encoder returns for each number of the code.

    Raises:
        ValueError: if they do not.
    """
    built_model(encoder, "encoder")
    built_model(decoder, "decoder")
    made = decoder.output_shape[1:]
    if len(made) > 1:
        channels_last("An autoencoder of pictures")
    latent_dim = check_latent_input(decoder, "decoder", "a code")
    wanted, returned = (code_parts * latent_dim,), encoder.output_shape[1:]
    if returned != wanted:
        parts = " (mean and log-variance side by side)" if code_parts == 2 else ""
        raise ValueError(
            f"The encoder returns shape {returned}, but for the decoder's codes of "
            f"{latent_dim} numbers it must return {wanted}{parts}: end it with "
            f"keras.layers.Dense({wanted[0]})."
        )
    if encoder.input_shape[1:] != made:
        raise ValueError(
            f"The encoder takes examples of shape {encoder.input_shape[1:]}, but the "
            f"decoder makes {made}: build both for the same examples."
        )
    return latent_dim
