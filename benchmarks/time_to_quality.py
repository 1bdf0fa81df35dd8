"""Time what a learner waits for: seconds until a GAN's digits are as good as another's.

    make .venv .venv-jax .venv-torch && make prefetch
    .venv/bin/python benchmarks/kept_weights.py judge   # once: who judges
    .venv/bin/python benchmarks/time_to_quality.py      # hours; --epochs 1 --seeds 1

The yardstick is the program that most people begin with: a classic GAN of multilayer
perceptrons on MNIST as a loop in plain PyTorch, batch 64, Adam 2e-4 with β₁ = 0.5, at
each thread count. What it reaches in ten epochs, how soon do others reach? One of them
is the program itself with PyTorch's own ε in BatchNorm, in place of its 0.8.

The contestants take turns, each in a process of its own, for as long as the program
took. Their clock begins before the first step (compiling counts) and stands while they
draw 10,000 digits, at moments that grow by a half. The kept judge, a classifier that
has seen no test digit, gives the Fréchet distance of its features to the test digits'.
`results/time_to_quality/` holds the curves: one file per contestant and seed.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from record import record, recorded

ROOT = Path(__file__).resolve().parents[1]
TABLE = "time_to_quality"
SHAPE, BATCH, DRAWN = (28, 28, 1), 64, 10_000
FIRST_LOOK, GROWTH = 3.0, 3 / 2
BACKENDS = {"TensorFlow": "tensorflow", "JAX": "jax", "PyTorch": "torch"}
VENVS = {"tensorflow": ".venv", "jax": ".venv-jax", "torch": ".venv-torch"}
PROGRAM = ("plain PyTorch, 1 thread", "plain PyTorch, 2 threads")
# ε of its BatchNorm: as the program has it, and as PyTorch where none is given.
PLAIN = {"plain": 0.8, "mended": 1e-5}
# name: (KERAS_BACKEND, which training, threads or None for the framework's choice)
CONTESTANTS = {
    PROGRAM[0]: ("torch", "plain", 1),
    PROGRAM[1]: ("torch", "plain", 2),
    "plain PyTorch, ε mended": ("torch", "mended", 2),
} | {
    f"{training} on {name}": (backend, training, None)
    for training in ("classic", "convolutional", "recipe")
    for name, backend in BACKENDS.items()
}


class Looks:
    """A clock that stands while digits are drawn, and the moments at which they are."""

    def __init__(self, folder, seconds, draw):
        self.folder, self.limit, self.draw = folder, seconds, draw
        self.away, self.next, self.seconds = 0.0, FIRST_LOOK, []
        self.begin = time.perf_counter()

    def after_step(self):
        """Draws digits if it is time; returns whether the time is up."""
        now = time.perf_counter() - self.begin - self.away
        over = self.limit is not None and now >= self.limit
        if over or now >= self.next:
            self.look(now)
        return over

    def look(self, now=None):
        """Draws digits, which are judged later."""
        before = time.perf_counter()
        now = before - self.begin - self.away if now is None else now
        digits = np.asarray(self.draw()).reshape(DRAWN, *SHAPE)
        path = self.folder / f"{len(self.seconds)}.npy"
        np.save(path, np.uint8(np.round((digits + 1) * 127.5)))
        self.seconds.append(now)
        self.next = max(now, self.next) * GROWTH
        self.away += time.perf_counter() - before


def keras_contestant(training):
    """A compiled `GAN`: the program's networks, lesson 03's pair, or the recipe."""
    import keras

    from utils.models import GAN
    from utils.models.recipes import picture_model
    from utils.networks import dcgan, mlp_gan

    if training == "recipe":
        return picture_model("GAN", SHAPE, latent_dim=64, width=16)
    kind, module = (
        ("classic", mlp_gan) if training == "classic" else ("convolutional", dcgan)
    )
    players = [
        getattr(module, f"{kind}_{player}")(SHAPE)
        for player in ("generator", "discriminator")
    ]
    gan = GAN(*players)
    gan.compile(*(keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in players))
    return gan


def train_keras(training, digits, folder, seconds, seed):
    """Trains a contestant of the course until its time is up."""
    import keras

    keras.utils.set_random_seed(seed)
    gan = keras_contestant(training)

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            gan.stop_training = looks.after_step()

    look = Look()
    # Through the callback's model: on JAX that alone has weights during an epoch.
    looks = Looks(folder, seconds, lambda: look.model.sample(DRAWN, seed))
    whole = digits[: len(digits) // BATCH * BATCH]
    gan.fit(whole, batch_size=BATCH, epochs=10_000, callbacks=[look], verbose=0)
    return looks.seconds


def train_plain(digits, folder, epochs, seed, epsilon):
    """Trains the program for so many epochs, parts of one too."""
    import plain_torch
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(seed)
    pair = plain_torch.classic_pair(epsilon)

    def draw():
        pair[0].eval()
        with torch.no_grad():
            drawn = pair[0](torch.randn(DRAWN, pair[2]))
        pair[0].train()
        return drawn

    whole = max(math.ceil(epochs), 1)
    part = digits[: int(len(digits) * epochs / whole) // BATCH * BATCH]
    epoch = plain_torch.train(pair, part, BATCH)
    looks = Looks(folder, None, draw)
    for _ in range(whole):
        epoch(looks.after_step)
    looks.look()
    return looks.seconds


def work(training, folder, amount, seed):
    """What a contestant's process does: it trains, and prints the looks' seconds."""
    from utils.data.digits import load

    digits, folder = load("mnist").train_pictures, Path(folder)
    if training in PLAIN:
        epsilon = PLAIN[training]
        seconds = train_plain(digits, folder, float(amount), int(seed), epsilon)
    else:
        seconds = train_keras(training, digits, folder, float(amount), int(seed))
    print(json.dumps(seconds))


def take_turn(name, amount, seed, judge):
    """Lets a contestant train; returns its curve, pairs of seconds and distance."""
    backend, training, threads = CONTESTANTS[name]
    settings = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    settings.pop("OMP_NUM_THREADS", None)
    if threads:
        settings["OMP_NUM_THREADS"] = str(threads)
    python = ROOT / VENVS[backend] / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        command = [python, __file__, "--worker", training, folder, amount, seed]
        told = subprocess.run(
            list(map(str, command)),
            env=settings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds = json.loads(told.stdout.splitlines()[-1])
        looks = (np.load(Path(folder) / f"{k}.npy") for k in range(len(seconds)))
        distances = [judge(look / np.float32(127.5) - 1) for look in looks]
    return [[round(s, 2), round(d, 3)] for s, d in zip(seconds, distances, strict=True)]


def distance_by_judge():
    """A function from drawn digits to the distance of their features."""
    import kept_weights

    from utils.data.digits import load
    from utils.evaluation.digit_classifier import digit_features
    from utils.evaluation.frechet import frechet_feature_distance

    network = kept_weights.kept_judge()
    real = digit_features(load("mnist").test_pictures, network)
    return lambda x: frechet_feature_distance(real, digit_features(x, network))


def seconds_to(curve, distance):
    """When a curve first comes down to a distance: None where it never does."""
    before = None
    for seconds, value in curve:
        if value <= distance:
            if before is None:
                return seconds
            share = (before[1] - distance) / (before[1] - value)
            return before[0] + share * (seconds - before[0])
        before = seconds, value
    return None


def summary(curves):
    """How many times as fast as the program, and what is left of its distance.

    Args:
        curves: curves by contestant, then by seed.

    Returns:
        `{name: {"times as fast": …, "share of its distance": …, "seeds": …}}`, medians
        over seeds at the program's better thread count; None where the distance is not
        reached.
    """
    counts = [name for name in PROGRAM if name in curves]
    plain = min(counts, key=lambda name: np.median([c[-1][0] for c in curves[name]]))
    table = {}
    for name, runs in curves.items():
        rows = []
        for (time_taken, reached), curve in zip(
            (run[-1] for run in curves[plain]), runs, strict=False
        ):
            soon = seconds_to(curve, reached)
            after = [value for seconds, value in curve if seconds <= 1.02 * time_taken]
            left = after[-1] / reached if after else np.nan
            rows.append((time_taken / soon if soon else np.nan, left))
        fast, left = np.median(rows, axis=0)
        table[name] = {
            "times as fast": None if np.isnan(fast) else round(float(fast), 1),
            "share of its distance": round(float(left), 3),
            "seeds": len(rows),
        }
    return table


def main():
    """Gives every contestant its turn with every seed, the program first."""
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=float, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=CONTESTANTS, metavar="NAME")
    arguments = parser.parse_args()
    from utils.course.machine import machine
    from utils.data.digits import load

    judge, key = distance_by_judge(), f"{arguments.epochs:g} epochs"
    told = f"{machine()}, {DRAWN} digits a look"
    record(TABLE, ("machine", key), told)
    record(TABLE, ("training digits",), judge(load("mnist").train_pictures[:DRAWN]))
    for seed in range(arguments.seeds):
        for name, (_, training, _) in CONTESTANTS.items():
            plain = recorded(TABLE, key, PROGRAM[1])
            if name != PROGRAM[1] and arguments.only and name not in arguments.only:
                continue
            if len(recorded(TABLE, key, name)) > seed:
                continue
            amount = arguments.epochs if training in PLAIN else plain[seed][-1][0]
            curve = take_turn(name, amount, seed, judge)
            print(name, seed, record(TABLE, (key, name, seed), curve), flush=True)
    for name, row in summary(recorded(TABLE, key)).items():
        print(f"{name:32}", row)


if __name__ == "__main__":
    main()
