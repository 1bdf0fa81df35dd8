"""Measure gray to color, and sketch to avatar, over seeds; lesson 11 shows the tables.

    python benchmarks/translation.py gray      # which loss, which discriminator
    python benchmarks/translation.py patches   # what one logit of D sees
    python benchmarks/translation.py sketch    # which loss, or which model

Each trial writes one file into `results/translation/`; a second run goes on where it
stopped.
"""

import functools
import sys
import time

import numpy as np
from record import record, recorded

from utils.core.batches import in_batches
from utils.data.translations import COLORS, hair_answers, painted_avatars, to_gray
from utils.evaluation.disentanglement import r_squared
from utils.evaluation.steering import read, train_readout
from utils.evaluation.translation import (
    diversity,
    one_color_share,
    scores,
    shade_spread,
    valid_share,
)
from utils.models.translation_recipes import (
    train_conditional_vae,
    train_pix2pix,
    train_regression,
)

SEEDS, PAIRS = 3, 6_400
STEPS = {"gray": 1_500, "patches": 800}
PIXEL_STEPS = 500  # of a U-Net without D, which has learned what it can by then
#: Arguments of `train_pix2pix`, or the loss of a U-Net that is trained by pixels alone.
KINDS = {
    "gray": {
        "L2": "mse",
        "L1": "mae",
        "GAN": {"told": False, "weight": 0.0},
        "conditional GAN": {"weight": 0.0},
        "L1 + GAN": {"told": False},
        "L1 + conditional GAN": {},
    },
    "patches": {"1": {"patch": 1}, "8": {"patch": 8}, "whole": {}},
    "sketch": {
        "L1": "mae",
        "GAN": {"told": False, "weight": 0.0},
        "L1 + conditional GAN": {"weight": 3.0},
        "L1 + conditional GAN, λ = 100": {"weight": 100.0},
        "conditional VAE": None,
    },
}
SKETCH_STEPS, SKETCHES = 1_600, 12_800
SIZE = 24  # of a sketch
NEAR = 0.2  # a color of hair; hardly a pixel of the mean color is so near to one
#: Factors that a sketch shows; a readout looks for them in the answers.
SHOWN = ("hair_length", "glasses", "smile")


def answerer(kind, protocol, seed):
    """A trained model, as a function from sources and a seed to answers."""
    train, settings = painted_avatars(PAIRS, 0), KINDS[protocol][kind]
    if isinstance(settings, str):
        network = train_regression(train, settings, PIXEL_STEPS, seed)
        return lambda x, noise: in_batches(network, x)
    return train_pix2pix(train, STEPS[protocol], seed, **settings).sample


def judged(kind, protocol, seed):
    """Scores of the answers to 400 sources, and how far their gray is from those."""
    test = painted_avatars(400, 1)
    answer = answerer(kind, protocol, seed)
    made, again = (np.clip(answer(test.sources, noise), -1, 1) for noise in (2, 3))
    off = to_gray(made) - test.sources
    return {
        **scores(test, made, COLORS)._asdict(),
        "gray_error": float(np.sqrt(np.mean(np.square(off)))),
        "diversity": diversity(made, again, test.regions[..., 0], COLORS),
    }


@functools.cache
def sketches(n, seed):
    """Sketches of avatars that look straight ahead."""
    return painted_avatars(n, seed, "sketch", SIZE, still=True)


def shown(painted):
    """The factors that a sketch shows, `(n, factors)`; of glasses, whether any."""
    factors = painted.factors
    return np.stack([np.minimum(getattr(factors, x), 1) for x in SHOWN], axis=1)


@functools.cache
def reader():
    """A readout of those factors, trained on true pictures."""
    train = sketches(SKETCHES, 7)
    return train_readout(train.targets, shown(train), 6)


def drawer(kind, seed):
    """A trained model, as a function from sketches and a seed to answers."""
    train, settings = sketches(SKETCHES, 7), KINDS["sketch"][kind]
    if settings is None:
        return train_conditional_vae(train, SKETCH_STEPS, seed).sample
    if isinstance(settings, str):
        network = train_regression(train, settings, SKETCH_STEPS, seed)
        return lambda x, noise: in_batches(network, x)
    return train_pix2pix(train, SKETCH_STEPS, seed, **settings).sample


def judged_sketches(kind, protocol, seed):
    """Scores of the answers to 400 sketches: hair, walls, and what a readout reads."""
    test, answer = sketches(400, 8), drawer(kind, seed)
    made, again = (np.clip(answer(test.sources, noise), -1, 1) for noise in (2, 3))
    return {
        **sketch_scores(test, made, again),
        "read": what_is_read(test, made),
        "read in targets": what_is_read(test, test.targets),
    }


def sketch_scores(test, made, again):
    """Scores of two answers to sketches: of hair and of walls, pixel by pixel."""
    answers, hair = hair_answers(test)
    walls = test.regions[..., 0]
    return {
        "hair valid": valid_share(made, hair, answers, NEAR),
        "hair spread": shade_spread(made, hair, answers),
        "hair diversity": diversity(made, again, hair, answers),
        "walls valid": valid_share(made, walls, COLORS),
        "wall of one color": one_color_share(made, walls, COLORS),
        "wall diversity": diversity(made, again, walls, COLORS),
    }


def what_is_read(test, pictures):
    """R² of the factors that a sketch shows, as the readout sees them in pictures."""
    found = r_squared(shown(test), read(reader(), pictures))
    return dict(zip(SHOWN, found, strict=True))


def main(protocol):
    """Runs the trials of a protocol that are not recorded yet."""
    for seed in range(SEEDS):
        for kind in KINDS[protocol]:
            if len(recorded("translation", protocol, kind)) > seed:
                continue
            start = time.process_time()
            judge = judged_sketches if protocol == "sketch" else judged
            found = judge(kind, protocol, seed)
            found["seconds"] = time.process_time() - start
            key = (protocol, kind, seed)
            print(*key, record("translation", key, found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
