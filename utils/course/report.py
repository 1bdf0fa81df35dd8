"""Follow a run on the screen, and keep what it measured: table and JSON."""

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from nbformat import NotebookNode
from rich.console import Console
from rich.table import Table
from rich.text import Text

from utils.course.backend import backend
from utils.course.folder import Course, CourseError
from utils.course.results import write_trial
from utils.course.run import CellRun, code_cells, execute, progress

#: Seconds after which a cell that still runs says how far it is.
PATIENCE = 60.0


@dataclass
class LessonRun:
    """One lesson's execution: its cells so far, in order, the whole time, and where."""

    lesson: str
    edition: str
    cells: list[CellRun] = field(default_factory=list)
    seconds: float = 0.0
    failed: bool = False
    machine: str = ""

    @property
    def slowest(self) -> CellRun | None:
        """The cell that took longest, or None where none was executed."""
        return max(self.cells, key=lambda cell: cell.seconds, default=None)


def follow(
    lesson: LessonRun,
    notebook: NotebookNode,
    course: Course,
    environment: Mapping[str, str],
    **options,
) -> None:
    """Execute a notebook into its record, with a line for each finished cell.

    Args:
        lesson: the record.
        notebook: in memory; its outputs are filled.
        course: whose notebooks/ is the working folder.
        environment: variables for the kernel.
        **options: of `execute`.

    Raises:
        CellFailed: As `execute` does; the message then begins with the lesson.
    """
    folder = course.notebooks if course.notebooks.is_dir() else course.lessons
    total, started = len(code_cells(notebook)), perf_counter()
    console = Console()
    console.print(f"{lesson.lesson} ({lesson.edition})", highlight=False)
    try:
        with _telling_how_far(console, lesson, total, options.get("keep")):
            for cell in execute(notebook, folder, environment, **options):
                lesson.cells.append(cell)
                spared = f" ({cell.spared:.0f} s of it kept)" if cell.spared else ""
                line = f"  {cell.number:>3}/{total} {cell.seconds:7.2f} s{spared}"
                text = Text(f"{line}  {cell.text}", no_wrap=True, overflow="ellipsis")
                console.print(text)
        lesson.machine = notebook.metadata.get("machine", "")
    except CourseError as error:
        lesson.failed = True
        raise type(error)(f"{lesson.lesson}: {error}") from None
    finally:
        spared = sum(cell.spared for cell in lesson.cells)
        lesson.seconds = perf_counter() - started + spared


@contextlib.contextmanager
def _telling_how_far(
    console: Console, lesson: LessonRun, total: int, keep: Path | None
) -> Iterator[None]:
    """Say how far a cell is: each second on a terminal, else a line each minute."""
    done = threading.Event()

    def tell() -> None:
        cells, since, patience = -1, 0.0, PATIENCE
        while not done.wait(1):
            if cells != len(lesson.cells):
                cells, since, patience = len(lesson.cells), perf_counter(), PATIENCE
            seconds = perf_counter() - since
            text = f"  {cells + 1:>3}/{total} {seconds:7.0f} s so far"
            told = progress(keep)
            if "epoch" in told:
                text += ", training {training}: epoch {epoch} of {epochs}".format(
                    **told
                )
            if console.is_terminal:
                status.update(text)
            elif seconds >= patience:
                patience += PATIENCE
                console.print(text, highlight=False)

    with console.status("starting the kernel") as status:
        thread = threading.Thread(target=tell, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def table(runs: Iterable[LessonRun]) -> Table:
    """Show lesson, cells, seconds and slowest cell of every run."""
    shown = Table("lesson", "cells", "seconds", "slowest cell")
    for lesson in runs:
        slowest = lesson.slowest
        shown.add_row(
            lesson.lesson + " FAILED" * lesson.failed,
            str(len(lesson.cells)),
            f"{lesson.seconds:.1f}",
            f"{slowest.seconds:.1f} s, cell {slowest.number}" if slowest else "",
        )
    return shown


def write_timings(folder: Path, scale: str, runs: Iterable[LessonRun]) -> None:
    """Write the seconds of each lesson that reached its end, as `load_results` reads.

    One file per lesson, so that one that was measured again takes only its own place.
    """
    for lesson in runs:
        if lesson.failed:
            continue
        told = {
            "scale": scale,
            "edition": lesson.edition,
            "backend": backend(),
            "seconds": round(lesson.seconds, 1),
            "cells": [[round(cell.seconds, 2), cell.text] for cell in lesson.cells],
        }
        path = folder / f"{lesson.lesson}.json"
        write_trial(path, (lesson.lesson,), told, lesson.machine)


def read_timings(folder: Path, lesson: str, failed: bool) -> LessonRun:
    """Read what `write_timings` wrote; of a lesson that failed there is nothing."""
    run = LessonRun(lesson, edition="", failed=failed)
    if not failed:
        text = (folder / f"{lesson}.json").read_text(encoding="utf-8")
        told = json.loads(text)["value"]
        run.edition, run.seconds = told["edition"], told["seconds"]
        run.cells = [CellRun(n, *cell) for n, cell in enumerate(told["cells"], 1)]
    return run


def without_widgets(notebook: NotebookNode) -> NotebookNode:
    """Give an executed notebook in which a widget's pictures stand in its place.

    No Python runs behind a page, and a widget would be fetched from the network.
    """
    copy = deepcopy(notebook)
    copy.metadata.pop("widgets", None)
    for cell in copy.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return copy
