"""The teaching notes agree with the lessons: their parts, minutes, and checks."""

import ast
import re
from pathlib import Path

import pytest

from utils.course.minutes import minutes_on_cards
from utils.course.source import read_lessons

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "teaching"
NOTES = sorted(TEACHING.glob("[0-9][0-9].md"))
LESSONS = {
    one.number: one for one in read_lessons(sorted((ROOT / "lessons").glob("*.py")))
}

PLAN = re.compile(r"^## (50|90) minutes\n\n(.+?)\n\n", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \|", re.MULTILINE)
SCHEDULE = re.compile(r"^## [^\n]+ \((\d+) minutes\)\n\n(.+?)\n\n", re.M | re.DOTALL)
AROUND = {"Opening", "Discussion", "Closing"}


def text(name: str) -> str:
    return (TEACHING / name).read_text("utf-8")


def of_lesson(number: str):
    """The cells of a lesson and of its bonus notebooks."""
    return [
        cell
        for name, one in LESSONS.items()
        if name[:2] == number
        for cell in one.cells
    ]


def headings(number: str) -> set[str]:
    cells = [cell.source for cell in LESSONS[number].cells if cell.kind == "markdown"]
    return set(re.findall(r"^## (.+)$", "\n".join(cells), re.MULTILINE))


def words_of_checks(number: str) -> list[str]:
    """All strings in the checks of a lesson."""
    return [
        node.value
        for path in (ROOT / "utils" / "checks" / f"lesson{number}").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_every_lesson_that_is_no_bonus_has_notes_and_the_front_page_leads_there():
    expected = {name for name, lesson in LESSONS.items() if not lesson.front.bonus}
    assert {path.stem for path in NOTES} == expected
    linked = set(re.findall(r"\]\((\w+\.md)\)", text("README.md")))
    assert linked == {path.name for path in TEACHING.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_the_minutes_of_a_plan_add_up_and_its_parts_exist(path):
    number = path.stem
    plans = dict(PLAN.findall(path.read_text("utf-8")))
    assert set(plans) == {"50", "90"}
    cards = minutes_on_cards(LESSONS[number].cells)
    for total, plan in plans.items():
        rows = [(int(minutes), part) for minutes, part in ROW.findall(plan)]
        assert sum(minutes for minutes, _ in rows) == int(total)
        for minutes, part in rows:
            if part.startswith("Exercise "):
                assert minutes >= cards[part.removeprefix("Exercise ")], part
            else:
                assert part in headings(number) | AROUND, part
        parts = [part for _, part in rows if part not in AROUND]
        assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_what_goes_wrong_is_said_in_the_words_of_the_check(path):
    said = words_of_checks(path.stem)
    rows = re.findall(r"^\| (\d+\.\d+) \| “(.+)” \|", path.read_text("utf-8"), re.M)
    exercises = {cell.number for cell in of_lesson(path.stem) if cell.tag == "exercise"}
    assert len(rows) > 5
    for number, quoted in rows:
        assert number in exercises
        assert any(quoted in words for words in said), quoted


@pytest.mark.parametrize("path", [*NOTES, TEACHING / "README.md"], ids=lambda p: p.stem)
def test_every_exercise_that_notes_name_exists_and_takes_as_long(path):
    notes = path.read_text("utf-8")
    named = re.findall(r"Exercises? (\d+\.\d+)(?: and (\d+\.\d+))?", notes)
    exercises = {
        number: minutes
        for lesson in LESSONS.values()
        for number, minutes in minutes_on_cards(lesson.cells).items()
    }
    assert {number for pair in named for number in pair if number} <= exercises.keys()
    for number, minutes in re.findall(r"(\d+\.\d+) \((\d+)\s+minutes\)", notes):
        assert exercises[number] == int(minutes)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_notes_have_one_sentence_three_questions_and_what_to_prefetch(path):
    notes = path.read_text("utf-8")
    assert notes.startswith(
        f"# Teaching lesson {path.stem} · {LESSONS[path.stem].front.title}\n"
    )
    assert "\n**Leave with:** " in notes
    _, _, asked = notes.partition("## Three questions\n")
    assert re.findall(r"^(\d)\. \*", asked, re.MULTILINE) == ["1", "2", "3"]
    assert "**Prefetch:**" in notes
    assert "**Skip**" in notes


def test_the_schedules_add_up_and_name_plans_that_exist():
    schedules = SCHEDULE.findall(text("README.md"))
    assert [int(total) for total, _ in schedules] == [180, 420]
    for total, table in schedules:
        rows = re.findall(r"^\| (\d+) \| (.+?) \| (.*) ?\|$", table, re.MULTILINE)
        assert sum(int(minutes) for minutes, _, _ in rows) == int(total)
        for minutes, what, plan in rows:
            if plan.strip():
                assert (plan.strip(), f"{what}.md") == (
                    f"{minutes} minutes",
                    f"{what}.md",
                )
                assert (TEACHING / f"{what}.md").exists()
    term = text("README.md").partition("## A term")[2]
    rows = re.findall(r"^\| (\d+) \| (.+) \| .*\|$", term, re.MULTILINE)
    assert [int(meeting) for meeting, _ in rows] == list(range(1, 15))
    named = {name for _, what in rows for name in re.findall(r"\b\d\d[b-z]?\b", what)}
    assert named - {"50", "90"} <= LESSONS.keys()


def test_each_of_the_twelve_questions_has_an_answer_and_what_the_others_reveal():
    questions = re.findall(r"^### (\d+)\. .+\n\n((?:- .+\n)+)", text("test.md"), re.M)
    answers = re.findall(
        r"^### (\d+)\. ([A-D]) \(lesson (\d\d), section (\d+)\)\n\n((?:[- ] .+\n)+)",
        text("test_answers.md"),
        re.MULTILINE,
    )
    numbers = [str(number) for number in range(1, 13)]
    assert [question[0] for question in questions] == numbers
    assert [answer[0] for answer in answers] == numbers
    for (_, choices), (_, right, lesson, section, wrong) in zip(
        questions, answers, strict=True
    ):
        assert re.findall(r"^- ([A-D])\. ", choices, re.M) == list("ABCD")
        assert re.findall(r"^- ([A-D]): ", wrong, re.M) == sorted({*"ABCD"} - {right})
        assert any(each.startswith(f"{section} · ") for each in headings(lesson))
    assert len({right for _, right, *_ in answers}) > 2
