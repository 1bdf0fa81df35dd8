"""Right and wrong train steps, told apart by exercise 3.3."""

import keras
import numpy as np
import pytest
from answer_tables import right, wrong
from keras import ops

from utils.autodiff import minimize, portable_train_step, value_and_gradients
from utils.checks import ExerciseError, lesson03
from utils.checks.directions import check_discriminator_direction
from utils.checks.rehearsal import BATCH, LATENT_DIM, PLAYERS, build, rehearse
from utils.measures.adversarial import (
    logistic_discriminator_loss,
    non_saturating_generator_loss,
)
from utils.models.game import Game
from utils.models.gan import GAN
from utils.networks.mlp import mlp

BACKEND = keras.backend.backend()


class Turns(Game):
    """D, then G; each wrong answer below changes one of these methods."""

    @portable_train_step
    def train_step(self, data):
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.log(discriminator_loss=self.update_discriminator(real))
        self.log(generator_loss=self.update_generator(ops.shape(real)[0]))
        return self.logs()

    def update_discriminator(self, real):
        fake = self(self.draw_latent(ops.shape(real)[0]))
        return minimize(
            lambda: self.d_loss(self.discriminator(real), self.discriminator(fake)),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )

    def update_generator(self, n):
        latent = self.draw_latent(n)
        return minimize(
            lambda: self.g_loss(self.discriminator(self(latent))),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )

    def d_loss(self, real_logits, fake_logits):
        return logistic_discriminator_loss(real_logits, fake_logits)

    def g_loss(self, fake_logits):
        return non_saturating_generator_loss(None, fake_logits)


class GeneratorFirst(Game):
    """The minimax loss; one latent batch for both, judged at once; half of D's loss."""

    @portable_train_step
    def train_step(self, data):
        n = ops.shape(data)[0]
        latent = self.draw_latent(n)
        generator_loss = minimize(
            lambda: non_saturating_generator_loss(
                None, self.discriminator(self.generator(latent))
            ),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )

        def discriminator_loss():
            both = ops.concatenate([data, self.generator(latent)])
            logits = self.discriminator(both)
            return logistic_discriminator_loss(logits[:n], logits[n:]) / 2

        loss, gradients = value_and_gradients(
            discriminator_loss, self.discriminator.trainable_variables
        )
        self.optimizer["discriminator"].apply(
            gradients, self.discriminator.trainable_variables
        )
        self.log(discriminator_loss=loss, generator_loss=generator_loss)
        return self.logs()


class OwnNoise(Turns):
    """Noise of the model's own seed generator, and losses returned as they are."""

    @portable_train_step
    def train_step(self, data):
        return {
            "discriminator_loss": self.update_discriminator(data),
            "generator_loss": self.update_generator(ops.shape(data)[0]),
        }

    def draw_latent(self, n):
        return keras.random.uniform(
            (n, self.latent_dim), -1, 1, seed=self.seed_generator
        )


class LeastSquares(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2)


class LabelSmoothing(Turns):
    def d_loss(self, real_logits, fake_logits):
        real = 0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits)
        return ops.mean(real) + ops.mean(ops.softplus(fake_logits))


@right(Turns, GeneratorFirst, OwnNoise, GAN)
def test_a_right_train_step_passes(capsys, answer):
    lesson03.train_step(answer)
    assert capsys.readouterr().out == "✓ Exercise 3.3 passed: your own train_step.\n"


def test_smoothed_labels_are_near_enough():
    model, steps = rehearse(LabelSmoothing)
    check_discriminator_direction(model, steps[0])


def test_a_rehearsal_moves_nothing():
    model, steps = rehearse(Turns)
    weights = zip(model.get_weights(), build(Turns).get_weights(), strict=True)
    assert all(np.array_equal(*pair) for pair in weights)
    assert [update.optimizer for update in steps[0].updates] == list(PLAYERS)
    assert [latent.shape for latent in steps[1].latents] == [(BATCH, LATENT_DIM)] * 2


class DownTheValue(Turns):
    def d_loss(self, real_logits, fake_logits):
        return -logistic_discriminator_loss(real_logits, fake_logits)


class RealAndGeneratedSwapped(Turns):
    def d_loss(self, real_logits, fake_logits):
        return logistic_discriminator_loss(fake_logits, real_logits)


