"""Facts about counting modes, and what learners count instead."""

from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer, close, read_pair
from utils.checks.engine.feedback import Mistake
from utils.data.mixtures import GaussianMixture, ring
from utils.evaluation.coverage import mode_coverage

# Samples around modes 0 to 7 of a ring, as offsets in standard deviations: inside one,
# two and three of them; in the corner of a box but outside the circle; further away.
_OFFSETS = (
    (0, (0.0, 0.3)),
    (0, (0.5, 0.5)),
    (0, (-1.4, 0.0)),
    (1, (2.0, 2.0)),
    (2, (2.5, 2.5)),
    (3, (-4.5, 0.0)),
    (4, (-2.5, 0.0)),
    (4, (-9.0, 0.0)),
    (6, (0.0, -1.5)),
    (7, (0.2, 0.0)),
    (7, (1.9, -1.9)),
)


@dataclass(frozen=True)
class Case:
    """Samples with a known count.

    Attributes:
        samples: float32 `(n, d)`.
        mixture: where they should come from.
        shows: what an answer that fails here has probably overlooked.
    """

    samples: np.ndarray
    mixture: GaussianMixture
    shows: str

    @property
    def arguments(self):
        """What `count_modes` is called with."""
        return self.samples, self.mixture.means, self.mixture.std


def cases() -> list[Case]:
    """Returns the cases a count must get right, the most telling one first."""
    around = ring(std=0.05)
    crafted = [
        around.means[mode] + 0.05 * np.array(offset) for mode, offset in _OFFSETS
    ]
    line = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 4.0], [0.0, 0.0, 8.0]])
    return [
        _case(
            crafted,
            around,
            "a sample belongs to its nearest mean and is of high quality within 3·std "
            "of it.",
        ),
        _case(
            [[0.1, 0.0], [0.2, 0.1]],
            GaussianMixture([[0.0, 0.0], [1.0, 0.0]], 0.5),
            "where two modes overlap, a sample belongs to the nearest mean alone.",
        ),
        _case(
            [[0.0, 0.1, 0.0], [0.1, 0.0, 7.9], [0.0, 0.0, 3.9], [2.0, 0.0, 4.0]],
            GaussianMixture(line, 0.2),
            "there are 3 modes in 3 dimensions here: take both numbers from the shape "
            "of `means`.",
        ),
        _case(
            [[0.1, 0.0], [-0.1, 0.0], [0.0, 0.1]],
            ring(),
            "no sample lies on any mode here: that is 0 modes and a share of 0.",
        ),
    ]


def check_counts(answer: Answer) -> None:
    """Raises a Mistake unless the answer counts as `mode_coverage` does."""
    for case in cases():
        exact = mode_coverage(case.samples, case.mixture)
        expected = exact.modes, exact.high_quality
        counted = read_pair(
            answer(*case.arguments), answer.name, ("modes", "high_quality")
        )
        if _same(counted, expected):
            continue
        for wrong, message in WRONG_COUNTS:
            if _same(counted, wrong(*case.arguments)):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns modes = {counted[0]:g} and high_quality = "
            f"{counted[1]:.4g} for {len(case.samples)} samples around "
            f"{len(case.mixture.means)} means, but {expected[0]} and "
            f"{expected[1]:.4g} are right: {case.shows}"
        )


def _case(samples, mixture, shows) -> Case:
    return Case(np.asarray(samples, dtype="float32"), mixture, shows)


def _same(counted, expected) -> bool:
    return all(map(close, counted, expected))


def _distances(samples, means, order=2):
    return np.linalg.norm(samples[:, None] - means[None], ord=order, axis=-1)


def _count(distances, radius):
    """The definition, for distances `(n, k)` of any kind."""
    good = distances.min(axis=1) <= radius
    return len(set(distances.argmin(axis=1)[good])), good.mean()


def _exact(samples, means, std):
    return _count(_distances(samples, means), 3 * std)


def _every_nearest_mean(samples, means, std):
    nearest = _distances(samples, means).argmin(axis=1)
    return len(set(nearest)), _exact(samples, means, std)[1]


def _any_mean_within_reach(samples, means, std):
    within = _distances(samples, means) <= 3 * std
    return within.any(axis=0).sum(), within.any(axis=1).mean()


def _with_share(share):
    """A right number of modes, beside something else for the share."""

    def wrong(samples, means, std):
        modes, high_quality = _exact(samples, means, std)
        return modes, share(modes, high_quality, samples, means)

    return wrong


WRONG_COUNTS = (
    (
        lambda samples, means, std: _count(_distances(samples, means) ** 2, 3 * std),
        "compares the squared distance with 3·std: take the square root "
        "(`np.linalg.norm`), or square both sides.",
    ),
    (
        lambda samples, means, std: _count(
            _distances(samples, means), np.sqrt(3) * std
        ),
        "compares the squared distance with 3·std²: the 3 is squared too, (3·std)².",
    ),
    (
        lambda samples, means, std: _count(_distances(samples, means), 3 * std**2),
        "uses 3·std², but std is the standard deviation already, not the variance: "
        "the radius is 3·std.",
    ),
    (
        lambda samples, means, std: _count(_distances(samples, means), std),
        "uses a radius of one standard deviation: high quality means within 3·std.",
    ),
    (
        lambda samples, means, std: _count(_distances(samples, means), 3),
        "uses a radius of 3, whatever the spread of a mode: it is 3·std.",
    ),
    (
        lambda samples, means, std: _count(_distances(samples, means, np.inf), 3 * std),
        "looks at each axis by itself, which makes a box: its corners are further than "
        "3·std away. Take the Euclidean distance, over both axes together.",
    ),
    (
        lambda samples, means, std: _count(_distances(samples, means, 1), 3 * std),
        "adds absolute differences, which makes a diamond: take the Euclidean "
        "distance, the square root of the sum of squares.",
    ),
    (
        _every_nearest_mean,
        "counts every mean that is nearest to some sample, however far: a mode counts "
        "with at least one sample within 3·std.",
    ),
    (
        _any_mean_within_reach,
        "lets one sample count for several modes: where they overlap, it belongs to "
        "its nearest mean alone (`argmin` over the means).",
    ),
    (
        _with_share(lambda modes, share, samples, means: modes / len(means)),
        "returns the share of the modes: high_quality is the share of the samples, "
        "the mean over them.",
    ),
    (
        _with_share(lambda modes, share, samples, means: 100 * share),
        "returns high_quality in percent: leave it a share between 0 and 1.",
    ),
    (
        _with_share(lambda modes, share, samples, means: len(samples) * share),
        "returns the number of high-quality samples: divide it by how many samples "
        "there are.",
    ),
    (
        _with_share(lambda modes, share, samples, means: 1 - share),
        "returns the share of the bad samples: high quality is a distance of at most "
        "3·std (`<=`).",
    ),
    (
        lambda *arguments: _exact(*arguments)[::-1],
        "returns its two numbers in the other order: modes first, then high_quality.",
    ),
    (
        lambda samples, means, std: (
            _exact(samples, means, std)[1] * len(samples),
            _exact(samples, means, std)[1],
        ),
        "counts samples where it should count modes: how many different nearest means "
        "do the high-quality samples have (`np.unique`)?",
    ),
)
