"""Read lessons from their sources; every problem is told with file and line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from utils.course.cells import Cell, read_cells
from utils.course.folder import CourseError
from utils.course.rules import cell_problems, order_problems


class LessonError(CourseError):
    """All problems of one or more sources, one `file:line: text` a line."""


@dataclass(frozen=True)
class Lesson:
    """A lesson that was read without a problem."""

    name: str
    cells: tuple[Cell, ...]


def read_lessons(paths: Iterable[Path]) -> list[Lesson]:
    """Read the sources of several lessons.

    Raises:
        LessonError: If anything is wrong; it lists every problem of every file.
    """
    lessons, problems = [], []
    for path in paths:
        try:
            lessons.append(read_lesson(path))
        except LessonError as error:
            problems.append(str(error))
    if problems:
        raise LessonError("\n".join(problems))
    return lessons


def read_lesson(path: Path) -> Lesson:
    """Read the source `lessons/NN_slug.py` of one lesson.

    Raises:
        LessonError: If the source breaks a rule; it lists every problem and its line.
    """
    place = f"{path.parent.name}/{path.name}"
    try:
        cells, problems = read_cells(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise LessonError(f"{place}:1: not UTF-8: {error}") from None
    number = int(path.stem.partition("_")[0])
    problems += order_problems(cells, number)
    for cell in cells:
        problems += cell_problems(cell)
    if problems:
        lines = [f"{place}:{line}: {text}" for line, text in sorted(problems)]
        raise LessonError("\n".join(lines))
    return Lesson(path.stem, tuple(cells))
