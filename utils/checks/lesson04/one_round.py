"""Exercise 4.5: one round in which D learns from its own negative samples."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from utils.checks.engine import Answer, Mistake, describe, exercise
from utils.checks.engine.answers import read_array
from utils.networks.mlp import mlp

# Each kind lies in an interval of its own, so that a row tells what it is.
_REAL, _NEGATIVES, _START = (0.5, 1.5), (-1.5, -0.5), (-3.0, -2.0)
# How many real examples and negatives; neither fits the other.
_SIZES = ((70, 45), (3, 5))


@exercise("4.5", "one round of self-made negatives", seconds=120)
def one_round(one_round: Callable) -> None:
    """D searches, learns real from what it finds, and that is returned.

    Args:
        one_round: function `(discriminator, real, start, search) -> negatives`.
    """
    answer = Answer(
        one_round,
        "one_round(discriminator, real, start, search)",
        changes=["discriminator"],
    )
    for n_real, n_negatives in _SIZES:
        _check_round(answer, n_real, n_negatives)


@dataclass
class _Record:
    """What a round did.

    Attributes:
        starts: what `search` was given, one array per call.
        untrained: for each call of `search`, whether D was still as it came.
        rows: the examples of each call of `fit` or `train_on_batch`, flat.
        labels: their labels, flat.
        epochs: of each of these calls.
    """

    starts: list = field(default_factory=list)
    untrained: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    epochs: list = field(default_factory=list)


def _check_round(answer: Answer, n_real: int, n_negatives: int) -> None:
    rng = np.random.default_rng(0)
    real, negatives, start = (
        rng.uniform(*span, (n, 1)).astype("float32")
        for span, n in (
            (_REAL, n_real),
            (_NEGATIVES, n_negatives),
            (_START, n_negatives),
        )
    )
    discriminator, record, search = _watched(answer.name, negatives)
    before = _gap(discriminator, real, negatives)
    returned = answer(discriminator, real, start, search)
    _check_search(answer.name, record, start)
    if _as_it_came(discriminator):
        raise Mistake(
            f"`{answer.name}` does not train D: its weights are what they were. Call "
            "`discriminator.fit(examples, labels)`."
        )
    if record.rows:  # else what D likes afterwards has to tell
        _check_training(answer.name, record, real, negatives)
    _check_returned(answer.name, returned, negatives)
    if not _gap(discriminator, real, negatives) > before:
        raise Mistake(
            f"after `{answer.name}` D likes its negatives no less, beside the real "
            "examples, than before: train it with label 1 for real examples and 0 for "
            "negatives."
        )
    if not discriminator.trainable:
        raise Mistake(
            f"`{answer.name}` leaves D frozen, `trainable = False`: in the next round "
            "it could not learn. Leave that line out."
        )


def _watched(name: str, negatives):
    """Builds a discriminator and a `search` that note what is done with them."""
    discriminator = mlp(1, 1, (16,))
    discriminator.compile(
        keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True)
    )
    discriminator.came_with = discriminator.get_weights()
    record = _Record()

    def search(judge, start):
        if judge is not discriminator:
            raise Mistake(
                f"`search` was called with {describe(judge)} in place of the "
                "discriminator: call `search(discriminator, start)`."
            )
        record.starts.append(np.array(ops.convert_to_numpy(start)))
        record.untrained.append(_as_it_came(discriminator))
        # Another D has other negatives.
        return negatives.copy() if record.untrained[-1] else negatives[::-1] + 0.01

    def compiled_anew(*arguments, **options):
        raise Mistake(
            f"`{name}` compiles D anew: it comes compiled, with a cross-entropy on "
            "logits, and its optimizer remembers the rounds before. Call `fit` alone."
        )

    for method in ("fit", "train_on_batch"):
        _note_training(name, discriminator, method, record)
    object.__setattr__(discriminator, "compile", compiled_anew)
    return discriminator, record, search


def _note_training(name: str, discriminator, method: str, record: _Record) -> None:
    original = getattr(discriminator, method)

    def noted(x=None, y=None, *arguments, **options):
        if isinstance(x, np.ndarray) or ops.is_tensor(x):
            if y is None:
                raise Mistake(
                    f"`{name}` trains without labels: give `{method}` the examples and "
                    "their labels, 1 for real and 0 for negatives."
                )
            if options.get("validation_split"):
                raise Mistake(
                    f"`{name}` keeps the last examples back, `validation_split`: these "
                    "are the negatives, and D would learn from real ones alone. Leave "
                    "it out."
                )
            record.rows.append(np.ravel(ops.convert_to_numpy(x)))
            record.labels.append(np.ravel(ops.convert_to_numpy(y)))
            third = arguments[1] if method == "fit" and len(arguments) > 1 else 1
            record.epochs.append(options.get("epochs", third))
        options = {"verbose": 0, **options} if method == "fit" else options
        return original(x, y, *arguments, **options)

    object.__setattr__(discriminator, method, noted)


def _as_it_came(discriminator) -> bool:
    pairs = zip(discriminator.get_weights(), discriminator.came_with, strict=True)
    return all(np.array_equal(now, then) for now, then in pairs)


def _gap(discriminator, real, negatives) -> float:
    scores = [ops.convert_to_numpy(discriminator(x)).mean() for x in (real, negatives)]
    return float(scores[0] - scores[1])


def _check_search(name: str, record: _Record, start) -> None:
    if not record.starts:
        raise Mistake(
            f"`{name}` never calls `search`: the negative examples must come from D "
            "itself. Begin with `negatives = search(discriminator, start)`."
        )
    if not record.untrained[0]:
        raise Mistake(
            f"`{name}` trains D before it searches: the negatives show where D is "
            "too high *now*. Search first, then train."
        )
    given = record.starts[0]
    if given.shape != start.shape or not np.allclose(given, start):
        raise Mistake(
            f"`{name}` lets the search begin at something else than `start`: call "
            "`search(discriminator, start)`."
        )


def _check_training(name: str, record: _Record, real, negatives) -> None:
    rows, labels = np.concatenate(record.rows), np.concatenate(record.labels)
    if not set(np.unique(labels)) <= {0, 1}:
        raise Mistake(
            f"`{name}` uses the labels {np.unique(labels).tolist()}, but the "
            "cross-entropy wants probabilities: 1 for real, 0 for negatives."
        )
    _check_labels(
        name, *(labels[_within(rows, s)] for s in (_REAL, _NEGATIVES, _START))
    )
    if not all(_both_kinds(each) for each in record.rows):
        raise Mistake(
            f"`{name}` trains on one kind after the other: what comes last pushes D up "
            "or down everywhere. Join both with `np.concatenate([real, negatives])`, "
            "and call `fit` once; it shuffles them."
        )
    if max(record.epochs) > 1:
        raise Mistake(
            f"`{name}` trains for {max(record.epochs)} epochs: one is asked for. After "
            "a step D is too high elsewhere, so do not learn long from these."
        )
    _check_all_are_used(name, "real examples", rows[_within(rows, _REAL)], real)
    _check_all_are_used(name, "negatives", rows[_within(rows, _NEGATIVES)], negatives)


def _check_labels(name: str, real, negatives, start) -> None:
    """Looks at the labels that each kind of example was given."""
    if len(start):
        raise Mistake(
            f"`{name}` trains D on `start`, the noise that the search began with: the "
            "negatives are where it ended, what `search` returns."
        )
    if not len(real):
        raise Mistake(
            f"`{name}` trains D without real examples: then it learns to dislike "
            "everything. Join both with `np.concatenate([real, negatives])`."
        )
    if not len(negatives):
        raise Mistake(
            f"`{name}` trains D on real examples alone: then it learns to like "
            "everything. Join both with `np.concatenate([real, negatives])`."
        )
    if real.mean() < negatives.mean():
        raise Mistake(
            f"`{name}` swaps the labels: 1 is for real examples, 0 for negatives."
        )
    if real.min() < 1 or negatives.max() > 0:
        raise Mistake(
            f"`{name}` gives some examples the wrong label: build the labels in the "
            "order of the examples, ones for `real` and zeros for `negatives`."
        )


def _check_all_are_used(name: str, kind: str, used, every) -> None:
    if len(used) != len(every) or not np.allclose(np.sort(used), np.sort(every[:, 0])):
        raise Mistake(
            f"`{name}` trains on {len(np.unique(used))} of the {len(every)} {kind}, "
            f"in {len(used)} rows: all of them, each once, are asked for."
        )


def _both_kinds(rows) -> bool:
    return bool(_within(rows, _REAL).any() and _within(rows, _NEGATIVES).any())


def _within(rows, span):
    return (rows >= span[0] - 0.02) & (rows <= span[1] + 0.02)


def _check_returned(name: str, returned, negatives) -> None:
    array = read_array(returned, name)
    if array.shape == negatives.shape and np.allclose(array, negatives[::-1] + 0.01):
        raise Mistake(
            f"`{name}` searches again after the training and returns that: return "
            "the negatives that D was trained on."
        )
    if array.shape != negatives.shape or not np.allclose(array, negatives):
        raise Mistake(
            f"`{name}` returns {describe(returned)}, but must return the negatives "
            "of this round, what `search` returned."
        )
