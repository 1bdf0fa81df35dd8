"""Exercise 3.2: the generator's two losses, minimax and non-saturating."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Case, Check, Wrong, exercise
from utils.checks.engine.logits import (
    check_gradients,
    common_mistakes,
    far_out,
    log_sigmoid,
)

_FAKE = np.array([[-0.5], [4.0], [1.5], [-2.5]])
_EXTREME = np.array([[-1e4], [1e4], [1e4]])


def _minimax(fake):
    return np.mean(log_sigmoid(-fake))


def _non_saturating(fake):
    return -np.mean(log_sigmoid(fake))


def _check(name: str, exact: Callable, form: Callable, mistakes) -> Check:
    """A check of one of the two, with the mistakes that only this one knows."""

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
            *common_mistakes(form),
            Wrong(
                lambda fake: exact(fake) / 2,
                "is half of the loss: there is one expectation here, and no factor.",
            ),
        ),
        edges=(far_out(exact, _EXTREME),),
        behaves=behaves,
    )


_MINIMAX = _check(
    "minimax_loss",
    _minimax,
    form=lambda log_d, log_not_d, mean: lambda fake: mean(log_not_d(fake)),
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
        Wrong(
            lambda fake: 1 + _non_saturating(fake),
            "has 1 − log D where log(1 − D) is meant: the 1 belongs inside the "
            "logarithm.",
        ),
    ),
)
_NON_SATURATING = _check(
    "non_saturating_loss",
    _non_saturating,
    form=lambda log_d, log_not_d, mean: lambda fake: -mean(log_d(fake)),
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
        Wrong(
            lambda fake: -np.mean(fake),
            "averages the raw logits: D(x) is their sigmoid, and the loss its "
            "logarithm.",
        ),
        Wrong(
            lambda fake: np.mean((fake - 1) ** 2),
            "is the least-squares loss: here the logarithm of D is asked for.",
        ),
    ),
)


@exercise("3.2", "two losses for the generator", seconds=60)
def generator_losses(minimax_loss: Callable, non_saturating_loss: Callable) -> None:
    """E[log(1 - D(G(z)))] and -E[log D(G(z))], by value, at ±10,000, and by gradient.

    Args:
        minimax_loss: function `(fake_logits) -> scalar`.
        non_saturating_loss: function `(fake_logits) -> scalar`.
    """
    _MINIMAX.examine(minimax_loss)
    _NON_SATURATING.examine(non_saturating_loss)
