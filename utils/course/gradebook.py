"""Pack lessons for a teacher's gradebook, nbgrader or otter: it makes the release.

What both take holds the solutions, between marks that they know, and they take them
out. An exercise's points are the minutes on its card. While it is graded a check is
strict: what does not pass raises, and gets no point.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Literal

from nbformat import NotebookNode, v4

from utils.course.build import notebook_text, solutions_edition
from utils.course.cells import BEGIN, END, Cell, to_do
from utils.course.folder import Course
from utils.course.minutes import minutes_on_cards
from utils.course.source import Lesson, read_lessons

_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "measure-then-minimize"
c.Execute.timeout = 300
"""
# A test is a function: of the exception-based format, which looks at no output.
_OTTER_CONFIG = """\
# ASSIGNMENT CONFIG
export_cell: false
generate: true
tests:
    ok_format: false
"""


def gradebook(
    course: Course,
    lessons: Iterable[str] = (),
    form: Literal["nbgrader", "otter"] = "nbgrader",
) -> dict[str, bytes]:
    """Give the files of a folder for a gradebook, one assignment per lesson.

    Args:
        course: with its sources.
        lessons: by number or name, as `Course.choose` takes them; none means all.
        form: for `nbgrader generate_assignment`, or for `otter assign`.

    Returns:
        Their content by their path, in order.

    Raises:
        CourseError: If a lesson does not exist.
    """
    files = {"nbgrader_config.py": _CONFIG} if form == "nbgrader" else {}
    for lesson in read_lessons(course.choose(list(lessons))):
        files[f"source/{lesson.name}/{lesson.name}.ipynb"] = _assignment(lesson, form)
    return {name: text.encode() for name, text in sorted(files.items())}


def _assignment(lesson: Lesson, form: str) -> str:
    """The solved notebook without claims and answers in words, its cells marked."""
    notebook, number = solutions_edition(lesson), ""
    points = minutes_on_cards(lesson.cells)
    kept = [v4.new_raw_cell(_OTTER_CONFIG)] if form == "otter" else []
    for cell, node in zip(lesson.cells, notebook.cells, strict=True):
        number = cell.number if cell.tag == "exercise" else number
        if cell.tag in ("exercise", "check"):
            mark = _marked_for_otter if form == "otter" else _marked_for_nbgrader
            kept += mark(cell, node, number.replace(".", "-"), points[number])
        elif cell.tag not in ("claim", "solution"):
            kept.append(node)
    for place, node in enumerate(kept):  # the same ids each time
        node.id = node.id if node.cell_type != "raw" else f"otter-{place}"
    notebook.cells = kept
    return notebook_text(notebook)


def _marked_for_nbgrader(
    cell: Cell, node: NotebookNode, name: str, points: int
) -> list[NotebookNode]:
    """With what nbgrader reads in a cell's metadata."""
    graded = cell.tag == "check"
    node.metadata["nbgrader"] = {
        "schema_version": 3,
        "cell_type": "code",
        "grade_id": f"{cell.tag}-{name}",
        "grade": graded,
        "solution": not graded,
        "locked": graded,
        "task": False,
    } | ({"points": points} if graded else {})
    return [node]


def _marked_for_otter(
    cell: Cell, node: NotebookNode, name: str, points: int
) -> list[NotebookNode]:
    """Between the raw cells of a question, which its exercise opens and its check ends.

    The check stays for the learner, who reads what it says.
    """
    if cell.tag == "exercise":
        node.source = "\n".join(_with_prompts(cell))
        config = f"name: exercise-{name}\npoints: {points}"
        return [
            v4.new_raw_cell(f"# BEGIN QUESTION\n{config}"),
            v4.new_raw_cell("# BEGIN SOLUTION"),
            node,
            v4.new_raw_cell("# END SOLUTION"),
        ]
    nodes = list(ast.walk(ast.parse(cell.source)))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    named = {node.id for node in nodes if isinstance(node, ast.Name)} - own
    test = f"""\
def check({", ".join(sorted(named))}):
    from unittest.mock import patch

    with patch.dict("os.environ", COURSE_STRICT="1"):
        {cell.source}"""
    return [
        node,
        v4.new_raw_cell("# BEGIN TESTS"),
        v4.new_code_cell(test, id=f"test-{name}"),
        v4.new_raw_cell("# END TESTS"),
        v4.new_raw_cell("# END QUESTION"),
    ]


def _with_prompts(cell: Cell) -> Iterator[str]:
    """The solved cell's lines; in place of a solution otter leaves the line to do."""
    for line in cell.source.splitlines():
        if begin := BEGIN.match(line):
            indent = begin[1]
            yield f"{indent}# BEGIN SOLUTION NO PROMPT"
        elif END.match(line):
            yield f"{indent}# END SOLUTION"
            yield f'{indent}""" # BEGIN PROMPT'
            yield f"{indent}{to_do(cell)}"
            yield f'{indent}""" # END PROMPT'
        else:
            yield line
