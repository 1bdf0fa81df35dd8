"""Checks of lesson 03, Training a GAN."""

from collections.abc import Callable

from utils.checks import collapse, directions, fit, gan_losses, mode_counts, train_steps
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise
from utils.checks.rehearsal import rehearse


@exercise("3.1", "the discriminator's loss")
def discriminator_loss(discriminator_loss: Callable) -> None:
    """-E[log D(x)] - E[log(1 - D(G(z)))], by value, at ±10 000, and by gradient.

    Args:
        discriminator_loss: function `(real_logits, fake_logits) -> scalar`.
    """
    gan_losses.check_discriminator_loss(
        Answer(discriminator_loss, "discriminator_loss(real_logits, fake_logits)")
    )


@exercise("3.2", "two losses for the generator")
def generator_losses(minimax_loss: Callable, non_saturating_loss: Callable) -> None:
    """E[log(1 - D(G(z)))] and -E[log D(G(z))], by value, at ±10 000, and by gradient.

    Args:
        minimax_loss: function `(fake_logits) -> scalar`.
        non_saturating_loss: function `(fake_logits) -> scalar`.
    """
    gan_losses.check_minimax_loss(Answer(minimax_loss, "minimax_loss(fake_logits)"))
    gan_losses.check_non_saturating_loss(
        Answer(non_saturating_loss, "non_saturating_loss(fake_logits)")
    )


@exercise("3.3", "your own train_step")
def train_step(model_class: type) -> None:
    """D up on V, then G down, once each, alone, with new noise; by hand and in `fit`.

    Args:
        model_class: class that inherits from `Game` and defines `train_step`.
    """
    train_steps.check_class(model_class)
    model, steps = rehearse(model_class)
    train_steps.check_updates(model, steps[0])
    train_steps.check_fresh_noise(steps)
    directions.check_discriminator_direction(model, steps[0])
    directions.check_generator_direction(model, steps[0])
    train_steps.check_logs(model, steps[0])
    fit.check_fit(model_class)


@exercise("3.4", "count the modes")
def count_modes(count_modes: Callable) -> None:
    """The modes that samples reach, and the share of them within three std of one.

    Args:
        count_modes: function `(samples, means, std) -> (modes, high_quality)`.
    """
    mode_counts.check_counts(Answer(count_modes, "count_modes(samples, means, std)"))


@exercise("3.5", "make it collapse, then mend it")
def collapse_and_mend(collapsing: Callable, mended: Callable) -> str:
    """At most 2 modes of the ring before, at least 7 after; both are trained here.

    At `COURSE_SCALE=quick` nothing is trained long enough for a verdict on the modes:
    then it is enough that both return a GAN that samples finite points.

    Args:
        collapsing: function `() -> GAN`, trained on `ring()`.
        mended: another one.
    """
    return collapse.check_trainings(
        Answer(collapsing, "collapsing()"), Answer(mended, "mended()")
    )
