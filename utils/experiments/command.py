"""What `course sweep` does: runs a league, tells how far it is, and shows it."""

import contextlib
import functools
import statistics
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from utils.course.backend import backend
from utils.experiments import executors
from utils.experiments.cluster import dask
from utils.experiments.league import ENVIRONMENT, SCORE, play
from utils.experiments.sweep import rows_in, sweep


def executor_of(workers: int | None, scheduler: str | None):
    """Returns the executor that the options name.

    Raises:
        ValueError: for both at once, or less than one worker.
    """
    if workers is not None and scheduler:
        raise ValueError(
            "--workers starts processes here, --scheduler uses workers elsewhere: give "
            "one of the two."
        )
    if scheduler:
        return functools.partial(dask, scheduler=scheduler)
    if workers is None:
        return executors.sequential
    return functools.partial(executors.processes, workers=workers)


def run(trials, executor, at_a_time, folder: Path, console: Console) -> None:
    """Runs the trials that are missing, with a line that says how far it is.

    Args:
        trials: of `league_trials`.
        executor: as in `sweep`.
        at_a_time: how many it runs at a time; None where only a cluster knows.
        folder: of the rows.
        console: to write on.
    """
    columns = (
        TextColumn(
            "{task.fields[done]} done, {task.fields[failed]} failed, "
            "{task.fields[running]} running"
        ),
        BarColumn(),
        TextColumn("best {task.fields[best]}"),
        TimeRemainingColumn(),
    )
    state = {"done": 0, "failed": 0, "running": "some", "best": "none yet"}
    least = [float("inf")]
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=len(trials), **state)

        def told(row):
            state["failed" if row["failed"] else "done"] += 1
            score = score_of(row)
            if score is not None and score < least[0]:
                least[0] = score
                state["best"] = f"{score:.3g} ({row['trial']['family']})"
            if at_a_time:
                left = len(trials) - state["done"] - state["failed"]
                state["running"] = min(at_a_time, left)
            progress.update(bar, advance=1, **state)

        environment = ENVIRONMENT | {"KERAS_BACKEND": backend()}
        sweep(trials, play, folder, executor, environment, told)


def score_of(row: dict) -> float | None:
    """Returns what a row is ranked by; None if it failed."""
    return (row["scores"] or {}).get(SCORE[row["trial"]["target"]])


def scores_by_family(rows: list[dict]) -> dict[str, list[float]]:
    """Returns the scores of each family in the order of its trials, NaN for failed."""
    found = {}
    for row in sorted(rows, key=lambda row: row["trial"]["number"]):
        score = score_of(row)
        found.setdefault(row["trial"]["family"], []).append(
            float("nan") if score is None else score
        )
    return found


def show(folder: Path, console: Console) -> Path | None:
    """Writes a table of the families, and draws their ranges into the folder.

    Returns:
        The picture's path; None if a family has not one score yet.

    Raises:
        ValueError: if the folder holds no rows.
    """
    from utils import figures

    rows = rows_in(folder)
    name = SCORE[rows[0]["trial"]["target"]]
    table = Table("family", "runs", "failed", f"best {name}", "median", "worst")
    by_family = scores_by_family(rows)
    for family, scores in by_family.items():
        there = [score for score in scores if score == score]
        numbers = ("-",) * 3
        if there:
            numbers = (min(there), statistics.median(there), max(there))
            numbers = tuple(f"{number:.3g}" for number in numbers)
        lost = str(len(scores) - len(there))
        table.add_row(family, str(len(scores)), lost, *numbers)
    console.print(table)
    picture = folder / "strips.png"
    with contextlib.suppress(ValueError):
        drawn = figures.strips(by_family, xlabel=name, title="Every setting tried")
        picture.write_bytes(figures.to_png(drawn))
        return picture
    return None
