"""Checks of lesson 08, Learning to compare."""

from collections.abc import Callable

from utils.checks import (
    embedding_collapse,
    head_answers,
    score_answers,
    triplet_answers,
)
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise


@exercise("8.1", "the triplet loss")
def triplet_loss(triplet_loss: Callable) -> None:
    """The mean of max(|a - p|² - |a - n|² + margin, 0), by value and by gradient.

    Args:
        triplet_loss: function `(anchor, positive, negative, margin) -> scalar`.
    """
    triplet_answers.check_triplet_loss(
        Answer(triplet_loss, "triplet_loss(anchor, positive, negative, margin)")
    )


@exercise("8.2", "the hardest pairs of a batch")
def hardest(hardest: Callable) -> None:
    """Farthest positive and nearest negative of each anchor, without a loop.

    Args:
        hardest: function `(labels (n,), distances (n, n)) -> positive (n,), negative
            (n,)`.
    """
    triplet_answers.check_hardest(
        Answer(hardest, "hardest(labels, distances)"), hardest
    )


@exercise("8.3", "the equal error rate")
def error_rate(error_rate: Callable) -> None:
    """Where FAR and FRR are equal: on Gaussian scores, unequal groups, and with ties.

    Args:
        error_rate: function `(genuine, impostor) -> share` of NumPy vectors.
    """
    score_answers.check_equal_error_rate(
        Answer(error_rate, "error_rate(genuine, impostor)")
    )


@exercise("8.4", "the chi-square head")
def chi_square_head(chi_square_head: Callable) -> None:
    """Σ w·(a - b)²/(a + b) + bias, also where a = b = 0, with a finite gradient.

    Args:
        chi_square_head: function `(a, b, weights, bias) -> logits (n,)`.
    """
    head_answers.check_chi_square_head(
        Answer(chi_square_head, "chi_square_head(a, b, weights, bias)")
    )


@exercise("8.5", "collapse, read off the log, and mended")
def collapse(has_collapsed: Callable, collapsing: Callable, mended: Callable) -> str:
    """A reading of logs, and two trainings that are judged on people never seen.

    Args:
        has_collapsed: function `(logs, margin) -> bool`; `logs` maps "loss",
            "active_fraction" and "mean_distance" to lists, one value an epoch.
        collapsing: function `() -> TripletModel` whose embeddings are one point.
        mended: function `() -> TripletModel` that tells people apart.
    """
    embedding_collapse.check_reading(
        Answer(has_collapsed, "has_collapsed(logs, margin)")
    )
    return embedding_collapse.check_trainings(
        Answer(collapsing, "collapsing()"), Answer(mended, "mended()")
    )
