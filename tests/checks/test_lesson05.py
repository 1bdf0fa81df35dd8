"""Right and wrong answers to the exercises of lesson 05, told apart by their checks."""

import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from utils.checks import lesson05
from utils.data.mixtures import grid
from utils.evaluation.frechet import frechet_distance
from utils.evaluation.precision_recall import precision_recall
from utils.measures.rate_distortion import optimum

# 5.2, the Fréchet distance of two Gaussians


def by_eigenvalues(mean_a, cov_a, mean_b, cov_b):
    values = np.linalg.eigvals(cov_a @ cov_b).real.clip(0)
    spreads = np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(values).sum()
    return np.sum((mean_a - mean_b) ** 2) + spreads


def by_sqrtm(m, a, n, b):
    return np.sum((m - n) ** 2) + np.trace(a + b - 2 * sqrtm(a @ b).real)


def root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T


def by_symmetric_roots(m, a, n, b):
    return (m - n) @ (m - n) + np.trace(a + b - 2 * root(root(a) @ b @ root(a)))


def by_cholesky(m, a, n, b):
    factor = np.linalg.cholesky(a)
    values = np.linalg.eigvalsh(factor.T @ b @ factor)
    return np.sum((m - n) ** 2) + np.trace(a + b) - 2 * np.sqrt(values).sum()


def squares(m, n):
    return np.sum((m - n) ** 2)


@right(
    eigenvalues=by_eigenvalues,
    sqrtm=by_sqrtm,
    symmetric=by_symmetric_roots,
    course=frechet_distance,
    keras=lambda m, a, n, b: ops.convert_to_tensor(by_eigenvalues(m, a, n, b)),
    nuclear=lambda m, a, n, b: (
        squares(m, n) + np.trace(a + b) - 2 * np.linalg.norm(root(a) @ root(b), "nuc")
    ),
    float32=lambda *g: by_symmetric_roots(*(each.astype("float32") for each in g)),
)
def test_a_right_frechet_distance_passes(capsys, answer):
    passes(capsys, lesson05.frechet, answer, "5.2")


def without_clip(m, a, n, b):
    values = np.linalg.eigvals(a @ b).real
    with np.errstate(invalid="ignore"):
        return squares(m, n) + np.trace(a + b) - 2 * np.sqrt(values).sum()


def in_place(mean_a, cov_a, mean_b, cov_b):
    mean_a -= mean_b
    return by_eigenvalues(mean_a, cov_a, 0 * mean_b, cov_b)


@wrong(
    to_two_decimals=(
        lambda *g: round(float(frechet_distance(*g)), 2),
        "rounded to 2 decimals",
    ),
    cholesky=(by_cholesky, "broke off|without spread"),
    by_inverse=(
        lambda m, a, n, b: (
            by_eigenvalues(m, a, n, b) + 0 * np.trace(np.linalg.inv(a) @ b)
        ),
        "broke off|without spread",
    ),
    without_clip=(without_clip, "is NaN for covariances without spread"),
    complex_number=(
        lambda m, a, n, b: complex(by_eigenvalues(m, a, n, b)),
        "Take `.real`",
    ),
    complex_roots=(
        lambda m, a, n, b: (
            squares(m, n)
            + np.trace(a + b)
            - 2 * np.sum(np.linalg.eigvals(a @ b).astype(complex) ** 0.5)
        ),
        "Take `.real`",
    ),
    matrix=(
        lambda m, a, n, b: squares(m, n) + a + b - 2 * sqrtm(a @ b).real,
        "take its trace",
    ),
    roots_compared=(
        lambda m, a, n, b: squares(m, n) + squares(root(a), root(b)),
        "or compares them",
    ),
    regularized=(
        lambda m, a, n, b: by_eigenvalues(m, a, n, b + 0.1 * np.eye(len(b))),
        "where .* is right",
    ),
    rounded=(lambda *g: float(round(by_eigenvalues(*g))), "where .* is right"),
    constant=(lambda *g: 1.0, "is right"),
)
def test_a_wrong_frechet_distance_is_rejected(answer, message):
    is_rejected(lesson05.frechet, answer, message)


# 5.1, precision and recall by nearest neighbors


