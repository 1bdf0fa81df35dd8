"""Mutual information in nats, and two bounds and a score that are made of it."""

import math

import numpy as np
from keras import ops

from utils.core.arrays import at_least_float32, xlogx
from utils.core.validation import finite

#: Differential entropy of U(−1, 1), in nats.
LOG_2 = math.log(2)


def mutual_information(table) -> float:
    """Returns I = Σ p(a, b)·log(p(a, b) / (p(a)·p(b))) of a table, in nats.

    Args:
        table: how often a and b come together, `(a, b)`: counts or probabilities.

    Raises:
        ValueError: if it is no table of numbers of at least 0, or all are 0.
    """
    p = finite(np.asarray(table, "float64"), "The table")
    if p.ndim != 2 or (p < 0).any() or not p.sum():
        raise ValueError(
            f"The table has shape {p.shape} and the sum {p.sum():g}: give counts of at "
            "least 0, one row for each a and one column for each b."
        )
    p = p / p.sum()
    h_a, h_b, h_both = (-np.sum(xlogx(q)) for q in (p.sum(axis=1), p.sum(axis=0), p))
    return float(max(h_a + h_b - h_both, 0.0))


@at_least_float32
def categorical_bound(logits, codes, entropy=None):
    """Returns InfoGAN's bound L = E log Q(c | x) + H(c) ≤ I(c; x), in nats.

    Args:
        logits: of Q(c | x) for generated x, tensor `(n, k)`.
        codes: c, from which each x was generated: integers from 0, `(n,)`.
        entropy: H(c) in nats; that of equally probable codes, log k, if None.

    Returns:
        A tensor, one number.

    Source: Chen et al. (2016), InfoGAN, equation 4.
    """
    classes = logits.shape[-1]
    chosen = ops.one_hot(ops.cast(codes, "int32"), classes, dtype=logits.dtype)
    log_q = ops.sum(chosen * ops.log_softmax(logits, axis=-1), axis=-1)
    return ops.mean(log_q) + (math.log(classes) if entropy is None else entropy)


@at_least_float32
def gaussian_bound(mean, log_variance, codes, entropy=LOG_2):
    """Returns InfoGAN's bound for codes that are numbers, Q(c | x) = N(μ(x), σ²(x)).

    Args:
        mean, log_variance: of Q for generated x, tensors `(n, d)`.
        codes: c, from which each x was generated, `(n, d)`.
        entropy: differential entropy of each number of c, in nats; that of U(−1, 1) by
            default.

    Returns:
        A tensor: the bound in nats, summed over the d numbers of a code.

    Source: Chen et al. (2016), InfoGAN, section 6.
    """
    squares = ops.square(codes - mean) * ops.exp(-log_variance)
    log_q = -0.5 * (squares + log_variance + math.log(2 * math.pi))
    return ops.mean(ops.sum(log_q + entropy, axis=-1))


def mutual_information_gap(information, entropies) -> float:
    """Returns MIG: how far the best code of a factor is ahead of the second best.

    Mean over the factors v of (I(z₁; v) − I(z₂; v)) / H(v), where z₁ and z₂ are the two
    codes that know most of v: 1 if one code knows all and the others nothing.

    Args:
        information: I(code; factor) in nats, `(codes, factors)`, two codes or more.
        entropies: H(v) in nats, `(factors,)`, above 0.

    Raises:
        ValueError: for another shape, or a factor without entropy.

    Source: Chen et al. (2018), Isolating sources of disentanglement in VAEs, section 4.
    """
    information = finite(np.asarray(information, "float64"), "The information")
    entropies = finite(np.asarray(entropies, "float64"), "The entropies")
    fits = information.ndim == 2 and information.shape[1:] == entropies.shape
    if not fits or len(information) < 2 or (entropies <= 0).any():
        raise ValueError(
            f"The information has shape {information.shape} and the entropies are "
            f"{entropies}: give (codes, factors) with two codes or more, and one "
            "entropy above 0 for each factor; leave out a factor that never changes."
        )
    second, best = np.sort(information, axis=0)[-2:]
    return float(np.mean((best - second) / entropies))
