"""Style in one pass: a network learns to lower the loss of style transfer."""

import keras
import numpy as np
from keras import ops

from utils.measures.textures import relative_content_loss, total_variation
from utils.models.style_arguments import check_picture, check_weights, chosen_layers
from utils.models.style_target import StyleTarget


class FeedForwardStyle(keras.Model):
    """Trains a network to repaint any photograph in the style of one painting.

    The loss is that of `StyleTransfer`, the mean over a batch of photographs; what is
    minimized is not a picture but the network that makes it.

    Args:
        painter: network from pictures in [-1, 1] to pictures of the same size.
        features: feature network; it does not learn.
        style: the painting, `(height, width, 3)` in [-1, 1].
        content_weight: α > 0.
        style_weight: β > 0.
        variation_weight: γ, at least 0.
        content_layer: name of the layer that keeps the content; None for the middle.
        layer_weights: `{name: λ > 0}`, scaled to sum to 1; None for all alike.

    Raises:
        ValueError: as `StyleTransfer`.

    Source: Johnson, Alahi and Fei-Fei (2016), "Perceptual losses for real-time style
    transfer and super-resolution".
    """

    def __init__(
        self,
        painter,
        features,
        style,
        content_weight=0.03,
        style_weight=1.0,
        variation_weight=0.0,
        content_layer=None,
        layer_weights=None,
    ):
        style = check_picture("style", style)
        check_weights(content_weight, style_weight, variation_weight)
        content_layer, layer_weights = chosen_layers(
            features, content_layer, layer_weights
        )
        super().__init__()
        self.painter = painter
        self.features = features
        self.content_weight = content_weight
        self.style_weight = style_weight
        self.variation_weight = variation_weight
        self.content_layer = content_layer
        self._wanted_style = StyleTarget(features, style, layer_weights)
        self.built = True

    @property
    def trainable_weights(self):
        """The painter's alone."""
        return self.painter.trainable_weights

    @property
    def non_trainable_weights(self):
        """Everything else."""
        learned = {id(v) for v in self.painter.trainable_weights}
        return [v for v in self.variables if id(v) not in learned]

    # Keras' trainers ask by either name.
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def call(self, pictures, training=False):
        """Repaints pictures `(n, height, width, 3)`, sides divisible by 4."""
        return self.painter(pictures, training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """α·content + β·style + γ·variation of the repainted pictures, their mean."""
        wanted = self.features(x, training=False)[self.content_layer]
        made = self.features(y_pred, training=False)
        content = relative_content_loss(made[self.content_layer], wanted)
        return (
            self.content_weight * content
            + self.style_weight * self._wanted_style.loss(made)
            + self.variation_weight * total_variation(y_pred)
        )

    def style_losses(self, pictures):
        """Returns the style loss of each repainted picture, NumPy `(n,)`.

        Args:
            pictures: `(n, height, width, 3)` in [-1, 1].
        """
        painted = self.repaint(pictures)
        losses = [self._wanted_style.loss(self.features(p[None])) for p in painted]
        return np.array([float(ops.convert_to_numpy(each)) for each in losses])

    def repaint(self, pictures):
        """Returns the repainted pictures, NumPy `(n, height, width, 3)`, one by one.

        Args:
            pictures: `(n, height, width, 3)` in [-1, 1], sides divisible by 4.

        Raises:
            ValueError: for another shape.
        """
        pictures = np.asarray(pictures, dtype="float32")
        if pictures.ndim != 4 or any(side % 4 for side in pictures.shape[1:3]):
            raise ValueError(
                f"The pictures have shape {pictures.shape}, but must be (n, height, "
                "width, 3) with sides divisible by 4: resize them."
            )
        return self.painter.predict(pictures, batch_size=1, verbose=0)