def share(points, centers, k, metric="euclidean"):
    radii = np.sort(cdist(centers, centers, metric), axis=1)[:, k]
    return (cdist(points, centers, metric) <= radii).any(axis=1).mean()


def by_cdist(real, fake, k):
    return share(fake, real, k), share(real, fake, k)


def by_loops(real, fake, k):
    def inside(points, centers):
        count = 0
        for point in points:
            for i, center in enumerate(centers):
                others = np.delete(centers, i, axis=0)
                radius = sorted(np.linalg.norm(others - center, axis=1))[k - 1]
                if np.linalg.norm(point - center) <= radius:
                    count += 1
                    break
        return count / len(points)

    return [inside(fake, real), inside(real, fake)]


def by_neighbors(real, fake, k):
    from sklearn.neighbors import NearestNeighbors

    def inside(points, centers):
        found = NearestNeighbors(n_neighbors=k + 1).fit(centers)
        radii = found.kneighbors(centers)[0][:, -1]
        return (cdist(points, centers) <= radii).any(axis=1).mean()

    return inside(fake, real), inside(real, fake)


def both(judge):
    return lambda real, fake, k: (judge(fake, real, k), judge(real, fake, k))


@right(
    cdist=by_cdist,
    loops=by_loops,
    neighbors=by_neighbors,
    course=precision_recall,
    array=lambda real, fake, k: np.array(by_cdist(real, fake, k)),
    partition=lambda real, fake, k: tuple(
        (
            cdist(points, centers)
            <= np.partition(cdist(centers, centers), k, axis=1)[:, k]
        )
        .any(axis=1)
        .mean()
        for points, centers in ((fake, real), (real, fake))
    ),
    squared=lambda real, fake, k: (
        share(fake, real, k, "sqeuclidean"),
        share(real, fake, k, "sqeuclidean"),
    ),
)
def test_right_precision_and_recall_pass(capsys, answer):
    passes(capsys, lesson05.precision_and_recall, answer, "5.1")


@wrong(
    squared=(
        lambda r, f, k: both(lambda p, c, k: share(p, c, k, "sqeuclidean"))(
            r, f, k + 2
        ),
        "is right",
    ),
    as_many_of_each=(
        lambda r, f, k: (share(f, r[: len(f)], k), share(r, f[: len(r)], k)),
        "fewer generated points",
    ),
    one_cluster=(lambda r, f, k: (0.73, 0.87), "is right"),
    strangers=(both(lambda p, c, k: share(p, c + 9, k)), "is right"),
    capped=(
        both(
            lambda p, c, k: (
                (cdist(p, c) <= np.sort(cdist(c, c), axis=1)[:, k].clip(max=5))
                .any(axis=1)
                .mean()
            )
        ),
        "a large ball",
    ),
    made_for_many=(
        both(lambda p, c, k: share(p, c, k) if len(c) > 3 else 0.0),
        "two points are enough",
    ),
    averaged=(lambda *s: (np.mean(by_cdist(*s)),) * 2, "is right"),
    one_number=(lambda *s: by_cdist(*s)[0], "must return 2 results"),
    masks=(lambda r, f, k: (cdist(f, r) < 1, cdist(r, f) < 1), "shape"),
)
def test_wrong_precision_and_recall_are_rejected(answer, message):
    is_rejected(lesson05.precision_and_recall, answer, message)


# 5.4, predict what β does


def with_loop(variances, noise, beta):
    error = kl = 0.0
    for variance in variances:
        used = variance > beta * noise
        error += beta * noise if used else variance
        kl += 0.5 * np.log(variance / (beta * noise)) if used else 0
    return error, kl


def by_search(variances, noise, beta):
    shares = np.geomspace(1e-6, 1, 400_001)
    error = kl = 0.0
    for variance in variances:
        losses = shares * variance / (2 * noise) - beta * 0.5 * np.log(shares)
        best = shares[losses.argmin()]
        error, kl = error + best * variance, kl - 0.5 * np.log(best)
    return error, kl


