"""Exercise 5.3: points that fool the Fréchet distance: near by it, and on no mode."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Answer, Mistake, exercise
from utils.checks.engine.answers import read_array
from utils.data.mixtures import grid
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.frechet import frechet_feature_distance

# How many real points, and how many to make: what is measured is the first.
_SIZES = ((2_000, 2_000), (1_700, 2_301))
# Two honest samples of this size are about 0.02 apart.
_CLOSE, _ON_A_MODE = 0.05, 0.05
_SPREAD = 2.83  # of the grid, along each axis


@exercise("5.3", "fool the Fréchet distance", seconds=60)
def fool(fool: Callable) -> str:
    """Points that share mean and covariance with the grid, and not one of its modes.

    Args:
        fool: function `(real (m, 2), n) -> points (n, 2)`.

    Returns:
        A remark with what was measured.

    Raises:
        Mistake: unless the points are near by the distance and beside every mode.
    """
    answer = Answer(fool, "fool(real, n)")
    remark, _ = (_fooled(answer, m, n, seed) for seed, (m, n) in enumerate(_SIZES))
    return remark


def _fooled(answer: Answer, m: int, n: int, seed: int) -> str:
    real = grid().sample(m, seed=seed)
    points = _read(answer, real, n)
    distance = frechet_feature_distance(real, points)
    share = mode_coverage(points, grid()).high_quality
    if share > _ON_A_MODE and distance > 4 * _CLOSE:
        _explain_distance(answer, points, real, distance)
    if share > _ON_A_MODE:
        raise Mistake(
            f"the points of `{answer.name}` are {distance:.4f} away, but {share:.0%} "
            f"of them lie on a mode: that is an honest sample. At most {_ON_A_MODE:.0%}"
            " may. The distance sees nothing but mean and covariance: which other "
            "points have the same?"
        )
    if distance > _CLOSE:
        _explain_distance(answer, points, real, distance)
    return f" (Fréchet distance {distance:.4f}, {share:.1%} of the points on a mode)"


def _read(answer: Answer, real: np.ndarray, n: int) -> np.ndarray:
    points = read_array(answer(real, n), answer.name)
    if points.shape != (n, 2):
        why = "."
        if points.shape == (2, n):
            why = ": transpose it."
        elif points.shape == real.shape:
            why = f", whatever the number of real ones is, {len(real)}: use n."
        raise Mistake(
            f"`{answer.name}` returns shape {points.shape}, but n = {n} points in the "
            f"plane are asked for, ({n}, 2){why}"
        )
    broken = ~np.isfinite(points).all(axis=1)
    if broken.any():
        raise Mistake(f"{broken.sum()} points of `{answer.name}` are NaN or infinite.")
    return points.astype("float64")


def _explain_distance(answer: Answer, points, real, distance) -> None:
    measured = (
        f"the points of `{answer.name}` are {distance:.4f} away, and at most {_CLOSE} "
        "is asked for: "
    )
    shift = np.abs(points.mean(axis=0) - real.mean(axis=0)).max()
    spread = points.std(axis=0)
    if spread.max() < 1e-6:
        raise Mistake(
            measured + "they all lie in one spot, without any spread. The covariance "
            "has to be right as well as the mean."
        )
    if np.allclose(spread, _SPREAD**2, rtol=0.1):
        raise Mistake(
            measured + f"their standard deviation is {spread[0]:.3g}, the grid's "
            "*variance*: take the square root."
        )
    if shift > 0.3:
        raise Mistake(
            measured + f"their mean is off by {shift:.3g}. Subtract their own mean and "
            "add that of the real points."
        )
    correlation = np.corrcoef(points.T)[0, 1] if spread.min() > 1e-6 else 0.0
    if abs(correlation) > 0.05:
        raise Mistake(
            measured + f"their two coordinates go together (correlation "
            f"{correlation:.2f}), and the grid's do not. Draw them independently, or "
            "turn the points until they are."
        )
    raise Mistake(
        measured + f"their standard deviations are {spread[0]:.3g} and "
        f"{spread[1]:.3g}, the real ones {real.std(axis=0)[0]:.3g} and "
        f"{real.std(axis=0)[1]:.3g}. Divide by their own, multiply by the real ones."
    )
