"""Style in one pass: a network learns to lower the loss of style transfer."""

import numpy as np
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.validation import pictures as check_pictures
from utils.measures.textures import relative_content_loss, total_variation
from utils.models.style_model import StyleModel


class FeedForwardStyle(StyleModel):
    """Trains a network to repaint any photograph in the style of one painting.

    The loss is that of `StyleTransfer`, the mean over a batch of photographs; what is
    minimized is not a picture but the network that makes it.

    Args:
        painter: network from pictures in [-1, 1] to pictures of the same size.
        features: feature network; it does not learn.
        style: the painting, `(height, width, 3)` in [-1, 1].
        **weights: α, β, γ and the layers, as `StyleTransfer` takes them.

    Raises:
        ValueError: as `StyleTransfer`.

    Source: Johnson, Alahi and Fei-Fei (2016), "Perceptual losses for real-time style
    transfer and super-resolution".
    """

    KEEP = 'its painter, model.painter.save("painter.keras"), which repaints by itself'

    def __init__(self, painter, features, style, **weights):
        super().__init__(features, style, **weights)
        self.painter = painter

    @property
    def learned(self):
        """The painter's weights."""
        return self.painter.trainable_weights

    def call(self, pictures, training=False):
        """Repaints pictures `(n, height, width, 3)`, sides divisible by 4."""
        return self.painter(pictures, training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """α·content + β·style + γ·variation of the repainted pictures, their mean."""
        y_pred = self.in_full(y_pred)
        wanted = self.activations(x)[self.content_layer]
        made = self.activations(y_pred)
        content = relative_content_loss(made[self.content_layer], wanted)
        return (
            self.content_weight * content
            + self.style_weight * self.style_loss(made)
            + self.variation_weight * total_variation(y_pred)
        )

    def style_losses(self, pictures):
        """Returns the style loss of each repainted picture, NumPy `(n,)`.

        Args:
            pictures: `(n, height, width, 3)` in [-1, 1].
        """
        painted = self.repaint(pictures)
        losses = [self.style_loss(self.activations(p[None])) for p in painted]
        return np.array([float(ops.convert_to_numpy(each)) for each in losses])

    def repaint(self, pictures):
        """Returns the repainted pictures, NumPy `(n, height, width, 3)`, one by one.

        Args:
            pictures: `(n, height, width, 3)` in [-1, 1], sides divisible by 4.

        Raises:
            ValueError: for another shape or range, or no picture.
        """
        pictures = to_numpy(pictures, "The pictures", "float32")
        self.check_examples(pictures)
        painted = self.painter.predict(pictures, batch_size=1, verbose=0)
        return painted.astype(self.variable_dtype)

    def check_examples(self, x):
        """Raises a ValueError unless x are pictures that can be repainted."""
        height, width = check_pictures(x, shape=(None, None, 3)).shape[1:3]
        if height % 4 or width % 4 or min(height, width) < 16:
            raise ValueError(
                f"The pictures have {height}×{width} pixels, but their sides must be "
                "divisible by 4 and at least 16: resize or cut them."
            )
        self.activations(np.zeros((1, height, width, 3), "float32"))
