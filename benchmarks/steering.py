"""Measure conditional GANs and InfoGAN over seeds; lesson 07 shows the tables.

    python benchmarks/steering.py ring      # recall and spread, four ways to tell D
    python benchmarks/steering.py digits    # the digit asked for, Fréchet distance
    python benchmarks/steering.py code      # InfoGAN on the ring: bound and agreement
    python benchmarks/steering.py uneven    # the same on modes of 60, 30 and 10 %
    python benchmarks/steering.py writing   # InfoGAN on digits: bound, matched share
    python benchmarks/steering.py mnist     # MNIST: the digit asked for
    python benchmarks/steering.py codes     # MNIST: InfoGAN, a code and two numbers

Each trial writes one file into `results/steering/`; a second run goes on where it
stopped.
"""

import sys
import time
from dataclasses import asdict

import numpy as np
from kept_weights import judged_digits, kept_judge
from record import record, recorded
from sklearn.cluster import KMeans

from utils.data.digits import load
from utils.data.mixtures import GaussianMixture, ring
from utils.evaluation.coverage import asked_coverage, mode_coverage
from utils.evaluation.digit_classifier import (
    classifier_accuracy,
    digit_classifier,
    digit_features,
)
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.steering import matched_accuracy
from utils.measures.information import categorical_bound, mutual_information
from utils.models.steering_recipes import (
    RULES,
    train_picture_conditional,
    train_picture_infogan,
    train_point_conditional,
    train_point_infogan,
)

EIGHT = ring(8, std=0.05)
UNEVEN = GaussianMixture(ring(3).means, 0.05, [0.6, 0.3, 0.1])
SEEDS = {
    "ring": 3,
    "digits": 3,
    "code": 10,
    "uneven": 8,
    "writing": 5,
    "mnist": 3,
    "codes": 5,
}
MNIST_STEPS = 4_000
KINDS = {
    "ring": tuple(RULES),
    "digits": tuple(RULES),
    "code": ("weight 1", "weight 0"),
    "uneven": ("weight 1",),
    "writing": ("weight 1", "weight 0.3", "weight 0.1", "weight 0.1, shared"),
    "mnist": ("projection", "real digits"),
    "codes": ("weight 0.1, shared", "k-means of pixels"),
}


def on_ring(rule, seed):
    """Recall of the asked mode and its spread, of 8,000 points."""
    gan = train_point_conditional(EIGHT, 2_000, seed, rule)
    asked = np.arange(8_000) % 8
    return asdict(asked_coverage(gan.sample(8_000, 7, asked), asked, EIGHT))


def on_digits(rule, seed):
    """Share of 1,000 digits as asked, and the Fréchet distance of 360."""
    digits = load("uci")
    gan = train_picture_conditional(
        digits.train_pictures, digits.train_labels, 1_000, seed, rule
    )
    asked = np.concatenate([digits.test_labels, np.arange(640) % 10])
    drawn = gan.sample(1_000, 7, asked)
    return {
        "asked": classifier_accuracy(drawn, asked),
        "frechet": distance_to_real(drawn[:360]),
    }


def distance_to_real(drawn):
    """Fréchet distance of 360 pictures from the held-out digits."""
    real, made = map(digit_features, (load("uci").test_pictures, drawn))
    return frechet_feature_distance(real, made)


def code_on_ring(kind, seed):
    """Bound, agreement of code and mode, and quality of an InfoGAN."""
    gan = train_point_infogan(EIGHT, 8, 1_200, seed, weight_of(kind))
    codes = np.arange(4_000) % 8
    points = gan.sample(4_000, 7, codes)
    return {
        "bound": bound_of(gan),
        "agreement": matched_accuracy(codes, EIGHT.nearest(points)[0]),
        **asdict(mode_coverage(points, EIGHT)),
    }


