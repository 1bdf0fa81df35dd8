"""Measure gray to color over seeds; lesson 11 shows the tables.

    python benchmarks/translation.py gray      # which loss, which discriminator
    python benchmarks/translation.py patches   # what one logit of D sees

Each trial writes one file into `results/translation/`; a second run goes on where it
stopped.
"""

import sys
import time

import numpy as np
from record import record, recorded

from utils.core.batches import in_batches
from utils.data.translations import COLORS, painted_avatars, to_gray
from utils.evaluation.translation import diversity, scores
from utils.models.translation_recipes import train_pix2pix, train_regression

SEEDS, PAIRS = 3, 6_400
STEPS = 800
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
    "patches": {"1": {"patch": 1}, "8": {"patch": 8}},  # the whole stands under "gray"
}


def answerer(kind, protocol, seed):
    """A trained model, as a function from sources and a seed to answers."""
    train, settings = painted_avatars(PAIRS, 0), KINDS[protocol][kind]
    if isinstance(settings, str):
        network = train_regression(train, settings, PIXEL_STEPS, seed)
        return lambda x, noise: in_batches(network, x)
    return train_pix2pix(train, STEPS, seed, **settings).sample


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
