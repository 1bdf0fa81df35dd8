"""Read what the checks said in an executed notebook."""

import contextlib
import json
from collections.abc import Iterable
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from utils.core.files import written_aside
from utils.course.folder import Course, CourseError
from utils.course.run import first_line
from utils.course.source import Exercise

#: How a check speaks to programs: `{"exercise": "3.1", "verdict": …, "message": …}`.
#: A line that looks like a verdict can be printed by anybody.
VERDICT = "application/vnd.course.verdict+json"
RESULTS = ("passed", "wrong", "not attempted")


class Answer(NamedTuple):
    """One exercise, its result (of `RESULTS`, or `"missing"`), and why."""

    exercise: str
    result: str
    line: str


def read_notebook(course: Course, name: str) -> NotebookNode:
    """Read a learner's notebook of a lesson.

    Raises:
        CourseError: If it is not there, or no notebook.
    """
    path = course.notebooks / f"{name}.ipynb"
    if not path.exists():
        raise CourseError(f"{path} does not exist: {course.remedy}")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises all kinds
        raise CourseError(
            f"{path} cannot be read, it may be half saved: {error!r:.200}. For a new "
            f"one: {course.remedy}"
        ) from None


def answers(
    notebook: NotebookNode, exercises: Iterable[Exercise], stopped: str = ""
) -> list[Answer]:
    """Tell of every exercise of a lesson how it was answered, in order.

    Args:
        notebook: as it was executed.
        exercises: of the lesson; what the notebook says of itself does not count.
        stopped: why the run ended before its last cell, if it did.

    Returns:
        One answer for each exercise. A check that could not speak because a cell raised
        is wrong, and its line is that error; one that is not there or did not run is
        missing.
    """
    return [_answer(notebook, exercise, stopped) for exercise in exercises]


def last_results(course: Course, found: Iterable[Answer] = ()) -> dict[str, str]:
    """Give each exercise's result of the last time, and keep those that were found now.

    They stand in `notebooks/.checked.json`, which anybody may delete.
    """
    path, before = course.notebooks / ".checked.json", {}
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(path.read_text(encoding="utf-8"))
        before = {str(exercise): str(result) for exercise, result in told.items()}
    now = before | {answer.exercise: answer.result for answer in found}
    # A course may be read-only.
    with contextlib.suppress(OSError), written_aside(path) as file:
        file.write(json.dumps(now, indent=1, ensure_ascii=False).encode())
    return before


def _answer(notebook: NotebookNode, exercise: Exercise, stopped: str) -> Answer:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    asked = [cell for cell in code if exercise.check in map(str.strip, _lines(cell))]
    if not asked:
        line = f"no check cell found: it says {exercise.check}"
        return Answer(exercise.title, "missing", line)
    told = [
        data[VERDICT]
        for cell in asked
        for data in (output.get("data", {}) for output in cell.outputs)
        if data.get(VERDICT, {}).get("exercise") == exercise.number
    ]
    if told and told[-1]["verdict"] in RESULTS:
        return Answer(exercise.title, told[-1]["verdict"], told[-1]["message"])
    broken = [cell for cell in code if first_line(cell.source)[2:] == exercise.title]
    raised = next(filter(None, map(_error, [*broken, *asked])), "")
    if raised:
        return Answer(exercise.title, "wrong", raised)
    reached = any(cell.get("execution_count") for cell in asked)
    silent = "the check said nothing" if reached else f"not reached: {stopped}"
    return Answer(exercise.title, "missing", silent)


def _lines(cell: NotebookNode) -> list[str]:
    return cell.source.splitlines()


def _error(cell: NotebookNode) -> str:
    errors = (o for o in cell.outputs if o.output_type == "error")
    return next((f"{error.ename}: {error.evalue}" for error in errors), "")
