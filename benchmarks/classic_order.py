"""The classic MLP GAN in Keras, with the order of moves of PyTorch-GAN's `gan.py`."""

import keras
from keras import ops

from utils.autodiff import minimize, portable_train_step
from utils.models import GAN

_cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


class ClassicOrderGAN(GAN):
    """G first, then D on the same fakes, for batches of one size.

    The fakes are kept in a variable: what a loss assigns survives the gradient on
    every backend, so G makes them once.
    """

    def __init__(self, generator, discriminator, batch):
        super().__init__(generator, discriminator)
        self.fakes = self.add_weight(
            shape=(batch, *generator.output_shape[1:]), trainable=False
        )
        self.batch = batch

    @portable_train_step
    def train_step(self, data):
        """One move of G, one of D."""
        latent = self.draw_latent(self.batch)
        ones, zeros = ops.ones((self.batch, 1)), ops.zeros((self.batch, 1))

        def generator_loss():
            fake = self(latent, training=True)
            self.fakes.assign(fake)
            return _cross_entropy(ones, self.logits_of(fake))

        generator_loss = minimize(
            generator_loss,
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )
        # The mean over both halves is (real + fake) / 2.
        examples = ops.concatenate([data, ops.convert_to_tensor(self.fakes)])
        labels = ops.concatenate([ones, zeros])
        discriminator_loss = minimize(
            lambda: _cross_entropy(labels, self.logits_of(examples)),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )
        self.log(generator_loss=generator_loss, discriminator_loss=discriminator_loss)
        return self.logs()
