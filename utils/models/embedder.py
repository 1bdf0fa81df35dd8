"""What every model that compares pictures by their embeddings has in common."""

import keras
import numpy as np
from keras import ops

from utils.models.base import variables_kept

_BATCH = 500


class Embedder(keras.Model):
    """One network for every picture; subclasses write `compute_loss` over a batch.

    It embeds, keeps the means that `fit` logs, and refuses batches of which no pair
    can be made.
    """

    LOGS = ()

    def __init__(self, embedding, **kwargs):
        if not isinstance(embedding, keras.Model) or not embedding.built:
            raise ValueError(
                f"The embedding was {embedding!r}, but must be a built keras.Model: "
                "let it start with keras.Input(shape)."
            )
        if len(embedding.output_shape) != 2:
            raise ValueError(
                f"The embedding returns shape {embedding.output_shape[1:]}, but must "
                "return one vector a picture: end it with keras.layers.Dense(d)."
            )
        super().__init__(**kwargs)
        self.embedding = embedding
        self.means = {name: keras.metrics.Mean(name=name) for name in self.LOGS}
        self.built = True

    def call(self, pictures, training=False):
        """The embeddings `(n, d)` of pictures `(n, height, width, channels)`."""
        return self.embedding(pictures, training=training)

    def log(self, **values):
        """Adds values to the means of these names."""
        for name, value in values.items():
            self.means[name].update_state(value)

    def embed(self, pictures):
        """Embeds pictures batch by batch.

        Args:
            pictures: `(n, height, width, channels)`, in [-1, 1].

        Returns:
            NumPy array `(n, d)`, float32.

        Raises:
            ValueError: if the pictures have another shape than the network takes, or
                hold NaN or infinity.
        """
        pictures = self._pictures(pictures)
        batches = [
            ops.convert_to_numpy(self(pictures[start : start + _BATCH]))
            for start in range(0, len(pictures), _BATCH)
        ]
        return np.concatenate(batches).astype("float32")

    def fit(self, x=None, *args, **kwargs):
        """Trains as `keras.Model.fit` does, on batches with several pictures a person.

        Args:
            x: `utils.data.pk_batches.PKBatches`, or whatever yields pairs of pictures
                and people.
            *args: as in `keras.Model.fit`.
            **kwargs: as in `keras.Model.fit`.

        Raises:
            ValueError: for plain arrays: their batches would hold hardly two pictures
                of anybody.
        """
        if isinstance(x, np.ndarray) or ops.is_tensor(x):
            raise ValueError(
                f"fit was given an array of shape {tuple(x.shape)}, but batches cut "
                "from it would hold hardly two pictures of one person. Give "
                "utils.data.pk_batches.PKBatches(pictures, people)."
            )
        variables = [*self.variables, *self.metrics_variables]
        if self.compiled:
            # Built now: TensorFlow traces a step that creates variables twice.
            self.optimizer.build(self.trainable_variables)
            variables += self.optimizer.variables
        with variables_kept(variables):
            return super().fit(x, *args, **kwargs)

    def get_config(self):
        """The arguments of `__init__`."""
        return {
            **super().get_config(),
            "embedding": keras.saving.serialize_keras_object(self.embedding),
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        embedding = keras.saving.deserialize_keras_object(config["embedding"])
        return cls(**{**config, "embedding": embedding})

    def _pictures(self, pictures):
        pictures = np.asarray(ops.convert_to_numpy(pictures), dtype="float32")
        shape = self.embedding.input_shape[1:]
        if pictures.shape[1:] != shape or len(pictures) == 0:
            raise ValueError(
                f"The pictures have shape {pictures.shape}, but the embedding takes "
                f"(n, {', '.join(map(str, shape))}): for one picture write "
                "picture[None]."
            )
        if not np.isfinite(pictures).all():
            raise ValueError("The pictures hold NaN or infinity: give finite numbers.")
        return pictures
