"""From picture to picture: a conditional GAN that is also held to the answer."""

import keras
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import built_model, channels_last, integer, number, one_of
from utils.core.validation import pictures as check_pictures
from utils.models.base import check_targets
from utils.models.gan import GAN
from utils.networks.conditional import attach


def _l1(x, y):
    return ops.mean(ops.abs(x - y))


def _l2(x, y):
    return ops.mean(ops.square(x - y))


#: How far a picture is from the answer: a mean over pixels and channels.
DISTANCES = {"L1": _l1, "L2": _l2}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Pix2Pix(GAN):
    """Trains G(x, z) on pairs: a source x and one target y that it may stand for.

    D goes up on V(D, G) = E[log D(x, y)] + E[log(1 − D(x, G(x, z)))], and G down on

        −E[log D(x, G(x, z))] + λ·E‖y − G(x, z)‖,

    all means, over patches, pixels and channels too. Noise z is a vector per picture,
    which G is given as planes behind the source.

    Args:
        generator: built `keras.Model` from `(n, height, width, source + noise)` planes
            to targets, such as `networks.unet.unet(..., timed=False)`.
        discriminator: built `keras.Model` to one logit per patch, `(n, ..., 1)`, such
            as `networks.patch.patch_discriminator`. Conditional, it sees the target's
            channels and behind them the source's; where it takes the target's alone, it
            is not told what the target was made from.
        noise: planes of noise, at least 0.
        weight: λ, at least 0.
        distance: "L1" or "L2".
        **kwargs: `objective`, `discriminator_steps` and `penalty` of `GAN`. A penalty
            is on the slope in the target of the *sum* over patches.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown.

    Source: Isola, Zhu, Zhou and Efros (2017), "Image-to-image translation with
    conditional adversarial networks".
    """

    SETTINGS = ("discriminator_steps", "penalty", "noise", "weight", "distance")
    LOGS = (*GAN.LOGS, "pixel_loss")

    def __init__(
        self,
        generator,
        discriminator,
        noise=0,
        weight=100.0,
        distance="L1",
        **kwargs,
    ):
        self.noise = integer(noise, "noise", least=0)
        self.weight = number(weight, "weight", least=0)
        self.distance = one_of(distance, DISTANCES, "distance")
        super().__init__(generator, discriminator, **kwargs)
        self.latent_dim = noise
        self.told = discriminator.input_shape[-1] > generator.output_shape[-1]

    def check_players(self, generator, discriminator, packing):
        """Raises a ValueError unless the two networks fit together."""
        channels_last("A game on pictures")
        (*sides, planes), made = (
            shape[1:]
            for shape in (
                built_model(generator, "generator").input_shape,
                generator.output_shape,
            )
        )
        source = planes - self.noise
        seen = built_model(discriminator, "discriminator").input_shape[1:]
        blind, told = made, (*made[:-1], made[-1] + source)
        if packing != 1 or source < 1 or tuple(sides) != made[:-1]:
            raise ValueError(
                f"The generator takes {(*sides, planes)} and makes {made}, with "
                f"noise={self.noise} and packing={packing}, but must take the source's "
                "channels and the noise's planes, keep height and width, and D sees "
                "one pair at a time: packing=1."
            )
        if seen not in (blind, told) or discriminator.output_shape[-1] != 1:
            raise ValueError(
                f"The discriminator takes {seen} and returns "
                f"{discriminator.output_shape[1:]}, but must take {told}, target and "
                f"source, or {blind}, the target alone, and return one logit per patch."
            )

    def examples_of(self, data):
        """The targets of a batch."""
        _, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        self.refuse_weights(weights)
        return self.in_full(targets)

    def told_with(self, data):
        """The sources of a batch, `(sources,)`."""
        return (super().examples_of(data),)

    def call(self, latent, training=False):
        """G(x, z) for `[z, sources]`."""
        z, sources = latent
        planes = attach(sources, z) if self.noise else sources
        return self.generator(planes, training=training)

    def draw_latent(self, n, sources):
        """Draws n latent vectors, and puts the sources beside them."""
        return [super().draw_latent(n), sources]

    def generator_loss(self, targets, made, sources):
        """What G lowers: −E[log D] + λ·E‖y − G(x, z)‖."""
        pixels = DISTANCES[self.distance](self.in_full(made), targets)
        self.log(ops.shape(targets)[0], pixel_loss=pixels)
        return super().generator_loss(targets, made, sources) + self.weight * pixels

    def logits_of_packs(self, targets, sources):
        """D's logits while it trains, one per patch; with the source, if it is told."""
        seen = ops.concatenate([targets, sources], axis=-1) if self.told else targets
        return self.in_full(self.discriminator(seen, training=True))

    def sample(self, sources, seed=0):
        """Draws one answer to each source.

        Args:
            sources: `(n, height, width, channels)` in [-1, 1].
            seed: int; the same seed gives the same noise.

        Returns:
            NumPy array of targets, `(n, height, width, channels)`.

        Raises:
            ValueError: if the sources are no such pictures.
        """
        self.check_examples(sources)
        z = standard_normal(len(sources), max(self.noise, 1), seed)[:, : self.noise]
        return self.in_batches(lambda z, x: self([z, x]), z, sources)

    def check_examples(self, x):
        """Raises a ValueError unless sources are pictures that the generator takes."""
        *sides, planes = self.generator.input_shape[1:]
        check_pictures(x, "The sources", (*sides, planes - self.noise))

    def check_answers(self, x, y):
        """Raises a ValueError for targets that are missing, or no such pictures."""
        check_targets(x, y, self.generator.output_shape[1:])
