"""Avatars of which little varies: a quiet set, pairs, and all combinations."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from utils.core.validation import one_of
from utils.data.avatars.factors import RANGES, Factors

#: What stands still in the quiet set: pose, light, wall, and the face's own features.
QUIET: Mapping[str, float] = {
    "shift": 0.0,
    "turn": 0.0,
    "tilt": 0.0,
    "light_direction": 0.0,
    "background": 0.5,
    "face_width": 0.5,
    "eye_distance": 0.5,
    "eye_size": 0.6,
    "eye_color": 0.2,
    "brow_tilt": 0.0,
    "nose": 0.4,
    "fringe": 0.3,
    "beard": 0.0,
    "mouth_width": 0.7,
}
#: What varies in the quiet set.
LOUD = tuple(name for name in RANGES if name not in QUIET)


def quiet(factors: Factors) -> Factors:
    """Returns the same avatars in one pose, light and place: only `LOUD` varies."""
    return with_values(factors, **QUIET)


def with_values(factors: Factors, **values) -> Factors:
    """Returns avatars of which some factors have the same value in all.

    Two calls make pairs that differ in one factor alone: `with_values(faces,
    glasses=0)` and `with_values(faces, glasses=3)`.

    Args:
        factors: of n avatars.
        **values: a number for each factor that is to be changed.

    Raises:
        ValueError: if there is no such factor, or a value is out of range.
    """
    for name in values:
        one_of(name, RANGES, "factor")
    same = {name: np.full(len(factors), value) for name, value in values.items()}
    return replace(factors, **same)


def combinations(factors: Factors, **values) -> Factors:
    """Draws the first avatar once for each combination of some factors' values.

    Args:
        factors: of which the first avatar is taken.
        **values: for each factor that varies a list of its values; the last one changes
            fastest.

    Returns:
        As many avatars as there are combinations.

    Raises:
        ValueError: if there is no such factor, or a value is out of range.
    """
    for name in values:
        one_of(name, RANGES, "factor")
    every = np.array(list(product(*map(np.atleast_1d, values.values()))))
    copies = np.zeros(len(every), dtype=int)
    return replace(factors[copies], **dict(zip(values, every.T, strict=True)))
