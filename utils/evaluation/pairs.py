"""From embeddings of pictures to scores of pairs, and of one against many."""

import numpy as np


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
    embeddings, people = _labeled(embeddings, people)
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
    embeddings, people = _labeled(embeddings, people)
    rows = [np.flatnonzero(people == name) for name in np.unique(people)]
    targets = [k for k, own in enumerate(rows) if len(own) > 1]
    if not 2 <= ways <= len(rows) or not targets or trials < 1:
        raise ValueError(
            f"{trials} trials of {ways} ways were asked for, with {len(rows)} people "
            f"of whom {len(targets)} have two pictures: ways lies between 2 and the "
            "number of people, and somebody needs a second picture."
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
    genuine, impostor = (
        np.asarray(each, dtype="float64") for each in (genuine, impostor)
    )
    if genuine.ndim != 1 or impostor.ndim != 2 or len(genuine) != len(impostor):
        raise ValueError(
            f"The scores have the shapes {genuine.shape} and {impostor.shape}, but "
            "must be (trials,) and (trials, ways - 1)."
        )
    if (
        not genuine.size
        or not impostor.size
        or np.isnan([genuine.sum(), impostor.sum()]).any()
    ):
        raise ValueError("The scores are empty or hold NaN: give numbers.")
    best = impostor.max(axis=1)
    ties = (impostor == genuine[:, None]).sum(axis=1)
    return float(np.where(genuine >= best, 1 / (1 + ties), 0.0).mean())


def squared_distances(a, b) -> np.ndarray:
    """Returns |a_i - b_j|² in float64, `(n, m)`, for `(n, d)` and `(m, d)`."""
    a, b = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    center = a.mean(axis=0)
    a, b = a - center, b - center  # far from the origin digits would be lost
    lengths = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)
    return np.maximum(lengths - 2 * a @ b.T, 0.0)


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


def _labeled(embeddings, people):
    embeddings, people = np.asarray(embeddings, dtype="float64"), np.asarray(people)
    if embeddings.ndim != 2 or people.shape != embeddings.shape[:1]:
        raise ValueError(
            f"The embeddings have shape {embeddings.shape} and the labels "
            f"{people.shape}, but must have (n, d) and (n,): one of each a picture."
        )
    if not np.isfinite(embeddings).all():
        raise ValueError(
            "The embeddings hold NaN or infinity, but must be finite: look for a "
            "training that diverged."
        )
    return embeddings, people
