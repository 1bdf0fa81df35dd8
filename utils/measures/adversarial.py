"""What two players of an adversarial game minimize: objectives and gradient penalties.

Losses are pure functions of a discriminator's raw outputs ("logits"), real ones first.
D(x) below is the sigmoid σ of the logit. 1 - σ(t) = σ(-t), and so log D is log σ(logit)
and log(1 - D) is log σ(-logit), for any logit without overflow.
Penalties are pure functions of the gradient of D's output with respect to its input.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keras import ops

from utils.core.arrays import at_least_float32, log_sigmoid

# Keeps the slope of the norm finite where the gradient itself is zero.
_EPSILON = 1e-12


def _identity(scores):
    return scores


@dataclass(frozen=True)
class Objective:
    """A pair of losses, one for each player.

    Attributes:
        name: what `GAN(objective=...)` calls it.
        discriminator_loss: function `(real_logits, fake_logits) -> scalar`.
        generator_loss: function `(real_logits, fake_logits) -> scalar`.
        output: what D's raw output stands for: the sigmoid where D gives a
            probability, the score itself where it does not.
    """

    name: str
    discriminator_loss: Callable
    generator_loss: Callable
    output: Callable = _identity


@at_least_float32
def logistic_discriminator_loss(real_logits, fake_logits):
    """-V(D, G) = -E[log D(x)] - E[log(1 - D(G(z)))], twice the mean cross-entropy.

    Args:
        real_logits: `(n, 1)` raw outputs of D on real examples.
        fake_logits: `(m, 1)` raw outputs of D on generated examples.

    Returns:
        Scalar, at least 0; 2 log 2 where D is undecided.

    Source: Goodfellow et al. 2014, "Generative adversarial nets".
    """
    return -ops.mean(log_sigmoid(real_logits)) - ops.mean(log_sigmoid(-fake_logits))


@at_least_float32
def minimax_generator_loss(real_logits, fake_logits):
    """E[log(1 - D(G(z)))], what the minimax game asks G to lower.

    Its slope with respect to the logit is -D(G(z)): none where D is sure.

    Args:
        real_logits: not used; every generator loss has the same arguments.
        fake_logits: `(m, 1)` raw outputs of D on generated examples.

    Returns:
        Scalar, at most 0.

    Source: Goodfellow et al. 2014.
    """
    return ops.mean(log_sigmoid(-fake_logits))


@at_least_float32
def non_saturating_generator_loss(real_logits, fake_logits):
    """-E[log D(G(z))]: the same wish, with slope D(G(z)) - 1, steep where D is sure.

    Args:
        real_logits: not used; every generator loss has the same arguments.
        fake_logits: `(m, 1)` raw outputs of D on generated examples.

    Returns:
        Scalar, at least 0.

    Source: Goodfellow et al. 2014, section 3.
    """
    return -ops.mean(log_sigmoid(fake_logits))


@at_least_float32
def least_squares_discriminator_loss(real_logits, fake_logits):
    """½ E[(D(x) - 1)²] + ½ E[D(G(z))²] on raw outputs; measures Pearson's chi².

    Args:
        real_logits: `(n, 1)` raw outputs of D on real examples.
        fake_logits: `(m, 1)` raw outputs of D on generated examples.

    Returns:
        Scalar, at least 0.

    Source: Mao et al. 2017, "Least squares generative adversarial networks".
    """
    return (ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2)) / 2


@at_least_float32
def least_squares_generator_loss(real_logits, fake_logits):
    """½ E[(D(G(z)) - 1)²] on raw outputs.

    Args:
        real_logits: not used; every generator loss has the same arguments.
        fake_logits: `(m, 1)` raw outputs of D on generated examples.

    Returns:
        Scalar, at least 0.

    Source: Mao et al. 2017.
    """
    return ops.mean((fake_logits - 1) ** 2) / 2


@at_least_float32
def wasserstein_discriminator_loss(real_logits, fake_logits):
    """E[D(G(z))] - E[D(x)]: minus the Wasserstein-1 distance, if D is 1-Lipschitz.

    Nothing here makes D so: use it with a gradient penalty.

    Args:
        real_logits: `(n, 1)` scores of D on real examples.
        fake_logits: `(m, 1)` scores of D on generated examples.

    Returns:
        Scalar of either sign.

    Source: Arjovsky et al. 2017, "Wasserstein generative adversarial networks".
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


