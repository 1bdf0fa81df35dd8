"""Checks of lesson 04, One player alone."""

from collections.abc import Callable

from utils.checks import ascents, painted, rounds, vae_terms
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise


@exercise("4.1", "the two terms of the VAE")
def vae_loss(reconstruction_loss: Callable, kl_term: Callable) -> None:
    """½·Σ (x − made)² and ½·Σ (μ² + σ² − 1 − log σ²), by value and by gradient.

    Args:
        reconstruction_loss: function `(x, made) -> scalar` of tensors `(n, d)`.
        kl_term: function `(mean, log_variance) -> scalar` of tensors `(n, d)`.
    """
    vae_terms.check_reconstruction(
        Answer(reconstruction_loss, "reconstruction_loss(x, made)")
    )
    vae_terms.check_kl(Answer(kl_term, "kl_term(mean, log_variance)"))


@exercise("4.2", "the reparametrization")
def reparametrize(reparametrize: Callable) -> None:
    """μ + σ·ε, by value, and with a gradient to μ and to log σ².

    Args:
        reparametrize: function `(mean, log_variance, noise) -> code`, `(n, d)` each.
    """
    vae_terms.check_draw(
        Answer(reparametrize, "reparametrize(mean, log_variance, noise)")
    )


@exercise("4.3", "climb D's score")
def climb(climb: Callable) -> None:
    """The step x ← x + step_size·∇score(x), `steps` times, on a known hill.

    Args:
        climb: function `(score, x, steps, step_size) -> x`.
    """
    ascents.check_ascent(Answer(climb, "climb(score, x, steps, step_size)"))


@exercise("4.4", "one round of self-made negatives")
def one_round(one_round: Callable) -> None:
    """D dreams, learns real from dreams, and the dreams are returned.

    Args:
        one_round: function `(discriminator, real, start, dream) -> dreams`.
    """
    rounds.check_round(
        Answer(
            one_round,
            "one_round(discriminator, real, start, dream)",
            changes=["discriminator"],
        )
    )


@exercise("4.5", "fool squared error")
def fool_squared_error(paint: Callable, target, judge: Callable) -> str:
    """Squared error prefers the first picture, the judge the second.

    At `COURSE_SCALE=quick` no judge is trained: then squared error alone counts.

    Args:
        paint: function `(target) -> near, far`, pictures in [-1, 1].
        target: the picture to paint after, `(height, width, 1)`.
        judge: function from pictures `(n, height, width, 1)` to logits, real = high.
    """
    return painted.check_paintings(Answer(paint, "paint(target)"), target, judge)
