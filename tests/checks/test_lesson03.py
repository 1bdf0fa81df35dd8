"""Right and wrong answers to the exercises of lesson 03, told apart by their checks.

What the catalogs know is tested in `test_catalog.py`; here stands what they do not.
"""

import re
from collections import namedtuple

import keras
import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.spatial import KDTree

from utils.autodiff import minimize, portable_train_step, value_and_gradients
from utils.checks import lesson03
from utils.checks.engine.directions import (
    DISCRIMINATOR_MISTAKES,
    GENERATOR_MISTAKES,
    check_discriminator_direction,
)
from utils.checks.engine.recording import (
    BATCH,
    LATENT_DIM,
    PLAYERS,
    build,
    rehearse,
)
from utils.checks.lesson03.collapse_and_mend import outcome_of
from utils.data.mixtures import GaussianMixture, ring
from utils.measures.adversarial import (
    logistic_discriminator_loss,
    non_saturating_generator_loss,
)
from utils.models.game import Game
from utils.models.gan import GAN
from utils.networks.mlp import mlp

BACKEND = keras.backend.backend()


def bce(labels, logits, **kwargs):
    return keras.losses.BinaryCrossentropy(**kwargs)(labels, logits)


# 3.1, the discriminator's loss


def d_softplus(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def d_keras_cross_entropy(real_logits, fake_logits):
    real = bce(ops.ones_like(real_logits), real_logits, from_logits=True)
    return real + bce(ops.zeros_like(fake_logits), fake_logits, from_logits=True)


def d_logaddexp(real_logits, fake_logits):
    zeros = ops.zeros_like(real_logits)
    real, fake = ops.logaddexp(zeros, -real_logits), ops.logaddexp(zeros, fake_logits)
    return ops.mean(ops.concatenate([real, fake])) * 2


def d_one_cross_entropy_over_both(real_logits, fake_logits):
    labels = ops.concatenate([ops.ones_like(real_logits), ops.zeros_like(fake_logits)])
    logits = ops.concatenate([real_logits, fake_logits])
    return 2 * bce(labels, logits, from_logits=True)


@right(
    d_softplus,
    d_keras_cross_entropy,
    d_logaddexp,
    d_one_cross_entropy_over_both,
    log_sigmoid=lambda real_logits, fake_logits: (
        -ops.mean(ops.log_sigmoid(real_logits) + ops.log_sigmoid(-fake_logits))
    ),
    other_names=lambda a, b: d_softplus(a, b),
)
def test_a_right_discriminator_loss_passes(capsys, answer):
    passes(capsys, lesson03.discriminator_loss, answer, "3.1")


def d_keras_without_from_logits(real_logits, fake_logits):
    real = bce(ops.ones_like(real_logits), real_logits)
    return real + bce(ops.zeros_like(fake_logits), fake_logits)


def d_of_probabilities(log, real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return -ops.mean(log(real)) - ops.mean(log(1 - fake))


def d_exponential_overflows(real_logits, fake_logits):
    real, fake = ops.log(1 + ops.exp(-real_logits)), ops.log(1 + ops.exp(fake_logits))
    return ops.mean(real) + ops.mean(fake)


def d_keras_on_probabilities(real_logits, fake_logits):
    # On TensorFlow, Keras would find its way back to the logits of a bare sigmoid.
    real, fake = 1 * ops.sigmoid(real_logits), 1 * ops.sigmoid(fake_logits)
    return d_keras_without_from_logits(real, fake)


def d_each(real_logits, fake_logits):
    return ops.softplus(-real_logits) + ops.softplus(fake_logits)


def d_numpy(real_logits, fake_logits):
    real, fake = map(ops.convert_to_numpy, (real_logits, fake_logits))
    return np.mean(np.logaddexp(0, -real)) + np.mean(np.logaddexp(0, fake))


def d_overflow_hidden_by_where(real_logits, fake_logits):
    def softplus(x):
        return ops.mean(ops.where(x > 20, x, ops.log(1 + ops.exp(x))))

    return softplus(-real_logits) + softplus(fake_logits)


def d_misspelled(real_logits, fake_logits):
    return ops.mean(ops.softpluss(-real_logits))


@wrong(
    (d_keras_without_from_logits, "probabilities.*say from_logits=True"),
    (d_exponential_overflows, "overflows for logits of ±10,000.*softplus"),
    (d_keras_on_probabilities, "levels off.*clipping"),
    (d_numpy, "gradient.*training follows the gradient.*NumPy"),
    (d_overflow_hidden_by_where, "gradient with respect to real_logits.*nan"),
    (d_misspelled, r"called with real_logits = a tensor of shape \(4, 1\)"),
    unsafe=(lambda r, f: d_of_probabilities(ops.log, r, f), "overflows for logits of"),
    epsilon=(
        lambda r, f: d_of_probabilities(lambda p: ops.log(p + 1e-7), r, f),
        "levels off.*small number inside",
    ),
    of_a_batch_of_four=(
        lambda r, f: ops.sum(d_each(r, f)) / 4,
        r"for real_logits = \[\[0.3\]\], .*is right",
    ),
    of_the_first=(
        lambda r, f: d_each(r, f)[0, 0],
        "the first row of real_logits and fake_logits alone",
    ),
    two=(
        lambda r, f: (ops.mean(ops.softplus(-r)), ops.mean(ops.softplus(f))),
        "tuple of 2.*add the parts up",
    ),
    gradient_stopped=(
        lambda r, f: d_softplus(r, ops.stop_gradient(f)),
        "no gradient arrives at fake_logits.*stop_gradient",
    ),
    gradient_at_large_logits=(
        lambda r, f: d_softplus(ops.where(r < -1e3, ops.stop_gradient(r), r), f),
        "no gradient arrives at real_logits",
    ),
    other_signature=(
        lambda logits: ops.mean(logits),
        "defined with the arguments .logits.*write `def discr",
    ),
    misspelled=(d_misspelled, "AttributeError.*softpluss"),
)
def test_a_wrong_discriminator_loss_is_named(answer, message):
    is_rejected(lesson03.discriminator_loss, answer, message)


# 3.2, two losses for the generator


def minimax(fake_logits):
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))


