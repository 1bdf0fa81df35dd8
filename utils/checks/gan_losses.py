"""The losses of a GAN's two players, and what learners write instead of them."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine.answers import Answer
from utils.checks.losses import (
    WrongLoss,
    check_gradients,
    check_safety,
    check_value,
    log_sigmoid,
    sigmoid,
)

# Logits between 0 and 1 as well, where they could be taken for probabilities.
_GENTLE = (
    np.array([[0.2], [0.9], [0.4], [0.7]]),
    np.array([[0.6], [0.1], [0.3], [0.5]]),
)
_ORDINARY = (
    np.array([[2.0], [-1.0], [0.5], [-3.0]]),
    np.array([[-0.5], [4.0], [1.5], [-2.5]]),
)
_EXTREME = np.array([[1e4], [-1e4]]), np.array([[-1e4], [1e4]])


def _exact_discriminator_loss(real, fake):
    return -np.mean(log_sigmoid(real)) - np.mean(log_sigmoid(-fake))


_WRONG_DISCRIMINATOR_LOSSES = (
    WrongLoss(
        lambda real, fake: -_exact_discriminator_loss(real, fake),
        "has its sign flipped: this is V(D, G), which D raises. A loss goes down, so "
        "return -V.",
    ),
    WrongLoss(
        lambda real, fake: _exact_discriminator_loss(fake, real),
        "has real and generated swapped: it rewards D for calling generated examples "
        "real. Real ones enter as -E[log D(x)].",
    ),
    WrongLoss(
        lambda real, fake: len(real) * _exact_discriminator_loss(real, fake),
        "adds the examples up: E[...] is a mean, `ops.mean` in place of `ops.sum`, or "
        "the loss would grow with the batch.",
    ),
    WrongLoss(
        lambda real, fake: _exact_discriminator_loss(real, fake) / 2,
        "is half of -V(D, G): you averaged the two expectations, as a classifier would "
        "over one mixed batch. V is their sum: add them.",
    ),
    WrongLoss(
        lambda real, fake: -np.mean(log_sigmoid(real)),
        "holds the real half only: add -E[log(1 - D(G(z)))] on the generated examples.",
    ),
    WrongLoss(
        lambda real, fake: -np.mean(log_sigmoid(-fake)),
        "holds the generated half only: add -E[log D(x)] on the real examples.",
    ),
    WrongLoss(
        lambda real, fake: np.mean(log_sigmoid(-fake)) - np.mean(log_sigmoid(real)),
        "subtracts the generated half: both halves of -V carry a minus, "
        "-E[log D(x)] - E[log(1 - D(G(z)))].",
    ),
    WrongLoss(
        lambda real, fake: -np.mean(log_sigmoid(real)) - np.mean(log_sigmoid(fake)),
        "gives generated examples the label 1 too: for them it is log(1 - D), where "
        "you have log D.",
    ),
    WrongLoss(
        lambda real, fake: -np.mean(np.log(real)) - np.mean(np.log(1 - fake)),
        "takes the logits for probabilities: D(x) is ops.sigmoid(logit). With Keras' "
        "BinaryCrossentropy say from_logits=True.",
    ),
    WrongLoss(
        lambda real, fake: _exact_discriminator_loss(sigmoid(real), sigmoid(fake)),
        "takes the sigmoid twice: what expects logits (softplus, log_sigmoid, "
        "from_logits=True) applies it by itself. Hand it the logits.",
    ),
    WrongLoss(
        lambda real, fake: -np.mean(sigmoid(real)) - np.mean(sigmoid(-fake)),
        "lacks the logarithm: it averages D(x) and 1 - D(G(z)), not their logs.",
    ),
    WrongLoss(
        lambda real, fake: (
            -np.log(np.mean(sigmoid(real))) - np.log(np.mean(sigmoid(-fake)))
        ),
        "takes the logarithm of a mean: the mean of the logarithms is asked for, so "
        "take `ops.mean` last.",
    ),
    WrongLoss(
        lambda real, fake: np.mean(fake) - np.mean(real),
        "averages the raw logits: D(x) is their sigmoid, and the loss its logarithm.",
    ),
)


def _exact_minimax_loss(fake):
    return np.mean(log_sigmoid(-fake))


def _exact_non_saturating_loss(fake):
    return -np.mean(log_sigmoid(fake))


def _wrong_generator_losses(exact: Callable, unlogged: Callable, as_if: Callable):
    """What goes wrong with either loss: no logarithm, logits `as_if` probabilities."""
    return (
        WrongLoss(
            lambda fake: len(fake) * exact(fake),
            "adds the examples up: E[...] is a mean, `ops.mean` in place of `ops.sum`.",
        ),
        WrongLoss(
            as_if,
            "takes the logits for probabilities: D(G(z)) is ops.sigmoid(logit). With "
            "Keras' BinaryCrossentropy say from_logits=True.",
        ),
        WrongLoss(
            lambda fake: exact(sigmoid(fake)),
            "takes the sigmoid twice: what expects logits (softplus, log_sigmoid, "
            "from_logits=True) applies it by itself. Hand it the logits.",
        ),
        WrongLoss(
            lambda fake: exact(fake) / 2,
            "is half of the loss: there is one expectation here, and no factor.",
        ),
        WrongLoss(
            unlogged,
            "lacks the logarithm: it averages probabilities, not their logs.",
        ),
    )


_WRONG_MINIMAX_LOSSES = (
    WrongLoss(
        _exact_non_saturating_loss,
        "is the non-saturating loss, -E[log D(G(z))]: have the two "
        "changed places? Exchange their names.",
    ),
    WrongLoss(
        lambda fake: -_exact_minimax_loss(fake),
        "has its sign flipped: it is -E[log(1 - D(G(z)))], which grows as G gets "
        "better. G lowers E[log(1 - D(G(z)))] itself, a number below 0.",
    ),
    WrongLoss(
        lambda fake: -_exact_non_saturating_loss(fake),
        "is E[log D(G(z))]: G would learn to be caught. The minimax loss has 1 - D "
        "inside the logarithm.",
    ),
    *_wrong_generator_losses(
        _exact_minimax_loss,
        lambda fake: np.mean(sigmoid(-fake)),
        lambda fake: np.mean(np.log(1 - fake)),
    ),
)
_WRONG_NON_SATURATING_LOSSES = (
    WrongLoss(
        _exact_minimax_loss,
        "is the minimax loss, E[log(1 - D(G(z)))]: have the two "
        "changed places? Exchange their names.",
    ),
    WrongLoss(
        lambda fake: -_exact_non_saturating_loss(fake),
        "has its sign flipped: it is E[log D(G(z))], which grows as G gets better. "
        "Return -E[log D(G(z))], a number above 0.",
    ),
    WrongLoss(
        lambda fake: -_exact_minimax_loss(fake),
        "is -E[log(1 - D(G(z)))], the generated half of D's loss: G would learn to be "
        "caught. The non-saturating loss has D itself inside the logarithm.",
    ),
    *_wrong_generator_losses(
        _exact_non_saturating_loss,
        lambda fake: -np.mean(sigmoid(fake)),
        lambda fake: -np.mean(np.log(fake)),
    ),
)


def check_discriminator_loss(answer: Answer) -> None:
    """Raises a Mistake unless the answer is -E[log D(x)] - E[log(1 - D(G(z)))]."""
    formula = "-E[log D(x)] - E[log(1 - D(G(z)))]"
    _check(answer, formula, _exact_discriminator_loss, _WRONG_DISCRIMINATOR_LOSSES, 2)


def check_minimax_loss(answer: Answer) -> None:
    """Raises a Mistake unless the answer is E[log(1 - D(G(z)))]."""
    formula = "E[log(1 - D(G(z)))]"
    _check(answer, formula, _exact_minimax_loss, _WRONG_MINIMAX_LOSSES, 1)


def check_non_saturating_loss(answer: Answer) -> None:
    """Raises a Mistake unless the answer is -E[log D(G(z))]."""
    formula = "-E[log D(G(z))]"
    _check(answer, formula, _exact_non_saturating_loss, _WRONG_NON_SATURATING_LOSSES, 1)


def _check(answer, formula, exact, wrong, last: int) -> None:
    """By value, at ±10 000, by gradient; on the last logits, the generated ones."""
    gentle, ordinary, extreme = (
        logits[-last:] for logits in (_GENTLE, _ORDINARY, _EXTREME)
    )
    check_value(answer, formula, exact, wrong, *gentle)
    check_value(answer, formula, exact, wrong, *ordinary)
    check_safety(answer, exact, *extreme)
    check_gradients(answer, exact, *ordinary)
    check_gradients(answer, exact, *extreme)
