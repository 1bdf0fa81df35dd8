"""How well scores tell pairs of one person (genuine) from pairs of two (impostor).

A score is larger the more alike two pictures are, such as minus their squared
distance. A pair is accepted if its score is at least the threshold. A `Gallery` accepts
squared distances up to its own threshold: that is minus this one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from utils.core.arrays import squared_distances, to_numpy
from utils.core.validation import finite, number


@dataclass(frozen=True)
class Roc:
    """Both error rates at every threshold at which one of them changes.

    Attributes:
        thresholds: `(k,)`, falling; the first is infinity, which accepts nobody.
        false_accepts: `(k,)`, share of the impostor pairs accepted (FAR); rises 0 to 1.
        false_rejects: `(k,)`, share of the genuine pairs rejected (FRR); falls 1 to 0.
    """

    thresholds: np.ndarray
    false_accepts: np.ndarray
    false_rejects: np.ndarray

    @property
    def area(self) -> float:
        """The area under the curve: how often a genuine score beats an impostor's."""
        return float(np.trapezoid(1 - self.false_rejects, self.false_accepts))


def pair_scores(embeddings, people):
    """Scores every pair of pictures by minus the squared distance.

    Args:
        embeddings: `(n, d)`.
        people: `(n,)`, who is on each picture.

    Returns:
        The scores of pairs of one person, and of two.

    Raises:
        ValueError: if nobody has two pictures, or there is one person only.
    """
    embeddings, people = labeled_embeddings(embeddings, people)
    first, second = np.triu_indices(len(people), 1)
    scores = -squared_distances(embeddings, embeddings)[first, second]
    same = people[first] == people[second]
    if not same.any() or same.all():
        raise ValueError(
            f"{len(people)} pictures of {len(np.unique(people))} people make "
            f"{same.sum()} pairs of one person and {(~same).sum()} of two, but both "
            "kinds are needed."
        )
    return scores[same], scores[~same]


def roc(genuine, impostor) -> Roc:
    """Returns false accepts and false rejects at every threshold.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.

    Returns:
        `Roc`; equal scores, which no threshold parts, make one point.

    Raises:
        ValueError: if there are no scores of a kind, or one is NaN or infinite.
    """
    genuine, impostor = _scores("genuine", genuine), _scores("impostor", impostor)
    thresholds = np.unique(np.concatenate([genuine, impostor]))[::-1]
    # Shares of whole counts: 1 - 99/100 would be 0.010000000000000009, and not 1/100.
    accepted, rejected = (
        len(impostor) - np.searchsorted(np.sort(impostor), thresholds, side="left"),
        np.searchsorted(np.sort(genuine), thresholds, side="left"),
    )
    return Roc(
        np.concatenate([[np.inf], thresholds]),
        np.concatenate([[0.0], accepted / len(impostor)]),
        np.concatenate([[1.0], rejected / len(genuine)]),
    )


def det(genuine, impostor):
    """Returns the ROC on normal axes, where Gaussian scores make a straight line.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.

    Returns:
        `Φ⁻¹(FAR)` and `Φ⁻¹(FRR)`, `(k,)` each, where both rates are neither 0 nor 1;
        empty arrays if no threshold makes both kinds of error.

    Raises:
        ValueError: as `roc`.

    Source: Martin, Doddington, Kamm, Ordowski, Przybocki (1997).
    """
    curve = roc(genuine, impostor)
    rates = np.stack([curve.false_accepts, curve.false_rejects])
    inside = ((rates > 0) & (rates < 1)).all(axis=0)
    return tuple(norm.ppf(rates[:, inside]))


def equal_error_rate(genuine, impostor) -> float:
    """Returns the rate at which false accepts and false rejects are equally frequent.

    Between two thresholds the ROC is taken to be a straight line.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.

    Returns:
        A share in [0, 1]: 0 for scores that a threshold parts, ½ for equal ones.

    Raises:
        ValueError: as `roc`.
    """
    return _crossing(roc(genuine, impostor))[0]


def threshold_at_equal_error(genuine, impostor) -> float:
    """Returns the threshold at which false accepts and false rejects balance.

    Choose it on other people than those it will be used for.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.

    Raises:
        ValueError: as `roc`.
    """
    return _crossing(roc(genuine, impostor))[1]


def threshold_at_far(genuine, impostor, far: float) -> float:
    """Returns the lowest threshold that accepts at most a share `far` of impostors.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.
        far: in [0, 1].

    Returns:
        A score; infinity if the best score of all is an impostor's and `far` allows
        none.

    Raises:
        ValueError: if `far` lies outside [0, 1]; as `roc`.
    """
    curve = roc(genuine, impostor)
    return float(curve.thresholds[_last_allowed(curve, far)])


def frr_at_far(genuine, impostor, far: float) -> float:
    """Returns the share of genuine pairs rejected if a share `far` may be accepted.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.
        far: in [0, 1].

    Raises:
        ValueError: if `far` lies outside [0, 1]; as `roc`.
    """
    curve = roc(genuine, impostor)
    return float(curve.false_rejects[_last_allowed(curve, far)])


def error_rates(genuine, impostor, threshold: float) -> tuple[float, float]:
    """Returns FAR and FRR at a threshold that was chosen elsewhere.

    Args:
        genuine: `(n,)`, scores of pairs of one person.
        impostor: `(m,)`, scores of pairs of two people.
        threshold: accept a pair whose score is at least this.

    Raises:
        ValueError: as `roc`; if the threshold is NaN.
    """
    genuine, impostor = _scores("genuine", genuine), _scores("impostor", impostor)
    if np.isnan(threshold):
        raise ValueError("The threshold is NaN, but must be a number: a score.")
    return float((impostor >= threshold).mean()), float((genuine < threshold).mean())


def _crossing(curve: Roc) -> tuple[float, float]:
    """The rate and the threshold where the two error rates cross."""
    gap = curve.false_accepts - curve.false_rejects
    after = int(np.argmax(gap >= 0))  # the last gap is 1, the first -1
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    low, high = curve.false_accepts[[after - 1, after]]
    near, far = curve.thresholds[[after, after - 1]]
    threshold = near if np.isinf(far) else far + share * (near - far)
    return float(low + share * (high - low)), float(threshold)


def _last_allowed(curve: Roc, far: float) -> int:
    far = number(far, "far", least=0, most=1, fix="0.001 is one in a thousand.")
    return int(np.searchsorted(curve.false_accepts, far, side="right")) - 1


def _scores(kind: str, scores) -> np.ndarray:
    scores = to_numpy(scores, f"The {kind} scores").ravel()
    if scores.size == 0:
        raise ValueError(
            f"There are no {kind} scores: give at least one pair of "
            f"{'one person' if kind == 'genuine' else 'two people'}."
        )
    return finite(scores, f"{kind} scores", "look for a training that diverged.")


def labeled_embeddings(embeddings, people):
    """Returns embeddings `(n, d)` as float64, and a label per row, `(n,)`.

    Raises:
        ValueError: for other shapes, NaN or infinity.
    """
    embeddings, people = to_numpy(embeddings, "The embeddings"), np.asarray(people)
    if embeddings.ndim != 2 or people.shape != embeddings.shape[:1]:
        raise ValueError(
            f"The embeddings have shape {embeddings.shape} and the labels "
            f"{people.shape}, but must have (n, d) and (n,): one of each per picture."
        )
    finite(embeddings, "The embeddings", "look for a training that diverged.")
    return embeddings, people
