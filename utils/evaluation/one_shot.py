"""One-shot recognition: one picture against one each of N people."""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import integer
from utils.evaluation.verification import labeled_embeddings


def n_way_trials(embeddings, people, ways=20, trials=1_000, seed=0):
    """Draws one-shot trials: one picture against one of each of `ways` people.

    Args:
        embeddings: `(n, d)`.
        people: `(n,)`, who is on each picture.
        ways: how many people there are to choose from, at least 2.
        trials: how many, at least 1.
        seed: int.

    Returns:
        Scores of the right person `(trials,)`, and of the others `(trials, ways - 1)`.

    Raises:
        ValueError: if there are fewer people, or nobody has two pictures.

    Source: Lake, Salakhutdinov, Tenenbaum (2015).
    """
    embeddings, people = labeled_embeddings(embeddings, people)
    rows = [np.flatnonzero(people == name) for name in np.unique(people)]
    targets = [k for k, own in enumerate(rows) if len(own) > 1]
    integer(trials, "trials")
    if integer(ways, "ways", 2) > len(rows) or not targets:
        raise ValueError(
            f"Trials of {ways} ways were asked for, with {len(rows)} people of whom "
            f"{len(targets)} have two pictures: ways is at most the number of people, "
            "and somebody needs a second picture."
        )
    rng = np.random.default_rng(seed)
    drawn = np.array([_trial(rng, rows, targets, ways) for _ in range(trials)])
    query = embeddings[drawn[:, 0]]
    # One choice after the other: all at once would take gigabytes for pixels.
    scores = -np.stack(
        [np.square(embeddings[row] - query).sum(axis=1) for row in drawn.T[1:]], axis=1
    )
    return scores[:, 0], scores[:, 1:]


def n_way_accuracy(genuine, impostor) -> float:
    """Returns how often the right person scores higher than all the others.

    Args:
        genuine: `(trials,)`, score of the right person.
        impostor: `(trials, ways - 1)`, scores of the others.

    Returns:
        A share in [0, 1]; where k others are as good as the right one, a trial counts
        1/(k + 1). Guessing gives 1/ways.

    Raises:
        ValueError: if the shapes do not fit, or a score is NaN.
    """
    genuine, impostor = (to_numpy(each, "The scores") for each in (genuine, impostor))
    if genuine.ndim != 1 or impostor.ndim != 2 or len(genuine) != len(impostor):
        raise ValueError(
            f"The scores have the shapes {genuine.shape} and {impostor.shape}, but "
            "must be (trials,) and (trials, ways - 1)."
        )
    if not impostor.size or np.isnan([genuine.sum(), impostor.sum()]).any():
        raise ValueError("The scores are empty or hold NaN: give numbers.")
    best = impostor.max(axis=1)
    ties = (impostor == genuine[:, None]).sum(axis=1)
    return float(np.where(genuine >= best, 1 / (1 + ties), 0.0).mean())


def _trial(rng, rows, targets, ways):
    """Rows of the picture, of the right person's other one, and of the others'."""
    target = rng.choice(targets)
    others = rng.choice(
        np.delete(np.arange(len(rows)), target), ways - 1, replace=False
    )
    return [
        *rng.choice(rows[target], 2, replace=False),
        *(rng.choice(rows[other]) for other in others),
    ]
