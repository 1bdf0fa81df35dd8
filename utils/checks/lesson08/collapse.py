"""Exercise 8.5: collapse, read off a log, and two trainings: one in one point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from utils.checks.engine import Answer, Mistake, describe, exercise
from utils.checks.engine.answers import filled_by_hand, read_truth
from utils.course.scale import current_scale
from utils.data.avatars import identities
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.measures.pair_distances import mean_pairwise_distance
from utils.models.triplet import TripletModel

_COLLAPSED_DISTANCE, _MENDED_RATE = 0.1, 0.08


@dataclass(frozen=True)
class _Log:
    """What a training logged, and whether that is a collapse.

    Attributes:
        collapsed: the right verdict.
        shows: what an answer overlooks that gives the other one.
        loss, active, distance: the last epochs.
        margin: of the triplet loss.
    """

    collapsed: bool
    shows: str
    loss: tuple
    active: tuple
    distance: tuple
    margin: float = 0.3


_LOGS = (
    _Log(
        True,
        "a loss stuck at the margin while the distances go to 0 is the sign",
        loss=(0.31, 0.301, 0.3),
        active=(1.0, 1.0, 1.0),
        distance=(0.03, 0.005, 0.001),
    ),
    _Log(
        False,
        "here the loss falls and the distances stay large",
        loss=(0.60, 0.24, 0.06),
        active=(0.9, 0.63, 0.3),
        distance=(2.0, 2.0, 2.0),
    ),
    _Log(
        False,
        "here the loss passes the margin by chance, but the distances are large: look "
        "at both",
        loss=(0.55, 0.32, 0.3),
        active=(0.95, 0.9, 0.8),
        distance=(1.9, 2.0, 2.0),
    ),
    _Log(
        False,
        "here the loss is 0 because every triplet is easy: people are far apart",
        loss=(0.10, 0.004, 0.0),
        active=(0.3, 0.02, 0.0),
        distance=(2.0, 2.0, 2.0),
    ),
    _Log(
        False,
        "here every triplet is active, and yet the distances are large: it has only "
        "begun",
        loss=(0.9, 0.7, 0.55),
        active=(1.0, 1.0, 1.0),
        distance=(2.0, 2.0, 2.0),
    ),
    _Log(
        True,
        "it collapses in the end: look at the last values, not at the first",
        loss=(0.9, 0.5, 0.301),
        active=(1.0, 1.0, 1.0),
        distance=(1.5, 0.4, 0.004),
    ),
    _Log(
        False,
        "it starts near one point, but recovers: look at the last values",
        loss=(0.301, 0.299, 0.05),
        active=(1.0, 0.9, 0.2),
        distance=(0.01, 0.3, 1.9),
    ),
    _Log(
        True,
        "the margin is 1 here, not 0.3: compare with the margin that was given",
        loss=(1.02, 1.001, 1.0),
        active=(1.0, 1.0, 1.0),
        distance=(0.2, 0.02, 0.003),
        margin=1.0,
    ),
    _Log(
        False,
        "here the distances are near 0, but the loss is far below the margin: both "
        "belong to the sign",
        loss=(0.301, 0.15, 0.01),
        active=(0.9, 0.5, 0.05),
        distance=(0.02, 0.025, 0.028),
    ),
    _Log(
        False,
        "the margin is small here, and distances as small are large enough for it: the "
        "loss has left it far below",
        loss=(0.05, 0.03, 0.012, 0.006, 0.003),
        active=(1.0, 0.9, 0.7, 0.3, 0.1),
        distance=(0.01, 0.02, 0.03, 0.04, 0.049),
        margin=0.05,
    ),
    _Log(
        False,
        "it starts near one point and comes apart, and the loss passes the margin by "
        "chance: look at the last distance",
        loss=(0.301, 0.35, 0.3),
        active=(1.0, 0.9, 0.7),
        distance=(0.01, 0.5, 1.9),
    ),
    _Log(
        True,
        "a training of one epoch can end in one point, too",
        loss=(0.301,),
        active=(1.0,),
        distance=(0.002,),
    ),
)


@exercise("8.5", "collapse, read off the log, and mended")
def collapse(has_collapsed: Callable, collapsing: Callable, mended: Callable) -> str:
    """A reading of logs, and two trainings that are judged on people never seen.

    Args:
        has_collapsed: function `(logs, margin) -> bool`; `logs` maps "loss",
            "active_fraction" and "mean_distance" to lists, one value per epoch.
        collapsing: function `() -> TripletModel` whose embeddings are one point.
        mended: function `() -> TripletModel` that tells people apart.
    """
    _check_reading(Answer(has_collapsed, "has_collapsed(logs, margin)"))
    before = _trained(Answer(collapsing, "collapsing()"))
    return _check_trainings(before, _trained(Answer(mended, "mended()")))


def _check_reading(answer: Answer) -> None:
    for log in _LOGS:
        logs = {
            "loss": list(log.loss),
            "active_fraction": list(log.active),
            "mean_distance": list(log.distance),
        }
        verdict = read_truth(answer(logs, log.margin), answer.name)
        if verdict is not log.collapsed:
            raise Mistake(
                f"`{answer.name}` says {verdict} for a loss that goes {log.loss} and a "
                f"mean distance that goes {log.distance}, with margin {log.margin}: "
                f"{log.shows}."
            )


def _check_trainings(before: TripletModel, after: TripletModel) -> str:
    if current_scale() == "quick":
        return (
            " (only that both return a trained model: COURSE_SCALE=quick trains too "
            "short for a verdict, which needs laptop)"
        )
    unseen = identities(40, 4, seed=885)
    heap, apart = (model.embed(unseen.pictures) for model in (before, after))
    spread, spread_after = _spread(heap), _spread(apart)
    if spread >= _COLLAPSED_DISTANCE:
        raise Mistake(
            f"`collapsing` does not collapse: the mean squared distance of unseen "
            f"people is {spread:.3g}, and less than {_COLLAPSED_DISTANCE} is asked "
            "for. Build the network with spread=False, mine batch-hard, and take a "
            "large learning rate."
        )
    if spread_after < _COLLAPSED_DISTANCE:
        raise Mistake(
            f"`mended` has collapsed: the mean squared distance of unseen people is "
            f"{spread_after:.3g}. Try spread=True, semi-hard triplets to begin with, "
            "or a smaller learning rate."
        )
    rate = equal_error_rate(*pair_scores(apart, unseen.labels))
    if not rate <= _MENDED_RATE:
        raise Mistake(
            f"`mended` is not mended: the equal error rate of unseen people is "
            f"{rate:.1%}, and at most {_MENDED_RATE:.0%} is asked for. Train "
            "longer, on harder triplets, or with another learning rate."
        )
    return f" (mean distance {spread:.2g} before, equal error rate {rate:.1%} after)"


def _trained(training: Answer) -> TripletModel:
    model = training()
    match model:
        case (TripletModel(), Mapping()):  # with its logs
            model = model[0]
    if not isinstance(model, TripletModel):
        raise Mistake(
            f"`{training.name}` returns {describe(model)}, but must return the trained "
            "TripletModel: end with `return model`."
        )
    if not getattr(model, "compiled", False) or not int(model.optimizer.iterations):
        raise Mistake(
            f"the model of `{training.name}` was never trained: `compile` it and call "
            "`fit`, inside the function."
        )
    if filled_by_hand(model.embedding):
        raise Mistake(
            f"the model of `{training.name}` has a layer whose weights are all one "
            "number: no training ends there. Let `fit` alone change the weights."
        )
    if model.embedding.input_shape[1:] != (32, 32, 3):
        raise Mistake(
            f"the model of `{training.name}` takes pictures of shape "
            f"{model.embedding.input_shape[1:]}, but avatars are (32, 32, 3)."
        )
    return model


def _spread(embeddings) -> float:
    """The mean squared distance over all pairs, as the model logs it."""
    if not np.isfinite(embeddings).all():
        raise Mistake(
            "an embedding is NaN: the training diverged, which is no collapse and no "
            "cure. Try a smaller learning rate."
        )
    return float(mean_pairwise_distance(embeddings))
