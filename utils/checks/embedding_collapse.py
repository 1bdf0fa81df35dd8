"""Facts about two trainings of an embedding: one collapses, the other does not."""

from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.course.scale import current_scale
from utils.data.avatars import identities
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.measures.pair_distances import mean_pairwise_distance
from utils.models.triplet import TripletModel

COLLAPSED_DISTANCE, MENDED_RATE = 0.1, 0.08
_NEEDED = ("loss", "active_fraction", "mean_distance")


@dataclass(frozen=True)
class Log:
    """What a training logged, and whether that is a collapse.

    Attributes:
        collapsed: the right verdict.
        shows: what an answer overlooks that gives the other one.
        loss, active, distance: the last three epochs.
        margin: of the triplet loss.
    """

    collapsed: bool
    shows: str
    loss: tuple
    active: tuple
    distance: tuple
    margin: float = 0.3


_LOGS = (
    Log(
        True,
        "a loss stuck at the margin while the distances go to 0 is the sign",
        loss=(0.31, 0.301, 0.3),
        active=(1.0, 1.0, 1.0),
        distance=(0.03, 0.005, 0.001),
    ),
    Log(
        False,
        "here the loss falls and the distances stay large",
        loss=(0.60, 0.24, 0.06),
        active=(0.9, 0.63, 0.3),
        distance=(2.0, 2.0, 2.0),
    ),
    Log(
        False,
        "here the loss passes the margin by chance, but the distances are large: look "
        "at both",
        loss=(0.55, 0.32, 0.3),
        active=(0.95, 0.9, 0.8),
        distance=(1.9, 2.0, 2.0),
    ),
    Log(
        False,
        "here the loss is 0 because every triplet is easy: people are far apart",
        loss=(0.10, 0.004, 0.0),
        active=(0.3, 0.02, 0.0),
        distance=(2.0, 2.0, 2.0),
    ),
    Log(
        True,
        "the margin is 1 here, not 0.3: compare with the margin that was given",
        loss=(1.02, 1.001, 1.0),
        active=(1.0, 1.0, 1.0),
        distance=(0.2, 0.02, 0.003),
        margin=1.0,
    ),
    Log(
        True,
        "it collapses in the end: look at the last values, not at the first",
        loss=(0.9, 0.5, 0.301),
        active=(1.0, 1.0, 1.0),
        distance=(1.5, 0.4, 0.004),
    ),
    Log(
        False,
        "it starts near one point, but recovers: look at the last values",
        loss=(0.301, 0.299, 0.05),
        active=(1.0, 0.9, 0.2),
        distance=(0.01, 0.3, 1.9),
    ),
)


def check_reading(answer: Answer) -> None:
    """The verdict on logs that were made for it.

    Raises:
        Mistake: if a verdict is wrong.
    """
    for log in _LOGS:
        series = map(list, (log.loss, log.active, log.distance))
        verdict = answer(dict(zip(_NEEDED, series, strict=True)), log.margin)
        if verdict is None or np.ndim(verdict) or np.asarray(verdict).dtype.kind != "b":
            raise Mistake(
                f"`{answer.name}` returns {describe(verdict)}, but must return True or "
                "False: compare the last values of the logs."
            )
        if bool(verdict) != log.collapsed:
            raise Mistake(
                f"`{answer.name}` says {bool(verdict)} for a loss that goes "
                f"{log.loss} and a mean distance that goes {log.distance}, with margin "
                f"{log.margin}: {log.shows}."
            )


def check_trainings(collapsing: Answer, mended: Answer) -> str:
    """Trains both, and returns a remark for the line that says they are right.

    Raises:
        Mistake: if the first does not collapse or the second does (not at
            `COURSE_SCALE=quick`), or one returns no trained model.
    """
    before, after = _trained(collapsing), _trained(mended)
    if current_scale() == "quick":
        return (
            " (only that both return a trained model: COURSE_SCALE=quick trains too "
            "short for a verdict, which needs laptop)"
        )
    unseen = identities(40, 4, seed=885)
    heap, apart = (model.embed(unseen.pictures) for model in (before, after))
    spread, spread_after = _spread(heap), _spread(apart)
    if spread >= COLLAPSED_DISTANCE:
        raise Mistake(
            f"`collapsing` does not collapse: the mean squared distance of unseen "
            f"people is {spread:.3g}, and less than {COLLAPSED_DISTANCE} is asked for. "
            "Build the network with spread=False, mine batch-hard, and take a large "
            "learning rate."
        )
    if spread_after < COLLAPSED_DISTANCE:
        raise Mistake(
            f"`mended` has collapsed: the mean squared distance of unseen people is "
            f"{spread_after:.3g}. Try spread=True, semi-hard triplets to begin with, "
            "or a smaller learning rate."
        )
    rate = equal_error_rate(*pair_scores(apart, unseen.labels))
    if not rate <= MENDED_RATE:
        raise Mistake(
            f"`mended` is not mended: the equal error rate of unseen people is "
            f"{rate:.1%}, and at most {MENDED_RATE:.0%} is asked for. Train "
            "longer, on harder triplets, or with another learning rate."
        )
    return f" (mean distance {spread:.2g} before, equal error rate {rate:.1%} after)"


def _trained(training: Answer) -> TripletModel:
    model = training()
    if isinstance(model, tuple | list) and model:
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
