"""Measure VAE, GAN and VAE-GAN over seeds; lesson 05 shows the tables.

    python benchmarks/vae_against_gan.py points    # the grid of 25, 3 seeds
    python benchmarks/vae_against_gan.py digits    # UCI's digits, 3 seeds

Each writes its part of `results/vae_against_gan/` after every run, and goes on
where it was stopped. On one core: five to ten minutes each.
"""

import sys
import time
from dataclasses import asdict

import keras
import numpy as np
from record import record, recorded

from utils.data.digits import load
from utils.data.mixtures import grid
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.decoder_likelihood import decoder_log_likelihood
from utils.evaluation.digit_classifier import digit_features
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.mmd import squared_mmd
from utils.evaluation.precision_recall import precision_recall
from utils.models import DensityModel
from utils.models.recipes import picture_model, train_point_gan, train_point_vae

TABLE = "vae_against_gan"
SEEDS = 3
SHAPE = (8, 8, 1)
GAN_STEPS, VAE_STEPS = 7_000, 9_500  # about the same seconds
NOISES = (0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.2)
HELD_OUT = grid().sample(200, seed=1_000)
SECONDS = 20


class Seconds(keras.callbacks.Callback):
    """Stops a training after some seconds of a core; compiling does not count."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.steps = seconds, 0

    def on_train_batch_end(self, batch, logs=None):
        """Starts the clock at the first batch, and stops when time is up."""
        self.steps += 1
        if self.steps == 1:
            self.start = time.process_time()
        if time.process_time() - self.start > self.seconds:
            self.model.stop_training = True


def between(points):
    """The share of points farther than a quarter of the spacing from every mode."""
    distances = np.linalg.norm(points[:, None] - grid().means, axis=-1)
    return float((distances.min(axis=1) > 0.5).mean())


def write(part, name, place, run):
    """Records one run of a part."""
    print(name, record(TABLE, (part, "runs", name, place), run), flush=True)


def measured(part, name):
    """How many runs of a part are there already."""
    return len(recorded(TABLE, part, "runs", name))


def measure_points():
    """Trains both on the grid, for each seed, and compares them."""
    record(TABLE, ("points", "settings"), f"{SEEDS} seeds, {settings()}")
    record(TABLE, ("points", "data"), float(grid().log_density(HELD_OUT).mean()))
    for seed in range(SEEDS):
        generators, logs = {}, {}
        for name in ("VAE", "GAN"):
            run, generators[name] = measure_generator(name, seed)
            logs[name] = log_likelihoods(generators[name])
            write("points", name, seed, run)
        pairs = {f"{noise:g}": compared(logs, noise) for noise in NOISES}
        best = {name: max(NOISES, key=lambda n: logs[name][n].mean()) for name in logs}
        difference = logs["GAN"][best["GAN"]] - logs["VAE"][best["VAE"]]
        pairs["best"] = {"noise": best, **mean_and_error(difference)}
        write("points", "likelihood", seed, pairs)


def measure_generator(name, seed):
    """Trains one of the two, measures what it draws, and returns its generator too."""
    start = time.process_time()
    if name == "VAE":
        model = train_point_vae(grid(), VAE_STEPS, seed)
    else:
        model = train_point_gan(grid(), GAN_STEPS, seed, penalty={"r1": 0.1})
    seconds = time.process_time() - start
    points = model.sample(10_000, seed)
    precision, recall = precision_recall(grid().sample(2_500, 1_002), points[:2_500])
    run = {
        "seconds": round(seconds, 1),
        "between": between(points),
        "precision": precision,
        "recall": recall,
        **asdict(mode_coverage(points[:2_500], grid())),
    }
    if name == "GAN":
        return run, model.generator
    many = grid().sample(10_000, seed=1_001)
    run["std"] = model.noise_std
    run["bound"] = -float(model.evaluate(many, verbose=0, return_dict=True)["loss"])
    own = decoder_log_likelihood(model.decoder, HELD_OUT, run["std"], tolerance=0.005)
    run["log_likelihood"] = float(own.mean())
    return run, model.decoder


def log_likelihoods(generator):
    """Exact log-likelihood of each held-out point, under each noise."""
    return {
        noise: decoder_log_likelihood(generator, HELD_OUT, noise, tolerance=0.005)
        for noise in NOISES
    }


def compared(logs, noise):
    """The mean of each at one noise, and GAN minus VAE with its standard error."""
    means = {name: float(each[noise].mean()) for name, each in logs.items()}
    return means | mean_and_error(logs["GAN"][noise] - logs["VAE"][noise])


def mean_and_error(difference):
    """The mean of GAN minus VAE over the points, and its standard error."""
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return {"difference": float(difference.mean()), "error": float(error)}


SETTINGS = {
    "VAE": {},
    "GAN": {},
    "VAE-GAN": {"similarity": 10.0, "beta": 0.01},
}


def score_samples(pictures, real, train_pixels):
    """Four numbers about 360 pictures against the 360 held-out ones."""
    features = digit_features(np.clip(pictures, -1, 1))
    precision, recall = precision_recall(real, features)
    pixels = pictures.reshape(len(pictures), -1)
    nearest = np.sqrt(
        ((pixels[:, None] - train_pixels[None]) ** 2).sum(axis=-1).min(axis=1)
    )
    return {
        "frechet": frechet_feature_distance(real, features),
        "kernel": squared_mmd(real, features),
        "precision": precision,
        "recall": recall,
        "nearest": float(nearest.mean()),
    }


def measure_digits():
    """Trains each model for the same seconds, for each seed, and measures all."""
    digits = load("uci")
    real = digit_features(digits.test_pictures)
    train_pixels = digits.train_pictures.reshape(-1, 64)
    examples = digits.train_pictures[:1408]
    covariance = np.cov(train_pixels.T, bias=True) + 0.01 * np.eye(64)
    gaussian = DensityModel(64).set_gaussians(
        train_pixels.mean(axis=0)[None], covariance[None]
    )
    held_out = digits.test_pictures.reshape(360, -1)
    nearest = np.sqrt(
        ((held_out[:, None] - train_pixels[None]) ** 2).sum(axis=-1).min(axis=1)
    )
    record(
        TABLE, ("digits", "settings"), f"{SEEDS} seeds, {settings()}, {SECONDS} s each"
    )
    record(TABLE, ("digits", "held out nearest"), float(nearest.mean()))
    for seed in range(measured("digits", "VAE-GAN"), SEEDS):
        chosen = np.random.default_rng(seed).permutation(1437)[:360]
        drawn = {
            "training digits": digits.train_pictures[chosen],
            "Gaussian": gaussian.sample(360, seed).reshape(-1, *SHAPE),
        }
        for name, arguments in SETTINGS.items():
            keras.utils.set_random_seed(seed)
            model = picture_model(name, SHAPE, **arguments)
            clock = Seconds(SECONDS)
            model.fit(
                examples, batch_size=64, epochs=10_000, callbacks=[clock], verbose=0
            )
            drawn[name] = model.sample(360, seed)
            print(name, clock.steps, "steps", flush=True)
        for name, pictures in drawn.items():
            run = score_samples(pictures, real, train_pixels)
            write("digits", name, seed, run)


def settings():
    """What the numbers depend on."""
    backend = keras.backend.backend()
    return f"Keras {keras.__version__} on {backend}, seconds of a core"


def main():
    """Measures the part that the command line names."""
    part = sys.argv[1] if len(sys.argv) == 2 else None
    parts = {"points": measure_points, "digits": measure_digits}
    if part not in parts:
        sys.exit(f"usage: python benchmarks/vae_against_gan.py {' | '.join(parts)}")
    parts[part]()


if __name__ == "__main__":
    main()
