"""GANs that draw details: from a coarse picture to one twice as high and wide."""

import keras
import numpy as np
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.batches import standard_normal
from utils.core.validation import pictures
from utils.models.gan import GAN


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class DetailGAN(GAN):
    """Trains one level of a Laplacian pyramid of GANs.

    G(z, d(x)) is to look like x, where d takes the mean of each block of 2×2 pixels. D
    sees pictures, and no coarse ones beside them: the details that
    `networks.laplacian.detail_generator` draws have the mean 0 in each block, and so
    d(G(z, c)) = c whatever G has learned. D finds the coarse picture in the fine one.

    Args:
        generator: built `keras.Model` from `[z (n, latent_dim), coarse pictures]`.
        discriminator: built `keras.Model` from pictures to logits `(n, 1)`.
        **kwargs: `objective`, `discriminator_steps` and `penalty` of `GAN`.

    Raises:
        ValueError: if the networks do not fit together, or an argument is unknown.

    Source: Denton, Chintala, Szlam and Fergus (2015), "Deep generative image models
        using a Laplacian pyramid of adversarial networks".
    """

    def check_players(self, generator, discriminator, packing):
        """Refuses a generator that does not double coarse pictures, too."""
        super().check_players(generator, discriminator, packing)
        *sides, channels = generator.output_shape[1:]
        halved = (*(side // 2 for side in sides), channels)
        taken = [tuple(each.shape[1:]) for each in generator.inputs[1:]]
        if taken != [halved]:
            raise ValueError(
                f"Beside its latent vector the generator takes {taken}, but must take "
                f"coarse pictures {halved} alone: build it by "
                "networks.laplacian.detail_generator."
            )

    def told_with(self, data):
        """The coarse pictures d(x) of a batch."""
        return (ops.average_pool(self.examples_of(data), 2, 2),)

    def draw_latent(self, n, coarse):
        """Draws n latent vectors, and puts the coarse pictures beside them."""
        return [super().draw_latent(n), coarse]

    def logits_of_packs(self, packs, coarse):
        """D's logits while it trains; it is not told the coarse pictures."""
        return super().logits_of_packs(packs)

    def sample(self, coarse, seed=0):
        """Draws one picture for each coarse one.

        Args:
            coarse: `(n, height / 2, width / 2, channels)` in [-1, 1].
            seed: int; the same seed gives the same latent vectors.

        Returns:
            NumPy array `(n, height, width, channels)` in [-1, 1]: what the details
            carry beyond is cut off.

        Raises:
            ValueError: for pictures of another shape or range.
        """
        shape = tuple(self.generator.inputs[1].shape[1:])
        coarse = pictures(to_numpy(coarse, "The pictures", "float32"), shape=shape)
        latent = standard_normal(len(coarse), self.latent_dim, seed)
        made = self.in_batches(lambda z, c: self([z, c]), latent, coarse)
        return np.clip(made, -1, 1)


def sample_pyramid(coarsest, details, n, seed=0):
    """Draws pictures from coarse to fine, each level from what the one before drew.

    Args:
        coarsest: a model with `sample(n, seed)`, such as a `GAN`.
        details: `DetailGAN` of each level, coarse to fine.
        n: how many, at least 1.
        seed: int; level k draws from seed + k.

    Returns:
        The pictures of each level, coarse to fine, a list.
    """
    made = [np.clip(coarsest.sample(n, seed), -1, 1)]
    for level, gan in enumerate(details, start=1):
        made.append(gan.sample(made[-1], seed + level))
    return made
