"""Time the drawing of avatars on one core; lesson 04 may say how fast it is.

    python benchmarks/avatars.py   # half a minute

It pins itself to one core where the system can, and writes `results/avatars/`.
"""

import os
import platform
import time

import numpy as np
from record import record
from rich.console import Console
from rich.table import Table

from utils.data.avatars import render, sample_factors

# size of a picture: how many are drawn in a round
ROUNDS, COUNTS = 7, {16: 4_000, 32: 2_000, 64: 500, 128: 120}


def pictures_per_second(size, count):
    """Returns the rate of every round, the first and cold one left out."""
    factors = sample_factors(count, seed=0)
    render(factors, size)
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        render(factors, size)
        rates.append(round(count / (time.perf_counter() - start)))
    return rates


def main():
    """Measures every size."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    view = Table("size", "pictures a second, median", "least", "most")
    for place, (size, count) in enumerate(COUNTS.items()):
        rates = pictures_per_second(size, count)
        row = {"size": size, "median": float(np.median(rates)), "rates": rates}
        record("avatars", ("rows", place), row)
        view.add_row(
            str(size), f"{np.median(rates):.0f}", f"{min(rates)}", f"{max(rates)}"
        )
    settings = f"one core, NumPy {np.__version__}, {platform.machine()}"
    record("avatars", ("settings",), settings)
    Console().print(settings, view)


if __name__ == "__main__":
    main()
