"""Measure flow matching over seeds; lesson 12 shows the tables.

    python benchmarks/flow.py grid      # with and without transport, 3 seeds
    python benchmarks/flow.py ring
    python benchmarks/flow.py digits    # unconditional, by label, reflow

Each trial writes one file into `results/flow/`; a second run goes on where it stopped.
"""

import sys
import time
from dataclasses import asdict

import keras
import numpy as np
from record import record, recorded

from utils.data.digits import load
from utils.data.mixtures import grid, ring, standardized
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.digit_classifier import classifier_accuracy, digit_features
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.ode_likelihood import divergence_of, ode_log_likelihood
from utils.evaluation.precision_recall import precision_recall
from utils.measures.noisy_mixtures import velocity
from utils.models.flow_recipes import (
    PICTURE_BATCH,
    train_picture_flow,
    train_point_flow,
)
from utils.sampling.coupling import pairs_of
from utils.sampling.ode import crowding_times, solve_ode

SEEDS = 3
MIXTURES = {"grid": standardized(grid()), "ring": standardized(ring())}
POINT_STEPS = {"grid": 9_000, "ring": 6_000}
SOLVERS = {"euler": (1, 2, 4, 8, 16, 32, 64), "heun": (4, 8, 16, 32)}
DIGIT_STEPS = {"unconditional": 4_000, "by label": 2_500, "reflow": 2_000}
REFLOW_PAIRS = 160 * PICTURE_BATCH
DIGIT_SOLVES = (1, 2, 4, 8, 16, 32)
GUIDANCE = (1.0, 1.5, 2.0, 4.0)


def timed(function, *arguments, **settings):
    """Returns what a function returns, and the seconds of all cores together."""
    start = time.process_time()
    made = function(*arguments, **settings)
    return made, time.process_time() - start


def points(name, coupling, seed):
    """Trains one flow on points and scores 5,000 samples for each solver."""
    mixture = MIXTURES[name]
    flow, seconds = timed(train_point_flow, mixture, POINT_STEPS[name], seed, coupling)
    scores = {
        method: {
            str(steps): asdict(
                mode_coverage(
                    flow.sample(5_000, 7, times_of(method, steps, mixture), method),
                    mixture,
                )
            )
            for steps in many
        }
        for method, many in SOLVERS.items()
    }
    if coupling is None:  # else the field is another than the exact one
        scores |= field_and_likelihood(flow, mixture)
    return {"seconds": seconds, **scores}


def times_of(method, steps, mixture):
    """Equal steps for Euler; for Heun, which looks at t = 1, ever shorter ones."""
    return steps if method == "euler" else crowding_times(steps, mixture.std)


def field_and_likelihood(flow, mixture, times=100):
    """Returns how far a learned field is from the exact, and the mean log-likelihood.

    Returns:
        Dictionary of the mean square of the difference over that of the exact field,
        and of means over 500 points, in nats.
    """
    rng, field = np.random.default_rng(5), flow.field()
    data, squares = mixture.sample(2_000, 5), []
    for t in (np.arange(times) + 0.5) / times:
        x_t = (1 - t) * rng.normal(size=data.shape) + t * data
        exact = velocity(mixture, x_t, t)
        squares.append(
            [np.square(field(x_t, t) - exact).mean(), np.square(exact).mean()]
        )
    held_out = mixture.sample(500, 9)
    steps = crowding_times(128, mixture.std)
    found = ode_log_likelihood(field, divergence_of(flow.velocity), held_out, steps)
    excess, whole = np.mean(squares, axis=0)
    return {
        "field error": excess / whole,
        "nats": found.nats.mean(),
        "solver's error": np.abs(found.error).mean(),
        "the data's own nats": mixture.log_density(held_out).mean(),
    }


def judged(pictures, real, asked=None):
    """Scores pictures against held-out digits: Fréchet, precision, recall, class."""
    pictures = np.clip(pictures, -1, 1)
    features = digit_features(pictures)
    precision, recall = precision_recall(real, features)
    scores = {
        "frechet": frechet_feature_distance(real, features),
        "precision": precision,
        "recall": recall,
    }
    if asked is not None:
        scores["accuracy"] = classifier_accuracy(pictures, asked)
    return scores