def minimax_log_sigmoid(fake_logits):
    return ops.mean(ops.log_sigmoid(-fake_logits))


def non_saturating_log_sigmoid(fake_logits):
    return -ops.mean(ops.log_sigmoid(fake_logits))


def minimax_cross_entropy(fake_logits):
    return -bce(ops.zeros_like(fake_logits), fake_logits, from_logits=True)


def non_saturating_cross_entropy(fake_logits):
    return bce(ops.ones_like(fake_logits), fake_logits, from_logits=True)


@pytest.mark.parametrize(
    "pair",
    [
        (minimax, non_saturating),
        (minimax_log_sigmoid, non_saturating_log_sigmoid),
        (minimax_cross_entropy, non_saturating_cross_entropy),
        # softplus(-l) = softplus(l) - l
        (
            lambda logits: ops.mean(-logits - ops.softplus(-logits)),
            lambda logits: ops.mean(ops.softplus(logits) - logits),
        ),
    ],
)
def test_right_generator_losses_pass(capsys, pair):
    lesson03.generator_losses(*pair)
    lesson03.generator_losses(non_saturating_loss=pair[1], minimax_loss=pair[0])
    assert capsys.readouterr().out.count("✓ Exercise 3.2 passed") == 2


def logs_of_one_minus_d(fake_logits):
    return ops.mean(ops.log(1 - ops.sigmoid(fake_logits)))


def logs_of_d(fake_logits):
    return -ops.mean(ops.log(ops.sigmoid(fake_logits)))


