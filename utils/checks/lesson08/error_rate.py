"""Exercise 8.1: the equal error rate.

There are two definitions: the mean of FAR and FRR where they are nearest, as the card
has it, and the point where a line between two thresholds crosses, as the course's
`equal_error_rate`. In each of these cases both are one number.
"""

import numpy as np
from scipy.stats import norm

from utils.checks.engine import Case, Check, Wrong
from utils.evaluation.verification import (
    equal_error_rate,
    roc,
    threshold_at_equal_error,
)

_GRIDS = (50, 100, 101, 200, 201, 256, 500, 501, 1000, 1001, 2000, 10_000)


def _spread_out(mean, std, n):
    """Scores as evenly as N(mean, std²) has them."""
    return mean + std * norm.ppf((np.arange(n) + 0.5) / n)


def _rates(genuine, impostor, thresholds, accept="left", reject="left"):
    """FAR and FRR at each threshold; "left": equal scores are accepted, both times."""
    genuine, impostor = np.sort(genuine), np.sort(impostor)
    accepted = len(impostor) - np.searchsorted(impostor, thresholds, side=accept)
    rejected = np.searchsorted(genuine, thresholds, side=reject)
    return accepted / len(impostor), rejected / len(genuine)


def _nearest(far, frr):
    return np.argmin(np.abs(far - frr))


def _rate(genuine, impostor, thresholds, **sides) -> float:
    """The mean of both rates at that threshold where they are nearest."""
    far, frr = _rates(genuine, impostor, thresholds, **sides)
    return (far + frr)[_nearest(far, frr)] / 2


def _scores(genuine, impostor):
    return np.append(np.unique(np.concatenate([genuine, impostor])), np.inf)


def _of_all(reduce):
    """What a function makes of FAR and FRR at all thresholds."""
    return lambda g, i: reduce(*_rates(g, i, _scores(g, i)))


def _of_nearest(pick):
    """What a function makes of FAR and FRR where they are nearest."""
    return _of_all(lambda far, frr: pick(far, frr)[_nearest(far, frr)])


def _least_pooled_error(g, i):
    far, frr = _rates(g, i, _scores(g, i))
    return np.min(far * len(i) + frr * len(g)) / (len(g) + len(i))


def _of_equal_counts(g, i):
    far, frr = _rates(g, i, _scores(g, i))
    at = _nearest(far * len(i), frr * len(g))
    return (far[at] * len(i) + frr[at] * len(g)) / (len(g) + len(i))


def _corners(g, i):
    """FAR and FRR without the points in the middle of a straight piece."""
    curve = roc(g, i)
    far, frr = curve.false_accepts, curve.false_rejects
    bends = np.diff(far, 2).round(9).astype(bool) | np.diff(frr, 2).round(9).astype(
        bool
    )
    kept = np.r_[True, bends, True]
    return far[kept], frr[kept]


def _at_a_corner(g, i) -> tuple[float, float, float]:
    """The mean of both where they are nearest, and each of them."""
    far, frr = _corners(g, i)
    at = _nearest(far, frr)
    return (far[at] + frr[at]) / 2, far[at], frr[at]


def _between_0_and_1(value, g, i) -> bool:
    rates = [_rate(g, i, np.linspace(0, 1, n)) for n in (*_GRIDS, 11, 20, 21)]
    return np.isclose(value, rates, atol=1e-9).any()


def _grid(g, i, n=1000):
    scores = np.concatenate([g, i])
    return _rate(g, i, np.linspace(scores.min(), scores.max(), n))


def _between_extremes(value, g, i) -> bool:
    return np.isclose(value, [_grid(g, i, n) for n in _GRIDS], atol=1e-9).any()


_A_GRID = (
    "tries evenly spaced thresholds between the least and the largest score: between "
    "two of them lie many scores, above all where one score is far away. Only the "
    "scores themselves are interesting thresholds."
)
_ONE_OF_BOTH = (
    "returns one of FAR and FRR where no threshold makes them equal: take the mean of "
    "both where they are nearest."
)

