"""Measure time and memory of the measures of samples; `python benchmarks/fidelity.py`.

Each case runs in a process of its own, so that its peak memory is its own. Writes
`results/fidelity/`.
"""

import multiprocessing
import os
import resource
import sys
import time

import numpy as np
from record import record

from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.mmd import squared_mmd
from utils.evaluation.precision_recall import precision_recall

CASES = {
    "Fréchet distance, 10 000 × 10 000, d = 128": (frechet_feature_distance, 10_000),
    "precision and recall, 10 000 × 10 000, d = 128": (precision_recall, 10_000),
    "kernel distance, 10 000 × 10 000, d = 128": (squared_mmd, 10_000),
    "precision and recall, 50 000 × 50 000, d = 128": (precision_recall, 50_000),
}


def run(case, answers):
    """Times one measure and notes by how much it raised the peak memory."""
    measure, n = CASES[case]
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(n, 128)), rng.normal(0.1, 1.1, size=(n, 128))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    measure(real, fake)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kib = 1 if sys.platform != "darwin" else 1024  # macOS counts bytes
    mib = round((peak - before) / kib / 1024)
    answers.put({"seconds": round(seconds, 2), "extra_memory_mib": mib})


def main():
    """Measures and records each case."""
    context = multiprocessing.get_context("spawn")
    record("fidelity", ("cores",), len(os.sched_getaffinity(0)))
    record("fidelity", ("numpy",), np.__version__)
    for case in CASES:
        answers = context.Queue()
        process = context.Process(target=run, args=(case, answers))
        process.start()
        print(case, record("fidelity", (case,), answers.get()), flush=True)
        process.join()


if __name__ == "__main__":
    main()
