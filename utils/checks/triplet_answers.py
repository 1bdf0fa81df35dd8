"""Facts about the triplet loss and the hardest pairs of a batch."""

import ast
import inspect
import textwrap
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from utils.autodiff import value_and_gradients
from utils.checks.engine.answers import Answer, close, read_array, read_number
from utils.checks.engine.feedback import Mistake
from utils.checks.losses import check_gradients

MARGIN = 0.2
# Anchor, positive, negative in two dimensions: an easy triplet, two that cost, and one
# that lies between: the negative is farther, but not by the margin.
_ANCHORS = np.float32([[0, 0], [1, 0], [0, 1], [0.5, 0.5]])
_POSITIVES = np.float32([[0.3, 0.1], [1.4, 0.9], [0.2, 0.1], [0.5, 0.9]])
_NEGATIVES = np.float32([[2, 1], [1.2, 0.3], [0.1, 0.5], [0.5, 0.0]])


def _squares(a, b):
    return np.square(a - b).sum(axis=-1)


def triplet_loss_by_definition(anchor, positive, negative, margin=MARGIN):
    """The mean of max(|a - p|² - |a - n|² + margin, 0), in NumPy."""
    gaps = _squares(anchor, positive) - _squares(anchor, negative)
    return np.maximum(gaps + margin, 0).mean()


def _variant(distance: Callable = _squares, cost: Callable | None = None) -> Callable:
    cost = cost or (lambda near, far, m: np.maximum(near - far + m, 0).mean())
    return lambda a, p, n, m: cost(distance(a, p), distance(a, n), m)


WRONG_TRIPLET_LOSSES = (
    (
        _variant(cost=lambda near, far, m: np.maximum(far - near + m, 0).mean()),
        "has positive and negative swapped: the distance to the positive costs, the "
        "distance to the negative saves.",
    ),
    (
        _variant(cost=lambda near, far, m: np.maximum(near - far - m, 0).mean()),
        "subtracts the margin: it is added, so that a negative that is farther by less "
        "than the margin still costs.",
    ),
    (
        _variant(cost=lambda near, far, m: np.maximum(near - far, 0).mean()),
        "leaves the margin out: then all zeros cost nothing.",
    ),
    (
        _variant(cost=lambda near, far, m: (near - far + m).mean()),
        "has no max(…, 0): triplets that are easy enough would go on paying, and the "
        "network would push easy negatives away for ever.",
    ),
    (
        _variant(cost=lambda near, far, m: max((near - far + m).mean(), 0)),
        "takes the mean before max(…, 0): then an easy triplet pays for a hard one. "
        "Cut off each triplet at 0, then take the mean.",
    ),
    (
        _variant(cost=lambda near, far, m: np.maximum(near - far + m, 0).sum()),
        "adds the triplets up: take the mean, so that the batch size does not matter.",
    ),
    (
        _variant(distance=lambda a, b: np.sqrt(_squares(a, b))),
        "uses the Euclidean distance: here d is its square. Leave the root out; its "
        "slope at 0 is infinite.",
    ),
    (
        _variant(distance=lambda a, b: np.square(a - b).mean(axis=-1)),
        "takes the mean over the numbers of an embedding: a squared distance is the "
        "sum over them.",
    ),
    (
        _variant(distance=lambda a, b: np.abs(a - b).sum(axis=-1)),
        "adds absolute differences: a squared distance adds squares.",
    ),
    (
        _variant(
            cost=lambda near, far, m: np.square(np.maximum(near - far + m, 0)).mean()
        ),
        "squares the cost of a triplet: max(…, 0) itself is the cost.",
    ),
    (
        lambda a, p, n, m: np.maximum(_squares(a, p) - _squares(p, n) + m, 0).mean(),
        "measures from the positive to the negative: both distances start at the "
        "anchor.",
    ),
)


def check_triplet_loss(answer: Answer) -> None:
    """By value, for two margins, at one point, and by gradient.

    Raises:
        Mistake: if the loss is another one.
    """
    batch = _ANCHORS, _POSITIVES, _NEGATIVES
    for margin in (MARGIN, 0.5):
        value = _value(answer, batch, margin)
        expected = float(triplet_loss_by_definition(*batch, margin))
        if close(value, expected):
            continue
        for wrong, message in WRONG_TRIPLET_LOSSES:
            if close(value, float(wrong(*batch, margin))):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns {value:.4g} for four triplets and margin = "
            f"{margin}, but {expected:.4g} is right: work the first triplet out by "
            "hand."
        )
    zeros = [np.zeros((3, 2), "float32")] * 3
    if not close(_value(answer, zeros, MARGIN), MARGIN):
        raise Mistake(
            f"`{answer.name}` returns {_value(answer, zeros, MARGIN):.4g} where all "
            f"embeddings are one point, but there it is exactly the margin, {MARGIN}."
        )
    bound = Answer(
        lambda anchor, positive, negative: answer(anchor, positive, negative, MARGIN),
        "triplet_loss(anchor, positive, negative)",
    )
    check_gradients(bound, triplet_loss_by_definition, *batch)
    _check_gradient_at_one_point(answer)


def _value(answer: Answer, batch, margin) -> float:
    tensors = [ops.convert_to_tensor(each, dtype="float32") for each in batch]
    return read_number(answer(*tensors, margin), answer.name)


def _check_gradient_at_one_point(answer: Answer) -> None:
    x = keras.Variable(np.zeros((3, 2)), dtype="float32")
    tensor = ops.convert_to_tensor
    _, (slope,) = value_and_gradients(
        lambda: answer(tensor(x), tensor(x), tensor(x), MARGIN), [x]
    )
    if not np.isfinite(ops.convert_to_numpy(slope)).all():
        raise Mistake(
            f"the gradient of `{answer.name}` is not finite where two embeddings are "
            "equal: no root may stand in it. Use the squared distance."
        )


