"""Where trials run, if many machines are there: on a Dask cluster."""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator

from utils.core.validation import integer, number
from utils.experiments.executors import SweepStopped


def dask(
    run: Callable,
    trials: Iterable,
    workers: int = 2,
    scheduler: str | None = None,
    patience: float = 10.0,
) -> Iterator:
    """Runs trials on a Dask cluster: one on this machine, or any that has a scheduler.

    A trial whose worker dies is tried again as often as the scheduler's setting
    `allowed-failures` says; a cluster of this machine leaves that to the sweep.

    Args:
        run, trials: as in `sequential`. Workers elsewhere must be able to import run.
        workers: of a cluster on this machine, one thread each.
        scheduler: address of another's scheduler, as "tcp://10.0.0.1:8786".
        patience: seconds in which the scheduler must answer, above 0.

    Raises:
        ValueError: for less than one worker, or no patience.
        SweepStopped: if Dask is not installed, or the scheduler does not answer, or no
            longer.

    Source: Rocklin (2015), "Dask: parallel computation with blocked algorithms and task
    scheduling".
    """
    try:
        import distributed
        from dask import config
    except ImportError:
        raise SweepStopped(
            "Dask is not installed: pip install 'distributed>=2024', or use processes."
        ) from None
    number(patience, "patience", above=0)
    local = {
        "distributed.scheduler.allowed-failures": 0,
        # One trial at a time with each worker: a death is then its trial's own.
        "distributed.scheduler.worker-saturation": 1.0,
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            config.set({"distributed.comm.timeouts.connect": f"{patience:g}s"})
        )
        address = scheduler
        if scheduler is None:
            stack.enter_context(config.set(local))
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=integer(workers, "workers"),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = stack.enter_context(
                distributed.Client(address, timeout=patience, set_as_default=False)
            )
        except (OSError, ValueError) as error:
            raise SweepStopped(
                f"No Dask scheduler answered at {address} within {patience:g} seconds: "
                "start one by `dask scheduler`, its workers by `dask worker ADDRESS "
                f"--nthreads 1`, or look at the address. ({error})"
            ) from None
        # Each task by itself, or a function's known result would be taken for a row.
        trials = list(trials)
        out = dict(zip(client.map(run, trials, pure=False), trials, strict=True))
        for future in distributed.as_completed(list(out), loop=client.loop):
            try:
                row = future.result()
            except distributed.KilledWorker:
                row = None
            except Exception as error:
                lost = isinstance(error, (OSError, distributed.CancelledError))
                # A client that has lost its scheduler says so in other ways, too.
                if not lost and client.status == "running":
                    raise
                raise SweepStopped(
                    f"The scheduler no longer answers ({error!r}): start it anew, and "
                    "the same sweep again; it goes on where it was."
                ) from None
            yield out.pop(future), row
