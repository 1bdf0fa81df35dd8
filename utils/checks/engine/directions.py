"""Facts about where a train step moves the two players: up V(D, G), and down."""

from collections.abc import Callable, Iterator

import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.recording import Step, flat, real_examples
from utils.measures.adversarial import (
    logistic_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
)

# Two gradients of one and the same loss, whatever positive factor it carries.
_ALIKE = 0.9999
# D's own measure, with the labels smoothed a little.
_NEARLY = 0.9
# Another loss of G that wants the same, D(G(z)) up.
_SAME_WISH = 0.5

# What each player may lower instead: losses `(real_logits, fake_logits)`.
DISCRIMINATOR_MISTAKES = (
    (
        lambda real, fake: -logistic_discriminator_loss(real, fake),
        "the discriminator goes down V(D, G) instead of up: `minimize` lowers what it "
        "is given, so give it -V, the discriminator's loss of Exercise 3.1.",
    ),
    (
        lambda real, fake: logistic_discriminator_loss(fake, real),
        "the discriminator learns that generated examples are the real ones: the real "
        "and the generated logits are swapped in its loss.",
    ),
    (
        lambda real, fake: ops.mean(ops.softplus(-real)),
        "the discriminator learns from real examples only, so that it can call "
        "everything real: add the loss on generated examples, -E[log(1 - D(G(z)))].",
    ),
    (
        lambda real, fake: ops.mean(ops.softplus(fake)),
        "the discriminator learns from generated examples only: `data` holds the real "
        "ones; add -E[log D(x)] on them.",
    ),
    (
        lambda real, fake: (
            ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(-fake))
        ),
        "the discriminator learns that generated examples are real too: their label "
        "is 0, which makes the term -E[log(1 - D(G(z)))].",
    ),
    (
        lambda real, fake: ops.mean(ops.softplus(-fake)),
        "the discriminator minimizes the generator's loss: the two losses are swapped.",
    ),
    (
        lambda real, fake: -ops.mean(ops.softplus(fake)),
        "the discriminator minimizes the generator's loss: the two losses are swapped.",
    ),
)
_DOWNHILL_GENERATOR = (
    "the generator lowers D(G(z)), away from the data: its loss has the sign flipped, "
    "or is the discriminator's. Give it E[log(1 - D(G(z)))] or -E[log D(G(z))]."
)
GENERATOR_MISTAKES = (
    (lambda real, fake: -minimax_generator_loss(real, fake), _DOWNHILL_GENERATOR),
    (
        lambda real, fake: -non_saturating_generator_loss(real, fake),
        _DOWNHILL_GENERATOR,
    ),
)


def check_discriminator_direction(model, step: Step) -> None:
    """D's update goes up V(D, G) on the real and on generated examples."""
    _check_direction(
        model,
        step,
        "discriminator",
        [logistic_discriminator_loss],
        DISCRIMINATOR_MISTAKES,
        _NEARLY,
        unreached="no gradient reaches the discriminator: let the function that you "
        "hand to `minimize` call `self.discriminator` itself; logits computed before "
        "it are constants.",
        elsewhere="the discriminator's update does not follow the slope of V(D, G) on "
        "this batch: its loss is -E[log D(x)] on all of `data`, plus "
        "-E[log(1 - D(G(z)))] on generated examples.",
    )


def check_generator_direction(model, step: Step) -> None:
    """G's update raises D(G(z)), with the minimax or the non-saturating loss."""
    _check_direction(
        model,
        step,
        "generator",
        [minimax_generator_loss, non_saturating_generator_loss],
        GENERATOR_MISTAKES,
        _SAME_WISH,
        unreached="no gradient reaches the generator: let the function that you hand "
        "to `minimize` make the generated examples itself, with `self(latent)` and "
        "without `ops.stop_gradient`; examples made before it are constants.",
        elsewhere="the generator's update does not raise D(G(z)): its loss is "
        "E[log(1 - D(G(z)))] or -E[log D(G(z))], on generated examples.",
    )


def loss_of_step(model, loss: Callable, latent):
    """Returns a loss `(real_logits, fake_logits) -> scalar` on the rehearsed batch."""
    real = ops.convert_to_tensor(real_examples())
    return loss(model.discriminator(real), model.discriminator(model(latent)))


def _check_direction(
    model, step: Step, player: str, losses, mistakes, least, unreached, elsewhere
) -> None:
    """A player's update follows the slope of one of the losses, or nearly."""
    gradient = _gradient(step, player)
    if not np.isfinite(gradient).all():
        raise Mistake(
            "a gradient in `train_step` is NaN or infinite: the logarithm of a rounded "
            "probability, perhaps; start from the logits, with `ops.softplus`."
        )
    if not gradient.any():
        raise Mistake(unreached)
    agreement = max(
        cosine for loss in losses for cosine in _agreement(model, step, player, loss)
    )
    if agreement > _ALIKE:
        return
    for wrong, message in mistakes:
        if max(_agreement(model, step, player, wrong)) > _ALIKE:
            raise Mistake(message)
    if agreement < least:
        raise Mistake(elsewhere)


def _gradient(step: Step, player: str) -> np.ndarray:
    return next(u.gradient for u in step.updates if u.optimizer == player)


def _agreement(model, step: Step, player: str, loss: Callable) -> Iterator[float]:
    """The cosine between a player's update and a loss, for each latent batch drawn."""
    update = _gradient(step, player)
    variables = getattr(model, player).trainable_variables
    for latent in step.latents:
        _, gradients = value_and_gradients(
            lambda z=latent: loss_of_step(model, loss, z), variables
        )
        gradient = flat(gradients)
        norms = np.linalg.norm(gradient) * np.linalg.norm(update)
        yield float(gradient @ update / max(norms, 1e-12))
