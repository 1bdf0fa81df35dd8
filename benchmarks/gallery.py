"""Measure a gallery of a million people: time of a query, memory, exactness.

    python benchmarks/gallery.py   # about a minute

It writes `results/gallery/`; lesson 08 shows it.
"""

import os
import resource
import sys
import time

import numpy as np
from record import record
from rich.console import Console

from utils.evaluation.gallery import Gallery

PEOPLE, DIMENSIONS, PART, QUERIES = 1_000_000, 64, 50_000, 30


def faces(n, seed):
    """Random embeddings of length 1."""
    x = np.random.default_rng(seed).normal(size=(n, DIMENSIONS)).astype("float32")
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def enrolled():
    """A gallery of all people, who come in parts."""
    gallery = Gallery(lambda pictures: pictures, threshold=0.5)
    for start in range(0, PEOPLE, PART):
        names = [f"p{number}" for number in range(start, start + PART)]
        gallery.enrol_embeddings(names, faces(PART, start))
    return gallery


def by_the_definition(query):
    """The nearest person by differences in float64, part by part."""
    best = (np.inf, -1)
    for start in range(0, PEOPLE, PART):
        distances = np.square(faces(PART, start).astype("float64") - query).sum(axis=1)
        row = int(distances.argmin())
        best = min(best, (float(distances[row]), start + row))
    return best


def times(action, repeats):
    """Milliseconds of each of some calls; the first one, which warms up, left out."""
    measured = []
    for number in range(repeats + 1):
        begin = time.perf_counter()
        action(number)
        measured.append(1000 * (time.perf_counter() - begin))
    return measured[1:]


def peak_mib():
    """The largest memory this process has had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def main():
    """Enrols, asks, compares with the definition."""
    begin = time.perf_counter()
    gallery = enrolled()
    enrolling = time.perf_counter() - begin
    queries = faces(QUERIES + 1, seed=-1 % 2**32)
    ours = times(lambda k: gallery.nearest(queries[[k]]), QUERIES)
    memory = peak_mib()
    for query in queries[:3]:
        (name,), (distance,) = gallery.nearest(query[None])
        exact, row = by_the_definition(query)
        assert name == f"p{row}"
        assert abs(distance - exact) < 1e-12
    cores = len(os.sched_getaffinity(0))
    results = {
        "settings": f"{PEOPLE:,} people x {DIMENSIONS} numbers, {QUERIES} queries, "
        f"{cores} core(s), NumPy {np.__version__}",
        "cores": cores,
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "query_ms_median": round(float(np.median(ours)), 1),
        "query_ms_largest": round(max(ours), 1),
        "peak_memory_mib": round(memory),
        "enrolling_seconds": round(enrolling, 1),
    }
    Console().print(record("gallery", (), results))


if __name__ == "__main__":
    main()
