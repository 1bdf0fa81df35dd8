"""Read lessons from their sources; every problem is told with file and line."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from utils.course.cells import Cell, read_cells
from utils.course.folder import CourseError
from utils.course.rules import cell_problems, order_problems


class LessonError(CourseError):
    """All problems of one or more sources, one `file:line: text` a line."""


class Exercise(NamedTuple):
    """An exercise of a lesson: its number, its whole title, and its check's line."""

    number: str
    title: str
    check: str


@dataclass(frozen=True)
class Lesson:
    """A lesson that was read without a problem."""

    name: str
    cells: tuple[Cell, ...]

    def exercises(self) -> list[Exercise]:
        """List the exercises in their order."""
        titles = [cell.title for cell in self.cells if cell.tag == "exercise"]
        lines = [cell.source for cell in self.cells if cell.tag == "check"]
        return [
            Exercise(title.split()[1].rstrip(":"), title, line)
            for title, line in zip(titles, lines, strict=True)
        ]


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
    known = _checks_of(path.parent.parent / "utils" / "checks", number)
    problems += order_problems(cells, number, known)
    for cell in cells:
        problems += cell_problems(cell)
    if problems:
        lines = [f"{place}:{line}: {text}" for line, text in sorted(problems)]
        raise LessonError("\n".join(lines))
    return Lesson(path.stem, tuple(cells))


def _checks_of(folder: Path, lesson: int) -> set[str] | None:
    """Name the checks of a lesson without importing them; None where there are none."""
    if not folder.is_dir():
        return None
    module = folder / f"lesson{lesson:02}"
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    names = set()
    for node in ast.parse(path.read_text("utf-8") if path.exists() else "").body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names
