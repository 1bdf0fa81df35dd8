"""Exercise 1.3: KL of two Gaussians on a line."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.measures.gaussian_kl import gaussian_kl


def _with_square(square):
    """The closed form with something else for the mean of (x − μ_q)²/(2σ_q²)."""
    return lambda m, s, n, t: np.log(t / s) + square(m, s, n, t) - 0.5


_MISTAKES = (
    Wrong(
        lambda m, s, n, t: gaussian_kl(n, t, m, s),
        "has p and q swapped: this is KL(q‖p). The distance is measured in units of q: "
        "σ_q² stands below the fraction.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + 0.5,
        "is ½ too large: the mean of (x − μ_p)²/(2σ_p²) under p is ½, and it is "
        "subtracted.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + 1,
        "is 1 too large: subtract ½ (the mean of (x − μ_p)²/(2σ_p²)) instead of adding "
        "it.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, np.sqrt(s), n, np.sqrt(t)),
        "takes the standard deviations for variances: square them, and leave the "
        "logarithm at log(σ_q/σ_p).",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) - 2 * np.log(t / s),
        "has the logarithm upside down: log(σ_q/σ_p), which is positive for a wider q.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) - np.log(t / s),
        "lacks the logarithm: log(σ_q/σ_p) comes from the factors 1/σ in front of the "
        "two densities.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + np.log(t / s),
        "has twice the logarithm: log(σ_q/σ_p), or ½·log(σ_q²/σ_p²).",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(0, s, 0, t),
        "does not look at the means: the mean of (x − μ_q)² under p is "
        "σ_p² + (μ_p − μ_q)².",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (m - n) ** 2 / (2 * t**2)),
        "lacks σ_p²: the mean of (x − μ_q)² under p is σ_p² + (μ_p − μ_q)².",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + m - n) / (2 * t**2)),
        "does not square the difference of the means: (μ_p − μ_q)².",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: s**2 + (m - n) ** 2 / (2 * t**2)),
        "divides one of the two squares only: put σ_p² + (μ_p − μ_q)² in parentheses "
        "above the fraction.",
    ),
    Wrong(
        lambda m, s, n, t: (m - n) ** 2 + (s - t) ** 2,
        "is the squared Wasserstein distance: KL has a logarithm, and no symmetry.",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + (m - n) ** 2) / t**2),
        "lacks the 2 below the fraction: (σ_p² + (μ_p − μ_q)²)/(2σ_q²).",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + abs(m - n)) / (2 * t**2)),
        "does not square the distance of the means: (μ_p − μ_q)².",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + (m - n) ** 2) / (2 * s**2)),
        "has σ_p below the fraction: this square comes from log q, so it is measured "
        "in units of σ_q.",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: s**2 / (2 * t**2) + (m - n) ** 2 / (2 * s**2)),
        "has σ_p below the distance of the means: that square comes from log q, so all "
        "of it is measured in units of σ_q.",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + (m - n) ** 2) / 2 * t**2),
        "multiplies by σ_q² where it should divide: Python reads `a / 2 * b` from left "
        "to right. Put what stands below the fraction in parentheses.",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 - (m - n) ** 2) / (2 * t**2)),
        "subtracts the squared distance of the means: it is added to σ_p².",
    ),
    Wrong(
        _with_square(lambda m, s, n, t: (s**2 + (m - n) ** 2) / (2 * t)),
        "does not square σ_q below the fraction: the density of q holds σ_q².",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) - np.log(t / s) / 2,
        "has half the logarithm: ½·log(σ_q²/σ_p²) is log(σ_q/σ_p).",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + gaussian_kl(n, t, m, s),
        "adds both directions: KL is one of them, the mean under p.",
    ),
    Wrong(
        lambda m, s, n, t: (gaussian_kl(m, s, n, t) + gaussian_kl(n, t, m, s)) / 2,
        "is the mean of both directions: KL is one of them, the mean under p.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) / np.log(2),
        "is in bits: this course counts in nats, with the natural logarithm.",
    ),
    Wrong(
        lambda m, s, n, t: gaussian_kl(m, s, n, t) + np.log2(t / s) - np.log(t / s),
        "has log₂ in its logarithm, which makes bits, beside nats: take `np.log`.",
    ),
    Wrong(
        lambda m, s, n, t: -gaussian_kl(m, s, n, t),
        "has its sign flipped: take the mean of log p − log q, not of log q − log p.",
    ),
)

kl_of_gaussians = Check(
    "1.3",
    "KL of two Gaussians",
    "kl_of_gaussians(mean_p, std_p, mean_q, std_q)",
    exact=gaussian_kl,
    cases=(
        Case(0.3, 0.7, -1.2, 1.9, shows="begin with the terms that do not hold x."),
        Case(0.0, 1.0, 3.0, 1.0, shows="with equal spread only the shift is left."),
        Case(0.5, 2.0, 0.5, 2.0, shows="equal distributions are 0 apart."),
        Case(-1.0, 2.5, 0.2, 0.4, shows="p is wider than q here, and KL is large."),
        Case(2.0, 0.01, 2.0, 5.0, shows="a narrow p costs the logarithm of the ratio."),
        Case(-60.0, 1.5, 80.0, 1.0, shows="far apart the shift is all that counts."),
    ),
    mistakes=_MISTAKES,
)
