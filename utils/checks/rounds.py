"""Facts about one round in which a discriminator learns from its own dreams."""

from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.networks.mlp import mlp

# Each kind lies in an interval of its own, so that a row tells what it is.
_REAL, _DREAMS, _START = (0.5, 1.5), (-1.5, -0.5), (-3.0, -2.0)
_N = 64


@dataclass
class Round:
    """What a round did.

    Attributes:
        starts: what `dream` was given, one a call.
        untrained: for each call of `dream`, whether D was still as it came.
        rows: the examples that D was trained on, `(n, 1)` each.
        labels: their labels, as flat arrays.
        moved: whether D's weights changed.
    """

    starts: list = field(default_factory=list)
    untrained: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    moved: bool = False


def check_round(answer: Answer) -> None:
    """Raises a Mistake unless D dreams, learns from the dreams, and returns them."""
    real, dreams, start = (
        np.random.default_rng(i).uniform(*span, (_N, 1)).astype("float32")
        for i, span in enumerate((_REAL, _DREAMS, _START))
    )
    discriminator, record, dream = _watched(dreams)
    before = _gap(discriminator, real, dreams)
    returned = answer(discriminator, real, start, dream)
    record.moved = record.moved or not _as_it_came(discriminator)
    _check_dreaming(answer.name, record, start)
    _check_training(answer.name, record)
    _check_returned(answer.name, returned, dreams)
    if not _gap(discriminator, real, dreams) > before:
        raise Mistake(
            f"after `{answer.name}` D likes its dreams no less, beside the real "
            "examples, than before: train it with label 1 for real examples and 0 for "
            "dreams."
        )


def _watched(dreams):
    """Builds a discriminator and a `dream` that note what is done with them."""
    discriminator = mlp(1, 1, (16,))
    discriminator.compile(
        keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True)
    )
    discriminator.came_with = discriminator.get_weights()
    record = Round()

    def dream(judge, start):
        if judge is not discriminator:
            raise Mistake(
                f"`dream` was called with {describe(judge)} in place of the "
                "discriminator: call `dream(discriminator, start)`."
            )
        record.starts.append(np.array(ops.convert_to_numpy(start)))
        record.untrained.append(_as_it_came(discriminator))
        return dreams.copy()

    for name in ("fit", "train_on_batch"):
        _note_training(discriminator, name, record)
    return discriminator, record, dream


def _note_training(discriminator, name, record) -> None:
    original = getattr(discriminator, name)

    def noted(x=None, y=None, *arguments, **options):
        if isinstance(x, np.ndarray) or ops.is_tensor(x):
            labels = np.ravel(ops.convert_to_numpy(y)) if y is not None else None
            record.rows.append(np.ravel(ops.convert_to_numpy(x)))
            record.labels.append(labels)
        options = {"verbose": 0, **options} if name == "fit" else options
        return original(x, y, *arguments, **options)

    object.__setattr__(discriminator, name, noted)


def _as_it_came(discriminator) -> bool:
    pairs = zip(discriminator.get_weights(), discriminator.came_with, strict=True)
    return all(np.array_equal(now, then) for now, then in pairs)


def _gap(discriminator, real, dreams) -> float:
    scores = [ops.convert_to_numpy(discriminator(x)).mean() for x in (real, dreams)]
    return float(scores[0] - scores[1])


def _check_dreaming(name: str, record: Round, start) -> None:
    if not record.starts:
        raise Mistake(
            f"`{name}` never calls `dream`: the negative examples must come from D "
            "itself. Begin with `dreams = dream(discriminator, start)`."
        )
    if not record.untrained[0]:
        raise Mistake(
            f"`{name}` trains D before it dreams: the dreams show where D is too high "
            "*now*. Dream first, then train."
        )
    given = record.starts[0]
    if given.shape != start.shape or not np.allclose(given, start):
        raise Mistake(
            f"`{name}` lets D dream from something else than `start`: call "
            "`dream(discriminator, start)`."
        )


def _check_training(name: str, record: Round) -> None:
    if not record.moved:
        raise Mistake(
            f"`{name}` does not train D: its weights are what they were. Call "
            "`discriminator.fit(examples, labels)`."
        )
    if not record.rows:
        return  # trained by other means: what D likes afterwards has to tell
    if any(labels is None for labels in record.labels):
        raise Mistake(
            f"`{name}` trains without labels: give `fit` the examples and their "
            "labels, 1 for real and 0 for dreams."
        )
    rows, labels = np.concatenate(record.rows), np.concatenate(record.labels)
    if not set(np.unique(labels)) <= {0, 1}:
        raise Mistake(
            f"`{name}` uses the labels {np.unique(labels).tolist()}, but the "
            "cross-entropy wants probabilities: 1 for real, 0 for dreams."
        )
    _check_rows(name, *(labels[_within(rows, s)] for s in (_REAL, _DREAMS, _START)))


def _check_rows(name: str, real, dreams, start) -> None:
    """Looks at the labels that each kind of example was given."""
    if len(start):
        raise Mistake(
            f"`{name}` trains D on `start`, the noise that the dreams began with: the "
            "negatives are where they ended, what `dream` returns."
        )
    if not len(real):
        raise Mistake(
            f"`{name}` trains D without real examples: then it learns to dislike "
            "everything. Join both with `np.concatenate([real, dreams])`."
        )
    if not len(dreams):
        raise Mistake(
            f"`{name}` trains D on real examples alone: then it learns to like "
            "everything. Join both with `np.concatenate([real, dreams])`."
        )
    if real.mean() < dreams.mean():
        raise Mistake(
            f"`{name}` swaps the labels: 1 is for real examples, 0 for dreams."
        )
    if real.min() < 1 or dreams.max() > 0:
        raise Mistake(
            f"`{name}` gives some examples the wrong label: build the labels in the "
            "order of the examples, ones for `real` and zeros for `dreams`."
        )


def _within(rows, span):
    return (rows >= span[0] - 1e-3) & (rows <= span[1] + 1e-3)


def _check_returned(name: str, returned, dreams) -> None:
    array = read_array(returned, name)
    if array.shape != dreams.shape or not np.allclose(array, dreams):
        raise Mistake(
            f"`{name}` returns {describe(returned)}, but must return the dreams of "
            "this round, what `dream` returned."
        )