@at_least_float32
def wasserstein_generator_loss(real_logits, fake_logits):
    """-E[D(G(z))].

    Args:
        real_logits: not used; every generator loss has the same arguments.
        fake_logits: `(m, 1)` scores of D on generated examples.

    Returns:
        Scalar of either sign.

    Source: Arjovsky et al. 2017.
    """
    return -ops.mean(fake_logits)


@at_least_float32
def relativistic_discriminator_loss(real_logits, fake_logits):
    """-E[log sigmoid(D(x) - D(G(z)))]: each real example against one generated one.

    Args:
        real_logits: `(n, 1)` raw outputs of D on real examples.
        fake_logits: `(n, 1)` raw outputs of D on as many generated examples.

    Returns:
        Scalar, at least 0; log 2 where D is undecided.

    Source: Jolicoeur-Martineau 2019, "The relativistic discriminator"; Huang et al.
    2024, "The GAN is dead; long live the GAN!" for its use with R1 and R2.
    """
    return -ops.mean(log_sigmoid(real_logits - fake_logits))


@at_least_float32
def relativistic_generator_loss(real_logits, fake_logits):
    """-E[log sigmoid(D(G(z)) - D(x))].

    Args:
        real_logits: `(n, 1)` raw outputs of D on real examples.
        fake_logits: `(n, 1)` raw outputs of D on as many generated examples.

    Returns:
        Scalar, at least 0; log 2 where D is undecided.

    Source: Jolicoeur-Martineau 2019.
    """
    return -ops.mean(log_sigmoid(fake_logits - real_logits))


OBJECTIVES = {
    objective.name: objective
    for objective in (
        Objective(
            "minimax", logistic_discriminator_loss, minimax_generator_loss, ops.sigmoid
        ),
        Objective(
            "non-saturating",
            logistic_discriminator_loss,
            non_saturating_generator_loss,
            ops.sigmoid,
        ),
        Objective(
            "least-squares",
            least_squares_discriminator_loss,
            least_squares_generator_loss,
        ),
        Objective(
            "wasserstein", wasserstein_discriminator_loss, wasserstein_generator_loss
        ),
        Objective(
            "relativistic", relativistic_discriminator_loss, relativistic_generator_loss
        ),
    )
}


def _squared_norm(gradients):
    """‖g‖² of each example, `(n, ...)` -> `(n,)`."""
    return ops.sum(gradients**2, axis=tuple(range(1, len(gradients.shape))))


@at_least_float32
def r1_penalty(gradients):
    """½ E[‖∇D(x)‖²] on *real* examples: a D that settles where the data are.

    Args:
        gradients: `(n, ...)` gradient of D's logit with respect to each real example.

    Returns:
        Scalar, at least 0; multiply it by the weight γ.

    Source: Mescheder et al. 2018, "Which training methods for GANs do actually
    converge?"
    """
    return ops.mean(_squared_norm(gradients)) / 2


@at_least_float32
def r2_penalty(gradients):
    """½ E[‖∇D(G(z))‖²]: the formula of R1 on *generated* examples.

    Args:
        gradients: `(n, ...)` gradient of D's logit with respect to each generated
            example.

    Returns:
        Scalar, at least 0; multiply it by the weight γ.

    Source: Mescheder et al. 2018.
    """
    return r1_penalty(gradients)


@at_least_float32
def gradient_penalty(gradients):
    """E[(‖∇D(x̂)‖ - 1)²] on points x̂ between real and generated examples.

    Args:
        gradients: `(n, ...)` gradient of D's score with respect to each point
            x̂ = u·x + (1 - u)·G(z), u uniform on [0, 1].

    Returns:
        Scalar, at least 0; multiply it by the weight λ (10 in the paper).

    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs".
    """
    norms = ops.sqrt(_squared_norm(gradients) + _EPSILON)
    return ops.mean((norms - 1) ** 2)
