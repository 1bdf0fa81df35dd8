"""The course's pages: what they say of the lessons comes from the lessons.

`README.md` has a table of the lessons between two markers, `docs/seconds.md` one of how
long they compute. In `lessons/TOPICS.md` the last two columns are written: the texts of
the topics stand there and nowhere else, and a topic that no lesson names yet is
planned, for the lesson that its row names.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from utils.course.folder import Course, CourseError
from utils.course.minutes import MEASURED, measured_run
from utils.course.source import Lesson, LessonError

BEGIN = "<!-- `course build` writes this table from lessons/ -->"
END = "<!-- the end of the table -->"
_HEAD = (
    "| # | title | claim | minutes | notebook | solutions |\n|---|---|---|---|---|---|"
)
_NONE = "—"
_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
TOPIC = re.compile(r"^\| (\d+) \| (.+) \| (\d\d[b-z]?) \| (.+) \|$", re.MULTILINE)


def pages(course: Course, lessons: Iterable[Lesson]) -> dict[Path, str]:
    """Give the text that each of the pages there are should have.

    Raises:
        CourseError: If README.md or docs/seconds.md has lost its markers.
        LessonError: If a lesson names a topic that does not exist, or another names it.
    """
    lessons = list(lessons)
    readme, topics = course.root / "README.md", course.lessons / "TOPICS.md"
    seconds = course.root / "docs" / "seconds.md"
    expected = {}
    if readme.exists():
        expected[readme] = with_lessons(readme.read_text(encoding="utf-8"), lessons)
    if seconds.exists():
        text = seconds.read_text(encoding="utf-8")
        expected[seconds] = with_seconds(text, course.root, lessons)
    if topics.exists():
        expected[topics] = with_sections(topics.read_text(encoding="utf-8"), lessons)
    return expected


def with_lessons(readme: str, lessons: Iterable[Lesson]) -> str:
    """Put the table of the lessons between the markers of the README.

    Raises:
        CourseError: If it has not each of them once, in their order.
    """
    return _with_table(readme, "README.md", [_HEAD, *map(_row, lessons)])


def with_seconds(page: str, root: Path, lessons: Iterable[Lesson]) -> str:
    """Put how long each lesson computes between the markers of `docs/seconds.md`.

    Args:
        page: its text.
        root: of the course, whose `results/` say it.
        lessons: a row each.

    Raises:
        CourseError: If it has not each of the markers once, in their order.
    """
    lessons = list(lessons)
    columns = [["lesson", "---", *(lesson.number for lesson in lessons)]]
    columns[0] += ["sum", "machine"]
    for name, head in MEASURED.items():
        runs = [measured_run(root, lesson.name, name) for lesson in lessons]
        there = [run for run in runs if run]
        # Nobody measures a whole table at once: what is missing is said.
        count = f" ({len(there)} of {len(runs)})" * (len(there) < len(runs))
        total = sum(run["value"]["seconds"] for run in there)
        machines = dict.fromkeys(run["machine"] for run in there)
        backends = {_BACKENDS[run["value"]["backend"]] for run in there}
        one = len(backends) == 1  # else each row says its own
        head += f", {min(backends)}" if one else ""
        seconds = [_seconds(name, run, one) for run in runs]
        columns.append([head, "---", *seconds])
        columns[-1] += [_span(name, total) + count, "; ".join(machines)]
        columns.append(["slowest cell", "---", *(_slowest(name, run) for run in runs)])
        columns[-1] += ["", ""]
    rows = [f"| {' | '.join(row)} |" for row in zip(*columns, strict=True)]
    return _with_table(page, "docs/seconds.md", rows)


def _seconds(name: str, run: dict | None, one_backend: bool) -> str:
    if not run:
        return _NONE
    by = "" if one_backend else f", {_BACKENDS[run['value']['backend']]}"
    return _span(name, run["value"]["seconds"]) + by


def _slowest(name: str, run: dict | None) -> str:
    if not run:
        return _NONE
    return _span(name, max(seconds for seconds, _ in run["value"]["cells"]))


def _span(name: str, seconds: float) -> str:
    full = name.endswith("full")
    return f"{seconds / 60:.1f} min" if full else f"{seconds:.0f} s"


def _with_table(page: str, name: str, rows: list[str]) -> str:
    """Put rows between a page's two markers."""
    before, found, rest = page.partition(BEGIN)
    _, found_too, after = rest.partition(END)
    if not (found and found_too) or BEGIN in after or END in before + after:
        raise CourseError(
            f"{name} needs one line {BEGIN!r} and below it one line {END!r}: "
            "between the two stands the table of the lessons"
        )
    return "\n".join([f"{before}{BEGIN}", *rows, f"{END}{after}"])


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