@wrong(
    exchanged=((non_saturating, minimax), "`minimax_loss` is the non-sat.*changed pla"),
    one_twice=((minimax, minimax), "`non_saturating_loss` is the minimax.*changed pl"),
    keras_without_from_logits=(
        (minimax, lambda logits: bce(ops.ones_like(logits), logits)),
        "`non_saturating_loss` takes.*say from_logits=True",
    ),
    unsafe=((logs_of_one_minus_d, non_saturating), "`minimax_loss` overflows for log"),
    unsafe_too=((minimax, logs_of_d), "`non_saturating_loss` overflows for logits"),
    clipped=(
        (lambda logits: minimax(ops.clip(logits, -10, 10)), non_saturating),
        "`minimax_loss` levels off",
    ),
    each=((ops.softplus, non_saturating), r"shape \(4, 1\).*one number"),
    of_a_batch_of_four=(
        (minimax, lambda logits: ops.sum(ops.softplus(-logits)) / 4),
        "`non_saturating_loss` returns .* is right",
    ),
    in_bits=(
        (lambda logits: minimax(logits) / np.log(2), non_saturating),
        "`minimax_loss` is in bits",
    ),
    of_the_maximum=(
        (minimax, lambda logits: ops.max(ops.softplus(-logits))),
        "work the first example out by hand",
    ),
    no_return=((minimax, lambda logits: None), "`non_saturating_loss` returns None"),
    detached=(
        (lambda logits: minimax(ops.stop_gradient(logits)), non_saturating),
        "`minimax_loss` is right, but no gradient",
    ),
    called=((minimax(np.ones(4)), non_saturating), "without parentheses"),
)
def test_wrong_generator_losses_are_named(answer, message):
    is_rejected(lesson03.generator_losses, answer, message)


# 3.3, a train step


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
    """Both halves judged at once, with half of D's loss."""

    @portable_train_step
    def train_step(self, data):
        n = ops.shape(data)[0]
        generator_loss = minimize(
            lambda: non_saturating_generator_loss(
                None, self.discriminator(self.generator(self.draw_latent(n)))
            ),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )
        latent = self.draw_latent(n)

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


class LargerFakeBatch(Turns):
    """Twice as many generated examples as real ones, for G."""

    def update_generator(self, n):
        return super().update_generator(2 * n)


class LeastSquares(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2)


class LabelSmoothing(Turns):
    def d_loss(self, real_logits, fake_logits):
        real = 0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits)
        return ops.mean(real) + ops.mean(ops.softplus(fake_logits))


@right(Turns, GeneratorFirst, OwnNoise, LargerFakeBatch, GAN)
def test_a_right_train_step_passes(capsys, answer):
    passes(capsys, lesson03.train_step, answer, "3.3")


def test_smoothed_labels_are_near_enough():
    model, steps = rehearse(LabelSmoothing)
    check_discriminator_direction(model, steps[0])


@pytest.mark.parametrize(
    ("player", "loss", "message"),
    [
        *(("d_loss", *row) for row in DISCRIMINATOR_MISTAKES),
        *(("g_loss", *row) for row in GENERATOR_MISTAKES),
    ],
)
def test_an_update_in_a_wrong_direction_is_named(player, loss, message):
    def lowered(self, *logits):
        return loss(None, *logits) if player == "g_loss" else loss(*logits)

    answer = type("Misled", (Turns,), {player: lowered})
    is_rejected(lesson03.train_step, answer, re.escape(message))


def test_a_rehearsal_moves_nothing():
    model, steps = rehearse(Turns)
    weights = zip(model.get_weights(), build(Turns).get_weights(), strict=True)
    assert all(np.array_equal(*pair) for pair in weights)
    assert [update.optimizer for update in steps[0].updates] == list(PLAYERS)
    assert [latent.shape for latent in steps[1].latents] == [(BATCH, LATENT_DIM)] * 2


class UnrelatedLoss(Turns):
    def d_loss(self, real_logits, fake_logits):
        return ops.mean(real_logits**2) + ops.mean(fake_logits**2)


class UnsafeLoss(Turns):
    def d_loss(self, real_logits, fake_logits):
        real, fake = ops.sigmoid(1e4 * real_logits), ops.sigmoid(1e4 * fake_logits)
        return -ops.mean(ops.log(real)) - ops.mean(ops.log(1 - fake))


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


