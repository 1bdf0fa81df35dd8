"""Time one training step of a GAN: Keras on each backend against plain PyTorch.

    make .venv .venv-jax .venv-torch
    .venv/bin/python benchmarks/step_time.py

Every contestant lives in a process of its own and waits for its turn. A round gives
each of them one epoch on the same random data; the ratio to plain PyTorch is taken
within a round, so that a machine that slows down slows all alike. Medians over the
rounds go to `results/step_time/`.

The course's `GAN` draws new generated examples for D and for G, as the algorithm says.
Plain PyTorch has the order of PyTorch-GAN's `gan.py`, which makes them once and uses
them twice; `classic_order` is that order in Keras, for the comparison of like with
like. Keras runs several steps between two looks at its callbacks, but for PyTorch.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from record import record

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7
STEPS_PER_EXECUTION = 20
# name: (environment, KERAS_BACKEND, worker, threads or None for the framework's choice)
CONTESTANTS = {
    "Keras on TensorFlow, same order": (".venv", "tensorflow", "classic", None),
    "Keras on JAX, same order": (".venv-jax", "jax", "classic", None),
    "Keras on PyTorch, same order": (".venv-torch", "torch", "classic", None),
    "GAN on TensorFlow": (".venv", "tensorflow", "gan", None),
    "GAN on JAX": (".venv-jax", "jax", "gan", None),
    "GAN on PyTorch": (".venv-torch", "torch", "gan", None),
    "plain PyTorch, 1 thread": (".venv-torch", "torch", "plain", 1),
    "plain PyTorch, 2 threads": (".venv-torch", "torch", "plain", 2),
}
# game: (shape of an example, batch, steps in a round)
GAMES = {
    "classic MLP GAN, batch 64": ((28, 28, 1), 64, 100),
    "2-D GAN, batch 256": ((2,), 256, 400),
}


def random_data(shape, batch, steps):
    """The same random examples for everybody, in [-1, 1]."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (batch * steps, *shape)).astype("float32")


def flops_per_step(shape, batch):
    """Multiplications and additions of one step, counted from the layers' sizes.

    A pass forward costs 2 operations a weight and example; backward twice that. Plain
    PyTorch: G once and D three times forward, both backward.
    """
    if shape == (2,):
        g = d = 2 * 128 + 128 * 128
        g, d = g + 128 * 2, d + 128
    else:
        g = 100 * 128 + 128 * 256 + 256 * 512 + 512 * 1024 + 1024 * 784
        d = 784 * 512 + 512 * 256 + 256
    return 2 * batch * (3 * g + 3 * 3 * d)


def keras_epoch(game, worker):
    """A function that trains one epoch with the course's GAN, or in PyTorch's order."""
    import keras
    from classic_order import ClassicOrderGAN

    from utils.models import GAN
    from utils.networks.mlp import mlp
    from utils.networks.mlp_gan import classic_discriminator, classic_generator

    shape, batch, steps = GAMES[game]
    if shape == (2,):
        players = mlp(2, 2), mlp(2, 1)
    else:
        players = classic_generator(shape), classic_discriminator(shape)
    gan = GAN(*players) if worker == "gan" else ClassicOrderGAN(*players, batch)
    optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in players]
    # Keras on PyTorch knows no other number than one.
    alone = keras.backend.backend() == "torch"
    gan.compile(*optimizers, steps_per_execution=1 if alone else STEPS_PER_EXECUTION)
    data = random_data(shape, batch, steps)
    return lambda: gan.fit(data, batch_size=batch, verbose=0)


def plain_epoch(game):
    """A function that trains one epoch with plain PyTorch."""
    import plain_torch
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    shape, batch, steps = GAMES[game]
    pair = plain_torch.plane_pair() if shape == (2,) else plain_torch.classic_pair()
    return plain_torch.train(pair, random_data(shape, batch, steps), batch)


def work(worker, game):
    """Trains an epoch for each line on the standard input, and prints its time."""
    epoch = plain_epoch(game) if worker == "plain" else keras_epoch(game, worker)
    epoch()
    answers = sys.stdout
    for _ in sys.stdin:
        start = time.perf_counter()
        epoch()
        steps = GAMES[game][2]
        print(1000 * (time.perf_counter() - start) / steps, file=answers, flush=True)


def start(name, game):
    """Starts a contestant, which trains once to warm up and then waits."""
    environment, backend, worker, threads = CONTESTANTS[name]
    settings = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(ROOT),
    }
    settings.pop("OMP_NUM_THREADS", None)
    if threads:
        settings["OMP_NUM_THREADS"] = str(threads)
    python = ROOT / environment / "bin" / "python"
    return subprocess.Popen(
        [python, __file__, "--worker", worker, game],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=settings,
    )


def take_turn(process):
    """One epoch of a contestant; milliseconds a step."""
    process.stdin.write("go\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def sgemm_gflops(size=1024, repeats=9):
    """The machine's rate of float32 matrix products by NumPy, in GFLOP/s."""
    a = np.random.default_rng(0).random((size, size), dtype="float32")
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - begin)
    return 2 * size**3 / min(seconds) / 1e9


def measure(game):
    """Milliseconds a step of each contestant in each round."""
    processes = {name: start(name, game) for name in CONTESTANTS}
    rounds = {name: [] for name in CONTESTANTS}
    for process in processes.values():
        take_turn(process)  # everybody is warm before the first round counts
    for _ in range(ROUNDS):
        for name, process in processes.items():
            rounds[name].append(take_turn(process))
    for process in processes.values():
        process.stdin.close()
        process.wait()
    return rounds


def summarize(game, rounds, gflops):
    """Medians, the ratio to the better thread count of PyTorch, and the sgemm share."""
    shape, batch, _ = GAMES[game]
    plain = [name for name in rounds if name.startswith("plain")]
    best = min(plain, key=lambda name: np.median(rounds[name]))
    table = {}
    for name, times in rounds.items():
        ratios = np.array(rounds[best]) / np.array(times)
        share = flops_per_step(shape, batch) / np.median(times) / 1e6 / gflops
        table[name] = {
            "ms per step": round(float(np.median(times)), 3),
            "times as fast as plain PyTorch": round(float(np.median(ratios)), 2),
            "share of the sgemm rate": round(float(share), 3),
        }
    return table


def main():
    """Measures all games and contestants, prints the table and writes it."""
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
        return
    gflops = sgemm_gflops()
    record("step_time", ("sgemm GFLOP/s",), round(gflops, 1))
    record("step_time", ("rounds",), ROUNDS)
    record("step_time", ("steps per execution",), STEPS_PER_EXECUTION)
    for game in GAMES:
        table = summarize(game, measure(game), gflops)
        print(game)
        for name, row in record("step_time", (game,), table).items():
            print(f"  {name:32}", ", ".join(f"{k} {v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
