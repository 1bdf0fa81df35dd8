"""Networks that are told a label: beside their input, by projection, or asked for it.

Each rule turns a plain network into one of two inputs, or of more outputs. A label is
an integer, `(n,)`, from 0 to classes − 1.
"""

import keras
from keras import layers, ops

from utils.core.validation import built_model, integer


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class AttachLabel(layers.Layer):
    """Attaches labels to examples as `classes` more numbers along the last axis.

    One-hot: y becomes a 1 in place y and 0 elsewhere. A vector `(n, d)` gets them
    behind its own, `(n, d + classes)`. A picture `(n, height, width, channels)` gets a
    plane for each class, which is 1 or 0 in all its pixels.

    Args:
        classes: how many there are, at least 2.

    Source: Mirza and Osindero (2014), "Conditional generative adversarial nets".
    """

    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.classes = integer(classes, "classes", least=2)

    def call(self, x, labels):
        labels = ops.cast(labels, "int32")
        return attach(x, ops.one_hot(labels, self.classes, dtype=x.dtype))

    def compute_output_shape(self, input_shape, *others):
        return (*input_shape[:-1], input_shape[-1] + self.classes)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}


def attach(x, numbers):
    """Attaches numbers to examples along the last axis; to pictures, as flat planes.

    Args:
        x: `(n, ..., d)`.
        numbers: `(n, k)`.

    Returns:
        Tensor `(n, ..., d + k)`.
    """
    k = numbers.shape[-1]
    planes = ops.reshape(numbers, (-1, *([1] * (len(x.shape) - 2)), k))
    planes = planes * ops.ones_like(x[..., :1])
    return ops.concatenate([x, planes], axis=-1)


def beside_input(network, classes):
    """Tells a network the label beside its input: net(x, y) = network([x, one-hot y]).

    Args:
        network: built `keras.Model` whose input has room for `classes` more numbers
            along its last axis: a generator from `(n, latent_dim + classes)`, or a
            discriminator of pictures with `channels + classes` planes.
        classes: how many there are, at least 2.

    Returns:
        A built `keras.Model` from `[x, labels (n,)]`, named as the network.

    Raises:
        ValueError: if the network is not built, or its input has no such room.
    """
    shape = built_model(network, "network").input_shape[1:]
    if shape[-1] <= integer(classes, "classes", least=2):
        raise ValueError(
            f"The network takes {shape}, but {classes} of its numbers along the last "
            "axis are for the label, and at least one for the example: build it with "
            f"{classes} more than the example has."
        )
    x = keras.Input((*shape[:-1], shape[-1] - classes), name="example")
    label = _label()
    made = network(AttachLabel(classes)(x, label))
    return keras.Model([x, label], made, name=network.name)


def by_projection(network, classes):
    """Tells a discriminator the label: D(x, y) = network(x) + ⟨e_y, f(x)⟩.

    f(x) is what the network's last layer sees, and e_y a learned vector for each class.

    Args:
        network: built `keras.Sequential` that ends in a layer for its one logit.
        classes: how many there are, at least 2.

    Returns:
        A built `keras.Model` from `[x, labels (n,)]` to logits `(n, 1)`.

    Raises:
        ValueError: if the network is no built `keras.Sequential`.

    Source: Miyato and Koyama (2018), "cGANs with projection discriminator".
    """
    x, features, logit = features_and_logit(network)
    label = _label()
    integer(classes, "classes", least=2)
    vectors = layers.Embedding(classes, features.shape[-1], name="label_vectors")
    match = layers.Dot(axes=1)([vectors(label), features])
    return keras.Model([x, label], layers.Add()([logit, match]), name=network.name)


def with_classifier(network, classes):
    """Lets a discriminator name the class as well: (logit, class logits) side by side.

    It is not told the label: an auxiliary classifier guesses it.

    Args:
        network: built `keras.Sequential` that ends in a layer for its one logit.
        classes: how many there are, at least 2.

    Returns:
        A built `keras.Model` from x to `(n, 1 + classes)`.

    Raises:
        ValueError: if the network is no built `keras.Sequential`.

    Source: Odena, Olah and Shlens (2017), "Conditional image synthesis with auxiliary
    classifier GANs".
    """
    x, features, logit = features_and_logit(network)
    named = layers.Dense(integer(classes, "classes", least=2))(features)
    both = layers.Concatenate()([logit, named])
    return keras.Model(x, both, name=network.name)


def _label():
    return keras.Input((), dtype="int32", name="label")


def features_and_logit(network):
    """Returns an input, what a discriminator's last layer sees of it, and its logit."""
    built_model(network, "discriminator", keras.Sequential)
    x = features = keras.Input(network.input_shape[1:], name="example")
    for layer in network.layers[:-1]:
        features = layer(features)
    return x, features, network.layers[-1](features)