def hardest_by_definition(labels, distances):
    """Farthest positive and nearest negative of each anchor, by a loop."""
    n = np.arange(len(labels))
    positive = [distances[a][(labels == labels[a]) & (n != a)].max() for a in n]
    negative = [distances[a][labels != labels[a]].min() for a in n]
    return np.array(positive), np.array(negative)


def _same(labels):
    return labels[:, None] == labels[None]


def _with_itself(labels, distances):
    n = np.arange(len(labels))
    positive = np.where(_same(labels), distances, np.inf)
    negative = [distances[a][n != a].min() for a in n]
    return positive.min(axis=1), np.array(negative)


WRONG_HARDEST = (
    (
        lambda labels, d: hardest_by_definition(labels, d)[::-1],
        "returns its two arrays in the other order: the positive's first.",
    ),
    (
        lambda labels, d: (
            np.where(_same(labels) & ~np.eye(len(d), dtype=bool), d, np.inf).min(
                axis=1
            ),
            np.where(_same(labels), -np.inf, d).max(axis=1),
        ),
        "takes the easiest pairs: the hardest positive is the farthest one, the "
        "hardest negative the nearest.",
    ),
    (
        lambda labels, d: (
            hardest_by_definition(labels, d)[0],
            (d * ~_same(labels)).min(axis=1),
        ),
        "finds a negative at distance 0: multiplying by a mask makes the pairs of one "
        "person 0, which is then the smallest. Put infinity there: "
        "`ops.where(different, distances, np.inf)`.",
    ),
    (
        lambda labels, d: (d.max(axis=1), hardest_by_definition(labels, d)[1]),
        "takes the farthest picture of anybody as the positive: only pictures of the "
        "same person are positives.",
    ),
    (
        lambda labels, d: (
            hardest_by_definition(labels, d)[0],
            _with_itself(labels, d)[1],
        ),
        "takes the nearest picture of anybody as the negative: only pictures of other "
        "people are negatives.",
    ),
    (
        lambda labels, d: (hardest_by_definition(labels, d)[0], d.min(axis=1)),
        "finds the anchor itself as its nearest negative: nobody is their own "
        "negative.",
    ),
    (
        lambda labels, d: tuple(
            part.mean() for part in hardest_by_definition(labels, d)
        ),
        "returns one number for all: each anchor has its own hardest pair, so both "
        "arrays have the shape (n,).",
    ),
    (
        lambda labels, d: tuple(
            np.full(len(d), part(hard))
            for part, hard in zip(
                (np.max, np.min), hardest_by_definition(labels, d), strict=True
            )
        ),
        "takes the hardest pair of the whole batch for every anchor: reduce along "
        "axis=1, one number an anchor.",
    ),
)


def _batches():
    """Labels in no order, unequal groups, a picture twice; three sizes of distance."""
    for seed, size in enumerate((1.0, 1e3, 1e-3)):
        rng = np.random.default_rng(seed)
        labels = rng.permutation([0, 0, 1, 1, 1, 2, 2, 7, 7, 7, 7])
        x = rng.normal(size=(len(labels), 3))
        twins = np.flatnonzero(labels == 2)
        x[twins[1]] = x[twins[0]]
        distances = size * np.square(x[:, None] - x[None]).sum(axis=-1)
        yield labels.astype("int32"), distances.astype("float32")


def check_hardest(answer: Answer, function: Callable) -> None:
    """By value, for three sizes of distance, and written without a loop.

    Raises:
        Mistake: if a distance is another one, or the code loops.
    """
    for labels, distances in _batches():
        found = answer(labels, distances)
        expected = hardest_by_definition(labels, distances)
        parts = _two_arrays(answer.name, found)
        if _agree(parts, expected):
            continue
        for wrong, message in WRONG_HARDEST:
            if _agree(parts, wrong(labels, distances)):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(_first_difference(answer.name, labels, parts, expected))
    _check_without_loops(answer.name, function)


def _two_arrays(name, found):
    if found is None:
        read_array(None, name)
    if np.ndim(found) == 0 or len(found) != 2:
        raise Mistake(
            f"`{name}` must return two arrays (n,): end with `return positive, "
            "negative`."
        )
    return [read_array(part, name).astype("float64") for part in found]


def _agree(parts, expected) -> bool:
    return all(
        part.shape == np.shape(exact) and np.allclose(part, exact, rtol=1e-4, atol=1e-9)
        for part, exact in zip(parts, expected, strict=True)
    )


def _first_difference(name, labels, parts, expected) -> str:
    for kind, part, exact in zip(
        ("positive", "negative"), parts, expected, strict=True
    ):
        if part.shape != exact.shape:
            return (
                f"`{name}` returns {kind} distances of shape {part.shape}, but each of "
                f"the {len(exact)} anchors has one: the shape is {exact.shape}."
            )
        wrong = np.flatnonzero(~np.isclose(part, exact, rtol=1e-4, atol=1e-9))
        if len(wrong):
            row = wrong[0]
            return (
                f"`{name}` finds the hardest {kind} of anchor {row} at distance "
                f"{part[row]:.4g}, but it is at {exact[row]:.4g}; the labels are "
                f"{labels.tolist()}. Look at the size of the numbers that stand for "
                "'not allowed', and at the diagonal."
            )
    return f"`{name}` is not right."


def _check_without_loops(name, function) -> None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp)
    if any(isinstance(node, loops) for node in ast.walk(tree)):
        raise Mistake(
            f"`{name}` is right, but it loops over anchors in Python, which takes "
            "longer than the network itself. Compare all labels at once: `labels[:, "
            "None] == labels[None]` is the (n, n) matrix of who is who."
        )
