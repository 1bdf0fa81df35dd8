"""A Siamese network: the same embedding for both pictures of a pair, then a verdict."""

import keras
from keras import layers, ops

from utils.core.validation import one_of
from utils.measures.contrastive import balanced_pairs, contrastive_loss
from utils.measures.pair_distances import (
    absolute_features,
    chi_square_features,
    euclidean_distance,
    mean_pairwise_distance,
    squared_distance,
)
from utils.models.embedder import Embedder

FEATURES = {"absolute": absolute_features, "chi-square": chi_square_features}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class SiameseModel(Embedder):
    """Learns from pairs: are these two pictures of one person?

    Without a head it minimizes the contrastive loss of the Euclidean distance. With one
    it minimizes the binary cross-entropy of a logit, Σ w_k·f_k(a, b) + bias, of the
    features |a - b| or (a - b)² / (a + b). All pairs of a batch count; pairs of one
    person weigh as much in sum as pairs of two.

    Args:
        embedding: built `keras.Model` from pictures to `(n, d)`.
        head: None, "absolute" or "chi-square".
        margin: of the contrastive loss, positive.

    Raises:
        ValueError: if an argument is none of these.

    Source: Hadsell, Chopra, LeCun (2006); Koch, Zemel, Salakhutdinov (2015); Taigman,
        Yang, Ranzato, Wolf (2014).
    """

    SETTINGS = ("head", "margin")
    LOGS = ("mean_distance",)

    def __init__(self, embedding, head=None, margin=1.0, **kwargs):
        one_of(head, (None, *FEATURES), "head")
        contrastive_loss([1.0], [0.0], margin)  # refuses a bad margin now
        super().__init__(embedding, **kwargs)
        self.head, self.margin = head, margin
        self.verdict = None
        if head:
            self.verdict = layers.Dense(1, name="verdict", dtype=keras.config.floatx())
            self.verdict.build((None, embedding.output_shape[-1]))

    def compare(self, a, b):
        """Returns how alike two embeddings are, larger for one person.

        Args:
            a, b: embeddings `(..., d)`, of shapes that broadcast.

        Returns:
            Tensor `(...)`: the logit of the head, or minus the squared distance.
        """
        if not self.head:
            return -squared_distance(a, b)
        return ops.squeeze(self.verdict(FEATURES[self.head](a, b)), axis=-1)

    def batch_loss(self, labels, embeddings):
        """The loss over all pairs of a batch, those of one person balanced."""
        self.log(
            ops.shape(embeddings)[0], mean_distance=mean_pairwise_distance(embeddings)
        )
        same, weights = balanced_pairs(labels)
        a, b = embeddings[:, None], embeddings[None]
        if not self.head:
            return contrastive_loss(
                same, euclidean_distance(a, b), self.margin, weights
            )
        logits = self.compare(a, b)
        # The cross-entropy: softplus(-logit) for one person, softplus(logit) for two.
        losses = ops.softplus(ops.where(same > 0, -logits, logits))
        return ops.sum(losses * weights) / ops.maximum(ops.sum(weights), 1.0)
