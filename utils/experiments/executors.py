"""Where trials run: here, or in processes of this machine; on a cluster: `cluster`.

Each is a function of `run(trial) -> row` and the trials. It yields each trial with its
row as it ends; with None in place of the row if its worker died while it was out, which
need not have been its own fault.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator

from utils.core.validation import integer


class SweepStopped(Exception):
    """A sweep cannot go on; the message says why. What was done is written."""


def sequential(run: Callable, trials: Iterable) -> Iterator:
    """Runs trials one after the other in this process, which a trial may end.

    Args:
        run: function of a trial to its row.
        trials: which.
    """
    for trial in trials:
        yield trial, run(trial)


def processes(run: Callable, trials: Iterable, workers: int = 2) -> Iterator:
    """Runs trials in processes of this machine, by joblib's loky.

    As many are out as there are workers. When one of these dies, all of them are
    replaced, and nobody knows whose fault it was.

    Args:
        run, trials: as in `sequential`.
        workers: how many processes, at least 1.

    Raises:
        ValueError: for less than one worker.
    """
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    from joblib.externals.loky import ProcessPoolExecutor

    integer(workers, "workers")
    waiting, out, more = iter(trials), {}, True
    while more:
        pool = ProcessPoolExecutor(workers)
        try:
            while more or out:
                while more and len(out) < workers:
                    trial = next(waiting, None)
                    if more := trial is not None:
                        waiting = itertools.chain([trial], waiting)
                        out[pool.submit(run, trial)] = next(waiting)
                for future in wait(out, return_when=FIRST_COMPLETED).done:
                    row = future.result()
                    yield out.pop(future), row
        except BrokenProcessPool:
            for future, trial in out.items():
                row = None
                with contextlib.suppress(Exception):  # of the pool: trials have none
                    row = future.result(timeout=0)
                yield trial, row
            out.clear()
        finally:
            pool.shutdown(kill_workers=True)
