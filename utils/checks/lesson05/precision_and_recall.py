"""Exercise 5.1: precision and recall by nearest neighbors."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.evaluation.precision_recall import precision_recall


def _case(seed: int, n: int, m: int, d: int, k: int, shows: str, change=None) -> Case:
    """Draws points of which none lies on the edge of a ball, to within rounding."""
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(n, d)), rng.normal(0.8, 1.3, size=(m, d))
    if change is not None:
        change(real, fake)
    return Case(real, fake, k, shows=shows)


def _twice(real, fake):
    real[len(real) // 2 :] = real[: len(real) - len(real) // 2]


def _one_far_off(real, fake):
    real[0], fake[0] = 40.0, -30.0


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


def _radii_without_repeats(points, centers, k):
    within = _distances(centers, centers)
    within[within == 0] = np.inf
    return _share(points, centers, np.sort(within, axis=1)[:, k - 1])


def _pairs(points, centers, k):
    return (_distances(points, centers) <= _radii(centers, k)).mean()


def _covered_centers(points, centers, k):
    return (_distances(points, centers) <= _radii(centers, k)).any(axis=0).mean()


def _squared(points, centers, k):
    inside = _distances(points, centers) ** 2 <= _radii(centers, k)
    return inside.any(axis=1).mean()


def _unsorted(points, centers, k):
    return _share(points, centers, _distances(centers, centers)[:, k])


def _every_ball(points, centers, k):
    return (_distances(points, centers) <= _radii(centers, k)).all(axis=1).mean()


def _in_both(share: Callable) -> Callable:
    """The same mistake in both numbers."""
    return lambda real, fake, k: (share(fake, real, k), share(real, fake, k))


_SOME_BALL = (
    "a generated point counts for precision if it lies within *some* real point's "
    "radius, the distance from that real point to its k-th nearest other real point."
)

precision_and_recall = Check(
    "5.1",
    "precision and recall by nearest neighbors",
    "precision_and_recall(real, fake, k) -> precision, recall",
    exact=lambda real, fake, k: tuple(precision_recall(real, fake, k)),
    cases=(
        _case(8, 23, 37, 2, 3, _SOME_BALL),
        _case(16, 20, 20, 1, 1, _SOME_BALL),
        _case(1, 17, 26, 5, 2, _SOME_BALL),
        _case(2, 2, 3, 2, 1, "two points are enough for k = 1."),
        _case(8, 24, 31, 2, 3, "points that occur twice are two points.", _twice),
        _case(4, 21, 19, 3, 2, "a point far off has a large ball.", _one_far_off),
        _case(5, 29, 12, 2, 2, "there are fewer generated points than real ones."),
    ),
    mistakes=(
        Wrong(
            lambda real, fake, k: _both(real, fake, k)[::-1],
            "returns its two numbers in the other order: precision, the share of the "
            "*generated* points inside, comes first.",
        ),
        Wrong(
            lambda real, fake, k: _both(real, fake, k - 1),
            "counts a point as its own nearest neighbor: it stands at position 0 of "
            "its sorted distances, so the k-th other one is at position k.",
        ),
        Wrong(
            lambda real, fake, k: _both(real, fake, k + 1),
            "takes one neighbor too many: with the point itself at position 0, the "
            "k-th other one stands at position k.",
        ),
        Wrong(
            lambda real, fake, k: tuple(100 * share for share in _both(real, fake, k)),
            "returns percent: leave both as shares between 0 and 1.",
        ),
        Wrong(
            lambda real, fake, k: (
                _both(real, fake, k)[0] * len(fake),
                _both(real, fake, k)[1] * len(real),
            ),
            "returns how many points lie inside: divide by how many there are, or take "
            "the mean.",
        ),
        Wrong(
            lambda real, fake, k: tuple(1 - share for share in _both(real, fake, k)),
            "counts the points outside: inside means distance at most the radius.",
        ),
        Wrong(
            lambda real, fake, k: (_both(real, fake, k)[0],) * 2,
            "returns precision twice: for recall the two sets change places, radii "
            "included.",
        ),
        Wrong(
            lambda real, fake, k: (
                _both(real, fake, k)[0],
                _covered_centers(fake, real, k),
            ),
            "uses the real points' radii for recall, too (that is called coverage): "
            "recall asks which real points lie within a *generated* point's radius.",
        ),
        Wrong(
            _in_both(_nearest_center_alone),
            "looks at the nearest point of the other set alone: a point further away "
            "may have a larger radius. Any ball will do.",
        ),
        Wrong(
            _in_both(_own_radius),
            "uses the radius of the point that is judged: the balls stand around the "
            "points of the *other* set, with radii measured there.",
        ),
        Wrong(
            _in_both(_radius_in_the_other_set),
            "measures the radii towards the other set: a ball around a real point "
            "reaches to its k-th nearest *real* point.",
        ),
        Wrong(
            _in_both(_mean_radius),
            "uses one radius for all balls: each point has its own.",
        ),
        Wrong(
            _in_both(_radii_without_repeats),
            "leaves out every point at distance 0, where only the point itself is to "
            "be left out: one that occurs twice is its own other one.",
        ),
        Wrong(
            _in_both(_covered_centers),
            "returns the share of the balls that hold a point: asked for is the share "
            "of the points that lie in a ball (`any(axis=...)` over the balls).",
        ),
        Wrong(
            _in_both(_squared),
            "compares squared distances with radii: take the root of both, or of "
            "neither.",
        ),
        Wrong(
            _in_both(_unsorted),
            "takes the distance to the k-th point of the list: sort each row of the "
            "distances first.",
        ),
        Wrong(
            _in_both(_every_ball),
            "asks that a point lies in every ball: some ball is enough (`any`).",
        ),
        Wrong(
            _in_both(_pairs),
            "averages over all pairs: a point counts once, if *any* ball holds it "
            "(`any`, then the mean).",
        ),
        Wrong(
            lambda real, fake, k: _both(real, fake, k, order=1),
            "adds absolute differences: take the Euclidean distance, the square root "
            "of the sum of squares.",
        ),
        Wrong(
            lambda real, fake, k: _both(real, fake, k, order=np.inf),
            "takes the largest difference: take the Euclidean distance, the square "
            "root of the sum of squares.",
        ),
        Wrong(
            _in_both(
                lambda points, centers, k: (
                    _share(points, centers, _radii(centers, k))
                    * len(points)
                    / len(centers)
                )
            ),
            "divides by the number of the other set: it is a share of the points that "
            "are judged.",
        ),
        *(
            Wrong(lambda real, fake, k, cut=cut: _both(*cut(real, fake), k), message)
            for cut, message in (
                (
                    lambda *sets: (each[:, :2] for each in sets),
                    "looks at the first two features alone: `axis=-1` takes all.",
                ),
                (
                    lambda *sets: (np.unique(each, axis=0) for each in sets),
                    "counts points that occur twice only once.",
                ),
                (
                    lambda *sets: (each[: min(map(len, sets))] for each in sets),
                    "cuts both sets to as many points: take all.",
                ),
            )
        ),
        Wrong(
            lambda real, fake, k: _both(real, fake, 3),
            "uses 3 neighbors whatever k is: take k.",
        ),
    ),
)
