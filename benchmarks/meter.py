"""Measure what trained discriminators and critics read, over seeds; lesson 02 shows it.

    python benchmarks/meter.py   # 5 seeds, a few minutes

It writes `results/meter/`.
"""

import time

import keras
import numpy as np
from record import record, recorded
from rich.console import Console
from rich.table import Table

from utils.data.mixtures import gaussian
from utils.measures.integrate import integrate
from utils.models.meter import DivergenceMeter
from utils.networks.mlp import mlp

SHIFTS = (0, 0.5, 1, 2, 3)
NAMES = ("kl", "reverse-kl", "squared-hellinger", "pearson")
SAMPLES, EPOCHS, SEEDS = 10_000, 20, 5
LINE = np.linspace(-5, 8, 1_301)
REAL = gaussian(0.0, 1.0)


def exact(name, q):
    """The divergence by quadrature."""
    return integrate(name, REAL.log_density, q.log_density, (-20.0, 23.0))


def trained(name, q, seed):
    """A fresh meter that has learned from samples of p and q."""
    keras.utils.set_random_seed(seed)
    meter = DivergenceMeter(mlp(1, 1, (32, 32)), name)
    samples = REAL.sample(SAMPLES, 100 * seed), q.sample(SAMPLES, 100 * seed + 1)
    return meter.learn(*samples, epochs=EPOCHS, batch_size=500)


def held_out(meter, q, seed):
    """What it reads on as many new samples."""
    new = REAL.sample(SAMPLES, 100 * seed + 2), q.sample(SAMPLES, 100 * seed + 3)
    return meter.read(*new)


def curve_error(meter, q):
    """The largest error of D's curve where both densities exceed 0.01."""
    log_p, log_q = REAL.log_density(LINE), q.log_density(LINE)
    seen = np.minimum(log_p, log_q) > np.log(0.01)
    best, learned = (1 / (1 + np.exp(-v)) for v in (log_p - log_q, meter.scores(LINE)))
    return float(np.abs(learned - best)[seen].max())


def measure_shift(shift):
    """Readings and curve errors of every seed, for N(0, 1) against N(shift, 1)."""
    q = gaussian(float(shift), 1.0)
    row = {"shift": shift, "exact": exact("js", q), "readings": [], "curve_errors": []}
    row["standard_errors"] = []
    for seed in range(SEEDS):
        meter = trained("js", q, seed)
        reading = held_out(meter, q, seed)
        row["readings"].append(reading.value)
        row["standard_errors"].append(reading.standard_error)
        row["curve_errors"].append(curve_error(meter, q))
    return row


def measure_divergence(name):
    """Readings of every seed, for N(0, 1) against N(1, 1)."""
    q = gaussian(1.0, 1.0)
    readings = [held_out(trained(name, q, s), q, s).value for s in range(SEEDS)]
    return {"name": name, "exact": exact(name, q), "readings": readings}


def show(results):
    """Prints mean and standard error over the seeds."""
    view = Table("what", "exact", "held-out reading", "curve error")
    rows = [(f"JS, m = {row['shift']}", row) for row in results["js"]]
    rows += [(f"{row['name']}, m = 1", row) for row in results["f_divergences"]]
    for name, row in rows:
        seeds = np.array(row["readings"])
        error = seeds.std(ddof=1) / np.sqrt(len(seeds))
        worst = f"{max(row['curve_errors']):.3f}" if "curve_errors" in row else ""
        reading = f"{seeds.mean():.5f} ± {error:.5f}"
        view.add_row(name, f"{row['exact']:.5f}", reading, worst)
    Console().print(results["settings"], view)


def main():
    """Measures every row."""
    start = time.perf_counter()
    settings = (
        f"{SAMPLES:,} samples of each kind to learn from and as many to "
        f"read on, {EPOCHS} epochs, {SEEDS} seeds, Keras {keras.__version__} on "
        f"{keras.backend.backend()}"
    )
    record("meter", ("settings",), settings)
    for place, shift in enumerate(SHIFTS):
        print(record("meter", ("js", place), measure_shift(shift)), flush=True)
    for place, name in enumerate(NAMES):
        row = measure_divergence(name)
        print(record("meter", ("f_divergences", place), row), flush=True)
    record("meter", ("seconds",), round(time.perf_counter() - start, 1))
    show(recorded("meter"))


if __name__ == "__main__":
    main()
