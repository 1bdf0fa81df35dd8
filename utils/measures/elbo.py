"""The two terms of a variational autoencoder's loss, and the draw between them.

Pure functions on tensors; a log-variance may be any real number, so that a network can
return it.
"""

import math

from keras import ops

from utils.core.arrays import at_least_float32

# Squeezes probabilities away from 0 and 1, where a logarithm has no end.
_EPSILON = 1e-6


@at_least_float32
def kl_to_standard_normal(mean, log_variance):
    """Returns KL(N(mean, diag(variance)) ‖ N(0, I)) for each code, in nats.

    KL = ½·Σ (μ² + σ² − 1 − log σ²), summed over the last axis.

    Args:
        mean, log_variance: tensors `(n, d)`.

    Returns:
        Tensor `(n,)`, never negative.

    Source: Kingma and Welling (2014), "Auto-encoding variational Bayes", appendix B.
    """
    terms = ops.square(mean) + ops.expm1(log_variance) - log_variance
    return 0.5 * ops.sum(terms, axis=-1)


@at_least_float32
def reparametrize(mean, log_variance, noise):
    """Returns μ + σ·ε: a draw from N(μ, σ²) through which gradients reach μ and σ.

    Args:
        mean, log_variance: tensors `(n, d)`.
        noise: draws from N(0, 1), `(n, d)`.

    Returns:
        Tensor `(n, d)`.

    Source: Kingma and Welling (2014), section 2.4.
    """
    return mean + ops.exp(0.5 * log_variance) * noise


@at_least_float32
def gaussian_reconstruction(x, mean, log_variance):
    """Returns −log N(x; mean, variance·I) for each example, in nats.

    ½·Σ ((x − m)²/σ² + log σ² + log 2π), summed over all numbers of an example.

    Args:
        x, mean: tensors `(n, ...)`.
        log_variance: log σ², one number for all.

    Returns:
        Tensor `(n,)`.

    Source: Bishop (2006), Pattern recognition and machine learning, section 2.3.
    """
    squares = ops.square(x - mean) * ops.exp(-log_variance)
    return 0.5 * _total(squares + log_variance + math.log(2 * math.pi))


@at_least_float32
def bernoulli_reconstruction(x, mean):
    """Returns the cross-entropy of pictures in [-1, 1], black to white, in nats.

    −Σ t·log p + (1 − t)·log(1 − p) with t = (x + 1)/2 and p = (mean + 1)/2, summed over
    all pixels. For pictures that are black or white alone it is −log P(x).

    Args:
        x, mean: tensors `(n, ...)`, numbers in [-1, 1].

    Returns:
        Tensor `(n,)`.

    Source: Kingma and Welling (2014), appendix C.1.
    """
    t = (x + 1) / 2
    p = (mean + 1) / 2 * (1 - 2 * _EPSILON) + _EPSILON
    return -_total(t * ops.log(p) + (1 - t) * ops.log(1 - p))


def _total(values):
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))