class RealOnly(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(ops.softplus(-real_logits))


class GeneratedOnly(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(ops.softplus(fake_logits))


class AllReal(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(ops.softplus(-real_logits)) + ops.mean(
            ops.softplus(-fake_logits)
        )


class GeneratorsLossForDiscriminator(Turns):
    def d_loss(self, real_logits, fake_logits):
        return non_saturating_generator_loss(None, fake_logits)


class UnrelatedLoss(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(real_logits**2) + ops.mean(fake_logits**2)


class UnsafeLoss(Turns):
    def d_loss(self, real_logits, fake_logits):
        real, fake = ops.sigmoid(1e4 * real_logits), ops.sigmoid(1e4 * fake_logits)
        return -ops.mean(ops.log(real)) - ops.mean(ops.log(1 - fake))


class DownhillGenerator(Turns):
    def g_loss(self, fake_logits):
        return -non_saturating_generator_loss(None, fake_logits)


class DiscriminatorsLossForGenerator(Turns):
    def g_loss(self, fake_logits):
        return ops.mean(ops.softplus(fake_logits))


class GeneratorOfAnotherWish(Turns):
    def g_loss(self, fake_logits):
        return ops.mean(ops.abs(fake_logits + 1000))


class GeneratorMovesBoth(Turns):
    def update_generator(self, n):
        return minimize(
            lambda: self.g_loss(self.discriminator(self(self.draw_latent(n)))),
            self.trainable_variables,
            self.optimizer["generator"],
        )


class DiscriminatorMovesBoth(Turns):
    def update_discriminator(self, real):
        fake = self.draw_latent(ops.shape(real)[0])
        return minimize(
            lambda: self.d_loss(
                self.discriminator(real), self.discriminator(self(fake))
            ),
            self.trainable_variables,
            self.optimizer["discriminator"],
        )


class OptimizersSwapped(Turns):
    def update_generator(self, n):
        return minimize(
            lambda: self.g_loss(self.discriminator(self(self.draw_latent(n)))),
            self.generator.trainable_variables,
            self.optimizer["discriminator"],
        )


class SomeVariables(Turns):
    def update_generator(self, n):
        return minimize(
            lambda: self.g_loss(self.discriminator(self(self.draw_latent(n)))),
            self.generator.trainable_variables[:1],
            self.optimizer["generator"],
        )


class GeneratorResting(Turns):
    def update_generator(self, n):
        return self.g_loss(self.discriminator(self(self.draw_latent(n))))


class BothResting(GeneratorResting):
    def update_discriminator(self, real):
        return ops.mean(real)


class DiscriminatorTwice(Turns):
    def update_discriminator(self, real):
        super().update_discriminator(real)
        return super().update_discriminator(real)


class SameNoise(Turns):
    def draw_latent(self, n):
        return keras.random.normal((n, self.latent_dim), seed=42)


class SameNoiseForGenerator(Turns):
    def update_generator(self, n):
        latent = keras.random.normal((n, self.latent_dim), seed=42)
        return minimize(
            lambda: self.g_loss(self.discriminator(self(latent))),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )


class ReadySamples(Turns):
    def update_discriminator(self, real):
        fake = self.sample(len(real))
        return minimize(
            lambda: self.d_loss(self.discriminator(real), self.discriminator(fake)),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )


class NoGenerator(Turns):
    """D against noise, and G's loss on the same noise."""

    def update_discriminator(self, real):
        return minimize(
            lambda: self.d_loss(
                self.discriminator(real), self.discriminator(0.1 * ops.ones_like(real))
            ),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )

    def update_generator(self, n):
        return minimize(
            lambda: self.g_loss(self.discriminator(0.1 * ops.ones((n, 2)))),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )


class StoppedGenerator(Turns):
    def update_generator(self, n):
        fake = ops.stop_gradient(self(self.draw_latent(n)))
        return minimize(
            lambda: self.g_loss(self.discriminator(fake)),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )


class LogitsBeforehand(Turns):
    def update_discriminator(self, real):
        fake = self.discriminator(self(self.draw_latent(len(real))))
        logits = ops.stop_gradient(self.discriminator(real)), ops.stop_gradient(fake)
        return minimize(
            lambda: self.d_loss(*logits),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )


class OneExample(Turns):
    def update_discriminator(self, real):
        return super().update_discriminator(-5 * real[:1])


class NoLogs(Turns):
    @portable_train_step
    def train_step(self, data):
        super().train_step(data)


class NothingLogged(Turns):
    @portable_train_step
    def train_step(self, data):
        self.update_discriminator(data)
        self.update_generator(ops.shape(data)[0])
        return self.logs()


class OtherLogNames(Turns):
    @portable_train_step
    def train_step(self, data):
        d_loss = self.update_discriminator(data)
        return {"d_loss": d_loss, "g_loss": self.update_generator(ops.shape(data)[0])}


class LogsSwapped(Turns):
    @portable_train_step
    def train_step(self, data):
        self.log(generator_loss=self.update_discriminator(data))
        self.log(discriminator_loss=self.update_generator(ops.shape(data)[0]))
        return self.logs()


class LossAsAFloat(Turns):
    @portable_train_step
    def train_step(self, data):
        loss = float(ops.convert_to_numpy(self.update_discriminator(data)))
        self.log(discriminator_loss=loss)
        self.log(generator_loss=self.update_generator(ops.shape(data)[0]))
        return self.logs()


class ClipsByHand(Turns):
    """Changes D's weights without its optimizer."""

    def update_generator(self, n):
        loss = super().update_generator(n)
        for variable in self.discriminator.trainable_variables:
            variable.assign(variable * 0.9)
        return loss


class RaisesInside(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(real_logits) + "generated"


class Unattempted(Game):
    @portable_train_step
    def train_step(self, data):
        raise NotImplementedError("Exercise 3.3: your own train_step")


class NoTrainStep(Game):
    pass


class NoGame(keras.Model):
    pass


def a_function(data):
    return data


@wrong(
    (DownTheValue, r"goes down V\(D, G\) instead of up"),
    (RealAndGeneratedSwapped, "real and the generated logits are swapped"),
    (RealOnly, "from real examples only"),
    (GeneratedOnly, "from generated examples only"),
    (AllReal, "generated examples are real too"),
    (GeneratorsLossForDiscriminator, "discriminator minimizes the generator's loss"),
    (UnrelatedLoss, r"does not follow the slope of V\(D, G\)"),
    (UnsafeLoss, "gradient in `train_step` is NaN"),
    (LeastSquares, r"does not follow the slope of V"),
    (OneExample, r"does not follow the slope.*all of `data`"),
    (DownhillGenerator, r"generator lowers D\(G\(z\)\).*sign"),
    (DiscriminatorsLossForGenerator, "generator lowers.*or is the discriminator's"),
    (
        GeneratorOfAnotherWish,
        r"generator lowers D\(G\(z\)\)|does not raise D\(G\(z\)\)",
    ),
    (GeneratorMovesBoth, "generator's update also moves the discriminator"),
    (DiscriminatorMovesBoth, "discriminator's update also moves the generator"),
    (OptimizersSwapped, r"optimizer\[.discriminator.\]` updates the generator"),
    (SomeVariables, "moves 1 of its 4 variables"),
    (GeneratorResting, "generator is never updated"),
    (BothResting, "updates no player"),
    (DiscriminatorTwice, "discriminator is updated 2 times"),
    (SameNoise, "every step draws the same noise"),
    (SameNoiseForGenerator, "every step draws the same noise"),
    (ReadySamples, r"same noise.*`self\.sample`"),
    (NoGenerator, "generator makes nothing"),
    (StoppedGenerator, "no gradient reaches the generator.*stop_gradient"),
    (LogitsBeforehand, "no gradient reaches the discriminator"),
    (NoLogs, r"returns None, but `fit` wants the logs.*return self\.logs\(\)"),
    (NothingLogged, r"stays 0 in the logs.*self\.log\(discriminator_loss=\.\.\.\)"),
    (OtherLogNames, "lack 'discriminator_loss': they hold 'd_loss', 'g_loss'"),
    (LogsSwapped, "the logs are swapped"),
    (ClipsByHand, "discriminator moves although its learning rate is 0"),
    (RaisesInside, "`train_step`, called with data = a tensor of shape"),
    (Unattempted, "○ Exercise 3.3 is not attempted yet"),
    (NoTrainStep, "has no `train_step` of its own"),
    (NoGame, r"inherits from `Game`: begin with `class MyGAN\(Game\):`"),
    (a_function, "given the function a_function, but needs a class"),
)
def test_a_wrong_train_step_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson03.train_step(answer)


def test_a_model_in_place_of_its_class_is_named():
    model = Turns(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
    with pytest.raises(ExerciseError, match="given a model, but needs the class"):
        lesson03.train_step(model)


@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch runs the step as it stands")
def test_a_step_that_only_works_by_hand_is_named():
    with pytest.raises(ExerciseError, match=r"by hand, but not under `fit`.*`float"):
        lesson03.train_step(LossAsAFloat)


@pytest.mark.skipif(BACKEND != "jax", reason="only JAX freezes unattached generators")
def test_noise_that_repeats_only_under_fit_is_named():
    unattached = keras.random.SeedGenerator(0)

    class FrozenNoise(Turns):
        def draw_latent(self, n):
            return keras.random.normal((n, self.latent_dim), seed=unattached)

    with pytest.raises(ExerciseError, match="under `fit` every step draws the same"):
        lesson03.train_step(FrozenNoise)


@pytest.mark.skipif(BACKEND != "jax", reason="elsewhere the decorator changes nothing")
def test_a_missing_decorator_is_named():
    class Undecorated(Turns):
        def train_step(self, data):
            self.log(discriminator_loss=self.update_discriminator(data))
            self.log(generator_loss=self.update_generator(len(data)))
            return self.logs()

    with pytest.raises(ExerciseError, match="write `@portable_train_step`"):
        lesson03.train_step(Undecorated)
