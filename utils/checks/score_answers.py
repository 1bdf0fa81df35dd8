"""Facts about the equal error rate, and what learners compute instead."""

import numpy as np
from scipy.stats import norm

from utils.checks.engine.answers import Answer, read_number
from utils.checks.engine.feedback import Mistake
from utils.evaluation.verification import (
    equal_error_rate,
    roc,
    threshold_at_equal_error,
)


def _spread_out(mean, std, n):
    """Scores as evenly as N(mean, std²) has them."""
    return mean + std * norm.ppf((np.arange(n) + 0.5) / n)


def _cases():
    """Genuine and impostor scores, each with what it shows."""
    return (
        (
            _spread_out(1.0, 2.0, 400),
            _spread_out(-1.0, 1.0, 1_600),
            "the two kinds need not be equally many nor equally spread.",
        ),
        (
            _spread_out(-3.0, 1.0, 500),
            _spread_out(-5.0, 1.0, 500),
            "scores can be negative, as minus a distance is.",
        ),
        (
            np.round(2 * _spread_out(1.5, 1.0, 300)) / 2,
            np.round(2 * _spread_out(0.0, 1.0, 600)) / 2,
            "many scores are equal here: no threshold parts equal scores.",
        ),
        (
            np.array([2.0, 3.0]),
            np.array([0.0, 1.0]),
            "a threshold of 1.5 makes no error.",
        ),
        (np.array([0.0, 1.0]), np.array([2.0, 3.0]), "every verdict is wrong here."),
    )


def rates(genuine, impostor, threshold):
    """FAR and FRR when a score of at least the threshold is accepted."""
    return np.mean(impostor >= threshold), np.mean(genuine < threshold)


def _all_thresholds(genuine, impostor):
    return np.concatenate([np.unique(np.r_[genuine, impostor]), [np.inf]])


def _least_mean_error(genuine, impostor):
    thresholds = _all_thresholds(genuine, impostor)
    return min(np.mean(rates(genuine, impostor, t)) for t in thresholds)


def _least_pooled_error(genuine, impostor):
    thresholds = _all_thresholds(genuine, impostor)
    errors = [np.sum(impostor >= t) + np.sum(genuine < t) for t in thresholds]
    return min(errors) / (len(genuine) + len(impostor))


def _at_the_middle_of_means(genuine, impostor):
    return np.mean(rates(genuine, impostor, (genuine.mean() + impostor.mean()) / 2))


WRONG_RATES = (
    (
        lambda g, i: 1 - equal_error_rate(g, i),
        "returns 1 minus the rate: either it is the share of right verdicts, or the "
        "scores were read as distances. A pair is accepted if its score is *at least* "
        "the threshold.",
    ),
    (lambda g, i: 100 * equal_error_rate(g, i), "returns percent: leave it a share."),
    (
        threshold_at_equal_error,
        "returns the threshold: return the error rate at it.",
    ),
    (
        _least_mean_error,
        "returns the smallest mean of FAR and FRR over all thresholds: the equal error "
        "rate is where the two are equal.",
    ),
    (
        _least_pooled_error,
        "returns the smallest share of wrong verdicts among all pairs: FAR is a share "
        "of the impostors, FRR a share of the genuine, and they are made equal.",
    ),
    (
        _at_the_middle_of_means,
        "takes the threshold in the middle of the two means: look for the one at which "
        "FAR and FRR are equal.",
    ),
    (
        lambda g, i: roc(g, i).area,
        "returns the area under the ROC: the equal error rate is one point "
        "of the curve.",
    ),
    (
        lambda g, i: 2 * equal_error_rate(g, i),
        "adds FAR and FRR: where they are equal, the rate is one of them, or their "
        "mean.",
    ),
)


def check_equal_error_rate(answer: Answer) -> None:
    """On Gaussian scores, negative scores, ties, and scores that a threshold parts.

    Raises:
        Mistake: if the rate is farther off than ways to interpolate differ.
    """
    for genuine, impostor, shows in _cases():
        value = read_number(answer(genuine.copy(), impostor.copy()), answer.name)
        expected = equal_error_rate(genuine, impostor)
        if _near_enough(value, genuine, impostor):
            continue
        for wrong, message in WRONG_RATES:
            other = wrong(genuine, impostor)
            if abs(other - expected) > 0.01 and abs(value - other) < 0.003:
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns {value:.4g} for {len(genuine)} genuine and "
            f"{len(impostor)} impostor scores, but {expected:.4g} is right: {shows}"
        )


def _near_enough(value, genuine, impostor) -> bool:
    """Between the two thresholds where the order of FAR and FRR turns, all is well."""
    curve = roc(genuine, impostor)
    after = int(np.argmax(curve.false_accepts >= curve.false_rejects))
    around = [
        rate[k]
        for rate in (curve.false_accepts, curve.false_rejects)
        for k in (after - 1, after)
    ]
    expected = equal_error_rate(genuine, impostor)
    if expected in (0.0, 1.0):
        return abs(value - expected) < 1e-6
    means = sorted(np.mean([around[k], around[k + 2]]) for k in (0, 1))
    low, high = min(expected, means[0]), max(expected, means[1])
    return low - 2e-3 <= value <= high + 2e-3
