"""Read what the checks said in an executed notebook."""

from typing import NamedTuple

from nbformat import NotebookNode

from utils.course.run import first_line

RESULTS = {"✓": "passed", "○": "not attempted", "✗": "wrong"}


class Answer(NamedTuple):
    """One check of one exercise: its result, and the line it printed."""

    exercise: str
    result: str
    line: str


def answers(notebook: NotebookNode) -> list[Answer]:
    """Collect the answers of every cell tagged `check`, in order.

    An answer is `"passed"`, `"not attempted"` or `"wrong"`. A check that could not
    speak because a cell raised is wrong, and its line is that error.
    """
    found, exercise, broken = [], "", ""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "exercise" in tags:
            exercise, broken = first_line(cell.source).lstrip("# "), _error(cell)
        elif "check" in tags:
            lines = _lines(cell) or [broken or _error(cell) or "the check said nothing"]
            found += [
                Answer(exercise, RESULTS.get(line[:1], "wrong"), line.lstrip("✓○✗ "))
                for line in lines
            ]
    return found


def _lines(cell: NotebookNode) -> list[str]:
    """Give the printed lines that begin with one of the three marks."""
    printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
    return [line for line in printed.splitlines() if line[:1] in RESULTS]


def _error(cell: NotebookNode) -> str:
    errors = (o for o in cell.outputs if o.output_type == "error")
    return next((f"{error.ename}: {error.evalue}" for error in errors), "")
