"""An embedding that learns from triplets: anchor, positive, negative."""

import keras
from keras import ops

from utils.core.validation import one_of
from utils.measures.mining import batch_hard, random_triplets, semi_hard
from utils.measures.pair_distances import mean_pairwise_distance
from utils.measures.triplets import active_fraction, check_margin, mined_loss
from utils.models.embedder import Embedder

MINING = ("random", "semi-hard", "batch-hard")


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class TripletModel(Embedder):
    """Minimizes max(d(a, p) - d(a, n) + margin, 0) over triplets chosen in each batch.

    The logs hold the share of the chosen triplets that are active, and the mean squared
    distance over all pairs: if that goes to 0 while the loss stays at exactly the
    margin, everything has collapsed into one point.

    Args:
        embedding: built `keras.Model` from pictures to `(n, d)`.
        mining: which triplets: "random", "semi-hard" or "batch-hard".
        margin: at least 0, in units of the distance; or "soft".
        squared: whether distances are squared Euclidean, or Euclidean.

    Raises:
        ValueError: if an argument is none of these.

    Source: Schroff, Kalenichenko, Philbin (2015); Hermans, Beyer, Leibe (2017).
    """

    SETTINGS = ("mining", "margin", "squared")
    LOGS = ("active_fraction", "mean_distance")

    def __init__(
        self, embedding, mining="batch-hard", margin=0.2, squared=True, **kwargs
    ):
        check_margin(margin)
        one_of(mining, MINING, "mining")
        super().__init__(embedding, **kwargs)
        self.mining, self.margin, self.squared = mining, margin, squared
        self.seed_generator = keras.random.SeedGenerator()

    def choose(self, labels, embeddings):
        """Returns the `Triplets` of a batch that this model learns from."""
        if self.mining == "random":
            seed = self.seed_generator
            return random_triplets(labels, embeddings, seed, self.squared)
        mine = batch_hard if self.mining == "batch-hard" else semi_hard
        return mine(labels, embeddings, self.squared)

    def batch_loss(self, labels, embeddings):
        """The mean loss of the triplets chosen in a batch."""
        triplets = self.choose(labels, embeddings)
        self.log(
            ops.shape(embeddings)[0],
            active_fraction=active_fraction(triplets, self.margin),
            mean_distance=mean_pairwise_distance(embeddings),
        )
        return mined_loss(triplets, self.margin)
