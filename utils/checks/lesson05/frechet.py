"""Exercise 5.2: the Fréchet distance of two Gaussians."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.evaluation.frechet import frechet_distance

_TURN = np.array([[0.28, -0.96], [0.96, 0.28]])
_SINGULAR = (
    "for covariances without spread in some direction, as features often have them: "
    "take no inverse and no Cholesky factor; eigenvalues that rounding made negative "
    "count as 0."
)


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T


def _squares(m, n):
    return np.sum((m - n) ** 2)


def _spreads(a, b):
    return frechet_distance(np.zeros(len(a)), a, np.zeros(len(a)), b)


def _root_of_product(a, b):
    """(A·B)^½ = A^½·(A^½·B·A^½)^½·A^(−½), where A has an inverse."""
    half = _root(a)
    return half @ _root(half @ b @ half) @ np.linalg.inv(half)


def _other_spreads(spreads) -> object:
    """The squared distance of the means, and other spreads, a function of A and B."""
    return lambda m, a, n, b: _squares(m, n) + spreads(a, b)


def _in_order(a, b):
    return np.sqrt(np.linalg.eigvalsh(a).clip(0) * np.linalg.eigvalsh(b).clip(0)).sum()


def _few_pictures(seed: int, n: int, d: int):
    features = np.random.default_rng(seed).normal(size=(n, d))
    return features.mean(axis=0), np.cov(features.T)


def _lacks_spread(*gaussians) -> Case:
    return Case(
        *gaussians,
        shows=_SINGULAR,
        breaks=_SINGULAR,
        mistakes=(
            Wrong(
                lambda m, a, n, b: np.nan,
                f"is NaN {_SINGULAR}",
                when=lambda value, m, a, n, b: np.isnan(value),
            ),
        ),
    )


frechet = Check(
    "5.2",
    "the Fréchet distance of two Gaussians",
    "frechet(mean_a, cov_a, mean_b, cov_b)",
    exact=frechet_distance,
    tolerance=1e-3,  # float32 in 64 dimensions
    cases=(
        Case(
            np.array([1.0, -2.0]),
            np.array([[3.0, 1.2], [1.2, 0.8]]),
            np.array([0.5, 1.0]),
            _TURN @ np.diag([4.0, 0.2]) @ _TURN.T,
            shows="these covariances point in different directions, so that A·B is not "
            "symmetric: take the trace of the root of the *matrix* A·B.",
        ),
        Case(
            np.zeros(2),
            np.diag([4.0, 0.25]),
            np.zeros(2),
            np.eye(2),
            shows="for equal means and diagonal covariances it is Σ(σ_a − σ_b)².",
        ),
        Case(
            np.array([1.0]),
            np.array([[4.0]]),
            np.array([3.0]),
            np.array([[9.0]]),
            shows="on a line it is (m_a − m_b)² + (σ_a − σ_b)².",
        ),
        Case(
            np.arange(4.0),
            np.eye(4),
            np.arange(4.0) + 1,
            np.eye(4),
            shows="with equal covariances it is the squared distance of the means.",
        ),
        Case(
            *_few_pictures(0, 40, 3),
            *_few_pictures(1, 40, 3),
            shows="in three dimensions it is the same formula.",
        ),
        Case(
            np.array([0.0, 300.0]),
            np.array([[1e4, 10.0], [10.0, 1.0]]),
            np.zeros(2),
            np.eye(2),
            shows="features may be far apart.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda *gaussians: np.sqrt(frechet_distance(*gaussians)),
            "returns the square root: the course, and every FID, states the squared "
            "distance.",
        ),
        Wrong(
            lambda m, a, n, b: np.sqrt(_squares(m, n)) + _spreads(a, b),
            "adds the distance of the means: it counts squared, "
            "`np.sum((m_a - m_b)**2)`.",
        ),
        Wrong(
            lambda m, a, n, b: np.mean((m - n) ** 2) + _spreads(a, b),
            "averages the squares of the means: add them up, `np.sum`.",
        ),
        Wrong(
            lambda m, a, n, b: _spreads(a, b),
            "leaves the means out: add ‖m_a − m_b‖².",
        ),
        Wrong(
            lambda m, a, n, b: _squares(m, n),
            "leaves the covariances out: add tr(A + B − 2·(A·B)^½).",
        ),
        Wrong(
            _other_spreads(lambda a, b: (np.trace(a + b) + _spreads(a, b)) / 2),
            "subtracts the root once: the formula has 2·(A·B)^½.",
        ),
        Wrong(
            _other_spreads(lambda a, b: 2 * np.trace(a + b) - _spreads(a, b)),
            "adds the root: 2·(A·B)^½ is subtracted, or equal Gaussians are apart.",
        ),
        Wrong(
            lambda m, a, n, b: len(m) * _squares(m, n) + _spreads(a, b),
            "adds the means inside the trace, once per dimension: add them once.",
        ),
        Wrong(
            lambda m, a, n, b: np.sum(np.abs(m - n)) + _spreads(a, b),
            "adds absolute differences of the means: add their squares.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b) - 2 * np.sqrt(np.trace(a @ b))),
            "takes the root of the trace: first the root of the matrix, then its "
            "trace.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.sum(a + b - 2 * _root_of_product(a, b))),
            "adds up all numbers of the matrix: a trace is the sum of its diagonal, "
            "`np.trace`.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b) - 2 * _in_order(a, b)),
            "takes the eigenvalues of A and of B apart, as if they had the same axes: "
            "take those of A·B.",
        ),
        Wrong(
            _other_spreads(
                lambda a, b: (
                    np.trace(a + b)
                    - 2 * np.sqrt(np.linalg.eigvalsh(a @ b).clip(0)).sum()
                )
            ),
            "uses `eigvalsh` for A·B, which is not symmetric: `np.linalg.eigvals`.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b)),
            "leaves the root (A·B)^½ out: what the two spreads share does not count.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b - 2 * np.sqrt(np.abs(a * b)))),
            "looks at the diagonals alone, or multiplies number by number: `@` is the "
            "product of matrices, and the root is one of matrices too "
            "(`scipy.linalg.sqrtm`, or eigenvalues).",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b - 2 * np.sqrt(np.abs(a @ b)))),
            "takes the root number by number: `np.sqrt` of a matrix is not the root of "
            "the matrix. Use `scipy.linalg.sqrtm`, or the square roots of the "
            "eigenvalues of A·B.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b - 2 * _root(a) @ _root(b))),
            "multiplies the roots, or compares them: tr(A^½·B^½) is tr((A·B)^½) only "
            "where A and B commute. Multiply first, then take the root.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.trace(a + b - 2 * (a @ b))),
            "forgets the root: it subtracts 2·A·B.",
        ),
        Wrong(
            _other_spreads(lambda a, b: np.sum((a - b) ** 2)),
            "compares the covariances number by number: spreads are compared by their "
            "roots, tr(A + B − 2·(A·B)^½).",
        ),
        Wrong(
            _other_spreads(lambda a, b: a + b - 2 * _root_of_product(a, b)),
            "returns a matrix: take its trace, `np.trace`, and add that to the squared "
            "distance of the means.",
        ),
    ),
    edges=(
        _lacks_spread(
            np.zeros(3),
            np.outer([1.0, 2.0, 2.0], [1.0, 2.0, 2.0]),
            np.zeros(3),
            np.diag([0.0, 1.0, 0.0]),
        ),
        _lacks_spread(np.ones(2), np.zeros((2, 2)), np.zeros(2), np.zeros((2, 2))),
        _lacks_spread(*_few_pictures(2, 20, 64), *_few_pictures(3, 20, 64)),
    ),
)
