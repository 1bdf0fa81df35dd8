"""Exercise 3.4: how many modes samples reach, and which share of them lies on one."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.data.mixtures import GaussianMixture, grid, ring
from utils.evaluation.coverage import mode_coverage

# Samples around modes 0 to 7 of a ring, as offsets in standard deviations: inside one,
# two and three of them; in the corner of a box but outside the circle; further away.
# The modes come and go, so that a new one beside the last is not a new one at all.
_OFFSETS = (
    (4, (-9.0, 0.0)),
    (0, (0.0, 0.3)),
    (7, (0.2, 0.0)),
    (0, (0.5, 0.5)),
    (2, (2.5, 2.5)),
    (1, (2.0, 2.0)),
    (6, (0.0, -1.5)),
    (3, (-4.5, 0.0)),
    (0, (-1.4, 0.0)),
    (4, (-2.5, 0.0)),
    (7, (1.9, -1.9)),
)
_RING = ring(std=0.05)


def _case(samples, mixture: GaussianMixture, shows: str) -> Case:
    samples = np.asarray(samples, dtype="float32")
    return Case(samples, mixture.means, mixture.std, shows=shows)


def _exact(samples, means, std):
    coverage = mode_coverage(samples, GaussianMixture(means, std))
    return coverage.modes, coverage.high_quality


def _distances(samples, means, order=2, axis=-1):
    return np.linalg.norm(samples[:, None] - means[None], ord=order, axis=axis)


def _count(distances, radius):
    """The definition, for distances `(n, k)` of any kind."""
    good = distances.min(axis=1) <= radius
    return len(set(distances.argmin(axis=1)[good])), good.mean()


def _within(distance: Callable, radius: Callable, message: str) -> Wrong:
    """A wrong distance `(samples, means)`, or a wrong radius `(std)`."""
    return Wrong(
        lambda samples, means, std: _count(distance(samples, means), radius(std)),
        message,
    )


def _reached(samples, means, std):
    """The nearest means of the good samples, one for each."""
    distances = _distances(samples, means)
    return distances.argmin(axis=1)[distances.min(axis=1) <= 3 * std]


def _every_nearest_mean(samples, means, std):
    nearest = _distances(samples, means).argmin(axis=1)
    return len(set(nearest)), _share(samples, means, std)


def _at_least_two(samples, means, std):
    return np.sum(np.bincount(_reached(samples, means, std)) > 1)


def _of_all_pairs(samples, means, std):
    return (_distances(samples, means) <= 3 * std).mean()


def _any_mean_within_reach(samples, means, std):
    within = _distances(samples, means) <= 3 * std
    return within.any(axis=0).sum(), within.any(axis=1).mean()


def _share(samples, means, std):
    return _exact(samples, means, std)[1]


count_modes = Check(
    "3.4",
    "count the modes",
    "count_modes(samples, means, std) -> modes, high_quality",
    exact=_exact,
    cases=(
        _case(
            [_RING.means[k] + 0.05 * np.array(offset) for k, offset in _OFFSETS],
            _RING,
            "a sample belongs to its nearest mean and is of high quality within 3·std "
            "of it.",
        ),
        _case(
            [[0.1, 0.0], [0.2, 0.1]],
            GaussianMixture([[0.0, 0.0], [1.0, 0.0]], 0.5),
            "where two modes overlap, a sample belongs to the nearest mean alone.",
        ),
        _case(
            [[0.1, 0.0], [0.0, 7.9], [0.0, 7.9], [0.0, 3.9], [2.0, 4.0], [1e6, 0.0]],
            GaussianMixture([[0.0, 0.0], [0.0, 4.0], [0.0, 8.0]], 0.2),
            "there are 3 modes here, and 6 samples: take both from the arrays.",
        ),
        _case([[0.7, 0.75]], ring(std=0.05), "there is a single sample here."),
        _case(
            np.concatenate([grid().means, np.repeat(grid().means[:1], 75, axis=0)]),
            grid(),
            "one sample is enough for a mode, however many lie on another; there are "
            "25 modes.",
        ),
    ),
    mistakes=(
        _within(
            lambda samples, means: _distances(samples, means) ** 2,
            lambda std: 3 * std,
            "compares the squared distance with 3·std: take the square root "
            "(`np.linalg.norm`), or square both sides.",
        ),
        _within(
            _distances,
            lambda std: np.sqrt(3) * std,
            "compares the squared distance with 3·std²: the 3 is squared too, "
            "(3·std)².",
        ),
        _within(
            _distances,
            lambda std: 3 * std**2,
            "uses 3·std², but std is the standard deviation already, not the variance: "
            "the radius is 3·std.",
        ),
        _within(
            _distances,
            lambda std: std,
            "uses a radius of one standard deviation: high quality means within 3·std.",
        ),
        _within(
            _distances,
            lambda std: 3,
            "uses a radius of 3, whatever the spread of a mode: it is 3·std.",
        ),
        _within(
            lambda samples, means: _distances(samples, means, order=np.inf),
            lambda std: 3 * std,
            "looks at each axis by itself, which makes a box: its corners are further "
            "than 3·std away. Take the Euclidean distance, over both axes together.",
        ),
        _within(
            lambda samples, means: _distances(samples, means, order=1),
            lambda std: 3 * std,
            "adds absolute differences, which makes a diamond: take the Euclidean "
            "distance, the square root of the sum of squares.",
        ),
        _within(
            lambda samples, means: _distances(samples, means, axis=1),
            lambda std: 3 * std,
            "takes the norm over the means: the distance runs over the coordinates, "
            "the last axis of the differences (n, k, 2), `axis=-1`.",
        ),
        _within(
            lambda samples, means: np.abs(samples[:, None] - means[None])[..., 0],
            lambda std: 3 * std,
            "looks at the first coordinate alone: take the distance over both.",
        ),
        Wrong(
            _at_least_two,
            "asks for two samples on a mode: one is enough (`> 0`).",
            part="modes",
        ),
        Wrong(
            _of_all_pairs,
            "takes the share of all pairs of samples and means: a sample counts once, "
            "by its nearest mean.",
            part="high_quality",
        ),
        Wrong(
            _any_mean_within_reach,
            "lets one sample count for several modes: where they overlap, it belongs "
            "to its nearest mean alone (`argmin` over the means).",
        ),
        Wrong(
            _every_nearest_mean,
            "counts every mean that is nearest to some sample, however far: a mode "
            "counts with at least one sample within 3·std.",
        ),
        Wrong(
            lambda *arguments: len(_reached(*arguments)),
            "counts samples where it should count modes: how many different nearest "
            "means do the high-quality samples have (`np.unique`)?",
            part="modes",
        ),
        Wrong(
            lambda *arguments: np.unique(_reached(*arguments)),
            "returns which modes are reached, but how many is asked for: their `len`.",
            part="modes",
        ),
        Wrong(
            lambda *arguments: _reached(*arguments).max() + 1,
            "counts up to the last mode that is reached, with those before it that are "
            "not: count the different ones (`np.unique`).",
            part="modes",
        ),
        Wrong(
            lambda samples, means, std: _exact(samples, means, std)[0] / len(means),
            "returns the share of the modes: high_quality is the share of the samples, "
            "the mean over them.",
            part="high_quality",
        ),
        Wrong(
            lambda *arguments: 100 * _share(*arguments),
            "returns high_quality in percent: leave it a share between 0 and 1.",
            part="high_quality",
        ),
        Wrong(
            lambda samples, means, std: len(samples) * _share(samples, means, std),
            "returns the number of high-quality samples: divide it by how many samples "
            "there are.",
            part="high_quality",
        ),
        Wrong(
            lambda *arguments: 1 - _share(*arguments),
            "returns the share of the bad samples: high quality is a distance of at "
            "most 3·std (`<=`).",
            part="high_quality",
        ),
    ),
    edges=(
        _case(
            [[0.1, 0.0], [-0.1, 0.0], [0.0, 0.1]],
            ring(),
            "no sample lies on any mode here: that is 0 modes and a share of 0.",
        ),
    ),
)
