"""An encoder and a decoder: examples to short codes, and back again."""

import keras
import numpy as np
from keras import ops

from utils.models.examples import check_examples
from utils.models.faults import StopWhenNotFinite, variables_kept

_BATCH = 1000


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Autoencoder(keras.Model):
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

    #: How many numbers the encoder returns for each number of the code.
    CODE_PARTS = 1

    def __init__(self, encoder, decoder, **kwargs):
        check_coder(encoder, decoder, self.CODE_PARTS)
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.latent_dim = decoder.input_shape[-1]
        self.built = True

    def call(self, x, training=False):
        """The reconstruction of examples `(n, ...)`."""
        return self.decoder(self.encoder(x, training=training), training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean squared error of the reconstruction."""
        return ops.mean(ops.square(x - y_pred))

    def encode(self, x):
        """Returns the codes of examples `(n, ...)`, NumPy `(n, latent_dim)`."""
        return in_batches(self.encoder, x)

    def decode(self, codes):
        """Returns the examples that codes `(n, latent_dim)` stand for, NumPy."""
        return in_batches(self.decoder, codes)

    def reconstruct(self, x):
        """Returns decode(encode(x)), NumPy `(n, ...)`."""
        return self.decode(self.encode(x))

    def fit(self, x=None, *args, callbacks=None, **kwargs):
        """Trains as `keras.Model.fit` does, and stops when the loss is not finite.

        Raises:
            ValueError: if an array of examples has another shape than the encoder's,
                holds NaN or infinity, or pictures outside [-1, 1].
        """
        if isinstance(x, np.ndarray):
            self._check_examples(x)
        callbacks = [*(callbacks or []), StopWhenNotFinite()]
        variables = [*self.variables, *self.metrics_variables]
        if self.compiled:
            variables += self.optimizer.variables
        with variables_kept(variables):
            return super().fit(x, *args, callbacks=callbacks, **kwargs)

    def _check_examples(self, x):
        check_examples(x, self.encoder.input_shape[1:], "the encoder takes")

    def get_config(self):
        """The arguments of `__init__`."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        networks = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("encoder", "decoder")
        }
        return cls(**{**config, **networks})


def in_batches(function, x):
    """Returns what a function makes of an array, batch by batch, as NumPy.

    Args:
        function: from a tensor `(n, ...)` to a tensor `(n, ...)`.
        x: array `(n, ...)`, at least one row.

    Raises:
        ValueError: if there is no row.
    """
    x = ops.convert_to_numpy(x).astype(keras.config.floatx())
    if len(x) == 0:
        raise ValueError("There are no rows to compute with: give at least one.")
    return np.concatenate(
        [
            ops.convert_to_numpy(function(x[start : start + _BATCH]))
            for start in range(0, len(x), _BATCH)
        ]
    )


def check_coder(encoder, decoder, code_parts):
    """Raises a ValueError unless an encoder and a decoder fit together.

    Args:
        encoder: built `keras.Model` to `(n, code_parts * latent_dim)`.
        decoder: built `keras.Model` from `(n, latent_dim)`.
        code_parts: numbers that the encoder returns for each number of the code.
    """
    for name, network in (("encoder", encoder), ("decoder", decoder)):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(
                f"The {name} was {network!r}, but must be a built keras.Model: let it "
                "start with keras.Input(shape)."
            )
    latent, made = decoder.input_shape[1:], decoder.output_shape[1:]
    if len(latent) != 1 or latent[0] is None or latent[0] < 1:
        raise ValueError(
            f"The decoder takes inputs of shape {latent}, but a code has the shape "
            "(latent_dim,) with latent_dim >= 1. Start it with "
            "keras.Input((latent_dim,))."
        )
    wanted, returned = (code_parts * latent[0],), encoder.output_shape[1:]
    if returned != wanted:
        parts = " (mean and log-variance side by side)" if code_parts == 2 else ""
        raise ValueError(
            f"The encoder returns shape {returned}, but for the decoder's codes of "
            f"{latent[0]} numbers it must return {wanted}{parts}: end it with "
            f"keras.layers.Dense({wanted[0]})."
        )
    if encoder.input_shape[1:] != made:
        raise ValueError(
            f"The encoder takes examples of shape {encoder.input_shape[1:]}, but the "
            f"decoder makes {made}: build both for the same examples."
        )
