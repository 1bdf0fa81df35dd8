"""Right and wrong answers to the exercises of lesson 05, told apart by their checks."""

import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from utils.checks import lesson05
from utils.data.mixtures import grid
from utils.evaluation.frechet import frechet_distance
from utils.evaluation.precision_recall import precision_recall
from utils.measures.rate_distortion import optimum

# 5.1, the Fréchet distance of two Gaussians


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
)
def test_a_right_frechet_distance_passes(capsys, answer):
    passes(capsys, lesson05.frechet, answer, "5.1")


@wrong(
    rooted=(lambda *g: np.sqrt(by_eigenvalues(*g)), "returns the square root"),
    mean_not_squared=(
        lambda m, a, n, b: (
            by_eigenvalues(m, a, n, b) - squares(m, n) + np.linalg.norm(m - n)
        ),
        "it counts squared",
    ),
    mean_of_squares=(
        lambda m, a, n, b: (
            by_eigenvalues(m, a, n, b) - squares(m, n) + np.mean((m - n) ** 2)
        ),
        "averages the squares",
    ),
    no_means=(lambda m, a, n, b: by_eigenvalues(0, a, 0, b), "leaves the means out"),
    means_alone=(lambda m, a, n, b: squares(m, n), "leaves the covariances out"),
    no_two=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b - sqrtm(a @ b).real),
        "subtracts the root once",
    ),
    no_root=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b),
        "leaves the root",
    ),
    by_number=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b - 2 * np.sqrt(abs(a * b))),
        "multiplies number by number",
    ),
    root_by_number=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b - 2 * np.sqrt(abs(a @ b))),
        "takes the root number by number",
    ),
    product_of_roots=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b - 2 * root(a) @ root(b)),
        "multiplies the roots",
    ),
    no_root_of_product=(
        lambda m, a, n, b: squares(m, n) + np.trace(a + b - 2 * a @ b),
        "forgets the root",
    ),
    diagonals=(
        lambda m, a, n, b: (
            squares(m, n) + squares(np.sqrt(np.diag(a)), np.sqrt(np.diag(b)))
        ),
        "diagonals alone",
    ),
    frobenius=(
        lambda m, a, n, b: squares(m, n) + squares(a, b),
        "compares the covariances number by number",
    ),
    roots_compared=(
        lambda m, a, n, b: squares(m, n) + squares(root(a), root(b)),
        "or compares them",
    ),
    cholesky=(by_cholesky, "broke off|without spread"),
    complex_number=(
        lambda m, a, n, b: complex(by_eigenvalues(m, a, n, b)),
        "Take `.real`",
    ),
    matrix=(
        lambda m, a, n, b: squares(m, n) + a + b - 2 * sqrtm(a @ b).real,
        "where one number is asked for",
    ),
    nothing=(lambda *g: None, "return"),
    constant=(lambda *g: 1.0, "is right"),
)
def test_a_wrong_frechet_distance_is_rejected(answer, message):
    is_rejected(lesson05.frechet, answer, message)


# 5.2, precision and recall by nearest neighbors


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


def nearest_alone(points, centers, k):
    radii = np.sort(cdist(centers, centers), axis=1)[:, k]
    distances = cdist(points, centers)
    return (distances.min(axis=1) <= radii[distances.argmin(axis=1)]).mean()


def own_radius(points, centers, k):
    radii = np.sort(cdist(points, points), axis=1)[:, k]
    return (cdist(points, centers).min(axis=1) <= radii).mean()


def coverage(real, fake, k):
    radii = np.sort(cdist(real, real), axis=1)[:, k]
    return (cdist(fake, real) <= radii).any(axis=0).mean()


@right(
    cdist=by_cdist,
    loops=by_loops,
    neighbors=by_neighbors,
    course=precision_recall,
    array=lambda real, fake, k: np.array(by_cdist(real, fake, k)),
)
def test_right_precision_and_recall_pass(capsys, answer):
    passes(capsys, lesson05.precision_and_recall, answer, "5.2")


