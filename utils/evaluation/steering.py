"""Did a model do what it was asked to, and nothing else? Judged by what is known."""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers
from scipy.optimize import linear_sum_assignment

from utils.core.arrays import to_numpy
from utils.core.batches import in_batches
from utils.core.validation import finite, integer, pictures, rows

_BATCH = 50


def match(codes, labels) -> np.ndarray:
    """Returns the label that each code stands for, one to one, `(codes,)`.

    Of all ways to pair codes with labels the one that makes most examples agree (the
    Hungarian algorithm). A code without a label of its own gets −1.

    Args:
        codes, labels: integers from 0, `(n,)` each.

    Raises:
        ValueError: if they differ in length, or are no such integers.
    """
    codes, labels = _integers(codes, labels)
    counts = np.zeros((codes.max() + 1, labels.max() + 1))
    np.add.at(counts, (codes, labels), 1)
    stands_for = np.full(len(counts), -1)
    code, label = linear_sum_assignment(counts, maximize=True)
    stands_for[code] = label
    return stands_for


def matched_accuracy(codes, labels, seed: int = 0) -> float:
    """Returns how often a code that no label taught means the right label, in [0, 1].

    Codes and labels are matched on one half of the examples, drawn at random, and the
    other half is scored: on the same examples, luck alone would score too high.

    Args:
        codes, labels: integers from 0, `(n,)` each, n at least 2.
        seed: int, for the halves.

    Raises:
        ValueError: as `match`.
    """
    codes, labels = _integers(codes, labels, least=2)
    order = np.random.default_rng(seed).permutation(len(codes))
    fit, held_out = order[: len(order) // 2], order[len(order) // 2 :]
    stands_for = np.full(codes.max() + 1, -1)
    matched = match(codes[fit], labels[fit])
    stands_for[: len(matched)] = matched
    return float(np.mean(stands_for[codes[held_out]] == labels[held_out]))


def explained(made, true) -> float:
    """Returns how much of a true change a made change is: 1 − ‖made − true‖² / ‖true‖².

    1 for the true change, 0 for none, below 0 for one that is worse than none.

    Args:
        made: picture after minus picture before, as a model makes them, `(n, ...)`.
        true: the same of the pictures as they should be.

    Raises:
        ValueError: if the shapes differ, or nothing should change.
    """
    made, true = (finite(to_numpy(each), "The changes") for each in (made, true))
    if made.shape != true.shape or not np.any(true):
        raise ValueError(
            f"The changes have shapes {made.shape} and {true.shape}: give both for the "
            "same pictures, and some true change that is not 0."
        )
    return float(1 - np.square(made - true).sum() / np.square(true).sum())


class Moved(NamedTuple):
    """What an edit did to the factors that are read in pictures.

    Attributes:
        asked: mean change of the factor that should change, in its own units.
        leaked: root mean square change of all others, in standard deviations of each.
    """

    asked: float
    leaked: float


def moved(before, after, asked: int, spreads) -> Moved:
    """Returns what changed and what leaked, by readings of pictures.

    Args:
        before, after: readings `(n, factors)`, as `train_readout` makes them.
        asked: the column of the factor that should change.
        spreads: standard deviation of each factor, `(factors,)`, above 0.

    Raises:
        ValueError: for other shapes, or if there is no such column.
    """
    before, after = to_numpy(before, "The readings"), to_numpy(after, "The readings")
    spreads = to_numpy(spreads, "The spreads")
    integer(asked, "asked", least=0, most=len(spreads) - 1)
    if before.shape != after.shape or before.shape[1:] != spreads.shape:
        raise ValueError(
            f"Readings of shapes {before.shape} and {after.shape} were given and "
            f"{len(spreads)} spreads: give one column for each factor in all three."
        )
    change = after - before
    others = np.delete(change / spreads, asked, axis=1)
    return Moved(
        float(change[:, asked].mean()), float(np.sqrt(np.square(others).mean()))
    )


def train_readout(images, values, epochs: int = 10, seed: int = 0) -> keras.Model:
    """Trains a network that reads factors in pictures, where the truth was drawn.

    Three convolutions with stride 2 (24, 48 and 64 channels), 96 features, and one
    output for each factor, in its own units; mean squared error in standard
    deviations. Read it only on pictures like those that it has seen: on edited ones it
    can be fooled, so set `explained` beside it.

    Args:
        images: `(n, size, size, channels)` in [-1, 1].
        values: of the factors, `(n, factors)`; each must vary.
        epochs: passes over the pictures.
        seed: int, for the first weights and the order of the pictures.

    Returns:
        A `keras.Model` from pictures to values.

    Raises:
        ValueError: for other shapes, or a factor that never changes.
    """
    images = pictures(to_numpy(images, "The pictures", "float32"))
    values = rows(
        finite(to_numpy(values, "The values"), "The values"), "The values", [None]
    )
    spread = values.std(axis=0)
    if len(values) != len(images) or not spread.all():
        raise ValueError(
            f"{len(images)} pictures and values of shape {values.shape} were given: "
            "give one row for each picture, and no factor that never changes."
        )
    keras.utils.set_random_seed(seed)
    steps = max(len(images) // _BATCH, 1) * integer(epochs, "epochs")
    network = _readout_network(images.shape[1:], values.shape[1])
    falling = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    network.compile(keras.optimizers.Adam(falling), "mse")
    targets = ((values - values.mean(axis=0)) / spread).astype("float32")
    whole = max(len(images) // _BATCH, 1) * _BATCH
    network.fit(images[:whole], targets[:whole], _BATCH, epochs, verbose=0)
    network.add(layers.Rescaling(spread.tolist(), values.mean(axis=0).tolist()))
    return network


def read(readout: keras.Model, images) -> np.ndarray:
    """Returns what a readout reads in pictures, NumPy `(n, factors)`.

    Args:
        readout: of `train_readout`.
        images: `(n, size, size, channels)` in [-1, 1]; pixels beyond are clipped.
    """
    clipped = np.clip(to_numpy(images, "The pictures", "float32"), -1, 1)
    return in_batches(lambda x: readout(x, training=False), clipped)


def readout_features(readout: keras.Model, images) -> np.ndarray:
    """Returns what a readout sees in pictures before it reads: its last hidden layer.

    For the Fréchet distance of pictures whose factors nobody knows.

    Args:
        readout, images: as in `read`.

    Returns:
        float64 `(n, 96)`.
    """
    hidden = keras.Model(readout.inputs, readout.get_layer("features").output)
    return read(hidden, images).astype("float64")


def _readout_network(shape, outputs: int) -> keras.Sequential:
    network = keras.Sequential([keras.Input(shape)], name="readout")
    for channels in (24, 48, 64):
        network.add(layers.Conv2D(channels, 3, 2, "same", activation="relu"))
    network.add(layers.Flatten())
    network.add(layers.Dense(96, "relu", name="features"))
    network.add(layers.Dense(outputs))
    return network


def _integers(codes, labels, least: int = 1):
    given = [np.asarray(each) for each in (codes, labels)]
    for each in given:
        if each.ndim != 1 or each.dtype.kind not in "iu" or (each < 0).any():
            raise ValueError(
                f"Shape {each.shape} and type {each.dtype} were given: codes and labels"
                " must be integers from 0, (n,). Of logits take the argmax."
            )
    if len(given[0]) != len(given[1]) or len(given[0]) < least:
        raise ValueError(
            f"{len(given[0])} codes and {len(given[1])} labels were given: give as "
            f"many of each, {least} or more."
        )
    return given
