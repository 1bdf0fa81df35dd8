"""Judge the flows of pictures that are kept; lesson 12b shows the tables.

    python benchmarks/kept_weights.py avatars_flow avatars_VAE avatars_GAN digits_flow
    python benchmarks/flow_pictures.py avatars     # 32×32, by a readout of factors
    python benchmarks/flow_pictures.py digits      # MNIST, by the kept judge

Each writes its part of `results/flow/`. The avatars' readout is trained on other
avatars than those it judges; MNIST's pictures are its test digits.
"""

import sys
import time

import keras
import numpy as np
from flow import nearest
from hybrids import values_of
from kept_weights import SHAPE, kept_judge
from record import record

from utils.data.avatars import render, sample_factors
from utils.data.dequantization import dequantized
from utils.data.digits import load
from utils.evaluation.digit_classifier import classifier_accuracy, digit_features
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.ode_likelihood import divergence_of, ode_log_likelihood
from utils.evaluation.precision_recall import precision_recall
from utils.evaluation.steering import read, readout_features, train_readout
from utils.measures.likelihood import bits_per_dimension
from utils.models import FlowMatching
from utils.networks.dcgan import convolutional_generator
from utils.networks.trained_weights import load_trained
from utils.networks.unet import patch_unet
from utils.sampling.ode import crowding_times

AVATARS, READOUT_PICTURES, READOUT_EPOCHS = 1_000, 6_400, 8
AVATAR_SOLVES = (2, 4, 16)
DIGITS, DIGIT_SOLVES = 2_000, (4, 16)
LIKELIHOODS, LIKELIHOOD_STEPS = 128, 24
#: Standard deviation of an interval of one of 256 levels in [-1, 1].
INTERVAL = 2 / 256 / np.sqrt(12)


def kept_flow(name, network, classes=None):
    """A flow with kept weights, and their card."""
    card = load_trained(network, name)
    return FlowMatching(network, classes=classes), card


def kept_generator(name, shape=(32, 32, 3), latent=64):
    """A function that draws n pictures from a kept decoder or generator; the card."""
    network = convolutional_generator(shape, latent)
    card = load_trained(network, name)

    def draw(n, seed):
        z = np.random.default_rng(seed).normal(size=(n, latent)).astype("float32")
        return network.predict(z, verbose=0)

    return draw, card


def judge_of_avatars(count=AVATARS):
    """A function from pictures to scores, by a readout and `count` new avatars."""
    faces = sample_factors(READOUT_PICTURES, seed=100)
    readout = train_readout(render(faces, 32), values_of(faces), READOUT_EPOCHS)
    spread = values_of(faces).std(axis=0)
    real = render(sample_factors(count, seed=201), 32)
    features, readings = readout_features(readout, real), read(readout, real) / spread

    def score(pictures):
        seen = readout_features(readout, pictures)
        precision, recall = precision_recall(features, seen)
        return {
            "frechet": frechet_feature_distance(features, seen),
            "readings": frechet_feature_distance(
                readings, read(readout, pictures) / spread
            ),
            "precision": precision,
            "recall": recall,
        }

    return score


def avatars(count=AVATARS, solves=AVATAR_SOLVES):
    """Scores of real avatars, and of those of a VAE, a GAN and a flow by its steps."""
    score = judge_of_avatars(count)
    found = {"real": score(render(sample_factors(count, seed=202), 32))}
    for name in ("VAE", "GAN"):
        draw, card = kept_generator(f"avatars_{name}")
        found[name] = {**score(draw(count, 3)), **card["scores"]}
    flow, card = kept_flow("avatars_flow", patch_unet((32, 32, 3)))
    drawn = {str(n): flow.sample(count, 3, n).clip(-1, 1) for n in solves}
    known = render(sample_factors(32_000, seed=0), 32)  # the training's
    found["flow"] = {
        **card["scores"],
        "euler": {n: score(pictures) for n, pictures in drawn.items()},
        "nearest": nearest(drawn[str(solves[-1])][:100], known[:8_000]),
        "new nearest": nearest(
            render(sample_factors(100, seed=203), 32), known[:8_000]
        ),
    }
    return found


def digits(count=DIGITS, solves=DIGIT_SOLVES, likelihoods=LIKELIHOODS):
    """Scores of drawn digits by steps, and the bits that test digits take."""
    data = load("mnist")
    sees = kept_judge()
    # MNIST's test digits are in two halves, one of neater hands.
    mixed = np.random.default_rng(0).permutation(len(data.test_pictures))
    real, asked = data.test_pictures[mixed[:count]], data.test_labels[mixed[:count]]
    features = digit_features(real, sees)

    def score(pictures):
        seen = digit_features(pictures, sees)
        precision, recall = precision_recall(features, seen)
        return {
            "frechet": frechet_feature_distance(features, seen),
            "accuracy": classifier_accuracy(pictures, asked, sees),
            "precision": precision,
            "recall": recall,
        }

    network = patch_unet(SHAPE, width=32, levels=1, classes=10)
    flow, card = kept_flow("digits_flow", network, classes=10)
    others = data.test_pictures[mixed[count : 2 * count]]
    precision, recall = precision_recall(features, digit_features(others, sees))
    return {
        "real": {
            "frechet": frechet_feature_distance(features, digit_features(others, sees)),
            "precision": precision,
            "recall": recall,
        },
        "flow": {
            **card["scores"],
            "euler": {
                str(n): score(flow.sample(count, 3, n, labels=asked).clip(-1, 1))
                for n in solves
            },
        },
        "bits": bits_of(flow, data, likelihoods),
    }


def bits_of(flow, data, count=LIKELIHOODS, steps=LIKELIHOOD_STEPS):
    """Bits per pixel of test digits, told their label, and of their solver's error.

    The label costs log₂ 10 bits more where nobody tells it: p(x) ≥ p(x | y)·p(y).
    """
    rows = np.random.default_rng(0).permutation(len(data.test_pictures))[:count]
    x = dequantized(data.test_pictures[rows], seed=1).reshape(count, -1)
    labels, size = data.test_labels[rows], x.shape[1]
    field, told = flow.field(labels), keras.ops.convert_to_tensor(labels)

    def velocity(x, t):
        return field(x.reshape(-1, *SHAPE), t).reshape(len(x), -1)

    def of_tensors(x, t):
        pictures = keras.ops.reshape(x, (-1, *SHAPE))
        return keras.ops.reshape(flow.velocity(pictures, t, told), (-1, size))

    times = crowding_times(steps, INTERVAL)
    nats, error = ode_log_likelihood(velocity, divergence_of(of_tensors, 1), x, times)
    bit = size * np.log(2)  # a bit per pixel, in nats
    return {
        "digits": count,
        "mean": bits_per_dimension(nats, size, 2 / 256) + np.log2(10) / size,
        "standard error": nats.std(ddof=1) / np.sqrt(count) / bit,
        "solver's error": error.mean() / bit,
    }


PARTS = {"avatars": avatars, "digits": digits}


def main(part):
    """Judges one part."""
    start = time.process_time()
    found = PARTS[part]()
    backend = keras.backend.backend()
    told = {"backend": backend, "judging seconds": time.process_time() - start}
    print(record("flow", ("kept", part), {**told, **found}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
