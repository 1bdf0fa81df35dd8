"""What both ways to a style share: its loss, and a network that only looks."""

import contextlib

import keras
import numpy as np
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.validation import number, one_of, pictures
from utils.measures.textures import gram_distance, scaled_gram_matrix
from utils.models.base import CourseModel


class StyleModel(CourseModel):
    """Keeps the Gram matrices of a painting: which channels fire together.

    Args:
        features: feature network, from pictures in [-1, 1] to `{name: activations}`.
        style: the painting, `(height, width, 3)` in [-1, 1], or None.
        content_weight, style_weight: α > 0 and β > 0.
        variation_weight: γ ≥ 0.
        content_layer: name of the layer that keeps the content; None for the middle.
        layer_weights: `{name: λ > 0}` of the style layers, scaled to sum to 1; None
            for all alike.
    """

    #: What to keep in place of the model.
    KEEP = "what it has made"
    UNWEIGHTED = "its loss is one of whole pictures"

    def __init__(
        self,
        features,
        style,
        content_weight=0.03,
        style_weight=1.0,
        variation_weight=0.0,
        content_layer=None,
        layer_weights=None,
    ):
        weights = _check_weights(content_weight, style_weight, variation_weight)
        names = _layer_names(features)
        content_layer = content_layer or names[len(names) // 2]
        layer_weights = layer_weights or dict.fromkeys(names, 1.0)
        for name in (content_layer, *layer_weights):
            one_of(name, names, "layer", "These the feature network has.")
        for name, weight in layer_weights.items():
            number(weight, f"The weight of {name}", above=0, fix="Or leave it out.")
        # Pixels and losses are whole; the networks may compute in half precision.
        super().__init__(dtype=keras.config.floatx())
        self.features = features
        self.content_weight, self.style_weight, self.variation_weight = weights
        self.content_layer = content_layer
        total = sum(layer_weights.values())
        self.layer_weights = {name: w / total for name, w in layer_weights.items()}
        self.grams = None
        if style is not None:
            activations = self.activations(check_picture("style", style))
            self.grams = {
                name: constant(scaled_gram_matrix(activations[name]))
                for name in layer_weights
            }

    def get_config(self):
        """Refuses to be saved: a file would hold a whole feature network.

        Raises:
            ValueError: always; it says what to save instead.
        """
        raise ValueError(
            f"A {type(self).__name__} is not saved: it would carry the feature network "
            f"and the painting along. Save {self.KEEP}."
        )

    @property
    def trainable_weights(self):
        """What the subclass names as `learned`: no feature network learns here."""
        return self.learned

    @property
    def non_trainable_weights(self):
        """Everything else."""
        learned = set(map(id, self.learned))
        return [v for v in self.variables if id(v) not in learned]

    # Keras' trainers ask by either name.
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def activations(self, pictures):
        """Returns `{name: (n, h, w, c)}` of pictures, in full precision.

        Raises:
            ValueError: for pictures too small for the feature network.
        """
        with large_enough(*pictures.shape[1:3]):
            found = self.features(pictures, training=False)
        return {name: self.in_full(each) for name, each in found.items()}

    def style_loss(self, activations):
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


@contextlib.contextmanager
def large_enough(height, width):
    """Says so in a sentence if a feature network fails on pictures of a size."""
    try:
        yield
    except Exception as error:  # each backend has its own for an empty picture
        raise ValueError(
            f"The feature network cannot take pictures of {height}×{width} pixels "
            f"({type(error).__name__}): give larger ones, or a pyramid of fewer "
            "levels or smaller filters."
        ) from error


def constant(tensor):
    """Returns a tensor cut off from whatever made it."""
    return ops.convert_to_tensor(ops.convert_to_numpy(tensor))


def check_picture(name, picture):
    """Returns a picture `(height, width, 3)` as float32 `(1, height, width, 3)`.

    Raises:
        ValueError: for another shape or type, or pixels outside [-1, 1].
    """
    if np.ndim(picture) != 3 or np.shape(picture)[-1] != 3:
        raise ValueError(
            f"{name} has shape {np.shape(picture)}, but must be (height, width, 3): "
            "open_picture makes that of a file, gray and transparent ones too."
        )
    picture = to_numpy(picture, name, "float32")[None]
    return pictures(picture, name)


def _layer_names(features):
    outputs = getattr(features, "output", None)
    if isinstance(outputs, dict):
        return list(outputs)
    raise ValueError(
        "features must be a network that returns {name: activations}: build it with "
        "random_filter_pyramid(), vgg19_features() or layer_features(model, names)."
    )


def _check_weights(content, style, variation):
    without = "Leave the picture out, as None, to do without it."
    number(content, "content_weight", above=0, fix=without)
    number(style, "style_weight", above=0, fix=without)
    number(variation, "variation_weight", least=0)
    return content, style, variation
