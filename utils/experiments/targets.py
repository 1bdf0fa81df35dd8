"""What the league learns: examples to train on, and others that choose and judge."""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from utils.core.validation import one_of
from utils.data import digits
from utils.data.mixtures import GaussianMixture, grid, ring, standardized

TARGETS = ("ring", "grid", "digits", "mnist")
_TRAINING = 4_096
_HELD_OUT = 1_500
_CHOOSING = 360


class Held(NamedTuple):
    """Real examples `(n, ...)` that no training sees, and a seed for what is drawn."""

    examples: np.ndarray
    seed: int


@dataclass(frozen=True)
class Target:
    """Data of the league.

    Attributes:
        name: one of `TARGETS`.
        training: examples `(n, ...)`: points of about unit variance, or pictures in
            [-1, 1].
        choosing: what chooses between settings.
        final: what judges the chosen ones; nothing was chosen by it.
        mixture: the density of points; None for pictures.
    """

    name: str
    training: np.ndarray
    choosing: Held
    final: Held
    mixture: GaussianMixture | None = None

    @property
    def shape(self) -> tuple:
        """Of one example."""
        return self.training.shape[1:]


@functools.cache
def load_target(name: str) -> Target:
    """Loads a target.

    Args:
        name: "ring" of 8 or "grid" of 25 Gaussians, in units of their spread; "digits",
            UCI's; or "mnist", where it is in the cache or can be fetched.

    Raises:
        ValueError: for another name.
        DataUnavailable: if MNIST is neither in the cache nor can be fetched.
    """
    if one_of(name, TARGETS, "target") in ("ring", "grid"):
        mixture = standardized(ring() if name == "ring" else grid())
        return Target(
            name,
            mixture.sample(_TRAINING, seed=0),
            Held(mixture.sample(_HELD_OUT, seed=1), 1),
            Held(mixture.sample(_HELD_OUT, seed=2), 2),
            mixture,
        )
    pictures = digits.load("uci" if name == "digits" else "mnist")
    chosen = pictures.test_pictures[: 10 * _CHOOSING]
    return Target(
        name,
        pictures.train_pictures[:-_CHOOSING],
        Held(pictures.train_pictures[-_CHOOSING:], 1),
        Held(chosen[:_CHOOSING], 2),
    )
