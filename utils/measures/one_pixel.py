"""One pixel with two right colors: the best single answer, in closed form.

The color is drawn from p = w·N(1, s²) + (1 − w)·N(−1, s²): two values, as ±1 for red
and green, each a little blurred. A generator without noise answers a, or N(a, s²).
"""

import functools
import math

import numpy as np
from scipy.special import erf

from utils.core.validation import finite, number, one_of

# All answers that are tried, and the colors over which densities are summed.
_STEP = 1e-3
_ANSWERS = np.arange(-1.2, 1.2 + _STEP / 2, _STEP)
_COLORS = np.linspace(-3, 3, 1_501)


def best_constants(values, probabilities) -> tuple[float, float]:
    """Returns the constants with the least mean square and mean absolute error.

    The first is the mean, Σ p·v. The second is the median: the least value at which
    the probabilities of all values up to it add up to ½ or more.

    Args:
        values: `(n,)`, in any order.
        probabilities: of each, `(n,)`, at least 0, with the sum 1.

    Raises:
        ValueError: if these are no such numbers.
    """
    values, p = (
        finite(np.asarray(each, "float64"), name)
        for each, name in ((values, "The values"), (probabilities, "The probabilities"))
    )
    if values.ndim != 1 or values.shape != p.shape or (p < 0).any():
        raise ValueError(
            f"The values have shape {values.shape} and the probabilities {p.shape}: "
            "give one probability of at least 0 per value."
        )
    if not math.isclose(p.sum(), 1, abs_tol=1e-6):
        raise ValueError(f"The probabilities add up to {p.sum():g}: divide by that.")
    order = values.argsort()
    below = p[order].cumsum()
    median = values[order][np.searchsorted(below, 0.5 - 1e-12)]
    return float(values @ p), float(median)


def distance_to_pixel(answers, distance: str, share=0.5, std=0.2) -> np.ndarray:
    """Returns E|x − a| ("L1") or E(x − a)² ("L2") of answers a, under p.

    Args:
        answers: a, numbers of any shape.
        distance: "L1" or "L2".
        share: w in [0, 1], the probability of the color 1.
        std: s of each color, above 0.

    Raises:
        ValueError: if an argument is out of range.
    """
    one_of(distance, ("L1", "L2"), "distance")
    share, std = number(share, "share", least=0, most=1), number(std, "std", above=0)

    def from_color(color):
        way = np.asarray(answers, "float64") - color
        if distance == "L2":
            return way**2 + std**2
        z = way / (std * math.sqrt(2))
        return std * math.sqrt(2 / math.pi) * np.exp(-(z**2)) + way * erf(z)

    return share * from_color(1.0) + (1 - share) * from_color(-1.0)


def pixel_js(answers, share=0.5, std=0.2) -> np.ndarray:
    """Returns JS of p and N(a, s²) in nats: what the best D measures.

    Args:
        answers: a in [−1.2, 1.2], numbers of any shape.
        share, std: as in `distance_to_pixel`; s is at most ½.

    Raises:
        ValueError: if an argument is out of range.
    """
    share = number(share, "share", least=0, most=1)
    return np.interp(answers, _ANSWERS, _js_of_answers(share, _std(std)))


def adversarial_answer(weight, distance: str, share=0.5, std=0.2) -> float:
    """Returns the answer a that has the least JS(p, N(a, s²)) + λ·distance, to 1e-3.

    It is what pix2pix comes to if G ignores its noise and D is always at its best.
    With both colors equally probable, a and −a are as good: the positive one is given.

    Args:
        weight: λ, at least 0.
        distance, share, std: as in `pixel_js`.

    Raises:
        ValueError: if an argument is out of range.
    """
    js = _js_of_answers(number(share, "share", least=0, most=1), _std(std))
    loss = js + number(weight, "weight", least=0) * distance_to_pixel(
        _ANSWERS, distance, share, std
    )
    # Of equals the positive one, though rounding may prefer another.
    return float(_ANSWERS[np.flatnonzero(loss <= loss.min() + 1e-12)[-1]])


def _std(std) -> float:
    return number(std, "std", least=0.05, most=0.5)


@functools.cache
def _js_of_answers(share: float, std: float) -> np.ndarray:
    """JS at every answer that is tried: a trapezoid, exponentially exact here."""

    def density(mean):
        z = (_COLORS - mean) / std
        return np.exp(-(z**2) / 2) / (std * math.sqrt(2 * math.pi))

    def kl(p, q):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.trapezoid(np.where(p > 0, p * np.log(p / q), 0), _COLORS)

    p = share * density(1.0) + (1 - share) * density(-1.0)
    return np.array(
        [(kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2 for q in map(density, _ANSWERS)]
    )
