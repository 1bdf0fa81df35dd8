"""Points that fool the Fréchet distance: no mode of the grid, and yet next to 0."""

import numpy as np

from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake
from utils.data.mixtures import grid
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.frechet import frechet_feature_distance

POINTS = 2_000
#: Two honest samples of this size are about 0.02 apart.
CLOSE, ON_A_MODE = 0.05, 0.05
_SPREAD = 2.83  # of the grid, along each axis


def check_fooled(answer: Answer) -> str:
    """Raises a Mistake unless the points are near by FID and beside every mode.

    Returns:
        A remark with what was measured, for the line that says it is right.
    """
    real = grid().sample(POINTS, seed=0)
    points = _read(answer, real)
    distance = frechet_feature_distance(real, points)
    share = mode_coverage(points, grid()).high_quality
    if share > ON_A_MODE and distance > 4 * CLOSE:
        _explain_distance(answer, points, real, distance)
    if share > ON_A_MODE:
        raise Mistake(
            f"the points of `{answer.name}` are {distance:.4f} away, but {share:.0%} "
            f"of them lie on a mode: that is an honest sample. At most {ON_A_MODE:.0%} "
            "may. The distance sees nothing but mean and covariance: which other "
            "points have the same?"
        )
    if distance > CLOSE:
        _explain_distance(answer, points, real, distance)
    return f" (Fréchet distance {distance:.4f}, {share:.1%} of the points on a mode)"


def _read(answer: Answer, real: np.ndarray) -> np.ndarray:
    points = read_array(answer(real.copy(), POINTS), answer.name)
    if points.shape != (POINTS, 2):
        turned = ": transpose it." if points.shape == (2, POINTS) else "."
        raise Mistake(
            f"`{answer.name}` returns shape {points.shape}, but n = {POINTS} points in "
            f"the plane are asked for, ({POINTS}, 2){turned}"
        )
    broken = ~np.isfinite(points).all(axis=1)
    if broken.any():
        raise Mistake(f"{broken.sum()} points of `{answer.name}` are NaN or infinite.")
    return points.astype("float64")


def _explain_distance(answer: Answer, points, real, distance) -> None:
    measured = (
        f"the points of `{answer.name}` are {distance:.4f} away, and at most {CLOSE} "
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
    if abs(np.corrcoef(points.T)[0, 1]) > 0.05:
        raise Mistake(
            measured + f"their two coordinates go together (correlation "
            f"{np.corrcoef(points.T)[0, 1]:.2f}), and the grid's do not. Draw them "
            "independently, or turn the points until they are."
        )
    raise Mistake(
        measured + f"their standard deviations are {spread[0]:.3g} and "
        f"{spread[1]:.3g}, the real ones {real.std(axis=0)[0]:.3g} and "
        f"{real.std(axis=0)[1]:.3g}. Divide by their own, multiply by the real ones."
    )