@right(
    loop=with_loop,
    search=by_search,
    course=optimum,
    tensors=lambda v, n, b: tuple(map(ops.convert_to_tensor, with_loop(v, n, b))),
    clipped=lambda v, n, b: [
        v.clip(max=b * n).sum(),
        np.log(v / (b * n)).clip(0).sum() / 2,
    ],
)
def test_a_right_prediction_passes(capsys, answer):
    passes(capsys, lesson05.predict_beta, answer, "5.4")


@wrong(
    first_axis=(lambda v, n, b: optimum(v[:1], n, b), "first row of variances alone"),
    widest_axis=(lambda v, n, b: optimum(v[[v.argmax()]], n, b), "its own error"),
    distinct_axes=(lambda v, n, b: optimum(np.unique(v), n, b), "alike"),
    without_narrow_axes=(lambda v, n, b: optimum(v[v > 0.3], n, b), "is right"),
    relative=(
        lambda v, n, b: (optimum(v, n, b)[0] / v.sum(), optimum(v, n, b)[1]),
        "is right",
    ),
    both_in_one=(lambda v, n, b: sum(optimum(v, n, b)), "must return 2 results"),
    constant=(lambda v, n, b: (1.0, 1.0), "is right"),
)
def test_a_wrong_prediction_is_rejected(answer, message):
    is_rejected(lesson05.predict_beta, answer, message)


# 5.3, fool the Fréchet distance


def moved(points, real):
    """Any points, with the mean and the standard deviations of the real ones."""
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    return real.mean(axis=0) + points * real.std(axis=0)


def around(n):
    angle = 2 * np.pi * np.arange(n) / n
    return np.c_[np.cos(angle), np.sin(angle)]


def normal(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2))


@right(
    gaussian=lambda real, n: moved(normal(n), real),
    circle=lambda real, n: moved(around(n), real),
    square=lambda real, n: moved(np.random.default_rng(1).random((n, 2)), real),
    cross=lambda real, n: moved(around(n)[::-1] ** 3, real),
    average_of_two=lambda real, n: moved(
        (grid().sample(n, 1) + grid().sample(n, 2) + normal(n)) / 2, real
    ),
    four_corners=lambda real, n: moved(
        np.resize([[1, 1], [-1, -1], [1, -1], [-1, 1]], (n, 2)), real
    ),
    turned=lambda real, n: moved(around(n) @ [[0.6, 0.8], [-0.8, 0.6]], real),
)
def test_points_that_fool_the_distance_pass(capsys, answer):
    passes(capsys, lesson05.fool, answer, "5.3")


@wrong(
    honest=(lambda real, n: grid().sample(n, 5), "an honest sample"),
    copies=(lambda real, n: real, "an honest sample"),
    variance=(
        lambda real, n: real.var(axis=0) * normal(n),
        "take the square root",
    ),
    one_spot=(lambda real, n: np.zeros((n, 2)) + 1.0, "without any spread"),
    shifted=(lambda real, n: moved(normal(n), real) + 1, "mean is off"),
    correlated=(
        lambda real, n: moved(normal(n) @ [[1, 0.6], [0, 0.8]], real),
        "go together",
    ),
    too_wide=(lambda real, n: moved(normal(n), real) * 1.1, "standard deviations are"),
    unit=(lambda real, n: normal(n), "standard deviations are"),
    transposed=(lambda real, n: moved(normal(n), real).T, "transpose"),
    any_number=(
        lambda real, n: moved(normal(len(real)), real),
        "whatever the number of real ones",
    ),
    made_for_2000=(lambda real, n: moved(normal(2000), real), "n = 2301 points"),
    on_a_line=(
        lambda real, n: (
            moved(
                np.c_[around(n)[:, 0], 0 * around(n)[:, 0] + 1e-9 * around(n)[:, 1]],
                real,
            )
            * [1, 0]
        ),
        "standard deviations are",
    ),
    in_place=(lambda real, n: real.__imul__(0.9), "writes into its argument real"),
    too_few=(lambda real, n: moved(normal(100), real), "points in the plane"),
    nan=(lambda real, n: np.full((n, 2), np.nan), "NaN"),
    nothing=(lambda real, n: None, "return"),
)
def test_points_that_do_not_fool_it_are_rejected(answer, message):
    is_rejected(lesson05.fool, answer, message)
