"""Measure what axes mean and what adding codes does, over seeds; 07b shows the tables.

    python benchmarks/axes.py quiet        # scores of VAEs on quiet avatars
    python benchmarks/axes.py faces        # a readout, and attributes added to faces
    python benchmarks/axes.py patient      # the same attributes, a VAE with more time

Each trial writes one file into `results/axes/`; a second run goes on where it stopped.
"""

import sys
import time

import numpy as np
from kept_weights import faces_vae, kept_faces_vae
from record import record, recorded
from scipy.stats import ortho_group

from utils.core.validation import one_of
from utils.data.avatars import (
    LOUD,
    RANGES,
    quiet,
    render,
    sample_factors,
    with_values,
)
from utils.evaluation import disentanglement as scores
from utils.evaluation.steering import explained, moved, read, train_readout
from utils.models.part_vae import train_part_vae

SEEDS = 3
#: What is added: the factor, from which value, to which.
ATTRIBUTES = {
    "dark glasses": ("glasses", 0, 3),
    "square glasses": ("glasses", 0, 2),
    "long hair": ("hair_length", 0.15, 0.85),
    "blond hair": ("hair_color", 0.05, 0.8),
    "a smile": ("smile", -0.8, 0.8),
}
UPRIGHT = {"shift": 0, "turn": 0, "tilt": 0}


def values_of(faces, names):
    """The factors as a table `(n, factors)`; of glasses, whether they are worn."""
    return np.stack([np.minimum(getattr(faces, name), 1) for name in names], axis=1)


def quiet_scores(beta, seed):
    """Scores of a VAE's codes, and MIG of the same codes turned at random."""
    faces, held_out = (quiet(sample_factors(n, s)) for n, s in ((3_200, 1), (1_000, 3)))
    start = time.process_time()
    vae = train_part_vae(render(faces), 8, 1_000, seed, beta, parts=128, hidden=128)
    seconds = time.process_time() - start
    codes, truth = vae.encode(render(held_out)), values_of(held_out, LOUD)
    turns = ortho_group.rvs(8, size=100, random_state=seed)
    migs = [scores.mig(codes @ turn, truth) for turn in turns]
    dci = scores.dci(codes, truth)
    return {
        "seconds": seconds,
        "R² of all codes": dict(
            zip(LOUD, scores.all_codes_r_squared(codes, truth), strict=True)
        ),
        "R² of the best code": dict(
            zip(LOUD, scores.code_r_squared(codes, truth).max(axis=0), strict=True)
        ),
        "MIG": scores.mig(codes, truth),
        "SAP": scores.sap(codes, truth),
        "DCI": dci.disentanglement,
        "completeness": dci.completeness,
        "MIG, turned": {"mean": np.mean(migs), "largest": max(migs)},
        "share of turns below": np.mean(np.array(migs) < scores.mig(codes, truth)),
    }


def pairs(faces, name, low, high):
    """Pictures of the same faces that differ in one factor."""
    return [render(with_values(faces, **{name: value})) for value in (low, high)]


def ways_to_add(vae, without, having, before):
    """The change that each way makes to the pictures `before`."""
    codes = vae.encode(before)
    drawn = vae.decode(codes)
    ways = vae.encode(having) - vae.encode(without)
    one, mean = ways[:1], ways.mean(axis=0)
    return {
        "pixel pair": (having - without)[:1],
        "pixel mean": (having - without).mean(axis=0),
        "code pair": vae.decode(codes + one) - drawn,
        "code mean": vae.decode(codes + mean) - drawn,
    }


def faces_with_attributes(seed):
    """A readout and a VAE of faces; what each way to add an attribute did."""
    names = tuple(RANGES)
    faces = sample_factors(8_000, seed + 1)
    known, new = sample_factors(500, seed + 101), sample_factors(400, seed + 201)
    pictures = render(faces)
    start = time.process_time()
    readout = train_readout(pictures, values_of(faces, names), seed=seed)
    reading = time.process_time() - start
    truth, found = values_of(new, names), read(readout, render(new))
    start = time.process_time()
    vae = train_part_vae(pictures, 32, 6_000, seed, beta=0.5)
    training = time.process_time() - start
    spreads = values_of(faces, names).std(axis=0)
    glasses = names.index("glasses")
    right = (found[:, glasses] > 0.5) == truth[:, glasses]
    pictures = render(new)
    return {
        "readout": {
            "seconds": reading,
            "R²": dict(zip(names, scores.r_squared(truth, found), strict=True)),
            "glasses": right.mean(),
        },
        "seconds": training,
        "error": float(np.sqrt(np.square(vae.reconstruct(pictures) - pictures).mean())),
        "added": {
            attribute: added(vae, readout, spreads, known, new, *change)
            for attribute, change in ATTRIBUTES.items()
        },
    }


def patient_faces(seed):
    """What adding an attribute explains by a VAE as it is kept for the lesson."""
    known, new = sample_factors(500, seed + 101), sample_factors(400, seed + 201)
    vae, pictures = kept_faces_vae() if seed == 0 else faces_vae(seed), render(new)
    found = {}
    for attribute, (name, *ends) in ATTRIBUTES.items():
        before, after = pairs(new, name, *ends)
        ways = ways_to_add(vae, *pairs(known, name, *ends), before)
        found[attribute] = {
            way: explained(np.clip(before + change, -1, 1) - before, after - before)
            for way, change in ways.items()
        }
    error = float(np.sqrt(np.square(vae.reconstruct(pictures) - pictures).mean()))
    return {"error": error, "explained": found}


def added(vae, readout, spreads, known, new, name, low, high):
    """What every way to add one attribute explains, moves and leaks."""
    column = tuple(RANGES).index(name)
    before, after = pairs(new, name, low, high)
    readings = read(readout, before)

    def judged(change):
        made = np.clip(before + change, -1, 1)
        asked, leaked = moved(readings, read(readout, made), column, spreads)
        return {
            "explained": explained(made - before, after - before),
            "asked": asked,
            "leaked": leaked,
        }

    ways = ways_to_add(vae, *pairs(known, name, low, high), before)
    straight = [with_values(each, **UPRIGHT) for each in (known, new)]
    (a, b), (c, d) = (pairs(each, name, low, high) for each in straight)
    aligned = np.clip(c + (b - a).mean(axis=0), -1, 1) - c
    return {
        "truth": judged(after - before),
        **{way: judged(change) for way, change in ways.items()},
        "pixel mean, upright": {"explained": explained(aligned, d - c)},
    }


def trials(protocol):
    """Yields the key of each trial and the function that runs it."""
    one_of(protocol, ("quiet", "faces", "patient"), "protocol")
    for seed in range(SEEDS):
        if protocol in ("faces", "patient"):
            run = faces_with_attributes if protocol == "faces" else patient_faces
            yield (protocol, seed), lambda s=seed, r=run: r(s)
        else:
            for beta in (1.0, 8.0):
                yield (
                    ("quiet", f"β = {beta:g}", seed),
                    lambda b=beta, s=seed: quiet_scores(b, s),
                )


def main(protocol):
    """Runs the trials of a protocol that are not recorded yet."""
    for key, run in trials(protocol):
        if len(recorded("axes", *key[:-1])) <= key[-1]:
            print(key, record("axes", key, run()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
