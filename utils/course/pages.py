"""The course's pages: what they say of the lessons comes from the lessons.

`README.md` has a table of the lessons between two markers. In `lessons/TOPICS.md` the
last two columns are written: the texts of the topics stand there and nowhere else, and
a topic that no lesson names yet is planned, for the lesson that its row names.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from utils.course.folder import Course, CourseError
from utils.course.source import Lesson, LessonError

BEGIN = "<!-- `course build` writes this table from lessons/ -->"
END = "<!-- the end of the table -->"
_HEAD = (
    "| # | title | claim | minutes | notebook | solutions |\n|---|---|---|---|---|---|"
)
TOPIC = re.compile(r"^\| (\d+) \| (.+) \| (\d\d[b-z]?) \| (.+) \|$", re.MULTILINE)


def pages(course: Course, lessons: Iterable[Lesson]) -> dict[Path, str]:
    """Give the text that each of the pages there are should have.

    Raises:
        CourseError: If README.md has lost its markers.
        LessonError: If a lesson names a topic that does not exist, or another names it.
    """
    lessons = list(lessons)
    readme, topics = course.root / "README.md", course.lessons / "TOPICS.md"
    expected = {}
    if readme.exists():
        expected[readme] = with_lessons(readme.read_text(encoding="utf-8"), lessons)
    if topics.exists():
        expected[topics] = with_sections(topics.read_text(encoding="utf-8"), lessons)
    return expected


def with_lessons(readme: str, lessons: Iterable[Lesson]) -> str:
    """Put the table of the lessons between the markers of the README.

    Raises:
        CourseError: If it has not each of them once, in their order.
    """
    before, found, rest = readme.partition(BEGIN)
    _, found_too, after = rest.partition(END)
    if not (found and found_too) or BEGIN in after or END in before + after:
        raise CourseError(
            f"README.md needs one line {BEGIN!r} and below it one line {END!r}: "
            "between the two stands the table of the lessons"
        )
    rows = "\n".join([_HEAD, *map(_row, lessons)])
    return f"{before}{BEGIN}\n{rows}\n{END}{after}"


def _row(lesson: Lesson) -> str:
    front, name = lesson.front, f"{lesson.name}.ipynb"
    title = f"**{_cell(front.title)}**" + " (bonus)" * front.bonus
    return (
        f"| {lesson.number} | {title} | {_cell(front.claim)} | {lesson.minutes.total} "
        f"| [open](notebooks/{name}) | [open](notebooks/solutions/{name}) |"
    )


def with_sections(topics: str, lessons: Iterable[Lesson]) -> str:
    """Write beside each topic which lesson teaches it, and in which section.

    Raises:
        LessonError: If a lesson names a topic that does not exist, or another names it.
    """
    rows = {int(number) for number, *_ in TOPIC.findall(topics)}
    taught: dict[int, tuple[str, str, str]] = {}
    problems = []
    for lesson in lessons:
        for number, section, line in lesson.front.topics:
            place = f"lessons/{lesson.name}.py:{line}"
            if number not in rows:
                problems.append(
                    f"{place}: TOPICS.md has no topic {number}: add its row"
                )
            elif number in taught:
                first = taught[number][2]
                problems.append(f"{place}: topic {number} is already in {first}")
            else:
                taught[number] = lesson.number, section, place
    if problems:
        raise LessonError("\n".join(problems))

    def row(found: re.Match) -> str:
        number, text, planned_for, _ = found.groups()
        at, section, _ = taught.get(int(number), (planned_for, "planned", ""))
        return f"| {number} | {text} | {at} | {_cell(section)} |"

    return TOPIC.sub(row, topics)


def _cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("|", r"\|")
