"""Cartoon faces whose causes are known: sample factors, draw them, group by person."""

from dataclasses import dataclass, replace

import numpy as np

from utils.core.validation import integer, number
from utils.data.avatars.drawing import draw
from utils.data.avatars.factors import (
    IDENTITY,
    RANGES,
    Factors,
    Range,
    sample_factors,
    vary,
)
from utils.data.avatars.settings import LOUD, QUIET, combinations, quiet, with_values

__all__ = [
    "IDENTITY",
    "LOUD",
    "QUIET",
    "RANGES",
    "Factors",
    "Identities",
    "Range",
    "combinations",
    "identities",
    "quiet",
    "render",
    "sample_factors",
    "vary",
    "with_values",
]

#: Pixels drawn at once: a few arrays of them fit a processor's cache.
BLOCK = 1 << 15


@dataclass(frozen=True)
class Identities:
    """Pictures of people: several of each person, one after the other.

    Attributes:
        pictures: (people · pictures, size, size, 3), float32 in [-1, 1].
        labels: (people · pictures,), int32: whose picture it is, from 0.
        factors: what was drawn.
    """

    pictures: np.ndarray
    labels: np.ndarray
    factors: Factors


def render(factors: Factors, size: int = 32) -> np.ndarray:
    """Draws avatars.

    Args:
        factors: of n avatars, from `sample_factors`, or made by hand.
        size: width and height in pixels, 16 to 128.

    Returns:
        (n, size, size, 3), float32 in [-1, 1]. The same factors give the same bytes.

    Raises:
        ValueError: if `factors` are no `Factors`, or the size is out of range.
    """
    if not isinstance(factors, Factors):
        raise ValueError(
            f"render was given {type(factors).__name__}: give it Factors, such as "
            "sample_factors(10, seed=0)"
        )
    size = integer(size, "size", 16, 128)
    pictures = np.empty((len(factors), size, size, 3), "float32")
    step = max(1, BLOCK // size**2)
    for start in range(0, len(factors), step):
        block = slice(start, start + step)
        pictures[block] = draw(factors[block], size)
    return pictures


def identities(
    people: int, pictures: int, seed: int, size: int = 32, *, alike: float = 0.0
) -> Identities:
    """Draws people, and several pictures of each.

    The factors of `IDENTITY` stay with a person; smile, glasses, background, light,
    shift, turn and tilt are drawn anew for each picture.

    Args:
        people: how many, 1 or more.
        pictures: of each person, 1 or more.
        seed: int; one seed gives the same bytes. Other seeds give other people.
        size: width and height in pixels, 16 to 128.
        alike: how much people resemble each other, from 0 to below 1: each factor that
            stays with a person is pulled by this share toward the middle of its range,
            a beard toward none. The more alike, the harder to tell them apart.

    Raises:
        ValueError: if a number is out of range.
    """
    people, pictures = integer(people, "people"), integer(pictures, "pictures")
    alike = number(alike, "alike", least=0, below=1)
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(people, dtype="int32"), pictures)
    person = sample_factors(people, rng.integers(2**63))
    moments = sample_factors(len(whose), rng.integers(2**63))
    kept = {name: _pulled(person, name, alike)[whose] for name in IDENTITY}
    factors = replace(moments, **kept)
    return Identities(render(factors, size), whose, factors)


def _pulled(factors: Factors, name: str, share: float) -> np.ndarray:
    """Returns one factor, moved by a share of the way to an ordinary face."""
    values, bounds = getattr(factors, name), RANGES[name]
    ordinary = 0.0 if name == "beard" else (bounds.low + bounds.high) / 2
    return values + share * (ordinary - values)