def code_on_uneven_modes(kind, seed):
    """Bound of an InfoGAN of three codes, and its table of codes and modes."""
    gan = train_point_infogan(UNEVEN, 3, 1_200, seed, weight_of(kind))
    codes = np.arange(6_000) % 3
    table = np.zeros((3, 3))
    np.add.at(table, (codes, UNEVEN.nearest(gan.sample(6_000, 7, codes))[0]), 1 / 6_000)
    return {
        "bound": bound_of(gan),
        "known": mutual_information(table),
        "modes": table.sum(axis=0).tolist(),
    }


def weight_of(kind):
    """The number in "weight 0.3, shared"."""
    return float(kind.split()[1].rstrip(","))


def bound_of(gan):
    """The bound of the category in nats, on 4,000 new latent vectors."""
    logits = gan.recognize(gan.sample(4_000, 8))[:, : gan.categories]
    return float(categorical_bound(logits, np.arange(4_000) % gan.categories))


def code_on_digits(kind, seed):
    """Bound, matched accuracy of drawn and of real digits, Fréchet distance."""
    digits = load("uci")
    settings = {"weight": weight_of(kind), "shared": "shared" in kind}
    gan = train_picture_infogan(digits.train_pictures, 10, 1_000, seed, **settings)
    pictures = np.concatenate([digits.train_pictures, digits.test_pictures])
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    found = code_and_digit(gan, 2_000, digit_classifier(), pictures, labels)
    drawn = gan.sample(2_000, 7, np.arange(2_000) % 10)[:360]
    return {**found, "frechet": distance_to_real(drawn)}


def code_and_digit(gan, n, judge, pictures, labels):
    """Bound, and matched accuracy of n drawn digits and of real ones."""
    codes = np.arange(n) % 10
    named = judge.predict(gan.sample(n, 7, codes), verbose=0).argmax(axis=1)
    read = gan.recognize(pictures)[:, :10].argmax(axis=1)
    return {
        "bound": bound_of(gan),
        "drawn": matched_accuracy(codes, named),
        "read": matched_accuracy(read, labels),
    }


def on_mnist(rule, seed):
    """Share of 10,000 digits as asked, and their distance from MNIST's test digits."""
    digits = load("mnist")
    known = digits.train_pictures, digits.train_labels
    if rule == "real digits":
        drawn, asked = (each[10_000 * seed :][:10_000] for each in known)
    else:
        gan = train_picture_conditional(*known, MNIST_STEPS, seed, rule)
        asked = np.arange(10_000) % 10
        drawn = gan.sample(len(asked), 7, asked)
    right = classifier_accuracy(drawn, asked, kept_judge())
    return {"asked": right, **judged_digits(drawn)}


def codes_of_mnist(kind, seed):
    """An InfoGAN with a code of ten values and two numbers; test digits sorted by Q."""
    digits = load("mnist")
    if kind == "k-means of pixels":
        pixels = digits.test_pictures.reshape(len(digits.test_pictures), -1)
        found = KMeans(10, n_init=4, random_state=seed).fit_predict(pixels)
        return {"read": matched_accuracy(found, digits.test_labels)}
    settings = {"weight": weight_of(kind), "shared": "shared" in kind, "numbers": 2}
    gan = train_picture_infogan(
        digits.train_pictures, 10, MNIST_STEPS, seed, **settings
    )
    real = digits.test_pictures, digits.test_labels
    drawn = gan.sample(10_000, 7, np.arange(10_000) % 10)
    found = code_and_digit(gan, 10_000, kept_judge(), *real)
    return {**found, **judged_digits(drawn)}


RUNS = {
    "ring": on_ring,
    "digits": on_digits,
    "code": code_on_ring,
    "uneven": code_on_uneven_modes,
    "writing": code_on_digits,
    "mnist": on_mnist,
    "codes": codes_of_mnist,
}


def main(protocol):
    """Runs the trials of a protocol that are not recorded yet."""
    for seed in range(SEEDS[protocol]):
        for kind in KINDS[protocol]:
            if len(recorded("steering", protocol, kind)) > seed:
                continue
            start = time.process_time()
            found = RUNS[protocol](kind, seed)
            found["seconds"] = time.process_time() - start
            print(
                protocol, kind, seed, record("steering", (protocol, kind, seed), found)
            )


if __name__ == "__main__":
    main(sys.argv[1])
