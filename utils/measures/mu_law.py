"""μ-law: loud and soft sounds in a few levels, the soft ones more finely.

Companded, y = sign(x)·ln(1 + μ|x|)/ln(1 + μ), with μ one less than there are levels.
"""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer, unit_range


def compand(x, levels: int = 256) -> np.ndarray:
    """Returns sign(x)·ln(1 + μ|x|)/ln(1 + μ) in [-1, 1].

    Args:
        x: samples in [-1, 1], of any shape.
        levels: μ + 1, at least 2.

    Source: ITU-T G.711 (1972), for 256 levels; van den Oord et al. (2016), WaveNet.
    """
    mu = integer(levels, "levels", least=2) - 1
    x = unit_range(finite(to_numpy(x), "The samples"), "The samples")
    return np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu)


def expand(y, levels: int = 256) -> np.ndarray:
    """Returns sign(y)·((1 + μ)^|y| − 1)/μ: what `compand` made y of."""
    mu = integer(levels, "levels", least=2) - 1
    y = to_numpy(y)
    return np.sign(y) * np.expm1(np.abs(y) * np.log1p(mu)) / mu


def encode(x, levels: int = 256) -> np.ndarray:
    """Returns the nearest level of each sample, int32 from 0 to levels − 1."""
    steps = (compand(x, levels) + 1) / 2 * (levels - 1)
    return np.clip(np.floor(steps + 0.5), 0, levels - 1).astype("int32")


def decode(symbols, levels: int = 256) -> np.ndarray:
    """Returns the sample that each level stands for, in [-1, 1]."""
    mu = integer(levels, "levels", least=2) - 1
    return expand(to_numpy(symbols, "The symbols") / mu * 2 - 1, levels)


def edges(levels: int = 256) -> np.ndarray:
    """Returns where one level ends and the next begins, `(levels − 1,)`, rising."""
    mu = integer(levels, "levels", least=2) - 1
    return expand((np.arange(1, levels) - 0.5) / mu * 2 - 1, levels)
