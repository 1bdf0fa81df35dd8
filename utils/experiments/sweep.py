"""Many trials into one folder: what is there is kept, what is missing is done."""

import collections
import functools
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from utils.core.files import written_aside
from utils.experiments.executors import sequential
from utils.experiments.trial import Trial, described, lost_row, row_of

#: How often a trial may end its worker.
TRIES = 3


def sweep(
    trials: Sequence[Trial],
    play: Callable[[Trial], dict],
    folder: Path | str,
    executor: Callable = sequential,
    environment: dict | None = None,
    told: Callable[[dict], None] = lambda row: None,
) -> list[dict]:
    """Runs the trials that a folder has no row of, and writes each row as it comes.

    A row is one file, written aside and moved into place: whatever is killed, and
    whoever else writes there, a file is whole or not there. The same call again
    goes on.

    Args:
        trials: which, each with a name of its own.
        play: function of a trial to scores, as in `trial.row_of`.
        folder: of the rows; it is made where it is not there.
        executor: `executors.sequential`; or `executors.processes` or `cluster.dask`,
            whose other arguments `functools.partial` fills in.
        environment: variables that are set where a trial runs, before Keras is there.
        told: is called with each row, those that were there already first.

    Returns:
        The rows of all the trials, in their order.

    Raises:
        ValueError: for no trials, two of one name, or a folder that holds rows of other
            trials, or cannot be written into.
        SweepStopped: as the executor.
    """
    folder = Path(folder)
    missing = _missing(trials, folder, told)
    run = functools.partial(row_of, play=play, environment=environment or {})

    def write(trial, row):
        _write(_file(folder, trial), row)
        told(row)

    # Another sweep into this folder may have been faster.
    todo = (trial for trial in missing if not _file(folder, trial).exists())
    died = collections.Counter()
    for trial, row in executor(run, todo):
        if row is None:
            died[trial] += 1
        else:
            write(trial, row)
    for trial in died:  # alone, so that a death is its own fault
        row = None
        while row is None and died[trial] < TRIES:
            [(_, row)] = executor(run, [trial])
            died[trial] += row is None
        write(trial, row or lost_row(trial, TRIES))
    return [json.loads(_file(folder, trial).read_text("utf-8")) for trial in trials]


def rows_in(folder: Path | str) -> list[dict]:
    """Returns the rows that a folder holds, sorted by the names of their trials.

    Raises:
        ValueError: if it holds none, or a file that is no row.
    """
    rows = [_read(file) for file in sorted(Path(folder).glob("*.json"))]
    if not rows:
        raise ValueError(f"There are no rows in {folder}: run the sweep first.")
    return rows


def _missing(trials, folder, told):
    if not trials:
        raise ValueError("There are no trials to run: give at least one.")
    named = collections.Counter(trial.name for trial in trials)
    if twice := [name for name, times in named.items() if times > 1]:
        raise ValueError(
            f"{len(twice)} trials share a name, as {twice[0]}: give each its own "
            "family, number and seed."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(
            f"Rows cannot be written into {folder} ({error.strerror}): name a folder "
            "of your own that has room."
        ) from None
    missing = []
    for trial in trials:
        file = _file(folder, trial)
        if not file.exists():
            missing.append(trial)
            continue
        row = _read(file)
        if row["trial"] != described(trial):
            other = {
                name: (there, described(trial)[name])
                for name, there in row["trial"].items()
                if there != described(trial).get(name)
            }
            raise ValueError(
                f"{file} is of another sweep (there and here: {other}): name a new "
                "folder, or remove that one."
            )
        told(row)
    return missing


def _file(folder, trial):
    return folder / f"{trial.name}.json"


def _read(file):
    try:
        row = json.loads(file.read_text("utf-8"))
        row["trial"], row["scores"], row["failed"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{file} is not the row of a trial: remove it.") from None
    return row


def _write(file, row):
    text = json.dumps(row, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    with written_aside(file) as open_file:
        open_file.write(text.encode())
