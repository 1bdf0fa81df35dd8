"""A GAN that is told, or asked for, the class of what it draws."""

import keras
import numpy as np
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import built_model, class_labels, integer, number
from utils.models.base import check_latent_input
from utils.models.gan import GAN


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class ConditionalGAN(GAN):
    """Trains G(z, y) against a discriminator of pictures and their labels.

    V(D, G) = E[log D(x, y)] + E[log(1 − D(G(z, y), y))], with the same labels y for
    both: at the best D it measures 2·E_y[JS(p(x | y), q(x | y))] − 2·log 2.

    How D learns of y is its own affair, and is read off its shape:

    - told: `[x, labels]` to `(n, 1)`, by `networks.conditional.beside_input` (label
      planes) or `by_projection`;
    - asked: x to `(n, 1 + classes)`, by `with_classifier`; then D lowers
      −`auxiliary`·E[log C(y | x)] too on real and generated examples, and G on its own;
    - blind: x to `(n, 1)`, an unconditional D; nothing makes G heed y.

    Args:
        generator: built `keras.Model` from `[z (n, latent_dim), labels (n,)]`.
        discriminator: built `keras.Model` of one of these kinds.
        classes: how many labels there are, at least 2.
        auxiliary: weight of the classifier's cross-entropy, where D is asked; at
            least 0.
        **kwargs: `objective`, `discriminator_steps` and `penalty` of `GAN`. A penalty
            is on the slope in x; labels have none.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown.

    Source: Mirza and Osindero (2014); Odena et al. (2017); Miyato and Koyama (2018).
    """

    SETTINGS = ("discriminator_steps", "penalty", "classes", "auxiliary")

    def __init__(self, generator, discriminator, classes, auxiliary=1.0, **kwargs):
        number(auxiliary, "auxiliary", least=0)
        told, asked = check_told_players(generator, discriminator, classes)
        super().__init__(generator, discriminator, **kwargs)
        self.classes, self.auxiliary = classes, auxiliary
        self.told, self.asked = told, asked

    def check_players(self, generator, discriminator, packing):
        """Refuses packs: the rest `check_told_players` has looked at already."""
        if packing != 1:
            raise ValueError(
                f"packing was {packing}, but a conditional D sees one example and its "
                "label at a time: leave it out."
            )

    def told_with(self, data):
        """The labels of a batch, `(labels,)`."""
        _, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if labels is None:
            raise ValueError(
                "A conditional GAN was given no labels: fit(examples, labels), or a "
                "data set that yields both."
            )
        return (ops.reshape(ops.cast(labels, "int32"), (-1,)),)

    def draw_latent(self, n, labels):
        """Draws n latent vectors, and puts the labels beside them."""
        return [super().draw_latent(n), labels]

    def discriminator_loss(self, real, fake, labels):
        """What D lowers; where it is asked for the class, that costs as well."""
        loss = super().discriminator_loss(real, fake, labels)
        for x in (real, fake) if self.asked else ():
            loss = loss + self.auxiliary * self.class_loss(x, labels)
        return loss

    def generator_loss(self, real, fake, labels):
        """What G lowers; where D is asked for the class, it must find the asked one."""
        loss = super().generator_loss(real, fake, labels)
        if self.asked:
            loss = loss + self.auxiliary * self.class_loss(fake, labels)
        return loss

    def class_loss(self, x, labels):
        """−E[log C(y | x)] of the classifier beside D's logit, in nats."""
        logits = self.in_full(self.discriminator(x, training=True))[:, 1:]
        return ops.mean(
            keras.losses.sparse_categorical_crossentropy(
                labels, logits, from_logits=True
            )
        )

    def logits_of_packs(self, packs, labels):
        """D's logits while it trains, told the labels if it takes them."""
        seen = [packs, labels] if self.told else packs
        return self.in_full(self.discriminator(seen, training=True))[:, :1]

    def sample(self, n, seed=0, labels=None):
        """Generates examples of the classes asked for.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same latent vectors.
            labels: one for all, or `(n,)`; None for all classes in turn, 0, 1, ….

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: if n is not an integer of at least 1, or a label is no class.
        """
        latent = standard_normal(integer(n, "n"), self.latent_dim, seed)
        labels = np.arange(n) % self.classes if labels is None else labels
        each = np.broadcast_to(class_labels(labels, self.classes), n)
        return self.in_batches(lambda z, y: self([z, y]), latent, each)

    def fit(self, x=None, y=None, *args, **kwargs):
        """Trains as `GAN.fit` does, on examples x and their labels y `(n,)`.

        Raises:
            ValueError: as there, and for labels that are missing or no class.
        """
        if y is not None:
            class_labels(ops.convert_to_numpy(y), self.classes)
        return super().fit(x, y, *args, **kwargs)


def check_told_players(generator, discriminator, classes):
    """Returns whether D is told the label, and whether it is asked for it.

    Args:
        generator: built `keras.Model` from `[z, labels]`.
        discriminator: as in `ConditionalGAN`.
        classes: how many labels there are.

    Raises:
        ValueError: unless the two networks fit together.
    """
    integer(classes, "classes", least=2)
    inputs, seen = (
        built_model(network, name).inputs
        for network, name in (
            (generator, "generator"),
            (discriminator, "discriminator"),
        )
    )
    if len(inputs) == 2:
        check_latent_input(generator, "generator", "a latent vector")
    else:
        raise ValueError(
            f"The generator has {len(inputs)} input(s), but must be told the label: "
            "build it by networks.conditional.beside_input(generator, classes)."
        )
    made, taken = generator.output_shape[1:], tuple(seen[0].shape[1:])
    if made != taken:
        raise ValueError(
            f"The generator makes examples of shape {made}, but the discriminator takes"
            f" {taken}. Build it for keras.Input({made})."
        )
    told, numbers = len(seen) == 2, discriminator.output_shape[1:]
    allowed = [(1,)] if told else [(1,), (1 + classes,)]
    if numbers not in allowed:
        raise ValueError(
            f"The discriminator returns shape {numbers}, but must return one of "
            f"{allowed}: a logit, and where it is not told the label, one more for "
            "each class if it is asked for it."
        )
    return told, numbers != (1,)