error_rate = Check(
    "8.1",
    "the equal error rate",
    "error_rate(genuine, impostor)",
    exact=equal_error_rate,
    tolerance=1e-3,
    least=1e-4,
    cases=(
        Case(
            _spread_out(-0.3, 2.0, 71),
            _spread_out(-2.3, 1.0, 213),
            shows="the two kinds need not be equally many nor equally spread.",
        ),
        Case(
            _spread_out(-3.0, 1.0, 90),
            _spread_out(-5.0, 1.0, 90),
            shows="scores can be negative, as minus a distance is.",
        ),
        Case(
            np.repeat([0.0, 1.0, 2.0, 3.0], [1, 2, 5, 4]),
            np.repeat([0.0, 1.0, 2.0, 3.0], [10, 8, 5, 1]),
            shows="many scores are equal here: no threshold parts equal scores.",
        ),
        Case(
            np.array([2.0, 3.0]),
            np.array([0.0, 1.0]),
            shows="a threshold of 1.5 makes no error.",
        ),
        Case(
            np.array([0.0, 1.0]),
            np.array([2.0, 3.0]),
            shows="every verdict is wrong here.",
        ),
        Case(np.array([-4.0]), np.array([-7.5]), shows="one score of each kind."),
    ),
    mistakes=(
        Wrong(
            lambda g, i: 1 - equal_error_rate(g, i),
            "returns 1 minus the rate: either it is the share of right verdicts, or "
            "the scores were read as distances. A pair is accepted if its score is *at "
            "least* the threshold.",
        ),
        Wrong(
            lambda g, i: 100 * equal_error_rate(g, i),
            "returns percent: leave it a share.",
        ),
        Wrong(
            threshold_at_equal_error,
            "returns the threshold: return the error rate at it.",
            when=lambda value, g, i: np.isclose(
                value, _scores(g, i)[_nearest(*_rates(g, i, _scores(g, i)))], atol=1e-3
            ),
        ),
        Wrong(
            _of_all(lambda far, frr: np.min(far + frr) / 2),
            "returns the smallest mean of FAR and FRR over all thresholds: the equal "
            "error rate is where the two are equal.",
        ),
        Wrong(
            _of_all(lambda far, frr: np.min(far + frr)),
            "returns the smallest sum of FAR and FRR over all thresholds: the equal "
            "error rate is where the two are equal, and one of them.",
        ),
        Wrong(
            _least_pooled_error,
            "returns the smallest share of wrong verdicts among all pairs: FAR is a "
            "share of the impostors, FRR a share of the genuine, and they are made "
            "equal.",
        ),
        Wrong(
            _of_equal_counts,
            "makes the numbers of wrong verdicts equal: FAR is a share of the "
            "impostors, FRR a share of the genuine, and the shares are made equal.",
        ),
        Wrong(
            _of_all(lambda far, frr: np.min(np.abs(far - frr))),
            "returns the smallest difference of FAR and FRR: return the rate there.",
        ),
        Wrong(
            lambda g, i: _rate(g, i, [(g.mean() + i.mean()) / 2]),
            "takes the threshold in the middle of the two means: look for the one at "
            "which FAR and FRR are equal.",
        ),
        Wrong(
            lambda g, i: roc(g, i).area,
            "returns the area under the ROC: the equal error rate is one point of the "
            "curve.",
        ),
        Wrong(
            lambda g, i: 1 - roc(g, i).area,
            "returns 1 minus the area under the ROC: the equal error rate is one point "
            "of the curve.",
        ),
        Wrong(
            lambda g, i: np.mean(i[:, None] >= g),
            "compares each impostor with each genuine pair, which is 1 minus the area "
            "under the ROC: the equal error rate is one point of the curve.",
        ),
        *(
            Wrong(
                lambda g, i, threshold=threshold: _rate(g, i, [threshold]),
                f"takes the threshold {threshold:g} whatever the scores: look for the "
                "one at which FAR and FRR are equal.",
            )
            for threshold in (0.0, 0.5)
        ),
        Wrong(
            lambda g, i: np.mean(i >= g.min()),
            "returns FAR where no genuine pair is rejected: look for the threshold at "
            "which FAR and FRR are equal.",
        ),
        Wrong(
            lambda g, i: np.mean(g < i.max()),
            "returns FRR next to where no impostor is let in: look for the threshold "
            "at which FAR and FRR are equal.",
        ),
        Wrong(
            lambda g, i: equal_error_rate(np.unique(g), np.unique(i)),
            "counts equal scores once: each pair counts.",
        ),
        Wrong(
            lambda g, i: equal_error_rate(np.round(g), np.round(i)),
            "rounds the scores first.",
        ),
        Wrong(
            lambda g, i: 2 * equal_error_rate(g, i),
            "adds FAR and FRR: where they are equal, the rate is one of them, or their "
            "mean.",
        ),
        Wrong(
            lambda g, i: _rate(g, i, _scores(g, i), accept="right"),
            "counts a score that equals the threshold as right on both sides: whoever "
            "is accepted at it is so as an impostor, too.",
        ),
        Wrong(
            lambda g, i: _rate(g, i, _scores(g, i), reject="right"),
            "counts a score that equals the threshold as wrong on both sides: a "
            "genuine pair is accepted at it.",
        ),
        Wrong(
            lambda g, i: _rate(g, i, np.append(np.unique(g), np.inf)),
            "tries the genuine scores as thresholds, and not the impostors': FAR "
            "changes at those.",
        ),
        Wrong(
            lambda g, i: _rate(g, i, np.append(np.unique(i), np.inf)),
            "tries the impostors' scores as thresholds, and not the genuine: FRR "
            "changes at those.",
        ),
        Wrong(
            lambda g, i: norm.cdf((i.mean() - g.mean()) / (i.std() + g.std())),
            "takes the scores for normally distributed: count the verdicts, whatever "
            "the distribution.",
        ),
        Wrong(
            lambda g, i: _at_a_corner(g, i)[0],
            "leaves thresholds out, those between two corners of the curve: "
            "`roc_curve` does so unless told `drop_intermediate=False`.",
            when=lambda value, g, i: np.isclose(value, _at_a_corner(g, i)).any(),
        ),
        Wrong(
            lambda g, i: _rate(g, i, np.linspace(0, 1, 101)),
            "tries thresholds between 0 and 1, but a score can be any number: only the "
            "scores themselves are interesting thresholds.",
            when=_between_0_and_1,
        ),
        Wrong(lambda g, i: _grid(g, i, 100), _A_GRID, when=_between_extremes),
    ),
    edges=(
        Case(
            np.repeat([0.0, 1.0, 2.0], [1, 5, 4]),
            np.repeat([0.0, 1.0, 2.0], [8, 10, 2]),
            shows="no threshold makes FAR and FRR equal here.",
            mistakes=(
                Wrong(
                    _of_nearest(np.maximum),
                    _ONE_OF_BOTH,
                    when=lambda value, g, i: np.isclose(value, (0.6, 0.1)).any(),
                ),
            ),
        ),
        Case(
            _spread_out(1.0, 1.0, 60),
            np.append(_spread_out(0.0, 1.0, 59), -1e6),
            mistakes=(Wrong(_grid, _A_GRID, when=lambda value, g, i: True),),
        ),
    ),
)
