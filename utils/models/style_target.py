"""The style that a picture is to have: which channels fire together, layer by layer."""

from utils.measures.textures import gram_distance, scaled_gram_matrix
from utils.models.style_arguments import constant


class StyleTarget:
    """The Gram matrices of a painting, and how far those of a picture are from them.

    Args:
        features: feature network; it does not learn.
        painting: `(1, height, width, 3)` in [-1, 1].
        layer_weights: `{name: λ > 0}`, summing to 1.
    """

    def __init__(self, features, painting, layer_weights):
        activations = features(painting, training=False)
        self.layer_weights = layer_weights
        self.grams = {
            name: constant(scaled_gram_matrix(activations[name]))
            for name in layer_weights
        }

    def loss(self, activations):
        """Returns Σ_l λ_l·Σ(G − A)²/ΣA², the mean over the batch, a scalar tensor.

        Args:
            activations: `{name: (n, h, w, c)}` of pictures.
        """
        return sum(
            weight
            * gram_distance(
                scaled_gram_matrix(activations[name]), self.grams[name], "relative"
            )
            for name, weight in self.layer_weights.items()
        )
