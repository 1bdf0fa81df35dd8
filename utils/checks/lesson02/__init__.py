"""Checks of lesson 02, A discriminator measures divergence."""

from collections.abc import Callable

from utils.checks import meter_answers
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise
from utils.checks.lesson02.js_reading import js_reading

__all__ = [
    "hellinger_conjugate",
    "js_of_modes",
    "js_reading",
    "optimal_discriminator",
    "over_reading",
]


@exercise("2.1", "the optimal discriminator")
def optimal_discriminator(optimal_discriminator: Callable) -> None:
    """p/(p + q) from log-densities, by value and far out in the tails.

    Args:
        optimal_discriminator: function `(log_p, log_q) -> (n,)`.
    """
    meter_answers.check_optimal_discriminator(
        Answer(optimal_discriminator, "optimal_discriminator(log_p, log_q)")
    )


@exercise("2.3", "a conjugate")
def hellinger_conjugate(hellinger_conjugate: Callable) -> None:
    """f*(t) of the squared Hellinger distance, in closed form or on a fine grid.

    Args:
        hellinger_conjugate: function `(t) -> (n,)` for t < 1.
    """
    meter_answers.check_hellinger_conjugate(
        Answer(hellinger_conjugate, "hellinger_conjugate(t)")
    )


@exercise("2.4", "k of K modes")
def js_of_modes(js_of_modes: Callable) -> None:
    """JS between K equal heaps and an even generator on k of them.

    Args:
        js_of_modes: function `(k, K) -> number`.
    """
    meter_answers.check_js_of_modes(Answer(js_of_modes, "js_of_modes(k, K)"))


@exercise("2.5", "make D over-read, and notice it")
def over_reading(over_reader: Callable, noticed: Callable) -> str:
    """More than 0.5 nats on the same noise, and a test that tells it from honest D's.

    Args:
        over_reader: function `(real, fake) -> discriminator`.
        noticed: function `(discriminator, real, fake, new_real, new_fake) -> bool`.
    """
    return meter_answers.check_over_reading(
        Answer(over_reader, "over_reader(real, fake)"),
        Answer(noticed, "noticed(discriminator, real, fake, new_real, new_fake)"),
    )
