"""What every model that compares pictures by their embeddings has in common."""

import math

import keras
import numpy as np
from keras import ops

from utils.core.arrays import is_tensor, to_numpy
from utils.core.validation import built_model, finite, rows, unit_range
from utils.models.base import CourseModel


class Embedder(CourseModel):
    """One network for every picture; subclasses write `batch_loss`.

    It embeds, and refuses batches of which no pair can be made.
    """

    NETWORKS = ("embedding",)
    UNWEIGHTED = "its loss is one of pairs and triplets, and they have no weight"

    def __init__(self, embedding, **kwargs):
        if len(built_model(embedding, "embedding").output_shape) != 2:
            raise ValueError(
                f"The embedding returns shape {embedding.output_shape[1:]}, but must "
                "return one vector per picture: end it with keras.layers.Dense(d)."
            )
        super().__init__(**kwargs)
        self.embedding = embedding

    def call(self, pictures, training=False):
        """The embeddings `(n, d)` of pictures `(n, height, width, channels)`."""
        return self.embedding(pictures, training=training)

    def batch_loss(self, labels, embeddings):
        """Returns the loss of all that a batch can compare, a scalar tensor.

        Args:
            labels: `(n,)`, one number per person.
            embeddings: `(n, d)`.
        """
        raise NotImplementedError

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The loss of a batch; y says who is on each picture, y_pred are embeddings."""
        self.refuse_weights(sample_weight)
        _check_labels(y)
        return self.batch_loss(y, self.in_full(y_pred))

    def embed(self, pictures):
        """Embeds pictures batch by batch.

        Args:
            pictures: `(n, height, width, channels)`, in [-1, 1].

        Returns:
            NumPy array `(n, d)`, float32.

        Raises:
            ValueError: if the pictures have another shape than the network takes, hold
                NaN or infinity, or leave [-1, 1].
        """
        pictures = to_numpy(pictures, "The pictures", "float32")
        self.check_examples(pictures)
        return self.in_batches(self, pictures)

    def check_data(self, x):
        """Returns batches whose first one the model can learn from.

        Raises:
            ValueError: for plain arrays: their batches would hold hardly two pictures
                of anybody; for pictures that do not fit; for labels that are not one
                number per picture.
        """
        if isinstance(x, np.ndarray) or is_tensor(x):
            raise ValueError(
                f"fit was given an array of shape {tuple(x.shape)}, but batches cut "
                "from it would hold hardly two pictures of one person. Give "
                "utils.data.pk_batches.PKBatches(pictures, labels)."
            )
        if isinstance(x, keras.utils.PyDataset) and len(x):
            pictures, labels = (*x[0], None)[:2]
            self.check_examples(to_numpy(pictures, "The pictures"))
            _check_labels(labels)
        return super().check_data(x)

    def check_examples(self, x):
        """Raises a ValueError unless the embedding takes an array of pictures."""
        shape = self.embedding.input_shape[1:]
        finite(rows(x, "The pictures", shape, "picture"), "The pictures")
        if len(shape) == 3:
            unit_range(x, "The pictures")

    def own_callbacks(self, x):
        """What every training has, and other batches in each epoch, saved or not."""
        return [*super().own_callbacks(x), _GoOn(x)]


class _GoOn(keras.callbacks.Callback):
    """Draws the batches of the epoch that the model has come to.

    `PKBatches` draws each epoch by its number. Counted by itself, it would begin with
    the same batches again when a training goes on in a new process.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        if hasattr(self.batches, "epoch"):
            steps = int(ops.convert_to_numpy(self.model.optimizer.iterations))
            self.batches.epoch = steps // len(self.batches)


def _check_labels(labels):
    shape, dtype = (getattr(labels, name, None) for name in ("shape", "dtype"))
    names = getattr(dtype, "kind", "i") in "USO"
    if shape is None or names or math.prod(shape[1:]) != 1:
        raise ValueError(
            f"The labels have shape {shape} and type {dtype}, but must be (n,), one "
            "number per picture that says who is on it: of one-hot rows take "
            "labels.argmax(axis=1), for names np.unique(names, return_inverse=True)[1]."
        )
