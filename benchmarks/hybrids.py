"""Measure pyramids, strokes, battles and VAE-GANs over seeds; 11b shows the tables.

    python benchmarks/hybrids.py pyramid     # avatars 4 → 8 → 16, and one GAN
    python benchmarks/hybrids.py pyramid_long   # eight times as long; one seed
    python benchmarks/hybrids.py strokes     # digits in 1, 3 and 5 strokes, and battles
    python benchmarks/hybrids.py digits      # GAN, VAE and VAE-GAN, as in lesson 05
    python benchmarks/hybrids.py faces       # attributes by a VAE and a VAE-GAN

Each trial writes one file into `results/hybrids/`; a second run goes on where it
stopped. Seconds are those of one core, compiling included.
"""

import sys
import time
from itertools import combinations

import keras
import numpy as np
from record import record, recorded
from vae_against_gan import SETTINGS, score_samples

from utils.core.batches import in_batches
from utils.data.avatars import RANGES, render, sample_factors, with_values
from utils.data.digits import load
from utils.evaluation.battle import generative_adversarial_metric, same_rejections
from utils.evaluation.digit_classifier import digit_features
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.steering import explained, read, train_readout
from utils.models.hybrid_recipes import (
    train_detail_gan,
    train_one_gan,
    train_recurrent_gan,
)
from utils.models.laplacian_gan import sample_pyramid
from utils.models.recipes import picture_model
from utils.networks.laplacian import down, up
from utils.networks.recurrent import canvases

SEEDS = 3
SIZE = 16
#: Updates that take about the same seconds together: coarsest, 8×8, 16×16; one GAN.
PYRAMID_STEPS, ONE_STEPS = (300, 700, 600), 1_000
#: Updates by number of strokes that take about the same seconds.
STROKE_STEPS = {1: 1_000, 3: 900, 5: 850}
#: As many as take about the same seconds, of the digits and of the faces.
DIGIT_STEPS = {"GAN": 2_700, "VAE": 3_500, "VAE-GAN": 1_700}
FACE_STEPS = {"VAE": 1_200, "VAE-GAN": 500}
ATTRIBUTES = {
    "dark glasses": ("glasses", 0, 3),
    "long hair": ("hair_length", 0.15, 0.85),
    "blond hair": ("hair_color", 0.05, 0.8),
}


def timed(function, *arguments, **settings):
    """What a function returns, and the seconds of a core that it took."""
    start = time.process_time()
    return function(*arguments, **settings), time.process_time() - start


def flat(pictures):
    """Pictures as rows of pixels."""
    return pictures.reshape(len(pictures), -1)


def values_of(faces):
    """The factors as a table `(n, factors)`; of glasses, whether they are worn."""
    return np.stack([np.minimum(getattr(faces, name), 1) for name in RANGES], axis=1)


def pyramid(seed, times=1):
    """Three levels against one GAN of as many seconds; details of true coarse ones."""
    (first, *others), at_once = [times * n for n in PYRAMID_STEPS], times * ONE_STEPS
    faces, held_out = sample_factors(6_400, seed + 1), sample_factors(1_000, seed + 201)
    known, real = render(faces, SIZE), render(held_out, SIZE)
    spread = values_of(faces).std(axis=0)
    readout = train_readout(known, values_of(faces), 8, seed)

    def distances(made):
        readings = [read(readout, each) / spread for each in (real, made)]
        return {
            "pixels": frechet_feature_distance(flat(real), flat(made)),
            "readings": frechet_feature_distance(*readings),
        }

    coarse = down(known)
    coarsest, seconds = timed(train_one_gan, down(coarse), first, seed)
    details = []
    for pictures, steps in zip((coarse, known), others, strict=True):
        gan, more = timed(train_detail_gan, pictures, steps, seed)
        details.append(gan)
        seconds += more
    one, one_seconds = timed(train_one_gan, known, at_once, seed)
    drawn = sample_pyramid(coarsest, details, len(real), seed)
    truth = down(real)
    refined = details[1].sample(truth, seed)
    own = [each - up(truth) for each in (real, refined)]
    return {
        "seconds": {"LAPGAN": seconds, "one GAN": one_seconds},
        "distances": {
            "real": distances(known[: len(real)]),
            "LAPGAN": distances(drawn[2]),
            "one GAN": distances(one.sample(len(real), seed)),
            "true coarse, details": distances(refined),
            "true coarse, blocks": distances(up(truth)),
            "LAPGAN's coarse, blocks": distances(up(drawn[1])),
        },
        "levels": [
            frechet_feature_distance(flat(a), flat(b))
            for a, b in zip((down(truth), truth), drawn[:2], strict=True)
        ],
        "rms": {"true": float(own[0].std()), "made": float(own[1].std())},
    }


