"""How far apart two distributions are, in nats: exactly, and from a discriminator.

NumPy in, NumPy float64 out; a tensor in, a tensor of its dtype out, with gradients.
`js_divergence` is the usual one: between 0 and log 2.
"""

import keras

from utils.core.arrays import as_floats, concrete, log_safe, log_sigmoid, minimum, where
from utils.measures._stable import log_ratio, pointwise, total
from utils.measures.f_gan import LOG_2, check_samples, find_divergence

# By how much a sum of probabilities may be off: what is left of their digits.
SUM_TOLERANCE = {"bfloat16": 8e-3, "float16": 1e-3}
EXACT = 1e-5


def kl_divergence(p, q):
    """Returns the Kullback-Leibler divergence of p from q, in nats.

    KL(p‖q) = Σ p·log(p/q), with 0·log 0 = 0, and inf where q = 0 < p.

    Args:
        p, q: probabilities of one shape `(..., outcomes)`, each row summing to 1.

    Returns:
        An array of shape `(...)`, ≥ 0; 0 only for equal distributions.

    Raises:
        ValueError: for different shapes, a NaN, a negative entry, or a row that does
            not sum to 1 (within 1e-5, or half precision's last digit). Inside a
            compiled function only shapes can be checked.

    Source: Kullback, Leibler (1951), On information and sufficiency.
    """
    p, q = _distributions(p, q)
    # p − q sums up to 0. With it no term is negative, and none cancels another.
    return total(p * log_ratio(p, q) - (p - q))


def js_divergence(p, q):
    """Returns the Jensen-Shannon divergence between p and q, in nats.

    JS(p, q) = ½·KL(p‖m) + ½·KL(q‖m) with m = (p + q)/2: symmetric, at most log 2.
    (SciPy's `jensenshannon` is its square root.)

    Args:
        p, q: probabilities of one shape `(..., outcomes)`, each row summing to 1.

    Returns:
        An array of shape `(...)` between 0 and log 2.

    Raises:
        ValueError: as `kl_divergence`.

    Source: Lin (1991), Divergence measures based on the Shannon entropy.
    """
    p, q = _distributions(p, q)
    m = (p + q) / 2
    m = where(m > 0, m, p + q)  # half of the smallest number would be 0
    # p + q − 2m is 0 but for the rounding of m; with it no term is negative.
    terms = p * log_ratio(p, m) - (p - m) + q * log_ratio(q, m) - (q - m)
    return minimum(0.5 * total(terms), LOG_2)


def f_divergence(name: str, p, q):
    """Returns the f-divergence of that name between two discrete distributions.

    D_f(p‖q) = Σ q·f(p/q), with q·f(0) where p = 0, and p·lim f(u)/u where q = 0.

    | name | value | at most |
    |---|---|---|
    | kl | Σ p·log(p/q) | inf |
    | reverse-kl | Σ q·log(q/p) | inf |
    | js | ½·KL(p‖m) + ½·KL(q‖m), m = (p + q)/2 | log 2 |
    | pearson | Σ (p − q)²/q | inf |
    | neyman | Σ (p − q)²/p | inf |
    | squared-hellinger | Σ (√p − √q)² | 2 |
    | total-variation | ½·Σ abs(p − q) | 1 |

    Args:
        name: a key of `F_DIVERGENCES`.
        p, q: probabilities of one shape `(..., outcomes)`, each row summing to 1.

    Returns:
        An array of shape `(...)`, ≥ 0.

    Raises:
        ValueError: for an unknown name, and as `kl_divergence`.

    Source: Liese, Vajda (2006), IEEE Transactions on Information Theory 52 (10).
    """
    divergence = find_divergence(name)
    p, q = _distributions(p, q)
    q_f = pointwise(divergence, log_safe(p), log_safe(q))  # q·f(p/q), safely
    # Rows that sum to 1 within rounding may pass the largest value by as little.
    return minimum(total(q_f), divergence.largest)


def js_from_logits(real_logits, fake_logits):
    """Returns what a discriminator's logits read as Jensen-Shannon divergence, in nats.

    ½·mean(log σ(real)) + ½·mean(log(1 − σ(fake))) + log 2: with the best discriminator
    D = p/(p + q) and many samples it is JS(p, q), with any other one less. It is
    log 2 − the mean binary cross-entropy, and never above log 2.

    Args:
        real_logits, fake_logits: logits (real = 1) of any shape, not empty; the two
            may differ in number. Safe for logits of any size.

    Returns:
        A scalar; NaN logits give NaN.

    Raises:
        ValueError: for an empty sample.

    Source: Goodfellow et al. (2014), Generative adversarial nets, theorem 1.
    """
    xp, (real, fake) = as_floats(real_logits, fake_logits)
    check_samples(real, fake)
    log_d, log_1_minus_d = log_sigmoid(real), log_sigmoid(-fake)
    return 0.5 * xp.mean(log_d) + 0.5 * xp.mean(log_1_minus_d) + LOG_2


def _distributions(p, q):
    given = {"p": p, "q": q}
    _, (p, q) = as_floats(p, q)
    if tuple(p.shape) != tuple(q.shape):
        raise ValueError(
            f"p has shape {tuple(p.shape)} and q has shape {tuple(q.shape)}: give both "
            "the same outcomes, in one shape (..., outcomes)."
        )
    for (name, was), values in zip(given.items(), (p, q), strict=True):
        dtype = keras.backend.standardize_dtype(getattr(was, "dtype", "float64"))
        _check_probabilities(name, values, SUM_TOLERANCE.get(dtype, EXACT))
    return p, q


def _check_probabilities(name: str, values, tolerance: float) -> None:
    if len(values.shape) == 0:
        raise ValueError(
            f"{name} is a single number: give the probabilities of all outcomes."
        )
    numbers = concrete(values)
    if numbers is None or 0 in numbers.shape[:-1]:
        return
    if not (numbers >= 0).all():
        worst = "NaN" if (numbers != numbers).any() else f"{numbers.min():g}"
        raise ValueError(f"{name} holds {worst}: probabilities are numbers ≥ 0.")
    sums = numbers.sum(axis=-1).ravel()
    worst_sum = sums[abs(sums - 1).argmax()]
    if abs(worst_sum - 1) > tolerance:
        raise ValueError(
            f"{name} sums to {worst_sum:.6g} over its last axis, {worst_sum - 1:+.2g} "
            f"from 1: divide it by its sum."
        )
