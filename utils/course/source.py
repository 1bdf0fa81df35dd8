"""Read lessons from their sources; every problem is told with file and line."""

import ast
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from utils.course.cells import Cell, read_cells
from utils.course.folder import MANIFEST, Course, CourseError, choose_names
from utils.course.front_matter import FrontMatter, read_front_matter
from utils.course.minutes import Minutes, count_minutes, measured_seconds
from utils.course.rules import cell_problems, front_problems, order_problems


class LessonError(CourseError):
    """All problems of one or more sources, one `file:line: text` a line."""


class Exercise(NamedTuple):
    """An exercise of a lesson: its number, its whole title, and its check's line."""

    number: str
    title: str
    check: str


@dataclass(frozen=True)
class Lesson:
    """A lesson that was read without a problem, and the minutes it takes."""

    name: str
    front: FrontMatter
    cells: tuple[Cell, ...]
    minutes: Minutes

    @property
    def number(self) -> str:
        """The number: `"03"`, or `"03b"` of a bonus."""
        return self.name.partition("_")[0]

    def exercises(self) -> list[Exercise]:
        """List the exercises in their order."""
        exercises = [cell for cell in self.cells if cell.tag == "exercise"]
        lines = [cell.source for cell in self.cells if cell.tag == "check"]
        return [
            Exercise(cell.number, cell.title, line)
            for cell, line in zip(exercises, lines, strict=True)
        ]


def read_exercises(course: Course, wanted: Sequence[str]) -> dict[str, list[Exercise]]:
    """Read the exercises of lessons by their names: from the sources, or from a pack.

    Raises:
        CourseError: If a wanted lesson does not exist.
        LessonError: As `read_lessons`.
    """
    if not course.is_pack:
        lessons = read_lessons(course.choose(wanted))
        return {lesson.name: lesson.exercises() for lesson in lessons}
    told = json.loads((course.root / MANIFEST).read_text(encoding="utf-8"))["exercises"]
    names = choose_names(told, wanted)
    return {name: [Exercise(*each) for each in told[name]] for name in names}


def read_lessons(paths: Iterable[Path]) -> list[Lesson]:
    """Read the sources of several lessons.

    Raises:
        LessonError: If anything is wrong; it lists every problem of every file. Of a
            lesson and its bonus, the exercises are counted as of one.
    """
    lessons, problems = [], []
    places: dict[str, str] = {}
    for path in paths:
        try:
            lesson = read_lesson(path)
        except LessonError as error:
            problems.append(str(error))
            continue
        lessons.append(lesson)
        for cell in lesson.cells:
            if cell.tag == "exercise":
                place = f"{path.parent.name}/{path.name}:{cell.line}"
                first = places.setdefault(cell.number, place)
                if first != place:
                    told = f"exercise {cell.number} is already in {first}"
                    problems.append(f"{place}: {told}: go on from its last number")
    if problems:
        raise LessonError("\n".join(problems))
    return lessons


def read_lesson(path: Path) -> Lesson:
    """Read the source of one lesson, `lessons/NN_slug.py`, or of its bonus.

    Raises:
        LessonError: If the source breaks a rule; it lists every problem and its line.
    """
    place = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LessonError(f"{place}:1: not UTF-8: {error}") from None
    front, problems, length = read_front_matter(text)
    cells, unread = read_cells(text, length)
    problems += unread
    if front:
        problems += front_problems(front, cells, bonus=path.stem[2] != "_")
    number = int(path.stem[:2])  # a bonus has its lesson's exercises and checks
    known = _checks_of(path.parent.parent / "utils" / "checks", number)
    problems += order_problems(cells, number, known)
    for cell in cells:
        problems += cell_problems(cell)
    if problems:
        lines = [f"{place}:{line}: {text}" for line, text in sorted(problems)]
        raise LessonError("\n".join(lines))
    seconds = measured_seconds(path.parent.parent, path.stem)
    minutes = count_minutes(tuple(cells), seconds)
    return Lesson(path.stem, front, tuple(cells), minutes)


def _checks_of(folder: Path, lesson: int) -> set[str] | None:
    """Name the checks of a lesson without importing them; None where there are none."""
    if not folder.is_dir():
        return None
    path = folder / f"lesson{lesson:02}" / "__init__.py"
    names = set()
    for node in ast.parse(path.read_text("utf-8") if path.exists() else "").body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names
