"""Measure translations of pictures over seeds; lesson 11 shows the tables.

    python benchmarks/translation.py gray      # which loss, which discriminator
    python benchmarks/translation.py patches   # what one logit of D sees
    python benchmarks/translation.py sketch    # sketch to avatar

Each trial writes one file into `results/translation/`; a second run goes on where it
stopped.
"""

import functools
import sys
import time

import numpy as np
from record import record, recorded

from utils.core.batches import in_batches
from utils.data.translations import COLORS, painted_avatars, to_gray
from utils.evaluation.disentanglement import r_squared
from utils.evaluation.steering import read, train_readout
from utils.evaluation.translation import diversity, scores
from utils.models.translation_recipes import train_pix2pix, train_regression

SEEDS = 3
STEPS = {"gray": 1_200, "patches": 1_200, "sketch": 600}
PIXEL_STEPS = 500  # of a U-Net without D, which has learned what it can by then
PAIRS = {"gray": 6_400, "patches": 6_400, "sketch": 3_200}
SIDES = {"gray": 16, "patches": 16, "sketch": 32}
#: Factors that a sketch tells and a gray picture too; the readout finds them in colors.
FACTORS = ("shift", "face_width", "hair_length")
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
    "patches": {"1": {"patch": 1}, "8": {"patch": 8}},  # the whole stands under gray
    "sketch": {
        "L1": "mae",
        "GAN": {"told": False, "weight": 0.0},
        "L1 + conditional GAN": {},
        "L1 + conditional GAN, patches of 8": {"patch": 8},
    },
}


def pairs(protocol, n, seed):
    """The pairs of a protocol, the same for all its trainings."""
    source = "sketch" if protocol == "sketch" else "gray"
    return painted_avatars(n, seed, source, SIDES[protocol])


def answerer(kind, protocol, seed):
    """A trained model, as a function from sources and a seed to answers."""
    train, steps = pairs(protocol, PAIRS[protocol], 0), STEPS[protocol]
    settings = KINDS[protocol][kind]
    if isinstance(settings, str):
        network = train_regression(train, settings, PIXEL_STEPS, seed)
        return lambda x, noise: in_batches(network, x)
    return train_pix2pix(train, steps, seed, **settings).sample


def judged(kind, protocol, seed):
    """Scores of the answers to 400 sources, and whether they fit those at all."""
    test = pairs(protocol, 400, 1)
    answer = answerer(kind, protocol, seed)
    made, again = (np.clip(answer(test.sources, noise), -1, 1) for noise in (2, 3))
    found = scores(test, made, COLORS)._asdict()
    walls = test.regions[..., 0]
    found["diversity"] = diversity(made, again, walls, COLORS)
    if protocol == "sketch":
        truth = factors_of(test)
        found["follows"] = float(r_squared(truth, read(readout(), made)).mean())
    else:
        off = to_gray(made) - test.sources
        found["gray_error"] = float(np.sqrt(np.mean(np.square(off))))
    return found


def factors_of(painted):
    """What the readout shall find, `(n, factors)`."""
    return np.stack([getattr(painted.factors, name) for name in FACTORS], axis=1)


@functools.cache
def readout():
    """A network that reads factors in true targets, other ones than those to judge."""
    known = pairs("sketch", 3_200, 5)
    return train_readout(known.targets, factors_of(known), epochs=10)


def main(protocol):
    """Runs the trials of a protocol that are not recorded yet."""
    for seed in range(SEEDS):
        for kind in KINDS[protocol]:
            if len(recorded("translation", protocol, kind)) > seed:
                continue
            start = time.process_time()
            found = judged(kind, protocol, seed)
            found["seconds"] = time.process_time() - start
            key = (protocol, kind, seed)
            print(*key, record("translation", key, found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