def nearest(pictures, training):
    """Median distance to the nearest training picture."""
    flat = training.reshape(len(training), -1)
    ways = np.clip(pictures, -1, 1).reshape(len(pictures), 1, -1) - flat
    return float(np.median(np.linalg.norm(ways, axis=-1).min(axis=1)))


def digits_without_labels(seed):
    """Trains one unconditional flow on UCI's digits and judges 360 samples."""
    digits = load("uci")
    real = digit_features(digits.test_pictures)
    steps = DIGIT_STEPS["unconditional"]
    flow, seconds = timed(train_picture_flow, digits.train_pictures, steps, seed)
    samples = {str(n): flow.sample(360, 1, n) for n in DIGIT_SOLVES}
    return {
        "seconds": seconds,
        "euler": {n: judged(each, real) for n, each in samples.items()},
        "nearest": nearest(samples["32"], digits.train_pictures),
        "held out nearest": nearest(digits.test_pictures, digits.train_pictures),
    }


def digits_by_label(seed):
    """Trains one conditional flow, with guidance, and one reflow of it."""
    digits = load("uci")
    real, asked = digit_features(digits.test_pictures), digits.test_labels
    flow, seconds = timed(
        train_picture_flow,
        digits.train_pictures,
        DIGIT_STEPS["by label"],
        seed,
        digits.train_labels,
    )
    solves = {
        str(n): judged(flow.sample(360, 1, n, labels=asked), real, asked)
        for n in DIGIT_SOLVES
    }
    guided = {
        str(w): judged(flow.sample(360, 1, 32, labels=asked, guidance=w), real, asked)
        for w in GUIDANCE
    }

    def pairs():
        labels = np.random.default_rng(seed).integers(0, 10, REFLOW_PAIRS)
        z = flow.noise(REFLOW_PAIRS, seed + 100)
        return pairs_of(z, solve_ode(flow.field(labels), z, 16).clip(-1, 1)), labels

    (paired, labels), pair_seconds = timed(pairs)
    start = keras.models.clone_model(flow.network)  # goes on from the first flow
    start.set_weights(flow.network.get_weights())
    straight, reflow_seconds = timed(
        train_picture_flow,
        paired,
        DIGIT_STEPS["reflow"],
        seed,
        labels,
        learning_rate=1e-3,
        network=start,
    )
    reflowed = {
        str(n): judged(straight.sample(360, 1, n, labels=asked), real, asked)
        for n in (1, 2, 4, 32)
    }
    return {
        "seconds": seconds,
        "euler": solves,
        "guidance": guided,
        "pair seconds": pair_seconds,
        "reflow seconds": reflow_seconds,
        "reflow": reflowed,
    }


def trials(protocol):
    """Yields the key of each trial and the function that runs it."""
    for seed in range(SEEDS):
        if protocol in MIXTURES:
            for coupling in (64, None) if protocol == "grid" else (64,):
                name = "transport" if coupling else "independent"
                key = (protocol, name, seed)
                yield key, lambda s=seed, c=coupling: points(protocol, c, s)
        else:
            yield (
                ("digits", "unconditional", seed),
                lambda s=seed: digits_without_labels(s),
            )
            yield ("digits", "by label", seed), lambda s=seed: digits_by_label(s)


def main(protocol):
    """Runs the trials of a protocol that are not recorded yet."""
    for key, run in trials(protocol):
        if not recorded("flow", *key[:2]) or seed_missing(key):
            print(key, flush=True)
            told = {"backend": keras.backend.backend(), **run()}
            print(record("flow", key, told), flush=True)


def seed_missing(key):
    """Whether the seeds recorded so far do not reach this one."""
    return len(recorded("flow", *key[:2])) <= key[2]


if __name__ == "__main__":
    main(sys.argv[1])
