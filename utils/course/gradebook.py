"""Pack lessons for a teacher's nbgrader: it makes the release, and gives the points.

What nbgrader calls the source of an assignment holds the solutions, between marks that
it knows; `nbgrader generate_assignment` takes them out. An exercise's points are the
minutes on its card. While nbgrader runs a notebook, checks are strict: what does not
pass raises, and gets no point.
"""

from collections.abc import Iterable

from utils.course.build import notebook_text, solutions_edition
from utils.course.cells import Cell
from utils.course.folder import Course
from utils.course.minutes import minutes_on_cards
from utils.course.source import Lesson, read_lessons

_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "measure-then-minimize"
c.Execute.timeout = 300
"""


def gradebook(course: Course, lessons: Iterable[str] = ()) -> dict[str, bytes]:
    """Give the files of a folder for nbgrader, one assignment per lesson.

    Args:
        course: with its sources.
        lessons: by number or name, as `Course.choose` takes them; none means all.

    Returns:
        Their content by their path, in order.

    Raises:
        CourseError: If a lesson does not exist.
    """
    files = {"nbgrader_config.py": _CONFIG.encode()}
    for lesson in read_lessons(course.choose(list(lessons))):
        files[f"source/{lesson.name}/{lesson.name}.ipynb"] = _assignment(
            lesson
        ).encode()
    return dict(sorted(files.items()))


def _assignment(lesson: Lesson) -> str:
    """The solved notebook without claims and answers in words, its cells marked."""
    notebook, number = solutions_edition(lesson), ""
    points = minutes_on_cards(lesson.cells)
    kept = []
    for cell, node in zip(lesson.cells, notebook.cells, strict=True):
        number = cell.number if cell.tag == "exercise" else number
        if cell.tag in ("exercise", "check"):
            node.metadata["nbgrader"] = _marks(cell, number, points[number])
        if cell.tag not in ("claim", "solution"):
            kept.append(node)
    notebook.cells = kept
    return notebook_text(notebook)


def _marks(cell: Cell, number: str, points: int) -> dict[str, object]:
    """What nbgrader reads in a cell's metadata; the check of an exercise follows it."""
    graded = cell.tag == "check"
    marks = {
        "schema_version": 3,
        "cell_type": "code",
        "grade_id": f"{cell.tag}-{number.replace('.', '-')}",  # it takes no dots
        "grade": graded,
        "solution": not graded,
        "locked": graded,
        "task": False,
    }
    return marks | ({"points": points} if graded else {})
