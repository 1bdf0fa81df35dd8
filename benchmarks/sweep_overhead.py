"""Measure what an executor adds to a trial; docs/sweeps.md shows the table.

    python benchmarks/sweep_overhead.py    # two minutes; needs Dask

Trials that wait for two seconds, one worker; then thousands that do nothing. Writes
`results/sweep_overhead/`.
"""

import functools
import pickle
import tempfile
import time

from record import record

from utils.experiments.cluster import dask
from utils.experiments.executors import processes, sequential
from utils.experiments.league import league_trials
from utils.experiments.sweep import sweep
from utils.experiments.trial import Trial

SECONDS, TRIALS, MANY = 2.0, 10, 2_000
EXECUTORS = {
    "sequential": sequential,
    "processes": functools.partial(processes, workers=1),
    "dask": functools.partial(dask, workers=1),
}


def wait(trial):
    """Sleeps, and scores."""
    time.sleep(trial.settings["seconds"])
    return {"score": 0.0}


def timed(executor, trials):
    """Seconds from the first row to the last, so that no start-up counts, per trial."""
    told = []
    with tempfile.TemporaryDirectory() as folder:
        sweep(trials, wait, folder, executor, told=lambda row: told.append(time.time()))
    return (told[-1] - told[0]) / (len(told) - 1)


def main():
    """Measures and records each executor."""
    for name, executor in EXECUTORS.items():
        for seconds, count in ((SECONDS, TRIALS), (0.0, MANY)):
            trials = [
                Trial("wait", "wait", k, {"seconds": seconds}) for k in range(count)
            ]
            each = timed(executor, trials)
            record("sweep_overhead", (name, f"{seconds:g} s"), round(each, 5))
            print(name, seconds, each, flush=True)
    trials = league_trials("digits", 10, 5.0)
    sizes = [len(pickle.dumps(trial)) for trial in trials]
    print("bytes", record("sweep_overhead", ("bytes of a trial",), max(sizes)))


if __name__ == "__main__":
    main()
