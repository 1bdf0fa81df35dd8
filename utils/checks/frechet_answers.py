"""The Fréchet distance of two Gaussians, and what learners write instead."""

import warnings

import numpy as np
from scipy.linalg import sqrtm

from utils.checks.engine.answers import Answer, close, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.checks.values import WrongValue, recognize
from utils.evaluation.frechet import frechet_distance

_TURN = np.array([[0.8, -0.6], [0.6, 0.8]])
_A = np.array([[3.0, 1.2], [1.2, 0.8]])
_B = _TURN @ np.diag([1.0, 2.0]) @ _TURN.T
_MEANS = np.array([1.0, -2.0]), np.array([0.5, 1.0])
# Each case and what an answer that fails there has probably overlooked.
_CASES = (
    (
        (_MEANS[0], _A, _MEANS[1], _B),
        "these covariances point in different directions, so that A·B is not "
        "symmetric: take the trace of the root of the *matrix* A·B.",
    ),
    (
        (np.zeros(2), np.diag([4.0, 0.25]), np.zeros(2), np.diag([1.0, 1.0])),
        "for equal means and diagonal covariances it is Σ(σ_a − σ_b)².",
    ),
    (
        (np.array([1.0]), np.array([[4.0]]), np.array([3.0]), np.array([[9.0]])),
        "on a line it is (m_a − m_b)² + (σ_a − σ_b)².",
    ),
    (
        (np.arange(4.0), np.eye(4), np.arange(4.0) + 1, np.eye(4)),
        "with equal covariances it is the squared distance of the means.",
    ),
)
_FLAT = np.outer([1.0, 2.0, 2.0], [1.0, 2.0, 2.0]), np.diag([0.0, 1.0, 0.0])


def _roots(a, b):
    return np.real(sqrtm(a)), np.real(sqrtm(b))


def _squares(m, n):
    return np.sum((m - n) ** 2)


def _spreads(a, b):
    return frechet_distance(np.zeros(len(a)), a, np.zeros(len(a)), b)


_WRONG = (
    WrongValue(
        lambda m, a, n, b: np.sqrt(_squares(m, n) + _spreads(a, b)),
        "returns the square root: the course, and every FID, states the squared "
        "distance.",
    ),
    WrongValue(
        lambda m, a, n, b: np.sqrt(_squares(m, n)) + _spreads(a, b),
        "adds the distance of the means: it counts squared, `np.sum((m_a - m_b)**2)`.",
    ),
    WrongValue(
        lambda m, a, n, b: np.mean((m - n) ** 2) + _spreads(a, b),
        "averages the squares of the means: add them up, `np.sum`.",
    ),
    WrongValue(
        lambda m, a, n, b: _spreads(a, b),
        "leaves the means out: add ‖m_a − m_b‖².",
    ),
    WrongValue(
        lambda m, a, n, b: _squares(m, n),
        "leaves the covariances out: add tr(A + B − 2·(A·B)^½).",
    ),
    WrongValue(
        lambda m, a, n, b: _squares(m, n) + (np.trace(a + b) + _spreads(a, b)) / 2,
        "subtracts the root once: the formula has 2·(A·B)^½.",
    ),
    WrongValue(
        lambda m, a, n, b: _squares(m, n) + np.trace(a + b),
        "leaves the root (A·B)^½ out: what the two spreads share does not count.",
    ),
    WrongValue(
        lambda m, a, n, b: (
            _squares(m, n) + np.trace(a + b - 2 * np.sqrt(np.abs(a * b)))
        ),
        "looks at the diagonals alone, or multiplies number by number: `@` is the "
        "product of matrices, and the root is one of matrices too "
        "(`scipy.linalg.sqrtm`, or eigenvalues).",
    ),
    WrongValue(
        lambda m, a, n, b: (
            _squares(m, n) + np.trace(a + b - 2 * np.sqrt(np.abs(a @ b)))
        ),
        "takes the root number by number: `np.sqrt` of a matrix is not the root of the "
        "matrix. Use `scipy.linalg.sqrtm`, or the square roots of the eigenvalues of "
        "A·B.",
    ),
    WrongValue(
        lambda m, a, n, b: (
            _squares(m, n) + np.trace(a + b) - 2 * np.trace(np.matmul(*_roots(a, b)))
        ),
        "multiplies the roots, or compares them: tr(A^½·B^½) is tr((A·B)^½) only where "
        "A and B commute. Multiply first, then take the root.",
    ),
    WrongValue(
        lambda m, a, n, b: _squares(m, n) + np.trace(a + b - 2 * (a @ b)),
        "forgets the root: it subtracts 2·A·B.",
    ),
    WrongValue(
        lambda m, a, n, b: _squares(m, n) + np.sum((a - b) ** 2),
        "compares the covariances number by number: spreads are compared by their "
        "roots, tr(A + B − 2·(A·B)^½).",
    ),
)


def check_frechet(answer: Answer) -> None:
    """Raises a Mistake unless this is the squared distance, singular or not."""
    for case, shows in _CASES:
        value, exact = _read(answer, *case), frechet_distance(*case)
        if close(value, exact):
            continue
        recognize(answer.name, value, _WRONG, *case)
        raise Mistake(
            f"`{answer.name}` returns {value:.4g} for means {case[0].tolist()} and "
            f"{case[2].tolist()}, covariances {np.round(case[1], 3).tolist()} and "
            f"{np.round(case[3], 3).tolist()}, but {exact:.4g} is right: {shows}"
        )
    zero = np.zeros(3)
    value, exact = _read(answer, zero, _FLAT[0], zero, _FLAT[1]), _spreads(*_FLAT)
    if not abs(value - exact) < 1e-3:
        raise Mistake(
            f"`{answer.name}` returns {value:.4g} for covariances without spread in "
            f"some direction, but {exact:.4g} is right: features often have such. Take "
            "no inverse and no Cholesky factor; eigenvalues that rounding made "
            "negative count as 0."
        )


def _read(answer: Answer, *case) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's, of a root of a singular matrix
        value = answer(*(each.copy() for each in case))
    if np.iscomplexobj(value) and np.ndim(value) == 0:
        raise Mistake(
            f"`{answer.name}` returns the complex number {complex(value):.3g}: "
            "rounding leaves an imaginary part in `sqrtm`. Take `.real`."
        )
    array = read_array(value, answer.name)
    if array.shape:
        raise Mistake(
            f"`{answer.name}` returns {describe(array)}, where one number is asked "
            "for: add up the squares of the means, and take the trace of the matrix."
        )
    return float(array)
