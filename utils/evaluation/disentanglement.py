"""Does each number of a code stand for one factor? Five scores, conventions named."""

from typing import NamedTuple

import numpy as np

from utils.core.arrays import to_numpy, xlogx
from utils.core.validation import finite, integer
from utils.measures.information import mutual_information, mutual_information_gap


class DCI(NamedTuple):
    """How well codes and factors come in pairs, each in [0, 1].

    Attributes:
        disentanglement: 1 if each code serves one factor alone.
        completeness: 1 if each factor is held by one code alone.
    """

    disentanglement: float
    completeness: float


def r_squared(true, predicted) -> np.ndarray:
    """Returns R² = 1 − Σ(v − v̂)² / Σ(v − mean v)² for each column, `(factors,)`.

    Args:
        true, predicted: `(n, factors)`, arrays or tensors.

    Raises:
        ValueError: for other shapes, or a factor that never changes.
    """
    true, predicted = _columns(true, "The factors"), _columns(predicted, "The readings")
    if true.shape != predicted.shape:
        raise ValueError(
            f"{true.shape} factors were given and {predicted.shape} readings: give "
            "both for the same examples and factors."
        )
    spread = np.square(true - true.mean(axis=0)).sum(axis=0)
    return 1 - np.square(true - predicted).sum(axis=0) / spread


def code_r_squared(codes, factors) -> np.ndarray:
    """Returns how much of each factor a straight line in each code explains.

    The squared correlation, `(codes, factors)`. Its largest number in a column is the
    R² of the best single code.

    Args:
        codes: `(n, codes)`, arrays or tensors.
        factors: `(n, factors)`.

    Raises:
        ValueError: for other shapes, or a factor that never changes. A code that never
            changes explains nothing.
    """
    z, v = _standardized(codes, factors)
    return np.square(z.T @ v / len(z))


def all_codes_r_squared(codes, factors) -> np.ndarray:
    """Returns how much of each factor all codes together explain, `(factors,)`.

    Linear regression, fitted on the rows 0, 2, 4, … and scored on the others.

    Args, Raises: as `code_r_squared`.
    """
    z, v = _standardized(codes, factors)
    weights = np.linalg.lstsq(_with_one(z[::2]), v[::2], rcond=None)[0]
    return r_squared(v[1::2], _with_one(z[1::2]) @ weights)


def information_table(codes, factors, bins: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Returns I(code; factor), `(codes, factors)`, and H(factor), `(factors,)`: nats.

    Codes are cut into `bins` of equal width from their smallest to their largest
    value, and so is a factor, unless it has no more values than that.

    Args:
        codes, factors: as `code_r_squared`.
        bins: at least 2.

    Raises:
        ValueError: as `code_r_squared`, or for another number of bins.
    """
    bins = integer(bins, "bins", least=2)
    codes, factors = _checked(codes, factors)
    z = [_binned(each, bins) for each in codes.T]
    v = [_classes(each, bins) for each in factors.T]

    def table(a, b):
        counts = np.zeros((a.max() + 1, b.max() + 1))
        np.add.at(counts, (a, b), 1)
        return counts

    information = [[mutual_information(table(a, b)) for b in v] for a in z]
    shares = [np.bincount(each) / len(each) for each in v]
    return np.array(information), np.array([-xlogx(p).sum() for p in shares])


def mig(codes, factors, bins: int = 20) -> float:
    """Returns the mutual information gap of codes, in [0, 1].

    Args, Raises: as `information_table`, and at least two codes.

    Source: Chen et al. (2018), Isolating sources of disentanglement; 20 equal bins
        as Locatello et al. (2019).
    """
    return mutual_information_gap(*information_table(codes, factors, bins))


def sap(codes, factors) -> float:
    """Returns the separated attribute predictability of codes, in [0, 1].

    Mean over the factors of the gap between the two largest R² of single codes. All
    factors are taken as numbers.

    Args, Raises: as `code_r_squared`.

    Source: Kumar et al. (2018), section 3.
    """
    explained = np.sort(code_r_squared(codes, factors), axis=0)
    if len(explained) < 2:
        raise ValueError(f"{len(explained)} code was given: a gap needs two or more.")
    return float(np.mean(explained[-1] - explained[-2]))


def dci(codes, factors) -> DCI:
    """Returns the disentanglement and the completeness of codes.

    A code's importance for a factor is the square of its weight in the linear
    regression from all codes, each standardized. (Eastwood and Williams take the
    absolute weights of a lasso, or trees.) A code scores 1 − H(its factors) / log
    factors, a factor 1 − H(its codes) / log codes; codes are weighed by their
    importance, factors alike.

    Args, Raises: as `code_r_squared`, and at least two codes and two factors.

    Source: Eastwood and Williams (2018), sections 2 and 3.
    """
    z, v = _standardized(codes, factors)
    if min(z.shape[1], v.shape[1]) < 2:
        raise ValueError(
            f"{z.shape[1]} codes and {v.shape[1]} factors were given: entropies of "
            "importance need two of each or more."
        )
    importance = np.square(np.linalg.lstsq(z, v, rcond=None)[0])
    by_code = _order(importance)
    shares = importance.sum(axis=1) / importance.sum()
    return DCI(float(by_code @ shares), float(_order(importance.T).mean()))


def _order(importance) -> np.ndarray:
    """1 − entropy of each row, in units of its largest; 0 for a row of zeros."""
    total = importance.sum(axis=1, keepdims=True)
    p = importance / np.where(total > 0, total, 1)
    disorder = -xlogx(p).sum(axis=1) / np.log(p.shape[1])
    return np.where(total[:, 0] > 0, 1 - disorder, 0.0)


def _with_one(z) -> np.ndarray:
    return np.c_[z, np.ones(len(z))]


def _binned(values, bins: int) -> np.ndarray:
    low, high = values.min(), values.max()
    share = (values - low) / (high - low if high > low else 1.0)
    return np.minimum((share * bins).astype("int64"), bins - 1)


def _classes(values, bins: int) -> np.ndarray:
    known, which = np.unique(values, return_inverse=True)
    return which if len(known) <= bins else _binned(values, bins)


def _columns(values, what: str) -> np.ndarray:
    values = finite(to_numpy(values, what), what)
    if values.ndim != 2 or len(values) < 2:
        raise ValueError(
            f"{what} have shape {values.shape}: give one row per example, (n, columns) "
            "with two rows or more."
        )
    return values


def _checked(codes, factors):
    codes, factors = _columns(codes, "The codes"), _columns(factors, "The factors")
    if len(codes) != len(factors):
        raise ValueError(
            f"{len(codes)} codes and {len(factors)} factors were given: give one row "
            "of each per example."
        )
    still = np.flatnonzero(np.ptp(factors, axis=0) == 0)
    if still.size:
        raise ValueError(
            f"Factor {still[0]} is {factors[0, still[0]]:g} in all examples, so nothing"
            " can know more of it: leave it out."
        )
    return codes, factors


def _standardized(codes, factors):
    """Codes and factors of mean 0 and variance 1; a code that never changes is 0."""
    return (
        (each - each.mean(axis=0)) / np.where(np.ptp(each, axis=0), each.std(axis=0), 1)
        for each in _checked(codes, factors)
    )
