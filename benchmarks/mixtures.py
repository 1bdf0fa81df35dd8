"""Measure mode coverage on PacGAN's data, over seeds; shown in lessons 03, 03b.

    python benchmarks/mixtures.py laptop   # each cure, 5 seeds: ten minutes
    python benchmarks/mixtures.py full     # the grid with R1 and without: over an hour

Both write into `results/mixtures/` and leave the other's rows as they are.
"""

import math
import sys
import time
from dataclasses import asdict

import keras
import numpy as np
from record import record, recorded
from rich.console import Console
from rich.table import Table

from utils.data.mixtures import grid, ring
from utils.evaluation.coverage import mode_coverage
from utils.models.recipes import train_point_gan

MIXTURES = {"ring": ring(), "grid": grid()}
CURES = {
    "none": {},
    "R1": {"penalty": {"r1": 0.1}},
    "gradient penalty": {"penalty": {"gradient": 0.1}},
    "packing 2": {"packing": 2},
    "none, averaged": {"learning_rate": 1e-3, "average": 0.999},
    "R1, averaged": {"penalty": {"r1": 0.1}, "learning_rate": 1e-3, "average": 0.999},
}
SHORT = ["none", "R1", "gradient penalty", "packing 2"]
PROTOCOLS = {
    "laptop": {
        "steps": {"ring": 2_000, "grid": 5_000},
        "cures": SHORT,
        "seeds": 5,
    },
    "full": {
        "steps": {"grid": 20_000},
        "cures": ["none, averaged", "R1, averaged"],
        "seeds": 10,
    },
}


def measure(mixture, steps, seed, settings):
    """Trains one GAN and scores 2,500 samples of it."""
    start = time.perf_counter()
    gan = train_point_gan(mixture, steps, seed, **settings)
    seconds = time.perf_counter() - start
    score = mode_coverage(gan.sample(2_500, seed), mixture)
    run = {"seed": seed, **asdict(score), "seconds": round(seconds, 1)}
    if math.isinf(run["reverse_kl"]):  # no sample of high quality; JSON has no infinity
        run["reverse_kl"] = None
    return run


def measure_protocol(name):
    """Runs every data set, cure and seed of a protocol."""
    protocol = PROTOCOLS[name]
    backend = keras.backend.backend()
    steps = ", ".join(f"{data} {n:,} steps" for data, n in protocol["steps"].items())
    settings = (
        f"{steps}, {protocol['seeds']} seeds, Keras {keras.__version__} on {backend}"
    )
    record("mixtures", (name, "settings"), settings)
    for data, n in protocol["steps"].items():
        for cure in protocol["cures"]:
            for seed in range(protocol["seeds"]):
                run = measure(MIXTURES[data], n, seed, CURES[cure])
                record("mixtures", (name, data, cure, seed), run)
                print(data, cure, run, flush=True)


def show(tables):
    """Prints mean and standard deviation over the seeds."""
    view = Table("data", "cure", "modes", "high quality", "reverse KL", "seconds")
    for data in (key for key in tables if key != "settings"):
        for cure, runs in tables[data].items():
            cells = []
            for key in ("modes", "high_quality", "reverse_kl", "seconds"):
                column = [run[key] for run in runs]
                lost = None in column
                cells.append(
                    "∞" if lost else f"{np.mean(column):.3f} ± {np.std(column):.3f}"
                )
            view.add_row(data, cure, *cells)
    Console().print(tables["settings"], view)


def main():
    """Measures the protocol that the command line names."""
    name = sys.argv[1] if len(sys.argv) == 2 else None
    if name not in PROTOCOLS:
        sys.exit(f"usage: python benchmarks/mixtures.py {' | '.join(PROTOCOLS)}")
    measure_protocol(name)
    show(recorded("mixtures", name))


if __name__ == "__main__":
    main()
