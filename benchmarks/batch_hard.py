"""Time the batch-hard loss against the plain matrix of all distances.

    python benchmarks/batch_hard.py   # some seconds

Both are compiled by TensorFlow with their gradient, for 256 embeddings of 128 numbers.
The plain matrix is what the loss cannot do without: |a|² + |b|² - 2·a·b, summed up.
Turns alternate, so that a machine that slows down slows both. It writes
`results/batch_hard/`.
"""

import time

import keras
import numpy as np
import tensorflow as tf
from record import record
from rich.console import Console

from utils.measures.pair_distances import pairwise_squared_distances
from utils.measures.triplets import batch_hard_triplet_loss

N, DIMENSIONS, PICTURES, ROUNDS, CALLS = 256, 128, 4, 40, 25


def with_gradient(loss):
    """A compiled function that returns a loss and its gradient."""

    @tf.function
    def both(labels, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(labels, x)
        return value, tape.gradient(value, x)

    return both


def milliseconds(function, labels, x):
    """The mean of some calls."""
    begin = time.perf_counter()
    for _ in range(CALLS):
        result = function(labels, x)
    result[1].numpy()
    return 1_000 * (time.perf_counter() - begin) / CALLS


def main():
    """Measures both, in turns."""
    x = np.random.default_rng(0).normal(size=(N, DIMENSIONS)).astype("float32")
    x = tf.constant(x / np.linalg.norm(x, axis=1, keepdims=True))
    labels = tf.constant(np.repeat(np.arange(N // PICTURES), PICTURES))
    functions = {
        "plain matrix": with_gradient(
            lambda _, x: keras.ops.sum(pairwise_squared_distances(x))
        ),
        "batch-hard": with_gradient(
            lambda labels, x: batch_hard_triplet_loss(labels, x, 0.2)
        ),
        "batch-hard, Euclidean, soft": with_gradient(
            lambda labels, x: batch_hard_triplet_loss(labels, x, "soft", squared=False)
        ),
    }
    rounds = {name: [] for name in functions}
    for _ in range(ROUNDS + 1):
        for name, function in functions.items():
            rounds[name].append(milliseconds(function, labels, x))
    rounds = {name: np.array(times[1:]) for name, times in rounds.items()}
    plain = rounds["plain matrix"]
    results = {
        "settings": f"{N} embeddings of {DIMENSIONS} numbers, {PICTURES} pictures a "
        f"person, value and gradient, medians of {ROUNDS} rounds of {CALLS} calls, "
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        "milliseconds": {
            name: round(float(np.median(times)), 3) for name, times in rounds.items()
        },
        "times the plain matrix": {
            name: round(float(np.median(times / plain)), 3)
            for name, times in rounds.items()
        },
    }
    Console().print(record("batch_hard", (), results))


if __name__ == "__main__":
    main()