def strokes(seed):
    """Digits in some strokes, at equal seconds, canvas by canvas; and every battle."""
    data = load("uci")
    real = digit_features(data.test_pictures)

    def distance(made):
        return frechet_feature_distance(real, digit_features(np.clip(made, -1, 1)))

    runs, models = {}, {}
    for number, steps in STROKE_STEPS.items():
        gan, seconds = timed(
            train_recurrent_gan, data.train_pictures, number, steps, seed
        )
        latent = np.random.default_rng(seed).normal(size=(len(real), gan.latent_dim))
        runs[str(number)] = {
            "seconds": seconds,
            "steps": steps,
            "canvases": [distance(each) for each in canvases(gan.generator, latent)],
        }
        models[str(number)] = gan
    first = min(STROKE_STEPS)
    models[f"{first}, other seed"] = train_recurrent_gan(
        data.train_pictures, first, STROKE_STEPS[first], seed + 10
    )
    samples = {name: gan.sample(2_000, seed + 20) for name, gan in models.items()}
    battles = {}
    for one, two in combinations(models, 2):
        logits = [
            in_batches(lambda x, d=models[d].discriminator: d(x, training=False), x)
            for d, x in (
                (one, data.test_pictures),
                (two, data.test_pictures),
                (one, samples[two]),
                (two, samples[one]),
            )
        ]
        battles[f"{one} against {two}"] = {
            "as published": generative_adversarial_metric(*logits)._asdict(),
            "same rejections": generative_adversarial_metric(
                *same_rejections(*logits)
            )._asdict(),
            "Fréchet": [distance(samples[name][: len(real)]) for name in (one, two)],
        }
    return {"runs": runs, "battles": battles}


def digits(seed):
    """Lesson 05's three models of digits, for about the same seconds."""
    data = load("uci")
    real = digit_features(data.test_pictures)
    found = {}
    for name, steps in DIGIT_STEPS.items():
        keras.utils.set_random_seed(seed)
        model = picture_model(name, data.train_pictures.shape[1:], **SETTINGS[name])
        _, seconds = timed(
            model.fit,
            data.train_pictures[:1408],
            batch_size=64,
            epochs=-(-steps // 22),
            verbose=0,
        )
        scores = score_samples(model.sample(360, seed), real, flat(data.train_pictures))
        found[name] = {"steps": steps, "seconds": seconds, **scores}
    return found


def faces(seed):
    """What adding mean codes explains of a true change, of a VAE and a VAE-GAN."""
    pictures = render(sample_factors(6_400, seed + 1), SIZE)
    known, new = sample_factors(500, seed + 101), sample_factors(400, seed + 201)

    def pairs(faces, name, *ends):
        return [render(with_values(faces, **{name: end}), SIZE) for end in ends]

    def explains(encode, decode):
        rows = {}
        for attribute, change in ATTRIBUTES.items():
            before, after = pairs(new, *change)
            codes = encode(before)
            without, having = (
                encode(each).mean(axis=0) for each in pairs(known, *change)
            )
            made = decode(codes + having - without) - decode(codes)
            made = np.clip(before + made, -1, 1) - before
            rows[attribute] = explained(made, after - before)
        return rows

    real = render(new, SIZE)
    found = {"pixels": {"explained": explains(lambda x: x, lambda x: x)}}
    for name, steps in FACE_STEPS.items():
        keras.utils.set_random_seed(seed)
        settings = SETTINGS[name]
        model = picture_model(name, pictures.shape[1:], latent_dim=32, **settings)
        epochs = -(-steps * 64 // len(pictures))
        _, seconds = timed(model.fit, pictures, batch_size=64, epochs=epochs, verbose=0)
        error = model.reconstruct(real) - real
        found[name] = {
            "seconds": seconds,
            "explained": explains(model.encode, model.decode),
            "error": float(np.sqrt(np.square(error).mean())),
        }
    return found


PARTS = {
    "pyramid": pyramid,
    "pyramid_long": lambda seed: pyramid(seed, times=8),
    "strokes": strokes,
    "digits": digits,
    "faces": faces,
}


def main(part):
    """Runs the trials of a part that are not recorded yet."""
    seeds = 1 if part == "pyramid_long" else SEEDS
    for seed in range(len(recorded("hybrids", part)), seeds):
        print(
            part, seed, record("hybrids", (part, seed), PARTS[part](seed)), flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1])