@wrong(
    swapped=(lambda *s: by_cdist(*s)[::-1], "in the other order"),
    itself=(lambda r, f, k: by_cdist(r, f, k - 1), "its own nearest neighbor"),
    one_too_many=(lambda r, f, k: by_cdist(r, f, k + 1), "one neighbor too many"),
    percent=(lambda *s: 100 * np.array(by_cdist(*s)), "percent"),
    counts=(
        lambda r, f, k: by_cdist(r, f, k) * np.array([len(f), len(r)]),
        "how many points",
    ),
    outside=(lambda *s: 1 - np.array(by_cdist(*s)), "counts the points outside"),
    twice=(lambda *s: (by_cdist(*s)[0],) * 2, "precision twice"),
    coverage=(
        lambda r, f, k: (by_cdist(r, f, k)[0], coverage(r, f, k)),
        "uses the real points' radii",
    ),
    nearest_alone=(both(nearest_alone), "nearest point of the other set alone"),
    own_radius=(both(own_radius), "radius of the point that is judged"),
    manhattan=(
        both(lambda p, c, k: share(p, c, k, "cityblock")),
        "adds absolute differences",
    ),
    largest=(
        both(lambda p, c, k: share(p, c, k, "chebyshev")),
        "takes the largest difference",
    ),
    always_three=(lambda r, f, k: by_cdist(r, f, 3), "whatever k is"),
    squared=(
        lambda r, f, k: both(lambda p, c, k: share(p, c, k, "sqeuclidean"))(
            r, f, k + 2
        ),
        "are right",
    ),
    one_number=(lambda *s: by_cdist(*s)[0], "must return two numbers"),
    nothing=(lambda *s: None, "return"),
)
def test_wrong_precision_and_recall_are_rejected(answer, message):
    is_rejected(lesson05.precision_and_recall, answer, message)


# 5.3, predict what β does


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


def changed(change):
    """The right pair with something done to it."""
    return lambda v, n, b: change(*optimum(v, n, b), v, n, b)


@right(
    loop=with_loop,
    search=by_search,
    course=optimum,
    tensors=lambda v, n, b: tuple(map(ops.convert_to_tensor, with_loop(v, n, b))),
)
def test_a_right_prediction_passes(capsys, answer):
    passes(capsys, lesson05.predict_beta, answer, "5.3")


@wrong(
    swapped=(changed(lambda e, k, v, n, b: (k, e)), "in the other order"),
    never_silent=(
        lambda v, n, b: (len(v) * b * n, 0.5 * np.log(v / (b * n)).sum()),
        "a negative KL",
    ),
    error_too_large=(
        changed(lambda e, k, v, n, b: (len(v) * b * n, k)),
        "above an axis' variance",
    ),
    inverse=(lambda v, n, b: optimum(v, n, 1 / b), "wrong way round"),
    no_beta=(lambda v, n, b: optimum(v, n, 1), "does not use beta"),
    no_noise=(lambda v, n, b: optimum(v, 1, b), "does not use noise"),
    deviation=(lambda v, n, b: optimum(v, n**0.5, b), "standard deviation"),
    squared=(lambda v, n, b: optimum(v, n**2, b), "squares the noise"),
    no_half=(changed(lambda e, k, v, n, b: (e, 2 * k)), "lacks the ½"),
    times_beta=(changed(lambda e, k, v, n, b: (e, b * k)), "multiplies the KL by β"),
    in_the_loss=(changed(lambda e, k, v, n, b: (e / (2 * n), k)), "as it stands in"),
    bits=(changed(lambda e, k, v, n, b: (e, k / np.log(2))), "in bits"),
    mean=(
        changed(lambda e, k, v, n, b: (e / len(v), k / len(v))),
        "averages over the axes",
    ),
    channel=(
        changed(lambda e, k, v, n, b: (e, 0.5 * np.log(1 + v / (b * n)).sum())),
        "channel of fixed noise",
    ),
    one_number=(lambda v, n, b: 1.0, "must return two numbers"),
    nothing=(lambda v, n, b: None, "return"),
    constant=(lambda v, n, b: (1.0, 1.0), "are right"),
)
def test_a_wrong_prediction_is_rejected(answer, message):
    is_rejected(lesson05.predict_beta, answer, message)


# 5.4, fool the Fréchet distance


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
    turned=lambda real, n: moved(around(n) @ [[0.6, 0.8], [-0.8, 0.6]], real),
)
def test_points_that_fool_the_distance_pass(capsys, answer):
    passes(capsys, lesson05.fool, answer, "5.4")


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
    too_few=(lambda real, n: moved(normal(100), real), "points in the plane"),
    nan=(lambda real, n: np.full((n, 2), np.nan), "NaN"),
    nothing=(lambda real, n: None, "return"),
)
def test_points_that_do_not_fool_it_are_rejected(answer, message):
    is_rejected(lesson05.fool, answer, message)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (lesson05.frechet, "5.1"),
        (lesson05.precision_and_recall, "5.2"),
        (lesson05.predict_beta, "5.3"),
        (lesson05.fool, "5.4"),
    ],
)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, check, number):
    monkeypatch.delenv("COURSE_STRICT")
    check(stub)
    assert f"○ Exercise {number} is not attempted yet" in capsys.readouterr().out
