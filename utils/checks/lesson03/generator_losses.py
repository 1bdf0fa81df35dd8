"""Exercise 3.2: the generator's two losses, minimax and non-saturating."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Case, Check, Wrong, exercise
from utils.checks.engine.logits import check_gradients, far_out, log_sigmoid, sigmoid

_FAKE = np.array([[-0.5], [4.0], [1.5], [-2.5]])
_EXTREME = np.array([[-1e4], [1e4], [1e4]])


def _minimax(fake):
    return np.mean(log_sigmoid(-fake))


def _non_saturating(fake):
    return -np.mean(log_sigmoid(fake))


def _check(name: str, exact: Callable, unlogged, as_if, log_of_mean, mistakes) -> Check:
    """A check of one of the two.

    Args:
        name: of the learner's function.
        exact: the loss.
        unlogged: what it is without the logarithm.
        as_if: what it is if logits are taken for probabilities.
        log_of_mean: what it is if the mean is taken first.
        mistakes: that only this one of the two knows.
    """

    def behaves(answer) -> None:
        for logits in (_FAKE, _EXTREME):
            check_gradients(answer, exact, logits)

    return Check(
        "3.2",
        "two losses for the generator",
        f"{name}(fake_logits)",
        exact=exact,
        tensors=True,
        cases=(
            Case(
                np.array([[0.6], [0.1], [0.3], [0.5]]),
                shows="work the first example out by hand and compare.",
            ),
            Case(_FAKE, shows="work the first example out by hand and compare."),
            Case(np.array([[0.8]])),
            Case(np.array([[0.4], [0.4], [-6.0]])),
        ),
        mistakes=(
            *mistakes,
            Wrong(
                lambda fake: len(fake) * exact(fake),
                "adds the examples up: E[...] is a mean, `ops.mean` in place of "
                "`ops.sum`.",
            ),
            Wrong(
                as_if,
                "takes the logits for probabilities: D(G(z)) is ops.sigmoid(logit). "
                "With Keras' BinaryCrossentropy say from_logits=True.",
            ),
            Wrong(
                lambda fake: exact(sigmoid(fake)),
                "takes the sigmoid twice: what expects logits (softplus, log_sigmoid, "
                "from_logits=True) applies it by itself. Hand it the logits.",
            ),
            Wrong(
                lambda fake: exact(fake) / 2,
                "is half of the loss: there is one expectation here, and no factor.",
            ),
            Wrong(
                unlogged,
                "lacks the logarithm: it averages probabilities, not their logs.",
            ),
            Wrong(
                log_of_mean,
                "takes the logarithm of a mean: the mean of the logarithms is asked "
                "for, so take `ops.mean` last.",
            ),
        ),
        edges=(far_out(exact, _EXTREME),),
        behaves=behaves,
    )


_MINIMAX = _check(
    "minimax_loss",
    _minimax,
    unlogged=lambda fake: np.mean(sigmoid(-fake)),
    as_if=lambda fake: np.mean(np.log(1 - fake)),
    log_of_mean=lambda fake: np.log(np.mean(sigmoid(-fake))),
    mistakes=(
        Wrong(
            _non_saturating,
            "is the non-saturating loss, -E[log D(G(z))]: have the two changed places? "
            "Exchange their names.",
        ),
        Wrong(
            lambda fake: -_minimax(fake),
            "has its sign flipped: it is -E[log(1 - D(G(z)))], which grows as G gets "
            "better. G lowers E[log(1 - D(G(z)))] itself, a number below 0.",
        ),
        Wrong(
            lambda fake: -_non_saturating(fake),
            "is E[log D(G(z))]: G would learn to be caught. The minimax loss has 1 - D "
            "inside the logarithm.",
        ),
    ),
)
_NON_SATURATING = _check(
    "non_saturating_loss",
    _non_saturating,
    unlogged=lambda fake: -np.mean(sigmoid(fake)),
    as_if=lambda fake: -np.mean(np.log(fake)),
    log_of_mean=lambda fake: -np.log(np.mean(sigmoid(fake))),
    mistakes=(
        Wrong(
            _minimax,
            "is the minimax loss, E[log(1 - D(G(z)))]: have the two changed places? "
            "Exchange their names.",
        ),
        Wrong(
            lambda fake: -_non_saturating(fake),
            "has its sign flipped: it is E[log D(G(z))], which grows as G gets better. "
            "Return -E[log D(G(z))], a number above 0.",
        ),
        Wrong(
            lambda fake: -_minimax(fake),
            "is -E[log(1 - D(G(z)))], the generated half of D's loss: G would learn to "
            "be caught. The non-saturating loss has D itself inside the logarithm.",
        ),
    ),
)


@exercise("3.2", "two losses for the generator", seconds=60)
def generator_losses(minimax_loss: Callable, non_saturating_loss: Callable) -> None:
    """E[log(1 - D(G(z)))] and -E[log D(G(z))], by value, at ±10 000, and by gradient.

    Args:
        minimax_loss: function `(fake_logits) -> scalar`.
        non_saturating_loss: function `(fake_logits) -> scalar`.
    """
    _MINIMAX.examine(minimax_loss)
    _NON_SATURATING.examine(non_saturating_loss)
