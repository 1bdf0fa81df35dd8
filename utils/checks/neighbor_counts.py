"""Precision and recall by nearest neighbors, and what learners count instead."""

import numpy as np

from utils.checks.engine.answers import Answer, close, read_pair
from utils.checks.engine.feedback import Mistake
from utils.evaluation.precision_recall import precision_recall

_PARTS = ("precision", "recall")


def _cases():
    """Points in two, one and five dimensions; as many real as generated, or not."""
    for seed, n, m, d, k in ((0, 83, 117, 2, 3), (1, 50, 50, 1, 1), (2, 30, 45, 5, 2)):
        rng = np.random.default_rng(seed)
        real = rng.normal(size=(n, d))
        fake = rng.normal(0.8, 1.3, size=(m, d))
        yield real, fake, k


def check_shares(answer: Answer) -> None:
    """Raises a Mistake unless the answer counts as `precision_recall` does."""
    for real, fake, k in _cases():
        exact = precision_recall(real, fake, k)
        shares = read_pair(answer(real.copy(), fake.copy(), k), answer.name, _PARTS)
        if _same(shares, exact):
            continue
        for wrong, message in WRONG_SHARES:
            if _same(shares, wrong(real, fake, k)):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns precision = {shares[0]:.4g} and recall = "
            f"{shares[1]:.4g} for {len(real)} real and {len(fake)} generated points in "
            f"{real.shape[1]} dimension(s) with k = {k}, but {exact.precision:.4g} and "
            f"{exact.recall:.4g} are right: a generated point counts for precision if "
            "it lies within *some* real point's radius, the distance from that real "
            "point to its k-th nearest other real point."
        )


def _same(shares, expected) -> bool:
    return all(map(close, shares, expected))


def _distances(a, b, order=2):
    return np.linalg.norm(a[:, None] - b[None], ord=order, axis=-1)


def _radii(points, k, order=2):
    """To the k-th other point: each point itself stands at position 0."""
    return np.sort(_distances(points, points, order), axis=1)[:, k]


def _share(points, centers, radii, order=2):
    return (_distances(points, centers, order) <= radii).any(axis=1).mean()


def _both(real, fake, k, order=2):
    return (
        _share(fake, real, _radii(real, k, order), order),
        _share(real, fake, _radii(fake, k, order), order),
    )


def _nearest_center_alone(points, centers, k):
    distances = _distances(points, centers)
    nearest = distances.argmin(axis=1)
    return (distances.min(axis=1) <= _radii(centers, k)[nearest]).mean()


def _own_radius(points, centers, k):
    return (_distances(points, centers).min(axis=1) <= _radii(points, k)).mean()


def _radius_in_the_other_set(points, centers, k):
    radii = np.sort(_distances(centers, points), axis=1)[:, k - 1]
    return _share(points, centers, radii)


def _mean_radius(points, centers, k):
    return _share(points, centers, _radii(centers, k).mean())


def _pairs(points, centers, k):
    return (_distances(points, centers) <= _radii(centers, k)).mean()


def _covered_centers(points, centers, k):
    return (_distances(points, centers) <= _radii(centers, k)).any(axis=0).mean()


def _twice(share):
    """The same mistake in both numbers."""
    return lambda real, fake, k: (share(fake, real, k), share(real, fake, k))


WRONG_SHARES = (
    (
        lambda real, fake, k: _both(real, fake, k)[::-1],
        "returns its two numbers in the other order: precision, the share of the "
        "*generated* points inside, comes first.",
    ),
    (
        lambda real, fake, k: _both(real, fake, k - 1),
        "counts a point as its own nearest neighbor: it stands at position 0 of its "
        "sorted distances, so the k-th other one is at position k.",
    ),
    (
        lambda real, fake, k: _both(real, fake, k + 1),
        "takes one neighbor too many: with the point itself at position 0, the k-th "
        "other one stands at position k.",
    ),
    (
        lambda real, fake, k: tuple(100 * share for share in _both(real, fake, k)),
        "returns percent: leave both as shares between 0 and 1.",
    ),
    (
        lambda real, fake, k: (
            _both(real, fake, k)[0] * len(fake),
            _both(real, fake, k)[1] * len(real),
        ),
        "returns how many points lie inside: divide by how many there are, or take the "
        "mean.",
    ),
    (
        lambda real, fake, k: tuple(1 - share for share in _both(real, fake, k)),
        "counts the points outside: inside means distance at most the radius.",
    ),
    (
        lambda real, fake, k: (_both(real, fake, k)[0],) * 2,
        "returns precision twice: for recall the two sets change places, radii "
        "included.",
    ),
    (
        lambda real, fake, k: (
            _both(real, fake, k)[0],
            _covered_centers(fake, real, k),
        ),
        "uses the real points' radii for recall, too (that is called coverage): recall "
        "asks which real points lie within a *generated* point's radius.",
    ),
    (
        _twice(_nearest_center_alone),
        "looks at the nearest point of the other set alone: a point further away may "
        "have a larger radius. Any ball will do.",
    ),
    (
        _twice(_own_radius),
        "uses the radius of the point that is judged: the balls stand around the "
        "points of the *other* set, with radii measured there.",
    ),
    (
        _twice(_radius_in_the_other_set),
        "measures the radii towards the other set: a ball around a real point reaches "
        "to its k-th nearest *real* point.",
    ),
    (
        _twice(_mean_radius),
        "uses one radius for all balls: each point has its own.",
    ),
    (
        _twice(_pairs),
        "averages over all pairs: a point counts once, if *any* ball holds it "
        "(`any`, then the mean).",
    ),
    (
        lambda real, fake, k: _both(real, fake, k, order=1),
        "adds absolute differences: take the Euclidean distance, the square root of "
        "the sum of squares.",
    ),
    (
        lambda real, fake, k: _both(real, fake, k, order=np.inf),
        "takes the largest difference: take the Euclidean distance, the square root "
        "of the sum of squares.",
    ),
    (
        lambda real, fake, k: _both(real, fake, 3),
        "uses 3 neighbors whatever k is: take k.",
    ),
)