class HalfTheBatch(Turns):
    def update_discriminator(self, real):
        return super().update_discriminator(real[: ops.shape(real)[0] // 2 + 1])

    def draw_latent(self, n):
        return super().draw_latent(BATCH)


class OneLatentVector(Turns):
    def draw_latent(self, n):
        return super().draw_latent(1)


class OneLatentVectorForGenerator(Turns):
    def update_generator(self, n):
        return super().update_generator(1)


class OneLatentVectorRepeated(Turns):
    def draw_latent(self, n):
        return ops.repeat(super().draw_latent(1), n, axis=0)


class OneNoiseForBoth(Turns):
    def update_discriminator(self, real):
        self.kept = self.draw_latent(ops.shape(real)[0])
        fake = self(self.kept)
        return minimize(
            lambda: self.d_loss(self.discriminator(real), self.discriminator(fake)),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )

    def update_generator(self, n):
        return minimize(
            lambda: self.g_loss(self.discriminator(self(self.kept))),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )


class ValueForFunction(Turns):
    def update_discriminator(self, real):
        fake = self(self.draw_latent(ops.shape(real)[0]))
        return minimize(
            self.d_loss(self.discriminator(real), self.discriminator(fake)),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )


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
    (UnrelatedLoss, r"does not follow the slope of V\(D, G\)"),
    (UnsafeLoss, "gradient in `train_step` is NaN"),
    (LeastSquares, r"does not follow the slope of V"),
    (OneExample, r"does not follow the slope.*all of `data`"),
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
    (HalfTheBatch, f"meets 7 of the {BATCH} real examples.*all of `data`"),
    (OneLatentVector, f"makes only 1 different example for {BATCH} real ones"),
    (OneLatentVectorForGenerator, "makes only 1 different example for"),
    (OneLatentVectorRepeated, r"1 different example.*`self\.draw_latent\(n\)` with"),
    (OneNoiseForBoth, "both players meet the same noise"),
    (ValueForFunction, "value where a function is called.*`lambda: ...`"),
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
    is_rejected(lesson03.train_step, answer, message)


def test_a_model_in_place_of_its_class_is_named():
    model = Turns(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
    is_rejected(lesson03.train_step, model, "given a model, but needs the class")


@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch runs the step as it stands")
def test_a_step_that_only_works_by_hand_is_named():
    is_rejected(
        lesson03.train_step, LossAsAFloat, r"by hand, but not under `fit`.*`float"
    )


@pytest.mark.skipif(BACKEND != "jax", reason="only JAX freezes unattached generators")
def test_noise_that_repeats_only_under_fit_is_named():
    unattached = keras.random.SeedGenerator(0)

    class FrozenNoise(Turns):
        def draw_latent(self, n):
            return keras.random.normal((n, self.latent_dim), seed=unattached)

    is_rejected(
        lesson03.train_step, FrozenNoise, "under `fit` every step draws the same"
    )


@pytest.mark.skipif(BACKEND != "jax", reason="elsewhere the decorator changes nothing")
def test_a_missing_decorator_is_named():
    class Undecorated(Turns):
        def train_step(self, data):
            self.log(discriminator_loss=self.update_discriminator(data))
            self.log(generator_loss=self.update_generator(len(data)))
            return self.logs()

    is_rejected(lesson03.train_step, Undecorated, "write `@portable_train_step`")


# 3.4, counting modes


def counts_with_numpy(samples, means, std):
    nearest, good = nearest_and_good(samples, means, std)
    return len(np.unique(nearest[good])), good.mean()


def counts_with_keras(samples, means, std):
    samples = ops.convert_to_tensor(samples, "float32")
    means = ops.convert_to_tensor(means, "float32")
    squares = ops.sum((samples[:, None] - means[None]) ** 2, axis=-1)
    good = ops.min(squares, axis=1) <= (3 * std) ** 2
    nearest = ops.one_hot(ops.argmin(squares, axis=1), len(means))
    reached = ops.any(ops.logical_and(nearest > 0, good[:, None]), axis=0)
    return ops.sum(ops.cast(reached, "int32")), ops.mean(ops.cast(good, "float32"))


def counts_in_a_loop(samples, means, std):
    reached, good = set(), 0
    for sample in samples:
        distances = [float(np.sqrt(sum((sample - mean) ** 2))) for mean in means]
        if min(distances) <= 3 * std:
            good += 1
            reached.add(int(np.argmin(distances)))
    return [len(reached), good / len(samples)]


def counts_as_a_named_tuple(samples, means, std):
    modes, high_quality = counts_with_numpy(samples, means, std)
    return namedtuple("Counted", "modes high_quality")(modes, high_quality)


def counts_with_lengths_of_the_plane(samples, means, std):
    nearest = [
        min((np.hypot(*(s - m)), k) for k, m in enumerate(means)) for s in samples
    ]
    good = [k for distance, k in nearest if distance <= 3 * std]
    return len(set(good)), len(good) / len(samples)


def counts_with_a_tree(samples, means, std):
    distance, nearest = KDTree(means).query(samples)
    good = distance <= 3 * std
    return np.array([np.unique(nearest[good]).size, good.mean()])


@right(
    counts_with_numpy,
    counts_with_keras,
    counts_in_a_loop,
    counts_as_a_named_tuple,
    counts_with_lengths_of_the_plane,
    counts_with_a_tree,
)
def test_a_right_count_passes(capsys, answer):
    passes(capsys, lesson03.count_modes, answer, "3.4")


def nearest_and_good(samples, means, std):
    distances = np.linalg.norm(samples[:, None] - means[None], axis=-1)
    return distances.argmin(axis=1), distances.min(axis=1) <= 3 * std


def count_every_nearest(samples, means, std):
    nearest, good = nearest_and_good(samples, means, std)
    return len(np.unique(nearest)), good.mean()


def count_where_the_mode_changes(samples, means, std):
    nearest, good = nearest_and_good(samples, means, std)
    return 1 + np.count_nonzero(np.diff(nearest[good])), good.mean()


def count_with_two_samples_a_mode(samples, means, std):
    nearest, good = nearest_and_good(samples, means, std)
    return (np.bincount(nearest[good]) > 1).sum(), good.mean()


def count_of_few_good(samples, means, std):
    """The right number of modes, beside the share of the reached ones' samples."""
    nearest, good = nearest_and_good(samples, means, std)
    return len(np.unique(nearest[good])), good[np.isin(nearest, nearest[good])].mean()


def count_eight_modes(samples, means, std):
    return counts_with_numpy(samples, means[np.arange(8)], std)


def count_rounded(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return modes, round(share, 2)


def count_at_least_one(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return max(modes, 1), share


def count_one_share_only(samples, means, std):
    return counts_with_numpy(samples, means, std)[1]


def good_by_mode(samples, means, std):
    distances = np.linalg.norm(samples[:, None] - means, axis=-1)
    good = distances.min(axis=1) <= 3 * std
    return np.bincount(distances.argmin(axis=1)[good], minlength=len(means))


@wrong(
    (count_every_nearest, "counts every mean that is nearest.*however far"),
    (count_where_the_mode_changes, "returns modes = 8.* is right"),
    (count_with_two_samples_a_mode, "asks for two samples on a mode"),
    (count_of_few_good, "returns high_quality = .* is right"),
    (count_rounded, "rounded to 2 decimals: high_quality = 0.73 .*0.7273"),
    (count_eight_modes, "called with samples = an array.*IndexError: index 2 is out"),
    (count_at_least_one, "0 modes and a share of 0"),
    (count_one_share_only, "must return 2 results: end with `return modes, high_q"),
    of_a_fair_share=(
        lambda s, m, std: (
            np.sum(good_by_mode(s, m, std) >= 0.5 * len(s) / len(m)),
            counts_with_numpy(s, m, std)[1],
        ),
        "one sample is enough for a mode",
    ),
    eight_at_most=(
        lambda s, m, std: counts_with_numpy(s, m[:8], std),
        "there are 25 modes",
    ),
)
def test_a_wrong_count_is_named(answer, message):
    is_rejected(lesson03.count_modes, answer, message)


# 3.5, collapse and cure


class Made(Game):
    """A game whose samples are given, so that nothing has to be trained."""

    def __init__(self, points, steps=1_000):
        super().__init__(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
        self.points = np.asarray(points, "float32")
        if steps:
            self.compile("sgd", "sgd")
            self.optimizer["generator"].iterations.assign(steps)

    def sample(self, n, seed=0):
        return self.points[:n]


def on_modes(count, n=2500):
    """Samples that are spread evenly over the first modes of the ring."""
    noise = np.random.default_rng(0).normal(scale=0.01, size=(n, 2))
    return ring().means[np.arange(n) % count] + noise


def disk(scale, n=2500):
    return np.random.default_rng(0).normal(scale=scale, size=(n, 2))


def beside_a_mode(n=2500):
    return ring().means[[2]] + [0.05, 0.1] + disk(0.01, n)


def a_gan(points, **kwargs):
    return lambda: Made(points, **kwargs)


@pytest.mark.parametrize(
    ("collapsing", "mended", "modes"),
    [
        (on_modes(1), on_modes(8), "1 of 8 modes before, 8 after"),
        (on_modes(2), on_modes(7), "2 of 8 modes before, 7 after"),
        (beside_a_mode(), on_modes(8), "0 of 8 modes before, 8 after"),
        (disk(0.1), on_modes(8), "0 of 8 modes before, 8 after"),
        (on_modes(1), np.r_[on_modes(8, 250), disk(0.7, 2250)], "8 after"),
    ],
)
def test_collapse_and_cure_pass(capsys, collapsing, mended, modes):
    lesson03.collapse_and_mend(a_gan(collapsing), a_gan(mended))
    line = capsys.readouterr().out
    assert line.startswith("✓ Exercise 3.5 passed")
    assert modes in line


def test_collapse_and_cure_go_by_name(capsys):
    lesson03.collapse_and_mend(mended=a_gan(on_modes(8)), collapsing=a_gan(on_modes(1)))
    assert capsys.readouterr().out.startswith("✓")


def test_one_gan_trained_on_is_judged_before_and_after(capsys):
    gan = Made(on_modes(1))

    def mended():
        gan.points = on_modes(8)
        return gan

    lesson03.collapse_and_mend(lambda: gan, mended)
    assert "1 of 8 modes before, 8 after" in capsys.readouterr().out


COLLAPSED, MENDED = a_gan(on_modes(1)), a_gan(on_modes(8))


def trained_at_once(rate, points):
    """Returns a function that trains a GAN by `fit`, for a single step."""

    def training():
        gan = GAN(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
        gan.compile(keras.optimizers.SGD(rate), "sgd")
        gan.fit(points, batch_size=len(points), verbose=0)
        gan.optimizer["generator"].iterations.assign(1_000)
        return gan

    return training


def erased():
    gan = Made(on_modes(1))
    gan.generator.set_weights([0 * w for w in gan.generator.get_weights()])
    return gan


ONE_BUMP = GaussianMixture([[1.0, 0.0]], 0.01).sample(200, seed=0)


@pytest.mark.parametrize(
    ("collapsing", "mended", "message"),
    [
        (MENDED, COLLAPSED, "the two have changed places"),
        (COLLAPSED, COLLAPSED, "`mended` is still collapsed: it reaches 1 of 8 modes"),
        (MENDED, MENDED, "`collapsing` does not collapse: it reaches 8 of 8 modes"),
        (a_gan(on_modes(4)), MENDED, "collapses only in part: it reaches 4 of 8"),
        (COLLAPSED, a_gan(on_modes(6)), "not quite mended: it reaches 6 of 8.*r1"),
        (a_gan(disk(0.1), steps=5), MENDED, "`collapsing` was trained too briefly, 5"),
        (a_gan(on_modes(1), steps=5), MENDED, "`collapsing` was trained too briefly"),
        (COLLAPSED, a_gan(on_modes(8), steps=5), "`mended` was trained too briefly"),
        (a_gan(disk(0.7)), MENDED, r"`collapsing` reaches \d of 8.*neither collapse"),
        (a_gan(disk(0.1), steps=0), MENDED, "never trained.*`compile` the GAN"),
        (a_gan(on_modes(1), steps=0), MENDED, "generator of `collapsing` was never tr"),
        (COLLAPSED, a_gan(on_modes(8), steps=0), "`mended` was never trained"),
        (
            lambda: GAN(mlp(2, 2, (4,)), mlp(2, 1, (4,))),
            MENDED,
            "generator of `collapsing` was never trained",
        ),
        (
            trained_at_once(0.0, ring().sample(200, seed=0)),
            MENDED,
            "never trained.*rate above 0",
        ),
        (erased, MENDED, "`collapsing` has a layer whose weights are all one number"),
        (trained_at_once(0.1, ONE_BUMP), MENDED, "hold 1 of the ring's 8 modes"),
        (COLLAPSED, ring, "`mended` returns a GaussianMixture.*a `GAN`, or another"),
        (COLLAPSED, a_gan(disk(0.1)), "`mended` is still collapsed: it reaches 0 of 8"),
        (COLLAPSED, a_gan(disk(0.7)), r"`mended` reaches \d of 8.*beside the ring"),
        (lambda: None, MENDED, "`collapsing` returns None.*`return gan`"),
        (
            COLLAPSED,
            lambda: on_modes(8),
            "`mended` returns an array.*draws the samples",
        ),
        (COLLAPSED, lambda: (Made(on_modes(8)), {}), "returns a tuple of 2"),
        (
            lambda: keras.callbacks.History(),
            MENDED,
            "returns a History.*what `fit` ret",
        ),
        (lambda: Made, MENDED, "returns the class Made"),
        (a_gan(np.full((2500, 2), np.nan)), MENDED, "2500 of 2500 samples.*diverged"),
        (a_gan(np.ones((2500, 64))), MENDED, r"samples of shape \(64,\)"),
        (
            Made(on_modes(1)),
            MENDED,
            "given a Made for `collapsing`, but needs the function",
        ),
    ],
)
def test_what_is_no_collapse_or_no_cure_is_named(collapsing, mended, message):
    is_rejected(lesson03.collapse_and_mend, (collapsing, mended), message)


def test_at_quick_finite_samples_pass_and_the_verdict_is_left_open(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    lesson03.collapse_and_mend(a_gan(disk(0.1)), a_gan(disk(0.1), steps=20))
    line = capsys.readouterr().out
    assert line.startswith("✓ Exercise 3.5 passed")
    assert "needs laptop" in line


@pytest.mark.parametrize(
    ("collapsing", "message"),
    [(lambda: None, "returns None"), (a_gan(disk(0.1), steps=0), "never trained")],
)
def test_at_quick_a_trained_gan_is_still_asked_for(monkeypatch, collapsing, message):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    is_rejected(lesson03.collapse_and_mend, (collapsing, MENDED), message)


def test_a_fit_that_breaks_off_is_told_with_the_learners_line():
    def collapsing():
        gan = GAN(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
        gan.compile("sgd", "sgd")
        gan.fit(np.ones((5, 3), "float32"))
        return gan

    message = r"`collapsing` broke off in line \d+, `gan.fit.*ValueError"
    is_rejected(lesson03.collapse_and_mend, (collapsing, MENDED), message)
    assert Game.fit.__name__ == "fit"


@pytest.mark.parametrize("points", [beside_a_mode(), disk(0.1)])
def test_a_huddle_off_the_modes_is_a_collapse(points):
    assert outcome_of(points).collapsed


def test_points_all_over_the_ring_are_no_collapse():
    outcome = outcome_of(disk(0.7))
    assert (outcome.collapsed, outcome.scattered) == (False, True)
