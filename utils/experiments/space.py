"""A space of settings as data, and settings drawn from it, everywhere the same."""

import math
import zlib
from dataclasses import dataclass

import numpy as np

from utils.core.validation import integer, number

# Digits that are kept: the last bit of an exponential differs from machine to machine.
_DIGITS = 4


@dataclass(frozen=True)
class LogUniform:
    """A number whose logarithm is uniform: as often 0.001 to 0.01 as 0.01 to 0.1.

    Raises:
        ValueError: unless 0 < low < high.
    """

    low: float
    high: float

    def __post_init__(self):
        number(self.low, "low", above=0, fix="Zero has no logarithm.")
        number(self.high, "high", above=self.low)

    def draw(self, rng) -> float:
        """Draws exp(u), u uniform between the two logarithms, to four digits."""
        exact = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return float(f"{exact:.{_DIGITS}g}")


@dataclass(frozen=True)
class Integers:
    """A whole number from low to high, both included, each as often.

    Raises:
        ValueError: unless low ≤ high, both whole.
    """

    low: int
    high: int

    def __post_init__(self):
        integer(self.high, "high", least=integer(self.low, "low", least=-(2**53)))

    def draw(self, rng) -> int:
        """Draws one."""
        return int(rng.integers(self.low, self.high + 1))


@dataclass(frozen=True)
class Choice:
    """One of several values, each as often.

    Raises:
        ValueError: for none at all.
    """

    values: tuple

    def __post_init__(self):
        if not len(self.values):
            raise ValueError("A choice of nothing was given: give at least one value.")

    def draw(self, rng):
        """Draws one."""
        return self.values[int(rng.integers(len(self.values)))]


def draw_settings(space: dict, name: str, number: int, seed: int = 0) -> dict:
    """Draws the settings of one trial.

    Each setting has random numbers of its own, from the seed, the names and the number
    alone: trial 7 is the same on every machine, whichever trials came before it, and
    stays as it is when the space gets another setting.

    Args:
        space: `{setting: LogUniform | Integers | Choice}`.
        name: of what is trained, so that two families do not share their luck.
        number: of the trial, from 0.
        seed: int, at least 0.

    Returns:
        `{setting: value}`, sorted by name.

    Raises:
        ValueError: for a space without settings.
    """
    if not space:
        raise ValueError(
            f"The space of {name!r} is empty: give at least one setting, such as "
            '{"learning_rate": LogUniform(1e-4, 1e-2)}.'
        )
    return {
        setting: space[setting].draw(
            np.random.default_rng(
                [seed, number, zlib.crc32(f"{name}/{setting}".encode())]
            )
        )
        for setting in sorted(space)
    }
