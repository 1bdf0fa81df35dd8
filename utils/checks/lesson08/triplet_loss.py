"""Exercise 8.2: the triplet loss."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import MATMUL, Answer, Case, Check, Mistake, Wrong
from utils.checks.engine.logits import check_gradients

_MARGIN = 0.2
# An easy triplet, two that cost, and one that lies between: the negative is farther,
# but not by the margin.
_BATCH = (
    np.array([[0, 0], [1, 0], [0, 1], [0.5, 0.5]]),
    np.array([[0.3, 0.1], [1.4, 0.9], [0.2, 0.1], [0.5, 0.9]]),
    np.array([[2, 1], [1.2, 0.3], [0.1, 0.5], [0.5, 0.0]]),
)


def _squares(a, b):
    return np.square(a - b).sum(axis=-1)


def _cost(near, far, margin):
    return np.maximum(near - far + margin, 0).mean()


def _loss(distance: Callable = _squares, cost: Callable = _cost) -> Callable:
    """The mean of max(|a - p|² - |a - n|² + margin, 0), with a part exchanged."""
    return lambda a, p, n, margin: cost(distance(a, p), distance(a, n), margin)


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _draw(seed: int, *shape: int) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).normal(size=(3, *shape)))


def _one_far_away(which: int) -> list[np.ndarray]:
    """Seven triplets, one of them twice, of which one holds a picture far away."""
    batch = _draw(3, 7, 3)
    for each in batch:
        each[5] = each[2]
    batch[which][4] = 30.0
    return batch


def _behaves(answer: Answer) -> None:
    bound = Answer(
        lambda anchor, positive, negative: answer.function(
            anchor, positive, negative, _MARGIN
        ),
        f"{answer.name}(anchor, positive, negative)",
    )
    check_gradients(bound, lambda *batch: _loss()(*batch, _MARGIN), *_BATCH)
    if not np.isfinite(bound.gradients(*[np.zeros((3, 2))] * 3)).all():
        raise Mistake(
            f"the gradient of `{answer.name}` is not finite where two embeddings are "
            "equal: no root may stand in it. Use the squared distance."
        )


_OTHER_COSTS = (
    (
        lambda near, far, m: np.maximum(far - near + m, 0).mean(),
        "has positive and negative swapped: the distance to the positive costs, the "
        "distance to the negative saves.",
    ),
    (
        lambda near, far, m: np.maximum(near - far - m, 0).mean(),
        "subtracts the margin: it is added, so that a negative that is farther by less "
        "than the margin still costs.",
    ),
    (
        lambda near, far, m: np.maximum(near - far, 0).mean(),
        "leaves the margin out: then all zeros cost nothing.",
    ),
    (
        lambda near, far, m: _cost(near, far, _MARGIN),
        "has a margin of its own, 0.2: take the argument `margin`.",
    ),
    (
        lambda near, far, m: np.maximum(near - far, 0).mean() + m,
        "adds the margin outside max(…, 0), where it changes no slope: it belongs "
        "inside.",
    ),
    (
        lambda near, far, m: (near - far + m).mean(),
        "has no max(…, 0): triplets that are easy enough would go on paying, and the "
        "network would push easy negatives away for ever.",
    ),
    (
        lambda near, far, m: max((near - far + m).mean(), 0),
        "takes the mean before max(…, 0): then an easy triplet pays for a hard one. "
        "Cut off each triplet at 0, then take the mean.",
    ),
    (
        lambda near, far, m: np.maximum(near - far + m, 0).sum(),
        "adds the triplets up: take the mean, so that the batch size does not matter.",
    ),
    (
        lambda near, far, m: np.maximum(near - far + m, 0).max(),
        "returns the cost of the worst triplet: take the mean over all.",
    ),
    (
        lambda near, far, m: (near - far + m)[near - far + m > 0].mean(),
        "takes the mean over the active triplets alone: those that cost nothing count "
        "in the batch, too.",
    ),
    (
        lambda near, far, m: np.square(np.maximum(near - far + m, 0)).mean(),
        "squares the cost of a triplet: max(…, 0) itself is the cost.",
    ),
    (
        lambda near, far, m: np.abs(near - far + m).mean(),
        "takes the absolute value in place of max(…, 0): an easy triplet costs 0.",
    ),
    (
        lambda near, far, m: (near + np.maximum(m - far, 0)).mean(),
        "is the contrastive loss of pairs: here the two distances are compared.",
    ),
    (
        lambda near, far, m: np.minimum(near - far + m, 0).mean(),
        "takes the minimum with 0: a triplet costs max(…, 0).",
    ),
    (
        lambda near, far, m: np.maximum(near + far + m, 0).mean(),
        "adds both distances: the distance to the negative is subtracted.",
    ),
    (
        lambda near, far, m: max(near.sum() - far.sum() + m, 0),
        "adds the distances of all triplets before max(…, 0): take it for each.",
    ),
    (
        lambda near, far, m: np.logaddexp(near - far + m, 0).mean(),
        "is the softplus, a smooth max(…, 0) under which easy triplets still cost: "
        "take `ops.relu`.",
    ),
)
_OTHER_DISTANCES = (
    (
        lambda a, b: np.sqrt(_squares(a, b)),
        "uses the Euclidean distance: here d is its square. Leave the root out; its "
        "slope at 0 is infinite.",
    ),
    (
        lambda a, b: np.square(a - b).mean(axis=-1),
        "takes the mean over the numbers of an embedding: a squared distance is the "
        "sum over them.",
    ),
    (
        lambda a, b: np.abs(a - b).sum(axis=-1),
        "adds absolute differences: a squared distance adds squares.",
    ),
    (
        lambda a, b: np.square(a - b).sum(axis=0),
        "sums over the batch, axis 0: a squared distance is a sum over the last axis, "
        "one number for each triplet.",
    ),
    (
        lambda a, b: np.square(a - b),
        "does not sum over the numbers of an embedding before max(…, 0): a squared "
        "distance is one number for each triplet.",
    ),
    (
        lambda a, b: (a - b).sum(axis=-1) ** 2,
        "squares the sum of the differences: square each, then add.",
    ),
    (
        lambda a, b: -(a * b).sum(axis=-1),
        "compares by products: here d is the squared distance.",
    ),
    (
        lambda a, b: 1 - (_unit(a) * _unit(b)).sum(axis=-1),
        "uses the cosine distance: here d is the squared Euclidean one.",
    ),
    (
        lambda a, b: _squares(_unit(a), _unit(b)),
        "scales the embeddings to length 1 first: that is the network's affair. Take "
        "them as they come.",
    ),
)

triplet_loss = Check(
    "8.2",
    "the triplet loss",
    "triplet_loss(anchor, positive, negative, margin)",
    exact=_loss(),
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(*_BATCH, _MARGIN, shows="work the first triplet out by hand."),
        Case(*_BATCH, 0.5),
        Case(*_draw(1, 1, 3), 1.0, shows="a batch of one triplet is a batch."),
        Case(*_draw(5, 2, 5), 0.3),
        Case(*_draw(4, 5, 2), 1.0),
        Case(*_one_far_away(2), 0.2, shows="one negative is far away, and costs 0."),
        Case(*_one_far_away(1), 0.2, shows="one positive is far away, and costs much."),
        Case(
            *[np.zeros((3, 2))] * 3,
            _MARGIN,
            shows="where all embeddings are one point, the loss is the margin.",
        ),
    ),
    mistakes=(
        *(Wrong(_loss(cost=cost), message) for cost, message in _OTHER_COSTS),
        *(Wrong(_loss(distance), message) for distance, message in _OTHER_DISTANCES),
        Wrong(
            lambda a, p, n, m: _cost(_squares(a, p), _squares(p, n), m),
            "measures from the positive to the negative: both distances start at the "
            "anchor.",
        ),
    ),
    behaves=_behaves,
)
