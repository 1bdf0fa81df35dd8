"""Right and wrong losses of the two players, told apart by exercises 3.1 and 3.2."""

import keras
import numpy as np
import pytest
from answer_tables import right, stub, wrong
from keras import ops

from utils.checks import ExerciseError, lesson03


def bce(labels, logits, **kwargs):
    return keras.losses.BinaryCrossentropy(**kwargs)(labels, logits)


# 3.1, the discriminator's loss


def d_softplus(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def d_keras_cross_entropy(real_logits, fake_logits):
    real = bce(ops.ones_like(real_logits), real_logits, from_logits=True)
    return real + bce(ops.zeros_like(fake_logits), fake_logits, from_logits=True)


def d_log_sigmoid(real_logits, fake_logits):
    real, fake = ops.log_sigmoid(real_logits), ops.log_sigmoid(-fake_logits)
    return -ops.mean(real + fake)


def d_logaddexp(real_logits, fake_logits):
    zeros = ops.zeros_like(real_logits)
    real, fake = ops.logaddexp(zeros, -real_logits), ops.logaddexp(zeros, fake_logits)
    return ops.mean(ops.concatenate([real, fake])) * 2


def d_one_cross_entropy_over_both(real_logits, fake_logits):
    labels = ops.concatenate([ops.ones_like(real_logits), ops.zeros_like(fake_logits)])
    logits = ops.concatenate([real_logits, fake_logits])
    return 2 * bce(labels, logits, from_logits=True)


def d_arguments_with_other_names(a, b):
    return d_softplus(a, b)


@right(
    d_softplus,
    d_keras_cross_entropy,
    d_log_sigmoid,
    d_logaddexp,
    d_one_cross_entropy_over_both,
    d_arguments_with_other_names,
)
def test_a_right_discriminator_loss_passes(capsys, answer):
    lesson03.discriminator_loss(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 3.1 passed")


def d_sign_flipped(real_logits, fake_logits):
    return -d_softplus(real_logits, fake_logits)


def d_swapped(real_logits, fake_logits):
    return d_softplus(fake_logits, real_logits)


def d_sum_for_mean(real_logits, fake_logits):
    return ops.sum(ops.softplus(-real_logits)) + ops.sum(ops.softplus(fake_logits))


def d_half(real_logits, fake_logits):
    return d_softplus(real_logits, fake_logits) / 2


def d_real_only(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits))


def d_fake_only(real_logits, fake_logits):
    return ops.mean(ops.softplus(fake_logits))


def d_difference(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) - ops.mean(ops.softplus(fake_logits))


def d_both_labels_one(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(-fake_logits))


def d_logits_as_probabilities(real_logits, fake_logits):
    return -ops.mean(ops.log(real_logits)) - ops.mean(ops.log(1 - fake_logits))


def d_keras_without_from_logits(real_logits, fake_logits):
    real = bce(ops.ones_like(real_logits), real_logits)
    return real + bce(ops.zeros_like(fake_logits), fake_logits)


def d_sigmoid_twice(real_logits, fake_logits):
    return d_softplus(ops.sigmoid(real_logits), ops.sigmoid(fake_logits))


def d_no_logarithm(real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return -ops.mean(real) - ops.mean(1 - fake)


def d_logarithm_of_the_mean(real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return -ops.log(ops.mean(real)) - ops.log(ops.mean(1 - fake))


def d_raw_logits(real_logits, fake_logits):
    return ops.mean(fake_logits) - ops.mean(real_logits)


def d_in_bits(real_logits, fake_logits):
    return d_softplus(real_logits, fake_logits) / np.log(2)


def d_unsafe(real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return -ops.mean(ops.log(real)) - ops.mean(ops.log(1 - fake))


def d_exponential_overflows(real_logits, fake_logits):
    real, fake = ops.log(1 + ops.exp(-real_logits)), ops.log(1 + ops.exp(fake_logits))
    return ops.mean(real) + ops.mean(fake)


def d_epsilon_in_the_logarithm(real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return -ops.mean(ops.log(real + 1e-7)) - ops.mean(ops.log(1 - fake + 1e-7))


def d_keras_on_probabilities(real_logits, fake_logits):
    # On TensorFlow, Keras would find its way back to the logits of a bare sigmoid.
    real, fake = 1 * ops.sigmoid(real_logits), 1 * ops.sigmoid(fake_logits)
    return d_keras_without_from_logits(real, fake)


def d_one_loss_an_example(real_logits, fake_logits):
    return ops.softplus(-real_logits) + ops.softplus(fake_logits)


def d_mean_over_an_axis(real_logits, fake_logits):
    return ops.mean(d_one_loss_an_example(real_logits, fake_logits), axis=0)


def d_no_return(real_logits, fake_logits):
    d_softplus(real_logits, fake_logits)


def d_two_losses(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)), ops.mean(ops.softplus(fake_logits))


def d_numpy(real_logits, fake_logits):
    real, fake = map(ops.convert_to_numpy, (real_logits, fake_logits))
    return np.mean(np.logaddexp(0, -real)) + np.mean(np.logaddexp(0, fake))


def d_gradient_stopped(real_logits, fake_logits):
    return d_softplus(real_logits, ops.stop_gradient(fake_logits))


def d_overflow_hidden_by_where(real_logits, fake_logits):
    def softplus(x):
        return ops.mean(ops.where(x > 20, x, ops.log(1 + ops.exp(x))))

    return softplus(-real_logits) + softplus(fake_logits)


def d_other_signature(logits):
    return ops.mean(logits)


def d_misspelled(real_logits, fake_logits):
    return ops.mean(ops.softpluss(-real_logits))


@wrong(
    (d_sign_flipped, r"sign flipped.*return -V"),
    (d_swapped, "real and generated swapped"),
    (d_sum_for_mean, r"`ops\.mean` in place of `ops\.sum`"),
    (d_half, "is half of -V"),
    (d_real_only, r"real half only: add -E\[log\(1 - D\(G\(z\)\)\)\]"),
    (d_fake_only, r"generated half only: add -E\[log D\(x\)\]"),
    (d_difference, "subtracts the generated half"),
    (d_both_labels_one, "label 1 too"),
    (d_logits_as_probabilities, "takes the logits for probabilities"),
    (d_keras_without_from_logits, "probabilities.*say from_logits=True"),
    (d_sigmoid_twice, "sigmoid twice"),
    (d_no_logarithm, "lacks the logarithm"),
    (d_logarithm_of_the_mean, "logarithm of a mean"),
    (d_raw_logits, "averages the raw logits"),
    (d_in_bits, r"for real_logits \[0\.2, 0\.9.*log D\(x\).* is 1\.\d+"),
    (d_unsafe, "returns (inf|nan) for logits of ±10 000.*softplus"),
    (d_exponential_overflows, "returns inf for logits of ±10 000"),
    (d_epsilon_in_the_logarithm, "levels off.*small number inside"),
    (d_keras_on_probabilities, "levels off.*Clipping"),
    (d_one_loss_an_example, r"shape \(4, 1\).*reduce it, with `ops\.mean"),
    (d_mean_over_an_axis, r"shape \(1,\).*without `axis`"),
    (d_no_return, "returns None.*lacks the word `return`"),
    (d_two_losses, "tuple of 2.*add the parts up"),
    (d_numpy, "gradient.*`minimize` follows the gradient.*NumPy"),
    (d_gradient_stopped, "no gradient arrives at fake_logits.*stop_gradient"),
    (d_overflow_hidden_by_where, "gradient with respect to real_logits.*nan"),
    (d_other_signature, "defined with the arguments .logits.*write `def discr"),
    (d_misspelled, r"called with real_logits = a tensor of shape \(4, 1\)"),
    (d_misspelled, r"AttributeError.*softpluss"),
    (stub, "○ Exercise 3.1 is not attempted yet: the discriminator's loss"),
)
def test_a_wrong_discriminator_loss_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson03.discriminator_loss(answer)


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
        (lambda logits: minimax(logits), lambda logits: non_saturating(logits)),
    ],
)
def test_right_generator_losses_pass(capsys, pair):
    lesson03.generator_losses(*pair)
    lesson03.generator_losses(non_saturating_loss=pair[1], minimax_loss=pair[0])
    assert capsys.readouterr().out.count("✓ Exercise 3.2 passed") == 2


def flipped(loss):
    return lambda fake_logits: -loss(fake_logits)


def summed(loss):
    return lambda fake_logits: 4 * loss(fake_logits)


def halved(loss):
    return lambda fake_logits: loss(fake_logits) / 2


def on_probabilities(loss):
    return lambda fake_logits: loss(ops.sigmoid(fake_logits))


def logs_of_one_minus_d(fake_logits):
    return ops.mean(ops.log(1 - ops.sigmoid(fake_logits)))


def logs_of_d(fake_logits):
    return -ops.mean(ops.log(ops.sigmoid(fake_logits)))


def detached(loss):
    return lambda fake_logits: loss(ops.stop_gradient(fake_logits))


@pytest.mark.parametrize(
    ("minimax_loss", "non_saturating_loss", "message"),
    [
        (non_saturating, minimax, "`minimax_loss` is the non-sat.*changed places"),
        (minimax, minimax, "`non_saturating_loss` is the minimax.*changed places"),
        (flipped(minimax), non_saturating, "`minimax_loss` has its sign flipped"),
        (minimax, flipped(non_saturating), "`non_saturating_loss` has its sign flipp"),
        (flipped(non_saturating), non_saturating, "1 - D inside the logarithm"),
        (minimax, flipped(minimax), "generated half of D's loss"),
        (summed(minimax), non_saturating, r"`minimax_loss` adds.*`ops\.mean`"),
        (minimax, summed(non_saturating), r"`non_saturating_loss` adds.*`ops\.mean`"),
        (halved(minimax), non_saturating, "`minimax_loss` is half"),
        (on_probabilities(minimax), non_saturating, "`minimax_loss` takes.*twice"),
        (minimax, on_probabilities(non_saturating), "sigmoid twice"),
        (
            lambda fake_logits: ops.mean(ops.log(1 - fake_logits)),
            non_saturating,
            "`minimax_loss` takes the logits for probabilities",
        ),
        (
            minimax,
            lambda fake_logits: -ops.mean(ops.log(fake_logits)),
            "`non_saturating_loss` takes the logits for probabilities",
        ),
        (
            minimax,
            lambda fake_logits: bce(ops.ones_like(fake_logits), fake_logits),
            "say from_logits=True",
        ),
        (
            lambda fake_logits: ops.mean(1 - ops.sigmoid(fake_logits)),
            non_saturating,
            "`minimax_loss` lacks the logarithm",
        ),
        (logs_of_one_minus_d, non_saturating, "`minimax_loss` returns -inf for logits"),
        (minimax, logs_of_d, "`non_saturating_loss` returns (inf|nan) for logits"),
        (ops.softplus, non_saturating, r"shape \(4, 1\)"),
        (minimax, lambda fake_logits: None, "`non_saturating_loss` returns None"),
        (detached(minimax), non_saturating, "`minimax_loss` is right, but no gradient"),
        (stub, non_saturating, "○ Exercise 3.2 is not attempted yet"),
        (minimax, stub, "○ Exercise 3.2 is not attempted yet.* in `stub`"),
        (minimax(np.ones(4)), non_saturating, "without parentheses"),
    ],
)
def test_wrong_generator_losses_are_named(minimax_loss, non_saturating_loss, message):
    with pytest.raises(ExerciseError, match=message):
        lesson03.generator_losses(minimax_loss, non_saturating_loss)
