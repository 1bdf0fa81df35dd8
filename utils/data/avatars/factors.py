"""The causes of an avatar: nineteen numbers, each with a name, range and meaning."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from utils.core.validation import integer, one_of


class Range(NamedTuple):
    """Bounds of a factor, both allowed; whether it stays with a person; its meaning."""

    low: float
    high: float
    identity: bool
    meaning: str


#: Every factor by name, in the order of the fields of `Factors`.
RANGES: Mapping[str, Range] = {
    "skin": Range(0, 1, True, "light to dark"),
    "face_width": Range(0, 1, True, "narrow to wide"),
    "hair_color": Range(0, 1, True, "black, brown, red, blond, silver"),
    "hair_length": Range(0, 1, True, "cropped to long"),
    "fringe": Range(0, 1, True, "a free forehead to a covered one"),
    "eye_distance": Range(0, 1, True, "close together to far apart"),
    "eye_size": Range(0, 1, True, "small to large"),
    "eye_color": Range(0, 1, True, "brown, amber, green, blue, gray"),
    "brow_tilt": Range(-1, 1, True, "inner ends up to inner ends down"),
    "nose": Range(0, 1, True, "small to large"),
    "mouth_width": Range(0, 1, True, "narrow to wide"),
    "smile": Range(-1, 1, False, "corners down to an open smile"),
    "glasses": Range(0, 3, False, "0 none, 1 round, 2 square, 3 dark"),
    "beard": Range(0, 1, True, "none, stubble, full"),
    "background": Range(0, 1, False, "color of the wall and of the shirt"),
    "light_direction": Range(-1, 1, False, "from the left to from the right"),
    "shift": Range(-1, 1, False, "to the left to to the right"),
    "turn": Range(-1, 1, False, "looks left to looks right"),
    "tilt": Range(-1, 1, False, "leans left to leans right"),
}

#: Factors that stay with a person; all others vary from picture to picture.
IDENTITY = tuple(name for name, bounds in RANGES.items() if bounds.identity)

#: Shares of avatars without a beard and without glasses.
SHAVEN, BARE_EYES = 0.6, 0.6


@dataclass(frozen=True)
class Factors:
    """What `render` draws: one array of length n, float32, for each factor.

    `RANGES` gives the range and the meaning of each. Left and right are those of the
    picture. `glasses` takes whole numbers only. `dataclasses.replace` changes one
    factor and checks again; `factors[3:5]` takes some avatars.

    Raises:
        ValueError: if the arrays differ in length, are empty, or hold a value that is
            out of range or no number.
    """

    skin: np.ndarray
    face_width: np.ndarray
    hair_color: np.ndarray
    hair_length: np.ndarray
    fringe: np.ndarray
    eye_distance: np.ndarray
    eye_size: np.ndarray
    eye_color: np.ndarray
    brow_tilt: np.ndarray
    nose: np.ndarray
    mouth_width: np.ndarray
    smile: np.ndarray
    glasses: np.ndarray
    beard: np.ndarray
    background: np.ndarray
    light_direction: np.ndarray
    shift: np.ndarray
    turn: np.ndarray
    tilt: np.ndarray

    def __post_init__(self):
        for field in fields(self):
            values = _checked(field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, values)
        lengths = {name: len(getattr(self, name)) for name in RANGES}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                f"the factors differ in length: {lengths}; make them equal"
            )

    def __len__(self) -> int:
        """Returns the number of avatars."""
        return len(self.skin)

    def __getitem__(self, index) -> "Factors":
        """Takes avatars by a slice, a mask, an array of indices, or one index."""
        chosen = {name: np.atleast_1d(getattr(self, name)[index]) for name in RANGES}
        return Factors(**chosen)


def _checked(name: str, values) -> np.ndarray:
    """Returns one factor as float32 `(n,)`, or says what is wrong with it."""
    low, high, _, meaning = RANGES[name]
    try:
        array = np.asarray(values, dtype="float32")
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} holds no numbers: give one number per avatar"
        ) from None
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"{name} has the shape {array.shape}: give one per avatar, shape (n,)"
        )
    wrong = array[~((array >= low) & (array <= high))]  # catches NaN too
    if wrong.size:
        raise ValueError(
            f"{name} is {wrong[0]:g}: it must be from {low:g} to {high:g} ({meaning})"
        )
    if name == "glasses" and np.any(array != np.round(array)):
        raise ValueError(f"glasses must be whole numbers: {meaning}")
    return array


def sample_factors(n: int, seed: int) -> Factors:
    """Draws avatars: every factor independent of all others, uniform in its range.

    Two are not uniform: 60 % have no beard (the others from stubble, 0.2, to full, 1),
    and 60 % no glasses (the others one of the three kinds).

    Args:
        n: how many, 1 or more.
        seed: int; one seed gives the same factors.

    Raises:
        ValueError: if `n` is below 1.
    """
    n = integer(n, "n")
    rng = np.random.default_rng(seed)
    drawn = {name: rng.uniform(r.low, r.high, n) for name, r in RANGES.items()}
    drawn["beard"] = np.where(rng.random(n) < SHAVEN, 0, 0.2 + 0.8 * drawn["beard"])
    kinds = rng.integers(1, 4, n)
    drawn["glasses"] = np.where(rng.random(n) < BARE_EYES, 0, kinds)
    return Factors(**drawn)


def vary(factors: Factors, name: str, values) -> Factors:
    """Draws the first avatar again and again, with one factor changed.

    Args:
        factors: of which the first avatar is taken.
        name: a factor, such as `"smile"`.
        values: (n,) its values.

    Returns:
        n avatars that differ in this factor alone.

    Raises:
        ValueError: if there is no such factor, or a value is out of range.
    """
    one_of(name, RANGES, "factor")
    copies = np.zeros(np.size(values), dtype=int)
    return replace(factors[copies], **{name: np.atleast_1d(values)})
