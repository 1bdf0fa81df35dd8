"""Execute notebooks headless, cell by cell, and time every cell."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, time

from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode, v4

from utils.course.folder import CourseError

# `In` holds the cells so far; the notebook's own names stay as they are.
KEEP = """\
from utils.course import quiet
from utils.models.kept_trainings import keep_trainings
keep_trainings({folder!r}, In)
del quiet, keep_trainings"""
SIGN = """\
from utils.course.machine import machine as _machine
print(_machine())
del _machine"""


@dataclass(frozen=True)
class CellRun:
    """One executed code cell; `number` counts as Jupyter does after Run All.

    `spared` of its seconds are those of trainings that an earlier run had kept.
    """

    number: int
    seconds: float
    text: str
    spared: float = 0.0


class CellFailed(CourseError):
    """A cell raised, took too long, or killed its kernel: its number and text."""


def execute(
    notebook: NotebookNode,
    folder: Path,
    environment: Mapping[str, str],
    keep_going: bool = False,
    limit: float | Callable[[NotebookNode], float] | None = None,
    keep: Path | None = None,
    sign: bool = False,
    **of_kernel,
) -> Iterator[CellRun]:
    """Execute a notebook's code cells one by one; outputs are filled in place.

    What the notebook held of an older run is gone before its first cell runs.

    Args:
        notebook: The notebook, in memory.
        folder: The working folder of its kernel.
        environment: Variables the kernel gets on top of this process's own.
        keep_going: Whether to go on after a cell that raises.
        limit: Seconds that a cell may take, or a function that says so when it begins;
            None for no limit.
        keep: A folder for finished trainings of this notebook, which a run that was
            stopped takes up; None to keep none. Those that the run, once it has come
            to its end, had no use for are cleared away.
        sign: Whether the notebook's metadata say at the end on which machine it ran.
        **of_kernel: How its process is started, as `subprocess.Popen` takes it.

    Yields:
        Each cell's number, seconds and first line, as soon as it is done.

    Raises:
        CellFailed: If a cell raises and `keep_going` is off, or takes too long, or the
            kernel dies.
    """
    client = NotebookClient(
        notebook,
        timeout_func=limit if callable(limit) else lambda cell: limit,
        kernel_name="python3",
        allow_errors=keep_going,
        extra_arguments=["--log-level=40"],  # errors only: a kernel is chatty
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    client.reset_execution_trackers()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    numbered = enumerate(code_cells(notebook), 1)
    with client.setup_kernel(env=kernel_environment() | environment, **of_kernel):
        begun, spared = time(), 0.0
        if keep:
            _execute_aside(client, KEEP.format(folder=str(keep.resolve())))
        for number, (index, cell) in numbered:
            started = perf_counter()
            try:
                client.execute_cell(cell, index, execution_count=number)
            except CellExecutionError as error:
                raise CellFailed(f"cell {number} failed. {error}") from None
            except CellTimeoutError:
                took = perf_counter() - started
                raise CellFailed(
                    f"cell {number} took longer than {took:.0f} s. The cell:\n"
                    f"{cell.source}"
                ) from None
            except DeadKernelError:
                raise CellFailed(
                    f"cell {number} ended its kernel; often the memory was full. "
                    f"The cell:\n{cell.source}"
                ) from None
            before, spared = spared, progress(keep).get("spared", 0.0)
            seconds = perf_counter() - started + spared - before
            yield CellRun(number, seconds, first_line(cell.source), spared - before)
        client.set_widgets_metadata()
        if sign:
            notebook.metadata["machine"] = _execute_aside(client, SIGN)
    # Only what bears the name of a kept training: other files there are the user's.
    ours = "[0-9]" * 4 + "-" + "[0-9a-f]" * 16 + ".pickle"
    for path in keep.glob(ours) if keep else ():
        if path.stat().st_mtime < begun:
            path.unlink()


def _execute_aside(client: NotebookClient, source: str) -> str:
    """Execute what is no cell of the notebook, and give what it printed."""
    cell = v4.new_code_cell(source)
    client.nb.cells.append(cell)
    client.execute_cell(cell, len(client.nb.cells) - 1, store_history=False)
    client.nb.cells.pop()
    return "".join(output.get("text", "") for output in cell.outputs).strip()


def progress(keep: Path | None) -> dict[str, float]:
    """Tell how far the trainings of a running cell are: which one, epoch, epochs."""
    path = keep and keep / "progress.json"
    return json.loads(path.read_text("utf-8")) if path and path.exists() else {}


def kernel_environment() -> dict[str, str]:
    """Give this process's variables as a kernel should have them."""
    # PYTHONOPTIMIZE would strip every claim, which is an assert.
    return {k: v for k, v in os.environ.items() if k != "PYTHONOPTIMIZE"}


def code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """List the cells that a run executes, each with its place in the notebook."""
    return [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def first_line(source: str) -> str:
    """Give the first line of a cell that is not blank."""
    return source.strip().partition("\n")[0]
